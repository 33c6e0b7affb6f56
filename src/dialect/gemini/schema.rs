//! JSON Schemas as Gemini takes them: those of answers and of functions alike.
//!
//! It reads a subset (Google's guide to structured output, 2026-09).

use crate::base::json::{Members, Writer, items};
use crate::dialect::schema::{Fate, Rules};

const RULES: Rules = Rules { fate, closes: false };

/// Keywords that go as they are.
const KEPT: &str =
    "$anchor $id $ref enum format maxItems maximum minItems minimum propertyOrdering required title type";

/// Writes a schema.
pub(super) fn write(out: &mut Writer, raw: &str) {
    RULES.write(out, raw);
}

fn fate(schema: &Members<'_>, name: &str, raw: &str) -> Fate {
    match name {
        "$defs" | "definitions" | "properties" => Fate::Names,
        "additionalProperties" => Fate::Into("additionalProperties"),
        "items" => Fate::Into("items"),
        "prefixItems" => Fate::Into("prefixItems"),
        "anyOf" | "oneOf" => Fate::Into("anyOf"),
        // A list of one says the same of all as of any.
        "allOf" if items(raw).is_some_and(|all| all.len() == 1) => Fate::Into("anyOf"),
        "const" if schema.get("enum").is_none() => Fate::Only,
        "$comment" | "$schema" | "strict" => Fate::Drop,
        _ if KEPT.split(' ').any(|kept| kept == name) => Fate::Keep,
        _ => Fate::Tell,
    }
}

/// Has a function no parameters? Then it has no schema either.
pub(super) fn is_empty(raw: &str) -> bool {
    const SAID: [&str; 6] = ["properties", "additionalProperties", "$ref", "anyOf", "oneOf", "allOf"];
    let schema = Members::read(raw).unwrap_or_default();
    !SAID.iter().any(|name| schema.get(name).is_some_and(|raw| raw != "{}" && raw != "false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(raw: &str) -> String {
        let mut out = Writer::default();
        write(&mut out, raw);
        String::from_utf8(out.into_bytes()).unwrap()
    }

    #[test]
    fn what_is_not_in_the_subset_becomes_words() {
        for (given, expected) in [
            (
                r#"{"$schema":"x","type":"object","properties":{"age":{"type":"integer","minimum":0,"multipleOf":2,"description":"d"}},"required":["age"],"additionalProperties":false}"#,
                r#"{"type":"object","properties":{"age":{"type":"integer","minimum":0,"description":"d\n\nRules: multipleOf 2."}},"required":["age"],"additionalProperties":false}"#,
            ),
            (
                r##"{"$defs":{"n":{"type":["string","null"],"pattern":"^a"}},"allOf":[{"$ref":"#/$defs/n"}]}"##,
                r##"{"$defs":{"n":{"type":["string","null"],"description":"Rules: pattern \"^a\"."}},"anyOf":[{"$ref":"#/$defs/n"}]}"##,
            ),
            (r#"{"const":"a","default":"a"}"#, r#"{"enum":["a"],"description":"Rules: default \"a\"."}"#),
            (r#"{"items":{"oneOf":[true,{"strict":true}]}}"#, r#"{"items":{"anyOf":[true,{}]}}"#),
            ("true", "true"),
        ] {
            assert_eq!(written(given), expected);
        }
        let deep = format!("{}{{}}{}", r#"{"items":"#.repeat(5_000), "}".repeat(5_000));
        assert_eq!(written(&deep), deep);
    }

    #[test]
    fn a_function_without_parameters_has_no_schema() {
        for raw in ["null", "{}", r#"{"type":"object","properties":{}}"#, r#"{"additionalProperties":false}"#]
        {
            assert!(is_empty(raw), "{raw}");
        }
        for raw in [
            r#"{"properties":{"a":{}}}"#,
            r##"{"$ref":"#/a"}"##,
            r#"{"additionalProperties":{"type":"string"}}"#,
        ] {
            assert!(!is_empty(raw), "{raw}");
        }
    }
}
