//! How the recent attempts of one deployment ended: the rate rule's memory.
//!
//! LiteLLM counts in a tumbling minute that starts with the first event; so do we. Added here: a run of
//! failures in a row, so that a busy deployment that has just died need not first spoil half of a minute.

use crate::base::time::Millis;

/// The length of a window.
const WINDOW_MS: u64 = 60_000;

/// More than this share of failures benches (LiteLLM's `DEFAULT_FAILURE_THRESHOLD_PERCENT`, 0.5, strict) …
const FAILED_SHARE: (u32, u32) = (1, 2);

/// … once there were as many attempts (LiteLLM's `DEFAULT_FAILURE_THRESHOLD_MINIMUM_REQUESTS`).
const LEAST_ATTEMPTS: u32 = 5;

/// So many failures without a success between them bench whatever the share.
const RUN: u32 = 10;

/// Successes and failures of at most a minute, and the failures since the last success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    since: Millis,
    ok: u32,
    failed: u32,
    run: u32,
}

impl Window {
    /// The window that is valid at `now`: this one, or an empty one that keeps the run.
    fn at(self, now: Millis) -> Self {
        let fresh = now.since(self.since) < WINDOW_MS && self.since <= now;
        if fresh { self } else { Self { since: now, ok: 0, failed: 0, run: self.run } }
    }

    /// Counts an answered attempt.
    pub fn succeeded(&mut self, now: Millis) {
        *self = self.at(now);
        self.ok = self.ok.saturating_add(1);
        self.run = 0;
    }

    /// Counts a failed attempt.
    pub fn failed(&mut self, now: Millis) {
        *self = self.at(now);
        self.failed = self.failed.saturating_add(1);
        self.run = self.run.saturating_add(1);
    }

    /// How many were answered, and how many failed, in the window that is valid at `now`.
    #[must_use]
    pub fn counts(&self, now: Millis) -> (u32, u32) {
        let valid = self.at(now);
        (valid.ok, valid.failed)
    }

    /// How many have failed since the last one that was answered.
    #[must_use]
    pub fn run(&self) -> u32 {
        self.run
    }

    /// Would one more failure at `now` be too many?
    #[must_use]
    pub fn would_trip(&self, now: Millis) -> bool {
        let mut next = *self;
        next.failed(now);
        let all = u64::from(next.ok) + u64::from(next.failed);
        let (share, of) = (u64::from(FAILED_SHARE.0), u64::from(FAILED_SHARE.1));
        let rate = all >= u64::from(LEAST_ATTEMPTS) && u64::from(next.failed) * of > all * share;
        rate || next.run >= RUN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(ok: u32, failed: u32) -> Window {
        let mut window = Window::default();
        (0..ok).for_each(|_| window.succeeded(Millis(1)));
        (0..failed).for_each(|_| window.failed(Millis(1)));
        window
    }

    #[test]
    fn the_fifth_failure_trips_and_half_is_not_more_than_half() {
        assert!(!after(0, 3).would_trip(Millis(2)));
        assert!(after(0, 4).would_trip(Millis(2)));
        assert!(!after(5, 4).would_trip(Millis(2)));
        assert!(after(5, 5).would_trip(Millis(2)));
    }

    #[test]
    fn ten_in_a_row_trip_even_after_many_successes() {
        assert!(!after(1_000, 8).would_trip(Millis(2)));
        assert!(after(1_000, 9).would_trip(Millis(2)));
    }

    #[test]
    fn a_minute_later_the_share_starts_anew() {
        assert!(!after(0, 4).would_trip(Millis(60_001)));
        assert_eq!(
            (after(2, 4).counts(Millis(59_999)), after(2, 4).counts(Millis(60_000))),
            ((2, 4), (0, 0))
        );
    }
}
