//! The conversation: OpenAI's messages into a system instruction and contents.
//!
//! Gemini's rules: the user speaks first; the results of a turn's calls stand together right behind it, in the order of
//! the calls and with their names; no part is empty; the first call of a turn carries the signature of the thoughts
//! before it, from the third generation on.

use super::context::{Context, Outcome, wrong};
use super::parts::{content, part, write_text};
use crate::base::json::{Kind, Members, Writer, inside, items, kind, quoted_text};
use crate::dialect::signature::Signed;
use crate::dialect::{arguments, ids};

/// What stands where somebody must speak and says nothing.
const NOTHING: &str = r#"" ""#;

/// Stands for a signature that nobody has: the call came from another provider, or from another model. Base64 of what
/// Google's guide gives for it.
const UNSIGNED: &str = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

/// The user's, unless it says otherwise.
#[derive(Debug, Default)]
struct Turn {
    is_model: bool,
    parts: Writer,
    calls: Vec<Call>,
}

/// A call of a tool, and its result once there is one.
#[derive(Debug)]
struct Call {
    /// As the caller has it, but for its signature and marks.
    id: String,
    /// The inside of a raw string; empty where there is none.
    wire_id: String,
    name: String,
    result: Option<Writer>,
}

/// A conversation that is being read.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    system: Writer,
    turns: Vec<Turn>,
    /// The turn that is being written.
    open: Turn,
    looks: ids::Looks,
}

impl Conversation {
    /// Reads `messages`.
    pub(super) fn read(&mut self, context: &Context<'_>, raw: &str) -> Outcome {
        let messages = items(raw).ok_or_else(|| wrong("messages", "must be a list"))?;
        for raw in messages {
            let message =
                Members::read(raw).ok_or_else(|| wrong("messages", "has an item that is no object"))?;
            let raw = message.get("content").unwrap_or_default();
            match message.word("role") {
                "system" | "developer" if self.turns.is_empty() && self.open.parts.is_empty() => {
                    content(context, raw, &mut self.system)?;
                }
                // What is told in the middle has no other place.
                "system" | "developer" => content(context, raw, &mut self.turn(false).parts)?,
                "user" => {
                    let mut parts = Writer::default();
                    content(context, raw, &mut parts)?;
                    if parts.is_empty() {
                        write_text(&mut parts, NOTHING);
                    }
                    self.turn(false).parts.append(&parts);
                }
                "assistant" => self.assistant(context, &message)?,
                "tool" | "function" => self.result(context, &message)?,
                _ => return Err(wrong("messages", "has a message of an unknown role")),
            }
        }
        Ok(())
    }

    fn assistant(&mut self, context: &Context<'_>, message: &Members<'_>) -> Outcome {
        let mut parts = Writer::default();
        content(context, message.get("content").unwrap_or_default(), &mut parts)?;
        if let Some(raw) = message.string("refusal") {
            write_text(&mut parts, raw);
        }
        if let Some(raw) = own_signature(context, message).filter(|_| !parts.is_empty()) {
            parts.reopen().member("thoughtSignature", raw).push("}");
        }
        let mut calls = Vec::new();
        for raw in message.list("tool_calls") {
            let call =
                Members::read(raw).ok_or_else(|| wrong("messages", "has a tool call that is no object"))?;
            let function = call.object("function").or_else(|| call.object("custom"));
            calls.push(write_call(context, &mut parts, &call, function.as_ref(), calls.is_empty())?);
        }
        if let Some(function) = message.object("function_call") {
            let call = Members::default();
            calls.push(write_call(context, &mut parts, &call, Some(&function), calls.is_empty())?);
        }
        if !parts.is_empty() {
            let turn = self.turn(true);
            turn.parts.append(&parts);
            turn.calls = calls;
        }
        Ok(())
    }

    fn result(&mut self, context: &Context<'_>, message: &Members<'_>) -> Outcome {
        let id = message.text("tool_call_id").map(ids::unsigned);
        let name = message.text("name").map(|name| ids::function(&name));
        let (mut looks, mut passed) = (0, 0);
        let mut is_meant = |call: &&mut Call| {
            looks += 1;
            let is_one = match (&id, &name) {
                (Some(id), _) => call.id == *id,
                (None, Some(name)) => call.name == *name,
                (None, None) => true,
            };
            is_one && call.result.is_none()
        };
        // The latest turn first: some servers count calls anew in every turn.
        let mut call = self.open.calls.iter_mut().find(&mut is_meant);
        let mut turns = self.turns.iter_mut().rev();
        while call.is_none() {
            let Some(turn) = turns.next() else { break };
            passed += 1;
            call = turn.calls.iter_mut().find(&mut is_meant);
        }
        self.looks.add(looks + passed)?;
        let (known, wire_id) = call.as_ref().map(|call| (&*call.name, &*call.wire_id)).unwrap_or_default();
        let name = match (&name, &id) {
            _ if !known.is_empty() => known,
            (Some(name), _) => name,
            (None, Some(id)) => &ids::function(id),
            (None, None) => return Err(wrong("messages", "has a tool's result without a `tool_call_id`")),
        };
        let mut out = Writer::default();
        out.raw("{").key("functionResponse").raw("{");
        if !wire_id.is_empty() {
            out.inside("id", wire_id);
        }
        out.key("name").text(name).key("response");
        response(context, &mut out, message.get("content").unwrap_or(r#""""#))?;
        out.push("}}");
        match call {
            Some(call) => call.result = Some(out),
            None => _ = self.turn(false).parts.append(&out),
        }
        Ok(())
    }

    /// The turn that goes on, or a new one: what follows calls is not of their turn.
    fn turn(&mut self, is_model: bool) -> &mut Turn {
        if self.open.is_model != is_model || !self.open.calls.is_empty() {
            let next = Turn { is_model, ..Turn::default() };
            self.turns.push(std::mem::replace(&mut self.open, next));
        }
        &mut self.open
    }

    /// The text that the answer goes on from.
    pub(super) fn prefix(&mut self, text: &str) {
        write_text(&mut self.turn(true).parts, &quoted_text(text));
    }

    /// Writes the members of the request. Does the answer go on from a text?
    pub(super) fn write(mut self, context: &Context<'_>, out: &mut Writer) -> bool {
        if !self.system.is_empty() && !context.model.lacks_system {
            out.key("systemInstruction").raw("{").key("parts").raw("[").append(&self.system).push("]}");
            self.system = Writer::default();
        }
        out.key("contents").raw("[");
        self.turns.push(self.open);
        // What the user says before anybody else; the first turn is his.
        let mut first = Some(self.system);
        let mut is_prefilled = false;
        for mut turn in self.turns {
            if let Some(mut first) = first.take_if(|_| !turn.parts.is_empty() || turn.is_model) {
                if !turn.is_model {
                    first.append(&std::mem::take(&mut turn.parts));
                }
                begin(out, first);
            }
            if !turn.parts.is_empty() {
                spoken(out, turn.is_model, &turn.parts);
                is_prefilled = turn.is_model && turn.calls.is_empty();
            }
            let mut results = Writer::default();
            turn.calls.iter().filter_map(|call| call.result.as_ref()).for_each(|one| _ = results.append(one));
            if !results.is_empty() {
                spoken(out, false, &results);
            }
        }
        if let Some(first) = first {
            begin(out, first);
        }
        out.push("]");
        is_prefilled
    }
}

/// The first words of the user, whatever there is of them.
fn begin(out: &mut Writer, mut first: Writer) {
    if first.is_empty() {
        write_text(&mut first, NOTHING);
    }
    spoken(out, false, &first);
}

fn spoken(out: &mut Writer, is_model: bool, parts: &Writer) {
    out.raw("{").key("role").text(if is_model { "model" } else { "user" });
    out.key("parts").raw("[").append(parts).push("]}");
}

/// Writes a call as a part.
fn write_call(
    context: &Context<'_>,
    out: &mut Writer,
    call: &Members<'_>,
    function: Option<&Members<'_>>,
    is_first: bool,
) -> Outcome<Call> {
    let name = function.and_then(|function| function.text("name"));
    let name = name.ok_or_else(|| wrong("messages", "has a tool call without a function's name"))?;
    let name = ids::function(&name);
    let signed = Signed::read(call.string("id").and_then(inside).unwrap_or_default());
    out.raw("{").key("functionCall").raw("{");
    if !signed.id.is_empty() {
        out.inside("id", signed.id);
    }
    out.key("name").text(&name).key("args");
    let (text, free) =
        function.map(|function| (function.get("arguments"), function.get("input"))).unwrap_or_default();
    match (text, free) {
        (Some(raw), _) => arguments::write(out, raw),
        // A tool that takes a free text.
        (None, Some(raw)) => _ = out.raw("{").member("input", raw).push("}"),
        (None, None) => _ = out.raw("{}"),
    }
    out.push("}");
    match (signed.by(context.signer), own_signature(context, call)) {
        (Some(signature), _) => _ = out.inside("thoughtSignature", signature),
        (None, Some(raw)) => _ = out.member("thoughtSignature", raw),
        (None, None) if is_first && context.model.is_third() => {
            _ = out.key("thoughtSignature").text(UNSIGNED)
        }
        (None, None) => {}
    }
    out.push("}");
    let id = call.text("id").map(ids::unsigned).unwrap_or_default();
    Ok(Call { id, wire_id: signed.id.to_owned(), name, result: None })
}

/// The signature beside a text or a call, as Google's own interface of OpenAI's shape has it, or as LiteLLM has it;
/// raw. Where somebody says who signed, it counts for that model alone.
fn own_signature<'a>(context: &Context<'_>, members: &Members<'a>) -> Option<&'a str> {
    let google = members.object("extra_content").and_then(|content| content.object("google"));
    let beside = google.or_else(|| members.object("provider_specific_fields"))?;
    let signer = beside.word("signer");
    beside.string("thought_signature").filter(|_| signer.is_empty() || signer == context.signer)
}

/// What a tool has answered, as an object, with the files beside it.
fn response(context: &Context<'_>, out: &mut Writer, raw: &str) -> Outcome {
    let (mut text, mut files) = (String::new(), Writer::default());
    match kind(raw) {
        Kind::Array => {
            for raw in items(raw).unwrap_or_default() {
                let own = Members::read(raw).and_then(|item| item.string("text"));
                match own.or(Some(raw)).and_then(inside) {
                    Some(inside) => text.push_str(inside),
                    None => part(context, raw, &mut files)?,
                }
            }
            out.raw("{").key("content").raw("\"").push(&text).push("\"}");
        }
        _ => _ = out.raw("{").member("content", raw).push("}"),
    }
    if !files.is_empty() {
        if !context.model.is_third() {
            return Err(context.unsupported("messages", "a file in a tool's result"));
        }
        out.list("parts", &files);
    }
    Ok(())
}
