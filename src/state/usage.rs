//! Requests and tokens of the last minute, for `rpm`, `tpm`, `itpm` and `otpm`: reserved when a request is sent, settled
//! when its answer has told what it used.
//!
//! LiteLLM counts in minutes of the clock, after the answer: twice the limit can pass at the turn of a minute, and calls
//! at once all see the old count. Here a minute slides in steps of a second, and a reservation counts at once.

use crate::base::time::Millis;

/// How many steps are kept: the present one, and a whole minute before it.
const STEPS: usize = 61;

/// The length of a step.
const STEP_MS: u64 = 1_000;

/// Requests and tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests.
    pub requests: u64,
    /// Tokens of the requests.
    pub input: u64,
    /// Tokens of the answers.
    pub output: u64,
}

impl Counts {
    /// These and those.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
        }
    }

    /// These without those; never below 0.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(other.requests),
            input: self.input.saturating_sub(other.input),
            output: self.output.saturating_sub(other.output),
        }
    }

    /// `part` of `whole` of these.
    #[must_use]
    pub fn scaled(self, part: u64, whole: u64) -> Self {
        let scale = |amount: u64| amount.saturating_mul(part) / whole.max(1);
        Self { requests: scale(self.requests), input: scale(self.input), output: scale(self.output) }
    }

    /// What of them a limit bounds.
    #[must_use]
    pub fn get(self, limit: Measure) -> u64 {
        match limit {
            Measure::Requests => self.requests,
            Measure::Tokens => self.input.saturating_add(self.output),
            Measure::Input => self.input,
            Measure::Output => self.output,
        }
    }
}

/// What a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// `rpm`.
    Requests,
    /// `tpm`.
    Tokens,
    /// `itpm`.
    Input,
    /// `otpm`.
    Output,
}

/// What was used in the last minute.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By second; the place of a second is its number modulo the length. Empty until something is counted.
    steps: Vec<Counts>,
    /// The last second that was counted in.
    last: u64,
    /// What the seconds hold together.
    sum: Counts,
    /// What the other isolates have used, as far as the store has told.
    foreign: Counts,
    /// Until when that counts.
    foreign_until: Millis,
}

/// Does what was counted `since` then still count at `now`?
#[must_use]
pub fn still_counts(now: Millis, since: Millis) -> bool {
    (now.0 / STEP_MS).saturating_sub(since.0 / STEP_MS) < STEPS as u64
}

impl Usage {
    /// Counts something at `now`.
    pub fn add(&mut self, now: Millis, counts: Counts) {
        if self.steps.is_empty() {
            self.steps = vec![Counts::default(); STEPS];
        }
        let step = now.0 / STEP_MS;
        // A clock that steps back counts in the last second.
        for passed in 1..=step.saturating_sub(self.last).min(STEPS as u64) {
            self.change(self.last.saturating_add(passed), |_| Counts::default());
        }
        self.last = self.last.max(step);
        self.change(self.last, |held| held.plus(counts));
    }

    /// Was anything counted yet?
    pub(super) fn is_counted(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Changes what a second holds, and with it the sum.
    fn change(&mut self, step: u64, change: impl FnOnce(Counts) -> Counts) {
        if let Some(slot) = self.steps.get_mut((step % STEPS as u64) as usize) {
            let (before, after) = (*slot, change(*slot));
            *slot = after;
            self.sum = self.sum.minus(before).plus(after);
        }
    }

    /// Replaces what was reserved `since` then by what was used.
    pub fn settle(&mut self, since: Millis, reserved: Counts, used: Counts) {
        let step = since.0 / STEP_MS;
        if self.last.saturating_sub(step) < STEPS as u64 {
            self.change(step.min(self.last), |held| held.minus(reserved).plus(used));
        }
    }

    /// What was used here in the minute before `now`.
    #[must_use]
    pub fn own(&self, now: Millis) -> Counts {
        // Nothing but what has left the minute since the last second that was counted in.
        let oldest = self.oldest(now);
        if oldest > self.last {
            return Counts::default();
        }
        if self.last.saturating_sub(oldest) == STEPS as u64 - 1 {
            return self.sum;
        }
        let left = self.last.saturating_sub(STEPS as u64 - 1)..oldest.min(self.last.saturating_add(1));
        left.fold(self.sum, |sum, step| sum.minus(self.second(step)))
    }

    /// The oldest second that counts at `now`.
    fn oldest(&self, now: Millis) -> u64 {
        (now.0 / STEP_MS).max(self.last).saturating_sub(STEPS as u64 - 1)
    }

    fn second(&self, step: u64) -> Counts {
        self.steps.get((step % STEPS as u64) as usize).copied().unwrap_or_default()
    }

    /// What was used in the minute before `now`, here and elsewhere.
    #[must_use]
    pub fn at(&self, now: Millis) -> Counts {
        let own = self.own(now);
        if now < self.foreign_until { own.plus(self.foreign) } else { own }
    }

    /// Takes in what the other isolates used in the last minute. It is advice: it may be old, or wrong.
    pub fn merge(&mut self, now: Millis, foreign: Counts, ttl_ms: u64) {
        self.foreign = foreign;
        self.foreign_until = now + ttl_ms;
    }

    /// Is anything known of what the others have used?
    #[must_use]
    pub fn is_told(&self, now: Millis) -> bool {
        now < self.foreign_until
    }

    /// Until when `need` more of a measure are too much for what the others have left of a `limit`; `None` if they are not.
    #[must_use]
    pub fn used_elsewhere(&self, now: Millis, measure: Measure, need: u64, limit: u64) -> Option<Millis> {
        let is_told = now < self.foreign_until && self.foreign.get(measure) > 0;
        (is_told && self.at(now).get(measure).saturating_add(need) > limit).then_some(self.foreign_until)
    }

    /// How long until `need` more of a measure fit under `limit`, beside what was used here: 0 at once, `None` never,
    /// because it is more than the limit itself.
    #[must_use]
    pub fn wait_ms(&self, now: Millis, measure: Measure, need: u64, limit: u64) -> Option<u64> {
        let used = self.own(now).get(measure);
        if used.saturating_add(need) <= limit {
            return Some(0);
        }
        if need > limit {
            return None;
        }
        let mut surplus = used.saturating_add(need).saturating_sub(limit);
        for step in self.oldest(now)..=self.last {
            surplus = surplus.saturating_sub(self.second(step).get(measure));
            if surplus == 0 {
                return Some(Millis(step.saturating_add(STEPS as u64).saturating_mul(STEP_MS)).since(now));
            }
        }
        Some(0)
    }

    /// The seconds that still count at `now`, the oldest first.
    pub(super) fn seconds(&self, now: Millis) -> Vec<(u64, Counts)> {
        let counted =
            |step: u64| Some((step, self.second(step))).filter(|(_, counts)| *counts != Counts::default());
        (self.oldest(now)..=self.last).filter_map(counted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_800_000_000_000;

    fn at(ms: u64) -> Millis {
        Millis(NOON + ms)
    }

    fn request() -> Counts {
        Counts { requests: 1, input: 100, output: 50 }
    }

    #[test]
    fn what_was_used_counts_for_a_minute_and_no_longer() {
        let mut usage = Usage::default();
        assert_eq!(usage.at(at(0)), Counts::default());
        usage.add(at(100), request());
        usage.add(at(30_000), request());
        assert_eq!(usage.at(at(60_900)).requests, 2);
        assert_eq!(usage.at(at(61_000)).requests, 1);
        assert_eq!(usage.at(at(91_000)).requests, 0);
        usage.add(at(500_000), request());
        assert_eq!(usage.at(at(500_000)), request());
    }

    #[test]
    fn the_wait_is_until_the_oldest_have_left() {
        let mut usage = Usage::default();
        for ms in [0, 10_000, 20_000] {
            usage.add(at(ms), request());
        }
        let wait = |need, limit| usage.wait_ms(at(20_500), Measure::Requests, need, limit);
        assert_eq!(wait(1, 4), Some(0));
        assert_eq!(wait(1, 3), Some(61_000 - 20_500));
        assert_eq!(wait(2, 3), Some(71_000 - 20_500));
        assert_eq!(wait(3, 3), Some(81_000 - 20_500));
        assert_eq!(wait(4, 3), None);
        assert_eq!(usage.wait_ms(at(20_500), Measure::Tokens, 151, 450), Some(71_000 - 20_500));
        assert_eq!(usage.wait_ms(at(20_500), Measure::Input, 100, 400), Some(0));
        assert_eq!(usage.wait_ms(at(20_500), Measure::Output, 51, 200), Some(61_000 - 20_500));
    }

    #[test]
    fn a_reservation_becomes_what_was_used() {
        let mut usage = Usage::default();
        let reserved = Counts { requests: 1, input: 300, output: 700 };
        usage.add(at(0), reserved);
        usage.settle(at(0), reserved, Counts { requests: 1, input: 280, output: 20 });
        assert_eq!(usage.at(at(1_000)), Counts { requests: 1, input: 280, output: 20 });
        usage.add(at(120_000), request());
        usage.settle(at(0), reserved, request());
        assert_eq!(usage.at(at(120_000)), request(), "what has left the minute is not settled");
    }

    #[test]
    fn a_clock_that_steps_back_loses_nothing() {
        let mut usage = Usage::default();
        usage.add(at(50_000), request());
        usage.add(at(0), request());
        assert_eq!(usage.at(at(0)).requests, 2);
        assert_eq!(usage.at(at(50_000)).requests, 2);
    }

    #[test]
    fn what_others_used_counts_until_it_is_old() {
        let mut usage = Usage::default();
        usage.merge(at(0), Counts { requests: 5, ..Counts::default() }, 30_000);
        assert_eq!((usage.at(at(29_999)).requests, usage.own(at(29_999)).requests), (5, 0));
        let elsewhere = |ms, need| usage.used_elsewhere(at(ms), Measure::Requests, need, 6);
        assert_eq!((elsewhere(0, 1), elsewhere(0, 2), elsewhere(30_000, 2)), (None, Some(at(30_000)), None));
        assert_eq!(usage.wait_ms(at(0), Measure::Requests, 2, 6), Some(0), "advice is no limit");
        assert_eq!(usage.at(at(30_000)).requests, 0);
    }
}
