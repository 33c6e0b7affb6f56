//! `latency-based-routing`: who has been the fastest, or one of those that were nearly as fast.
//!
//! Differences from LiteLLM:
//! - It goes on exploring: who has not been timed for 2.5 s gets a hundredth of the calls, and who was mostly slow and better
//!   than the best the last time gets a twentieth: it may have become well again. There, all of them go to the best.
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
const FRESH_MS: u64 = 2_500;

/// The share of the calls that go to such ones.
const EXPLORE: f64 = 0.01;

/// The same of who was slow, and the best of all the last time.
const PROMISING_MS: u64 = 250;
const PROMISING: f64 = 0.05;

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
    let near = scores.iter().filter(|score| **score <= bound).count() as f64;
    let mut weights = drawn(&|place| scores.get(place).is_some_and(|score| *score <= bound));
    let behind = |place: usize| scores.get(place).is_some_and(|score| *score > bound && *score != UNKNOWN);
    let explored =
        |place: usize| if behind(place) && sends(place) == 0 { share(field, place, lowest) } else { 0.0 };
    let shares: Weights = (0..scores.len()).map(explored).collect();
    let stale = shares.iter().filter(|share| **share > 0.0).count().max(1) as f64;
    for (weight, share) in weights.iter_mut().zip(shares).filter(|(_, share)| *share > 0.0) {
        // Of all calls, however many of them there are.
        *weight = near * share / (1.0 - share) / stale;
    }
    weights
}

/// The share of the calls that is to find out how fast one is who is not among the best: 0 for who was timed lately.
fn share(field: &Field<'_>, place: usize, lowest: u64) -> f64 {
    let health = field.candidates.get(place).and_then(|ix| field.view.state.health(*ix));
    let Some(track) = health.map(|health| health.pace.of(field.need.timing)) else { return EXPLORE };
    let is_promising = track.newest_us() < lowest && track.is_mostly_over(lowest);
    let (fresh_ms, share) = if is_promising { (PROMISING_MS, PROMISING) } else { (FRESH_MS, EXPLORE) };
    let is_old = field.now.since(track.last()) >= fresh_ms.min(field.latency.ttl_ms);
    if is_old { share } else { 0.0 }
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
    let oldest = view.state.health(cell).and_then(|cell| cell.open.oldest_waiting(*now, need.stream));
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
