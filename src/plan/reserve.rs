//! Limits and budgets that a store keeps for all isolates: it is asked before a send, for a moment, and its "no" is final.

use crate::base::time::Millis;
use crate::config::{BudgetIx, DeploymentIx, Resolved};
use crate::error::Fault;
use crate::price::Pico;
use crate::state::{Counts, Timing, View};
use crate::strategy::{Need, estimate, has_room};

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::{Action, Answer, Ask, Step};
use super::nobody::nobody;
use super::select::Pick;

/// How long the store may think. After that the call decides by what is known here.
const RESERVE_MS: u64 = 25;

/// The store counts in minutes of the clock.
const MINUTE_MS: u64 = 60_000;

/// What the store has refused a call, which asks for it no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) deployment: DeploymentIx,
    /// Until when a limit is reached; `None` for a budget, of which nobody here knows.
    pub(super) until: Option<Millis>,
}

impl Call {
    /// Has a store to be asked before something is sent to a deployment? Where it keeps limits, and limits are bounds, or
    /// there is a budget.
    pub(super) fn must_reserve(&self, now: Millis, view: View<'_>, ix: DeploymentIx) -> bool {
        view.state.is_reserved_elsewhere()
            && (self.must_hold_limits(view, ix) || !self.must_hold(now, view, ix).0.is_empty())
    }

    /// Are the limits of a deployment to be kept by the store? Not of one that is named.
    #[must_use]
    pub fn must_hold_limits(&self, view: View<'_>, ix: DeploymentIx) -> bool {
        let is_chosen = matches!(self.target, Resolved::Group(_));
        is_chosen && view.config.deployment(ix).is_some_and(|known| view.config.binds(known))
    }

    /// The budgets of which the store is to be asked for a send to a deployment, and for how much: none where that is not
    /// known, and for what the router sends of its own.
    #[must_use]
    pub fn must_hold(&self, now: Millis, view: View<'_>, ix: DeploymentIx) -> (Vec<BudgetIx>, Pico) {
        let is_own = self.spec.is_probe || self.spec.shadow_of.is_some();
        let budgets = [view.config.budgets_of(ix), &self.tag_budgets(view)].concat();
        let known = view.config.deployment(ix).filter(|_| !is_own && !budgets.is_empty());
        let amount = known.and_then(|known| estimate(known, now, self.need().counts));
        amount.filter(|amount| *amount > 0).map(|amount| (budgets, amount)).unwrap_or_default()
    }

    /// Asks the store for a place at a deployment.
    pub(super) fn reserve(&mut self, now: Millis, deployment: DeploymentIx, step: &mut Step) {
        self.reserving = Some((deployment, now));
        self.phase = Phase::Asking(Ask::Reserve);
        self.timers.set(Timer::Backoff, now, None);
        self.timers.set(Timer::Ask, now, Some(RESERVE_MS));
        step.action = Some(Action::Ask(Ask::Reserve));
    }

    /// The store has answered, or said nothing in time: then the send goes by what is known here.
    pub(super) fn reserved(&mut self, now: Millis, view: View<'_>, answer: &Answer, step: &mut Step) {
        let Some((deployment, _)) = self.reserving.take() else { return };
        self.timers.set(Timer::Ask, now, None);
        if matches!(answer, Answer::No | Answer::OverBudget) {
            let minute = || Millis((now.0 / MINUTE_MS).saturating_add(1).saturating_mul(MINUTE_MS));
            let until = (*answer == Answer::No).then(minute);
            self.full.push(Refusal { deployment, until });
        } else if has_room(view, now, deployment, self.need()) {
            self.is_held = true;
            return self.send_now(now, view, deployment, step);
        }
        // Else others have taken here what was left, while the store was asked.
        // Whoever has failed in this call is tried again after a wait that was paid for, and not in place of another.
        let was_tried = self.failed.contains(&deployment);
        match self.choose(now, view, false, &|call, ix| call.leaves(now, view, ix)) {
            Pick::Untried(next) => self.send(now, view, next, step),
            Pick::Tried(next) if was_tried => self.send(now, view, next, step),
            Pick::Tried(_) | Pick::Nobody => {
                let fault = self.nobody(now, view);
                self.fall_back(now, view, fault, step);
            }
        }
    }

    /// What a send of this call needs.
    pub(super) fn need(&self) -> Need<'_> {
        let (input, output) = self.spec.tokens.unwrap_or_default();
        let counts = Counts { requests: 1, input: input.into(), output: output.into() };
        let Self { beside, unused, tag, .. } = *self;
        let stream = self.spec.stream;
        let timing = Timing::of(self.spec.surface, stream);
        Need {
            refused: Some(&self.screen.refused).filter(|refused| !refused.is_empty()),
            counts,
            stream,
            timing,
            beside,
            refunded: self.refunded.as_ref(),
            unused,
            tag,
            is_paid: false,
        }
    }

    /// What a send of this call reserves.
    #[must_use]
    pub fn needs(&self) -> Counts {
        self.need().counts
    }

    /// Which deployment the store is asked about, and since when.
    #[must_use]
    pub fn reserving(&self) -> Option<(DeploymentIx, Millis)> {
        self.reserving
    }

    /// Has the store said of a deployment that its limit is reached, in the present minute, or a budget?
    pub(super) fn is_full(&self, now: Millis, ix: DeploymentIx) -> bool {
        let counts = |refusal: &&Refusal| refusal.until.is_none_or(|until| now < until);
        self.full.iter().filter(counts).any(|refusal| refusal.deployment == ix)
    }

    /// Why nobody of the present target may be used.
    pub(super) fn nobody(&self, now: Millis, view: View<'_>) -> Fault {
        let named = self.chose_nobody(now, view);
        named.unwrap_or_else(|| nobody(view, now, self.target, self.need(), &self.full))
    }
}
