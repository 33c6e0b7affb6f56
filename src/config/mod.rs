//! Floor 1: what the user declared, validated once and immutable after.
//!
//! Not here: anything learnt while running (`state`), and what goes over the wire (`dialect`).

mod credential;
mod deployment;
mod fallback;
mod group;
mod host;
mod load;
mod mock;
mod options;
mod per_class;
mod policy;
mod provider;
mod secret;
mod streams;
mod surface;

pub use credential::{credential_tag, share_credentials};
pub use deployment::{ApiBase, Deployment, Param};
pub use fallback::{FallbackLists, FallbackTable, FallbackTarget, FaultSet};
pub use group::{Alias, Group, Names, Resolved};
pub use host::{HostRules, Trust};
pub use load::{Loaded, Notice, Problem, load};
pub use mock::Mock;
pub use options::{CallOptions, IN_PROCESS_KEYS, ROUTER_KEYS};
pub use per_class::{ErrorClass, PerClass};
pub use policy::{Hedging, LimitMode, Policy, Timeouts, WhenAllDown};
pub use provider::{DialectName, PROVIDERS, Provider, provider};
pub use secret::Secret;
pub use streams::{CommitAt, MidStream, Observe, StreamRules, StreamUsage};
pub use surface::Surface;

/// The position of a deployment in [`RouterConfig::deployments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentIx(pub u16);

/// The position of a model group in [`RouterConfig::groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupIx(pub u16);

/// A whole router, as declared. Made by [`load`].
#[derive(Clone, Debug, Default)]
pub struct RouterConfig {
    /// Every deployment, in the order of the model list.
    pub deployments: Vec<Deployment>,
    /// Every model group, in order of first appearance.
    pub groups: Vec<Group>,
    /// The names that callers may use, and what they mean.
    pub names: Names,
    /// Retries, cooldowns and time limits.
    pub policy: Policy,
    /// Which group comes after which.
    pub fallbacks: FallbackTable,
    /// What the host allows; set by the program, never by a request.
    pub host: HostRules,
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

    /// Finds what a requested model means: a group, through aliases, or one deployment by its id.
    #[must_use]
    pub fn resolve(&self, model: &str) -> Option<Resolved> {
        self.names.resolve(model)
    }
}
