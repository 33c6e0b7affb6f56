//! The conversation: OpenAI's messages into a system prompt and turns that alternate.
//!
//! Anthropic's rules: the first turn is the user's; every call of a tool is answered in the turn right behind it, the
//! answers before anything else; ids are plain and stand for one call each; no text is blank.

use super::blocks::Blocks;
use super::content::{content, is_replayable};
use super::context::{Context, Outcome, wrong};
use super::request::raw_text;
use crate::base::index::Index;
use crate::base::json::{Kind, Members, Writer, is_blank, items, kind};
use crate::dialect::{arguments, ids};

/// What stands where there must be a turn and nobody said anything.
const NOTHING: &str = r#"".""#;

/// The user's, unless it says otherwise.
#[derive(Debug, Default)]
struct Turn {
    is_assistant: bool,
    results: Blocks,
    blocks: Blocks,
}

/// A call of a tool that waits for its result.
#[derive(Debug)]
struct Call {
    id: String,
    name: String,
    wire_id: String,
    is_answered: bool,
}

/// A conversation that is being read.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) system: Blocks,
    turns: Vec<Turn>,
    /// The turn that is being written. The first one is the user's, whoever speaks first.
    open: Turn,
    /// Every id of a call so far: some servers count anew in every turn.
    used_ids: Index,
    /// The calls of the latest turn of the assistant.
    calls: Vec<Call>,
    looks: ids::Looks,
    /// A tool was called somewhere: Anthropic then demands a list of tools.
    pub(super) has_tools: bool,
}

/// How the conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// The answer goes on from a text of the assistant.
    pub(super) is_prefilled: bool,
    /// The answer belongs to a turn that was begun without thinking, so that a budget for it is refused.
    pub(super) lacks_thinking: bool,
}

impl Conversation {
    /// Reads `messages`.
    pub(super) fn read(&mut self, context: &mut Context<'_>, raw: &str) -> Outcome {
        let messages = items(raw).ok_or_else(|| wrong("messages", "must be a list"))?;
        for raw in messages {
            let message =
                Members::read(raw).ok_or_else(|| wrong("messages", "has an item that is no object"))?;
            match message.word("role") {
                "system" | "developer" => self.system(context, &message)?,
                "user" => self.user(context, &message)?,
                "assistant" => self.assistant(context, &message)?,
                "tool" | "function" => self.result(context, &message)?,
                _ => return Err(wrong("messages", "has a message of an unknown role")),
            }
        }
        Ok(())
    }

    /// A `system` as Anthropic has it, in front of the messages.
    pub(super) fn native_system(&mut self, context: &mut Context<'_>, raw: &str) -> Outcome {
        content(context, raw, &mut Blocks::default(), &mut self.system)
    }

    fn system(&mut self, context: &mut Context<'_>, message: &Members<'_>) -> Outcome {
        let mut blocks = Blocks::default();
        content(context, message.get("content").unwrap_or_default(), &mut Blocks::default(), &mut blocks)?;
        blocks.cache(message.get("cache_control"));
        self.system.append(blocks);
        Ok(())
    }

    fn user(&mut self, context: &mut Context<'_>, message: &Members<'_>) -> Outcome {
        let (mut results, mut blocks) = (Blocks::default(), Blocks::default());
        content(context, message.get("content").unwrap_or_default(), &mut results, &mut blocks)?;
        if blocks.is_empty() { &mut results } else { &mut blocks }.cache(message.get("cache_control"));
        self.has_tools |= !results.is_empty();
        let turn = self.turn(false);
        turn.results.append(results);
        turn.blocks.append(blocks);
        Ok(())
    }

    fn assistant(&mut self, context: &mut Context<'_>, message: &Members<'_>) -> Outcome {
        let mut blocks = Blocks::default();
        for raw in message.list("thinking_blocks") {
            if Members::read(raw).is_some_and(|block| is_replayable(&block)) {
                blocks.thinking(raw);
            }
        }
        content(context, message.get("content").unwrap_or_default(), &mut Blocks::default(), &mut blocks)?;
        if let Some(raw) = message.string("refusal") {
            blocks.text(raw, None);
        }
        // Another turn of the assistant: the calls of the one before have had their chance.
        if !self.open.is_assistant {
            self.calls.clear();
        }
        for raw in message.list("tool_calls") {
            self.call(&mut blocks, raw)?;
        }
        if let Some(raw) = message.get("function_call") {
            self.function(&mut blocks, raw, None)?;
        }
        blocks.cache(message.get("cache_control"));
        if !blocks.is_empty() {
            self.has_tools |= blocks.has_calls();
            self.turn(true).blocks.append(blocks);
        }
        Ok(())
    }

    fn call(&mut self, blocks: &mut Blocks, raw: &str) -> Outcome {
        let call =
            Members::read(raw).ok_or_else(|| wrong("messages", "has a tool call that is no object"))?;
        let id = call.text("id").filter(|id| !id.is_empty()).map(ids::unsigned);
        let function = call.get("function").or_else(|| call.get("custom")).unwrap_or_default();
        self.function(blocks, function, id.as_deref())
    }

    fn function(&mut self, blocks: &mut Blocks, raw: &str, id: Option<&str>) -> Outcome {
        let missing = || wrong("messages", "has a tool call without a function's name");
        let function = Members::read(raw).ok_or_else(missing)?;
        let name = function.text("name").ok_or_else(missing)?.into_owned();
        let id = id.map_or_else(|| format!("call_{}", self.used_ids.len()), str::to_owned);
        let mut wire_id = ids::id(&id);
        while !self.used_ids.insert(&wire_id, 0) {
            wire_id = format!("{wire_id}_{}", self.used_ids.len());
        }
        let out = blocks.call();
        out.raw(r#"{"type":"tool_use""#)
            .key("id")
            .text(&wire_id)
            .key("name")
            .text(&ids::name(&name))
            .key("input");
        match (function.get("arguments"), function.get("input")) {
            (Some(raw), _) => arguments::write(out, raw),
            // A tool that takes a free text; see `tools.rs`.
            (None, Some(raw)) => _ = out.raw("{").member("input", raw).push("}"),
            (None, None) => _ = out.raw("{}"),
        }
        out.push("}");
        self.calls.push(Call { id, name, wire_id, is_answered: false });
        Ok(())
    }

    fn result(&mut self, context: &mut Context<'_>, message: &Members<'_>) -> Outcome {
        let id = message.text("tool_call_id").map(ids::unsigned);
        let name = message.text("name");
        let is_meant = |call: &Call| match (&id, &name) {
            _ if call.is_answered => false,
            (Some(id), _) => call.id == *id,
            (None, Some(name)) => call.name == **name,
            (None, None) => true,
        };
        let place = self.calls.iter().position(is_meant).unwrap_or(self.calls.len());
        self.looks.add(place)?;
        let call = self.calls.get_mut(place);
        let wire_id = match (call, &id) {
            (Some(call), _) => {
                call.is_answered = true;
                call.wire_id.clone()
            }
            (None, Some(id)) => ids::id(id),
            (None, None) => return Err(wrong("messages", "has a tool's result without a `tool_call_id`")),
        };
        let mut inner = Blocks::default();
        let raw = message.get("content").unwrap_or_default();
        if kind(raw) != Kind::String {
            content(context, raw, &mut Blocks::default(), &mut inner)?;
        }
        let is_text = kind(raw) == Kind::String && !is_blank(raw);
        let is_error = message.get("is_error") == Some("true");
        self.has_tools = true;
        let results = &mut self.turn(false).results;
        let out = results.next();
        out.raw(r#"{"type":"tool_result""#).key("tool_use_id").text(&wire_id);
        if is_text {
            out.member("content", raw);
        } else if !inner.is_empty() {
            out.list("content", inner.out());
        }
        if is_error {
            out.member("is_error", "true");
        }
        out.push("}");
        results.cache(message.get("cache_control"));
        Ok(())
    }

    fn turn(&mut self, is_assistant: bool) -> &mut Turn {
        if self.open.is_assistant != is_assistant {
            let next = Turn { is_assistant, ..Turn::default() };
            self.turns.push(std::mem::replace(&mut self.open, next));
        }
        &mut self.open
    }

    /// The text that the answer goes on from.
    pub(super) fn prefix(&mut self, text: &str) {
        let mut blocks = Blocks::default();
        blocks.text(&raw_text(text), None);
        if !blocks.is_empty() {
            self.turn(true).blocks.append(blocks);
        }
    }

    /// Writes the turns, with brackets.
    pub(super) fn write(mut self, out: &mut Writer) -> Ending {
        let is_prefilled = self.open.is_assistant && self.open.blocks.ends_in_text();
        if self.open.is_assistant {
            self.open.blocks.trim_end();
        }
        self.turns.push(self.open);
        let latest = self.turns.iter().rev().take(2).find(|turn| turn.is_assistant);
        let lacks_thinking = latest.is_some_and(|turn| {
            !turn.blocks.begins_with_thinking() && (turn.blocks.has_calls() || is_prefilled)
        });
        out.raw("[");
        for turn in &mut self.turns {
            if turn.results.is_empty() && turn.blocks.is_empty() {
                turn.blocks.text(NOTHING, None);
            }
            out.raw(if turn.is_assistant { r#"{"role":"assistant""# } else { r#"{"role":"user""# });
            out.key("content").raw("[").append(turn.results.out()).append(turn.blocks.out()).push("]}");
        }
        out.push("]");
        Ending { is_prefilled, lacks_thinking }
    }
}
