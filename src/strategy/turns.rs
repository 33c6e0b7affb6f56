//! `round-robin`: in turn, each as often as its weight says, spread evenly. Not in LiteLLM.

use crate::config::DeploymentIx;
use crate::state::View;

use super::field::{Field, UNKNOWN};

/// When the turn of a deployment comes, from now on. See [`crate::state::Turns`].
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let View { config, state } = field.view;
    if let Some(group) = field.turns.and_then(|group| state.group(group)) {
        return group.turns.until(group.turn_of(ix));
    }
    let Some(known) = config.deployment(ix) else { return UNKNOWN };
    let (Some(health), Some(group)) = (state.health(ix), state.group(config.turns_of(known))) else {
        return UNKNOWN;
    };
    group.turns.until(health.next_turn)
}
