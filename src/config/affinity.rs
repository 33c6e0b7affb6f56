//! Which calls stay with a deployment, and what they are known by.

use std::num::NonZeroU64;

use super::{Resolved, RouterConfig};
use crate::base::hash::key;

/// By what the calls to a group stay with a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Affinity {
    /// `session_affinity`: by the session that the caller names.
    pub session: bool,
    /// `prompt_caching`: by the beginning of the conversation.
    pub prompt: bool,
    /// `deployment_affinity`: by for whom the call is made.
    pub caller: bool,
}

/// What a call stays by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// Its session.
    Session,
    /// The beginning of its conversation.
    Prompt,
    /// For whom it is made.
    Caller,
}

impl Bond {
    /// The name that `explain` gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Prompt => "prompt",
            Self::Caller => "caller",
        }
    }
}

/// What a call is known by, as numbers that tell nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Its session.
    pub session: Option<NonZeroU64>,
    /// The beginning of its conversation.
    pub prompt: Option<NonZeroU64>,
    /// The `tenant` of its options, or the key of a LiteLLM proxy's caller.
    pub caller: Option<NonZeroU64>,
    /// The `user` of its request.
    pub user: Option<NonZeroU64>,
}

/// What a name is a key of. The numbers set the keys of one name apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "as in Keys")]
pub enum KeyOf {
    Session = 1,
    Caller = 2,
    Prompt = 3,
    User = 4,
}

impl KeyOf {
    /// The key of a name; `None` of an empty one.
    #[must_use]
    pub fn key(self, name: &str) -> Option<NonZeroU64> {
        (!name.is_empty()).then(|| key(self as u64, name.as_bytes()))
    }
}

impl RouterConfig {
    /// Does anything go by what a call is known by?
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        let is_on = |affinity: Option<Affinity>| affinity.is_some_and(|one| one != Affinity::default());
        !self.experiments.is_empty()
            || is_on(Some(self.policy.affinity))
            || self.groups.iter().any(|group| is_on(group.affinity))
    }

    /// What the calls to a target stay by: a session, else the conversation, else the caller.
    #[must_use]
    #[cold]
    pub fn bond(&self, target: Resolved, keys: &Keys) -> Option<(Bond, NonZeroU64)> {
        let Resolved::Group(group) = target else { return None };
        let on = self.group(group)?.affinity.unwrap_or(self.policy.affinity);
        let all = [
            (on.session, Bond::Session, keys.session),
            (on.prompt, Bond::Prompt, keys.prompt),
            (on.caller, Bond::Caller, keys.caller),
        ];
        all.into_iter().find_map(|(is_on, bond, key)| Some((bond, key.filter(|_| is_on)?)))
    }
}
