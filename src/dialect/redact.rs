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
        let is_token = after_bearer && !bare.is_empty() && bare != MASK;
        match if is_token { Some(0) } else { key_in(bare) } {
            Some(at) => {
                out.push_str(word.get(..at).unwrap_or(""));
                out.push_str(MASK);
                out.push_str(word.get(bare.len()..).unwrap_or(""));
            }
            None => out.push_str(word),
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

/// Where in a word something begins that looks like a key: at its beginning, or behind a mark as in `key:sk-…`.
fn key_in(word: &str) -> Option<usize> {
    let marks = word.bytes().enumerate().filter(|(_, byte)| b"`[{:/|;&?@#".contains(byte));
    let starts = std::iter::once(0).chain(marks.map(|(at, _)| at + 1));
    let looks_like_one = |start: &usize| {
        let rest = word.get(*start..).unwrap_or("");
        KEY_PREFIXES.iter().any(|prefix| rest.len() >= prefix.len() + 6 && rest.starts_with(prefix))
    };
    starts.into_iter().find(looks_like_one)
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
            ("key:sk-abcdef123456, `sk-abcdef123456`", "key:[redacted], `[redacted]"),
            ("{'keys':[gsk_abcdef123456]}", "{'keys':[[redacted]"),
            ("https://x.test/hf_abcdef123456/y.", "https://x.test/[redacted]."),
            ("user@task-oriented:risk-free/desk-lamp-long", "user@task-oriented:risk-free/desk-lamp-long"),
            ("task-oriented risk-free sk- text", "task-oriented risk-free sk- text"),
        ];
        for (text, expected) in cases {
            assert_eq!(&*redact(text, known.iter()), expected);
        }
        assert!(redact(&"é".repeat(5_000), known.iter()).len() <= MAX_MESSAGE);
    }
}
