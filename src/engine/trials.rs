//! Experiments and feedback: which variant a call belongs to, what became of it, and what callers think of answers.

use crate::base::hash::key;
use crate::base::time::Millis;
use crate::config::{CallOptions, DeploymentIx, Era, Resolved, Strategy};
use crate::error::FaultKind;
use crate::price::Cost;
use crate::price::amount::dollars;

use super::calls::CallId;
use super::router::Router;

/// So many answered calls are remembered for `feedback`, the last ones. A power of two.
const REMEMBERED: u64 = 4_096;

/// A call that was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    number: u64,
    deployment: DeploymentIx,
    /// Stands for the id of the deployment: its slot may be another's by now.
    id: u64,
    /// What was there: it may be another model by now.
    era: Era,
    trial: Option<u64>,
}

impl Router {
    /// The target of a call, and the variant that it belongs to where there is an experiment: by its user, else the caller,
    /// the session, the conversation; one that is known by nothing is drawn.
    pub(super) fn assign(
        &self,
        target: Option<Resolved>,
        options: &CallOptions,
        number: u64,
    ) -> (Option<Resolved>, Option<u64>) {
        let Some(experiment) = target.and_then(|target| self.config.experiment_on(target)) else {
            return (target, None);
        };
        let known = options.keys.as_deref().copied().unwrap_or_default();
        let unit = known.user.or(known.caller).or(known.session).or(known.prompt);
        let unit = unit.unwrap_or_else(|| key(self.seed().unwrap_or(0), &number.to_le_bytes()));
        match experiment.assign(unit.get()) {
            Some(variant) => (Some(Resolved::Group(variant.group)), Some(variant.tag)),
            None => (target, None),
        }
    }

    /// A call is over: counts it for its variant, and remembers who has answered, where that may be of use.
    pub(super) fn note_end(&mut self, now: Millis, id: CallId) {
        if self.calls.get(id).is_some_and(|running| running.call.spec().shadow_of.is_some()) {
            return self.note_shadow(id);
        }
        if self.config.experiments.is_empty() && !self.config.strategies.has(Strategy::Adaptive) {
            return;
        }
        let Some(running) = self.calls.get(id).filter(|running| !running.call.spec().is_probe) else {
            return;
        };
        let (call, trial) = (&running.call, running.call.spec().trial);
        let answered = running.result.as_ref().and_then(|result| result.as_ref().ok());
        let sent = answered.and_then(|attempt| call.attempts().get(usize::from(attempt.0)));
        let is_cancelled = matches!(&running.result, Some(Err(fault)) if fault.kind == FaultKind::Cancelled);
        let ms = now.since(call.started()) as f64;
        if let Some(sent) = sent {
            let id = id_of(self, sent.deployment);
            let one =
                Answered { number: running.number, deployment: sent.deployment, id, era: sent.era, trial };
            let place = (running.number % REMEMBERED) as usize;
            if self.answered.len() <= place {
                self.answered.resize(place.saturating_add(1), None);
            }
            self.answered.get_mut(place).into_iter().for_each(|slot| *slot = Some(one));
        }
        // Who does not want the answer any more says nothing about the variant.
        if is_cancelled {
            return;
        }
        let cost = self.bill(id).and_then(|bill| bill.total);
        let Some(trial) = trial.and_then(|tag| self.state.trial_mut(&self.config, tag)) else { return };
        trial.calls = trial.calls.saturating_add(1);
        if sent.is_none() {
            trial.failures = trial.failures.saturating_add(1);
            return;
        }
        trial.latency_ms.add(ms);
        cost.iter().map(Cost::total).for_each(|pico| trial.cost_usd.add(dollars(pico)));
    }

    /// A caller gives the answer of a call a score from 0 to 1, once. False for a call that is not remembered: it was not
    /// answered, too many were since, or nothing in the config goes by feedback.
    pub fn feedback(&mut self, number: u64, score: f64) -> bool {
        let place = self.answered.get_mut((number % REMEMBERED) as usize);
        let Some(found) = place.and_then(|place| place.take_if(|known| known.number == number)) else {
            return false;
        };
        let known = self.config.deployment(found.deployment).filter(|known| !known.is_retired);
        let is_there = known.is_some_and(|known| known.era.model == found.era.model);
        if is_there && id_of(self, found.deployment) == found.id {
            self.state.rate(&self.config, found.deployment, score as f32);
        }
        if let Some(trial) = found.trial.and_then(|tag| self.state.trial_mut(&self.config, tag)) {
            trial.feedback.add(score);
        }
        true
    }

    /// The experiment and the variant that a running call belongs to.
    #[must_use]
    pub fn trial(&self, id: CallId) -> Option<(&str, &str)> {
        let tag = self.calls.get(id)?.call.spec().trial?;
        self.config.variant(tag).map(|(experiment, variant)| (&*experiment.name, &*variant.model))
    }
}

fn id_of(router: &Router, ix: DeploymentIx) -> u64 {
    key(0, router.config.deployment(ix).map_or("", |known| &known.id).as_bytes()).get()
}
