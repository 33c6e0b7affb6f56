//! Providers echo keys in their errors. Nothing that looks like one goes on.

use crate::base::text::mask;
use crate::config::Secret;
use crate::error::{Fault, MAX_MESSAGE};

/// What stands in the place of a secret.
const MASK: &str = "[redacted]";

/// Beginnings of words that are keys at one provider or another.
const KEY_PREFIXES: &[&str] = &["sk-", "sk_", "pk-", "rk-", "gsk_", "xai-", "AIza", "hf_", "AKIA", "key-"];

/// Redacts everything in a fault that a provider wrote.
#[must_use]
pub fn redact_fault<'a>(fault: Fault, secrets: impl Iterator<Item = &'a Secret> + Clone) -> Fault {
    let clean = |text: Option<Box<str>>| text.map(|text| redact(&text, secrets.clone()));
    Fault {
        message: redact(&fault.message, secrets.clone()),
        code: clean(fault.code),
        wire_type: clean(fault.wire_type),
        param: clean(fault.param),
        inner: redact_json(fault.inner, secrets),
        ..fault
    }
}

/// The same of a JSON text. One that is not the same afterwards is left out: half of it would be no JSON.
#[must_use]
pub fn redact_json<'a>(
    json: Option<Box<str>>,
    secrets: impl Iterator<Item = &'a Secret>,
) -> Option<Box<str>> {
    let json = json?;
    let clean = redact(&json, secrets);
    (clean == json).then_some(json)
}

/// Replaces every given secret, every word that looks like a key, and every word after `Bearer`;
/// then cuts the text to [`MAX_MESSAGE`] bytes.
#[must_use]
pub fn redact<'a>(text: &str, secrets: impl Iterator<Item = &'a Secret>) -> Box<str> {
    let mut text = text.to_owned();
    for secret in secrets.map(Secret::expose).filter(|secret| secret.len() >= 4) {
        mask(&mut text, secret, MASK);
    }
    let mut out = String::with_capacity(text.len());
    let mut after_bearer = false;
    for piece in text.split_inclusive(ends_word) {
        let end = piece.trim_end_matches(ends_word).len();
        let (word, rest) = piece.split_at_checked(end).unwrap_or((piece, ""));
        let bare = word.trim_end_matches(['.', ':', ';']);
        let is_key =
            KEY_PREFIXES.iter().any(|prefix| bare.len() >= prefix.len() + 6 && bare.starts_with(prefix));
        if is_key || (after_bearer && !bare.is_empty() && bare != MASK) {
            out.push_str(MASK);
            out.push_str(word.get(bare.len()..).unwrap_or(""));
        } else {
            out.push_str(word);
        }
        out.push_str(rest);
        if !word.is_empty() {
            after_bearer = word.eq_ignore_ascii_case("bearer");
        }
    }
    while out.len() > MAX_MESSAGE {
        out.pop();
    }
    out.into()
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | '(' | ')' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_go_on() {
        let known = [Secret::new("corp/secret+value"), Secret::new("")];
        let cases = [
            ("Incorrect API key provided: sk-abcdef123456.", "Incorrect API key provided: [redacted]."),
            (
                "header 'Authorization: Bearer abc.def.ghi' refused",
                "header 'Authorization: Bearer [redacted]' refused",
            ),
            ("got corp/secret+value here", "got [redacted] here"),
            ("url?key=AIzaSyA1234567 bad", "url?key=[redacted] bad"),
            ("task-oriented risk-free sk- text", "task-oriented risk-free sk- text"),
        ];
        for (text, expected) in cases {
            assert_eq!(&*redact(text, known.iter()), expected);
        }
        assert!(redact(&"é".repeat(5_000), known.iter()).len() <= MAX_MESSAGE);
    }
}
