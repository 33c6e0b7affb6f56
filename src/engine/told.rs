//! What the caller of a stream has been told so far, and how another send goes on from there.
//!
//! Kept only where `mid_stream` may send again: it means reading every chunk.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::guess::Earlier;
use super::seam::Seam;
use crate::base::json::{value, written};
use crate::base::text::contains;

/// A text longer than this is not sent back to be gone on with, in bytes.
const MOST_TEXT: usize = 256 * 1024;

/// The part of an answer that has reached the caller.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// `id`, `created` and `model` of the first chunk.
    head: Option<Map<String, Value>>,
    text: String,
    /// There is more to the answer than one text: tool calls, several choices, a refusal, sound.
    is_more_than_text: bool,
    /// The last that was told is reasoning.
    is_reasoning: bool,
    has_finish: bool,
    /// What the present part has said, repeated words too, in hundredths of a token.
    said: u64,
    /// The parts before it, if there are any.
    earlier: Option<Rc<Earlier>>,
    seam: Option<Seam>,
}

impl Told {
    /// The text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Could a model go on from the text? Never from within reasoning, a tool call or after the end.
    #[must_use]
    pub fn can_continue(&self) -> bool {
        !(self.text.is_empty() || self.is_more_than_text || self.is_reasoning || self.has_finish)
    }

    /// Has the caller been told anything at all?
    #[must_use]
    pub fn is_anything(&self) -> bool {
        self.head.is_some()
    }

    /// The tokens of what the present part has said, as they are estimated.
    #[must_use]
    pub fn written(&self) -> u32 {
        u32::try_from(self.said.div_ceil(100)).unwrap_or(u32::MAX)
    }

    /// What was told, for an answer that goes on from it.
    #[must_use]
    pub fn continued(self) -> Self {
        Self { seam: Some(Seam::default()), said: 0, ..self }
    }

    /// The same, where parts went before that broke off: a chunk that tells the usage tells that of all of them.
    #[must_use]
    pub(super) fn behind(self, earlier: Earlier) -> Self {
        Self { earlier: (!earlier.is_none()).then(|| Rc::new(earlier)), ..self }
    }

    /// The chunk that tells the caller that another deployment answers from here on. Clients that do not know it pass
    /// over it, as it has no choices.
    #[must_use]
    pub fn marker(&self, event: &str, model_used: &str, attempt: u16) -> Vec<u8> {
        let mut chunk = self.head.clone().unwrap_or_default();
        chunk.insert("object".to_owned(), "chat.completion.chunk".into());
        chunk.insert("choices".to_owned(), Value::Array(Vec::new()));
        let mut told = Map::new();
        told.insert("event".to_owned(), event.into());
        told.insert("model_used".to_owned(), model_used.into());
        told.insert("attempt".to_owned(), attempt.into());
        chunk.insert("switchman".to_owned(), told.into());
        written(&Value::Object(chunk))
    }

    /// Takes note of a chunk that goes to the caller, and gives it as it is to be told: behind a seam without what the
    /// caller has already. `None` if nothing is left of it. What is no chunk goes on as it is.
    pub fn tell(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let Some(Value::Object(mut chunk)) = value(data) else { return Some(data.to_vec()) };
        self.said = self.said.saturating_add(weight(&chunk));
        let is_summed = self.earlier.as_ref().is_some_and(|earlier| earlier.put_into(data, &mut chunk));
        let Some(seam) = &mut self.seam else {
            self.note(&chunk);
            return Some(if is_summed { written(&Value::Object(chunk)) } else { data.to_vec() });
        };
        if !seam.join(&self.text, &mut chunk) {
            return None;
        }
        for (name, value) in self.head.iter().flatten().filter(|(name, _)| *name != "model") {
            chunk.insert(name.clone(), value.clone());
        }
        self.note(&chunk);
        Some(written(&Value::Object(chunk)))
    }

    fn note(&mut self, chunk: &Map<String, Value>) {
        if self.head.is_none() {
            let head = self.head.insert(Map::new());
            // Not collected: that would sort first, 2 KB of code.
            for name in ["id", "created", "model"] {
                if let Some(value) = chunk.get(name) {
                    head.insert(name.to_owned(), value.clone());
                }
            }
        }
        for choice in chunk.get("choices").and_then(Value::as_array).into_iter().flatten() {
            self.is_more_than_text |= choice.get("index").and_then(Value::as_u64).unwrap_or(0) != 0;
            self.has_finish |= choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
            if let Some(delta) = choice.get("delta").and_then(Value::as_object) {
                self.note_delta(delta);
            }
        }
    }

    fn note_delta(&mut self, delta: &Map<String, Value>) {
        let is_there = |name: &str| delta.get(name).is_some_and(has_something);
        let more = ["tool_calls", "function_call", "audio", "refusal"];
        self.is_more_than_text |= more.into_iter().any(is_there);
        if ["reasoning_content", "reasoning"].into_iter().any(is_there) {
            self.is_reasoning = true;
        }
        match delta.get("content") {
            Some(Value::String(text)) if !text.is_empty() => {
                self.is_reasoning = false;
                // A mark of a skeleton in the text could not be told from a real one.
                self.is_more_than_text |=
                    contains(text, "\u{fdd0}") || self.text.len() + text.len() > MOST_TEXT;
                if !self.is_more_than_text {
                    self.text.push_str(text);
                }
            }
            None | Some(Value::Null | Value::String(_)) => {}
            Some(_) => self.is_more_than_text = true,
        }
    }
}

/// What a chunk says, in hundredths of a token.
fn weight(chunk: &Map<String, Value>) -> u64 {
    let choices = chunk.get("choices").and_then(Value::as_array);
    let deltas = choices.into_iter().flatten().filter_map(|choice| choice.get("delta"));
    let of = |delta: &Value, name: &str| delta.get(name).map_or(0, weight_of);
    // Thoughts have two names, of which some servers give both.
    let thoughts = |delta: &Value| of(delta, "reasoning_content").max(of(delta, "reasoning"));
    let said =
        |delta| of(delta, "content") + of(delta, "refusal") + of(delta, "tool_calls") + thoughts(delta);
    deltas.map(said).sum()
}

/// What the texts of a value weigh, but for those that no model writes: about four letters are a token, and fewer the
/// farther a script is from Latin.
fn weight_of(value: &Value) -> u64 {
    let of_char = |char: char| match u32::from(char) {
        ..0x80 => 25,
        0x80..0x2e80 => 40,
        _ => 80,
    };
    match value {
        Value::String(text) => text.chars().map(of_char).sum(),
        Value::Array(items) => items.iter().map(weight_of).sum(),
        Value::Object(members) => {
            let unwritten = |name: &str| matches!(name, "id" | "type");
            members.iter().filter(|(name, _)| !unwritten(name)).map(|(_, value)| weight_of(value)).sum()
        }
        _ => 0,
    }
}

fn has_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chunk(delta: &str) -> Vec<u8> {
        format!(r#"{{"id":"c1","created":7,"model":"m","choices":[{{"index":0,"delta":{delta}}}]}}"#)
            .into_bytes()
    }

    fn told(deltas: &[&str]) -> Told {
        let mut told = Told::default();
        deltas.iter().for_each(|delta| assert_eq!(told.tell(&chunk(delta)), Some(chunk(delta))));
        told
    }

    #[test]
    fn a_plain_text_can_be_gone_on_with() {
        assert!(
            told(&[r#"{"role":"assistant"}"#, r#"{"content":"He"}"#, r#"{"content":"llo"}"#]).can_continue()
        );
        assert!(told(&[r#"{"reasoning_content":"hm"}"#, r#"{"content":"Hello"}"#]).can_continue());
        for stop in [
            &[][..],
            &[r#"{"role":"assistant","content":""}"#],
            &[r#"{"reasoning_content":"hm"}"#],
            &[r#"{"content":"a"}"#, r#"{"reasoning_content":"hm"}"#],
            &[r#"{"content":"a"}"#, r#"{"tool_calls":[{"index":0}]}"#],
            &[r#"{"content":"a\ufdd0"}"#],
            &[r#"{"content":[{"type":"text"}]}"#],
        ] {
            assert!(!told(stop).can_continue(), "{stop:?}");
        }
    }

    #[test]
    fn what_follows_keeps_the_id_and_leaves_out_what_was_told() {
        let mut told = told(&[r#"{"content":"The quick brown fox"}"#]).continued();
        let next = |delta: &str| {
            format!(r#"{{"id":"other","created":9,"model":"n","choices":[{{"index":0,"delta":{delta}}}]}}"#)
        };
        assert_eq!(told.tell(next(r#"{"role":"assistant","content":""}"#).as_bytes()), None);
        assert_eq!(told.tell(next(r#"{"content":"The quick"}"#).as_bytes()), None);
        let rest = told.tell(next(r#"{"content":" brown fox jumps"}"#).as_bytes()).unwrap();
        let rest: Value = serde_json::from_slice(&rest).unwrap();
        assert_eq!(rest["choices"][0]["delta"]["content"], " jumps");
        assert_eq!((&rest["id"], &rest["created"], &rest["model"]), (&json!("c1"), &json!(7), &json!("n")));
        assert_eq!(told.text(), "The quick brown fox jumps");
    }

    #[test]
    fn a_marker_has_no_choices() {
        let marker = told(&[r#"{"content":"a"}"#]).marker("continue", "openai/x", 2);
        let marker: Value = serde_json::from_slice(&marker).unwrap();
        assert_eq!(marker["choices"], Value::Array(Vec::new()));
        assert_eq!(
            marker["switchman"],
            json!({ "event": "continue", "model_used": "openai/x", "attempt": 2 })
        );
        assert_eq!(marker["id"], "c1");
    }
}
