//! `latency-based-routing`: who has been the fastest, or one of those that were nearly as fast.
//!
//! Differences from LiteLLM:
//! - It goes on exploring: who has not been timed for five seconds gets a hundredth of the calls, and so does who was timed a
//!   second ago and was then better than the best. There, all of them go to the best, whatever has become of the others.
//! - Who has never been timed is tried first, by one call at a time: there, everything goes to it until its first answer.
//! - First contents of streams, times for a token, and whole times are kept apart; failures of all kinds count.
//! - Who keeps a send waiting for longer than usual is taken to be as slow as that already.

use smallvec::SmallVec;

use crate::base::rng::Rng;
use crate::config::DeploymentIx;
use crate::state::{Health, Timing};

use super::busy;
use super::field::{Field, UNKNOWN};

/// Who was timed so long ago is timed anew.
const FRESH_MS: u64 = 5_000;

/// The same of who was the best of all then: it may have become well again.
const PROMISING_MS: u64 = 1_000;

/// The share of the calls that go to such ones.
const EXPLORE: f64 = 0.01;

/// What each candidate weighs in the draw.
pub(super) type Weights = SmallVec<[f64; 16]>;

pub(super) fn pick(field: &Field<'_>, rng: &mut Rng) -> Option<DeploymentIx> {
    if let [only] = field.candidates {
        return Some(*only);
    }
    field.candidates.get(rng.weighted(weights(field).iter().copied())?).copied()
}

pub(super) fn weights(field: &Field<'_>) -> Weights {
    let scores = field.scores(score);
    let rules = field.latency;
    let sends = |place: usize| field.candidates.get(place).map_or(0, |ix| busy::score(field, *ix));
    let idle = |place: usize| scores.get(place) == Some(&UNKNOWN) && sends(place) == 0;
    let drawn = |is: &dyn Fn(usize) -> bool| -> Weights {
        (0..scores.len()).map(|place| if is(place) { 1.0 } else { 0.0 }).collect()
    };
    let lowest = scores.iter().copied().min().unwrap_or(UNKNOWN);
    if scores.contains(&UNKNOWN) && (0..scores.len()).any(idle) {
        return drawn(&idle);
    }
    if lowest == UNKNOWN {
        let fewest = (0..scores.len()).map(sends).min();
        return drawn(&|place| Some(sends(place)) == fewest);
    }
    let bound = lowest.saturating_add(lowest.saturating_mul(rules.buffer_milli.into()) / 1_000);
    let mut weights = drawn(&|place| scores.get(place).is_some_and(|score| *score <= bound));
    let is_stale = |place: usize| {
        let is_behind = scores.get(place).is_some_and(|score| *score > bound && *score != UNKNOWN);
        is_behind && sends(place) == 0 && is_old(field, place, lowest)
    };
    let stale: SmallVec<[usize; 16]> = (0..scores.len()).filter(|place| is_stale(*place)).collect();
    let near = weights.iter().filter(|weight| **weight > 0.0).count();
    // Of all calls a hundredth, whoever of them gets it.
    let share = near as f64 * EXPLORE / (1.0 - EXPLORE) / stale.len().max(1) as f64;
    for place in stale {
        if let Some(weight) = weights.get_mut(place) {
            *weight = share;
        }
    }
    weights
}

fn is_old(field: &Field<'_>, place: usize, lowest: u64) -> bool {
    let health = field.candidates.get(place).and_then(|ix| field.view.state.health(*ix));
    let Some(track) = health.map(|health| health.pace.of(field.need.timing)) else { return true };
    let fresh_ms = if track.newest_us() < lowest { PROMISING_MS } else { FRESH_MS };
    field.now.since(track.last()) >= fresh_ms.min(field.latency.ttl_ms)
}

/// How long the answer is expected to take to its beginning, or for a token, in microseconds.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let Field { view, now, need, .. } = field;
    let Some(health) = view.state.health(ix) else { return UNKNOWN };
    let track = health.pace.of(need.timing);
    let expected = track.expected_us(*now, *field.latency);
    let Some(expected) = expected.or_else(|| told(health, need.timing)) else {
        return UNKNOWN;
    };
    // Answers differ in their length, first contents do not.
    let slack = if need.timing == Timing::PerToken { 4 } else { 2 };
    let usual = track.took_ms().saturating_mul(slack);
    let cell = view.config.deployment(ix).map_or(ix, |known| known.limit_cell(ix));
    let oldest = view.state.health(cell).and_then(|cell| cell.open.oldest_waiting(need.stream));
    let waited = oldest.map_or(0, |since| now.since(since));
    if usual > 0 && waited > usual { expected.saturating_mul(waited) / usual } else { expected }
}

/// What was known before a restart, or what others have told, in microseconds.
pub(super) fn told(health: &Health, timing: Timing) -> Option<u64> {
    let mean = match timing {
        Timing::FirstContent => health.streams.mean(),
        Timing::Whole => health.answers.mean(),
        Timing::PerToken => None,
    };
    mean.map(|ms| ms.saturating_mul(1_000))
}
