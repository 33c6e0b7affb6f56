//! Model groups and the names that lead to them.

use std::collections::BTreeMap;

use super::{DeploymentIx, GroupIx};

/// The deployments that share a `model_name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The `model_name`.
    pub name: String,
    /// Its deployments, in the order of the model list.
    pub members: Vec<DeploymentIx>,
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
    /// A group, by its name or by an alias.
    Group(GroupIx),
    /// One deployment, by its id: used even while it is benched.
    Deployment(DeploymentIx),
}

/// Every name that a request may carry as its `model`.
#[derive(Clone, Debug, Default)]
pub struct Names {
    groups: BTreeMap<String, GroupIx>,
    aliases: BTreeMap<String, Alias>,
    ids: BTreeMap<String, DeploymentIx>,
}

impl Names {
    /// Adds a group's own name.
    pub fn add_group(&mut self, name: &str, group: GroupIx) {
        self.groups.insert(name.to_owned(), group);
    }

    /// Adds an alias, already followed to its group.
    pub fn add_alias(&mut self, name: &str, alias: Alias) {
        self.aliases.insert(name.to_owned(), alias);
    }

    /// Adds a deployment's id. Returns false if it is taken.
    pub fn add_id(&mut self, id: &str, deployment: DeploymentIx) -> bool {
        self.ids.insert(id.to_owned(), deployment).is_none()
    }

    /// The group that a name or an alias leads to.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<GroupIx> {
        self.aliases.get(name).map(|alias| alias.group).or_else(|| self.groups.get(name).copied())
    }

    /// First an alias, then a group, then a deployment's id.
    #[must_use]
    pub fn resolve(&self, model: &str) -> Option<Resolved> {
        match self.group(model) {
            Some(group) => Some(Resolved::Group(group)),
            None => self.ids.get(model).copied().map(Resolved::Deployment),
        }
    }

    /// The names that may be shown to callers: groups and aliases that are not hidden, sorted.
    #[must_use]
    pub fn listed(&self) -> Vec<&str> {
        let aliases = self.aliases.iter().filter(|(_, alias)| !alias.hidden).map(|(name, _)| name.as_str());
        let mut names: Vec<&str> = self.groups.keys().map(String::as_str).chain(aliases).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
