//! What must hold when the config changes while calls run, and of what is told beside them.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use switchman::config::{DeploymentIx, RouterConfig, Strategy, load};
use switchman::plan::AttemptId;
use switchman::sim::{CallNo, Remark, World};

use crate::case::Case;
use crate::changes::Deed;

use super::{Broken, Oracle, rule};

/// Where each deployment stands in the model list of a config.
pub(super) fn entries(config: &Value) -> BTreeMap<String, usize> {
    let list = config["model_list"].as_array().into_iter().flatten().enumerate();
    list.filter_map(|(place, entry)| Some((entry["model_info"]["id"].as_str()?.to_owned(), place))).collect()
}

/// The configs that a case gives, in order.
pub(super) fn configs(case: &Case) -> VecDeque<(Value, bool)> {
    let config = |deed: &Deed| match deed {
        Deed::Config { config, is_right } => Some((config.clone(), *is_right)),
        Deed::Health(..) | Deed::Score(..) => None,
    };
    case.changes.iter().filter_map(|change| config(&change.deed)).collect()
}

impl Oracle {
    /// What was written of a deployment; nothing of one that is no more.
    pub(super) fn written(&self, ix: DeploymentIx) -> &Value {
        let place = self.entries.get(&self.config.deployments[usize::from(ix.0)].id);
        place.map_or(&Value::Null, |place| &self.setup.config["model_list"][*place])
    }

    /// Takes in what the router was told beside the calls.
    pub(super) fn hear_remarks(&mut self, world: &World) -> Result<(), Broken> {
        for remark in &world.remarks()[self.heard..] {
            self.heard += 1;
            self.hear_remark(world, remark).map_err(|broken| format!("{broken}\n    at {remark:?}"))?;
        }
        Ok(())
    }

    fn hear_remark(&mut self, world: &World, remark: &Remark) -> Result<(), Broken> {
        match remark {
            Remark::Config { is_taken } => {
                let (config, is_right) = self.configs.pop_front().ok_or("a config that nobody gave")?;
                rule!(*is_taken == is_right, "a config that is right: {is_right}, was taken: {is_taken}");
                if is_right {
                    self.tally.configs += 1;
                    return self.adopt(world, config);
                }
                self.tally.refused_configs += 1;
                rule!(world.router().version() == self.version, "a wrong config has changed something");
            }
            Remark::Health { id, ok, is_taken } => {
                self.now = self.now.max(world.told());
                let ix = self.config.names.id(id).filter(|_| self.entries.contains_key(id));
                rule!(ix.is_some() == *is_taken, "who is there: {ix:?}");
                let until = self.now + self.config.policy.health_ttl_ms;
                ix.into_iter().for_each(|ix| self.books.mark(ix, *ok, until));
                self.tally.marks += usize::from(*is_taken);
            }
            Remark::Score { call, score, is_taken } => self.scored(world, *call, (*score, *is_taken))?,
        }
        Ok(())
    }

    /// Another config is in use: what it says is in the place of what the old one said.
    fn adopt(&mut self, world: &World, written: Value) -> Result<(), Broken> {
        let config = world.router().config().clone();
        let meant =
            load(&written, &self.setup.host, &|_| None).map_err(|problems| format!("{problems:?}"))?;
        self.entries = entries(&written);
        self.setup.config = written;
        self.check_adopted(&config, &meant.config)?;
        let open = (0..self.config.deployments.len()).map(|place| DeploymentIx(place as u16));
        let gone = |ix: &DeploymentIx| config.deployments[usize::from(ix.0)].is_retired;
        let is_left = open.filter(gone).any(|ix| self.books.open(ix, self.now) > 0);
        self.tally.left_behind += usize::from(is_left);
        self.books.adopt(Some(&self.config), &config);
        self.purses.adopt(&self.config, &config);
        self.calls.adopt(&config);
        self.wide.adopt(&config);
        // What is near to a key depends on who is there, and on what they weigh.
        self.chosen.clear();
        (self.config, self.version) = (config, world.router().version());
        (self.has_changed, self.is_new) = (true, true);
        Ok(())
    }

    /// The router goes by what was written: nobody else is there, and each has its own values.
    fn check_adopted(&self, config: &RouterConfig, meant: &RouterConfig) -> Result<(), Broken> {
        rule!(config.policy == meant.policy, "other settings than were given");
        let there = config.deployments.iter().filter(|known| !known.is_retired);
        rule!(there.count() == meant.deployments.len(), "other deployments than were given");
        for wanted in &meant.deployments {
            let Some(ix) = config.names.id(&wanted.id) else {
                return Err(format!("{} is not there", wanted.id));
            };
            let known = &config.deployments[usize::from(ix.0)];
            let values = |one: &switchman::config::Deployment| {
                (
                    (one.weight, one.order, one.rpm, one.tpm, one.itpm, one.otpm, one.max_parallel),
                    (one.api_key.as_ref().map(|key| key.expose().to_owned()), one.model.clone()),
                    (one.api_base.url().to_owned(), one.cooldown_ms, one.num_retries, one.timeouts),
                    (one.max_budget, one.price.clone(), one.is_retired),
                )
            };
            rule!(values(known) == values(wanted), "{} has other values than were given", wanted.id);
            let group = |config: &RouterConfig, ix: switchman::config::GroupIx| {
                config.groups.get(usize::from(ix.0)).map(|group| group.name.clone())
            };
            rule!(group(config, known.group) == group(meant, wanted.group), "{} is elsewhere", wanted.id);
            let members = &config.groups[usize::from(known.group.0)].members;
            rule!(members.contains(&ix), "{} is not one of its group", wanted.id);
        }
        for group in &config.groups {
            let is_gone = |ix: &DeploymentIx| config.deployments[usize::from(ix.0)].is_retired;
            rule!(!group.members.iter().any(is_gone), "{} has one that is gone", group.name);
        }
        Ok(())
    }

    /// Whoever looks inside sees those that are there, and nobody else.
    pub(crate) fn check_snapshot(&mut self, world: &World, snapshot: &Value) -> Result<(), Broken> {
        self.now = self.now.max(world.told());
        let told = snapshot["deployments"].as_array().into_iter().flatten();
        let mut told: Vec<&str> = told.filter_map(|one| one["id"].as_str()).collect();
        told.sort_unstable();
        let own: Vec<&str> = self.entries.keys().map(String::as_str).collect();
        rule!(told == own, "{told:?} are told of, and {own:?} are there");
        rule!(!snapshot.to_string().contains("sk-"), "a key is told");
        Ok(())
    }

    /// Has another config been taken since this was asked last?
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// A call is over: it counts for its variant if there is one now, and a score for its answer may be of use.
    pub(super) fn remember(&mut self, call: usize, attempt: Option<AttemptId>) {
        let goes_by_scores =
            !self.config.experiments.is_empty() || self.config.strategies.has(Strategy::Adaptive);
        let own = self.calls.of_mut(call);
        own.is_uncounted = self.config.experiments.is_empty();
        own.answered = own.sends.iter().position(|send| Some(send.attempt) == attempt);
        own.is_remembered = attempt.is_some() && goes_by_scores && own.kind == super::calls::Kind::Call;
    }

    /// A score counts once, for a call that was answered, and for the deployment only while it is what it was.
    fn scored(&mut self, world: &World, call: CallNo, (score, is_taken): (f64, bool)) -> Result<(), Broken> {
        let own = self.calls.of_mut(call.0);
        let is_remembered = std::mem::take(&mut own.is_remembered);
        rule!(is_taken == is_remembered, "a score that should count: {is_remembered}, counts: {is_taken}");
        let send = own.answered.and_then(|place| own.sends.get(place));
        let (true, Some((to, era))) = (is_taken, send.map(|send| (send.to, send.era))) else { return Ok(()) };
        self.tally.scores += 1;
        let known = &self.config.deployments[usize::from(to.0)];
        let members = self.config.groups[usize::from(known.group.0)].members.clone();
        if !known.is_retired && self.books.era(to).model == era.model {
            self.books.rate(to, &members, score);
        }
        for ix in members.iter().chain([&to]) {
            let found = world.router().state().health(*ix).map(|health| health.rated.parts());
            let (good, bad) = self.books.rated(*ix);
            let is_right =
                found.is_some_and(|found| (found.0 - good).abs() < 1e-3 && (found.1 - bad).abs() < 1e-3);
            rule!(is_right, "the scores of {ix:?} are {found:?}, and not {:?}", (good, bad));
        }
        let trial = world.outcome(call).and_then(|outcome| outcome.trial.clone());
        let Some((name, model)) = trial else { return Ok(()) };
        // Scores of a variant that is not there now are lost with it.
        let variants = self.config.experiments.iter().filter(|one| *one.name == *name);
        let variant = variants.flat_map(|one| &one.variants).find(|variant| *variant.model == *model);
        variant.into_iter().for_each(|variant| *self.scores.entry(variant.tag).or_default() += 1);
        Ok(())
    }
}
