//! What must hold when all calls are over.

use std::collections::BTreeSet;

use switchman::config::{DeploymentIx, ErrorClass, GroupIx, PerClass, Resolved, RouterConfig};
use switchman::error::FaultKind;
use switchman::sim::{CallNo, Outcome, World};

use crate::case::Case;

use super::calls::Own;
use super::{Broken, Oracle, rule};

impl Oracle {
    /// Looks at every call, and then at what is left of them once every lease is over.
    pub(crate) fn finish(&mut self, case: &Case, world: &mut World) -> Result<(), Broken> {
        rule!(!world.is_exhausted(), "more happened than calls can cause");
        for number in 0..case.calls.len() {
            let Some(outcome) = world.outcome(CallNo(number)).cloned() else { continue };
            self.check_outcome(case, number, &outcome)
                .map_err(|broken| format!("call {number}: {broken}\n    {:?}", Short(&outcome)))?;
            self.tally.count(&outcome);
        }
        for (number, outcome) in world.outcomes().enumerate().skip(case.calls.len()) {
            self.check_other(number, outcome).map_err(|broken| format!("call {number}, beside: {broken}"))?;
        }
        self.check_shares(world)?;
        if case.clock_steps.is_empty() {
            self.check_trials(world)?;
        }
        let vanished = world.outcomes().filter(|outcome| outcome.has_vanished).count();
        rule!(world.router().running() <= vanished, "{} calls run on", world.router().running());
        if vanished == 0 {
            self.check_empty(world)?;
        }
        // What has vanished gives its places back by itself.
        if let Some(last) = self.books.last_expiry() {
            world.advance(last.since(world.told()) + 60_000);
            self.now = self.now.max(world.told());
        }
        self.check_empty(world)
    }

    /// Nobody holds a place, a probe or a ticket.
    fn check_empty(&self, world: &World) -> Result<(), Broken> {
        let (state, now) = (world.router().state(), self.now);
        for (place, known) in self.config.deployments.iter().enumerate() {
            let ix = DeploymentIx(u16::try_from(place).unwrap_or(u16::MAX));
            let open = state.health(ix).map_or(0, |health| health.open.count(now, None));
            rule!(open == 0, "{}: {open} places are never given back", known.id);
            let circuits = [state.health(ix).map(|health| &health.circuit), state.credential(ix)];
            let is_probed = circuits.into_iter().flatten().any(|circuit| circuit.is_probed(now, None));
            rule!(!is_probed, "{}: a probe is never given back", known.id);
        }
        for place in 0..self.config.groups.len() {
            let group = GroupIx(u16::try_from(place).unwrap_or(u16::MAX));
            let waiting = state.group(group).map_or(0, |group| group.waiting(now));
            rule!(waiting == 0, "{waiting} tickets are never given back");
        }
        Ok(())
    }

    fn check_outcome(&self, case: &Case, number: usize, outcome: &Outcome) -> Result<(), Broken> {
        let own = self.calls.of(number);
        if outcome.has_vanished {
            return Ok(());
        }
        if own.began.is_none() && self.has_changed {
            // Its options name what is not there any more.
            let is_refused = outcome.kind() == Some(FaultKind::BadRequest) && outcome.attempts.is_empty();
            rule!(is_refused, "it never begins");
            return Ok(());
        }
        rule!(outcome.result.is_some() && own.is_over, "it never ends");
        // Where the clock is set, a slot may be taken back before the timer of its driver rings: then the driver ends the
        // call, and breaks off its sends by itself.
        let is_forgotten = outcome.kind() == Some(FaultKind::Timeout) && outcome.attempts.is_empty();
        if is_forgotten && !own.sends.is_empty() && !case.clock_steps.is_empty() {
            return Ok(());
        }
        rule!(own.open().next().is_none(), "a send runs on");
        rule!(outcome.attempts.len() == own.sends.len(), "sends that it does not tell of");
        rule!(outcome.attempts.iter().all(|tried| tried.ended_ms.is_some()), "a send without an end");
        let well = outcome.attempts.iter().filter(|tried| tried.fault.is_none()).count();
        rule!(well == usize::from(outcome.is_answered()), "{well} of its sends were answered");
        if own.target.is_none() {
            let is_told = outcome.kind() == Some(FaultKind::UnknownModel) && outcome.attempts.is_empty();
            rule!(is_told, "a model that nobody knows");
        }
        let first = own.sends.first().filter(|_| !own.is_shaken);
        if let (0, Some(target), Some(first)) = (outcome.fallbacks, own.target, first) {
            let is_its = match target {
                Resolved::Deployment(ix) => ix == first.to,
                Resolved::Group(group) => first.group == group,
            };
            rule!(is_its, "a call for {target:?} goes to {:?}", first.to);
        }
        rule!(outcome.kind() != Some(FaultKind::Bug), "a bug of the router");
        let is_stream = case.calls[number].spec.is_stream();
        let is_shown = outcome.committed_ms.is_some() || outcome.is_answered() || !is_stream;
        rule!(is_shown || outcome.received.is_empty(), "something is shown before the commit");
        self.check_counts(own, outcome)
    }

    /// Sends and moves, counted over the whole call.
    fn check_counts(&self, own: &Own, outcome: &Outcome) -> Result<(), Broken> {
        let (options, wide) = (&own.options, &self.wide);
        let most =
            if options.disable_fallbacks { 0 } else { options.max_fallbacks.unwrap_or(wide.fallbacks) };
        rule!(outcome.fallbacks <= most, "{} moves, and {most} are allowed", outcome.fallbacks);
        if options.priority.is_some() || wide.has_priority {
            // Whoever waits for a place begins anew: `max_attempts` bounds it.
            return Ok(());
        }
        let mut bounds = numbers(&options.retry_policy);
        match options.num_retries {
            Some(number) => bounds.push(number),
            None => bounds.push(wide.retries),
        }
        let retries = bounds.into_iter().max().unwrap_or(0) as usize;
        let most = (retries + 1) * wide.levels.len() * (outcome.fallbacks as usize + 1)
            + usize::from(own.has_hedged);
        rule!(own.sends.len() <= most, "{} sends, and {most} are allowed", own.sends.len());
        Ok(())
    }
}

/// The widest bounds of all configs that were in use.
#[derive(Default)]
pub(super) struct Wide {
    fallbacks: u32,
    retries: u32,
    levels: BTreeSet<Option<u32>>,
    has_priority: bool,
}

impl Wide {
    pub(super) fn adopt(&mut self, config: &RouterConfig) {
        let policy = &config.policy;
        self.fallbacks = self.fallbacks.max(policy.max_fallbacks);
        self.has_priority |= policy.default_priority.is_some();
        self.levels.extend(config.deployments.iter().map(|known| known.order));
        let mut all = vec![policy.num_retries];
        all.extend(numbers(&policy.retry_policy));
        all.extend(config.groups.iter().filter_map(|group| group.retry_policy.as_ref()).flat_map(numbers));
        for known in &config.deployments {
            all.extend(known.num_retries);
            all.extend(numbers(&known.retry_policy));
        }
        self.retries = all.into_iter().fold(self.retries, u32::max);
    }
}

fn numbers(policy: &PerClass) -> Vec<u32> {
    ErrorClass::ALL.into_iter().filter_map(|class| policy.get(class)).collect()
}

/// An outcome without its long texts.
struct Short<'a>(&'a Outcome);

impl std::fmt::Debug for Short<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { requested, began_ms, committed_ms, ended_ms, result, .. } = self.0;
        write!(
            f,
            "{requested} began {began_ms:?} committed {committed_ms:?} ended {ended_ms:?} {result:?}; sends"
        )?;
        for tried in &self.0.attempts {
            let kind = tried.fault.as_ref().map(|fault| fault.kind);
            write!(f, " {} ({:?})", tried.deployment, kind)?;
        }
        Ok(())
    }
}
