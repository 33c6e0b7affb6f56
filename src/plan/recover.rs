//! What a call does after a fault: learn from it, then retry, wait, move on or end.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, FallbackTarget, Resolved};
use crate::error::{Fault, FaultKind};
use crate::state::{Delta, RETRY_PRICE, View};
use crate::strategy::order_of;

use super::call::{Call, Phase};
use super::deadline::{Lane, Timer};
use super::event::{Action, Ask, AttemptId, Step};
use super::rank::Ranked;
use super::retry::backoff_ms;
use super::select::{self, Pick, Wish, is_closed};

/// How long the host may think about a target.
const ASK_MS: u64 = 1_000;

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
        known.status = fault.status.or(known.status);
        known.fault = Some(Box::new(fault.clone()));
        let (deployment, lease, era) = (known.deployment, known.lease, known.era);
        (self.beside, self.refunded) = (Some(lease), self.refund(attempt));
        self.look_at_tags(now, view);
        self.unused = self.unused_by(now, view, attempt);
        self.close(now, view, attempt, step);
        self.learn(now, view, (deployment, era), &fault, step);
        if !self.failed.contains(&deployment) {
            self.failed.push(deployment);
        }
        if let Some(other) = self.other(attempt) {
            // The second send is under way still.
            self.last_fault = Some(Box::new(fault));
            return self.keep_only(other);
        }
        self.timers.clear(Lane::Main);
        self.timers.set(Timer::Hedge, now, None);
        if self.is_committed && !self.may_resume(&fault) {
            // The caller has seen a part: nothing may be sent again.
            return self.done(Err(fault), step);
        }
        if self.is_spent(view) {
            // Nothing more may be sent: neither a wait nor a token would be of use.
            return self.done(Err(fault), step);
        }
        if self.retries < self.retry_limit(view, &fault) {
            match self.pick(now, view, true) {
                Pick::Untried(next) if is_closed(view, now, next) || self.pay(now, view, step) => {
                    self.retries = self.retries.saturating_add(1);
                    self.last_fault = Some(Box::new(fault));
                    return self.send(now, view, next, step);
                }
                Pick::Tried(_) if self.may_wait(now, view, &fault, step) => return,
                _ => {}
            }
        }
        if let Some(next) = self.next_level(now, view, &fault) {
            self.retries = 0;
            self.level = order_of(view, self.target, next);
            self.last_fault = Some(Box::new(fault));
            if self.asks_rank(now, view, step) {
                return;
            }
            return self.send(now, view, next, step);
        }
        self.fall_back(now, view, fault, step);
    }

    /// Picks among the present target.
    fn pick(&mut self, now: Millis, view: View<'_>, again: bool) -> Pick {
        self.choose(now, view, again, &|call, ix| call.leaves(now, view, ix))
    }

    /// Picks among the present target, but for those to leave.
    pub(super) fn choose(
        &mut self,
        now: Millis,
        view: View<'_>,
        again: bool,
        leave: &dyn Fn(&Self, DeploymentIx) -> bool,
    ) -> Pick {
        let (mut rng, mut decisions) = (self.rng.clone(), self.decisions.take());
        let leave = |ix| leave(self, ix);
        let (need, attempt, strategy) = (self.need(), self.attempts.len(), self.spec.options.strategy);
        let (target, ranking, failed) = (self.target, self.ranked.ranking(), &self.failed);
        let keys = self.spec.options.keys.as_deref();
        let bond = keys.and_then(|keys| view.config.bond(target, keys));
        let wish = Wish { target, strategy, ranking, failed, leave: &leave, need, bond, again, attempt };
        let pick = select::pick(view, now, &wish, &mut rng, decisions.as_mut());
        (self.rng, self.decisions) = (rng, decisions);
        pick
    }

    /// Somebody of a higher `order` level, once the levels so far have had their retries.
    fn next_level(&mut self, now: Millis, view: View<'_>, fault: &Fault) -> Option<DeploymentIx> {
        if self.spec.options.disable_fallbacks || !self.may_retry(fault) {
            return None;
        }
        let order = |ix| order_of(view, self.target, ix);
        let level = self.failed.iter().map(|ix| order(*ix)).max()?;
        let leave = |call: &Self, ix| order_of(view, call.target, ix) <= level || call.leaves(now, view, ix);
        // What the host has said is of the levels so far.
        let ranked = std::mem::take(&mut self.ranked);
        // Who is there is known; who comes first is its word again.
        let decisions = if self.must_rank(view) { self.decisions.take() } else { None };
        let pick = self.choose(now, view, false, &leave);
        self.decisions = decisions.or(self.decisions.take());
        match pick {
            Pick::Untried(next) => Some(next),
            _ => {
                self.ranked = ranked;
                None
            }
        }
    }

    /// Retries in this group after a fault. The request's word beats that of the deployment that failed first in the
    /// group, which beats the router's; in each of them a policy that names the class beats the plain number, and counts
    /// even for what would not be retried without it.
    fn retry_limit(&self, view: View<'_>, fault: &Fault) -> u32 {
        let options = &self.spec.options;
        let mendable = self.may_retry(fault);
        let plain = |number: Option<u32>| number.map(|number| if mendable { number } else { 0 });
        let named = |policy: crate::config::PerClass| policy.of(fault).map(|(_, number)| number);
        let first = || self.failed.first().and_then(|ix| view.config.deployment(*ix));
        let router = || {
            let group = self.group(view).and_then(|group| view.config.group(group));
            group.and_then(|group| group.retry_policy).unwrap_or(view.config.policy.retry_policy)
        };
        named(options.retry_policy)
            .or_else(|| plain(options.num_retries))
            .or_else(|| first().and_then(|known| named(known.retry_policy)))
            .or_else(|| plain(first().and_then(|known| known.num_retries)))
            .or_else(|| named(router()))
            .or_else(|| plain(Some(view.config.policy.num_retries)))
            .unwrap_or(0)
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
    pub(super) fn pay(&self, now: Millis, view: View<'_>, step: &mut Step) -> bool {
        let Some(group) = self.group(view).filter(|group| view.state.may_retry(*group, now)) else {
            return false;
        };
        step.deltas.push(Delta::RetryTokens { group, milli: -RETRY_PRICE });
        true
    }

    /// Sends to somebody of the present target, or moves on.
    pub(super) fn try_target(&mut self, now: Millis, view: View<'_>, step: &mut Step) {
        if self.consults(now, view, step) {
            return;
        }
        let is_queued = self.is_queued(now, view);
        if !is_queued && self.asks_rank(now, view, step) {
            return;
        }
        self.send_or_move(now, view, is_queued, step);
    }

    fn send_or_move(&mut self, now: Millis, view: View<'_>, is_queued: bool, step: &mut Step) {
        let pick = if is_queued { Pick::Nobody } else { self.pick(now, view, false) };
        match pick {
            Pick::Untried(deployment) | Pick::Tried(deployment) => self.send(now, view, deployment, step),
            Pick::Nobody => {
                let fault = self.nobody(now, view);
                self.fall_back(now, view, fault, step);
            }
        }
    }

    /// Moves on to the first target of the plan that has somebody to send to, or ends with the fault.
    /// Moving on is always free.
    pub(super) fn fall_back(&mut self, now: Millis, view: View<'_>, mut fault: Fault, step: &mut Step) {
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
            let Some(target) = next else { return self.wait_or_end(now, view, &fault, told, step) };
            self.last_fault = Some(Box::new(told));
            if view.config.host.may_fallback {
                self.asked = Some(Box::new((target, fault)));
                self.phase = Phase::Asking(Ask::MayFallback);
                self.timers.set(Timer::Ask, now, Some(ASK_MS));
                step.action = Some(Action::Ask(Ask::MayFallback));
                return;
            }
            self.enter(view, target);
            if self.consults(now, view, step) || self.asks_rank(now, view, step) {
                return;
            }
            match self.pick(now, view, false) {
                Pick::Untried(next) | Pick::Tried(next) => return self.send(now, view, next, step),
                Pick::Nobody => fault = self.nobody(now, view),
            }
        }
    }

    /// The target that the host is asked about.
    #[must_use]
    pub fn asked_target(&self) -> Option<Resolved> {
        self.asked.as_ref().map(|asked| asked.0.to)
    }

    /// The host has said whether a target may be moved to. One that says nothing in time has said no.
    pub(super) fn may_fall_back(&mut self, now: Millis, view: View<'_>, yes: bool, step: &mut Step) {
        self.timers.set(Timer::Ask, now, None);
        let Some(asked) = self.asked.take() else { return };
        let (target, fault) = *asked;
        if yes {
            self.enter(view, target);
            if !self.consults(now, view, step) && !self.asks_rank(now, view, step) {
                self.send_or_move(now, view, false, step);
            }
            return;
        }
        self.targets.refuse();
        self.fall_back(now, view, fault, step);
    }

    /// Makes a target the present one.
    fn enter(&mut self, view: View<'_>, target: FallbackTarget) {
        self.ranked = Ranked::NotAsked;
        self.target = target.to;
        self.overrides = target.overrides;
        self.failed.clear();
        self.level = 0;
        self.retries = 0;
        self.sent_in_hop = false;
        self.screen(view);
    }
}
