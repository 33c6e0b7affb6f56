//! What runs beside the callers' calls: copies, and the router's own questions.

use switchman::config::{DeploymentIx, Resolved};
use switchman::plan::Action;
use switchman::sim::{CallNo, Entry, Outcome, World};
use switchman::state::Delta;

use super::calls::{Kind, Own};
use super::choice::Why;
use super::{Broken, Oracle, rule};

/// So many copies run at once.
const MOST_COPIES: usize = 16;

/// Where the host bounds the sends that wait for their heads, no copy begins beside so many.
const CROWD: usize = 5;

impl Oracle {
    /// The first send of a call draws for each model that is to get a copy.
    pub(super) fn note_copies(&mut self, entry: &Entry, to: DeploymentIx) {
        let call = self.calls.of(entry.call);
        let is_first = matches!(entry.step.action, Some(Action::Send { .. })) && call.sends.is_empty();
        if !is_first || call.kind != Kind::Call {
            return;
        }
        let params = &self.written(to)["litellm_params"];
        let models = params["silent_model"].as_array().map_or(0, Vec::len);
        let share = params["silent_share"].as_f64().unwrap_or(1.0);
        for _ in 0..models {
            self.copies.0 += share;
            self.copies.1 += share * (1.0 - share);
        }
    }

    /// A copy or a probe is sent.
    pub(super) fn check_beside(&mut self, entry: &Entry, to: DeploymentIx) -> Result<(), Broken> {
        let call = self.calls.of(entry.call);
        let known = &self.config.deployments[usize::from(to.0)];
        match call.kind {
            Kind::Call => return Ok(()),
            Kind::Copy(of) => {
                let original = self.calls.of(of);
                rule!(original.kind == Kind::Call, "a copy of what is no call");
                rule!(
                    original.sends.len() == 1,
                    "a copy of a call that has made {} sends",
                    original.sends.len()
                );
                let models = &self.written(original.sends[0].to)["litellm_params"]["silent_model"];
                let group = self.config.groups[usize::from(known.group.0)].name.as_str();
                let is_meant = models.as_array().is_some_and(|all| all.iter().any(|one| one == group));
                rule!(is_meant, "a copy goes to {group}, and should go to {models}");
                let running = self.calls.running(|own| matches!(own.kind, Kind::Copy(_)));
                rule!(running <= MOST_COPIES, "{running} copies run at once");
                let is_bounded = self.config.host.subrequests.is_some();
                let heads = self.books.heads(self.now);
                rule!(!is_bounded || heads < CROWD, "a copy begins beside {heads} that wait for their heads");
                self.tally.copies += 1;
            }
            Kind::Ping => {
                let is_named = self.case_names(to);
                let why = self.state_why_not(to, call, super::choice::MINUTE_MS);
                let may = match why {
                    None => true,
                    Some(Why::Drained | Why::Benched) => is_named,
                    Some(_) => false,
                };
                rule!(may, "{} is probed, and is {why:?}", known.id);
                // One that has vanished counts until its time is over.
                let is_same = |own: &Own| {
                    own.kind == Kind::Ping
                        && own.deadline().is_some_and(|deadline| self.now < deadline)
                        && own.sends.iter().any(|send| send.to == to)
                };
                rule!(self.calls.running(is_same) == 0, "{} is probed twice at once", known.id);
                self.tally.pings += 1;
            }
        }
        rule!(call.sends.is_empty(), "a copy or a probe sends twice");
        Ok(())
    }

    /// Neither pays, waits or asks.
    pub(super) fn check_silence(&self, entry: &Entry) -> Result<(), Broken> {
        if self.calls.of(entry.call).kind == Kind::Call {
            return Ok(());
        }
        let is_loud = |delta: &Delta| match delta {
            Delta::RetryTokens { .. } | Delta::Waits { .. } => true,
            Delta::Reserved { tags, .. } => !tags.is_empty(),
            _ => false,
        };
        rule!(!entry.step.deltas.iter().any(is_loud), "a copy or a probe pays, waits, or counts for a tag");
        let asks = matches!(entry.step.action, Some(Action::Ask(_) | Action::Resume { .. }));
        rule!(!asks, "a copy or a probe asks, or goes on");
        Ok(())
    }

    /// Is there a probe that names it?
    fn case_names(&self, ix: DeploymentIx) -> bool {
        let id = &self.config.deployments[usize::from(ix.0)].id;
        self.wishes.iter().any(|(_, wish, _)| wish.ids.contains(id))
    }

    /// What has become of one of them.
    pub(super) fn check_other(&self, number: usize, outcome: &Outcome) -> Result<(), Broken> {
        if outcome.has_vanished {
            return Ok(());
        }
        rule!(outcome.result.is_some(), "it never ends");
        rule!(outcome.attempts.len() <= 1 && outcome.fallbacks == 0, "it is tried again");
        let own = self.calls.known(number);
        let sends = own.map_or(0, |own| own.sends.len());
        let is_forgotten = outcome.attempts.is_empty() && self.back_ms + self.leaps_ms > 0;
        rule!(sends == outcome.attempts.len() || is_forgotten, "sends that it does not tell of");
        Ok(())
    }

    /// As many copies are drawn as the shares say, and as many are told of as were made.
    pub(super) fn check_shares(&mut self, world: &World) -> Result<(), Broken> {
        let told = world.router().shadows();
        let made = world.outcomes().filter(|outcome| outcome.shadow_of.is_some()).count() as u64;
        rule!(told.begun == made, "{} copies are told of, and {made} were made", told.begun);
        let (expected, variance) = self.copies;
        let off = (told.begun + told.skipped) as f64 - expected;
        let is_near = off.abs() <= 6.0 * variance.sqrt() + 1e-6;
        rule!(is_near, "copies are {off} more than the {expected} of the shares");
        self.tally.copies_drift.note(off, variance);
        self.tally.trials_drift.note(self.drawn.0, self.drawn.1);
        Ok(())
    }

    /// What the router tells of an experiment is what has happened.
    pub(super) fn check_trials(&self, world: &World) -> Result<(), Broken> {
        for (experiment, variant) in self
            .config
            .experiments
            .iter()
            .flat_map(|one| one.variants.iter().map(move |variant| (one, variant)))
        {
            let told = world.router().state().trial(variant.tag);
            let is_its = |outcome: &&Outcome| {
                let ours = (experiment.name.as_str(), variant.model.as_str());
                outcome.trial.as_ref().is_some_and(|(name, model)| (name.as_str(), model.as_str()) == ours)
            };
            let is_over = |outcome: &&Outcome| {
                let is_cancelled = outcome.kind() == Some(switchman::error::FaultKind::Cancelled);
                outcome.result.is_some() && !is_cancelled
            };
            let counts = |number: usize| self.calls.known(number).is_some_and(|own| !own.is_uncounted);
            let counted = || world.outcomes().enumerate().filter(|(number, _)| counts(*number));
            let all = || counted().map(|(_, outcome)| outcome).filter(is_its).filter(is_over);
            let failed = all().filter(|outcome| !outcome.is_answered()).count() as u64;
            let own = (all().count() as u64, failed);
            let scores = self.scores.get(&variant.tag).copied().unwrap_or(0);
            rule!(told.feedback.count == scores, "{}: {told:?}, and not {scores} scores", variant.model);
            rule!((told.calls, told.failures) == own, "{}: {told:?}, and not {own:?}", variant.model);
        }
        Ok(())
    }

    /// The variant that a call belongs to: the same for the same unit, and by the weights.
    pub(super) fn check_trial(&mut self, world: &World, number: usize) -> Result<(), Broken> {
        let told = world.outcome(CallNo(number)).and_then(|outcome| outcome.trial.clone());
        let own = self.calls.of(number);
        let Some(experiment) = &self.setup.experiment else {
            rule!(told.is_none(), "a variant without an experiment");
            return Ok(());
        };
        let group = self.config.resolve(&experiment.model);
        let is_in = own.kind == Kind::Call && own.target.is_some() && own.target == group;
        rule!(told.is_some() == is_in, "variant {told:?}, and the call is for {:?}", own.target);
        let Some((_, variant)) = told else { return Ok(()) };
        let share = experiment.share(&variant);
        let has_weight = share > 0.0;
        rule!(has_weight, "a call belongs to {variant}, which has no weight");
        let unit = [&own.keys[2], &own.keys[0], &own.keys[1]].into_iter().flatten().next();
        if let Some(unit) = unit.cloned() {
            let known = self.units.entry(unit).or_insert_with(|| variant.clone());
            rule!(*known == variant, "one unit belongs to {known}, and then to {variant}");
        } else {
            let (first, _) = &experiment.variants[0];
            let share = experiment.share(first);
            let off = f64::from(u8::from(*first == variant)) - share;
            self.drawn.0 += off;
            self.drawn.1 += share * (1.0 - share);
        }
        self.tally.trials += 1;
        let target = self.config.resolve(&variant);
        rule!(matches!(target, Some(Resolved::Group(_))), "{variant} is no group");
        self.calls.of_mut(number).target = target;
        Ok(())
    }
}
