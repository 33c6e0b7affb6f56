//! `conditional_routing`: a list of rules, or an object that has them as `conditions`.

use serde_json::Value;

use super::hints::{Reach, hint};
use super::models::Models;
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use super::scopes::Scopes;
use crate::config::conditional::{OPERATORS, Operator, Rules, operators};
use crate::config::{Resolved, RouterConfig};

/// What stands beside the conditions, and in each of them: Portkey's word for `when` is `query`.
const OPTIONS: &str = "conditions default models";
const RULE: &str = "when query then";

/// What a condition looks at.
const PATHS: &str = "metadata.… params.… model $and $or";

/// How deep conditions may be nested.
const MAX_DEPTH: u32 = 16;

/// Reads the rules. The first place that has any counts.
pub(super) fn rules(reader: &mut Reader<'_>, settings: &Scopes<'_>, models: &mut Models) -> Rules {
    let mut found = None;
    for (at, value) in settings.each("conditional_routing") {
        let mut rules = Rules::default();
        if value.is_array() {
            conditions(reader, &at, value, &mut models.config, &mut rules);
        } else if let Some(members) = reader.object(&at, value) {
            known(reader, &at, members, OPTIONS);
            let own = Scopes::new([(at, members)]);
            for (at, value) in own.each("conditions") {
                conditions(reader, &at, value, &mut models.config, &mut rules);
            }
            for (at, value) in own.each("default") {
                rules.default = group(reader, &at, value, &mut models.config);
            }
            for (at, value) in own.each("models") {
                reader.texts(&at, value, &mut |_, _, name| rules.models.push(name.to_owned()));
            }
        }
        found = found.or(Some(rules));
    }
    found.unwrap_or_default()
}

fn known(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members, words: &str) {
    for (name, _) in members {
        if !words.split_ascii_whitespace().any(|word| word == name) {
            reader.no_such(&at.key(name), "option", name, words);
        }
    }
}

fn conditions(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
    config: &mut RouterConfig,
    rules: &mut Rules,
) {
    for (index, item) in reader.list(at, value).into_iter().flatten().enumerate() {
        let at = at.item(index);
        let Some(members) = reader.object(&at, item) else { continue };
        known(reader, &at, members, RULE);
        let own = Scopes::new([(at, members)]);
        let when = own.each("when").chain(own.each("query")).next();
        let then = own.each("then").next();
        match (when, then) {
            (Some((at_when, when)), Some((at_then, then))) => {
                condition(reader, &at_when, when, MAX_DEPTH, &mut rules.params);
                let then = group(reader, &at_then, then, config);
                rules.rules.extend(then.map(|then| (when.clone(), then)));
            }
            _ => reader.problem(&at, "needs a condition, `when`, and the group where it holds, `then`"),
        }
    }
}

/// Checks a condition, and notes which parameters it looks at.
fn condition(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, depth: u32, params: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return reader.problem(at, "is nested too deeply") };
    for (name, value) in reader.object(at, value).into_iter().flatten() {
        let at = at.key(name);
        if matches!(name.as_str(), "$and" | "$or") {
            for (index, item) in reader.list(&at, value).into_iter().flatten().enumerate() {
                condition(reader, &at.item(index), item, depth, params);
            }
            continue;
        }
        let mut parts = name.split('.');
        let root = parts.next().unwrap_or_default();
        let inner = parts.next().filter(|inner| !inner.is_empty());
        match (root, inner) {
            ("model", None) | ("metadata", Some(_)) | ("params", Some("model")) => {}
            ("params", Some(param)) => {
                if !params.iter().any(|known| known == param) {
                    params.push(param.to_owned());
                }
            }
            _ => reader.no_such(&at, "path", name, PATHS),
        }
        for (name, operand) in operators(value).into_iter().flatten() {
            let at = at.key(name);
            match Operator::named(name) {
                None => reader.no_such(&at, "operator", name, OPERATORS),
                Some(Operator::Same { .. }) => {}
                Some(Operator::Among { .. }) => _ = reader.list(&at, operand),
                Some(Operator::Order { .. }) if operand.is_number() => {}
                Some(_) => _ = reader.text(&at, operand),
            }
        }
    }
}

/// The name of a group, or an alias of one.
fn group(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, config: &mut RouterConfig) -> Option<String> {
    let name = reader.name(at, value)?;
    config.keep(&name);
    if !matches!(config.resolve(&name), Some(Resolved::Group(_))) {
        let near = hint(&name, config.names.listed(), Reach::Prefixes);
        reader.problem(at, format!("there is no group or alias {}{near}", quote(&name)));
        return None;
    }
    Some(name)
}
