//! Every name that a request may carry as its `model`, and what it leads to.

use crate::base::index::Index;

use super::pattern::{Pattern, Pieces, captures, is_pattern, prefixed};
use super::{Alias, DeploymentIx, GroupIx};

/// A group that a call has made.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) name: String,
    pub(super) group: GroupIx,
    /// By the model of its deployments, and not by a pattern.
    pub(super) is_direct: bool,
    /// Grows with every use.
    pub(super) used: u64,
}

/// The names. Four kinds lead to a group at once; a name that a pattern matches leads to one that is made for it, and
/// stays as long as the config needs it, or as the calls that use it (`made`).
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(super) groups: Index,
    pub(super) aliases: Index,
    pub(super) hidden_aliases: Index,
    pub(super) ids: Index,
    /// The most specific first.
    pub(super) patterns: Vec<Pattern>,
    /// Groups that the config's own words made: aliases, fallbacks, allow-lists. By patterns …
    pub(super) kept: Index,
    /// … and by the models of deployments.
    pub(super) kept_direct: Index,
    pub(super) made: Vec<Made>,
    pub(super) uses: u64,
}

fn group_of(number: Option<usize>) -> Option<GroupIx> {
    number.and_then(|number| u16::try_from(number).ok()).map(GroupIx)
}

impl Names {
    /// Adds a group's own name.
    pub fn add_group(&mut self, name: &str, group: GroupIx) {
        self.groups.insert(name, group.0.into());
        if is_pattern(name) {
            let pattern = Pattern { text: name.to_owned(), group };
            // Behind those that are as specific: the order of the model list decides between them.
            let place = self.patterns.partition_point(|known| known.rank() <= pattern.rank());
            self.patterns.insert(place, pattern);
        }
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

    /// The group that is declared under a name, which may be a pattern.
    #[must_use]
    pub fn declared(&self, name: &str) -> Option<GroupIx> {
        group_of(self.groups.get(name))
    }

    /// The group that an alias leads to, or that has a name without stars.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<GroupIx> {
        let alias = self.hidden_aliases.get(name).or_else(|| self.aliases.get(name));
        group_of(alias).or_else(|| self.declared(name).filter(|_| !is_pattern(name)))
    }

    /// The deployment that has an id.
    #[must_use]
    pub fn id(&self, id: &str) -> Option<DeploymentIx> {
        self.ids.get(id).and_then(|number| u16::try_from(number).ok()).map(DeploymentIx)
    }

    /// The most specific pattern that matches a name, or the name with its provider in front. Tells its group and the
    /// form that matched.
    pub(super) fn matched(&self, name: &str) -> Option<(&Pattern, String)> {
        if self.patterns.is_empty() || is_pattern(name) {
            return None;
        }
        let prefixed = prefixed(name);
        let forms = [Some(name), prefixed.as_deref()];
        self.patterns.iter().find_map(|pattern| {
            let mut forms = forms.iter().flatten();
            let form = forms.find(|form| captures(&pattern.text, form).is_some())?;
            Some((pattern, (*form).to_owned()))
        })
    }

    /// What the stars of a pattern stand for in the form of a name that it matched.
    pub(super) fn pieces<'n>(pattern: &Pattern, form: &'n str) -> Pieces<'n> {
        captures(&pattern.text, form).unwrap_or_default()
    }

    /// The group that was made for the form of a name that a pattern matched.
    pub(super) fn derived(&self, form: &str) -> Option<GroupIx> {
        group_of(self.kept.get(form)).or_else(|| self.made(form, false))
    }

    /// The group that was made for the model of some deployments.
    #[must_use]
    pub fn direct(&self, model: &str) -> Option<GroupIx> {
        group_of(self.kept_direct.get(model)).or_else(|| self.made(model, true))
    }

    fn made(&self, name: &str, is_direct: bool) -> Option<GroupIx> {
        let found = self.made.iter().find(|made| made.is_direct == is_direct && made.name == name);
        found.map(|made| made.group)
    }

    /// Notes that a group is used now, if a call made it.
    pub fn note_use(&mut self, group: GroupIx) {
        if let Some(made) = self.made.iter_mut().find(|made| made.group == group) {
            self.uses = self.uses.wrapping_add(1);
            made.used = self.uses;
        }
    }

    /// Was the group made by a call, so that its slot may be another's later?
    #[must_use]
    pub fn is_made(&self, group: GroupIx) -> bool {
        self.made.iter().any(|made| made.group == group)
    }

    /// The names that may be shown to callers: groups, patterns, and aliases that are not hidden, sorted.
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
        for (at, name) in ["m", "b", "z", "b*"].into_iter().enumerate() {
            names.add_group(name, GroupIx(at as u16));
        }
        for (name, hidden) in [("c", false), ("a", true), ("z", false)] {
            names.add_alias(name, Alias { group: GroupIx(0), hidden });
        }
        assert_eq!(names.listed(), ["b", "b*", "c", "m", "z"]);
        assert_eq!(names.group("a"), Some(GroupIx(0)));
        assert_eq!(names.group("z"), Some(GroupIx(0)), "an alias comes before a group");
        assert_eq!(
            (names.group("b*"), names.declared("b*")),
            (None, Some(GroupIx(3))),
            "a pattern is no model"
        );
    }

    #[test]
    fn a_bare_name_is_tried_with_its_provider_before_the_next_pattern() {
        let mut names = Names::default();
        for (at, name) in ["*", "openai/*", "*-mini", "o*/*"].into_iter().enumerate() {
            names.add_group(name, GroupIx(at as u16));
        }
        for (name, group, form) in [
            ("gpt-4o", 1, "openai/gpt-4o"),
            ("gpt-4o-mini", 1, "openai/gpt-4o-mini"),
            ("llama-mini", 2, "llama-mini"),
            ("llama", 0, "llama"),
            ("oo/llama", 3, "oo/llama"),
        ] {
            let (pattern, matched) = names.matched(name).unwrap();
            assert_eq!((pattern.group, matched.as_str()), (GroupIx(group), form), "{name}");
        }
        assert!(names.matched("openai/*").is_none(), "a pattern is no model");
    }
}
