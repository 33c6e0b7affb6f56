//! Short ways to translate to the provider and from it whom the test is about.

use serde_json::{Value, json};
use switchman::config::{Deployment, Surface};
use switchman::dialect::{
    Inbound, Memo, StreamEvent, StreamTranslator, Translated, TranslatedReply, translate_reply,
    translate_request,
};
use switchman::error::{Fault, FaultKind};

use crate::deployments;
use crate::support::{DIALECT, PROVIDER};

/// A deployment of a model of the provider's, with some `litellm_params` more.
pub(crate) fn deployment_with(model: &str, more: Value) -> Deployment {
    deployments::deployment_with(&format!("{PROVIDER}/{model}"), more)
}

pub(crate) fn deployment(model: &str) -> Deployment {
    deployments::deployment(&format!("{PROVIDER}/{model}"))
}

pub(crate) fn inbound(body: &[u8]) -> Inbound<'_> {
    Inbound { body, stream: false, prefix: None, drop_params: false, files: None }
}

pub(crate) fn try_translated(
    model: &str,
    surface: Surface,
    request: &Value,
    drop_params: bool,
) -> Result<Translated, Fault> {
    let body = request.to_string();
    let inbound = Inbound { drop_params, ..inbound(body.as_bytes()) };
    translate_request(&deployment(model), surface, &inbound)
}

/// The whole translation of a request.
pub(crate) fn translated(model: &str, request: &Value) -> Translated {
    try_translated(model, Surface::Chat, request, false)
        .unwrap_or_else(|fault| panic!("{fault:?} for {request}"))
}

/// The body of a request, as the provider reads it.
pub(crate) fn body(model: &str, request: &Value) -> Value {
    serde_json::from_slice(&translated(model, request).body).unwrap()
}

/// A request for a greeting, with some members more.
pub(crate) fn greeting(more: &Value) -> Value {
    let mut request = json!({ "model": "chat", "messages": [{ "role": "user", "content": "Hi" }] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// The fault of a request.
pub(crate) fn fault(model: &str, request: &Value) -> Fault {
    match try_translated(model, Surface::Chat, request, false) {
        Ok(translated) => panic!("accepted: {}", String::from_utf8_lossy(&translated.body)),
        Err(fault) => fault,
    }
}

/// Asserts that a greeting is refused for a parameter.
#[track_caller]
pub(crate) fn refused(model: &str, more: &Value, param: &str) {
    let fault = fault(model, &greeting(more));
    assert_eq!((fault.kind, fault.param.as_deref()), (FaultKind::Unsupported, Some(param)), "{more}");
    assert!(fault.message.contains(PROVIDER), "{}", fault.message);
}

pub(crate) fn try_reply(memo: &Memo, body: &str) -> Result<TranslatedReply, Fault> {
    translate_reply(DIALECT, Surface::Chat, memo, 1_700_000_000, body.as_bytes())
}

/// The completion made of a whole answer.
pub(crate) fn completion(memo: &Memo, body: &Value) -> Value {
    let text = body.to_string();
    serde_json::from_slice(&try_reply(memo, &text).unwrap_or_else(|fault| panic!("{fault:?}: {text}")).body)
        .unwrap()
}

/// A stream that was read: the chunks, and what each event and the end were.
pub(crate) struct Read {
    pub(crate) chunks: Vec<Value>,
    pub(crate) events: Vec<StreamEvent>,
    pub(crate) end: StreamEvent,
}

pub(crate) fn read_stream(memo: &Memo, usage_asked: bool, events: &[Value]) -> Read {
    let texts: Vec<String> = events.iter().map(Value::to_string).collect();
    read_texts(memo, usage_asked, &texts.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn read_texts(memo: &Memo, usage_asked: bool, events: &[&str]) -> Read {
    let mut translator = StreamTranslator::new(DIALECT, memo.clone(), 1_700_000_000, usage_asked).unwrap();
    let mut chunks = Vec::new();
    let mut keep = |chunk: &[u8]| {
        let text = std::str::from_utf8(chunk).unwrap();
        assert!(!text.contains(['\n', '\r']), "a line break in {text}");
        chunks.push(serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")));
    };
    let events = events.iter().map(|event| translator.event(event.as_bytes(), &mut keep)).collect();
    let end = translator.end(&mut keep);
    Read { chunks, events, end }
}
