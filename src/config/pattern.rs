//! Names with stars: what they match, and what the stars stand for.
//!
//! Differences from LiteLLM: a pattern is anchored at both ends (there only at its beginning), and a bare name is tried
//! with its provider in front at each pattern before the next one is looked at (there after all of them).

use smallvec::SmallVec;

use crate::base::text::has;

use super::GroupIx;
use super::provider::provider_of;

/// What the stars of a pattern stand for, in their order.
pub(super) type Pieces<'n> = SmallVec<[&'n str; 2]>;

/// A `model_name` with stars, and the group of the deployments that are declared under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) group: GroupIx,
}

impl Pattern {
    /// Smaller is more specific: the longer literal text first, then fewer stars.
    pub(super) fn rank(&self) -> (usize, usize) {
        let stars = self.text.bytes().filter(|byte| *byte == b'*').count();
        (usize::MAX - (self.text.len() - stars), stars)
    }
}

/// Does a name have a star?
pub(super) fn is_pattern(name: &str) -> bool {
    has(name, b'*')
}

/// A bare name with its provider in front, where the name alone tells the provider.
pub(super) fn prefixed(name: &str) -> Option<String> {
    let provider = Some(name).filter(|name| !has(name, b'/')).and_then(provider_of)?;
    Some(format!("{}/{name}", provider.name))
}

/// What the stars of a pattern stand for in a name; `None` if it does not match from end to end. As in a regular
/// expression, an earlier star takes as much as it can.
pub(super) fn captures<'n>(pattern: &str, name: &'n str) -> Option<Pieces<'n>> {
    let mut parts: SmallVec<[&str; 4]> = pattern.split('*').collect();
    let last = parts.pop()?;
    let Some((first, middle)) = parts.split_first() else { return (last == name).then(Pieces::new) };
    let mut rest = name.strip_prefix(first)?.strip_suffix(last)?;
    let mut pieces = Pieces::new();
    for part in middle.iter().rev() {
        let (before, piece) = split_last(rest, part)?;
        pieces.push(piece);
        rest = before;
    }
    pieces.push(rest);
    pieces.reverse();
    Some(pieces)
}

/// What is before and behind the last `part`.
fn split_last<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = match part.len() {
        0 => text.len(),
        len => text.as_bytes().windows(len).rposition(|window| window == part.as_bytes())?,
    };
    Some((text.get(..at)?, text.get(at.checked_add(part.len())?..)?))
}

/// The model that a deployment serves under a name that its pattern matched: its own, with the pieces in the place of its
/// stars. As it is, where it has no star; the whole name, where there are more pieces than stars. `None` if nothing is
/// left to ask the provider for, or a step: as a part of an address it would lead out of the folder of the models.
pub(super) fn filled(model: &str, provider: &str, pieces: &[&str], name: &str) -> Option<String> {
    let stars = model.bytes().filter(|byte| *byte == b'*').count();
    let text = if stars == 0 {
        model.to_owned()
    } else if pieces.len() > stars {
        let own = name.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
        own.unwrap_or(name).to_owned()
    } else {
        let mut text = String::new();
        let mut pieces = pieces.iter();
        for (index, part) in model.split('*').enumerate() {
            if index > 0 {
                text.push_str(pieces.next().unwrap_or(&"*"));
            }
            text.push_str(part);
        }
        text
    };
    (!matches!(text.trim(), "" | "." | "..")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pattern: &str, name: &str) -> Option<Vec<String>> {
        captures(pattern, name).map(|pieces| pieces.iter().map(|piece| (*piece).to_owned()).collect())
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        for (pattern, name, found) in [
            ("*", "", Some(vec![""])),
            ("*", "a/b", Some(vec!["a/b"])),
            ("openai/*", "openai/gpt-4o", Some(vec!["gpt-4o"])),
            ("openai/*", "my-openai/gpt-4o", None),
            ("*-mini", "gpt-4o-mini", Some(vec!["gpt-4o"])),
            ("*-mini", "gpt-4o-mini-extra", None),
            ("a*a", "a", None),
            ("a*a", "aa", Some(vec![""])),
            ("*/*", "a/b/c", Some(vec!["a/b", "c"])),
            ("a*b*c", "a1b2b3c", Some(vec!["1b2", "3"])),
            ("*ü*", "xüy", Some(vec!["x", "y"])),
            ("**", "ab", Some(vec!["ab", ""])),
            ("plain", "plain", Some(vec![])),
            ("plain", "plainer", None),
            ("a.c*", "abc", None),
        ] {
            let found = found.map(|found| found.into_iter().map(str::to_owned).collect());
            assert_eq!(pieces(pattern, name), found, "{pattern} {name}");
        }
    }

    #[test]
    fn the_stars_of_a_model_are_filled_in_order() {
        for (model, pieces, name, found) in [
            ("*", &["gpt-4o"][..], "openai/gpt-4o", Some("gpt-4o")),
            ("ft:*", &["x"], "tuned-x", Some("ft:x")),
            ("gpt-4o", &["x"], "x", Some("gpt-4o")),
            ("*-*", &["a", "b"], "a/b", Some("a-b")),
            ("*", &["a", "b"], "a/b", Some("a/b")),
            ("*", &["openai", "b"], "openai/b", Some("b")),
            ("*", &[""], "openai/", None),
            ("*", &[".."], "openai/..", None),
            ("*", &[" . "], "openai/ . ", None),
            ("*", &["..."], "openai/...", Some("...")),
        ] {
            assert_eq!(filled(model, "openai", pieces, name).as_deref(), found, "{model} {name}");
        }
    }

    #[test]
    fn the_longer_text_is_more_specific_and_then_fewer_stars() {
        let rank = |text: &str| Pattern { text: text.to_owned(), group: GroupIx(0) }.rank();
        assert!(rank("openai/gpt-4o*") < rank("openai/*"));
        assert!(rank("openai/*") < rank("*"));
        assert!(rank("a-*") < rank("*a*-*"));
        assert!(rank("ab*") < rank("*a*b"));
    }

    #[test]
    fn only_a_bare_name_that_is_known_has_a_provider() {
        assert_eq!(prefixed("gpt-4o").as_deref(), Some("openai/gpt-4o"));
        assert_eq!(prefixed("claude-x").as_deref(), Some("anthropic/claude-x"));
        assert_eq!((prefixed("llama"), prefixed("openai/gpt-4o")), (None, None));
    }
}
