//! `round-robin`: in turn, each as often as its weight says, spread evenly. Not in LiteLLM.

use crate::config::DeploymentIx;

use super::field::{Field, UNKNOWN};

/// When the turn of a deployment comes, from now on. See [`crate::state::Turns`].
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let state = field.view.state;
    let Some(known) = field.view.config.deployment(ix) else { return UNKNOWN };
    let (Some(health), Some(group)) = (state.health(ix), state.group(known.group)) else { return UNKNOWN };
    group.turns.until(health.next_turn)
}
