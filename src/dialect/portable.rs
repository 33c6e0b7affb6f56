//! Requests in OpenAI's words on their way to a provider that does not take all of them: what other providers put into
//! transcripts, and what its own API wants otherwise. What becomes of the members of a request is told in
//! `config/rules.rs`; here is what lies deeper.
//!
//! Requests that are written anew, as Anthropic's, take of a transcript what they can use. `docs/TRANSCRIPTS.md` has both in
//! one table.

use super::schema;
use super::signature::{bare, is_signed};
use super::wording::Wording;
use crate::base::hash::deployment_id;
use crate::base::json::{Kind, Members, Writer, inside, items, kind};

const JSON_OBJECT: &str = r#"{"type":"json_object"}"#;
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;

/// A request as a provider takes it. `None` if it is no JSON object.
#[must_use]
pub fn portable(wording: &Wording, body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let whole = Members::check(text.trim_start_matches('\u{FEFF}'))?;
    let format = whole.inner("response_format");
    let is_told = wording.has("j") && format.word("type") == "json_schema";
    let thinks = wording.has("r") && whole.inner("thinking").word("type") != "disabled";
    let journey = Journey { wording, thinks };
    let mut out = Writer::on(Vec::with_capacity(body.len()));
    out.raw("{");
    for &(name, raw) in whole.all() {
        match name {
            "messages" => {
                let schema = format.inner("json_schema").get("schema").filter(|_| is_told);
                journey.messages(&mut out, raw, schema);
            }
            "tools" => journey.list(&mut out, name, raw, Place::Tool),
            "response_format" if is_told => _ = out.member(name, JSON_OBJECT),
            "response_format" if kind(raw) == Kind::Object => {
                out.key(name);
                journey.object(&mut out, &format, Place::Format);
            }
            _ if raw == "null" && wording.cuts(raw) => {}
            _ => _ = out.member(name, raw),
        }
    }
    out.push("}");
    Some(out.into_bytes())
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Message,
    Part,
    Tool,
    Function,
    Call,
    Format,
}

/// Where a transcript goes.
struct Journey<'a> {
    wording: &'a Wording,
    /// Answers of the assistant's have to tell what was thought.
    thinks: bool,
}

impl Journey<'_> {
    /// Writes the messages, and before them what the model is told of a schema that the provider does not take.
    #[inline(never)]
    fn messages(&self, out: &mut Writer, raw: &str, schema: Option<&str>) {
        let Some(all) = items(raw) else {
            out.member("messages", raw);
            return;
        };
        out.key("messages");
        if !self.wording.has("a") {
            return self.turns(out, &all, schema);
        }
        // Of what is left of them: a message that is left out, or becomes a text, may bring two of one role together.
        let mut list = Writer::default();
        self.turns(&mut list, &all, schema);
        let list = String::from_utf8(list.into_bytes()).unwrap_or_default();
        out.raw(taking_turns(&list).as_deref().unwrap_or(&list));
    }

    fn turns(&self, out: &mut Writer, all: &[&str], schema: Option<&str>) {
        out.raw("[");
        if let Some(schema) = schema {
            out.raw(r#"{"role":"system""#).key("content").text(&schema::in_words(schema)).push("}");
        }
        for raw in all {
            match Members::read(raw) {
                Some(message) if self.wording.has("e") && says_nothing(&message) => {}
                Some(message) => self.object(out, &message, Place::Message),
                None => _ = out.raw(raw),
            }
        }
        out.push("]");
    }

    /// Writes a list of objects; what is none stays as it is.
    fn list(&self, out: &mut Writer, name: &str, raw: &str, place: Place) {
        let Some(all) = items(raw) else {
            out.member(name, raw);
            return;
        };
        out.key(name).raw("[");
        for raw in all {
            match Members::read(raw) {
                Some(object) => self.object(out, &object, place),
                None => _ = out.raw(raw),
            }
        }
        out.push("]");
    }

    fn object(&self, out: &mut Writer, object: &Members<'_>, place: Place) {
        if place == Place::Part && self.wording.has("u") && self.document(out, object) {
            return;
        }
        let is_plain = place == Place::Function && self.wording.has("k");
        let is_answer = place == Place::Message && object.word("role") == "assistant";
        let wants_thoughts = is_answer && self.thinks && object.word("reasoning_content").is_empty();
        // A refusal that may not be called one is what was said.
        let is_said = place == Place::Message && self.wording.cuts("refusal");
        let said = object.string("refusal").filter(|_| is_said && object.get("content").is_none_or(is_empty));
        out.raw("{");
        for &(name, raw) in object.all() {
            if self.cuts(object, place, name, raw) || (said.is_some() && name == "content") {
                continue;
            }
            match (place, name) {
                (Place::Message, "content") => match self.wording.has("f").then(|| one_text(raw)).flatten() {
                    Some(text) => _ = out.member(name, &text),
                    None => self.list(out, name, raw, Place::Part),
                },
                (Place::Message, "tool_calls") => self.list(out, name, raw, Place::Call),
                (Place::Message, "tool_call_id") | (Place::Call, "id") => _ = out.member(name, &self.id(raw)),
                (Place::Tool, "function") | (Place::Format, "json_schema") | (Place::Part, "image_url")
                    if kind(raw) == Kind::Object =>
                {
                    let place = if place == Place::Part { place } else { Place::Function };
                    self.object(out.key(name), &Members::read(raw).unwrap_or_default(), place);
                }
                (Place::Function, "parameters" | "schema") if is_plain => {
                    schema::PLAIN.write(out.key(name), raw)
                }
                (Place::Message, "role") if raw == "\"developer\"" && !self.wording.has("d") => {
                    out.member(name, "\"system\"");
                }
                (Place::Message, "reasoning_content") if wants_thoughts => {}
                (Place::Message, _) => {
                    let (known, other) = self.wording.renamed();
                    let is_free = known == name && object.get(other).is_none();
                    out.member(if is_free { other } else { name }, raw);
                }
                _ => _ = out.member(name, raw),
            }
        }
        if let Some(said) = said {
            out.member("content", said);
        }
        if wants_thoughts {
            // Nothing at all is refused as well.
            out.member("reasoning_content", object.string("reasoning").unwrap_or("\" \""));
        }
        if is_plain && object.get("parameters").or(object.get("schema")).is_none() {
            out.member("parameters", NO_PARAMETERS);
        }
        out.push("}");
    }

    /// Is a member refused in an object?
    #[inline(never)]
    fn cuts(&self, object: &Members<'_>, place: Place, name: &str, raw: &str) -> bool {
        if raw == "null" && self.wording.cuts(raw) {
            return true;
        }
        let may = match name {
            // The place of a call among those of a stream.
            "index" => place == Place::Call,
            // Of `^null` it is the value that is meant.
            "null" => false,
            // Of formats it is what makes them hold.
            "strict" => place == Place::Function && object.get("schema").is_none(),
            "name" => place == Place::Message && !matches!(object.word("role"), "tool" | "function"),
            "extra_content" | "provider_specific_fields" if is_signed(raw) => return true,
            _ => place != Place::Function,
        };
        may && self.wording.cuts(name)
    }

    /// Writes a file as a document, as Mistral has them, if it is one.
    #[inline(never)]
    fn document(&self, out: &mut Writer, part: &Members<'_>) -> bool {
        let file = part.inner("file");
        if let Some(data) = file.string("file_data") {
            out.raw(r#"{"type":"document_url""#).member("document_url", data);
            file.string("filename").into_iter().for_each(|name| _ = out.member("document_name", name));
        } else if let Some(id) = file.string("file_id") {
            out.raw(r#"{"type":"file""#).member("file_id", id);
        } else {
            return false;
        }
        out.push("}");
        true
    }

    /// The id of a call, raw, as the provider takes it: equal ids stay equal.
    #[inline(never)]
    fn id(&self, signed: &str) -> String {
        // A signature of Gemini's stands in the id, and is nobody else's business.
        let raw = &match inside(signed).map(bare) {
            Some(id) if id.len() + 2 < signed.len() => ["\"", id, "\""].concat(),
            _ => signed.to_owned(),
        };
        let (Some((length, is_exact)), Some(id)) = (self.wording.ids(), inside(raw)) else {
            return raw.to_owned();
        };
        let is_plain = || id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_taken = if is_exact { id.len() == length && is_plain() } else { id.len() <= length };
        if is_taken {
            return raw.to_owned();
        }
        let short: String = deployment_id(&[id]).chars().take(length).collect();
        ["\"", &short, "\""].concat()
    }
}

/// Is a message an answer without words and calls?
#[inline(never)]
fn says_nothing(message: &Members<'_>) -> bool {
    let says = ["content", "tool_calls"]
        .map(|name| message.get(name))
        .into_iter()
        .chain([message.string("refusal")]);
    message.word("role") == "assistant" && says.flatten().all(is_empty)
}

fn is_empty(raw: &str) -> bool {
    raw == "\"\"" || items(raw).is_some_and(|all| all.is_empty())
}

/// A list of texts as one text, a line each; `None` if it is none.
#[inline(never)]
fn one_text(raw: &str) -> Option<String> {
    let mut text = String::from("\"");
    for raw in items(raw)? {
        let part = Members::read(raw)?;
        let name = part.word("type");
        let said = part.string(name).filter(|_| matches!(name, "text" | "refusal")).and_then(inside)?;
        if text.len() > 1 {
            text.push_str("\\n");
        }
        text.push_str(said);
    }
    Some(text + "\"")
}

/// A list of messages of which no two texts of one role follow each other.
#[inline(never)]
fn taking_turns(raw: &str) -> Option<String> {
    let mut out = Writer::default();
    let mut last = String::new();
    out.raw("[");
    for raw in items(raw)? {
        match joined(&last, raw) {
            Some(both) => last = both,
            None => {
                if !last.is_empty() {
                    out.raw(&last);
                }
                raw.clone_into(&mut last);
            }
        }
    }
    out.raw(&last).push("]");
    String::from_utf8(out.into_bytes()).ok()
}

/// Two messages of one role as one.
#[inline(never)]
fn joined(one: &str, two: &str) -> Option<String> {
    let (one, two) = (Members::read(one)?, Members::read(two)?);
    let role = one.string("role").filter(|role| two.string("role") == Some(role))?;
    let (one, two) = (one.string("content")?, two.string("content")?);
    let (one, two) = (inside(one)?, inside(two)?);
    Some([r#"{"role":"#, role, r#","content":""#, one, r"\n\n", two, "\"}"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn travelled(provider: &str, body: &str) -> String {
        String::from_utf8(portable(&Wording::at(provider, Some("m")), body.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_refused_is_left_out_wherever_it_stands_and_nothing_else() {
        let body = r#"{"n": 1.0,"reasoning":{"effort":"low"},"messages": [{"role":"user","content":[{"type":"text","text":"cache_control","cache_control":{"type":"ephemeral"}},"bare"],"cache_control":{}},{"role":"assistant","content":null,"refusal":null,"reasoning_content":"hm","thinking_blocks":[1],"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"index\":1}"}}]},{"role":"tool","tool_call_id":"call_1","content":"ok"},7],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"cache_control":{}}}},"cache_control":{}}]}"#;
        assert_eq!(
            travelled("openai", body),
            r#"{"n":1.0,"reasoning":{"effort":"low"},"messages":[{"role":"user","content":[{"type":"text","text":"cache_control"},"bare"]},{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"index\":1}"}}]},{"role":"tool","tool_call_id":"call_1","content":"ok"},7],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"cache_control":{}}}}}]}"#
        );
        assert!(
            travelled("groq", body).contains(r#"{"role":"assistant","tool_calls":[{"index":0,"id":"call_1""#)
        );
        let unknown = body.replace("\"n\": ", "\"n\":").replace("\"messages\": ", "\"messages\":");
        assert_eq!(travelled("openai_like", body), unknown);
        assert_eq!(portable(&Wording::at("openai", None), b"[1]"), None);
    }

    #[test]
    fn signatures_of_thoughts_stay_behind() {
        let body = r#"{"messages":[{"role":"assistant","content":"say __thought__x","extra_content":{"google":{"thought_signature":"a"}},"tool_calls":[{"id":"c__thought__ab","type":"function","function":{"name":"f","arguments":"{\"id\":\"c__thought__ab\"}"}},{"id":"d","extra_content":{"google":{"thought_signature":"a"}}},7]},{"role":"tool","tool_call_id":"c__thought__ab","content":"c__thought__ab"}]}"#;
        for provider in ["openai", "openai_like"] {
            assert_eq!(
                travelled(provider, body),
                r#"{"messages":[{"role":"assistant","content":"say __thought__x","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"id\":\"c__thought__ab\"}"}},{"id":"d"},7]},{"role":"tool","tool_call_id":"c","content":"c__thought__ab"}]}"#
            );
        }
        let elsewhere = r#"{"messages":[],"extra_content":{}}"#;
        assert_eq!(travelled("openai", elsewhere), elsewhere);
    }

    #[test]
    fn ids_are_as_long_as_they_may_be_and_equal_ones_stay_equal() {
        let body = |id: &str| {
            format!(
                r#"{{"messages":[{{"role":"assistant","tool_calls":[{{"id":"{id}"}}]}},{{"role":"tool","tool_call_id":"{id}"}}]}}"#
            )
        };
        let long = "toolu_".to_owned() + &"x".repeat(40);
        for (provider, id, length) in [
            ("mistral", "call_1", 9),
            ("mistral", "abcDEF123", 9),
            ("openai", "call_1", 6),
            ("openai", &long, 32),
        ] {
            let text = travelled(provider, &body(id));
            let ids: Vec<&str> =
                text.split("id\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert_eq!((ids[0], ids[0].len()), (ids[1], length), "{provider} {id}");
            assert_eq!(ids[0] == id, id.len() == length);
        }
    }

    #[test]
    fn an_answer_without_words_and_calls_is_left_out() {
        for empty in [r#""content":[ ]"#, r#""content":"","tool_calls":[]"#, r#""refusal":{"no":"word"}"#] {
            let body = format!(r#"{{"messages":[7,{{"role":"assistant",{empty}}}]}}"#);
            assert_eq!(travelled("mistral", &body), r#"{"messages":[7]}"#, "{empty}");
        }
    }

    #[test]
    fn roles_take_turns_in_what_is_left_of_the_messages() {
        let body = r#"{"messages":[{"role":"assistant","content":null,"refusal":"No."},{"role":"assistant","content":"Yes.","reasoning":"Hm."}]}"#;
        assert_eq!(
            travelled("perplexity", body),
            r#"{"messages":[{"role":"assistant","content":"No.\n\nYes."}]}"#
        );
    }

    #[test]
    fn a_refusal_that_may_not_be_called_one_is_what_was_said() {
        let body = r#"{"messages":[{"role":"assistant","content":null,"refusal":"No."}]}"#;
        assert_eq!(travelled("openai", body), body);
        let said = r#"{"messages":[{"role":"assistant","content":"No."}]}"#;
        for provider in ["mistral", "cerebras"] {
            for body in [
                body,
                r#"{"messages":[{"content":"","role":"assistant","refusal":"No."}]}"#,
                r#"{"messages":[{"refusal":"No.","role":"assistant","content":null}]}"#,
            ] {
                assert_eq!(travelled(provider, body), said, "{provider}: {body}");
            }
        }
    }
}
