//! Transcripts that travel: what answers of one provider carry that another one refuses to read in a request.
//!
//! Here are providers who speak OpenAI's words, whose requests go on as they are. Anthropic's are written anew, and take
//! of a transcript what they can use. `docs/TRANSCRIPTS.md` has both in one table.

use super::signature::{bare, is_signed};
use crate::base::hash::deployment_id;
use crate::base::json::{Kind, Members, Writer, inside, items, kind};

/// Members of messages, of their parts, of tools and of calls, and the providers that refuse a request for them.
const REFUSED: [(&str, &str); 5] = [
    (
        "thinking_blocks provider_specific_fields reasoning_details cache_control",
        "openai azure azure_ai groq mistral codestral cerebras fireworks_ai",
    ),
    ("reasoning_content reasoning", "openai azure azure_ai groq mistral codestral cerebras"),
    // What servers of OpenAI's words give in a message and only some take back.
    ("annotations refusal audio", "groq mistral codestral cerebras"),
    // The place of a call among those of a stream.
    ("index", "openai azure azure_ai mistral codestral"),
    // Whatever is `null`.
    ("null", "groq mistral codestral"),
];

/// Who takes ids of calls of a certain length only: letters and digits, exactly so many, or any up to so many.
const IDS: [(&str, usize, bool); 2] = [("mistral codestral", 9, true), ("openai azure azure_ai", 40, false)];

/// Is there something that a provider refuses?
#[must_use]
pub fn strips(provider: &str) -> bool {
    REFUSED.iter().any(|(_, providers)| has(providers, provider))
}

/// A request of OpenAI's words without what a provider refuses in a transcript. `None` if it is no JSON object.
#[must_use]
pub fn portable(provider: &str, body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let whole = Members::check(text.trim_start_matches('\u{FEFF}'))?;
    let journey = Journey { provider };
    let mut out = Writer::on(Vec::with_capacity(body.len()));
    out.raw("{");
    for &(name, raw) in whole.all() {
        match name {
            "messages" => journey.list(&mut out, name, raw, Place::Message),
            "tools" => journey.list(&mut out, name, raw, Place::Tool),
            _ => _ = out.member(name, raw),
        }
    }
    out.push("}");
    Some(out.into_bytes())
}

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Message,
    Part,
    Tool,
    Call,
}

/// Where a transcript goes.
struct Journey<'a> {
    provider: &'a str,
}

impl Journey<'_> {
    fn refuses(&self, name: &str) -> bool {
        REFUSED.iter().any(|(names, providers)| has(names, name) && has(providers, self.provider))
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
        out.raw("{");
        for &(name, raw) in object.all() {
            match (place, name) {
                // A refusal that may not be called one is what was said.
                (Place::Message, "refusal")
                    if self.refuses(name) && object.get("content").is_none() && kind(raw) == Kind::String =>
                {
                    out.member("content", raw);
                }
                (_, "extra_content" | "provider_specific_fields") if is_signed(raw) => {}
                (_, "index") if place != Place::Call => _ = out.member(name, raw),
                _ if self.refuses(name) || (raw == "null" && self.refuses(raw)) => {}
                (Place::Message, "content") => self.list(out, name, raw, Place::Part),
                (Place::Message, "tool_calls") => self.list(out, name, raw, Place::Call),
                (Place::Message, "tool_call_id") | (Place::Call, "id") => _ = out.member(name, &self.id(raw)),
                _ => _ = out.member(name, raw),
            }
        }
        out.push("}");
    }

    /// The id of a call, raw, as the provider takes it: equal ids stay equal.
    fn id(&self, signed: &str) -> String {
        // A signature of Gemini's stands in the id, and is nobody else's business.
        let raw = &match inside(signed).map(bare) {
            Some(id) if id.len() + 2 < signed.len() => ["\"", id, "\""].concat(),
            _ => signed.to_owned(),
        };
        let rule = IDS.iter().find(|(providers, ..)| has(providers, self.provider));
        let (Some((_, length, is_exact)), Some(id)) = (rule, inside(raw)) else { return raw.to_owned() };
        let is_plain = || id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_taken = if *is_exact { id.len() == *length && is_plain() } else { id.len() <= *length };
        if is_taken {
            return raw.to_owned();
        }
        let short: String = deployment_id(&[id]).chars().take(*length).collect();
        ["\"", &short, "\""].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn travelled(provider: &str, body: &str) -> String {
        String::from_utf8(portable(provider, body.as_bytes()).unwrap()).unwrap()
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
        assert_eq!(portable("openai", b"[1]"), None);
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
    fn a_refusal_that_may_not_be_called_one_is_what_was_said() {
        let body = r#"{"messages":[{"role":"assistant","content":null,"refusal":"No."}]}"#;
        assert_eq!(travelled("mistral", body), r#"{"messages":[{"role":"assistant","content":"No."}]}"#);
        assert_eq!(travelled("openai", body), body);
    }
}
