//! JSON Schemas as Anthropic takes them.
//!
//! For answers and strict tools it knows a subset, which is that of the official SDK: objects are closed, and most limits
//! of values are refused.

use super::context::{Outcome, wrong};
use super::request::raw_text;
use crate::base::json::{Kind, Members, Writer, kind};
use crate::dialect::schema::{Fate, Rules, is_object};

const RULES: Rules = Rules { fate, closes: true };

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
    RULES.write(&mut out, raw);
    Ok(out)
}

/// The schema of a strict tool's input.
pub(super) fn strict(out: &mut Writer, raw: &str) {
    let mut input = Writer::default();
    of_input(&mut input, raw);
    match std::str::from_utf8(input.bytes()) {
        Ok(raw) => RULES.write(out, raw),
        Err(_) => _ = out.raw(raw),
    }
}

fn fate(schema: &Members<'_>, name: &str, raw: &str) -> Fate {
    match name {
        "additionalProperties" if is_object(schema) => Fate::Drop,
        "$defs" | "definitions" | "properties" => Fate::Names,
        "$ref" => Fate::Keep,
        _ if schema.get("$ref").is_some() => Fate::Tell,
        "type" | "enum" | "const" | "title" | "required" | "default" => Fate::Keep,
        "items" => Fate::Into("items"),
        "anyOf" | "oneOf" if kind(raw) == Kind::Array => Fate::Into("anyOf"),
        "allOf" if kind(raw) == Kind::Array => Fate::Into("allOf"),
        "minItems" if matches!(raw, "0" | "1") => Fate::Keep,
        "format" if FORMATS.contains(&schema.word(name)) => Fate::Keep,
        // What the schema is written in is nobody's business.
        "$schema" | "$id" | "$comment" => Fate::Drop,
        _ => Fate::Tell,
    }
}

/// A schema as a JSON string, for what is said about it in words.
pub(super) fn in_words(raw: &str) -> String {
    raw_text(&crate::dialect::schema::in_words(raw))
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
