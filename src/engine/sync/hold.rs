//! Limits and budgets that the store keeps for all isolates: what it is asked for before a send, and what becomes of it after.
//!
//! Limits are counted in minutes of the clock, under keys of their own: `<deployment>/rpm/<minute>` and so on. A budget has
//! one number for what is spent and what is reserved. A reservation that is larger or smaller than what was used is mended by
//! the next batch.

use crate::base::time::Millis;
use crate::config::{BudgetIx, DeploymentIx, RouterConfig};
use crate::plan::Call;
use crate::state::{Counts, Delta, Lease, Measure, View};
use crate::strategy::bounds;

use super::book::MINUTE_MS;
use super::money::{Grant, limit_of, nano_of, ttl};
use super::ops::{Facet, Op, OpValue, key};
use super::{NOBODY, Sync, USAGE_TTL_S};

/// Of what something is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A limit.
    Limit(Measure),
    /// A budget, in a period.
    Budget(BudgetIx, u64),
}

/// One thing to ask the store for: that a number grows, if it does not grow beyond its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which number.
    pub key: String,
    /// By how much.
    pub amount: u64,
    /// What it must not exceed.
    pub limit: u64,
    /// How long the store keeps it, in seconds.
    pub ttl: u32,
    of: Of,
}

/// All that a send needs to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    deployment: DeploymentIx,
    at: Millis,
    /// One for each limit of the deployment, and for each budget; all are needed.
    pub holds: Vec<Hold>,
    /// What was to be given back of budgets, and goes to this send: in which period, how many billionths of a dollar.
    change: Vec<(BudgetIx, u64, u64)>,
}

impl Reservation {
    /// What a call needs to be given that waits for a place.
    pub(in crate::engine) fn of(view: View<'_>, call: &Call, sync: &mut Sync) -> Option<Self> {
        let ((deployment, at), config) = (call.reserving()?, view.config);
        let known = config.deployment(deployment).filter(|_| call.must_hold_limits(view, deployment));
        let cell = known.map_or(deployment, |known| known.limit_cell(deployment));
        let minute = at.0 / MINUTE_MS;
        let limits = known.into_iter().flat_map(|known| bounds(known, call.needs()));
        let limits = limits.filter_map(|(limit, measure, amount)| {
            let key = key(config, cell, Facet::Held(measure, minute))?;
            (amount > 0).then_some(Hold { key, amount, limit, ttl: USAGE_TTL_S, of: Of::Limit(measure) })
        });
        let mut holds: Vec<Hold> = limits.collect();
        let (budgets, need) = call.must_hold(at, view, deployment);
        let mut change = Vec::new();
        for ix in budgets {
            let Some(declared) = config.budgets.get(ix) else { continue };
            let window = declared.budget.period.at(at);
            let Some(key) = key(config, NOBODY, Facet::Spent(ix, window.number)) else { continue };
            let (limit, of, ttl) = (limit_of(declared), Of::Budget(ix, window.number), ttl(at, window));
            // A request alone is never larger than a budget.
            let need = nano_of(need).min(limit);
            // What the last ones have not used need not be asked for again.
            let own = sync.accounts.take_change(ix, window.number, need);
            change.push((ix, window.number, own));
            let amount = need.saturating_sub(own);
            if amount > 0 {
                holds.push(Hold { key, amount, limit, ttl, of });
            }
        }
        Some(Self { deployment, at, holds, change })
    }

    /// Is one of these answers a "no", and is that for a budget alone?
    pub(in crate::engine) fn refusal(&self, answers: &[Option<bool>]) -> Option<bool> {
        let mut refused = self.holds.iter().zip(answers).filter(|(_, answer)| **answer == Some(false));
        let is_limit = |hold: &Hold| matches!(hold.of, Of::Limit(_));
        let first = refused.next()?;
        Some(!is_limit(first.0) && !refused.any(|(hold, _)| is_limit(hold)))
    }

    /// What the store has given.
    fn given(&self, answers: &[Option<bool>]) -> impl Iterator<Item = &Hold> {
        let both = self.holds.iter().zip(answers);
        both.filter(|(_, answer)| **answer == Some(true)).map(|(hold, _)| hold)
    }

    /// At which deployment, and when it was asked for.
    pub(in crate::engine) fn place(&self) -> (DeploymentIx, Millis) {
        (self.deployment, self.at)
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

impl Sync {
    /// Gives back what the store has given of a reservation.
    pub(in crate::engine) fn give_back(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        reservation: &Reservation,
        answers: &[Option<bool>],
    ) {
        let given = reservation.given(answers).filter_map(|hold| match hold.of {
            Of::Limit(measure) => Some((measure, signed(hold.amount).saturating_neg())),
            Of::Budget(..) => None,
        });
        self.books.hold(config, reservation.deployment, reservation.at, given);
        self.give_back_budgets(config, now, reservation, answers);
    }

    /// Gives back what the store has given of budgets.
    pub(in crate::engine) fn give_back_budgets(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        reservation: &Reservation,
        answers: &[Option<bool>],
    ) {
        for (ix, window, nano) in self.budgets_given(config, now, reservation, answers) {
            self.accounts.give_back(config, ix, window, nano);
        }
    }

    /// Notes what of budgets is a send's that is under way until `expires` at the latest.
    pub(in crate::engine) fn note_given(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        (lease, expires): (Lease, Millis),
        reservation: &Reservation,
        answers: &[Option<bool>],
    ) {
        for (ix, window, nano) in self.budgets_given(config, now, reservation, answers) {
            self.accounts.give(config, now, Grant { lease, ix, window, nano, expires });
        }
    }

    /// What of budgets a reservation has come to. What the store has given of it counts as told.
    fn budgets_given(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        reservation: &Reservation,
        answers: &[Option<bool>],
    ) -> Vec<(BudgetIx, u64, u64)> {
        let mut all = reservation.change.clone();
        for hold in reservation.given(answers) {
            if let Of::Budget(ix, window) = hold.of {
                self.accounts.note_given(config, now, ix, window, hold.amount);
                all.push((ix, window, hold.amount));
            }
        }
        all
    }

    /// Notes what a send has used that the store was not asked for, and what it was asked for in vain.
    pub(super) fn note_held(&mut self, config: &RouterConfig, now: Millis, delta: &Delta) {
        let nothing = Counts::default();
        let (deployment, at, before, after) = match delta {
            Delta::Sent { deployment, reserved, held: false, .. } => (*deployment, now, nothing, *reserved),
            Delta::Ended { deployment, sent, reserved, used, .. } => (*deployment, *sent, *reserved, *used),
            _ => return,
        };
        if !self.carries.reserve || before == after {
            return;
        }
        let Some(known) = config.deployment(deployment).filter(|known| config.binds(known)) else { return };
        let changes =
            bounds(known, after).zip(bounds(known, before)).map(|((_, measure, after), (.., before))| {
                (measure, signed(after).saturating_sub(signed(before)))
            });
        self.books.hold(config, deployment, at, changes);
    }

    /// The changes of a minute's reservations, as operations.
    pub(super) fn tell_held(
        &self,
        config: &RouterConfig,
        ix: DeploymentIx,
        minute: u64,
        held: [i64; 4],
        ops: &mut Vec<Op>,
    ) {
        let measures = [Measure::Requests, Measure::Tokens, Measure::Input, Measure::Output];
        for (measure, change) in measures.into_iter().zip(held) {
            if change != 0
                && let Some(key) = key(config, ix, Facet::Held(measure, minute))
            {
                ops.push(Op { key, value: OpValue::Add(change), ttl: USAGE_TTL_S });
            }
        }
    }
}
