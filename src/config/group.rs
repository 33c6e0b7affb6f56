//! Model groups and the names that lead to them.

use crate::base::index::Index;

use super::{DeploymentIx, GroupIx, PerClass};

/// The deployments that share a `model_name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The `model_name`.
    pub name: String,
    /// Its deployments, in the order of the model list.
    pub members: Vec<DeploymentIx>,
    /// `model_group_retry_policy`: stands in for the whole `retry_policy`, where it is there.
    pub retry_policy: Option<PerClass>,
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
    groups: Index,
    aliases: Index,
    hidden_aliases: Index,
    ids: Index,
}

impl Names {
    /// Adds a group's own name.
    pub fn add_group(&mut self, name: &str, group: GroupIx) {
        self.groups.insert(name, group.0.into());
    }

    /// Adds an alias, already followed to its group.
    pub fn add_alias(&mut self, name: &str, alias: Alias) {
        let aliases = if alias.hidden { &mut self.hidden_aliases } else { &mut self.aliases };
        aliases.insert(name, alias.group.0.into());
    }

    /// Adds a deployment's id. Returns false if it is taken.
    pub fn add_id(&mut self, id: &str, deployment: DeploymentIx) -> bool {
        self.ids.insert(id, deployment.0.into())
    }

    /// The group that a name or an alias leads to.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<GroupIx> {
        let found =
            [&self.hidden_aliases, &self.aliases, &self.groups].iter().find_map(|index| index.get(name));
        found.and_then(|number| u16::try_from(number).ok()).map(GroupIx)
    }

    /// The deployment that has an id.
    #[must_use]
    pub fn id(&self, id: &str) -> Option<DeploymentIx> {
        self.ids.get(id).and_then(|number| u16::try_from(number).ok()).map(DeploymentIx)
    }

    /// First an alias, then a group, then a deployment's id.
    #[must_use]
    pub fn resolve(&self, model: &str) -> Option<Resolved> {
        match self.group(model) {
            Some(group) => Some(Resolved::Group(group)),
            None => self.id(model).map(Resolved::Deployment),
        }
    }

    /// The names that may be shown to callers: groups and aliases that are not hidden, sorted.
    #[must_use]
    pub fn listed(&self) -> Vec<&str> {
        let mut listed: Vec<&str> = Vec::new();
        for name in self.groups.names().chain(self.aliases.names()) {
            // Nearly sorted already, so that nearly every name goes to the end.
            if let Err(place) = listed.binary_search(&name) {
                listed.insert(place, name);
            }
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_in_order_and_once_and_the_hidden_ones_not() {
        let mut names = Names::default();
        for (at, name) in ["m", "b", "z"].into_iter().enumerate() {
            names.add_group(name, GroupIx(at as u16));
        }
        for (name, hidden) in [("c", false), ("a", true), ("z", false)] {
            names.add_alias(name, Alias { group: GroupIx(0), hidden });
        }
        assert_eq!(names.listed(), ["b", "c", "m", "z"]);
        assert_eq!(names.resolve("a"), Some(Resolved::Group(GroupIx(0))));
        assert_eq!(names.resolve("z"), Some(Resolved::Group(GroupIx(0))), "an alias comes before a group");
    }
}
