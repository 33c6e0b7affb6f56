//! `model_group_alias`: other names for groups, followed to their end.

use serde_json::Value;

use super::hints::{Reach, hint};
use super::models::Models;
use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::base::index::Index;
use crate::config::{Alias, GroupIx, Resolved};

/// An alias as it is written.
struct Written<'a> {
    name: &'a str,
    target: &'a str,
    hidden: bool,
}

/// The aliases of one place.
#[derive(Default)]
struct Book<'a> {
    written: Vec<Written<'a>>,
    /// Positions in `written`.
    index: Index,
}

impl<'a> Book<'a> {
    fn get(&self, name: &str) -> Option<&Written<'a>> {
        self.index.get(name).and_then(|position| self.written.get(position))
    }
}

/// Reads the aliases into the names. An alias of an alias is followed; a circle, a target that is no group,
/// and an alias that hides a group are problems.
pub(super) fn aliases(reader: &mut Reader<'_>, settings: &Scopes<'_>, models: &mut Models) {
    let mut is_first = true;
    for (at, value) in settings.each("model_group_alias") {
        let Some(members) = reader.object(&at, value) else { continue };
        let mut book = Book::default();
        for (name, value) in members {
            if let Some(alias) = alias(reader, &at.key(name), name, value) {
                book.index.insert(name, book.written.len());
                book.written.push(alias);
            }
        }
        let mut found = Vec::new();
        for alias in &book.written {
            if let Some(group) = follow(reader, &at.key(alias.name), alias, &book, models) {
                found.push((alias.name, Alias { group, hidden: alias.hidden }));
            }
        }
        // The first place that has any aliases decides; the others are only checked.
        if is_first && !members.is_empty() {
            found.into_iter().for_each(|(name, alias)| models.config.names.add_alias(name, alias));
            is_first = false;
        }
    }
}

fn alias<'a>(reader: &mut Reader<'_>, at: &Path<'_>, name: &'a str, value: &'a Value) -> Option<Written<'a>> {
    if !reader.is_name(at, name) {
        return None;
    }
    match value {
        Value::String(target) => Some(Written { name, target, hidden: false }),
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
                Some(Value::String(target)) => Some(Written { name, target, hidden }),
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
    alias: &Written<'_>,
    book: &Book<'_>,
    models: &mut Models,
) -> Option<GroupIx> {
    let name = alias.name;
    let config = &mut models.config;
    if config.names.declared(name).is_some() {
        reader.problem(at, format!("hides the group {}; give the alias another name", quote(name)));
        return None;
    }
    let mut steps = vec![name];
    let mut here = alias.target;
    loop {
        if let Some(group) = config.names.group(here) {
            return Some(group);
        }
        if steps.contains(&here) {
            steps.push(here);
            let circle: Vec<String> = steps.iter().take(8).map(|step| quote(step)).collect();
            reader.problem(at, format!("goes in a circle: {}", circle.join(" → ")));
            return None;
        }
        let Some(next) = book.get(here) else { break };
        steps.push(here);
        here = next.target;
    }
    // A name that a pattern matches, or the model of a deployment.
    config.keep(here);
    if let Some(Resolved::Group(group)) = config.resolve(here) {
        return Some(group);
    }
    let known = config.names.listed().into_iter().chain(book.written.iter().map(|alias| alias.name));
    let near = hint(here, known, Reach::Prefixes);
    reader.problem(at, format!("leads to {}, which is no group{near}", quote(here)));
    None
}
