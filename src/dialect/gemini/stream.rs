//! A stream of partial answers as a stream of chunks.
//!
//! It has no terminator: it ends with its bytes. A reason to end was seen with the last words as a rule, but once came
//! with every event, so that the end is told only when the bytes have ended too.

use super::choice::{Answer, Choice, Said};
use super::{finish, usage};
use crate::base::json::{Members, Writer};
use crate::base::usage::Usage;
use crate::dialect::error_body::{in_disguise, read};
use crate::dialect::{Memo, StreamEvent, counts, ids, signature};
use crate::error::Fault;

/// Where a chunk goes.
type Emit<'a> = &'a mut dyn FnMut(&[u8]);

/// What an answer that is no answer may have instead.
const OTHERS: [&str; 4] = ["usageMetadata", "promptFeedback", "responseId", "modelVersion"];

/// What is known of a stream.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(super) answer: Answer,
    created: u64,
    usage_asked: bool,
    /// Raw.
    id: String,
    model: String,
    /// The beginning of every chunk, up to the model.
    head: String,
    /// The chunk that is being written.
    chunk: Vec<u8>,
    pub(super) choices: Vec<Choice>,
    usage: Option<Usage>,
    queries: usize,
    is_done: bool,
}

impl Stream {
    /// `created` is in seconds.
    pub(crate) fn new(memo: Memo, created: u64, usage_asked: bool) -> Self {
        let signer = signature::signer(&memo.model);
        Self {
            answer: Answer { memo, signer, seed: String::new(), is_stream: true },
            created,
            usage_asked,
            id: String::new(),
            model: String::new(),
            head: String::new(),
            chunk: Vec::new(),
            choices: Vec::new(),
            usage: None,
            queries: 0,
            is_done: false,
        }
    }

    /// Reads an answer or a part of one: what is new of choices, with their positions. `None` if it is none.
    ///
    /// # Errors
    /// The fault that stands in its place.
    pub(super) fn read(&mut self, data: &[u8]) -> Result<Option<Vec<(usize, Said)>>, Box<Fault>> {
        let answer = std::str::from_utf8(data).ok().and_then(Members::check);
        let Some(answer) = answer else { return Ok(None) };
        let candidates = answer.list("candidates");
        if candidates.is_empty() {
            if answer.get("error").is_some() {
                return Err(Box::new(in_disguise(read(None, data))));
            }
            if !OTHERS.iter().any(|name| answer.get(name).is_some()) {
                return Ok(None);
            }
        }
        if self.model.is_empty() {
            self.id = ids::answer(answer.string("responseId"), self.created);
            self.answer.seed = [&self.id, &*self.created.to_string()].concat();
            self.model = match answer.text("modelVersion") {
                Some(model) => model.into_owned(),
                None => String::from(&*self.answer.memo.model),
            };
        }
        self.usage = answer.get("usageMetadata").and_then(usage::usage).or(self.usage);
        let mut all = Vec::new();
        let mut fault = None;
        for (position, raw) in candidates.into_iter().enumerate() {
            let Some(candidate) = Members::read(raw) else { return Ok(None) };
            let index = candidate.count("index").unwrap_or(position as u64);
            let at =
                self.choices.iter().position(|choice| choice.index == index).unwrap_or(self.choices.len());
            if at == self.choices.len() {
                self.choices.push(Choice::new(index));
            }
            let Some(choice) = self.choices.get_mut(at) else { return Ok(None) };
            let Some(said) = choice.read(&self.answer, &candidate) else { return Ok(None) };
            fault = fault.or_else(|| finish::fault(candidate.word("finishReason")));
            self.queries = self.queries.max(said.queries);
            all.push((at, said));
        }
        let feedback = answer.inner("promptFeedback");
        let reason = feedback.word("blockReason");
        if !reason.is_empty() && self.choices.is_empty() {
            fault = Some(finish::refused(reason));
        }
        match fault {
            // Nothing at all was said.
            Some(fault) if !self.choices.iter().any(|choice| choice.has_said) => Err(Box::new(fault)),
            _ => Ok(Some(all)),
        }
    }

    pub(crate) fn event(&mut self, data: &[u8], emit: Emit<'_>) -> StreamEvent {
        let data = data.trim_ascii();
        // Servers in between may add it.
        if data == b"[DONE]" {
            return self.end(emit);
        }
        let all = match self.read(data) {
            Ok(Some(all)) => all,
            Ok(None) => return StreamEvent::Malformed,
            Err(fault) => {
                self.is_done = true;
                return StreamEvent::Error(fault);
            }
        };
        if self.head.is_empty() {
            let mut out = Writer::default();
            self.begin(&mut out, "chat.completion.chunk");
            self.head = String::from_utf8(out.into_bytes()).unwrap_or_default();
        }
        let (mut is_seen, mut ends, mut is_later) = (false, false, false);
        for (at, said) in all {
            let Some(choice) = self.choices.get_mut(at) else { continue };
            let (index, is_new) = (choice.index, !std::mem::replace(&mut choice.has_begun, true));
            is_seen |= said.is_anything();
            ends |= said.ends;
            is_later |= index > 0;
            if is_new {
                self.send(emit, index, None, None);
            }
            if said.is_told() {
                self.send(emit, index, Some(&said), None);
            }
        }
        let usage = self.counted();
        let event = match (ends, is_seen) {
            (true, _) => StreamEvent::Finish(usage),
            (false, true) => StreamEvent::Content(usage),
            (false, false) => StreamEvent::Quiet(usage),
        };
        if is_later { StreamEvent::LaterChoice(Box::new(event)) } else { event }
    }

    /// The beginning of a chunk or of a whole completion.
    pub(super) fn begin(&self, out: &mut Writer, object: &str) {
        out.raw("{").member("id", &self.id).key("object").text(object);
        out.key("created").number(self.created).key("model").text(&self.model);
    }

    /// What is billed, so far.
    pub(super) fn counted(&self) -> Option<Usage> {
        let searches = usage::searches(&self.model, self.queries);
        self.usage.map(|usage| Usage { searches, ..usage })
    }

    /// The bytes have ended: so has the answer, if every choice has.
    pub(crate) fn end(&mut self, emit: Emit<'_>) -> StreamEvent {
        let has_ended = self.choices.iter().all(|choice| choice.reason.is_some());
        if self.is_done || self.choices.is_empty() || !has_ended {
            return StreamEvent::Quiet(None);
        }
        self.is_done = true;
        for choice in std::mem::take(&mut self.choices) {
            let told = choice.reason.as_deref().unwrap_or_default();
            let reason = finish::reason(told, choice.calls, &self.answer.memo);
            self.send(emit, choice.index, None, Some(reason));
        }
        if let Some(usage) = self.counted().filter(|_| self.usage_asked) {
            let mut out = Writer::on(std::mem::take(&mut self.chunk));
            out.raw(&self.head).member("choices", "[]");
            counts::write(&mut out, usage, Some(usage.reasoning_tokens), self.answer.memo.price.as_ref());
            out.push("}");
            emit(out.bytes());
            self.chunk = out.into_bytes();
        }
        StreamEvent::Done
    }

    /// Hands on one chunk: of what was said, else the beginning, or the end with its reason.
    fn send(&mut self, emit: Emit<'_>, index: u64, said: Option<&Said>, reason: Option<&str>) {
        let mut out = Writer::on(std::mem::take(&mut self.chunk));
        out.raw(&self.head);
        if self.usage_asked {
            out.member("usage", "null");
        }
        out.key("choices").raw("[{").key("index").number(index).key("delta");
        match (said, reason) {
            (Some(said), _) => said.write(&self.answer, &mut out),
            (None, None) => _ = out.raw(r#"{"role":"assistant","content":""}"#),
            (None, Some(_)) => _ = out.raw("{}"),
        }
        if let Some(logprobs) = said.and_then(|said| said.logprobs.as_deref()) {
            out.member("logprobs", logprobs);
        }
        match reason {
            Some(reason) => _ = out.key("finish_reason").text(reason),
            None => _ = out.member("finish_reason", "null"),
        }
        out.push("}]}");
        emit(out.bytes());
        self.chunk = out.into_bytes();
    }
}
