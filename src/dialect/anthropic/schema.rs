//! JSON Schemas as Anthropic takes them.
//!
//! For answers and strict tools it knows a subset: objects are closed, and most limits of values are refused. What it
//! does not know is told to the model in the description, so that nothing that the caller asked for gets lost.
//! The subset is that of the official SDK.

use super::context::{Outcome, wrong};
use super::request::raw_text;
use crate::base::json::{Kind, Members, Writer, items, kind};
use crate::base::text::contains;

/// How deep a schema is looked into. What lies deeper goes as it is.
const DEPTH: u32 = 48;

/// Formats of strings that can be held to.
const FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// The schema of a tool's input: any, but of an object.
pub(super) fn of_input(out: &mut Writer, raw: &str) {
    let Some(schema) = Members::read(raw) else {
        out.raw(r#"{"type":"object","properties":{}}"#);
        return;
    };
    if schema.word("type") == "object" {
        out.raw(raw);
        return;
    }
    out.raw(r#"{"type":"object""#);
    if schema.is_empty() {
        out.raw(r#""properties":{}"#);
    }
    for (name, raw) in schema.all().iter().filter(|(name, _)| *name != "type") {
        out.member(name, raw);
    }
    out.push("}");
}

/// The schema of an answer, from a `response_format`.
pub(super) fn of_answer(raw: &str) -> Outcome<Writer> {
    if kind(raw) != Kind::Object {
        return Err(wrong("response_format", "has a `schema` that is no object"));
    }
    let mut out = Writer::default();
    write(&mut out, raw, DEPTH);
    Ok(out)
}

/// The schema of a strict tool's input.
pub(super) fn strict(out: &mut Writer, raw: &str) {
    let mut input = Writer::default();
    of_input(&mut input, raw);
    match std::str::from_utf8(input.bytes()) {
        Ok(raw) => write(out, raw, DEPTH),
        Err(_) => _ = out.raw(raw),
    }
}

fn write(out: &mut Writer, raw: &str, depth: u32) {
    // `true` and `false` are schemas as well.
    let Some(schema) = Members::read(raw).filter(|_| depth > 0) else {
        out.raw(raw);
        return;
    };
    let is_object = schema.word("type") == "object" || schema.get("properties").is_some();
    let is_reference = schema.get("$ref").is_some();
    let mut told = String::new();
    out.raw("{");
    for &(name, raw) in schema.all() {
        match name {
            "description" => {}
            "additionalProperties" if is_object => {}
            "$defs" | "definitions" | "properties" => each(out.key(name), raw, depth - 1),
            // Beside a reference nothing counts.
            "$ref" => _ = out.member(name, raw),
            _ if is_reference => tell(&mut told, name, raw),
            "type" | "enum" | "const" | "title" | "required" | "default" => _ = out.member(name, raw),
            "items" => write(out.key(name), raw, depth - 1),
            "anyOf" | "oneOf" | "allOf" if kind(raw) == Kind::Array => {
                let name = if name == "oneOf" { "anyOf" } else { name };
                out.key(name).raw("[");
                items(raw).unwrap_or_default().into_iter().for_each(|raw| write(out, raw, depth - 1));
                out.push("]");
            }
            "minItems" if matches!(raw, "0" | "1") => _ = out.member(name, raw),
            "format" if FORMATS.contains(&schema.word(name)) => _ = out.member(name, raw),
            // What the schema is written in is nobody's business.
            "$schema" | "$id" | "$comment" => {}
            _ => tell(&mut told, name, raw),
        }
    }
    if is_object && !is_reference {
        out.member("additionalProperties", "false");
    }
    let description = schema.text("description");
    if !told.is_empty() {
        let mut text = description.map(|text| format!("{text}\n\n")).unwrap_or_default();
        text.push_str(&told);
        text.push('.');
        out.key("description").text(&text);
    } else if let Some(raw) = schema.get("description") {
        out.member("description", raw);
    }
    out.push("}");
}

/// Schemas by name.
fn each(out: &mut Writer, raw: &str, depth: u32) {
    let Some(schemas) = Members::read(raw) else {
        out.raw(raw);
        return;
    };
    out.raw("{");
    for (name, raw) in schemas.all() {
        write(out.key(name), raw, depth);
    }
    out.push("}");
}

/// "Rules: minimum 0, pattern "^a"".
fn tell(told: &mut String, name: &str, raw: &str) {
    // What was left out of it could not be put back into a text in a text.
    if contains(raw, "\u{FDD0}") {
        return;
    }
    told.push_str(if told.is_empty() { "Rules: " } else { ", " });
    told.push_str(name);
    told.push(' ');
    told.push_str(raw);
}

/// A schema as a JSON string, for what is said about it in words.
pub(super) fn in_words(raw: &str) -> String {
    raw_text(&format!("Answer with one JSON value that fits this schema, and nothing else: {raw}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(raw: &str) -> String {
        String::from_utf8(of_answer(raw).unwrap().into_bytes()).unwrap()
    }

    #[test]
    fn objects_are_closed_and_limits_become_words() {
        for (given, expected) in [
            (
                r#"{"type":"object","properties":{"age":{"type":"integer","minimum":0}},"required":["age"]}"#,
                r#"{"type":"object","properties":{"age":{"type":"integer","description":"Rules: minimum 0."}},"required":["age"],"additionalProperties":false}"#,
            ),
            (
                r#"{"oneOf":[{"type":"string","pattern":"^a","description":"d"},{"type":"null"}]}"#,
                r#"{"anyOf":[{"type":"string","description":"d\n\nRules: pattern \"^a\"."},{"type":"null"}]}"#,
            ),
            (
                r##"{"$defs":{"n":{"type":"object","properties":{}}},"$ref":"#/$defs/n"}"##,
                r##"{"$defs":{"n":{"type":"object","properties":{},"additionalProperties":false}},"$ref":"#/$defs/n"}"##,
            ),
            (
                r#"{"type":"array","items":{"type":"string","format":"email"},"minItems":1,"maxItems":3}"#,
                r#"{"type":"array","items":{"type":"string","format":"email"},"minItems":1,"description":"Rules: maxItems 3."}"#,
            ),
            (
                r#"{"$schema":"x","type":"object","additionalProperties":{"type":"string"}}"#,
                r#"{"type":"object","additionalProperties":false}"#,
            ),
            (
                r#"{"type":"object","properties":{"a\"b":true}}"#,
                r#"{"type":"object","properties":{"a\"b":true},"additionalProperties":false}"#,
            ),
        ] {
            assert_eq!(answer(given), expected);
        }
        assert!(of_answer("[]").is_err());
    }

    #[test]
    fn an_input_is_always_an_object() {
        let input = |raw: &str| {
            let mut out = Writer::default();
            of_input(&mut out, raw);
            String::from_utf8(out.into_bytes()).unwrap()
        };
        let own = r#"{ "type": "object", "x": 1.0 }"#;
        assert_eq!(input(own), own);
        assert_eq!(input("{}"), r#"{"type":"object","properties":{}}"#);
        assert_eq!(input("null"), r#"{"type":"object","properties":{}}"#);
        assert_eq!(input(r#"{"properties":{},"a\nb":1}"#), r#"{"type":"object","properties":{},"a\nb":1}"#);
    }

    #[test]
    fn a_deep_schema_ends() {
        let deep = format!("{}{{}}{}", r#"{"items":"#.repeat(5_000), "}".repeat(5_000));
        assert_eq!(answer(&deep), deep);
    }
}
