//! A second send beside a slow first one: at most one in a call, inside the retry budget, to another deployment with
//! another credential. The first content wins, and the other send is given up.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Hedging, Resolved};
use crate::error::{Fault, FaultKind};
use crate::state::{Delta, View};
use crate::strategy::exclusion;

use super::attempt::Attempt;
use super::call::{Call, Phase};
use super::deadline::{Lane, Timer};
use super::event::{AttemptId, Step};
use super::select::{Pick, is_closed};

/// The share of answers that have begun when a second send is worth it.
const PERCENT: usize = 95;

/// Where a host bounds the sends of a call, it bounds those that wait for their heads as well: Workers allow six.
const OPEN_HEADS: usize = 6;

impl Call {
    /// Sets the moment of the second send, if there may be one.
    pub(super) fn plan_hedge(&mut self, now: Millis, view: View<'_>, deployment: DeploymentIx) {
        let hedging = self.spec.options.hedging.unwrap_or(view.config.policy.hedging);
        let may = !self.has_hedged && !self.is_committed && matches!(self.target, Resolved::Group(_));
        let after_ms = match hedging {
            Hedging::Off => None,
            Hedging::After(ms) => Some(ms),
            Hedging::Observed => view.state.health(deployment).and_then(|health| {
                let recent = if self.spec.stream { &health.streams } else { &health.answers };
                recent.percentile(PERCENT)
            }),
        };
        self.timers.set(Timer::Hedge, now, after_ms.filter(|_| may));
    }

    /// The first send is slow: makes the second one, if somebody is there for it.
    pub(super) fn hedge(&mut self, now: Millis, view: View<'_>, step: &mut Step) {
        self.timers.set(Timer::Hedge, now, None);
        let Phase::Sending(first) = self.phase else { return };
        let slow = self.attempts.get(usize::from(first.0)).map(|known| known.deployment);
        let Some(slow) = slow.filter(|_| self.rival.is_none() && !self.has_hedged) else { return };
        let is_bounded = view.config.host.subrequests.is_some();
        let is_crowded = is_bounded && view.state.waiting_heads(now) >= OPEN_HEADS;
        if is_crowded || self.is_spent(view) {
            return;
        }
        let credential = |ix| view.config.deployment(ix).map(|known| known.credential);
        let leave = |call: &Self, ix| {
            ix == slow
                || credential(ix) == credential(slow)
                // There is no time to ask a store for a place beside a send that is under way.
                || call.must_reserve(now, view, ix)
                || !is_closed(view, now, ix)
                || exclusion(view, now, ix, call.need()).is_some()
                || call.leaves(now, view, ix)
        };
        let Pick::Untried(next) = self.choose(now, view, true, &leave) else { return };
        if self.pay(now, view, step) {
            self.has_hedged = true;
            self.rival = self.dispatch(now, view, next, Lane::Rival, step);
        }
    }

    /// The other one of two sends that are under way.
    pub(super) fn other(&self, attempt: AttemptId) -> Option<AttemptId> {
        let rival = self.rival?;
        match self.phase {
            Phase::Sending(main) if attempt == rival => Some(main),
            Phase::Sending(main) if attempt == main => Some(rival),
            _ => None,
        }
    }

    /// From now on there is only this send.
    pub(super) fn keep_only(&mut self, attempt: AttemptId) {
        if self.rival.take() == Some(attempt) {
            self.timers.promote();
        } else {
            self.timers.clear(Lane::Rival);
        }
        self.phase = Phase::Sending(attempt);
    }

    /// A send was faster: the other one is given up. It has done nothing wrong. If it is the first one, it has taken so long
    /// at least: only the times of those that were fast enough would make second sends ever more frequent.
    pub(super) fn win(&mut self, now: Millis, view: View<'_>, attempt: AttemptId, step: &mut Step) {
        self.timers.set(Timer::Hedge, now, None);
        let Some(loser) = self.other(attempt) else { return };
        step.abort.push(loser);
        let slow = self.attempts.get(usize::from(loser.0)).filter(|_| self.rival == Some(attempt));
        if let Some(Attempt { deployment, lease, started, era, .. }) = slow {
            let (stream, after_ms) = (self.spec.stream, now.since(*started));
            let (deployment, lease, era) = (*deployment, *lease, *era);
            step.deltas.push(Delta::Begun { deployment, lease, stream, after_ms, tokens: 0, era });
        }
        if let Some(known) = self.attempts.get_mut(usize::from(loser.0)) {
            known.fault = Some(Box::new(Fault::new(FaultKind::Cancelled, "another send was faster")));
        }
        self.close(now, view, loser, step);
        self.keep_only(attempt);
    }
}
