//! A send, from its beginning to its end.

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{Auth, Deployment, DeploymentIx, Surface, Timeouts};
use crate::error::{Fault, FaultKind};
use crate::state::{Counts, Delta, Lease, Quota, View, still_counts};

use super::attempt::{Attempt, Reach};
use super::call::{Call, Phase};
use super::deadline::{Lane, Limit, Timer, Timers};
use super::event::{Action, AttemptId, Step};

/// How long the body of an error is waited for.
const ERROR_BODY_MS: u64 = 2_000;

/// How long the host's `getToken` may take.
const TOKEN_MS: u64 = 10_000;

/// How long the files of a request may take.
const FILES_MS: u64 = 10_000;

/// For how long a send counts that has no deadline: a day.
const NO_DEADLINE_MS: u64 = 86_400_000;

/// For how long at most a send keeps others from trying a deployment whose circuit is half-open.
const PROBE_MS: u64 = 60_000;

impl Call {
    /// Sends to a deployment, or ends the call if it may send nothing more.
    pub(super) fn send(&mut self, now: Millis, view: View<'_>, deployment: DeploymentIx, step: &mut Step) {
        if self.is_late(now, view, deployment) || self.is_spent(view) {
            let fault = self.last_fault.take().map(|fault| *fault);
            let fault = fault
                .unwrap_or_else(|| Fault::new(FaultKind::NoDeployment, "the call may send nothing more"));
            return self.done(Err(fault), step);
        }
        if self.must_reserve(now, view, deployment) {
            return self.reserve(now, deployment, step);
        }
        self.send_now(now, view, deployment, step);
    }

    /// Sends, with a place that the store has given, or without one.
    pub(super) fn send_now(
        &mut self,
        now: Millis,
        view: View<'_>,
        deployment: DeploymentIx,
        step: &mut Step,
    ) {
        self.leave_queue(step);
        self.timers.set(Timer::Backoff, now, None);
        let Some(attempt) = self.dispatch(now, view, deployment, Lane::Main, step) else {
            return self.done(Err(Fault::bug("a deployment vanished")), step);
        };
        self.phase = Phase::Sending(attempt);
        if self.spec.options.mock_testing_rate_limit_error {
            let fault = Fault::new(FaultKind::RateLimit, "mock_testing_rate_limit_error: taken to be a 429");
            step.action = None;
            return self.fault(now, view, attempt, Fault { status: Some(429), ..fault }, step);
        }
        self.plan_hedge(now, view, deployment);
    }

    /// Has the call made as many sends as it may?
    pub(super) fn is_spent(&self, view: View<'_>) -> bool {
        let bound = self.spec.options.max_attempts.unwrap_or(view.config.policy.max_attempts);
        self.attempts.len() >= bound.min(view.config.host.subrequests.unwrap_or(u32::MAX)) as usize
    }

    /// Would the call's deadline be over, if it went to a deployment? That may have a deadline of its own.
    pub(super) fn is_late(&self, now: Millis, view: View<'_>, deployment: DeploymentIx) -> bool {
        let own_ms = self.own_deadline_ms(view, deployment).filter(|ms| *ms > 0);
        let both = [self.timers.get(Timer::Call), own_ms.map(|ms| self.started + ms)];
        both.into_iter().flatten().any(|deadline| deadline <= now)
    }

    /// A deployment's word on the whole call, which beats the router's, not the request's; 0 is no deadline.
    fn own_deadline_ms(&self, view: View<'_>, deployment: DeploymentIx) -> Option<u64> {
        let own = view.config.deployment(deployment).and_then(|known| known.timeouts.deadline_ms);
        own.filter(|_| self.spec.options.timeouts.deadline_ms.is_none())
    }

    /// Makes a send: its number, its limits, its place at the deployment. `None` for a deployment of another config.
    pub(super) fn dispatch(
        &mut self,
        now: Millis,
        view: View<'_>,
        deployment: DeploymentIx,
        lane: Lane,
        step: &mut Step,
    ) -> Option<AttemptId> {
        let known = view.config.deployment(deployment)?;
        let attempt = AttemptId(u16::try_from(self.attempts.len()).unwrap_or(u16::MAX));
        let (lease, reserved) = (Lease::new(self.number, attempt.0), self.need().counts);
        let held = std::mem::take(&mut self.is_held);
        let reach = match known.auth {
            _ if self.spec.options.mock.is_some() || known.mock.is_some() => Reach::Nobody,
            Auth::Host => Reach::Waiting,
            _ => Reach::Out,
        };
        self.attempts.push(Attempt::sent((deployment, known), now, lease, reserved, reach));
        self.sent_to = self.target;
        if !self.sent_in_hop {
            self.sent_in_hop = true;
            self.hops_with_sends = self.hops_with_sends.saturating_add(1);
        }
        self.timers.clear(lane);
        if let Some(ms) = self.own_deadline_ms(view, deployment) {
            self.timers.set(Timer::Call, self.started, Some(ms).filter(|ms| *ms > 0));
        }
        let limits = self.limits(view, known);
        if known.auth == Auth::Host {
            self.wait_for(now, lane, Limit::Token, TOKEN_MS);
        } else {
            self.limit(now, lane, limits);
        }
        let patience = if self.spec.stream { Some(limits.first_content_ms()) } else { limits.total_ms };
        let expires = self.timers.get(Timer::Call).unwrap_or(now + NO_DEADLINE_MS);
        step.deltas.push(Delta::Sent {
            deployment,
            lease,
            stream: self.spec.stream,
            expires,
            probe_expires: (now + patience.unwrap_or(PROBE_MS).min(PROBE_MS)).min(expires),
            reserved,
            held,
            is_probe: self.spec.is_probe,
            turns: view.config.turns_beside(self.target),
        });
        self.reserve_budgets(now, view, attempt, expires, step);
        step.action = Some(if self.is_committed {
            Action::Resume { attempt, deployment }
        } else {
            Action::Send { attempt, deployment }
        });
        Some(attempt)
    }

    /// The provider's time begins.
    fn limit(&mut self, now: Millis, lane: Lane, limits: Timeouts) {
        self.timers.limit(lane, Limit::Head, now, limits.headers_ms);
        if self.spec.stream {
            self.timers.limit(lane, Limit::FirstContent, now, Some(limits.first_content_ms()));
        } else {
            self.timers.limit(lane, Limit::Total, now, limits.total_ms);
        }
    }

    /// It has not begun yet: something else is waited for.
    fn wait_for(&mut self, now: Millis, lane: Lane, what: Limit, ms: u64) {
        self.timers.clear(lane);
        self.timers.limit(lane, what, now, Some(ms));
    }

    /// A send's files are fetched first.
    pub(super) fn fetching(&mut self, now: Millis, attempt: AttemptId) {
        if let Some(sent) =
            self.attempts.get_mut(usize::from(attempt.0)).filter(|sent| sent.reach == Reach::Out)
        {
            sent.reach = Reach::Waiting;
        }
        self.wait_for(now, self.lane(attempt), Limit::Files, FILES_MS);
    }

    /// What was waited for is there.
    pub(super) fn ready(&mut self, now: Millis, view: View<'_>, attempt: AttemptId) {
        let Some(sent) = self.attempts.get_mut(usize::from(attempt.0)) else { return };
        if sent.reach == Reach::Waiting {
            sent.reach = Reach::Out;
        }
        let Some(known) = view.config.deployment(sent.deployment) else { return };
        let (lane, limits) = (self.lane(attempt), self.limits(view, known));
        self.timers.clear(lane);
        self.limit(now, lane, limits);
    }

    pub(super) fn limits(&self, view: View<'_>, deployment: &Deployment) -> Timeouts {
        self.spec.options.timeouts.or(deployment.timeouts).or(view.config.policy.timeouts)
    }

    /// Which timers are those of a send.
    pub(super) fn lane(&self, attempt: AttemptId) -> Lane {
        if self.rival == Some(attempt) { Lane::Rival } else { Lane::Main }
    }

    pub(super) fn head(
        &mut self,
        now: Millis,
        attempt: AttemptId,
        status: u16,
        headers: Headers,
        step: &mut Step,
    ) {
        let lane = self.lane(attempt);
        self.timers.limit(lane, Limit::Head, now, None);
        let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) else { return };
        known.head_at = Some(now);
        known.status = Some(status);
        let is_told = (200..300).contains(&status) || status == 429;
        if let Some(remaining) = headers.remaining(now).filter(|_| is_told) {
            let (deployment, era) = (known.deployment, known.era);
            step.deltas.push(Delta::Learned { deployment, quota: Quota::told(now, remaining), era });
        }
        if !(200..300).contains(&status) {
            // What the body adds is not worth a long wait: the status says enough.
            let soon = now + ERROR_BODY_MS;
            let due = self.timers.limit_at(lane, Limit::Total).map_or(soon, |due| due.min(soon));
            self.timers.limit(lane, Limit::Total, due, Some(0));
            known.refusal = Some(Box::new((status, headers)));
        }
    }

    /// A whole answer, or a stream that came to its end.
    pub(super) fn answered(
        &mut self,
        now: Millis,
        view: View<'_>,
        attempt: AttemptId,
        usage: Option<Usage>,
        step: &mut Step,
    ) {
        self.win(now, view, attempt, step);
        if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
            known.usage = usage;
            let (deployment, lease, era) = (known.deployment, known.lease, known.era);
            // The one token of a probe may be nothing that is seen.
            if known.content_at.is_none() && (!self.spec.stream || self.spec.is_probe) {
                let (stream, after_ms) = (self.spec.stream, now.since(known.started));
                let usage = usage.filter(|_| self.spec.surface == Surface::Chat);
                let tokens = usage.map_or(0, |usage| usage.completion_tokens);
                step.deltas.push(Delta::Begun { deployment, lease, stream, after_ms, tokens, era });
            }
            self.close(now, view, attempt, step);
            step.deltas.push(Delta::Succeeded { deployment, era });
        }
        self.phase = Phase::Ended;
        self.timers = Timers::default();
        step.action = Some(Action::Done(Ok(attempt)));
    }

    /// What a send that has failed has not used of its reservation, and at whose limits that still counts.
    pub(super) fn unused_by(
        &self,
        now: Millis,
        view: View<'_>,
        attempt: AttemptId,
    ) -> Option<(DeploymentIx, Counts)> {
        let known = self.attempts.get(usize::from(attempt.0))?;
        let cell = view.config.deployment(known.deployment)?.limit_cell(known.deployment);
        still_counts(now, known.started).then(|| (cell, known.reserved.minus(known.used())))
    }

    /// A send is over: its place is free, and what it used is settled. Said once.
    pub(super) fn close(&mut self, now: Millis, view: View<'_>, attempt: AttemptId, step: &mut Step) {
        let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) else { return };
        if known.ended.is_none() {
            known.ended = Some(now);
            step.deltas.push(Delta::Ended {
                deployment: known.deployment,
                lease: known.lease,
                sent: known.started,
                reserved: known.reserved,
                used: known.used(),
            });
            self.settle_budgets(view, attempt, step);
        }
    }
}
