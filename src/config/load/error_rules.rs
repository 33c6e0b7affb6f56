//! `error_rules`: what errors are for which certain conditions hold. Our own; LiteLLM has nothing like it.

use serde_json::Value;

use super::policies::{FAULT_WORDS, faults};
use super::problems::{Path, quote};
use super::read::Reader;
use crate::config::{ErrorRule, provider};
use crate::error::FaultKind;

/// The options of a rule.
const OPTIONS: &str = "provider status code message_contains kind";

/// Reads the list.
pub(super) fn error_rules(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<ErrorRule>> {
    let mut rules = Vec::new();
    for (index, item) in reader.list(at, value)?.iter().enumerate() {
        rules.extend(rule(reader, &at.item(index), item));
    }
    Some(rules)
}

fn rule(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<ErrorRule> {
    let members = reader.object(at, value)?;
    for name in members.keys().filter(|name| !OPTIONS.split(' ').any(|known| known == **name)) {
        reader.no_such(&at.key(name), "option", name, OPTIONS);
    }
    let given = |name: &str| members.get(name).filter(|value| !value.is_null());
    if !["status", "code", "message_contains"].into_iter().any(|name| given(name).is_some()) {
        reader.problem(at, "needs a `status`, a `code` or `message_contains`: it would change every error");
    }
    if given("kind").is_none() {
        reader.problem(at, "needs a `kind`: what such an error is");
    }
    let provider = given("provider").and_then(|value| known_provider(reader, &at.key("provider"), value));
    let status = given("status").and_then(|value| status(reader, &at.key("status"), value));
    let code = given("code").and_then(|value| reader.name(&at.key("code"), value));
    let message = given("message_contains").and_then(|value| reader.name(&at.key("message_contains"), value));
    let kind = given("kind").and_then(|value| kind(reader, &at.key("kind"), value))?;
    let message_contains = message.map(|part| part.to_ascii_lowercase());
    Some(ErrorRule { provider, status, code, message_contains, kind })
}

fn known_provider(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<String> {
    let name = reader.name(at, value)?;
    if provider(&name).is_none() {
        reader.problem(at, format!("there is no provider {}", quote(&name)));
    }
    Some(name)
}

fn status(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<u16> {
    let number = reader.count(at, value)?;
    let status = u16::try_from(number).ok().filter(|status| (300..600).contains(status));
    if status.is_none() {
        reader.problem(at, "is no status of an error");
    }
    status
}

/// A word for several kinds stands for the first of them.
fn kind(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<FaultKind> {
    let name = reader.name(at, value)?;
    let found = faults(&name).next();
    if found.is_none() {
        reader.no_such(at, "kind of fault", &name, FAULT_WORDS);
    }
    found
}
