//! OpenAI's chat completions and embeddings, and every server that speaks them.

mod usage;

use serde_json::Value;

use crate::base::json::{Kind, Scanner, Wanted, quoted_text, value};
use crate::base::usage::Usage;
use crate::config::{Deployment, Param, Secret, Surface};
use crate::error::{Fault, FaultKind};

use super::{Outbound, StreamEvent, error_body};

/// What is looked for in a reply.
pub const REPLY_MEMBERS: &[Wanted] = &[
    Wanted { name: "usage", capture: 4_096 },
    Wanted { name: "error", capture: 8_192 },
    Wanted { name: "choices", capture: 0 },
    Wanted { name: "data", capture: 0 },
    Wanted { name: "service_tier", capture: 64 },
];
const USAGE: usize = 0;
const ERROR: usize = 1;
const CHOICES: usize = 2;
const DATA: usize = 3;
const TIER: usize = 4;

pub(super) fn outbound(deployment: &Deployment, surface: Surface) -> Outbound {
    let path = match surface {
        Surface::Chat => "/chat/completions",
        Surface::Embeddings => "/embeddings",
    };
    let mut headers = Vec::new();
    if let Some(key) = &deployment.api_key {
        headers.push(("authorization", Secret::new(format!("Bearer {}", key.expose()))));
    }
    if let Some(organization) = &deployment.organization {
        headers.push(("openai-organization", Secret::new(organization.as_str())));
    }
    let usage = Param { name: "stream_options".to_owned(), raw: r#"{"include_usage":true}"#.into() };
    Outbound {
        url: format!("{}{path}", deployment.api_base.url()),
        headers,
        extra_headers: deployment.extra_headers.clone(),
        put: put(deployment),
        defaults: deployment.params.clone(),
        prefill: super::prefill_members(deployment),
        ask_usage: if surface == Surface::Chat { vec![usage] } else { Vec::new() },
    }
}

pub(super) fn put(deployment: &Deployment) -> Vec<Param> {
    let model = quoted_text(&deployment.model);
    vec![Param { name: "model".to_owned(), raw: model.into() }]
}

/// Reads what an answer says it used, of the JSON text of its `usage` and its `service_tier`.
pub(super) fn told(usage: &[u8], tier: Option<&[u8]>) -> Option<Usage> {
    usage::usage(&value(usage)?, tier.and_then(value).as_ref())
}

pub(super) fn reply(surface: Surface, scan: &mut Scanner) -> Result<Option<Usage>, Fault> {
    let bad = |message: String| Fault::new(FaultKind::BadReply, message);
    scan.finish().map_err(|error| bad(format!("the provider's answer is no JSON object: {error}")))?;
    let (member, name) = match surface {
        Surface::Chat => (CHOICES, "choices"),
        Surface::Embeddings => (DATA, "data"),
    };
    if scan.last(member).is_some_and(|found| found.kind == Kind::Array) {
        let raw = |member| scan.last(member).and_then(|found| found.raw());
        return Ok(raw(USAGE).and_then(|usage| told(usage, raw(TIER))));
    }
    match scan.last(ERROR).and_then(|found| found.raw()).filter(|raw| *raw != b"null") {
        Some(raw) => {
            let body = [br#"{"error":"#, raw, b"}"].concat();
            Err(error_body::in_disguise(error_body::read(None, &body)))
        }
        None => Err(bad(format!("the provider's answer has no `{name}`"))),
    }
}

/// The members of a delta that carry something a caller would see.
const SEEN: [&str; 7] =
    ["content", "refusal", "reasoning_content", "reasoning", "tool_calls", "function_call", "audio"];

fn is_seen(delta: &Value) -> bool {
    SEEN.iter().filter_map(|name| delta.get(*name)).any(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    })
}

/// A choice of a chunk, of which only the delta is looked into.
fn is_choice(value: &Value) -> bool {
    value.is_object() && matches!(value.get("delta"), None | Some(Value::Null | Value::Object(_)))
}

pub(super) fn stream_event(data: &[u8]) -> StreamEvent {
    let data = data.trim_ascii();
    if data == b"[DONE]" {
        return StreamEvent::Done;
    }
    let Some(chunk @ Value::Object(_)) = value(data) else { return StreamEvent::Malformed };
    let choices = match chunk.get("choices") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(choices)) if choices.iter().all(is_choice) => choices.as_slice(),
        Some(_) => return StreamEvent::Malformed,
    };
    if choices.is_empty() && chunk.get("error").is_some_and(|error| !error.is_null()) {
        return StreamEvent::Error(Box::new(error_body::in_disguise(error_body::hint(None, &chunk))));
    }
    let told = chunk.get("usage").and_then(|wire| usage::usage(wire, chunk.get("service_tier")));
    let event =
        if choices.iter().any(|choice| choice.get("finish_reason").is_some_and(|reason| !reason.is_null())) {
            StreamEvent::Finish(told)
        } else if choices.iter().any(|choice| choice.get("delta").is_some_and(is_seen)) {
            StreamEvent::Content(told)
        } else {
            StreamEvent::Quiet(told)
        };
    let is_later =
        |choice: &Value| choice.get("index").and_then(Value::as_u64).is_some_and(|index| index > 0);
    if choices.iter().any(is_later) { StreamEvent::LaterChoice(Box::new(event)) } else { event }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(surface: Surface, body: &str) -> Result<Option<Usage>, FaultKind> {
        let mut scan = Scanner::new(REPLY_MEMBERS);
        scan.push(body.as_bytes());
        reply(surface, &mut scan).map_err(|fault| fault.kind)
    }

    #[test]
    fn a_reply_is_an_answer_only_with_its_list() {
        let usage = r#""usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}"#;
        let told = read(Surface::Chat, &format!(r#"{{"choices":[{{}}],{usage}}}"#)).unwrap().unwrap();
        assert_eq!((told.prompt_tokens, told.total_tokens, told.cached_tokens), (9, 12, 4));
        assert_eq!(read(Surface::Chat, r#"{"choices":[],"usage":null}"#), Ok(None));
        assert_eq!(read(Surface::Embeddings, r#"{"data":[]}"#), Ok(None));
        for bad in
            ["", "<html>", "{", r#"{"choices":[{"#, "{}", "[]", r#"{"choices":null}"#, r#"{"data":[]}"#]
        {
            assert_eq!(read(Surface::Chat, bad), Err(FaultKind::BadReply), "{bad}");
        }
    }

    #[test]
    fn an_error_with_status_200_is_an_error() {
        assert_eq!(
            read(Surface::Chat, r#"{"error":{"code":"rate_limit_exceeded"}}"#),
            Err(FaultKind::RateLimit)
        );
        assert_eq!(read(Surface::Chat, r#"{"error":{"message":"?"}}"#), Err(FaultKind::BadReply));
        assert_eq!(read(Surface::Chat, r#"{"error":null,"choices":[1]}"#), Ok(None));
    }

    #[test]
    fn what_counts_as_content() {
        let chunk = |delta: &str| stream_event(format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#).as_bytes());
        assert_eq!(chunk(r#"{"role":"assistant","content":""}"#), StreamEvent::Quiet(None));
        assert_eq!(chunk(r#"{"role":"assistant","content":null}"#), StreamEvent::Quiet(None));
        for seen in [r#"{"content":"a"}"#, r#"{"reasoning_content":"a"}"#, r#"{"tool_calls":[{"index":0}]}"#]
        {
            assert_eq!(chunk(seen), StreamEvent::Content(None), "{seen}");
        }
        // Several calls of tools are not several choices.
        assert_eq!(chunk(r#"{"tool_calls":[{"index":1}]}"#), StreamEvent::Content(None));
        let later = stream_event(br#"{"choices":[{"index":1,"delta":{"content":"a"}}]}"#);
        assert_eq!(later, StreamEvent::LaterChoice(Box::new(StreamEvent::Content(None))));
        assert_eq!(stream_event(b"[DONE]"), StreamEvent::Done);
        assert_eq!(stream_event(b"{"), StreamEvent::Malformed);
        assert!(matches!(
            stream_event(br#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#),
            StreamEvent::Finish(None)
        ));
        assert!(matches!(
            stream_event(br#"{"choices":[],"usage":{"prompt_tokens":1}}"#),
            StreamEvent::Quiet(Some(_))
        ));
        assert!(matches!(stream_event(br#"{"error":{"message":"x"}}"#), StreamEvent::Error(_)));
    }
}
