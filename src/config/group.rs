//! Model groups.

use super::{Affinity, DeploymentIx, GroupIx, PerClass, Routing};

/// The deployments that are called under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The `model_name`; of a group that was made from a pattern, the name that was asked for.
    pub name: String,
    /// Its deployments, in the order of the model list. None in a slot that nobody has.
    pub members: Vec<DeploymentIx>,
    /// `model_group_retry_policy`: stands in for the whole `retry_policy`, where it is there.
    pub retry_policy: Option<PerClass>,
    /// `model_group_affinity_config`: stands in for the router's, where it is there.
    pub affinity: Option<Affinity>,
    /// How one of its deployments is picked, where a routing group says so.
    pub routing: Option<Routing>,
    /// The routing group that it belongs to. Who takes turns there takes them with all of its deployments.
    pub pool: Option<GroupIx>,
    /// `model_priorities` of a routing group: the level of each member, in their order, instead of its `order`. Empty where
    /// the members' own levels count.
    pub levels: Vec<u32>,
    /// Where it comes from.
    pub kind: GroupKind,
}

/// Where a group comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupKind {
    /// A `model_name` without a star.
    #[default]
    Declared,
    /// A `model_name` with stars: it is not called itself, only what it matches is.
    Pattern,
    /// A name that a pattern matched, with deployments of its own.
    Derived {
        /// The group of the pattern.
        from: GroupIx,
    },
    /// The declared deployments that have one `litellm_params.model`, called by that.
    Direct,
    /// The deployments of several groups under the name of their routing group.
    Pool,
    /// It is no part of the router any more; calls that began before may still have to tell of it.
    Retired,
}

/// Another name for a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The group at the end of the chain of aliases.
    pub group: GroupIx,
    /// Callable, and not listed.
    pub hidden: bool,
}

/// What a requested model name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A group: by its name, an alias, a pattern, or the model of its deployments.
    Group(GroupIx),
    /// One deployment, by its id: used even while it is benched.
    Deployment(DeploymentIx),
}
