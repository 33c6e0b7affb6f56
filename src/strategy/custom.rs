//! `custom`: whom the host's `customRoutingStrategy` names, the best first.
//!
//! Differences from LiteLLM: there a custom strategy stands in for the whole selection, with whom is benched, limits, levels and
//! all the rest, and one that names nobody crashes. Here it is shown whom any other strategy would choose among.

use crate::config::DeploymentIx;

use super::field::{Field, UNKNOWN};

/// Picks the first that is there.
pub(super) fn pick(field: &Field<'_>) -> Option<DeploymentIx> {
    field.ranking.iter().copied().find(|named| field.candidates.contains(named))
}

/// The place in the host's order.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    field.ranking.iter().position(|named| *named == ix).map_or(UNKNOWN, |place| place as u64)
}
