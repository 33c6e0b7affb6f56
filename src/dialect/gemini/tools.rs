//! Tools, and who may be called: OpenAI's functions into declarations of Gemini's.

use super::context::{Context, Outcome, wrong};
use super::schema;
use crate::base::json::{Members, Writer, inside, items};
use crate::dialect::asked::Asked;
use crate::dialect::ids;

/// A search of the web, which Google runs by itself.
const SEARCH: &str = r#"{"googleSearch":{}}"#;

/// The tools of a request.
#[derive(Debug, Default)]
pub(super) struct Tools {
    functions: Writer,
    /// Those that Google runs by itself.
    others: Writer,
    /// Names on the wire, and the caller's where they differ.
    pub(super) renamed: Vec<(Box<str>, Box<str>)>,
    mode: &'static str,
    /// The one function that must be called.
    named: Option<String>,
    is_strict: bool,
}

impl Tools {
    /// Reads `tools` and `tool_choice`, or OpenAI's older names of them.
    pub(super) fn read(&mut self, context: &Context<'_>, asked: &Asked<'_>) -> Outcome {
        let choice = asked.first(&["tool_choice", "function_call"]).unwrap_or_default();
        let chosen = Members::read(choice).unwrap_or_default();
        let chosen = chosen.object("allowed_tools").unwrap_or(chosen);
        let function = chosen.object("function");
        let name = function.as_ref().unwrap_or(&chosen).text("name");
        self.named = name.map(|name| ids::function(&name));
        let word = if chosen.get("mode").is_some() { "mode" } else { "type" };
        self.mode = match inside(choice).unwrap_or_else(|| chosen.word(word)) {
            _ if self.named.is_some() => "ANY",
            "none" => "NONE",
            "required" | "any" => "ANY",
            "auto" => "AUTO",
            "" => "",
            _ => {
                context.refuse("tool_choice", "this `tool_choice`")?;
                ""
            }
        };
        let allowed = chosen.get("tools").and_then(items).map(|tools| ids::named(&tools));
        for raw in asked.first(&["tools", "functions"]).and_then(items).unwrap_or_default() {
            let tool = Members::read(raw).ok_or_else(|| wrong("tools", "has an item that is no object"))?;
            let inner = tool.object("function");
            let name = inner.as_ref().unwrap_or(&tool).text("name");
            match (tool.word("type"), name) {
                ("function" | "", Some(name)) => {
                    if allowed.as_ref().is_none_or(|allowed| allowed.contains(&name)) {
                        self.function(inner.as_ref().unwrap_or(&tool), &name);
                    }
                }
                ("function", None) => return Err(wrong("tools", "has a function without a `name`")),
                // What has no type is Gemini's own.
                ("", None) => _ = self.others.raw(raw),
                (other, _) if other.starts_with("web_search") => _ = self.others.raw(SEARCH),
                (other, _) => context.refuse_named("tools", "a tool of type ", other)?,
            }
        }
        if asked.get("web_search_options").is_some() {
            self.others.raw(SEARCH);
        }
        Ok(())
    }

    fn function(&mut self, function: &Members<'_>, name: &str) {
        let wire_name = ids::function(name);
        self.functions.raw("{").key("name").text(&wire_name);
        if wire_name != name {
            self.renamed.push((wire_name.into(), name.into()));
        }
        if let Some(raw) = function.string("description") {
            self.functions.member("description", raw);
        }
        let schema = function.get("parameters").or_else(|| function.get("input_schema")).unwrap_or_default();
        if !schema::is_empty(schema) {
            schema::write(self.functions.key("parametersJsonSchema"), schema);
        }
        self.functions.push("}");
        self.is_strict |= function.get("strict") == Some("true");
    }

    /// Is there any?
    pub(super) fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.others.is_empty()
    }

    /// May an answer tell of pages that were found?
    pub(super) fn may_search(&self) -> bool {
        !self.others.is_empty()
    }

    /// Writes `tools`, and `toolConfig` unless the caller `has_config` of his own.
    pub(super) fn write(&self, context: &Context<'_>, out: &mut Writer, has_config: bool) -> Outcome {
        if self.is_empty() {
            return Ok(());
        }
        let has_functions = !self.functions.is_empty();
        let is_refused = has_functions && self.may_search() && !context.model.is_third();
        if is_refused {
            context.refuse("tools", "a search or another tool of Google's beside functions")?;
        }
        out.key("tools").raw("[");
        if has_functions {
            out.raw("{").key("functionDeclarations").raw("[").append(&self.functions).push("]}");
        }
        if !is_refused {
            out.append(&self.others);
        }
        out.push("]");
        // Held to the schemas, and free to answer in words.
        let mode = if self.is_strict && matches!(self.mode, "" | "AUTO") { "VALIDATED" } else { self.mode };
        if has_functions && !has_config && !mode.is_empty() {
            out.key("toolConfig").raw("{").key("functionCallingConfig").raw("{").key("mode").text(mode);
            if let Some(name) = &self.named {
                out.key("allowedFunctionNames").raw("[").text(name).push("]");
            }
            out.push("}}");
        }
        Ok(())
    }
}
