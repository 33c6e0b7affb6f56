//! Waiting for a place where everybody is full or benched: only for calls that have a `priority`.
//!
//! No call is woken by another one. A waiting call looks again on its own timer, and goes on once fewer wait before it
//! than there are places.

use crate::base::time::Millis;
use crate::config::Resolved;
use crate::error::{Fault, FaultKind};
use crate::state::{Delta, Lease, Ticket, View};
use crate::strategy::places;

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::Step;
use super::nobody::is_worth_waiting;
use super::rank::{NOBODY, Ranked};
use super::select::members;

/// How soon a call looks again where nothing tells when a place will be free.
const LOOK_MS: u64 = 50;

/// How soon at the earliest, and at the latest: what is known of the wait may change.
const SOONEST_MS: u64 = 10;

/// See [`SOONEST_MS`].
const LATEST_MS: u64 = 1_000;

impl Call {
    /// Does the call have to stand back, because others wait before it for as many places as there are?
    pub(super) fn is_queued(&self, now: Millis, view: View<'_>) -> bool {
        let (Some(ticket), Some(group)) = (self.ticket(now, view), self.group(view)) else { return false };
        let Some(state) = view.state.group(group).filter(|state| state.waiting(now) > 0) else {
            return false;
        };
        let ahead = state.ahead(now, &ticket);
        let need = self.need();
        let free = members(view, self.target)
            .into_iter()
            .map(|ix| places(view, now, ix, need))
            .fold(0_usize, usize::saturating_add);
        ahead > 0 && ahead >= free
    }

    /// There is nobody to send to. A call with a priority waits at its first target, if a place may come free in time.
    pub(super) fn wait_or_end(
        &mut self,
        now: Millis,
        view: View<'_>,
        fault: &Fault,
        told: Fault,
        step: &mut Step,
    ) {
        // Where the host has named nobody, somebody has a place: it would be asked the same again and again.
        let is_word = fault.code.as_deref() == Some(NOBODY);
        let may = fault.kind == FaultKind::NoDeployment && !self.is_committed && !is_word;
        let first = self.spec.target.unwrap_or(self.target);
        if !may || !self.is_worth_waiting(now, view, first) {
            return self.done(Err(told), step);
        }
        let Some(ticket) = self.ticket(now, view) else { return self.done(Err(told), step) };
        let look_ms = fault.retry_after_ms.unwrap_or(LOOK_MS).clamp(SOONEST_MS, LATEST_MS);
        let is_late = |ms| self.timers.get(Timer::Call).is_some_and(|deadline| deadline <= now + ms);
        if is_late(look_ms) || fault.retry_after_ms.is_some_and(is_late) {
            return self.done(Err(told), step);
        }
        (self.target, self.sent_to) = (first, first);
        self.overrides.clone_from(&self.spec.overrides);
        self.failed.clear();
        self.ranked = Ranked::NotAsked;
        self.level = 0;
        self.retries = 0;
        self.sent_in_hop = false;
        self.last_fault = None;
        self.waits = self.group(view);
        step.deltas.extend(self.waits.map(|group| Delta::Waits { group, ticket }));
        self.timers.set(Timer::Backoff, now, Some(look_ms));
        self.phase = Phase::Waiting;
    }

    /// May a place come free at the first target? Who cannot serve the call there is not who cannot at the present one.
    fn is_worth_waiting(&mut self, now: Millis, view: View<'_>, first: Resolved) -> bool {
        let present = std::mem::replace(&mut self.target, first);
        self.screen(view);
        let is_worth_it = is_worth_waiting(view, now, first, self.need());
        self.target = present;
        self.screen(view);
        is_worth_it
    }

    /// The call has found a place, or looks for one no more.
    pub(super) fn leave_queue(&mut self, step: &mut Step) {
        let lease = Lease::new(self.number, u16::MAX);
        step.deltas.extend(self.waits.take().map(|group| Delta::Left { group, lease }));
    }

    /// The call's place in the order; `None` for one without a priority. Good until a little after the next look.
    fn ticket(&self, now: Millis, view: View<'_>) -> Option<Ticket> {
        let priority = self.spec.options.priority.or(view.config.policy.default_priority);
        let priority = priority.filter(|_| !self.spec.is_probe)?;
        let lease = Lease::new(self.number, u16::MAX);
        Some(Ticket { priority, since: self.started, lease, expires: now + 2 * LATEST_MS })
    }
}
