//! `usage-based-routing` and `usage-based-routing-v2`: who has used the fewest tokens in the last minute, and of such who has
//! had the fewest requests. Who is at a limit is no candidate: these strategies make limits bind.
//!
//! Differences from LiteLLM: the minute slides, a request that is under way counts by what it may use, `rpm: N` serves N, and
//! the two are the same: of equals one is drawn.

use crate::config::DeploymentIx;
use crate::state::Measure;

use super::field::{Field, UNKNOWN};

/// Tokens count before requests.
const REQUESTS_BITS: u32 = 20;

/// What one more token is in a score.
pub(super) const TOKEN: u64 = 1 << REQUESTS_BITS;

/// What was used, here and, as far as that is told, elsewhere.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let Field { view, now, .. } = field;
    let cell = view.config.deployment(ix).map_or(ix, |known| known.limit_cell(ix));
    let Some(health) = view.state.health(cell) else { return UNKNOWN };
    let used = health.usage.at(*now);
    let tokens = used.get(Measure::Tokens).min((UNKNOWN >> REQUESTS_BITS) - 1);
    tokens << REQUESTS_BITS | used.requests.min(TOKEN - 1)
}
