//! The retry budget of a group: a token bucket that keeps retries from multiplying an outage.
//!
//! A fixed count per call would triple the load on a provider that is already failing. The bucket lets a
//! share of the calls retry, however many there are (the idea of Finagle's and tower's retry budgets).

use crate::base::time::Millis;

/// What one call adds, in thousandths of a token: a fifth of the calls may retry.
pub const CALL_DEPOSIT: i64 = 200;

/// What one paid retry costs.
pub const RETRY_PRICE: i64 = 1_000;

/// The most that is kept, and what a router starts with: 20 tokens.
const CAPACITY: i64 = 20_000;

/// What comes back each millisecond: 10 tokens a second, so that a quiet router may always retry.
const REFILL_PER_MS: i64 = 10;

/// Thousandths of a token, and when they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    milli: i64,
    counted_at: Millis,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { milli: CAPACITY, counted_at: Millis(0) }
    }
}

impl RetryBudget {
    /// The tokens at `now`, in thousandths. A pure reading: nothing is refilled by looking.
    #[must_use]
    pub fn at(&self, now: Millis) -> i64 {
        let waited = i64::try_from(now.since(self.counted_at)).unwrap_or(i64::MAX);
        self.milli.saturating_add(waited.saturating_mul(REFILL_PER_MS)).min(CAPACITY)
    }

    /// Is there enough for one retry?
    #[must_use]
    pub fn can_pay(&self, now: Millis) -> bool {
        self.at(now) >= RETRY_PRICE
    }

    /// What is kept of it: thousandths of a token, and when they were counted.
    pub(super) fn saved(&self) -> (u32, Millis) {
        (u32::try_from(self.milli).unwrap_or(0), self.counted_at)
    }

    /// One that was kept.
    pub(super) fn restored(milli: u32, counted_at: Millis) -> Self {
        Self { milli: i64::from(milli).min(CAPACITY), counted_at }
    }

    /// Adds (or, if negative, takes) thousandths of a token.
    pub fn add(&mut self, now: Millis, milli: i64) {
        self.milli = self.at(now).saturating_add(milli).clamp(0, CAPACITY);
        self.counted_at = self.counted_at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_retries_at_once_then_ten_a_second_and_a_fifth_of_the_calls() {
        let mut budget = RetryBudget::default();
        let now = Millis(1_000_000);
        let mut paid = 0;
        while budget.can_pay(now) {
            budget.add(now, -RETRY_PRICE);
            paid += 1;
        }
        assert_eq!(paid, 20);
        assert!(!budget.can_pay(now + 99));
        assert!(budget.can_pay(now + 100));
        (0..5).for_each(|_| budget.add(now, CALL_DEPOSIT));
        assert!(budget.can_pay(now));
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing_twice() {
        let mut budget = RetryBudget::default();
        budget.add(Millis(5_000), -CAPACITY);
        budget.add(Millis(1_000), 0);
        assert_eq!(budget.at(Millis(5_000)), 0);
    }
}
