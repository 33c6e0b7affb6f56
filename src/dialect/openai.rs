//! OpenAI's chat completions and embeddings, and every server that speaks them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::base::json::{Kind, Scanner, Wanted, quoted};
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
];
const USAGE: usize = 0;
const ERROR: usize = 1;
const CHOICES: usize = 2;
const DATA: usize = 3;

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
    let model = String::from_utf8(quoted(&deployment.model)).unwrap_or_default();
    let usage = Param { name: "stream_options".to_owned(), raw: r#"{"include_usage":true}"#.into() };
    Outbound {
        url: format!("{}{path}", deployment.api_base.url()),
        headers,
        extra_headers: deployment.extra_headers.clone(),
        put: vec![Param { name: "model".to_owned(), raw: model.into() }],
        defaults: deployment.params.clone(),
        ask_usage: if surface == Surface::Chat { vec![usage] } else { Vec::new() },
    }
}

/// OpenAI's usage object, as far as it is read. What is missing or no number counts as 0.
#[derive(Deserialize)]
struct WireUsage {
    #[serde(default, deserialize_with = "count")]
    prompt_tokens: u64,
    #[serde(default, deserialize_with = "count")]
    completion_tokens: u64,
    #[serde(default, deserialize_with = "count")]
    total_tokens: u64,
    #[serde(default)]
    prompt_tokens_details: Option<Details>,
    #[serde(default)]
    completion_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "count")]
    cached_tokens: u64,
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: u64,
}

/// A count; `null` and fractions happen in the wild.
fn count<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = Option::<f64>::deserialize(deserializer)?;
    Ok(number.filter(|number| number.is_finite() && *number > 0.0).map_or(0, |number| number as u64))
}

fn usage(raw: &[u8]) -> Option<Usage> {
    let wire: Option<WireUsage> = serde_json::from_slice(raw).ok()?;
    let wire = wire?;
    Some(Usage {
        prompt_tokens: wire.prompt_tokens,
        completion_tokens: wire.completion_tokens,
        total_tokens: wire.total_tokens.max(wire.prompt_tokens.saturating_add(wire.completion_tokens)),
        cached_tokens: wire.prompt_tokens_details.map_or(0, |details| details.cached_tokens),
        reasoning_tokens: wire.completion_tokens_details.map_or(0, |details| details.reasoning_tokens),
    })
}

pub(super) fn reply(surface: Surface, scan: &mut Scanner) -> Result<Option<Usage>, Fault> {
    let bad = |message: String| Fault::new(FaultKind::BadReply, message);
    scan.finish().map_err(|error| bad(format!("the provider's answer is no JSON object: {error}")))?;
    let (member, name) = match surface {
        Surface::Chat => (CHOICES, "choices"),
        Surface::Embeddings => (DATA, "data"),
    };
    if scan.last(member).is_some_and(|found| found.kind == Kind::Array) {
        return Ok(scan.last(USAGE).and_then(|found| found.raw()).and_then(usage));
    }
    match scan.last(ERROR).and_then(|found| found.raw()).filter(|raw| *raw != b"null") {
        Some(raw) => Err(in_disguise(raw)),
        None => Err(bad(format!("the provider's answer has no `{name}`"))),
    }
}

/// An error object inside a 200 or a stream.
fn in_disguise(raw: &[u8]) -> Fault {
    let wrapped = [br#"{"error":"#, raw, b"}"].concat();
    let hint = error_body::read(None, &wrapped);
    let message =
        hint.message.unwrap_or_else(|| "the provider answered with an error in place of an answer".into());
    Fault {
        code: hint.code,
        wire_type: hint.wire_type,
        param: hint.param,
        ..Fault::new(hint.kind.unwrap_or(FaultKind::BadReply), message)
    }
}

/// A chunk, as far as it is read.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    finish_reason: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<&'a RawValue>,
    #[serde(borrow, default)]
    function_call: Option<&'a RawValue>,
    #[serde(borrow, default)]
    audio: Option<&'a RawValue>,
}

impl Delta<'_> {
    /// Does it carry something that a caller would see?
    fn is_seen(&self) -> bool {
        let parts = [
            self.content,
            self.refusal,
            self.reasoning_content,
            self.reasoning,
            self.tool_calls,
            self.function_call,
            self.audio,
        ];
        parts.into_iter().flatten().any(|raw| !matches!(raw.get(), "\"\"" | "[]" | "{}" | "null"))
    }
}

pub(super) fn stream_event(data: &[u8]) -> StreamEvent {
    let data = data.trim_ascii();
    if data == b"[DONE]" {
        return StreamEvent::Done;
    }
    let Ok(chunk) = serde_json::from_slice::<Chunk<'_>>(data) else { return StreamEvent::Malformed };
    let choices = chunk.choices.unwrap_or_default();
    if let Some(error) = chunk.error.filter(|error| error.get() != "null")
        && choices.is_empty()
    {
        return StreamEvent::Error(Box::new(in_disguise(error.get().as_bytes())));
    }
    let told = chunk.usage.and_then(|raw| usage(raw.get().as_bytes()));
    if choices.iter().any(|choice| choice.finish_reason.is_some_and(|reason| reason.get() != "null")) {
        return StreamEvent::Finish(told);
    }
    if choices.iter().any(|choice| choice.delta.as_ref().is_some_and(Delta::is_seen)) {
        StreamEvent::Content(told)
    } else {
        StreamEvent::Quiet(told)
    }
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
