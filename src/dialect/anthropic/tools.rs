//! Tools, and who may be called: OpenAI's functions into Anthropic's tools.

use super::context::{Context, Outcome, wrong};
use super::schema;
use crate::base::index::Index;
use crate::base::json::{Kind, Members, Writer, items, kind};
use crate::dialect::ids;

/// The name of the tool that stands for a schema of the answer; see `request.rs`.
pub(in crate::dialect) const JSON_TOOL: &str = "json_tool_call";

/// A tool for requests that have none, though there are calls in their conversation.
const DUMMY: &str = r#"{"name":"no_tool","description":"Never to be used.","input_schema":{"type":"object","properties":{}}}"#;

/// Types of Anthropic's own tools that have to be asked for by a header: the beginning of the type, and the header.
const BETAS: [(&str, &str); 8] = [
    ("computer_20241022", "computer-use-2024-10-22"),
    ("computer_20250124", "computer-use-2025-01-24"),
    ("computer_20251124", "computer-use-2025-11-24"),
    ("code_execution_20250522", "code-execution-2025-05-22"),
    ("memory_20250818", "context-management-2025-06-27"),
    ("advisor_20260301", "advisor-tool-2026-03-01"),
    ("mcp_toolset", "mcp-client-2025-11-20"),
    ("text_editor_20241022", "computer-use-2024-10-22"),
];

/// Which tool is to be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    /// The model decides; nothing is said about it.
    #[default]
    Free,
    Auto,
    None,
    Any,
    /// A raw object of Anthropic's own.
    Native(&'a str),
}

/// The tools of a request.
#[derive(Debug, Default)]
pub(super) struct Tools<'a> {
    list: Writer,
    /// Names on the wire, and the caller's where they differ.
    pub(super) renamed: Vec<(Box<str>, Box<str>)>,
    pub(super) choice: Choice<'a>,
    /// The one tool that must be called.
    pub(super) named: Option<String>,
    /// Only one call at a time.
    pub(super) is_single: bool,
}

impl<'a> Tools<'a> {
    /// Reads `tool_choice`, or OpenAI's older `function_call`. Gives the names of the tools that are allowed, if not all.
    pub(super) fn choose(&mut self, context: &Context<'_>, raw: &'a str) -> Outcome<Option<Index>> {
        let is = |text: &str| raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) == Some(text);
        if kind(raw) == Kind::String {
            self.choice = match () {
                () if is("none") => Choice::None,
                () if is("required") || is("any") => Choice::Any,
                () => Choice::Auto,
            };
            return Ok(None);
        }
        let chosen =
            Members::read(raw).ok_or_else(|| wrong("tool_choice", "must be a string or an object"))?;
        let function = chosen.object("function");
        match chosen.word("type") {
            "function" | "" => {
                let name = function.as_ref().unwrap_or(&chosen).text("name");
                let name = name.ok_or_else(|| wrong("tool_choice", "names no function"))?;
                self.named = Some(ids::name(&name));
            }
            "allowed_tools" => {
                let allowed = chosen.object("allowed_tools").unwrap_or(chosen);
                self.choice = if allowed.word("mode") == "required" { Choice::Any } else { Choice::Auto };
                return Ok(Some(ids::named(&allowed.list("tools"))));
            }
            "custom" => context.refuse("tool_choice", "a tool that takes free text")?,
            _ => self.choice = Choice::Native(raw),
        }
        Ok(None)
    }

    /// Reads `tools`, or OpenAI's older `functions`.
    pub(super) fn read(&mut self, context: &mut Context<'_>, raw: &str, allowed: Option<&Index>) -> Outcome {
        let tools = items(raw).ok_or_else(|| wrong("tools", "must be a list"))?;
        for raw in tools {
            let tool = Members::read(raw).ok_or_else(|| wrong("tools", "has an item that is no object"))?;
            let is_function = matches!(tool.word("type"), "function" | "");
            if is_function && tool.get("input_schema").is_none() {
                self.function(context, &tool, allowed)?;
            } else if tool.get("custom").is_some() {
                context.refuse("tools", "a tool that takes free text")?;
            } else {
                let wire_type = tool.word("type");
                if let Some((_, beta)) = BETAS.iter().find(|(known, _)| wire_type.starts_with(known)) {
                    context.beta(beta);
                }
                self.list.raw(raw);
            }
        }
        Ok(())
    }

    fn function(&mut self, context: &Context<'_>, tool: &Members<'_>, allowed: Option<&Index>) -> Outcome {
        let inner = tool.object("function");
        let function = inner.as_ref().unwrap_or(tool);
        let name = function.text("name").ok_or_else(|| wrong("tools", "has a function without a `name`"))?;
        if allowed.is_some_and(|allowed| !allowed.contains(&name)) {
            return Ok(());
        }
        let wire_name = ids::name(&name);
        self.list.raw("{").key("name").text(&wire_name);
        if wire_name != *name {
            self.renamed.push((wire_name.into(), name.into()));
        }
        if let Some(raw) = function.string("description").filter(|raw| *raw != r#""""#) {
            self.list.member("description", raw);
        }
        let is_strict = function.get("strict") == Some("true") && context.model.has_strict_tools();
        self.list.key("input_schema");
        let parameters = function.get("parameters").unwrap_or("{}");
        if is_strict {
            schema::strict(&mut self.list, parameters);
            self.list.member("strict", "true");
        } else {
            schema::of_input(&mut self.list, parameters);
        }
        for name in ["cache_control", "defer_loading", "allowed_callers", "input_examples"] {
            if let Some(raw) = tool.get(name).or_else(|| function.get(name)) {
                self.list.member(name, raw);
            }
        }
        self.list.push("}");
        Ok(())
    }

    /// OpenAI's `web_search_options`: a tool that Anthropic runs by itself.
    pub(super) fn web_search(&mut self, raw: &str) {
        let options = Members::read(raw).unwrap_or_default();
        let searches = match options.word("search_context_size") {
            "low" => 1,
            "medium" => 5,
            "high" => 10,
            _ => 0,
        };
        self.list.raw(r#"{"type":"web_search_20250305","name":"web_search""#);
        if searches > 0 {
            self.list.key("max_uses").number(searches);
        }
        if let Some(place) = options.object("user_location") {
            let place = place.object("approximate").unwrap_or(place);
            self.list.key("user_location").raw(r#"{"type":"approximate""#);
            for name in ["city", "region", "country", "timezone"] {
                if let Some(raw) = place.get(name) {
                    self.list.member(name, raw);
                }
            }
            self.list.push("}");
        }
        self.list.push("}");
    }

    /// A tool whose input is the answer. The model must call it, or one of the others.
    pub(super) fn answer(&mut self, schema: &str) {
        let is_alone = self.list.is_empty() || matches!(self.choice, Choice::None);
        self.list
            .raw("{")
            .key("name")
            .text(JSON_TOOL)
            .member("description", r#""Give the answer by this tool.""#);
        self.list.key("input_schema").raw(schema).push("}");
        if self.named.is_none() {
            self.choice = Choice::Any;
            self.named = is_alone.then(|| JSON_TOOL.to_owned());
        }
    }

    /// Must some tool be called? Then the model may not think before.
    pub(super) fn is_forced(&self) -> bool {
        let native = |raw| Members::read(raw).is_some_and(|raw| matches!(raw.word("type"), "any" | "tool"));
        !self.list.is_empty()
            && (self.named.is_some()
                || match self.choice {
                    Choice::Any => true,
                    Choice::Native(raw) => native(raw),
                    Choice::Free | Choice::Auto | Choice::None => false,
                })
    }

    /// Writes `tools` and `tool_choice`. `has_calls`: there are calls of tools in the conversation.
    pub(super) fn write(mut self, out: &mut Writer, has_calls: bool) {
        if self.list.is_empty() {
            if !has_calls {
                return;
            }
            self.list.raw(DUMMY);
            (self.choice, self.named) = (Choice::None, None);
        }
        out.list("tools", &self.list);
        let choice = match self.choice {
            _ if self.named.is_some() => "tool",
            Choice::Free if self.is_single => "auto",
            Choice::Free => return,
            Choice::Auto => "auto",
            Choice::None => "none",
            Choice::Any => "any",
            Choice::Native(raw) => {
                out.member("tool_choice", raw);
                return;
            }
        };
        out.key("tool_choice").raw("{").key("type").text(choice);
        if let Some(name) = &self.named {
            out.key("name").text(name);
        }
        if self.is_single && choice != "none" {
            out.member("disable_parallel_tool_use", "true");
        }
        out.push("}");
    }
}
