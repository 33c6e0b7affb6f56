//! Ids and names that Anthropic takes: letters, digits, `_` and `-`.

use std::borrow::Cow;

use crate::base::hash::deployment_id;

/// The longest name of a tool.
const NAME_CHARS: usize = 128;

/// A text without the marks of what was left out of it: equal texts have marks of different numbers.
pub(super) fn unmarked(text: Cow<'_, str>) -> String {
    match text.split_once('\u{FDD0}') {
        None => text.into_owned(),
        Some((head, rest)) => {
            let (_, tail) = rest.split_once('\u{FDD1}').unwrap_or(("", rest));
            [head, tail].concat()
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The id of a tool call.
pub(super) fn id(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { plain(text, text.len()) }
}

/// The name of a tool.
pub(super) fn name(text: &str) -> String {
    if is_plain(text) && text.len() <= NAME_CHARS { text.to_owned() } else { plain(text, NAME_CHARS - 9) }
}

/// What may not stand is replaced; a hash keeps different texts apart, and equal ones equal wherever they are used.
fn plain(text: &str, most: usize) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let mut plain: String = text.chars().take(most).map(keep).collect();
    plain.push('_');
    plain.extend(deployment_id(&[text]).chars().take(8));
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
        for text in ["", "é", "a b", &"x".repeat(300)] {
            assert!(is_plain(&id(text)) && is_plain(&name(text)) && name(text).len() <= NAME_CHARS, "{text}");
        }
        assert_eq!(unmarked("a\u{FDD0}7\u{FDD1}b".into()), unmarked("a\u{FDD0}12\u{FDD1}b".into()));
    }
}
