//! Short ways to translate.

use std::cell::RefCell;

use serde_json::{Value, json};
use switchman::config::{Deployment, DialectName, Surface, load};
use switchman::dialect::{
    Inbound, Memo, StreamEvent, StreamTranslator, Translated, TranslatedReply, translate_reply,
    translate_request,
};
use switchman::error::{Fault, FaultKind};

pub(crate) const THIRD: &str = "gemini-3-pro-preview";
pub(crate) const NEWEST: &str = "gemini-3.8-flash";
pub(crate) const SECOND: &str = "gemini-2.5-flash";
pub(crate) const OLD: &str = "gemini-2.0-flash";
pub(crate) const GEMMA: &str = "gemma-3-27b-it";

/// A deployment of a model, with some `litellm_params` more.
pub(crate) fn deployment_with(model: &str, more: Value) -> Deployment {
    let mut params = json!({ "model": format!("gemini/{model}"), "api_key": "AIza-test-1" });
    let (Value::Object(all), Value::Object(more)) = (&mut params, more) else { panic!("two objects") };
    all.extend(more);
    let config = json!({ "model_list": [{ "model_name": "chat", "litellm_params": params }] });
    let loaded = load(&config, &Value::Null, &|_| None).unwrap_or_else(|problems| panic!("{problems:#?}"));
    loaded.config.deployments[0].clone()
}

pub(crate) fn deployment(model: &str) -> Deployment {
    thread_local! {
        // Reading a config takes longer than most translations.
        static KNOWN: RefCell<Vec<Deployment>> = const { RefCell::new(Vec::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(found) = known.iter().find(|one| one.model == model) {
            return found.clone();
        }
        known.push(deployment_with(model, json!({})));
        known[known.len() - 1].clone()
    })
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

/// The body of a request, as Gemini reads it.
pub(crate) fn body(model: &str, request: &Value) -> Value {
    serde_json::from_slice(&translated(model, request).body).unwrap()
}

/// A request for a greeting, with some members more.
pub(crate) fn greeting(more: &Value) -> Value {
    let mut request = json!({ "model": "chat", "messages": [{ "role": "user", "content": "Hi" }] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// The body of a request for a greeting with some members more, without the greeting.
pub(crate) fn extra(model: &str, more: &Value) -> Value {
    let mut body = body(model, &greeting(more));
    assert_eq!(
        body.as_object_mut().unwrap().remove("contents").unwrap(),
        json!([{ "role": "user", "parts": [{ "text": "Hi" }] }])
    );
    body
}

/// `generationConfig`, where nothing else is asked for.
pub(crate) fn config(model: &str, more: &Value) -> Value {
    let mut body = extra(model, more);
    let config = body.as_object_mut().unwrap().remove("generationConfig").unwrap_or(Value::Null);
    assert_eq!(body, json!({}), "{more}");
    config
}

/// The contents of a conversation.
pub(crate) fn contents(model: &str, messages: Value) -> Value {
    body(model, &json!({ "messages": messages }))["contents"].take()
}

/// The parts of a message of the user's.
pub(crate) fn parts(model: &str, content: Value) -> Value {
    contents(model, json!([{ "role": "user", "content": content }]))[0]["parts"].take()
}

/// The fault of a request.
pub(crate) fn fault(model: &str, request: &Value) -> Fault {
    match try_translated(model, Surface::Chat, request, false) {
        Ok(translated) => panic!("accepted: {}", String::from_utf8_lossy(&translated.body)),
        Err(fault) => fault,
    }
}

#[track_caller]
pub(crate) fn refused(model: &str, more: &Value, param: &str) {
    let fault = fault(model, &greeting(more));
    assert_eq!((fault.kind, fault.param.as_deref()), (FaultKind::Unsupported, Some(param)), "{more}");
    assert!(fault.message.contains("gemini"), "{}", fault.message);
    assert!(try_translated(model, Surface::Chat, &greeting(more), true).is_ok(), "{more} cannot be dropped");
}

pub(crate) fn try_reply(memo: &Memo, body: &str) -> Result<TranslatedReply, Fault> {
    translate_reply(DialectName::Gemini, Surface::Chat, memo, 1_700_000_000, body.as_bytes())
}

/// The completion made of a whole answer.
pub(crate) fn completion(memo: &Memo, body: &Value) -> Value {
    let text = body.to_string();
    serde_json::from_slice(&try_reply(memo, &text).unwrap_or_else(|fault| panic!("{fault:?}: {text}")).body)
        .unwrap()
}

/// An answer of some parts.
pub(crate) fn answer(parts: Value, reason: &str) -> Value {
    json!({
        "candidates": [{ "content": { "parts": parts, "role": "model" }, "finishReason": reason, "index": 0 }],
        "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12 },
        "modelVersion": "gemini-x", "responseId": "resp1",
    })
}

/// The message made of some parts.
pub(crate) fn message(parts: Value) -> Value {
    completion(&Memo::default(), &answer(parts, "STOP"))["choices"][0]["message"].take()
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
    let mut translator =
        StreamTranslator::new(DialectName::Gemini, memo.clone(), 1_700_000_000, usage_asked).unwrap();
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
