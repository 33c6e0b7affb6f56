//! The case: calls at a steady rate to two deployments, of which the fast one becomes slow and well again.

/// Calls a second, whatever becomes of them.
pub(crate) const RATE: u32 = 50;

/// How long an answer takes: of the fast deployment while it is well, of the other one, and of the fast one while it is not.
pub(crate) const FAST_MS: u64 = 100;
pub(crate) const OTHER_MS: u64 = 300;
pub(crate) const SLOW_MS: u64 = 2_000;

/// When the fast one becomes slow, when it is well again, and when the case is over.
pub(crate) const SLOW_AT_MS: u64 = 10_000;
pub(crate) const WELL_AT_MS: u64 = 50_000;
pub(crate) const OVER_AT_MS: u64 = 90_000;

/// Where a share has settled: so long before what comes next.
const SETTLED_MS: u64 = 5_000;

/// The share at a moment is that of so many calls, half of them before it.
const WINDOW: usize = RATE as usize;

/// A move that is smaller than this is none, in calls of a hundred.
const LEAST_MOVE: f64 = 10.0;

/// What a router did: of each call, in turn, when it was made, and whether it went to the deployment that changes.
#[derive(Clone, Debug)]
pub(crate) struct Course(pub(crate) Vec<(u64, bool)>);

/// The traffic's way from one deployment to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Move {
    /// The calls that went to the deployment that is the slower one by now, until nine tenths of the way were done.
    pub(crate) calls: usize,
    /// Seconds until then; `None` if the traffic did not move.
    pub(crate) seconds: Option<f64>,
    /// The calls of a hundred that go on to the slower one.
    pub(crate) left: f64,
}

/// How many calls there are.
pub(crate) const fn calls() -> usize {
    (OVER_AT_MS * RATE as u64 / 1_000) as usize
}

/// How long an answer to a send at a moment takes.
pub(crate) fn takes_ms(is_changing: bool, at_ms: u64) -> u64 {
    match is_changing {
        true if (SLOW_AT_MS..WELL_AT_MS).contains(&at_ms) => SLOW_MS,
        true => FAST_MS,
        false => OTHER_MS,
    }
}

impl Course {
    /// How the traffic left the deployment that had become slow.
    pub(crate) fn away(&self) -> Move {
        self.moved(true, SLOW_AT_MS, WELL_AT_MS)
    }

    /// How it came back to it.
    pub(crate) fn back(&self) -> Move {
        self.moved(false, WELL_AT_MS, OVER_AT_MS)
    }

    /// Of a hundred calls of each second, those that went to the deployment that changes.
    pub(crate) fn shares(&self) -> Vec<f64> {
        self.0.chunks(RATE as usize).map(|second| share(second, true)).collect()
    }

    fn at(&self, ms: u64) -> usize {
        self.0.partition_point(|(at, _)| *at < ms)
    }

    fn moved(&self, slower: bool, from_ms: u64, until_ms: u64) -> Move {
        let settled = |ms: u64| share(&self.0[self.at(ms - SETTLED_MS)..self.at(ms)], slower);
        let (before, left) = (settled(from_ms), settled(until_ms));
        let way = before - left;
        let near = |place: usize| &self.0[place - WINDOW / 2..(place + WINDOW / 2).min(self.0.len())];
        let is_done = |place: &usize| way > LEAST_MOVE && (before - share(near(*place), slower)) / way >= 0.9;
        let (first, last) = (self.at(from_ms), self.at(until_ms));
        let done = (first..last).find(is_done);
        let calls = self.0[first..done.unwrap_or(last)].iter().filter(|(_, is_it)| *is_it == slower).count();
        let seconds = done.map(|place| (self.0[place].0 - from_ms) as f64 / 1_000.0);
        Move { calls, seconds, left }
    }
}

/// Of a hundred calls, those that went to the one that changes, or to the other.
fn share(calls: &[(u64, bool)], changing: bool) -> f64 {
    100.0 * calls.iter().filter(|(_, is_it)| *is_it == changing).count() as f64 / calls.len().max(1) as f64
}
