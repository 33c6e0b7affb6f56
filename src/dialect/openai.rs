//! OpenAI's chat completions and embeddings, and every server that speaks them.

mod similar;
mod usage;

use crate::base::json::{Kind, Members, ScanError, Scanner, Wanted, items, kind, quoted_text, value};
use crate::base::text::has;
use crate::base::usage::Usage;
use crate::config::{Auth, Deployment, Fate, Layout, Param, Secret, Surface};
use crate::error::Fault;

use super::{Outbound, StreamEvent, error_body};

pub use similar::Similar;
pub(super) use similar::reply as similar_reply;

/// What is looked for in a reply.
pub const REPLY_MEMBERS: &[Wanted] = &[
    Wanted { name: "usage", capture: 4_096 },
    Wanted { name: "error", capture: 8_192 },
    Wanted { name: "choices", capture: 0 },
    Wanted { name: "data", capture: 0 },
    Wanted { name: "service_tier", capture: 64 },
    Wanted { name: "base_resp", capture: 1_024 },
];
const USAGE: usize = 0;
const ERROR: usize = 1;
const CHOICES: usize = 2;
const DATA: usize = 3;
const TIER: usize = 4;
const BASE: usize = 5;

pub(super) fn outbound(deployment: &Deployment, surface: Surface) -> Outbound {
    let path = match surface {
        Surface::Chat => "/chat/completions",
        Surface::Embeddings => "/embeddings",
    };
    let mut headers = Vec::new();
    if let Some(key) = &deployment.api_key {
        headers.push(match deployment.auth {
            Auth::ApiKey => ("api-key", key.clone()),
            Auth::Bearer | Auth::Host => ("authorization", Secret::new(["Bearer ", key.expose()].concat())),
        });
    }
    if let Some(organization) = &deployment.organization {
        headers.push(("openai-organization", Secret::new(organization.as_str())));
    }
    let usage = Param { name: "stream_options".to_owned(), raw: r#"{"include_usage":true}"#.into() };
    let is_asked = surface == Surface::Chat && tells_usage_if_asked(deployment);
    Outbound {
        url: url(deployment, path),
        stream_url: None,
        headers,
        extra_headers: deployment.extra_headers.clone(),
        put: put(deployment),
        defaults: deployment.params.clone(),
        prefill: super::prefill_members(deployment),
        ask_usage: if is_asked { vec![usage] } else { Vec::new() },
    }
}

/// May a stream be asked for its usage? Who leaves `stream_options` out tells it unasked, or never.
pub(super) fn tells_usage_if_asked(deployment: &Deployment) -> bool {
    !deployment.rules.iter().any(|rule| rule.fate == Fate::Cut && rule.name == "stream_options")
}

fn url(deployment: &Deployment, path: &str) -> String {
    let mut url = deployment.api_base.url().to_owned();
    match deployment.layout {
        Layout::Under(more) => url.push_str(more),
        Layout::Azure | Layout::Foundry => {
            url.push_str("/openai/deployments/");
            segment(&deployment.model, &mut url);
        }
    }
    url.push_str(path);
    if let Some(version) = &deployment.version {
        url.push_str("?api-version=");
        url.push_str(version);
    }
    url
}

/// Writes a name as one part of a path.
fn segment(name: &str, url: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            url.push(byte.into());
        } else {
            let digit = |place: u8| HEX.get(usize::from(place)).copied().map_or('0', char::from);
            url.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

pub(super) fn put(deployment: &Deployment) -> Vec<Param> {
    let (path, model) = (deployment.model_path, &deployment.model);
    let is_whole = path.is_empty() || has(model, b'/');
    let model = if is_whole { quoted_text(model) } else { quoted_text(&[path, model].concat()) };
    vec![Param { name: "model".to_owned(), raw: model.into() }]
}

/// Reads what an answer says it used, of the JSON text of its `usage` and its `service_tier`, which has been checked.
pub(super) fn told(usage: &[u8], tier: Option<&[u8]>) -> Option<Usage> {
    let text = |raw| std::str::from_utf8(raw).ok();
    Some(usage::usage(&Members::read(text(usage)?)?, tier.and_then(text)))
}

pub(super) fn reply(surface: Surface, scan: &mut Scanner, body: &[u8]) -> Result<Option<Usage>, Fault> {
    let bad = |message: String| error_body::in_place(body, &message);
    scan.finish().map_err(|error| match error {
        ScanError::Empty => bad("the provider's answer is empty".to_owned()),
        ScanError::NotAnObject => bad("the provider's answer is no JSON object".to_owned()),
        _ => bad(format!("the provider's answer is no JSON object: {error}")),
    })?;
    let (member, name) = match surface {
        Surface::Chat => (CHOICES, "choices"),
        Surface::Embeddings => (DATA, "data"),
    };
    if scan.last(member).is_some_and(|found| found.kind == Kind::Array) {
        let raw = |member| scan.last(member).and_then(|found| found.raw());
        return Ok(raw(USAGE).and_then(|usage| told(usage, raw(TIER))));
    }
    for (member, name) in [(ERROR, "error"), (BASE, "base_resp")] {
        let raw = scan.last(member).and_then(|found| found.raw()).filter(|raw| *raw != b"null");
        if let Some(raw) = raw {
            let body = [br#"{""#, name.as_bytes(), br#"":"#, raw, b"}"].concat();
            return Err(error_body::in_disguise(error_body::read(None, &body)));
        }
    }
    Err(bad(format!("the provider's answer has no `{name}`")))
}

/// The members of a delta that carry something a caller would see.
const SEEN: [&str; 7] =
    ["content", "refusal", "reasoning_content", "reasoning", "tool_calls", "function_call", "audio"];

fn is_seen(delta: &Members<'_>) -> bool {
    SEEN.iter().filter_map(|name| delta.get(name)).any(|raw| match raw.as_bytes() {
        [b'"', inner @ .., _] => !inner.is_empty(),
        [b'[' | b'{', inner @ .., _] => !inner.trim_ascii().is_empty(),
        _ => true,
    })
}

/// A choice of a chunk, of which only the delta is looked into.
struct Choice<'a> {
    delta: Members<'a>,
    usage: Option<&'a str>,
    is_finish: bool,
    is_later: bool,
}

impl<'a> Choice<'a> {
    fn read(raw: &'a str) -> Option<Self> {
        let choice = Members::read(raw)?;
        let delta = match choice.get("delta") {
            Some(raw) => Members::read(raw)?,
            None => Members::default(),
        };
        let is_finish = choice.get("finish_reason").is_some();
        let usage = choice.get("usage");
        Some(Self { delta, usage, is_finish, is_later: choice.count("index").is_some_and(|index| index > 0) })
    }
}

pub(super) fn stream_event(data: &[u8]) -> StreamEvent {
    let data = data.trim_ascii();
    if data == b"[DONE]" {
        return StreamEvent::Done;
    }
    let Some(chunk) = std::str::from_utf8(data).ok().and_then(Members::check) else {
        return StreamEvent::Malformed;
    };
    let choices: Option<Vec<Choice<'_>>> = match chunk.get("choices") {
        None => Some(Vec::new()),
        Some(raw) => items(raw).and_then(|items| items.into_iter().map(Choice::read).collect()),
    };
    let Some(choices) = choices else { return StreamEvent::Malformed };
    // Beside choices, other than an object may be anything.
    let is_error = |raw: &&str| kind(raw) == Kind::Object;
    let is_told = choices.is_empty() && error_body::is_told(&chunk);
    if is_told || chunk.get("error").filter(is_error).is_some() {
        let hint = value(data).map(|chunk| error_body::hint(None, &chunk)).unwrap_or_default();
        return StreamEvent::Error(Box::new(error_body::in_disguise(hint)));
    }
    // Groq tells its usage in a member of its own, Moonshot in the choice that ends.
    let own = || chunk.object("x_groq")?.object("usage");
    let of_choice = || choices.iter().find_map(|choice| choice.usage.and_then(Members::read));
    let wire = chunk.object("usage").or_else(own).or_else(of_choice);
    let told = wire.map(|wire| usage::usage(&wire, chunk.get("service_tier")));
    let event = if choices.iter().any(|choice| choice.is_finish) {
        StreamEvent::Finish(told)
    } else if choices.iter().any(|choice| is_seen(&choice.delta)) {
        StreamEvent::Content(told)
    } else {
        StreamEvent::Quiet(told)
    };
    let is_later = choices.iter().any(|choice| choice.is_later);
    if is_later { StreamEvent::LaterChoice(Box::new(event)) } else { event }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FaultKind;

    fn read(surface: Surface, body: &str) -> Result<Option<Usage>, FaultKind> {
        let mut scan = Scanner::new(REPLY_MEMBERS);
        scan.push(body.as_bytes());
        reply(surface, &mut scan, body.as_bytes()).map_err(|fault| fault.kind)
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
