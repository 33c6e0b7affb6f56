//! What a provider's own headers say is left of its limits: learnt from every answer that tells it.

use crate::base::remaining::{Remaining, Rest};
use crate::base::time::Millis;

use super::Counts;

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// How much.
    pub amount: u64,
    /// When the provider counts anew.
    pub resets: Millis,
}

/// What is left of a deployment's limits, as far as its provider tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// Requests.
    pub requests: Option<Left>,
    /// Tokens.
    pub tokens: Option<Left>,
}

impl Quota {
    /// What a reply tells.
    #[must_use]
    pub fn told(now: Millis, remaining: Remaining) -> Self {
        let left = |rest: Option<Rest>| {
            rest.map(|rest| Left { amount: rest.amount, resets: now + rest.resets_in_ms })
        };
        Self { requests: left(remaining.requests), tokens: left(remaining.tokens) }
    }

    /// Takes in what a newer answer tells.
    pub(super) fn learn(&mut self, newer: Self) {
        self.requests = newer.requests.or(self.requests);
        self.tokens = newer.tokens.or(self.tokens);
    }

    /// A request was sent that the provider has not told of yet.
    pub(super) fn spend(&mut self, counts: Counts) {
        let spend = |left: &mut Option<Left>, amount: u64| {
            if let Some(left) = left {
                left.amount = left.amount.saturating_sub(amount);
            }
        };
        spend(&mut self.requests, counts.requests);
        spend(&mut self.tokens, counts.input.saturating_add(counts.output));
    }

    /// Until when a request of this size would be refused; `None` if it would not.
    #[must_use]
    pub fn exhausted_until(&self, now: Millis, need: Counts) -> Option<Millis> {
        let until = |left: Option<Left>, need: u64| {
            left.filter(|left| now < left.resets && left.amount < need).map(|left| left.resets)
        };
        // Where nobody knows what a request uses, it is one token at least.
        let tokens = need.input.saturating_add(need.output).max(1);
        until(self.requests, need.requests).max(until(self.tokens, tokens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_down_with_each_send_and_comes_back_at_the_reset() {
        let need = Counts { requests: 1, input: 80, output: 20 };
        let mut quota = Quota::default();
        assert_eq!(quota.exhausted_until(Millis(0), need), None);
        let left = |amount, resets| Some(Left { amount, resets: Millis(resets) });
        quota.learn(Quota { requests: left(2, 1_000), tokens: left(150, 500) });
        assert_eq!(quota.exhausted_until(Millis(0), need), None);
        quota.spend(need);
        assert_eq!(quota.exhausted_until(Millis(0), need), Some(Millis(500)), "50 tokens are left");
        assert_eq!(quota.exhausted_until(Millis(500), need), None);
        quota.spend(need);
        assert_eq!(quota.exhausted_until(Millis(500), need), Some(Millis(1_000)));
        quota.learn(Quota { requests: left(9, 2_000), tokens: None });
        assert_eq!(quota.exhausted_until(Millis(500), need), None);
    }
}
