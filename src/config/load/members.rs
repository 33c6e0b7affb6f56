//! What a deployment or a call says about members of requests: `additional_drop_params` and `allowed_openai_params`.

use serde_json::Value;

use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::base::text::has;
use crate::config::MemberList;

/// Reads both lists.
pub(in crate::config) fn member_list(reader: &mut Reader<'_>, scope: &Scopes<'_>) -> MemberList {
    MemberList {
        dropped: scope.pick(reader, "additional_drop_params", dropped).unwrap_or_default(),
        allowed: scope.pick(reader, "allowed_openai_params", names).unwrap_or_default(),
    }
}

fn dropped(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<String>> {
    let found = names(reader, at, value)?;
    for name in &found {
        if matches!(name.as_str(), "model" | "messages" | "input" | "stream") {
            reader.problem(at, format!("{} cannot be left out", quote(name)));
        } else if has(name, b'.') || has(name, b'[') {
            let message = "is a path; whole members of a request are left out, and nothing inside them";
            reader.problem(at, format!("{} {message}", quote(name)));
        }
    }
    Some(found)
}

fn names(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<String>> {
    let mut names = Vec::new();
    reader.texts(at, value, &mut |_, _, name| names.push(name.to_owned()))?;
    Some(names)
}
