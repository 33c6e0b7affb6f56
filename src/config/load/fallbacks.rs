//! Fallback lists, in LiteLLM's shapes: `[{"a": ["b", "c"]}, {"*": ["z"]}]`; for one call also `["b", "c"]`.

use serde_json::Value;
use smallvec::{SmallVec, smallvec};

use super::hints::{Reach, hint};
use super::params;
use super::problems::{Path, quote};
use super::read::{Reader, kind_of};
use super::scopes::Scopes;
use super::target::is_provider;
use crate::base::index::Index;
use crate::base::text::has;
use crate::config::fallback::append;
use crate::config::pattern::prefixed;
use crate::config::{
    FallbackLists, FallbackTable, FallbackTarget, GroupIx, Resolved, RouterConfig, providers,
};

/// Stands for every group without a list of its own.
const EVERY: &str = "*";

/// Where the lists are written, which decides what shapes they may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Form {
    /// In the config: by group only.
    Config,
    /// In the options of a call: also plain names, which count for whatever group the call is for.
    Call,
}

/// The names that lists may use.
pub(in crate::config) struct Book<'a> {
    pub(in crate::config) config: &'a RouterConfig,
    /// Ids of deployments that were refused: what refers to them is no further mistake.
    pub(in crate::config) doomed: &'a Index,
}

/// Reads the fallbacks of the config.
pub(super) fn table(reader: &mut Reader<'_>, settings: &Scopes<'_>, book: &Book<'_>) -> FallbackTable {
    let mut by_cause = |key| {
        let mut found = None;
        for (at, value) in settings.each(key) {
            let read = lists(reader, &at, value, book, Form::Config);
            // As in LiteLLM, an empty list leaves the word to the next place.
            let is_empty = value.as_array().is_some_and(Vec::is_empty);
            found = found.or((!is_empty).then_some(read));
        }
        found.unwrap_or_default()
    };
    let mut ordinary: FallbackLists = by_cause("fallbacks");
    let context_window = by_cause("context_window_fallbacks");
    let content_policy = by_cause("content_policy_fallbacks");
    let mut default = None;
    for (at, value) in settings.each("default_fallbacks") {
        let Some(list) = reader.list(&at, value) else { continue };
        let found = targets(reader, &at, list, book, None);
        default = default.or(Some(found));
    }
    append(&mut ordinary.default, &default.unwrap_or_default());
    FallbackTable { ordinary, context_window, content_policy }
}

/// Reads one kind of list.
pub(in crate::config) fn lists(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
    book: &Book<'_>,
    form: Form,
) -> FallbackLists {
    let mut lists = FallbackLists::default();
    let Some(items) = reader.list(at, value) else { return lists };
    let mut has_every = false;
    let mut near = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = at.item(index);
        let is_plain = item.is_string() || item.get("model").is_some_and(Value::is_string);
        if is_plain && form == Form::Call {
            append(&mut lists.default, target(reader, &at, item, book).as_slice());
            continue;
        }
        let members = match item {
            Value::Object(members) if members.len() == 1 => members,
            Value::Object(_) => {
                reader.problem(&at, "must have exactly one member: a group, with the list of its fallbacks");
                continue;
            }
            other => {
                let way = "; a list for every group is `default_fallbacks`";
                reader.problem(
                    &at,
                    format!("expected {{\"group\": [\"fallback\"]}}, got {}{way}", kind_of(other)),
                );
                continue;
            }
        };
        for (name, value) in members {
            let at = at.key(name);
            let groups = if name == EVERY { None } else { groups_of(reader, &at, name, book) };
            let own = groups.as_ref().and_then(|groups| groups.own);
            let Some(list) = reader.list(&at, value) else { continue };
            let found = targets(reader, &at, list, book, own);
            let is_joined = match groups {
                None if name == EVERY => {
                    append(&mut lists.default, &found);
                    std::mem::replace(&mut has_every, true)
                }
                None => continue,
                Some(groups) => {
                    near.extend(groups.near.into_iter().map(|group| (group, found.clone())));
                    groups.own.is_some_and(|group| lists.extend(group, &found))
                }
            };
            if is_joined && form == Form::Config {
                reader.report.notice(&at, format!("{} has more than one list; they are joined", quote(name)));
            }
        }
    }
    near.retain(|(group, _)| !lists.has(*group));
    for (group, mut found) in near {
        found.retain(|target| target.to != Resolved::Group(group));
        lists.extend(group, &found);
    }
    lists
}

/// The group that a policy is for: by its name or an alias, with the provider before it or without.
pub(super) fn group(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, book: &Book<'_>) -> Option<GroupIx> {
    let found = groups_of(reader, at, name, book)?;
    found.own.or_else(|| found.near.first().copied())
}

/// The groups that a list is for: that of its key, by name or alias, and those whose name is the key with another
/// provider in front, or without one.
fn groups_of(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, book: &Book<'_>) -> Option<ForGroups> {
    let find = |name: &str| match book.config.resolve(name) {
        Some(Resolved::Group(group)) => Some(group),
        _ => None,
    };
    let own = book.config.names.declared(name).or_else(|| find(name));
    let near: SmallVec<[GroupIx; 2]> =
        forms(name).iter().filter_map(|form| find(form)).filter(|group| Some(*group) != own).collect();
    if own.is_none() && near.is_empty() {
        let near = hint(name, book.config.names.listed(), Reach::Prefixes);
        reader.problem(at, format!("there is no group or alias {}{near}", quote(name)));
        return None;
    }
    Some(ForGroups { own, near })
}

/// Whom a list is for.
struct ForGroups {
    own: Option<GroupIx>,
    /// Those that have it if they have none of their own.
    near: SmallVec<[GroupIx; 2]>,
}

/// A name without its provider, or with each that could stand in front of it.
fn forms(name: &str) -> SmallVec<[String; 8]> {
    match name.split_once('/') {
        Some((prefix, rest)) if is_provider(prefix) => smallvec![rest.to_owned()],
        Some(_) => SmallVec::new(),
        None => providers().map(|row| format!("{}/{name}", row.name)).collect(),
    }
}

/// Every name in lists, told with whether it is the key of a list. Shapes are checked elsewhere.
pub(in crate::config) fn each_name(value: &Value, tell: &mut dyn FnMut(&str, bool)) {
    let tell_target = |target: &Value, tell: &mut dyn FnMut(&str, bool)| {
        let name = target.as_str().or_else(|| target.get("model").and_then(Value::as_str));
        name.into_iter().for_each(|name| tell(name, false));
    };
    for item in value.as_array().into_iter().flatten() {
        tell_target(item, tell);
        for (key, list) in item.as_object().into_iter().flatten() {
            let Some(list) = list.as_array() else { continue };
            tell(key, true);
            list.iter().for_each(|target| tell_target(target, tell));
        }
    }
}

/// Makes the groups that the config's lists name and that are not declared: for names that patterns match, and for the
/// models of deployments.
pub(super) fn keep_named(settings: &Scopes<'_>, config: &mut RouterConfig) {
    for key in ["fallbacks", "default_fallbacks", "context_window_fallbacks", "content_policy_fallbacks"] {
        for (_, value) in settings.each(key) {
            each_name(value, &mut |name, is_key| {
                if name == EVERY {
                    return;
                }
                config.keep(name);
                // A provider that is not the model's own leads to no group that anybody would ask for.
                let other = prefixed(name).or_else(|| forms(name).pop().filter(|_| name.contains('/')));
                other.filter(|_| is_key).iter().for_each(|form| _ = config.keep(form));
            });
        }
    }
}

fn targets(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    items: &[Value],
    book: &Book<'_>,
    of: Option<GroupIx>,
) -> Vec<FallbackTarget> {
    let mut found: Vec<FallbackTarget> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = at.item(index);
        match target(reader, &at, item, book) {
            Some(target) if of.is_some_and(|of| target.to == Resolved::Group(of)) => {
                reader.problem(&at, "falls back to itself");
            }
            Some(target) => {
                let same = found.iter().find(|other| other.to == target.to);
                if same.is_some_and(|other| other.overrides != target.overrides) {
                    let message = "is in the list already, with other overrides; the first one counts";
                    reader.report.notice(&at, message);
                }
                append(&mut found, &[target]);
            }
            None => {}
        }
    }
    found
}

/// A group, an alias or a deployment's id; also as an object with `model` and what it overrides.
fn target(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, book: &Book<'_>) -> Option<FallbackTarget> {
    let mut overrides = None;
    let name = match value {
        Value::String(name) => name,
        Value::Object(members) => {
            let Some(Value::String(name)) = members.get("model") else {
                reader.problem(&at.key("model"), "expected the name of a group");
                return None;
            };
            overrides = params::overrides(reader, at, members);
            name
        }
        other => {
            reader.expected("the name of a group", at, other);
            return None;
        }
    };
    let found = book.config.resolve(name);
    if found.is_none() && !book.doomed.contains(name) {
        // A pattern is known, but it names no model.
        let near = match has(name, b'*') {
            true => "; a pattern is no target: name a model".to_owned(),
            false => hint(name, book.config.names.listed(), Reach::Prefixes),
        };
        reader.problem(at, format!("there is no group, alias or deployment id {}{near}", quote(name)));
    }
    found.map(|to| FallbackTarget { to, overrides })
}
