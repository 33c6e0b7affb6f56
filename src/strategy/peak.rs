//! `peak-ewma`: of two that are drawn, the one that keeps a request waiting for the shorter time: a mean of its times that
//! follows a longer one at once and a shorter one slowly, for each of its sends under way and this one. Not in LiteLLM.
//!
//! The mean of who is not used falls with time, so that everybody is tried again. Weights count for nothing.

use std::cmp::Ordering;

use crate::base::rng::Rng;
use crate::config::DeploymentIx;
use crate::state::View;

use super::busy;
use super::field::{Field, UNKNOWN};
use super::latency::told;

/// Picks the better one of two.
pub(super) fn pick(field: &Field<'_>, rng: &mut Rng) -> Option<DeploymentIx> {
    let all = field.candidates;
    if all.len() < 2 {
        return all.first().copied();
    }
    let one = rng.below(all.len());
    let other = rng.below(all.len() - 1);
    let other = if other < one { other } else { other + 1 };
    let (one, other) = (*all.get(one)?, *all.get(other)?);
    Some(if is_better(field, other, one) == Ordering::Less { other } else { one })
}

/// How many of the pairs each candidate wins, of which there are as many as it has others.
pub(super) fn weights(field: &Field<'_>) -> Vec<f64> {
    let won = |ix: &DeploymentIx| {
        let others = field.candidates.iter().filter(|other| *other != ix);
        let each = others.map(|other| match is_better(field, *ix, *other) {
            Ordering::Less => 1.0,
            Ordering::Equal => 0.5,
            Ordering::Greater => 0.0,
        });
        each.sum()
    };
    if field.candidates.len() < 2 {
        vec![1.0; field.candidates.len()]
    } else {
        field.candidates.iter().map(won).collect()
    }
}

/// Is one better than another? Who was never timed is tried by one call, and after that goes by its sends alone.
fn is_better(field: &Field<'_>, one: DeploymentIx, other: DeploymentIx) -> Ordering {
    let (left, right) = (score(field, one), score(field, other));
    let sends = |ix| busy::score(field, ix);
    match (left == UNKNOWN, right == UNKNOWN) {
        (false, false) => left.cmp(&right).then_with(|| sends(one).cmp(&sends(other))),
        (true, true) => sends(one).cmp(&sends(other)),
        (true, false) if sends(one) == 0 => Ordering::Less,
        (false, true) if sends(other) == 0 => Ordering::Greater,
        (true, false) => sends(one).cmp(&sends(other)).then(Ordering::Less),
        (false, true) => sends(one).cmp(&sends(other)).then(Ordering::Greater),
    }
}

/// For how long a request is thought to wait, in microseconds: of a token where tokens are timed.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let Field { view: View { state, .. }, now, need, latency, .. } = field;
    let Some(health) = state.health(ix) else { return UNKNOWN };
    let peak = health.pace.of(need.timing).peak_us(*now, **latency);
    let Some(peak) = peak.or_else(|| told(health, need.timing)) else { return UNKNOWN };
    // At least one, so that the number of the sends tells what the times do not.
    peak.max(1).saturating_mul(busy::score(field, ix).saturating_add(1)).min(UNKNOWN - 1)
}
