//! What budgets have spent: an amount is reserved when a request is sent, and what it cost takes its place when it is over.
//!
//! LiteLLM adds a cost after the answer: calls at once all see what was spent before them. Here a reservation counts at
//! once, and one whose call vanishes ends with its lease.

use crate::base::time::Millis;
use crate::config::{BudgetWindow, Declared};
use crate::price::Pico;

use super::Lease;

/// How long it is known of a reservation that has expired who has to pay, though it counts no more.
const GRACE_MS: u64 = 60_000;

/// What a send is thought to cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reserved {
    lease: Lease,
    amount: Pico,
    expires: Millis,
}

/// One budget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    /// The period that `spent` is of.
    window: u64,
    spent: Pico,
    reserved: Vec<Reserved>,
    /// What other isolates have spent, as far as the store has told: in which period, how much, until when it counts.
    foreign: (u64, Pico, Millis),
}

/// How a budget stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// How much may be spent.
    pub limit: Pico,
    /// What is spent.
    pub spent: Pico,
    /// What is reserved by sends under way.
    pub reserved: Pico,
    /// What others have spent, as far as is known.
    pub elsewhere: Pico,
    /// When the period is over.
    pub resets: Millis,
    /// Until when that which others have spent counts.
    pub told_until: Millis,
}

/// Why a budget does not allow for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// It is spent.
    Spent,
    /// What is left is reserved by sends that are under way.
    Reserved,
    /// Others have spent it.
    Elsewhere,
}

impl Purse {
    /// What is left, if all that is reserved is spent.
    #[must_use]
    pub fn left(&self) -> Pico {
        self.limit.saturating_sub(self.spent.saturating_add(self.reserved))
    }

    /// The most that something may be thought to cost that still fits. Where nothing is used, anything does.
    #[must_use]
    pub fn room(&self) -> Pico {
        if self.left() == self.limit && self.limit > 0 { Pico::MAX } else { self.left() }
    }

    /// Why something that is thought to cost so much is too much; `None` if it is not. A request alone is never larger
    /// than a budget, for its cost is only a guess.
    #[must_use]
    pub fn short(&self, estimate: Pico) -> Option<Short> {
        let need = estimate.min(self.limit);
        let is_over = |used: Pico| used >= self.limit || used.saturating_add(need) > self.limit;
        let own = self.spent.saturating_add(self.reserved);
        if is_over(self.spent) {
            Some(Short::Spent)
        } else if is_over(own) {
            Some(Short::Reserved)
        } else {
            (self.elsewhere > 0 && is_over(own.saturating_add(self.elsewhere))).then_some(Short::Elsewhere)
        }
    }
}

impl Spend {
    /// How it stands, beside a send that is about to be over and keeps so much of what it has reserved.
    #[must_use]
    pub fn at(&self, now: Millis, declared: &Declared, beside: Option<(Lease, Pico)>) -> Purse {
        let BudgetWindow { number, ends } = declared.budget.period.at(now);
        let (window, elsewhere, told_until) = self.foreign;
        let held = self.reserved.iter().filter(|held| held.expires > now);
        let amount = |held: &Reserved| match beside {
            Some((lease, kept)) if lease == held.lease => kept,
            _ => held.amount,
        };
        let is_told = window == number && now < told_until;
        Purse {
            limit: declared.budget.limit,
            spent: if self.window == number { self.spent } else { 0 },
            reserved: held.fold(0, |sum, held| sum.saturating_add(amount(held))),
            elsewhere: if is_told { elsewhere } else { 0 },
            resets: ends,
            told_until: told_until.min(ends),
        }
    }

    /// Reserves an amount, and forgets what has expired, but for sends that may be about to end: they pay.
    pub(super) fn reserve(&mut self, now: Millis, lease: Lease, amount: Pico, expires: Millis) {
        self.reserved.retain(|held| held.expires + GRACE_MS > now);
        self.reserved.push(Reserved { lease, amount, expires });
    }

    /// Has a send reserved of it?
    pub(super) fn holds(&self, lease: Lease) -> bool {
        self.reserved.iter().any(|held| held.lease == lease)
    }

    /// What a send cost takes the place of what it had reserved. It counts in the period of `now`.
    pub(super) fn settle(&mut self, window: u64, lease: Lease, amount: Pico) {
        self.reserved.retain(|held| held.lease != lease);
        // A clock that steps back counts in the last period.
        if window > self.window {
            (self.window, self.spent) = (window, 0);
        }
        self.spent = self.spent.saturating_add(amount);
    }

    /// What is kept of it over a restart: a period, and what was spent in it.
    pub(super) fn saved(&self) -> (u64, Pico) {
        (self.window, self.spent)
    }

    /// Takes in what was kept. What was spent since counts as well, unless it was kept as a part of it.
    pub(super) fn restore(&mut self, window: u64, spent: Pico) {
        if window > self.window {
            (self.window, self.spent) = (window, spent);
        } else if window == self.window {
            self.spent = self.spent.max(spent);
        }
    }

    /// Takes in what others have spent in a period. It is advice: it may be old, or wrong.
    pub(super) fn merge(&mut self, window: u64, amount: Pico, until: Millis) {
        self.foreign = (window, amount, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Budget, Period, Purpose};

    fn declared(limit: Pico) -> Declared {
        let budget = Budget { limit, period: Period::Ms(60_000) };
        Declared { purpose: Purpose::Tag, name: "t".to_owned(), budget }
    }

    fn lease(call: u64) -> Lease {
        Lease::new(call, 0)
    }

    const NOW: Millis = Millis(1_800_000_000_000);

    fn window(now: Millis) -> u64 {
        now.0 / 60_000
    }

    #[test]
    fn what_is_reserved_counts_until_it_is_settled_or_its_lease_is_over() {
        let (mut spend, budget) = (Spend::default(), declared(100));
        spend.reserve(NOW, lease(1), 60, NOW + 1_000);
        spend.reserve(NOW, lease(2), 30, NOW + 2_000);
        let at = |spend: &Spend, ms| spend.at(NOW + ms, &budget, None);
        assert_eq!((at(&spend, 0).reserved, at(&spend, 0).left()), (90, 10));
        assert_eq!((at(&spend, 0).short(10), at(&spend, 0).short(11)), (None, Some(Short::Reserved)));
        assert_eq!(spend.at(NOW, &budget, Some((lease(1), 7))).reserved, 37);
        assert_eq!((at(&spend, 1_000).reserved, at(&spend, 2_000).reserved), (30, 0));
        spend.settle(window(NOW), lease(1), 75);
        assert_eq!((at(&spend, 0).spent, at(&spend, 0).reserved), (75, 30));
        spend.settle(window(NOW), lease(2), 25);
        assert_eq!((at(&spend, 0).left(), at(&spend, 0).short(0)), (0, Some(Short::Spent)));
        assert_eq!(at(&spend, 60_000).spent, 0, "another period");
        assert_eq!(at(&spend, 0).resets, NOW + 60_000);
    }

    #[test]
    fn a_request_alone_is_never_too_much_and_nothing_is_paid_with_nothing() {
        let (mut spend, budget) = (Spend::default(), declared(100));
        assert_eq!(spend.at(NOW, &budget, None).short(5_000), None);
        assert_eq!(spend.at(NOW, &declared(0), None).short(0), Some(Short::Spent));
        spend.settle(window(NOW), lease(1), 1);
        assert_eq!(spend.at(NOW, &budget, None).short(5_000), Some(Short::Spent));
        assert_eq!(spend.at(NOW, &budget, None).short(99), None);
    }

    #[test]
    fn what_others_spent_counts_in_its_period_until_it_is_old() {
        let (mut spend, budget) = (Spend::default(), declared(100));
        spend.settle(window(NOW), lease(1), 40);
        spend.merge(window(NOW), 60, NOW + 30_000);
        assert_eq!(spend.at(NOW, &budget, None).short(0), Some(Short::Elsewhere));
        assert_eq!(spend.at(NOW + 30_000, &budget, None).short(0), None);
        spend.merge(window(NOW) - 1, 60, NOW + 30_000);
        assert_eq!(spend.at(NOW, &budget, None).short(0), None);
    }

    #[test]
    fn what_was_kept_counts_once() {
        let (mut spend, budget) = (Spend::default(), declared(100));
        spend.settle(window(NOW), lease(1), 40);
        let (kept, spent) = spend.saved();
        spend.restore(kept, spent);
        assert_eq!(spend.at(NOW, &budget, None).spent, 40);
        spend.settle(window(NOW), lease(2), 10);
        spend.restore(kept, spent);
        assert_eq!(spend.at(NOW, &budget, None).spent, 50);
        spend.settle(window(NOW) + 1, lease(3), 7);
        spend.restore(kept, spent);
        assert_eq!(spend.at(NOW + 60_000, &budget, None).spent, 7, "an old period is over");
    }
}
