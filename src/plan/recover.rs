//! What a call does after a fault: learn from it, then retry, wait, move on or end.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved};
use crate::error::{Blame, Fault, FaultKind};
use crate::state::{Delta, RETRY_PRICE, View};

use super::attempt::Attempt;
use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::{AttemptId, Step};
use super::retry::backoff_ms;
use super::select::{self, Pick, company, is_closed, nobody};

impl Call {
    /// An attempt failed: learn from it, then retry, wait, move on or end.
    pub(super) fn fault(
        &mut self,
        now: Millis,
        view: View<'_>,
        attempt: AttemptId,
        fault: Fault,
        step: &mut Step,
    ) {
        let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) else {
            return self.done(Err(Fault::bug("an attempt vanished")), step);
        };
        known.ended = Some(now);
        known.status = fault.status.or(known.status);
        known.fault = Some(Box::new(fault.clone()));
        let deployment = known.deployment;
        self.timers.clear_attempt();
        let benched = self.learn(now, view, deployment, &fault, step);
        if self.is_committed && !self.may_resume(&fault) {
            // The caller has seen a part: nothing may be sent again.
            return self.done(Err(fault), step);
        }
        if !self.failed.contains(&deployment) {
            self.failed.push(deployment);
        }
        if self.may_retry(&fault) && self.retries < self.retry_limit(view) {
            let needs_prefill = self.needs_prefill();
            let is_benched = |ix| benched && matches!(self.target, Resolved::Group(_)) && ix == deployment;
            let leave = |ix| {
                is_benched(ix) || is_lost(&self.attempts, ix) || (needs_prefill && !has_prefill(view, ix))
            };
            match select::pick(view, now, self.target, &self.failed, leave, &mut self.rng) {
                Pick::Untried(next) if is_closed(view, now, next) || self.pay(now, view, step) => {
                    self.retries = self.retries.saturating_add(1);
                    self.last_fault = Some(Box::new(fault));
                    return self.send(now, view, next, step);
                }
                Pick::Tried(_) if self.may_wait(now, view, &fault, step) => return,
                _ => {}
            }
        }
        self.fall_back(now, view, fault, step);
    }

    /// Records a fault against a deployment. Returns whether it is benched now.
    fn learn(
        &self,
        now: Millis,
        view: View<'_>,
        deployment: DeploymentIx,
        fault: &Fault,
        step: &mut Step,
    ) -> bool {
        if fault.kind.verdicts().blame == Blame::None || view.config.policy.disable_cooldowns {
            return false;
        }
        let (Some(health), Some(known)) = (view.state.health(deployment), view.config.deployment(deployment))
        else {
            return false;
        };
        let cooldown_ms = known.cooldown_ms.unwrap_or(view.config.policy.cooldown_ms);
        let company = company(view, now, deployment);
        let bench = health.circuit.judge(&health.window, now, fault, cooldown_ms, company);
        step.deltas.push(Delta::Failed { deployment });
        let benched = bench.is_some();
        step.deltas.extend(bench.map(|bench| Delta::Benched { deployment, bench: Box::new(bench) }));
        benched
    }

    /// Retries in this group: the request's number beats that of the deployment that failed first in it,
    /// which beats the router's.
    fn retry_limit(&self, view: View<'_>) -> u32 {
        let first = self.failed.first().and_then(|ix| view.config.deployment(*ix));
        let own =
            self.spec.options.num_retries.or_else(|| first.and_then(|deployment| deployment.num_retries));
        own.unwrap_or(view.config.policy.num_retries)
    }

    /// Starts the wait before a deployment that has failed in this call is used again, if the retry budget
    /// pays for it and the deadline leaves the time.
    fn may_wait(&mut self, now: Millis, view: View<'_>, fault: &Fault, step: &mut Step) -> bool {
        let wait_ms =
            backoff_ms(self.retries, view.config.policy.retry_after_ms, fault.retry_after_ms, &mut self.rng);
        let in_time = self.timers.get(Timer::Call).is_none_or(|deadline| now + wait_ms < deadline);
        if !in_time || !self.pay(now, view, step) {
            return false;
        }
        self.retries = self.retries.saturating_add(1);
        self.last_fault = Some(Box::new(fault.clone()));
        self.timers.set(Timer::Backoff, now, Some(wait_ms));
        self.phase = Phase::Waiting;
        true
    }

    /// Takes one retry out of the group's budget, if there is one.
    fn pay(&self, now: Millis, view: View<'_>, step: &mut Step) -> bool {
        let Some(group) = self.group(view).filter(|group| view.state.may_retry(*group, now)) else {
            return false;
        };
        step.deltas.push(Delta::RetryTokens { group, milli: -RETRY_PRICE });
        true
    }

    /// Sends to somebody of the present target, or moves on.
    pub(super) fn try_target(&mut self, now: Millis, view: View<'_>, step: &mut Step) {
        let needs_prefill = self.needs_prefill();
        let leave = |ix| is_lost(&self.attempts, ix) || (needs_prefill && !has_prefill(view, ix));
        match select::pick(view, now, self.target, &self.failed, leave, &mut self.rng) {
            Pick::Untried(deployment) | Pick::Tried(deployment) => self.send(now, view, deployment, step),
            Pick::Nobody => self.fall_back(now, view, nobody(view, now, self.target), step),
        }
    }

    /// Moves on to the first target of the plan that has somebody to send to, or ends with the fault.
    /// Moving on is always free.
    pub(super) fn fall_back(&mut self, now: Millis, view: View<'_>, mut fault: Fault, step: &mut Step) {
        let needs_prefill = self.needs_prefill();
        loop {
            // "Nobody left" hides nothing: the last fault that a provider really gave is the better answer.
            let told = match &self.last_fault {
                Some(real) if fault.kind == FaultKind::NoDeployment && !self.attempts.is_empty() => {
                    (**real).clone()
                }
                _ => fault.clone(),
            };
            let options = &self.spec.options;
            let next = self
                .group(view)
                .and_then(|group| self.targets.after(view.config, options, group, fault.kind));
            let Some(target) = next else { return self.done(Err(told), step) };
            self.last_fault = Some(Box::new(told));
            self.target = target.to;
            self.overrides = target.overrides;
            self.failed.clear();
            self.retries = 0;
            self.sent_in_hop = false;
            let leave = |ix| needs_prefill && !has_prefill(view, ix);
            match select::pick(view, now, target.to, &self.failed, leave, &mut self.rng) {
                Pick::Untried(deployment) | Pick::Tried(deployment) => {
                    return self.send(now, view, deployment, step);
                }
                Pick::Nobody => fault = nobody(view, now, target.to),
            }
        }
    }
}

/// Can a deployment go on from a text?
fn has_prefill(view: View<'_>, ix: DeploymentIx) -> bool {
    view.config.deployment(ix).is_some_and(|known| known.prefill == Some(true))
}

/// Has a deployment told this call of a wrong key, an empty account or a missing model, or can it not do what is asked?
/// No wait mends that.
fn is_lost(attempts: &[Attempt], deployment: DeploymentIx) -> bool {
    let mut faults = attempts.iter().filter(|attempt| attempt.deployment == deployment);
    faults.any(|attempt| {
        attempt.fault.as_ref().is_some_and(|fault| {
            fault.kind == FaultKind::Unsupported || fault.kind.verdicts().blame == Blame::BenchLong
        })
    })
}
