//! JSON Schemas for providers that read a part of them. What a provider does not read is told to the model in the
//! description, so that nothing that the caller asked for gets lost.

use crate::base::json::{Kind, Members, Writer, items, kind};
use crate::base::text::contains;

/// How deep a schema is looked into. What lies deeper goes as it is.
const DEPTH: u32 = 48;

/// What becomes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes as it is.
    Keep,
    /// Its value is a schema or a list of schemas, and goes by this name.
    Into(&'static str),
    /// Its value are schemas by name.
    Names,
    /// Its value is the only one of an `enum`.
    Only,
    /// It says nothing to a model.
    Drop,
    /// The model is told of it.
    Tell,
}

/// How a provider reads schemas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// What becomes of a keyword of a schema, with its raw value.
    pub(super) fate: fn(&Members<'_>, &str, &str) -> Fate,
    /// Objects have no members but those that are named.
    pub(super) closes: bool,
}

/// Does a schema describe an object?
pub(super) fn is_object(schema: &Members<'_>) -> bool {
    schema.word("type") == "object" || schema.get("properties").is_some()
}

/// A schema without what it is written in, and what only says that an object has no other members: hosts that refuse those
/// take the rest as it is.
pub(super) const PLAIN: Rules = Rules { fate: plain, closes: false };

fn plain(_: &Members<'_>, name: &str, raw: &str) -> Fate {
    match name {
        "$schema" | "$id" | "$comment" => Fate::Drop,
        "additionalProperties" if raw == "false" => Fate::Drop,
        "$defs" | "definitions" | "properties" => Fate::Names,
        "items" => Fate::Into("items"),
        "anyOf" => Fate::Into("anyOf"),
        "oneOf" => Fate::Into("oneOf"),
        "allOf" => Fate::Into("allOf"),
        _ => Fate::Keep,
    }
}

/// A schema for a model that is only told of it.
pub(super) fn in_words(raw: &str) -> String {
    format!("Answer with one JSON value that fits this schema, and nothing else: {raw}")
}

impl Rules {
    /// Writes a schema.
    pub(super) fn write(self, out: &mut Writer, raw: &str) {
        self.nested(out, raw, DEPTH);
    }

    fn nested(self, out: &mut Writer, raw: &str, depth: u32) {
        // `true` and `false` are schemas as well.
        let Some(schema) = Members::read(raw).filter(|_| depth > 0) else {
            out.raw(raw);
            return;
        };
        let mut told = String::new();
        out.raw("{");
        for &(name, raw) in schema.all().iter().filter(|(name, _)| *name != "description") {
            match (self.fate)(&schema, name, raw) {
                Fate::Keep => _ = out.member(name, raw),
                Fate::Into(name) => {
                    out.key(name);
                    if kind(raw) == Kind::Array {
                        out.raw("[");
                        items(raw)
                            .unwrap_or_default()
                            .into_iter()
                            .for_each(|raw| self.nested(out, raw, depth - 1));
                        out.push("]");
                    } else {
                        self.nested(out, raw, depth - 1);
                    }
                }
                Fate::Names => {
                    out.key(name).raw("{");
                    for (name, raw) in Members::read(raw).unwrap_or_default().all() {
                        self.nested(out.key(name), raw, depth - 1);
                    }
                    out.push("}");
                }
                Fate::Only => _ = out.key("enum").raw("[").raw(raw).push("]"),
                // What was left out of it could not be put back into a text in a text.
                Fate::Tell if !contains(raw, "\u{FDD0}") => {
                    for part in [if told.is_empty() { "Rules: " } else { ", " }, name, " ", raw] {
                        told.push_str(part);
                    }
                }
                Fate::Tell | Fate::Drop => {}
            }
        }
        // Beside a reference nothing counts.
        if self.closes && is_object(&schema) && schema.get("$ref").is_none() {
            out.member("additionalProperties", "false");
        }
        if !told.is_empty() {
            let own = schema.text("description").unwrap_or_default();
            let between = if own.is_empty() { "" } else { "\n\n" };
            out.key("description").text(&[&own, between, &told, "."].concat());
        } else if let Some(raw) = schema.get("description") {
            out.member("description", raw);
        }
        out.push("}");
    }
}
