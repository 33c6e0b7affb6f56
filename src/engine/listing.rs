//! What a router holds, for those who steer it. No credential is in it.

use serde_json::{Map, Value};

use crate::base::time::Millis;
use crate::config::{Deployment, DeploymentIx, GroupIx, Resolved, settings};
use crate::dialect;
use crate::price::{Capabilities, Condition, Entry, Mode, Pico, Rate};
use crate::state::Counts;

use super::router::Router;

/// A deployment under a name.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// The name that it is called by.
    pub name: String,
    /// Its model, as it is written; of a name that a pattern matches, the model that is asked for.
    pub model: String,
    /// Its index; that of the declared one, for a name that a pattern matches.
    pub ix: DeploymentIx,
    /// Itself.
    pub deployment: &'a Deployment,
}

/// What the deployments of a name have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupInfo {
    /// Who sells them.
    pub providers: Vec<String>,
    /// Their models, as "provider/model".
    pub models: Vec<String>,
    /// How many they are.
    pub deployments: usize,
    /// Requests a minute of those that declare them; `None` if nobody does.
    pub rpm: Option<u64>,
    /// Tokens a minute of those that declare them; `None` if nobody does.
    pub tpm: Option<u64>,
    /// The largest window; `None` if it is known of nobody.
    pub max_input_tokens: Option<u32>,
    /// The longest answer.
    pub max_output_tokens: Option<u32>,
    /// The dearest token of a short prompt in the ordinary tier and at the ordinary hours.
    pub input: Option<Pico>,
    /// The dearest token of an answer to that.
    pub output: Option<Pico>,
    /// What the first one is for.
    pub mode: Option<Mode>,
    /// What any of them can do.
    pub capabilities: Capabilities,
}

impl GroupInfo {
    fn add(&mut self, known: &Entry) {
        let rate = |rate| known.price.get(rate, Condition::default());
        self.max_input_tokens = self.max_input_tokens.max(known.max_input_tokens);
        self.max_output_tokens = self.max_output_tokens.max(known.max_output_tokens);
        self.input = self.input.max(rate(Rate::Input));
        self.output = self.output.max(rate(Rate::Output));
        self.mode = self.mode.or(known.mode);
        self.capabilities = self.capabilities.or(known.capabilities);
    }
}

impl Router {
    /// The deployments that a name leads to; without one all that are declared, and again under each alias that is not
    /// hidden. Nothing is made for a name that a pattern matches.
    #[must_use]
    pub fn listed(&self, name: Option<&str>) -> Vec<Listed<'_>> {
        if let Some(name) = name {
            return self.listed_as(name);
        }
        let names = self.config.names.listed().into_iter();
        let declared = |name: &str| self.config.names.declared(name).is_some();
        let (own, aliases): (Vec<&str>, Vec<&str>) = names.partition(|name| declared(name));
        let mut all: Vec<Listed<'_>> = Vec::new();
        for one in own.into_iter().flat_map(|name| self.listed_as(name)) {
            let place = all.partition_point(|known| known.deployment.place <= one.deployment.place);
            all.insert(place, one);
        }
        all.extend(aliases.into_iter().flat_map(|name| self.listed_as(name)));
        all
    }

    fn listed_as(&self, name: &str) -> Vec<Listed<'_>> {
        let target = self.config.names.declared(name).map(Resolved::Group);
        let members: Vec<(DeploymentIx, Option<String>)> = match target.or_else(|| self.config.resolve(name))
        {
            Some(Resolved::Deployment(ix)) => return self.listed_id(ix).into_iter().collect(),
            Some(Resolved::Group(group)) => {
                self.members(group).iter().map(|ix| (*ix, self.made_model(*ix))).collect()
            }
            None => self.config.blueprint(name).map(|found| found.members().to_vec()).unwrap_or_default(),
        };
        let listed = |(ix, model): (DeploymentIx, Option<String>)| {
            let deployment = self.config.deployment(ix)?;
            let declared = deployment.limit_cell(ix);
            let asked = |model: String| format!("{}/{model}", deployment.provider);
            let model = model.map_or_else(|| deployment.written.clone(), asked);
            Some(Listed { name: name.to_owned(), model, ix: declared, deployment })
        };
        members.into_iter().filter_map(listed).collect()
    }

    /// One declared deployment, under the name of its group.
    #[must_use]
    pub fn listed_id(&self, ix: DeploymentIx) -> Option<Listed<'_>> {
        let deployment = self.config.deployment(ix).filter(|known| !known.is_retired)?;
        let name = self.config.group(deployment.group)?.name.clone();
        Some(Listed { name, model: deployment.written.clone(), ix, deployment })
    }

    fn members(&self, group: GroupIx) -> &[DeploymentIx] {
        self.config.group(group).map_or(&[], |group| &group.members)
    }

    /// The model of a deployment that was made for a name.
    fn made_model(&self, ix: DeploymentIx) -> Option<String> {
        self.config.deployment(ix).filter(|known| known.parent.is_some()).map(|known| known.model.clone())
    }

    /// What the deployments of a name have in common; `None` if it leads to none.
    #[must_use]
    pub fn group_info(&self, name: &str) -> Option<GroupInfo> {
        let mut info = GroupInfo::default();
        let plus = |sum: Option<u64>, more: Option<u64>| match more {
            Some(more) => Some(sum.unwrap_or(0).saturating_add(more)),
            None => sum,
        };
        for Listed { model, deployment, .. } in self.listed(Some(name)) {
            let provider = &deployment.provider;
            let known = self.model_of(deployment, &model);
            let has_provider =
                model.strip_prefix(provider.as_str()).is_some_and(|rest| rest.starts_with('/'));
            let model = if has_provider { model } else { format!("{provider}/{model}") };
            for (list, one) in [(&mut info.models, model), (&mut info.providers, provider.clone())] {
                if !list.contains(&one) {
                    list.push(one);
                }
            }
            info.deployments = info.deployments.saturating_add(1);
            info.rpm = plus(info.rpm, deployment.rpm);
            info.tpm = plus(info.tpm, deployment.tpm);
            info.add(&known);
        }
        (info.deployments > 0).then_some(info)
    }

    /// What the deployments of a name have used in the last minute; `None` if it leads to none, or none of them has a
    /// limit that is counted.
    #[must_use]
    pub fn group_usage(&self, now: Millis, name: &str) -> Option<Counts> {
        let counted = self.listed(Some(name)).into_iter().filter(|one| one.deployment.has_limits());
        let usage = |one: Listed<'_>| self.state.health(one.ix).map(|health| health.usage.at(now));
        counted.filter_map(usage).reduce(Counts::plus)
    }

    /// The settings that are in use: see [`settings`]. No credential is in them.
    #[must_use]
    pub fn settings(&self, config: &Value) -> Map<String, Value> {
        let mut told = settings(config, &self.config.policy);
        told.values_mut().for_each(|value| self.clean(value));
        told
    }

    /// Takes every credential out of a value, in its place: a tree that is collected is sorted, with kilobytes of code.
    fn clean(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = dialect::redact(text, self.secrets()).into(),
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean(item)),
            Value::Object(members) => members.values_mut().for_each(|value| self.clean(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
