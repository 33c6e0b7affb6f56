//! A whole answer as a chat completion.

use super::finish;
use super::usage::Counts;
use crate::base::json::{Members, Writer, inside, items};
use crate::dialect::anthropic::request::raw_text;
use crate::dialect::error_body::{in_disguise, in_place, read};
use crate::dialect::{Memo, TranslatedReply, ids, notes};
use crate::error::Fault;

/// The message that is being put together.
#[derive(Default)]
struct Message {
    /// The inside of a JSON string.
    text: String,
    /// A place in the text, and how many bytes of it are before.
    place: (notes::Place, usize),
    reasoning: String,
    thinking_blocks: Writer,
    annotations: Writer,
    /// Items of `tool_calls`, or the one `function_call`.
    calls: Writer,
    call_count: u64,
}

/// `created` is in seconds.
pub(crate) fn translate(memo: &Memo, created: u64, body: &[u8]) -> Result<TranslatedReply, Fault> {
    let bad = |message: &str| in_place(body, message);
    let text = std::str::from_utf8(body).map_err(|_| bad("the provider's answer is no UTF-8"))?;
    let reply = Members::check(text).ok_or_else(|| bad("the provider's answer is no JSON object"))?;
    if reply.word("type") == "error" || (reply.get("error").is_some() && reply.get("content").is_none()) {
        return Err(in_disguise(read(None, body)));
    }
    let blocks = reply.get("content").and_then(items);
    let blocks = blocks.ok_or_else(|| bad("the provider's answer has no `content`"))?;
    let mut message = Message { place: (Some(0), 0), ..Message::default() };
    for raw in blocks {
        message.block(memo, raw).ok_or_else(|| bad("the provider's answer has a block that is none"))?;
    }
    let mut counts = Counts::default();
    counts.take(reply.get("usage"));
    let reason = finish::reason(reply.word("stop_reason"), message.call_count, memo);

    let mut out = Writer::on(Vec::with_capacity(body.len()));
    out.raw("{")
        .member("id", &ids::answer(reply.string("id"), created))
        .key("object")
        .text("chat.completion");
    out.key("created").number(created).member("model", reply.string("model").unwrap_or(r#""""#));
    out.key("choices").raw(r#"[{"index":0"#).key("message");
    message.write(memo, &mut out);
    out.member("logprobs", "null").key("finish_reason").text(reason).push("}]");
    counts.write(&mut out, None);
    out.push("}");
    Ok(TranslatedReply { body: out.into_bytes(), usage: counts.usage() })
}

impl Message {
    /// `None` if it is no block.
    fn block(&mut self, memo: &Memo, raw: &str) -> Option<()> {
        let block = Members::read(raw)?;
        match block.word("type") {
            "" => return None,
            "text" => {
                let raw = block.string("text")?;
                let from = self.text.len();
                self.text.push_str(inside(raw)?);
                let citations = block.list("citations");
                if !citations.is_empty() {
                    let (from, to) = (self.place_at(from), self.place_at(self.text.len()));
                    citations.iter().for_each(|raw| notes::write(&mut self.annotations, raw, from, to));
                }
            }
            "thinking" => {
                self.reasoning.push_str(inside(block.string("thinking")?)?);
                self.thinking_blocks.raw(raw);
            }
            "redacted_thinking" => _ = self.thinking_blocks.raw(raw),
            "tool_use" => {
                let name = block.text("name")?;
                let input = raw_text(block.get("input").unwrap_or("{}"));
                if memo.is_answer(&name) {
                    self.text.push_str(inside(&input)?);
                } else {
                    self.call(memo, &name, block.string("id")?, &input);
                }
            }
            // Tools that ran at the provider, and what nobody here knows, are no business of the caller's tools.
            _ => {}
        }
        Some(())
    }

    /// The place of a byte of the text, which is not before the one asked for last.
    fn place_at(&mut self, byte: usize) -> notes::Place {
        let (place, from) = self.place;
        self.place = (notes::behind(place, self.text.get(from..byte).unwrap_or_default()), byte);
        self.place.0
    }

    fn call(&mut self, memo: &Memo, name: &str, id: &str, input: &str) {
        let name = memo.callers_name(name);
        self.call_count = self.call_count.saturating_add(1);
        if !memo.is_function_call {
            self.calls.raw("{").member("id", id).key("type").text("function").key("function");
            self.calls.raw("{").key("name").text(name).member("arguments", input).push("}}");
        } else if self.call_count == 1 {
            self.calls.raw("{").key("name").text(name).member("arguments", input).push("}");
        }
    }

    fn write(&self, memo: &Memo, out: &mut Writer) {
        out.raw(r#"{"role":"assistant""#).key("content");
        if self.text.is_empty() && self.call_count > 0 {
            out.raw("null");
        } else {
            out.raw("\"").push(&self.text).push("\"");
        }
        out.member("refusal", "null");
        if !self.reasoning.is_empty() {
            out.inside("reasoning_content", &self.reasoning);
        }
        for (name, list) in [("thinking_blocks", &self.thinking_blocks), ("annotations", &self.annotations)] {
            if !list.is_empty() {
                out.list(name, list);
            }
        }
        if self.call_count > 0 && memo.is_function_call {
            out.key("function_call").append(&self.calls);
        } else if self.call_count > 0 {
            out.list("tool_calls", &self.calls);
        }
        out.push("}");
    }
}
