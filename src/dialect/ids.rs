//! Ids and names that every provider takes: letters, digits, `_` and `-`.

use std::borrow::Cow;

use super::outcome::{Outcome, wrong};
use super::signature::bare;
use crate::base::hash::deployment_id;
use crate::base::index::Index;
use crate::base::json::Members;

/// The longest name of a tool.
const NAME_CHARS: usize = 128;

/// A text without the marks of what was left out of it: equal texts have marks of different numbers.
fn unmarked(text: &str) -> String {
    match text.split_once('\u{FDD0}') {
        None => text.to_owned(),
        Some((head, rest)) => {
            let (_, tail) = rest.split_once('\u{FDD1}').unwrap_or(("", rest));
            [head, tail].concat()
        }
    }
}

/// The id of a call without marks, and without the signature that another provider put into it.
pub(super) fn unsigned(text: Cow<'_, str>) -> String {
    unmarked(bare(&text))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The id of an answer, as JSON: the provider's own, if it has one. Clients take no usage from a stream without.
pub(super) fn answer(own: Option<&str>, created: u64) -> String {
    let own = own.filter(|id| id.len() > 2).map(str::to_owned);
    own.unwrap_or_else(|| format!(r#""chatcmpl-{created}""#))
}

/// The id of a tool call.
pub(super) fn id(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { plain(text, text.len()) }
}

/// The name of a tool.
pub(super) fn name(text: &str) -> String {
    if is_plain(text) && text.len() <= NAME_CHARS { text.to_owned() } else { plain(text, NAME_CHARS - 9) }
}

/// The names in a list of tools.
pub(super) fn named(tools: &[&str]) -> Index {
    let mut names = Index::default();
    for tool in tools.iter().filter_map(|raw| Members::read(raw)) {
        let inner = tool.object("function");
        if let Some(name) = inner.as_ref().unwrap_or(&tool).text("name") {
            names.insert(&name, 0);
        }
    }
    names
}

/// How many calls are looked at on behalf of all results of tools. No honest conversation comes near it: a turn has some
/// hundred calls at most, and their results come in the next one.
const MOST_LOOKS: usize = 1 << 23;

/// Bounds the search for the calls that results belong to: a caller could make it take minutes.
#[derive(Debug, Default)]
pub(super) struct Looks(usize);

impl Looks {
    /// So many calls have been looked at.
    pub(super) fn add(&mut self, calls: usize) -> Outcome {
        self.0 = self.0.saturating_add(calls);
        if self.0 <= MOST_LOOKS { Ok(()) } else { Err(wrong("messages", "has too many results of tools")) }
    }
}

/// The name of a function as Gemini takes it: it begins with a letter or `_`, has dots and colons too, and is shorter.
pub(super) fn function(text: &str) -> String {
    const MOST: usize = 64;
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    if begins && text.len() <= MOST && text.bytes().all(is_one) {
        return text.to_owned();
    }
    let mut name = plain(text, MOST - 10);
    if !begins {
        name.insert(0, '_');
    }
    name
}

/// What may not stand is replaced; a hash keeps different texts apart, and equal ones equal wherever they are used.
fn plain(text: &str, most: usize) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let mut plain: String = text.chars().take(most).map(keep).collect();
    plain.push('_');
    plain.push_str(deployment_id(&[text]).get(..8).unwrap_or_default());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_plain_and_stay_apart() {
        assert_eq!((id("call_1-a"), name("get_weather")), ("call_1-a".to_owned(), "get_weather".to_owned()));
        assert!(id("functions.get:0").starts_with("functions_get_0_"));
        assert_ne!(id("a.b"), id("a:b"));
        assert_eq!(id("a.b"), id("a.b"));
        for text in ["", "é", "a b", "4x", "-", &"x".repeat(300)] {
            assert!(is_plain(&id(text)) && is_plain(&name(text)) && name(text).len() <= NAME_CHARS, "{text}");
            let function = function(text);
            assert!(
                is_plain(&function) && function.len() <= 64 && !function.starts_with(['-', '4']),
                "{function}"
            );
        }
        assert_eq!((function("a.b:c"), function("_4")), ("a.b:c".to_owned(), "_4".to_owned()));
        assert_ne!(function("4x"), function("5x"));
        assert_eq!(unmarked("a\u{FDD0}7\u{FDD1}b"), unmarked("a\u{FDD0}12\u{FDD1}b"));
    }
}
