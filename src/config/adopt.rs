//! A newly loaded config takes the place of the one that is in use, while calls run: every index that a running call may
//! hold goes on to mean the same. A deployment that was there keeps its slot, and with it what was learnt of it; one that
//! is gone leaves its slot until no call can refer to it.

use crate::base::index::Index;

use super::derive::put;
use super::names::Made;
use super::pattern::Pattern;
use super::{
    Deployment, DeploymentIx, Experiment, FallbackLists, Group, GroupIx, GroupKind, Names, Resolved,
    RouterConfig, share_credentials,
};

/// What became of the slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Groups that were not there before.
    pub groups: Vec<GroupIx>,
    /// Deployments that were not there before.
    pub deployments: Vec<DeploymentIx>,
    /// Deployments that were there, and that are another model or at another address now.
    pub moved: Vec<DeploymentIx>,
    /// Deployments that are no part of the router any more, or have another credential now.
    pub released: Vec<DeploymentIx>,
    /// For each credential that is used as before: which deployment told its circuit, and which one does now.
    pub credentials: Vec<(DeploymentIx, DeploymentIx)>,
}

impl RouterConfig {
    /// This config, in the place of `old`. `moment` counts the changes of the config, this one included. Slots that were
    /// given up by `since` are taken again: those that go now, too, if nothing runs that could refer to them.
    ///
    /// `None` if there are not enough slots.
    #[must_use]
    pub fn adopt(mut self, old: &Self, moment: u64, since: u64) -> Option<(Self, Changes)> {
        self.make_again(old);
        let mut merged = Self {
            deployments: old.deployments.clone(),
            groups: old.groups.clone(),
            spare: old.spare.clone(),
            ..Self::default()
        };
        let groups = matched(&mut old.groups.iter().map(identity), &mut self.groups.iter().map(identity));
        let deployments = matched(
            &mut old.deployments.iter().map(|known| old.deployment_identity(known)),
            &mut self.deployments.iter().map(|known| self.deployment_identity(known)),
        );
        for gone in groups.gone.iter().filter_map(|gone| GroupIx::at(*gone)) {
            merged.retire_slot(gone, moment);
        }
        for gone in deployments.gone.iter().filter_map(|gone| DeploymentIx::at(*gone)) {
            merged.retire_deployment(gone, moment);
        }
        let mut changes = Changes {
            released: deployments.gone.iter().filter_map(|gone| DeploymentIx::at(*gone)).collect(),
            ..Changes::default()
        };
        let mut places = Places::default();
        for (kept, group) in groups.kept.into_iter().zip(&self.groups) {
            let place = match kept {
                Some(position) => GroupIx::at(position)?,
                None => merged.spare.group(since).or_else(|| GroupIx::at(merged.groups.len()))?,
            };
            if kept.is_none() {
                changes.groups.push(place);
                put(&mut merged.groups, place.0, group.clone());
            }
            places.groups.push(place);
        }
        for (kept, known) in deployments.kept.into_iter().zip(&self.deployments) {
            let place = match kept {
                Some(position) => DeploymentIx::at(position)?,
                None => {
                    merged.spare.deployment(since).or_else(|| DeploymentIx::at(merged.deployments.len()))?
                }
            };
            if kept.is_none() {
                changes.deployments.push(place);
                put(&mut merged.deployments, place.0, known.clone());
            } else {
                places.kept.push(place);
            }
            places.deployments.push(place);
        }
        merged.fill(self, &places);
        changes.compare(old, &mut merged, &places);
        Some((merged, changes))
    }

    /// Makes the groups again that calls have made, as far as their names still mean something of the kind.
    fn make_again(&mut self, old: &Self) {
        for Made { name, is_direct, used, .. } in &old.names.made {
            let blueprint = match is_direct {
                true if self.names.direct(name).is_none() => self.direct_blueprint(name),
                false if self.find(name).is_none() => self.blueprint(name),
                _ => None,
            };
            let made = blueprint
                .filter(|found| found.is_direct() == *is_direct)
                .and_then(|blueprint| self.make(&blueprint, 0));
            if made.is_some() {
                self.names.made.iter_mut().last().into_iter().for_each(|made| made.used = *used);
            }
        }
        self.names.uses = old.names.uses;
    }

    /// Puts everything of `new` where it goes.
    fn fill(&mut self, new: Self, places: &Places) {
        let Self {
            deployments,
            groups,
            names,
            policy,
            caching,
            files,
            rules,
            mut fallbacks,
            experiments,
            budgets,
            host,
            ..
        } = new;
        for (group, place) in groups.into_iter().zip(&places.groups) {
            put(&mut self.groups, place.0, places.place_group(group));
        }
        for (known, place) in deployments.into_iter().zip(&places.deployments) {
            put(&mut self.deployments, place.0, places.place_deployment(known));
        }
        for lists in [&mut fallbacks.ordinary, &mut fallbacks.context_window, &mut fallbacks.content_policy] {
            places.place_lists(lists);
        }
        self.names = places.place_names(names);
        self.experiments = experiments.into_iter().map(|one| places.place_experiment(one)).collect();
        (self.policy, self.fallbacks, self.host, self.files) = (policy, fallbacks, host, files);
        (self.budgets, self.caching, self.rules) = (budgets, caching, rules);
        self.strategies = new.strategies;
        share_credentials(&mut self.deployments);
        self.share_budgets();
    }

    /// What makes a deployment the same one in two configs; empty for one that is no part of the router any more.
    fn deployment_identity(&self, known: &Deployment) -> String {
        let group = self.group(known.group).map_or("", |group| &group.name);
        match known.parent {
            _ if known.is_retired => String::new(),
            None => format!("declared {}", known.id),
            // No name has a line break.
            Some(_) => format!("made {}\n{group}", known.id),
        }
    }
}

/// What makes a group the same one in two configs; empty for one that is no part of the router any more.
fn identity(group: &Group) -> String {
    let kind = match group.kind {
        GroupKind::Retired => return String::new(),
        GroupKind::Declared | GroupKind::Pattern => "declared",
        GroupKind::Derived { .. } => "made",
        GroupKind::Direct => "model",
        GroupKind::Pool => "pool",
    };
    format!("{kind} {}", group.name)
}

/// Which of the new ones were there before.
struct Matched {
    /// For each new one its old position, if it was there.
    kept: Vec<Option<usize>>,
    /// The positions of the old ones that are not there any more.
    gone: Vec<usize>,
}

fn matched(old: &mut dyn Iterator<Item = String>, new: &mut dyn Iterator<Item = String>) -> Matched {
    let mut index = Index::default();
    let mut is_gone = Vec::new();
    for (position, identity) in old.enumerate() {
        is_gone.push(!identity.is_empty());
        if !identity.is_empty() {
            index.insert(&identity, position);
        }
    }
    let kept: Vec<Option<usize>> = new.map(|identity| index.get(&identity)).collect();
    for position in kept.iter().flatten() {
        is_gone.get_mut(*position).into_iter().for_each(|gone| *gone = false);
    }
    let gone = is_gone.iter().enumerate().filter(|(_, gone)| **gone).map(|(position, _)| position).collect();
    Matched { kept, gone }
}

/// Where everything of a new config goes, by its position there.
#[derive(Default)]
struct Places {
    groups: Vec<GroupIx>,
    deployments: Vec<DeploymentIx>,
    /// The deployments that were there before.
    kept: Vec<DeploymentIx>,
}

impl Places {
    fn group(&self, ix: GroupIx) -> GroupIx {
        self.groups.get(usize::from(ix.0)).copied().unwrap_or(ix)
    }

    fn deployment(&self, ix: DeploymentIx) -> DeploymentIx {
        self.deployments.get(usize::from(ix.0)).copied().unwrap_or(ix)
    }

    fn place_group(&self, mut group: Group) -> Group {
        group.members.iter_mut().for_each(|ix| *ix = self.deployment(*ix));
        group.pool = group.pool.map(|ix| self.group(ix));
        if let GroupKind::Derived { from } = &mut group.kind {
            *from = self.group(*from);
        }
        group
    }

    fn place_deployment(&self, mut known: Deployment) -> Deployment {
        known.group = self.group(known.group);
        known.parent = known.parent.map(|ix| self.deployment(ix));
        known
    }

    fn place_lists(&self, lists: &mut FallbackLists) {
        let FallbackLists { by_group, default } = lists;
        for (group, chain) in std::mem::take(by_group) {
            let group = self.group(group);
            let place = by_group.partition_point(|(known, _)| *known < group);
            by_group.insert(place, (group, chain));
        }
        for target in by_group.iter_mut().flat_map(|(_, chain)| chain).chain(default) {
            target.to = match target.to {
                Resolved::Group(ix) => Resolved::Group(self.group(ix)),
                Resolved::Deployment(ix) => Resolved::Deployment(self.deployment(ix)),
            };
        }
    }

    fn place_experiment(&self, mut experiment: Experiment) -> Experiment {
        experiment.group = self.group(experiment.group);
        experiment.variants.iter_mut().for_each(|variant| variant.group = self.group(variant.group));
        experiment
    }

    fn place_names(&self, names: Names) -> Names {
        let Names { groups, aliases, hidden_aliases, ids, patterns, kept, kept_direct, made, uses } = names;
        let group = |number: usize| self.groups.get(number).map_or(number, |ix| ix.0.into());
        let deployment = |number: usize| self.deployments.get(number).map_or(number, |ix| ix.0.into());
        let placed = |pattern: Pattern| Pattern { group: self.group(pattern.group), ..pattern };
        Names {
            groups: groups.mapped(group),
            aliases: aliases.mapped(group),
            hidden_aliases: hidden_aliases.mapped(group),
            ids: ids.mapped(deployment),
            patterns: patterns.into_iter().map(placed).collect(),
            kept: kept.mapped(group),
            kept_direct: kept_direct.mapped(group),
            made: made.into_iter().map(|made| Made { group: self.group(made.group), ..made }).collect(),
            uses,
        }
    }
}

impl Changes {
    /// Notes how the deployments that were there differ now.
    fn compare(&mut self, old: &RouterConfig, merged: &mut RouterConfig, places: &Places) {
        // Who has given an answer may have had the slot before, and the same id.
        for place in &self.deployments {
            let was = old.deployment(*place).map(|was| was.era);
            if let (Some(is), Some(was)) = (merged.deployments.get_mut(usize::from(place.0)), was) {
                is.era.model = was.model.wrapping_add(1);
            }
        }
        let mut is_known = vec![false; merged.deployments.len()];
        for place in &places.kept {
            let is = merged.deployments.get_mut(usize::from(place.0));
            let (Some(was), Some(is)) = (old.deployment(*place), is) else { continue };
            is.era = was.era;
            if was.provider != is.provider || was.model != is.model || was.api_base != is.api_base {
                is.era.model = was.era.model.wrapping_add(1);
                self.moved.push(*place);
            }
            if !has_same_key(was, is) {
                is.era.credential = was.era.credential.wrapping_add(1);
                self.released.push(*place);
            } else if let Some(known) = is_known.get_mut(usize::from(is.credential.0))
                && !*known
            {
                *known = true;
                self.credentials.push((was.credential, is.credential));
            }
        }
    }
}

fn has_same_key(one: &Deployment, other: &Deployment) -> bool {
    one.api_key == other.api_key
        && one.extra_headers == other.extra_headers
        && one.organization == other.organization
        && one.api_base.origin() == other.api_base.origin()
}
