//! Gemini as the provider of the tests, and what they ask of it.

use serde_json::{Value, json};
use switchman::config::{DialectName, Surface};
use switchman::dialect::Memo;

use crate::translation;
pub(crate) use crate::translation::{
    body, completion, deployment, deployment_with, fault, greeting, inbound, read_stream, read_texts,
    translated, try_reply, try_translated,
};

pub(crate) const PROVIDER: &str = "gemini";
pub(crate) const DIALECT: DialectName = DialectName::Gemini;

pub(crate) const THIRD: &str = "gemini-3-pro-preview";
pub(crate) const NEWEST: &str = "gemini-3.8-flash";
pub(crate) const SECOND: &str = "gemini-2.5-flash";
pub(crate) const OLD: &str = "gemini-2.0-flash";
pub(crate) const GEMMA: &str = "gemma-3-27b-it";

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

/// Asserts that a greeting is refused for a parameter, and not where such may be left out.
#[track_caller]
pub(crate) fn refused(model: &str, more: &Value, param: &str) {
    translation::refused(model, more, param);
    assert!(try_translated(model, Surface::Chat, &greeting(more), true).is_ok(), "{more} cannot be dropped");
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
