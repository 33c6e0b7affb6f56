//! Words that mean something to a decoder: the literals of its source, so that no list has to be kept.

use std::fs;
use std::path::Path;

/// The literals in the sources that a target is about.
pub(crate) fn of(target: &str) -> Vec<String> {
    let mut words = Vec::new();
    for place in sources(target) {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../src").join(place), &mut words);
    }
    words.sort();
    words.dedup();
    words
}

fn sources(target: &str) -> &'static [&'static str] {
    match target {
        "sse" => &["base/sse"],
        "headers" => &["base/headers.rs", "base/remaining.rs", "base/duration.rs", "engine/route.rs"],
        "json" => &["base/json"],
        "body" => &["engine/inbound.rs", "config/rules.rs"],
        "openai" => &["dialect/openai", "dialect/openai.rs", "dialect/error_body", "engine"],
        "anthropic_request" | "anthropic_answer" => {
            &["dialect/anthropic", "dialect/asked.rs", "dialect/notes.rs"]
        }
        "gemini_request" | "gemini_answer" => {
            &["dialect/gemini", "dialect/schema.rs", "dialect/signature.rs"]
        }
        "portable" => {
            &["dialect/portable.rs", "dialect/wording.rs", "dialect/signature.rs", "config/providers.rs"]
        }
        "errors" => &["dialect/error_body", "dialect/error_body.rs", "dialect/redact.rs"],
        "config" => &["config"],
        _ => &[],
    }
}

fn collect(path: &Path, words: &mut Vec<String>) {
    if let Ok(entries) = fs::read_dir(path) {
        entries.flatten().for_each(|entry| collect(&entry.path(), words));
    } else if let Ok(text) = fs::read_to_string(path) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let literals = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
        // Tables name many words in one literal.
        let each = literals.flat_map(|text| text.split(' ').chain([text]));
        words.extend(
            each.filter(|word| (1..40).contains(&word.len()) && !word.contains('\\')).map(str::to_owned),
        );
    }
}
