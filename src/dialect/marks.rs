//! What may have to be written anew in a body for a provider, looked for behind its quotes before the body is read: most bodies
//! have nothing of it, and go on byte for byte.
//!
//! A body is shown in parts. What could go on in the next part counts as found: then the body is read in vain, and goes on as
//! it is all the same.

use memchr::{memchr, memchr_iter, memchr2};

use super::signature::THOUGHT;
use super::wording::Wording;

/// Names that have to be written anew because of a word of a provider's line.
const NAMED: [(&str, &str); 10] = [
    ("r", "assistant"),
    ("e", "assistant"),
    ("e", "tool_calls"),
    ("a", "role"),
    ("j", "json_schema"),
    ("k", "json_schema"),
    ("k", "tools"),
    ("u", "file"),
    ("9", "tool_calls"),
    ("9", "tool_call_id"),
];

/// Where Gemini's signatures may be, which nobody else knows: here, and in what holds [`THOUGHT`].
const SIGNED: [&str; 2] = ["extra_content", "provider_specific_fields"];

/// Ids that are longer than this are too long for some: see the word `40`.
const LONG: usize = 40;

/// What is looked for in bodies for one deployment.
#[derive(Debug, Default)]
pub struct Marks {
    /// Texts, whether they are names or not.
    texts: Vec<&'static str>,
    /// `content` that is a list.
    lists: bool,
    /// An id of a call with more than 40 characters.
    long_ids: bool,
    /// A member that is `null`.
    nulls: bool,
    /// A text with a signature in it.
    signatures: bool,
    /// What one of them may begin with. Empty if there is nothing to look for.
    firsts: Vec<bool>,
}

/// What is known of a text that has only been seen to the end of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Yes,
    No,
    /// It may be one.
    Cut,
}

impl Marks {
    /// Those of a provider's words. `is_signed`: transcripts may have Gemini's signatures.
    #[must_use]
    pub fn of(wording: &Wording, is_signed: bool) -> Self {
        let mut marks = Self { long_ids: wording.has("40"), lists: wording.has("f"), ..Self::default() };
        marks.texts = NAMED.iter().filter(|(word, _)| wording.has(word)).map(|(_, name)| *name).collect();
        for name in wording.names() {
            match name {
                "null" => marks.nulls = true,
                _ => marks.texts.push(name),
            }
        }
        if !wording.has("d") {
            marks.texts.push("developer");
        }
        if is_signed {
            marks.texts.extend(SIGNED);
            marks.signatures = true;
        }
        if !marks.texts.is_empty() || marks.lists || marks.long_ids || marks.nulls || marks.signatures {
            marks.firsts = (0..=u8::MAX).map(|first| marks.may_begin(first)).collect();
        }
        marks
    }

    fn may_begin(&self, first: u8) -> bool {
        self.signatures
            || (self.nulls && (first == b':' || first.is_ascii_whitespace()))
            || (self.lists && first == b'c')
            || (self.long_ids && (first == b'i' || first == b't'))
            || self.texts.iter().any(|text| text.as_bytes().first() == Some(&first))
    }

    /// Is there nothing to look for?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.firsts.is_empty()
    }

    /// Is something of it in this part of a body, or might it be where the part ends?
    #[must_use]
    pub fn is_in(&self, part: &[u8]) -> bool {
        // The id may have begun in the part before.
        let goes_on = self.signatures && has_thought(piece(part));
        goes_on
            || memchr_iter(b'"', part).any(|at| {
                let text = part.get(at.saturating_add(1)..).unwrap_or_default();
                let first = text.first().map(|first| usize::from(*first));
                first.is_none_or(|first| self.firsts.get(first).is_some_and(|may| *may) && self.begins(text))
            })
    }

    fn begins(&self, text: &[u8]) -> bool {
        self.texts.iter().any(|name| name_in(text, name).0 != Found::No)
            || (self.lists && is_member(text, "content", |value| opens(value, b'[')))
            || (self.long_ids && ["id", "tool_call_id"].iter().any(|name| is_member(text, name, is_long)))
            || (self.nulls && is_null(text))
            || (self.signatures && is_signed(text))
    }
}

/// Is a name here, with its quote? And what is behind it.
fn name_in<'a>(text: &'a [u8], name: &str) -> (Found, &'a [u8]) {
    let name = name.as_bytes();
    match (text.get(..name.len()), text.get(name.len())) {
        (Some(known), Some(b'"')) if known == name => {
            (Found::Yes, text.get(name.len().saturating_add(1)..).unwrap_or_default())
        }
        (Some(known), None) if known == name => (Found::Cut, &[]),
        (None, _) if name.starts_with(text) => (Found::Cut, &[]),
        _ => (Found::No, &[]),
    }
}

/// Is a member of this name here, whose value is as asked? A value that is cut is.
fn is_member(text: &[u8], name: &str, is: impl FnOnce(&[u8]) -> bool) -> bool {
    match name_in(text, name) {
        (Found::Yes, rest) => value_of(rest).is_some_and(is),
        (found, _) => found == Found::Cut,
    }
}

/// What follows a colon, or would: an empty text where it is cut. `None` where there is no colon.
fn value_of(rest: &[u8]) -> Option<&[u8]> {
    match rest.trim_ascii_start() {
        [b':', after @ ..] => Some(after.trim_ascii_start()),
        [] => Some(&[]),
        _ => None,
    }
}

fn opens(value: &[u8], first: u8) -> bool {
    value.first().is_none_or(|byte| *byte == first)
}

fn is_long(value: &[u8]) -> bool {
    let Some((quote, text)) = value.split_first() else { return true };
    let id = text.get(..=LONG).unwrap_or(text);
    *quote == b'"' && memchr(b'"', id).is_none()
}

/// Is this what follows the name of a member that is `null`?
fn is_null(text: &[u8]) -> bool {
    value_of(text).is_some_and(|value| match value.get(..4) {
        Some(word) => word == b"null",
        None => b"null".starts_with(value),
    })
}

/// Does an id with a signature begin here? A long one may go on in the next part, behind what shows it or before that.
fn is_signed(text: &[u8]) -> bool {
    let id = piece(text);
    has_thought(id) || (id.len() == text.len() && ends_in_thought(id))
}

/// What belongs to one id, from where a text begins.
fn piece(text: &[u8]) -> &[u8] {
    let end = memchr2(b'"', b' ', text);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn has_thought(id: &[u8]) -> bool {
    memchr_iter(b'_', id).any(|at| id.get(at..).is_some_and(|text| text.starts_with(THOUGHT.as_bytes())))
}

/// Is the end of a part the beginning of what stands before a signature?
fn ends_in_thought(id: &[u8]) -> bool {
    (1..THOUGHT.len()).any(|len| THOUGHT.as_bytes().get(..len).is_some_and(|begun| id.ends_with(begun)))
}
