//! Answers of servers that speak OpenAI's API in nearly OpenAI's words: whole ones, and the chunks of streams. What is
//! said in the right words goes on byte for byte.
//!
//! Put right: reasoning under another name or as a part of the content (Mistral, Databricks), ends of another name, tool
//! calls without an index or with arguments that are no text.

use std::borrow::Cow;

use super::told;
use crate::base::json::{Kind, Members, Writer, inside, items, kind, quoted_text};
use crate::dialect::TranslatedReply;
use crate::dialect::error_body::{in_disguise, in_place, read};
use crate::error::Fault;

/// A chunk whose choice came to no good end.
const FAILED: &[u8] =
    br#"{"error":{"message":"the provider broke its answer off","type":"server_error","code":"server_error"}}"#;

const STOP: &str = r#""stop""#;
const TOOL_CALLS: &str = r#""tool_calls""#;
const LENGTH: &str = r#""length""#;

/// Other names of ends, and OpenAI's as JSON.
const ENDS: [(&str, &str); 5] = [
    ("eos", STOP),
    ("end_turn", STOP),
    ("model_length", LENGTH),
    ("model_context_window_exceeded", LENGTH),
    ("sensitive", r#""content_filter""#),
];

/// Ends that are failures.
const FAILURES: [&str; 3] = ["error", "network_error", "insufficient_system_resource"];

/// The reader of one stream, or of one answer.
#[derive(Debug, Default)]
pub struct Similar {
    /// The tool calls so far: the choice of each, its place there and its id.
    calls: Vec<(u64, u64, Box<str>)>,
    has_failed: bool,
}

/// Reads a whole answer.
pub(in crate::dialect) fn reply(body: &[u8]) -> Result<TranslatedReply, Fault> {
    let bad = |message: &str| in_place(body, message);
    let text = std::str::from_utf8(body).map_err(|_| bad("the provider's answer is no UTF-8"))?;
    let whole = Members::check(text).ok_or_else(|| bad("the provider's answer is no JSON object"))?;
    if whole.get("choices").and_then(items).is_none() {
        return Err(bad("the provider's answer has no `choices`"));
    }
    let mut reader = Similar::default();
    let reworded = reader.whole(&whole, "message");
    if reader.has_failed {
        return Err(in_disguise(read(None, FAILED)));
    }
    let tier = whole.get("service_tier").map(str::as_bytes);
    let usage = whole.get("usage").and_then(|usage| told(usage.as_bytes(), tier));
    Ok(TranslatedReply { body: reworded.map_or_else(|| body.to_vec(), String::into_bytes), usage })
}

impl Similar {
    /// The data of an event, in OpenAI's words. What is no chunk goes on as it is.
    pub fn chunk<'a>(&mut self, data: &'a [u8]) -> Cow<'a, [u8]> {
        let text = std::str::from_utf8(data).ok().map(str::trim_ascii);
        let Some(whole) = text.and_then(Members::check) else { return Cow::Borrowed(data) };
        let reworded = self.whole(&whole, "delta");
        if self.has_failed && whole.get("error").is_none() {
            return Cow::Borrowed(FAILED);
        }
        reworded.map_or(Cow::Borrowed(data), |json| Cow::Owned(json.into_bytes()))
    }

    /// An answer or a chunk with its choices put right; `None` if nothing has to be. `part` is what a choice holds.
    #[inline(never)]
    fn whole(&mut self, whole: &Members<'_>, part: &str) -> Option<String> {
        let choices = items(whole.get("choices")?)?;
        let ends = whole.get("usage").is_some_and(|usage| kind(usage) == Kind::Object) || part == "message";
        let choices = each(&choices, &mut |raw| self.choice(raw, part, ends));
        with(whole, [("choices", choices), NONE, NONE, NONE])
    }

    fn choice(&mut self, raw: &str, part: &str, ends: bool) -> Option<String> {
        let choice = Members::read(raw)?;
        let index = choice.count("index").unwrap_or(0);
        let said = choice.object(part).and_then(|said| self.said(&said, part, index));
        let end = choice.string("finish_reason").and_then(inside).and_then(|end| {
            self.has_failed |= FAILURES.contains(&end);
            let own = ENDS.iter().find(|(other, _)| *other == end).map(|(_, own)| *own);
            own.or_else(|| {
                // xAI's at the end of tool calls, and anybody's before the end.
                let has_calls = self.calls.iter().any(|(choice, ..)| *choice == index);
                let own = if has_calls { TOOL_CALLS } else { STOP };
                end.is_empty().then_some(if has_calls || ends { own } else { "null" })
            })
        });
        with(&choice, [(part, said), ("finish_reason", end.map(str::to_owned)), NONE, NONE])
    }

    /// A message or a delta.
    fn said(&mut self, said: &Members<'_>, part: &str, choice: u64) -> Option<String> {
        let (mut content, mut reasoning, mut moved) = (None, None, None);
        if let Some(parts) = said.get("content").and_then(items) {
            let (text, thoughts) = parts_of(&parts);
            let is_none = text.len() == 1 && part == "message";
            content = Some(if is_none { "null".to_owned() } else { text + "\"" });
            reasoning = (thoughts.len() > 1).then(|| thoughts + "\"");
        }
        if let Some(raw) = said.string("reasoning").filter(|_| said.get("reasoning_content").is_none()) {
            (reasoning, moved) = (Some(raw.to_owned()), Some(String::new()));
        }
        let calls = said.get("tool_calls").and_then(items);
        let calls = calls.and_then(|calls| each(&calls, &mut |raw| self.tool_call(raw, part, choice)));
        let reasoning = ("reasoning_content", reasoning);
        with(said, [("content", content), ("reasoning", moved), reasoning, ("tool_calls", calls)])
    }

    fn tool_call(&mut self, raw: &str, part: &str, choice: u64) -> Option<String> {
        let call = Members::read(raw)?;
        let id = call.string("id").and_then(inside).unwrap_or_default();
        let own = call.count("index");
        let place = self.place(choice, own, id);
        let index = (part == "delta" && own != Some(place)).then(|| number(place));
        let wants_type = call.string("type").is_none() && !id.is_empty();
        let function = call.object("function").and_then(|function| {
            let (_, raw) = function.all().iter().rfind(|(name, _)| *name == "arguments")?;
            let text = match kind(raw) {
                Kind::String => return None,
                Kind::Null => r#""""#.to_owned(),
                _ => quoted_text(raw),
            };
            with(&function, [("arguments", Some(text)), NONE, NONE, NONE])
        });
        let of = wants_type.then(|| r#""function""#.to_owned());
        with(&call, [("index", index), ("type", of), ("function", function), NONE])
    }

    /// The place of a call among those of its choice. Without an index it is that of its id, or the last one; and an id
    /// that is another's at an index is a new call.
    fn place(&mut self, choice: u64, own: Option<u64>, id: &str) -> u64 {
        let (mut next, mut last, mut is_taken) = (0, None, false);
        for (_, place, known) in self.calls.iter().filter(|(known, ..)| *known == choice) {
            if **known == *id {
                return *place;
            }
            next += 1;
            last = Some(*place);
            is_taken |= own == Some(*place);
        }
        if id.is_empty() {
            return own.or(last).unwrap_or(0);
        }
        let place = own.filter(|_| !is_taken).unwrap_or(next);
        self.calls.push((choice, place, id.into()));
        place
    }
}

/// The text and the thoughts of a content that is a list, as JSON strings without their last quotes.
fn parts_of(parts: &[&str]) -> (String, String) {
    let (mut text, mut thoughts) = ("\"".to_owned(), "\"".to_owned());
    for raw in parts {
        let Some(part) = Members::read(raw) else { continue };
        let (name, to) = match part.word("type") {
            "text" => ("text", &mut text),
            "thinking" => ("thinking", &mut thoughts),
            "reasoning" => ("summary", &mut thoughts),
            _ => continue,
        };
        to.push_str(part.word(name));
        for raw in part.get(name).and_then(items).into_iter().flatten() {
            to.push_str(Members::read(raw).map_or("", |part| part.word("text")));
        }
    }
    (text, thoughts)
}

/// A list with some items put right; `None` if none has to be.
#[inline(never)]
fn each(items: &[&str], right: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    let mut out = Writer::default();
    out.raw("[");
    let mut is_changed = false;
    for raw in items {
        let new = right(raw);
        is_changed |= new.is_some();
        out.raw(new.as_deref().unwrap_or(raw));
    }
    is_changed.then(|| text_of(out.push("]")))
}

type Change<'a> = (&'a str, Option<String>);

const NONE: Change<'static> = ("", None);

/// An object with some members replaced, or added behind the others; one that is given nothing is left out. `None` if
/// there is nothing to be done.
#[inline(never)]
fn with(of: &Members<'_>, changes: [Change<'_>; 4]) -> Option<String> {
    let changes: Vec<(&str, String)> =
        changes.into_iter().filter_map(|(name, new)| Some((name, new?))).collect();
    if changes.is_empty() {
        return None;
    }
    let mut out = Writer::default();
    out.raw("{");
    let mut put = |name: &str, raw: &str| {
        if !raw.is_empty() {
            out.member(name, raw);
        }
    };
    for (name, raw) in of.all() {
        let change = changes.iter().find(|(wanted, _)| wanted == name);
        put(name, change.map_or(raw, |(_, raw)| raw));
    }
    for (name, raw) in &changes {
        if !of.all().iter().any(|(known, _)| known == name) {
            put(name, raw);
        }
    }
    Some(text_of(out.push("}")))
}

fn number(number: u64) -> String {
    text_of(Writer::default().number(number))
}

fn text_of(json: &mut Writer) -> String {
    String::from_utf8(std::mem::take(json).into_bytes()).unwrap_or_default()
}
