//! Where the answer of a second deployment joins the text of the first: nothing may be told twice.

use serde_json::{Map, Value};

/// A repetition shorter than this is taken for chance, in bytes; for one of the whole text see [`is_telling`].
const LEAST: usize = 12;

/// How far back in the text a repetition may begin, in bytes; one of the whole text is found whatever its length.
const REACH: usize = 400;

/// The joint. Models that are asked to go on sometimes repeat their last words, or begin anew; llama.cpp's server says
/// the whole text again, and then goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Seam {
    /// New text that may still turn out to be a repetition.
    waiting: String,
    is_closed: bool,
}

impl Seam {
    /// Takes out of a chunk what the caller has. `false` if nothing is left of it.
    pub(super) fn join(&mut self, told: &str, chunk: &mut Map<String, Value>) -> bool {
        let has_usage = chunk.get("usage").is_some_and(|usage| !usage.is_null());
        let Some(choices) = chunk.get_mut("choices").and_then(Value::as_array_mut) else { return true };
        let mut is_left = choices.is_empty() || has_usage;
        for choice in choices {
            let ends = choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
            is_left |= ends;
            let Some(delta) = choice.get_mut("delta").and_then(Value::as_object_mut) else { continue };
            take_out(delta, "role");
            self.join_delta(told, delta, ends);
            is_left |= delta.values().any(|value| !value.is_null());
        }
        is_left
    }

    fn join_delta(&mut self, told: &str, delta: &mut Map<String, Value>, ends: bool) {
        let new = delta.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.is_closed || (new.is_empty() && !ends) {
            if new.is_empty() {
                take_out(delta, "content");
            }
            return;
        }
        self.waiting.push_str(&new);
        take_out(delta, "content");
        match repeated(told, &self.waiting, ends) {
            None if !ends => {}
            known => {
                self.is_closed = true;
                let rest = self.waiting.get(known.unwrap_or(0)..).unwrap_or_default();
                if !rest.is_empty() {
                    delta.insert("content".to_owned(), rest.into());
                }
                self.waiting = String::new();
            }
        }
    }
}

/// Takes a member out. By copying the others: taking one out of the tree is 3 KB of code.
fn take_out(members: &mut Map<String, Value>, name: &str) {
    if members.contains_key(name) {
        let mut kept = Map::new();
        for (known, value) in members.iter().filter(|(known, _)| *known != name) {
            kept.insert(known.clone(), value.clone());
        }
        *members = kept;
    }
}

/// How many bytes at the beginning of the new text the caller has already; `None` if that cannot be known yet, which
/// it can when the answer `ends`.
fn repeated(told: &str, new: &str, ends: bool) -> Option<usize> {
    // White space at the end is not sent to every model, so that the model writes it once more.
    let sent = told.trim_end();
    let space = told.get(sent.len()..).unwrap_or_default();
    if let Some(rest) = new.strip_prefix(sent).filter(|_| !sent.is_empty()) {
        if space.starts_with(rest) && !ends {
            return None;
        }
        if is_telling(sent, rest) {
            let both = space.chars().zip(rest.chars()).take_while(|(told, new)| told == new);
            return Some(both.fold(sent.len(), |at, (char, _)| at.saturating_add(char.len_utf8())));
        }
    } else if sent.starts_with(new) && !ends {
        return None;
    }
    let from = told.len().saturating_sub(REACH);
    let tails = told.char_indices().map(|(at, _)| at).filter(|at| *at >= from);
    let mut tails = tails.filter_map(|at| told.get(at..)).take_while(|tail| tail.len() >= LEAST);
    let mut found = 0;
    if tails.any(|tail| {
        let may_grow = tail.len() > new.len() && tail.starts_with(new);
        if found == 0 && new.starts_with(tail) {
            found = tail.len();
        }
        may_grow
    }) {
        return None;
    }
    Some(if found == 0 && new.starts_with(space) { space.len() } else { found })
}

/// Is it more than chance that a new text begins with the whole of the old one, and has this `rest`? A short text must
/// hold a letter and be two words, or end where a word ends: "10" may follow "1", and "haha" is no "ha".
fn is_telling(text: &str, rest: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    let is_two_words = text.trim_start().contains(char::is_whitespace);
    let ends_a_word = !(is_part(text.chars().next_back()) && is_part(rest.chars().next()));
    text.len() >= LEAST || (text.contains(char::is_alphabetic) && (is_two_words || ends_a_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "Once upon a time there was a lighthouse";

    fn repeated(told: &str, new: &str) -> Option<usize> {
        super::repeated(told, new, false)
    }

    #[test]
    fn repetitions_are_found() {
        assert_eq!(repeated(TOLD, " keeper"), Some(0));
        assert_eq!(repeated(TOLD, " a lighthouse"), Some(13));
        assert_eq!(repeated(TOLD, "was a lighthouse that"), Some(16));
        assert_eq!(repeated(TOLD, "was a light"), None);
        assert_eq!(repeated(TOLD, "Once upon"), None);
        assert_eq!(repeated(TOLD, &format!("{TOLD}, and")), Some(TOLD.len()));
        // Too short to be more than chance.
        assert_eq!(repeated(TOLD, "lighthouse"), Some(0));
        assert_eq!(repeated("Hi there, ", " you"), Some(1));
        assert_eq!(
            repeated("ein Ärgernis ähnlich", "ein Ärgernis ähnlicher Art"),
            Some("ein Ärgernis ähnlich".len())
        );
    }

    #[test]
    fn a_short_text_is_found_as_a_whole() {
        for (told, new, found) in [
            (" the", " the humble", Some(4)),
            (" the hum", " the humble", Some(8)),
            (" the", " th", None),
            // What comes next tells whether it is the text again or a word that begins with it.
            (" the", " the", None),
            (" a", " anticipar", Some(0)),
            ("ha", "haha", Some(0)),
            ("No", "No, thanks", Some(2)),
            // No letter: numbers, lists and lines do repeat.
            ("1", "1. The", Some(0)),
            ("\n", "\n\nThe", Some(1)),
            ("No", ", thanks", Some(0)),
        ] {
            assert_eq!(repeated(told, new), found, "{told:?} {new:?}");
        }
        assert_eq!(super::repeated(" Yes", " Yes", true), Some(4));
        assert_eq!(super::repeated(" Yes", " Y", true), Some(0));
    }

    #[test]
    fn space_at_the_end_may_be_told_again_or_not() {
        let told = "A list of all:\n\n";
        for (new, found) in [
            ("A list of all:", None),
            ("A list of all:\n", None),
            ("A list of all:\n\n1.", Some(16)),
            ("A list of all:\n1.", Some(15)),
            ("A list of all: 1.", Some(14)),
        ] {
            assert_eq!(repeated(told, new), found, "{new:?}");
        }
        // U+3000 and a letter whose first byte is the same.
        assert_eq!(repeated("一二三四五\u{3000}", "一二三四五か"), Some(15));
    }

    #[test]
    fn what_waits_is_told_when_the_answer_ends() {
        let mut seam = Seam::default();
        let chunk = |text: &str| -> Map<String, Value> { serde_json::from_str(text).unwrap() };
        let mut first = chunk(r#"{"choices":[{"delta":{"role":"assistant","content":" was a"}}]}"#);
        assert!(!seam.join(TOLD, &mut first));
        let mut last = chunk(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#);
        assert!(seam.join(TOLD, &mut last));
        assert_eq!(last["choices"][0]["delta"]["content"], " was a");
    }
}
