//! What a deployment is: which model, where, and with which key. What is learnt under one says nothing of the next.

use switchman::config::{DeploymentIx, RouterConfig};

/// What was there when a send was made: the number of the model and that of the key, each the next one with every change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnEra {
    pub(super) model: u32,
    pub(super) key: u32,
}

/// What stands in a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct What {
    /// Its id; nothing in a slot that nobody has.
    pub(super) id: Option<String>,
    pub(super) model: String,
    pub(super) key: String,
}

/// What stands in a slot of a config.
pub(super) fn what(config: &RouterConfig, ix: DeploymentIx) -> What {
    let Some(known) = config.deployment(ix).filter(|known| !known.is_retired) else {
        return What::default();
    };
    let key = known.api_key.as_ref().map_or("", |key| key.expose());
    What {
        id: Some(known.id.clone()),
        model: format!("{} {} {}", known.provider, known.model, known.api_base.url()),
        key: format!("{key} {}", known.api_base.origin()),
    }
}

/// What became of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nobody had it, or another deployment.
    Entered,
    /// Its deployment is no more; or nobody has it.
    Gone,
    /// Its deployment is another model.
    Moved,
    Kept,
}

impl What {
    /// What became of a slot that was so before.
    pub(super) fn fate(&self, before: &Self) -> Fate {
        match (&self.id, &before.id) {
            (None, _) => Fate::Gone,
            (own, was) if own != was => Fate::Entered,
            _ if self.model != before.model => Fate::Moved,
            _ => Fate::Kept,
        }
    }
}
