//! `least-busy`: who has the fewest sends under way.
//!
//! Differences from LiteLLM: ties are drawn (there: the first in the list), a send is counted by a lease that its end gives
//! back and that expires by itself (there: a counter that drifts), and an answer from the cache counts nothing.

use crate::config::DeploymentIx;

use super::field::{Field, UNKNOWN};

/// How many sends are under way. Those of a wildcard's names count together.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let Field { view, now, need, .. } = field;
    let cell = view.config.deployment(ix).map_or(ix, |known| known.limit_cell(ix));
    view.state.health(cell).map_or(UNKNOWN, |health| health.open.count(*now, need.beside) as u64)
}
