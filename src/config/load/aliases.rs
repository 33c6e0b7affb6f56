//! `model_group_alias`: other names for groups, followed to their end.

use std::collections::BTreeMap;

use serde_json::Value;

use super::hints::{Reach, hint};
use super::models::Models;
use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{Alias, GroupIx};

/// An alias as it is written.
struct Written<'a> {
    target: &'a str,
    hidden: bool,
}

/// Reads the aliases into the names. An alias of an alias is followed; a circle, a target that is no group,
/// and an alias that hides a group are problems.
pub(super) fn aliases(reader: &mut Reader<'_>, settings: &Scopes<'_>, models: &mut Models) {
    let mut is_first = true;
    for (at, value) in settings.each("model_group_alias") {
        let Some(members) = reader.object(&at, value) else { continue };
        let written: BTreeMap<&str, Written<'_>> = members
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), alias(reader, &at.key(name), name, value)?)))
            .collect();
        let mut found = Vec::new();
        for (&name, alias) in &written {
            if let Some(group) = follow(reader, &at.key(name), name, &written, models) {
                found.push((name, Alias { group, hidden: alias.hidden }));
            }
        }
        // The first place that has any aliases decides; the others are only checked.
        if is_first && !members.is_empty() {
            found.into_iter().for_each(|(name, alias)| models.names.add_alias(name, alias));
            is_first = false;
        }
    }
}

fn alias<'a>(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, value: &'a Value) -> Option<Written<'a>> {
    if !reader.is_name(at, name) {
        return None;
    }
    match value {
        Value::String(target) => Some(Written { target, hidden: false }),
        Value::Object(members) => {
            for name in members.keys().filter(|name| !matches!(name.as_str(), "model" | "hidden")) {
                let near = hint(name, ["model", "hidden"], Reach::Prefixes);
                reader.problem(&at.key(name), format!("unknown option {}{near}", quote(name)));
            }
            let hidden = match members.get("hidden").filter(|value| !value.is_null()) {
                Some(value) => reader.flag(&at.key("hidden"), value)?,
                None => false,
            };
            match members.get("model") {
                Some(Value::String(target)) => Some(Written { target, hidden }),
                Some(other) => {
                    reader.expected("a string", &at.key("model"), other);
                    None
                }
                None => {
                    reader.problem(&at.key("model"), "is missing");
                    None
                }
            }
        }
        other => {
            reader.expected("the name of a group", at, other);
            None
        }
    }
}

/// Follows an alias to its group.
fn follow(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    name: &str,
    written: &BTreeMap<&str, Written<'_>>,
    models: &Models,
) -> Option<GroupIx> {
    if models.names.group(name).is_some() {
        reader.problem(at, format!("hides the group {}; give the alias another name", quote(name)));
        return None;
    }
    let mut steps = vec![name];
    let mut here = written.get(name)?.target;
    loop {
        if let Some(group) = models.names.group(here) {
            return Some(group);
        }
        if steps.contains(&here) {
            steps.push(here);
            let circle: Vec<String> = steps.iter().take(8).map(|step| quote(step)).collect();
            reader.problem(at, format!("goes in a circle: {}", circle.join(" → ")));
            return None;
        }
        let Some(next) = written.get(here) else { break };
        steps.push(here);
        here = next.target;
    }
    let known = models.names.listed().into_iter().chain(written.keys().copied());
    let near = hint(here, known, Reach::Prefixes);
    reader.problem(at, format!("leads to {}, which is no group{near}", quote(here)));
    None
}
