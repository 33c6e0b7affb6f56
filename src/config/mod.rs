//! Floor 1: what the user declared, validated once and immutable after.
//!
//! Not here: anything learnt while running (`state`), and what goes over the wire (`dialect`).

mod adopt;
mod affinity;
mod budget;
mod caching;
mod callbacks;
mod conditional;
mod credential;
mod deployment;
mod derive;
mod error_rules;
mod experiment;
mod facts;
mod fallback;
mod files;
mod filter;
mod group;
mod host;
mod load;
mod mock;
mod names;
mod options;
mod pattern;
mod per_class;
mod policy;
mod provider;
mod providers;
mod routing;
mod rules;
mod secret;
mod slots;
mod strategy;
mod streams;
mod surface;

pub use adopt::Changes;
pub use affinity::{Affinity, Bond, KeyOf, Keys};
pub use budget::{Budget, BudgetIx, BudgetList, Budgets, Declared, Period, Purpose, Window as BudgetWindow};
pub use caching::{CacheControl, Caching};
pub use callbacks::{Callbacks, Exporter};
pub use conditional::Rules;
pub use credential::{credential_tag, share_credentials, tell_whole};
pub use deployment::{ApiBase, Auth, Deployment, Era, Param, Place, Silent};
pub use derive::{Blueprint, Found, MAX_MADE};
pub use error_rules::{ErrorRule, ToldError, ruled};
pub use experiment::{Experiment, Variant};
pub use facts::ModelFacts;
pub use fallback::{FallbackLists, FallbackTable, FallbackTarget, FaultSet};
pub use files::FileRules;
pub use filter::{Demand, Labels, TagRules, Wanted};
pub use group::{Alias, Group, GroupKind, Resolved};
pub use host::{HostRules, Trust};
pub use load::{Loaded, Notice, Problem, check_settings, ids_of, load, settings};
pub use mock::Mock;
pub use names::Names;
pub use options::{CallOptions, IN_PROCESS_KEYS, ROUTER_KEYS, each_fallback_name};
pub use per_class::{ErrorClass, PerClass};
pub use policy::{Hedging, LimitMode, Policy, Timeouts, WhenAllDown};
pub use provider::{DialectName, Layout, Provider, provider, providers};
pub use rules::{Fate, MemberList, Rule, Worded, others, worded};
pub use secret::Secret;
pub use strategy::{LatencyRules, Routing, Strategies, Strategy};
pub use streams::{CommitAt, MidStream, Observe, StreamRules, StreamUsage};
pub use surface::Surface;

/// The position of a deployment in [`RouterConfig::deployments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentIx(pub u16);

/// The position of a model group in [`RouterConfig::groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupIx(pub u16);

impl DeploymentIx {
    /// The index of a position; `None` past the last one that there can be.
    fn at(position: usize) -> Option<Self> {
        u16::try_from(position).ok().filter(|number| *number < u16::MAX).map(Self)
    }
}

impl GroupIx {
    /// See [`DeploymentIx::at`].
    fn at(position: usize) -> Option<Self> {
        u16::try_from(position).ok().filter(|number| *number < u16::MAX).map(Self)
    }
}

/// A whole router, as declared. Made by [`load`]; afterwards it only gets groups for names that patterns match, and is
/// replaced as a whole by another one.
#[derive(Clone, Debug, Default)]
pub struct RouterConfig {
    /// Every deployment: first those of the model list, in its order; then those that were made from patterns.
    pub deployments: Vec<Deployment>,
    /// Every model group: first those of the model list, in order of first appearance; then those that were made.
    pub groups: Vec<Group>,
    /// The names that callers may use, and what they mean.
    pub names: Names,
    /// Retries, cooldowns and time limits.
    pub policy: Policy,
    /// Which answers are kept and shown again.
    pub caching: Caching,
    /// Which group serves a request in the place of the model that it names.
    pub rules: Rules,
    /// Which group comes after which.
    pub fallbacks: FallbackTable,
    /// Which groups' calls are shared out among variants.
    pub experiments: Vec<Experiment>,
    /// What may be spent.
    pub budgets: Budgets,
    /// From where files are fetched for providers that do not; `None` is from nowhere.
    pub files: Option<FileRules>,
    /// What the host allows; set by the program, never by a request.
    pub host: HostRules,
    /// Every strategy that a choice may go by.
    pub strategies: Strategies,
    /// Slots of deployments and groups that nobody has.
    spare: slots::Spare,
}

impl RouterConfig {
    /// The deployment at `ix`; `None` only for an index of another config.
    #[must_use]
    pub fn deployment(&self, ix: DeploymentIx) -> Option<&Deployment> {
        self.deployments.get(usize::from(ix.0))
    }

    /// The group at `ix`; `None` only for an index of another config.
    #[must_use]
    pub fn group(&self, ix: GroupIx) -> Option<&Group> {
        self.groups.get(usize::from(ix.0))
    }

    /// Is it counted what a deployment uses in a minute?
    #[must_use]
    pub fn counts_usage(&self, known: &Deployment) -> bool {
        known.has_limits()
            || self.strategies.has(Strategy::UsageBased)
            || self.strategies.has(Strategy::Custom)
    }

    /// Finds what a requested model means: a group, through aliases, or one deployment by its id. See
    /// [`RouterConfig::find`].
    #[must_use]
    pub fn resolve(&self, model: &str) -> Option<Resolved> {
        self.find(model).map(|found| found.target)
    }

    /// The list of a group. One that was made from a pattern has the pattern's if it has none of its own.
    #[must_use]
    pub fn chain<'l>(&self, lists: &'l FallbackLists, group: GroupIx) -> &'l [FallbackTarget] {
        let from = match self.group(group).map(|group| group.kind) {
            Some(GroupKind::Derived { from }) if !lists.has(group) => from,
            _ => group,
        };
        lists.of(from)
    }

    /// What answers a name that nobody knows: the first of the default fallbacks that may be used. `None` for a name that is
    /// known, whether it may be used or not.
    #[must_use]
    pub fn default_target(&self, model: &str) -> Option<&FallbackTarget> {
        let is_known =
            model.is_empty() || self.names.group(model).is_some() || self.names.matched(model).is_some();
        let mut all = self.fallbacks.ordinary.default.iter().filter(|_| !is_known);
        all.find(|target| self.allows(target.to))
    }

    /// The declared group behind a target: the pattern's for a name that a pattern matched; that of the first deployment
    /// for the model of deployments.
    #[must_use]
    pub fn declared_group(&self, target: Resolved) -> Option<GroupIx> {
        let of = |ix: DeploymentIx| self.deployment(ix).map(|known| known.group);
        let ix = match target {
            Resolved::Group(ix) => ix,
            Resolved::Deployment(ix) => of(ix)?,
        };
        match self.group(ix)?.kind {
            GroupKind::Derived { from } => Some(from),
            GroupKind::Direct => self.group(ix)?.members.first().and_then(|first| of(*first)),
            GroupKind::Declared | GroupKind::Pattern | GroupKind::Pool | GroupKind::Retired => Some(ix),
        }
    }

    /// May a target be used, by the host's allow-list?
    #[must_use]
    pub fn allows(&self, target: Resolved) -> bool {
        match target {
            Resolved::Group(group) => self.allows_group(group),
            Resolved::Deployment(ix) => {
                self.deployment(ix).is_some_and(|known| self.allows_group(known.group))
            }
        }
    }

    fn allows_group(&self, ix: GroupIx) -> bool {
        let Some(list) = &self.host.allowed_models else { return true };
        let Some(group) = self.group(ix) else { return false };
        let has = |group: &Group| list.contains(&group.name);
        match group.kind {
            GroupKind::Declared | GroupKind::Pattern | GroupKind::Pool => has(group),
            GroupKind::Derived { from } => has(group) || self.group(from).is_some_and(has),
            // Such groups are made of deployments that may be used.
            GroupKind::Direct => !group.members.is_empty(),
            GroupKind::Retired => false,
        }
    }

    /// Is it a name that a pattern matches, and that may be used?
    #[must_use]
    pub fn is_matched(&self, name: &str) -> bool {
        let Some((pattern, form)) = self.names.matched(name) else { return false };
        let kept = self.names.derived(&form);
        self.allows_group(pattern.group) || kept.is_some_and(|group| self.allows_group(group))
    }

    /// The names that may be shown to callers, sorted: groups, patterns, and aliases that are not hidden.
    #[must_use]
    pub fn listed(&self) -> Vec<&str> {
        let shown = |name: &&str| {
            let group = self.names.group(name).or_else(|| self.names.declared(name));
            group.is_some_and(|group| self.allows_group(group))
        };
        self.names.listed().into_iter().filter(shown).collect()
    }
}
