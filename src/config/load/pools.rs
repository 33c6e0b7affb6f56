//! `routing_groups`: groups that are routed by a strategy of their own, and that can be called together by one name.
//!
//! Differences to LiteLLM: `models` may be aliases, patterns and names that patterns match; a group that is not there, or
//! that is in two routing groups, and a name that hides another group are mistakes.

use serde_json::Value;

use super::fallbacks::{Book, group};
use super::hints::{Reach, hint};
use super::limits::binds;
use super::models::Models;
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use super::scopes::Scopes;
use super::strategy::{args, strategy};
use crate::base::index::Index;
use crate::config::{DeploymentIx, Group, GroupIx, GroupKind, Policy, RouterConfig, Routing, Strategy};

/// What is read of an entry.
const KEYS: &str = "group_name models routing_strategy routing_strategy_args model_priorities";

/// The `routing_strategy` that goes by `model_priorities`; it is none of the router's.
const PRIORITY: &str = "priority";

/// What LiteLLM calls all that is in no routing group.
const RESERVED: &str = "default";

/// A routing group.
pub(super) struct Pool<'a> {
    /// The place that counts of those where they may be listed, and the position there.
    scope: usize,
    position: usize,
    name: &'a str,
    members: &'a Members,
    /// The group that stands for its name; `None` where that is a group of its own, which is its only model.
    group: Option<GroupIx>,
}

/// Reads the names of the routing groups, so that aliases may lead to them. Of the places where they may stand the first
/// that has any counts; the others are only checked.
pub(super) fn declare<'a>(
    reader: &mut Reader<'_>,
    settings: &Scopes<'a>,
    models: &mut Models,
) -> Vec<Pool<'a>> {
    let mut pools: Vec<Pool<'a>> = Vec::new();
    for (scope, (at, value)) in settings.each("routing_groups").enumerate() {
        let Some(list) = reader.list(&at, value) else { continue };
        let mut names = Index::default();
        for (position, value) in list.iter().enumerate() {
            let at = at.item(position);
            let Some(members) = reader.object(&at, value) else { continue };
            for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
                if !KEYS.split_ascii_whitespace().any(|known| known == name) {
                    reader.no_such(&at.key(name), "option", name, KEYS);
                }
            }
            let at = at.key("group_name");
            let Some(name) = name(reader, &at, members) else { continue };
            if !names.insert(name, position) {
                reader.problem(&at, format!("{} is the name of another routing group", quote(name)));
                continue;
            }
            if pools.first().is_some_and(|first| first.scope != scope) {
                continue;
            }
            let group = if is_only_itself(name, members) { None } else { added(reader, &at, name, models) };
            pools.push(Pool { scope, position, name, members, group });
        }
    }
    pools
}

fn name<'a>(reader: &mut Reader<'_>, at: &Path<'_>, members: &'a Members) -> Option<&'a str> {
    let Some(Value::String(name)) = members.get("group_name") else {
        reader.problem(at, "expected the name of the routing group");
        return None;
    };
    if name == RESERVED {
        reader.problem(at, format!("{} stands for all that is in no routing group", quote(name)));
        return None;
    }
    reader.is_name(at, name).then_some(name)
}

/// Is it the name of a group that is its only model? Then the two are one.
fn is_only_itself(name: &str, members: &Members) -> bool {
    let models = members.get("models").and_then(Value::as_array);
    models.is_some_and(|models| matches!(models.as_slice(), [Value::String(only)] if only == name))
}

/// Adds the group of a routing group's name.
fn added(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, models: &mut Models) -> Option<GroupIx> {
    let config = &mut models.config;
    if config.names.declared(name).is_some() {
        reader.problem(at, format!("hides the group {}; give the routing group another name", quote(name)));
        return None;
    }
    if name.contains('*') {
        reader.problem(at, "must not contain a star");
        return None;
    }
    let group = GroupIx::at(config.groups.len())?;
    config.groups.push(Group { name: name.to_owned(), kind: GroupKind::Pool, ..Group::default() });
    config.names.add_group(name, group);
    Some(group)
}

/// Reads what the routing groups hold, once all names are known.
pub(super) fn fill(
    reader: &mut Reader<'_>,
    settings: &Scopes<'_>,
    pools: &[Pool<'_>],
    models: &mut Models,
    policy: &Policy,
) {
    // A word on all limits counts more than what a strategy makes of some.
    let may_bind = settings.each("limit_mode").next().is_none();
    for pool in pools {
        let Some((at, _)) = settings.each("routing_groups").nth(pool.scope) else { continue };
        pool.fill(reader, &at.item(pool.position), models, policy, may_bind);
    }
    models.config.inherit_policies();
}

/// What a routing group asks for.
struct Asked {
    routing: Routing,
    /// It goes by `model_priorities`.
    is_priority: bool,
    /// Its limits are bounds.
    binds: bool,
}

impl Pool<'_> {
    fn fill(
        &self,
        reader: &mut Reader<'_>,
        at: &Path<'_>,
        models: &mut Models,
        policy: &Policy,
        may_bind: bool,
    ) {
        let asked = self.asked(reader, at, policy, may_bind);
        let groups = self.groups(reader, at, models);
        let levels = self.priorities(reader, at, asked.is_priority);
        let config = &mut models.config;
        for (name, ix) in &groups {
            self.take_in(reader, at, config, (name, *ix), &asked);
        }
        let Some(own) = self.group else { return };
        let mut united: Vec<(DeploymentIx, u32)> = Vec::new();
        for (name, ix) in &groups {
            let level = levels.iter().find(|(model, _)| model == name).map_or(u32::MAX, |(_, level)| *level);
            for ix in config.group(*ix).iter().flat_map(|group| &group.members) {
                if config.has_model(*ix) && !united.iter().any(|(known, _)| known == ix) {
                    united.push((*ix, level));
                }
            }
        }
        if united.is_empty() && !groups.is_empty() {
            let name = quote(self.name);
            let message = format!(
                "{name} cannot be called by its name: its models are patterns, or have no deployment"
            );
            reader.report.notice(at, message);
        }
        let Some(own) = config.groups.get_mut(usize::from(own.0)) else { return };
        own.routing = Some(asked.routing);
        own.members = united.iter().map(|(ix, _)| *ix).collect();
        own.levels = united.iter().filter(|_| asked.is_priority).map(|(_, level)| *level).collect();
    }

    fn asked(&self, reader: &mut Reader<'_>, at: &Path<'_>, policy: &Policy, may_bind: bool) -> Asked {
        let scope = Scopes::new([(*at, self.members)]);
        let is_priority = self.members.get("routing_strategy").and_then(Value::as_str) == Some(PRIORITY);
        let named = if is_priority { None } else { scope.pick(reader, "routing_strategy", strategy) };
        // One that is not carried out is shuffled, as the router's.
        let own = named.map(|name| Strategy::named(name).unwrap_or_default());
        let own = own.or(is_priority.then_some(Strategy::SimpleShuffle));
        let latency = scope.pick(reader, "routing_strategy_args", args);
        let routing = Routing {
            strategy: own.unwrap_or(policy.routing.strategy),
            latency: latency.unwrap_or(policy.routing.latency),
        };
        Asked { routing, is_priority, binds: may_bind && named.is_some_and(binds) }
    }

    /// Routes a group as the routing group says. One that goes by priorities says nothing of calls to the models themselves.
    fn take_in(
        &self,
        reader: &mut Reader<'_>,
        at: &Path<'_>,
        config: &mut RouterConfig,
        (name, ix): (&str, GroupIx),
        asked: &Asked,
    ) {
        let Some(group) = config.groups.get_mut(usize::from(ix.0)) else { return };
        if asked.is_priority {
            group.pool = group.pool.or(self.group);
            return;
        }
        if group.routing.is_some() {
            let message = format!("{} is in another routing group already", quote(name));
            return reader.problem(&at.key("models"), message);
        }
        (group.routing, group.pool) = (Some(asked.routing), self.group);
        for ix in group.members.iter().filter(|_| asked.binds) {
            let known = config.deployments.get_mut(usize::from(ix.0));
            known.into_iter().for_each(|known| known.is_bound = true);
        }
    }

    /// The groups that it names, each once, with the name that they are given.
    fn groups(&self, reader: &mut Reader<'_>, at: &Path<'_>, models: &mut Models) -> Vec<(String, GroupIx)> {
        let at = at.key("models");
        let mut found: Vec<(String, GroupIx)> = Vec::new();
        let Some(value) = self.members.get("models").filter(|value| !value.is_null()) else {
            reader.problem(&at, "expected the names of groups");
            return found;
        };
        reader.texts(&at, value, &mut |reader, at, name| {
            models.config.keep(name);
            let book = Book { config: &models.config, doomed: &models.doomed };
            let Some(ix) = group(reader, at, name, &book) else { return };
            let kind = models.config.group(ix).map(|group| group.kind);
            if matches!(kind, Some(GroupKind::Pool | GroupKind::Direct)) {
                reader.problem(at, format!("{} is no group of the model list", quote(name)));
            } else if !found.iter().any(|(_, known)| *known == ix) {
                found.push((name.to_owned(), ix));
            }
        });
        if value.as_array().is_some_and(Vec::is_empty) {
            reader.problem(&at, "is empty");
        }
        found
    }

    /// `model_priorities`: the level of each model that has one.
    fn priorities(&self, reader: &mut Reader<'_>, at: &Path<'_>, is_priority: bool) -> Vec<(String, u32)> {
        let at = at.key("model_priorities");
        let Some(value) = self.members.get("model_priorities").filter(|value| !value.is_null()) else {
            if is_priority {
                reader.problem(&at, "is missing: the strategy `priority` goes by it");
            }
            return Vec::new();
        };
        if !is_priority {
            let message = "counts only with `routing_strategy: \"priority\"`";
            reader.report.notice(&at, message);
        }
        let models = || self.members.get("models").and_then(Value::as_array).into_iter().flatten();
        let mut levels = Vec::new();
        for (name, value) in reader.object(&at, value).into_iter().flatten() {
            let at = at.key(name);
            if !models().any(|model| model.as_str() == Some(name)) {
                let near = hint(name, models().filter_map(Value::as_str), Reach::Prefixes);
                reader.problem(&at, format!("{} is none of its models{near}", quote(name)));
            }
            levels.extend(reader.positive(&at, value).map(|level| (name.clone(), level)));
        }
        levels
    }
}
