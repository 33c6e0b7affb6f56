//! Who may serve a request at all: by regions, tags, abilities and windows, as `js/types/rules.d.ts` and `docs/PARITY.md` say.

use serde_json::Value;
use switchman::config::{Demand, DeploymentIx, RouterConfig};

use crate::labels::needed;

use super::Oracle;
use super::calls::Own;

/// Whether a deployment may serve a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suit {
    Yes,
    /// As far as is known it cannot, or others are known to be able: it comes after all who can.
    Guess,
    No,
}

/// What a call asks of a deployment.
#[derive(Clone, Debug, Default)]
pub(super) struct Wants {
    pub(super) regions: Vec<String>,
    tags: Vec<String>,
    /// One of the tags is meant for certain.
    is_certain: bool,
    by_tags: bool,
    pub(super) demand: Demand,
}

impl Wants {
    pub(super) fn new(config: &RouterConfig, options: &Value, demand: Demand) -> Self {
        let texts = |value: &Value| -> Vec<String> {
            let one = value.as_str().map(str::to_owned);
            let all = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            one.into_iter().chain(all).collect()
        };
        let prefix = config.policy.tags.prefix.as_str();
        let mut wants = Self {
            regions: texts(&options["allowed_model_region"]),
            by_tags: options["enable_tag_filtering"] == true,
            demand,
            ..Self::default()
        };
        // What tags mean is read when the call begins.
        let is_tagged = config.policy.has_filters || wants.by_tags;
        for tag in texts(&options["tags"]).into_iter().filter(|_| is_tagged) {
            let certain = tag.strip_prefix(prefix).filter(|_| !prefix.is_empty());
            wants.is_certain |= certain.is_some();
            wants.tags.push(certain.unwrap_or(&tag).to_owned());
        }
        wants
    }

    /// Those of a copy: its tags are for another group.
    pub(super) fn of_copy(&self) -> Self {
        Self { regions: self.regions.clone(), demand: self.demand, ..Self::default() }
    }
}

impl Oracle {
    fn tags_of(&self, ix: DeploymentIx) -> &[String] {
        &self.config.deployments[usize::from(ix.0)].labels.tags
    }

    /// May a deployment serve a call, as one of its group?
    pub(super) fn suits(&self, ix: DeploymentIx, call: &Own) -> Suit {
        if !self.is_labelled {
            return Suit::Yes;
        }
        if !self.is_in_region(ix, call) {
            return Suit::No;
        }
        let known = &self.config.deployments[usize::from(ix.0)];
        let members = &self.config.groups[usize::from(known.group.0)].members;
        let left: Vec<_> = members.iter().copied().filter(|one| self.is_in_region(*one, call)).collect();
        let tagged = self.tagged(members, &left, &call.wants);
        if !tagged.contains(&ix) {
            return Suit::No;
        }
        if !self.config.policy.is_checked {
            return Suit::Yes;
        }
        let own = self.able(ix, call);
        let needed: Vec<_> = needed(&call.wants.demand).collect();
        // Of whom it is known that they can do something, among those that could serve the call.
        let others: Vec<_> = tagged.iter().filter(|one| self.able(**one, call) != Suit::No).collect();
        let is_said = |one: DeploymentIx, name: &str| self.says(one, name) == Some(true);
        let is_outdone =
            needed.iter().any(|name| !is_said(ix, name) && others.iter().any(|one| is_said(**one, name)));
        if own == Suit::Yes && is_outdone { Suit::Guess } else { own }
    }

    /// A deployment that was named is only passed over for its region.
    pub(super) fn is_in_region(&self, ix: DeploymentIx, call: &Own) -> bool {
        let own = self.config.deployments[usize::from(ix.0)].labels.region.to_lowercase();
        let regions = &call.wants.regions;
        regions.is_empty() || regions.iter().any(|one| one.to_lowercase() == own)
    }

    /// What `model_info` says of an ability.
    fn says(&self, ix: DeploymentIx, name: &str) -> Option<bool> {
        self.written(ix)["model_info"][name].as_bool()
    }

    /// Can its model do what is needed, and does the request fit?
    fn able(&self, ix: DeploymentIx, call: &Own) -> Suit {
        let Demand { input, output, is_counted, .. } = call.wants.demand;
        if needed(&call.wants.demand).any(|name| self.says(ix, name) == Some(false)) {
            return Suit::No;
        }
        let bound = |name| self.written(ix)["model_info"][name].as_u64().unwrap_or(u64::MAX);
        // Of whom nobody knows how long it is, nothing is thought.
        let (input, output) = (u64::from(input), if input == 0 { 0 } else { u64::from(output.unwrap_or(0)) });
        let window = bound("max_input_tokens");
        let is_sure = is_counted || input + output > window.saturating_add(window / 4);
        if input + output > window {
            return if is_sure { Suit::No } else { Suit::Guess };
        }
        if output > bound("max_output_tokens") { Suit::Guess } else { Suit::Yes }
    }

    /// Who of a group serves a request by its tags. Those that are elsewhere have no word, but on whether tags count.
    fn tagged(&self, members: &[DeploymentIx], left: &[DeploymentIx], wants: &Wants) -> Vec<DeploymentIx> {
        let rules = &self.config.policy.tags;
        let labels = |ix: DeploymentIx| &self.config.deployments[usize::from(ix.0)].labels;
        let switch = members.iter().find_map(|ix| labels(*ix).goes_by_tags);
        if !(wants.by_tags || switch.unwrap_or(rules.is_on)) {
            return left.to_vec();
        }
        let has = |ix: DeploymentIx, tag: &str| self.tags_of(ix).iter().any(|own| own == tag);
        let has_all = |ix: DeploymentIx, tags: &str| tags.split('&').all(|one| has(ix, one));
        let begins = |mark: char| wants.tags.iter().filter_map(move |tag| tag.strip_prefix(mark));
        let plain = || wants.tags.iter().filter(|tag| !tag.starts_with(['&', '!']));
        let may = |ix: DeploymentIx| {
            begins('&').all(|tag| has_all(ix, tag)) && !begins('!').any(|tag| has(ix, tag))
        };
        let those = |is: &dyn Fn(DeploymentIx) -> bool| -> Vec<DeploymentIx> {
            left.iter().copied().filter(|ix| is(*ix)).collect()
        };
        if plain().next().is_some() {
            let fits = |ix| match rules.match_any {
                true => plain().any(|tag| has_all(ix, tag)),
                false => plain().all(|tag| has_all(ix, tag)),
            };
            let found = those(&|ix| may(ix) && fits(ix));
            let is_somebodys = wants.is_certain || left.iter().any(|ix| plain().any(|tag| has_all(*ix, tag)));
            let default = those(&|ix| !is_somebodys && may(ix) && has(ix, "default"));
            let open = those(&|ix| labels(ix).fails_open);
            return [found, default, open].into_iter().find(|pool| !pool.is_empty()).unwrap_or_default();
        }
        if begins('&').next().is_some() {
            return those(&may);
        }
        let has_default = left.iter().any(|ix| has(*ix, "default"));
        let is_any = rules.any_for_untagged || begins('!').next().is_some();
        let is_of_pool = |ix: DeploymentIx| match has_default {
            true => has(ix, "default"),
            false => is_any || self.tags_of(ix).is_empty(),
        };
        those(&|ix| may(ix) && is_of_pool(ix))
    }
}
