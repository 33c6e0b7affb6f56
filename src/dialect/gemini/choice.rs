//! What a candidate says, as a message of OpenAI's or as a part of one. A whole answer and an event of a stream have the
//! same shape.

use super::grounding;
use crate::base::hash::deployment_id;
use crate::base::json::{Members, Writer, inside, items, quoted_text};
use crate::dialect::{Memo, signature};

/// What all candidates of an answer have in common.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) memo: Memo,
    /// Who signs; see `signature.rs`.
    pub(super) signer: String,
    /// What no other answer has in common with this one.
    pub(super) seed: String,
    /// Parts of a message are written, and not a whole one.
    pub(super) is_stream: bool,
}

/// One choice, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) index: u64,
    /// `finishReason`, once it is told.
    pub(super) reason: Option<String>,
    /// Has anything been said that a caller would see?
    pub(super) has_said: bool,
    /// Has a chunk been sent?
    pub(super) has_begun: bool,
    pub(super) calls: u64,
    images: u64,
    /// All of the text, where it may be annotated: the inside of a JSON string.
    text: String,
}

/// What is new of a choice.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The insides of JSON strings.
    text: String,
    reasoning: String,
    /// Items of `tool_calls`, or the one `function_call`.
    calls: Writer,
    images: Writer,
    audio: Writer,
    annotations: Writer,
    /// What signs the thoughts before a text, raw.
    signature: Option<String>,
    /// How many searches of the web there were.
    pub(super) queries: usize,
    /// `logprobs`, if they were told.
    pub(super) logprobs: Option<String>,
    /// It is the last of the choice.
    pub(super) ends: bool,
}

impl Choice {
    /// One of which nothing is known yet.
    pub(super) fn new(index: u64) -> Self {
        Self { index, ..Self::default() }
    }

    /// Reads a candidate. `None` if it is none.
    pub(super) fn read(&mut self, answer: &Answer, candidate: &Members<'_>) -> Option<Said> {
        let mut said = Said::default();
        let content = candidate.inner("content");
        for raw in content.list("parts") {
            self.part(answer, &mut said, &Members::read(raw)?)?;
        }
        if !answer.is_stream || answer.memo.keeps_text {
            self.text.push_str(&said.text);
        }
        if let Some(metadata) = candidate.object("groundingMetadata") {
            said.queries =
                metadata.get("webSearchQueries").and_then(items).map_or(0, |queries| queries.len());
            grounding::write(&mut said.annotations, &metadata, &self.text);
        }
        said.logprobs = candidate.object("logprobsResult").map(|result| super::logprobs::of(&result));
        let reason = candidate.word("finishReason");
        said.ends = !reason.is_empty();
        if said.ends {
            self.reason = Some(reason.to_owned());
        }
        self.has_said |= said.is_anything();
        Some(said)
    }

    fn part(&mut self, answer: &Answer, said: &mut Said, part: &Members<'_>) -> Option<()> {
        let signature = part.string("thoughtSignature").filter(|raw| raw.len() > 2);
        if let Some(call) = part.object("functionCall") {
            self.call(answer, said, &call, signature)?;
            return Some(());
        }
        if let Some(raw) = signature {
            said.signature = Some(raw.to_owned());
        }
        if let Some(raw) = part.string("text") {
            let is_thought = part.get("thought") == Some("true");
            if is_thought { &mut said.reasoning } else { &mut said.text }.push_str(inside(raw)?);
        } else if let Some(blob) = part.object("inlineData") {
            let (wire_type, data) = (blob.word("mimeType"), blob.string("data")?);
            if wire_type.starts_with("audio/") {
                said.audio.raw("{").key("id").text(&self.id(answer, self.images)).member("data", data);
                said.audio.member("expires_at", "0").member("transcript", r#""""#).push("}");
            } else {
                said.images.raw(r#"{"type":"image_url""#).key("index").number(self.images).key("image_url");
                said.images.raw("{").key("url").raw("\"data:").push(wire_type).push(";base64,");
                said.images.push(inside(data)?).push("\"}}");
            }
            self.images = self.images.saturating_add(1);
        }
        // Tools that ran at the provider, and what nobody here knows, are no business of the caller's tools.
        Some(())
    }

    fn call(
        &mut self,
        answer: &Answer,
        said: &mut Said,
        call: &Members<'_>,
        signature: Option<&str>,
    ) -> Option<()> {
        let name = call.text("name")?;
        let name = answer.memo.callers_name(&name);
        let position = self.calls;
        self.calls = self.calls.saturating_add(1);
        let arguments = quoted_text(call.get("args").unwrap_or("{}"));
        let out = &mut said.calls;
        if answer.memo.is_function_call {
            if position == 0 {
                out.raw("{").key("name").text(name).member("arguments", &arguments).push("}");
            }
            return Some(());
        }
        out.raw("{");
        if answer.is_stream {
            out.key("index").number(position);
        }
        let own = call.string("id").and_then(inside).filter(|id| !id.is_empty());
        let id = own.map_or_else(|| ["call_", &self.id(answer, position)].concat(), str::to_owned);
        match signature.and_then(inside) {
            Some(signature) => _ = out.member("id", &signature::signed(&id, &answer.signer, signature)),
            None => _ = out.inside("id", &id),
        }
        out.key("type").text("function").key("function").raw("{");
        out.key("name").text(name).member("arguments", &arguments).push("}}");
        Some(())
    }

    /// An id that no other part of any answer has.
    fn id(&self, answer: &Answer, position: u64) -> String {
        let number = self.index.saturating_mul(1_000).saturating_add(position).to_string();
        deployment_id(&[&answer.seed, &number]).split_off(12)
    }
}

impl Said {
    /// Would a caller see something?
    pub(super) fn is_anything(&self) -> bool {
        !(self.text.is_empty() && self.reasoning.is_empty())
            || [&self.calls, &self.images, &self.audio].iter().any(|list| !list.is_empty())
    }

    /// Is there anything to be told, be it seen or not?
    pub(super) fn is_told(&self) -> bool {
        self.is_anything()
            || self.signature.is_some()
            || !self.annotations.is_empty()
            || self.logprobs.is_some()
    }

    /// Writes a whole `message`, or a `delta`.
    pub(super) fn write(&self, answer: &Answer, out: &mut Writer) {
        out.raw("{");
        let quoted = |out: &mut Writer, name: &str, inside: &str| {
            out.key(name).raw("\"").push(inside).push("\"");
        };
        if !answer.is_stream {
            out.raw(r#""role":"assistant""#);
            if self.text.is_empty() && !self.calls.is_empty() {
                out.member("content", "null");
            } else {
                quoted(out, "content", &self.text);
            }
            out.member("refusal", "null");
        }
        if !self.reasoning.is_empty() {
            quoted(out, "reasoning_content", &self.reasoning);
        }
        if answer.is_stream && !self.text.is_empty() {
            quoted(out, "content", &self.text);
        }
        for (name, list) in [("images", &self.images), ("annotations", &self.annotations)] {
            if !list.is_empty() {
                out.list(name, list);
            }
        }
        if !self.audio.is_empty() {
            out.key("audio").append(&self.audio);
        }
        if !self.calls.is_empty() && answer.memo.is_function_call {
            out.key("function_call").append(&self.calls);
        } else if !self.calls.is_empty() {
            out.list("tool_calls", &self.calls);
        }
        if let Some(signature) = &self.signature {
            out.key("extra_content").raw("{").key("google").raw("{").member("thought_signature", signature);
            out.key("signer").text(&answer.signer).push("}}");
        }
        out.push("}");
    }
}
