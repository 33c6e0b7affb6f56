//! A stream of events as a stream of chunks.

use super::finish;
use super::usage::Counts;
use crate::base::json::{Members, Writer, inside};
use crate::dialect::anthropic::request::raw_text;
use crate::dialect::error_body::{in_disguise, read};
use crate::dialect::{Memo, StreamEvent, ids, notes};

/// Where a chunk goes.
type Emit<'a> = &'a mut dyn FnMut(&[u8]);

/// What is known of a stream.
#[derive(Debug)]
pub(crate) struct Stream {
    memo: Memo,
    created: u64,
    usage_asked: bool,
    /// Raw.
    id: String,
    /// The beginning of every chunk, up to the model.
    head: String,
    /// The chunk that is being written.
    chunk: Vec<u8>,
    has_begun: bool,
    has_finished: bool,
    /// The blocks that are open, with their numbers.
    open: Vec<(u64, Block)>,
    calls: u64,
    /// How far the text has come.
    place: notes::Place,
    counts: Counts,
}

/// A block of content that is open.
#[derive(Debug)]
enum Block {
    Text {
        from: notes::Place,
        citations: Vec<String>,
    },
    /// The insides of JSON strings.
    Thinking {
        text: String,
        signature: String,
    },
    /// A call of a tool; see [`Input`].
    Call {
        position: u64,
        input: Input,
    },
    /// The call of the tool that stands for the answer.
    Answer {
        input: Input,
    },
    /// Nothing that a caller sees.
    Other,
}

/// What is known of the arguments of a call.
#[derive(Debug)]
struct Input {
    has_come: bool,
    /// The arguments where none come by themselves: raw JSON.
    whole: String,
}

impl Stream {
    /// `created` is in seconds.
    pub(crate) fn new(memo: Memo, created: u64, usage_asked: bool) -> Self {
        Self {
            memo,
            created,
            usage_asked,
            id: String::new(),
            head: String::new(),
            chunk: Vec::new(),
            has_begun: false,
            has_finished: false,
            open: Vec::new(),
            calls: 0,
            place: Some(0),
            counts: Counts::default(),
        }
    }

    pub(crate) fn event(&mut self, data: &[u8], emit: Emit<'_>) -> StreamEvent {
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return self.done(emit);
        }
        let event = std::str::from_utf8(data).ok().and_then(Members::check);
        let Some(event) = event else { return StreamEvent::Malformed };
        let Some(wire_type) = event.get("type") else {
            let is_error = event.get("error").is_some();
            return if is_error { self.error(data) } else { StreamEvent::Malformed };
        };
        let seen = match wire_type {
            "\"content_block_delta\"" => self.delta(&event, emit),
            "\"content_block_start\"" => self.start(&event, emit),
            "\"content_block_stop\"" => Some(self.stop(&event, emit)),
            "\"message_start\"" => return self.begin(&event, emit),
            "\"message_delta\"" => return self.end(&event, emit),
            "\"message_stop\"" => return self.done(emit),
            "\"error\"" => return self.error(data),
            _ => Some(false),
        };
        match seen {
            Some(true) => StreamEvent::Content(None),
            Some(false) => StreamEvent::Quiet(None),
            None => StreamEvent::Malformed,
        }
    }

    fn error(&self, data: &[u8]) -> StreamEvent {
        StreamEvent::Error(Box::new(in_disguise(read(None, data))))
    }

    fn begin(&mut self, event: &Members<'_>, emit: Emit<'_>) -> StreamEvent {
        // Some streams have a second beginning, which means nothing.
        if self.has_begun {
            return StreamEvent::Quiet(None);
        }
        let message = event.inner("message");
        self.counts.take(message.get("usage"));
        self.role(&message, emit);
        StreamEvent::Quiet(self.counts.usage())
    }

    fn role(&mut self, message: &Members<'_>, emit: Emit<'_>) {
        if self.has_begun {
            return;
        }
        self.has_begun = true;
        self.id = ids::answer(message.string("id"), self.created);
        self.answers(message.string("model").unwrap_or(r#""""#));
        self.send(emit, &[r#"{"role":"assistant","content":""}"#], "null");
    }

    /// The model that answers, raw.
    fn answers(&mut self, model: &str) {
        let mut out = Writer::default();
        out.raw("{").member("id", &self.id).key("object").text("chat.completion.chunk");
        out.key("created").number(self.created).member("model", model);
        self.head = String::from_utf8(out.into_bytes()).unwrap_or_default();
    }

    /// `None` if the event cannot be understood; else whether a caller sees something.
    fn start(&mut self, event: &Members<'_>, emit: Emit<'_>) -> Option<bool> {
        let block = event.object("content_block")?;
        let index = event.count("index").unwrap_or(0);
        self.role(&Members::default(), emit);
        // A block that was never closed is closed by the next of its number.
        self.open.retain(|(known, _)| *known != index);
        let full = |name| block.string(name).filter(|raw| *raw != r#""""#);
        let mut is_seen = false;
        let opened = match block.word("type") {
            "" => return None,
            "text" => {
                let from = self.place;
                if let Some(raw) = full("text") {
                    is_seen = self.text(raw, emit);
                }
                Block::Text { from, citations: Vec::new() }
            }
            "thinking" => {
                let text = full("thinking").unwrap_or(r#""""#);
                if text != r#""""# {
                    self.send(emit, &[r#"{"reasoning_content":"#, text, "}"], "null");
                    is_seen = true;
                }
                let signature = full("signature").and_then(inside).unwrap_or_default().to_owned();
                Block::Thinking { text: inside(text)?.to_owned(), signature }
            }
            "redacted_thinking" => {
                let data = block.string("data")?;
                let head = r#"{"thinking_blocks":[{"type":"redacted_thinking","data":"#;
                self.send(emit, &[head, data, "}]}"], "null");
                is_seen = true;
                Block::Other
            }
            // Another model goes on, at the provider's own choice.
            "fallback" => {
                if let Some(model) = block.object("to").and_then(|to| to.string("model")) {
                    self.answers(model);
                }
                Block::Other
            }
            "tool_use" => {
                let name = block.text("name")?;
                let input = Input { has_come: false, whole: block.get("input").unwrap_or("{}").to_owned() };
                if self.memo.is_answer(&name) {
                    Block::Answer { input }
                } else {
                    let position = self.calls;
                    self.calls = self.calls.saturating_add(1);
                    self.call(position, block.string("id")?, &name, emit);
                    is_seen = true;
                    Block::Call { position, input }
                }
            }
            _ => Block::Other,
        };
        self.open.push((index, opened));
        Some(is_seen)
    }

    fn call(&mut self, position: u64, id: &str, name: &str, emit: Emit<'_>) {
        let name = raw_text(self.memo.callers_name(name));
        if self.memo.is_function_call {
            if position == 0 {
                self.send(emit, &[r#"{"function_call":{"name":"#, &name, r#","arguments":""}}"#], "null");
            }
            return;
        }
        let position = position.to_string();
        let call = [
            r#"{"tool_calls":[{"index":"#,
            &position,
            r#","id":"#,
            id,
            r#","type":"function","function":{"name":"#,
            &name,
            r#","arguments":""}}]}"#,
        ];
        self.send(emit, &call, "null");
    }

    fn delta(&mut self, event: &Members<'_>, emit: Emit<'_>) -> Option<bool> {
        let delta = event.object("delta")?;
        let index = event.count("index").unwrap_or(0);
        let wire_type = delta.get("type")?;
        let place = self.open.iter().position(|(known, _)| *known == index);
        let mut block = place.and_then(|at| self.open.get_mut(at)).map(|(_, block)| block);
        let (name, raw) = match wire_type {
            "\"text_delta\"" => return Some(self.text(delta.string("text")?, emit)),
            "\"thinking_delta\"" => ("reasoning_content", delta.string("thinking")?),
            "\"input_json_delta\"" => ("arguments", delta.string("partial_json")?),
            "\"signature_delta\"" => {
                if let Some(Block::Thinking { signature, .. }) = &mut block {
                    signature.push_str(inside(delta.string("signature")?)?);
                }
                return Some(false);
            }
            "\"citations_delta\"" => {
                if let Some(Block::Text { citations, .. }) = &mut block {
                    citations.push(delta.get("citation")?.to_owned());
                }
                return Some(false);
            }
            _ => return Some(false),
        };
        if raw == r#""""# {
            return Some(false);
        }
        match (name, block) {
            ("reasoning_content", block) => {
                if let Some(Block::Thinking { text, .. }) = block {
                    text.push_str(inside(raw)?);
                }
                self.role(&Members::default(), emit);
                self.send(emit, &[r#"{"reasoning_content":"#, raw, "}"], "null");
            }
            (_, Some(Block::Call { position, input })) => {
                input.has_come = true;
                let position = *position;
                self.arguments(position, raw, emit);
            }
            (_, Some(Block::Answer { input })) => {
                input.has_come = true;
                self.send(emit, &[r#"{"content":"#, raw, "}"], "null");
            }
            (_, Some(_)) => return Some(false),
            (_, None) => return None,
        }
        Some(true)
    }

    /// `raw` is a JSON string: a part of the arguments.
    fn arguments(&mut self, position: u64, raw: &str, emit: Emit<'_>) {
        if self.memo.is_function_call {
            if position == 0 {
                self.send(emit, &[r#"{"function_call":{"arguments":"#, raw, "}}"], "null");
            }
            return;
        }
        let position = position.to_string();
        let parts = [r#"{"tool_calls":[{"index":"#, &position, r#","function":{"arguments":"#, raw, "}}]}"];
        self.send(emit, &parts, "null");
    }

    fn text(&mut self, raw: &str, emit: Emit<'_>) -> bool {
        if raw == r#""""# {
            return false;
        }
        self.role(&Members::default(), emit);
        self.place = notes::behind(self.place, inside(raw).unwrap_or_default());
        self.send(emit, &[r#"{"content":"#, raw, "}"], "null");
        true
    }

    fn stop(&mut self, event: &Members<'_>, emit: Emit<'_>) -> bool {
        let index = event.count("index").unwrap_or(0);
        let Some(at) = self.open.iter().position(|(known, _)| *known == index) else { return false };
        let (_, block) = self.open.swap_remove(at);
        match block {
            Block::Call { position, input } if !input.has_come => {
                self.arguments(position, &raw_text(&input.whole), emit);
            }
            Block::Answer { input } if !input.has_come => {
                self.send(emit, &[r#"{"content":"#, &raw_text(&input.whole), "}"], "null");
            }
            Block::Thinking { text, signature } => {
                let (head, middle) =
                    (r#"{"thinking_blocks":[{"type":"thinking","thinking":""#, r#"","signature":""#);
                self.send(emit, &[head, &text, middle, &signature, r#""}]}"#], "null");
                // What a caller would see of it has been seen.
                return false;
            }
            Block::Text { from, citations } => {
                let mut list = Writer::default();
                citations.iter().for_each(|raw| notes::write(&mut list, raw, from, self.place));
                if let Some(list) = std::str::from_utf8(list.bytes()).ok().filter(|list| !list.is_empty()) {
                    self.send(emit, &[r#"{"annotations":["#, list, "]}"], "null");
                }
                return false;
            }
            Block::Call { .. } | Block::Answer { .. } | Block::Other => return false,
        }
        true
    }

    fn end(&mut self, event: &Members<'_>, emit: Emit<'_>) -> StreamEvent {
        self.counts.take(event.get("usage"));
        let delta = event.inner("delta");
        match delta.word("stop_reason") {
            reason if !reason.is_empty() && !self.has_finished => {
                self.finish(reason, emit);
                StreamEvent::Finish(self.counts.usage())
            }
            _ => StreamEvent::Quiet(self.counts.usage()),
        }
    }

    fn finish(&mut self, stop_reason: &str, emit: Emit<'_>) {
        self.has_finished = true;
        self.role(&Members::default(), emit);
        let reason = match finish::reason(stop_reason, self.calls, &self.memo) {
            "stop" => "\"stop\"",
            "length" => "\"length\"",
            "tool_calls" => "\"tool_calls\"",
            "function_call" => "\"function_call\"",
            _ => "\"content_filter\"",
        };
        self.send(emit, &["{}"], reason);
    }

    fn done(&mut self, emit: Emit<'_>) -> StreamEvent {
        if !self.has_finished {
            self.finish("end_turn", emit);
        }
        if self.usage_asked && self.counts.usage().is_some() {
            let mut out = Writer::on(std::mem::take(&mut self.chunk));
            out.raw(&self.head).member("choices", "[]");
            self.counts.write(&mut out, self.memo.price.as_ref());
            out.push("}");
            emit(out.bytes());
            self.chunk = out.into_bytes();
        }
        StreamEvent::Done
    }

    /// Hands on one chunk. `reason` is the raw `finish_reason`.
    fn send(&mut self, emit: Emit<'_>, delta: &[&str], reason: &str) {
        let chunk = &mut self.chunk;
        chunk.clear();
        let mut put = |part: &str| chunk.extend_from_slice(part.as_bytes());
        put(&self.head);
        if self.usage_asked {
            put(r#","usage":null"#);
        }
        put(r#","choices":[{"index":0,"delta":"#);
        delta.iter().for_each(|part| put(part));
        put(r#","finish_reason":"#);
        put(reason);
        put("}]}");
        emit(chunk);
    }
}
