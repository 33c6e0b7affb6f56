//! Short ways to translate.

use serde_json::{Value, json};
use switchman::config::{Deployment, DialectName, Surface, load};
use switchman::dialect::{
    Inbound, Memo, StreamEvent, StreamTranslator, Translated, TranslatedReply, translate_reply,
    translate_request,
};
use switchman::error::{Fault, FaultKind};

pub(crate) const NEW: &str = "claude-opus-4-7";
pub(crate) const MID: &str = "claude-sonnet-4-5";
pub(crate) const OLD: &str = "claude-3-7-sonnet-20250219";

/// A deployment of a model, with some `litellm_params` more.
pub(crate) fn deployment_with(model: &str, more: Value) -> Deployment {
    let mut params = json!({ "model": format!("anthropic/{model}"), "api_key": "sk-ant-api-1" });
    let (Value::Object(all), Value::Object(more)) = (&mut params, more) else { panic!("two objects") };
    all.extend(more);
    let config = json!({ "model_list": [{ "model_name": "chat", "litellm_params": params }] });
    let loaded = load(&config, &Value::Null, &|_| None).unwrap_or_else(|problems| panic!("{problems:#?}"));
    loaded.config.deployments[0].clone()
}

pub(crate) fn deployment(model: &str) -> Deployment {
    deployment_with(model, json!({}))
}

pub(crate) fn inbound(body: &[u8]) -> Inbound<'_> {
    Inbound { body, stream: false, prefix: None, drop_params: false, files: None }
}

/// The whole translation of a request.
pub(crate) fn translated(model: &str, request: &Value) -> Translated {
    let body = request.to_string();
    translate_request(&deployment(model), Surface::Chat, &inbound(body.as_bytes()))
        .unwrap_or_else(|fault| panic!("{fault:?} for {request}"))
}

/// The body of a request, as Anthropic reads it.
pub(crate) fn body(model: &str, request: &Value) -> Value {
    serde_json::from_slice(&translated(model, request).body).unwrap()
}

/// The body of a request for a greeting with some members more, without what every request has.
pub(crate) fn extra(model: &str, more: &Value) -> Value {
    let mut request = json!({ "model": "chat", "messages": [{ "role": "user", "content": "Hi" }] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut body = body(model, &request);
    let members = body.as_object_mut().unwrap();
    for name in ["model", "messages"] {
        members.remove(name);
    }
    if more.get("max_tokens").is_none() {
        members.remove("max_tokens");
    }
    body
}

/// The turns of a conversation.
pub(crate) fn turns(messages: Value) -> Value {
    body(MID, &json!({ "messages": messages }))["messages"].take()
}

/// The fault of a request.
pub(crate) fn fault(model: &str, request: &Value) -> Fault {
    let body = request.to_string();
    match translate_request(&deployment(model), Surface::Chat, &inbound(body.as_bytes())) {
        Ok(translated) => panic!("accepted: {}", String::from_utf8_lossy(&translated.body)),
        Err(fault) => fault,
    }
}

#[track_caller]
pub(crate) fn refused(model: &str, more: &Value, param: &str) {
    let mut request = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let fault = fault(model, &request);
    assert_eq!((fault.kind, fault.param.as_deref()), (FaultKind::Unsupported, Some(param)), "{more}");
    assert!(fault.message.contains("anthropic"), "{}", fault.message);
}

pub(crate) fn try_reply(memo: &Memo, body: &str) -> Result<TranslatedReply, Fault> {
    translate_reply(DialectName::Anthropic, Surface::Chat, memo, 1_700_000_000, body.as_bytes())
}

/// The completion made of a whole answer.
pub(crate) fn completion(memo: &Memo, body: &Value) -> Value {
    serde_json::from_slice(&try_reply(memo, &body.to_string()).unwrap().body).unwrap()
}

/// An answer with some content.
pub(crate) fn answer(content: Value, stop_reason: &str) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": content,
        "stop_reason": stop_reason, "stop_sequence": null, "usage": { "input_tokens": 9, "output_tokens": 3 },
    })
}

/// The message made of some content.
pub(crate) fn message(content: Value) -> Value {
    completion(&Memo::default(), &answer(content, "end_turn"))["choices"][0]["message"].take()
}

/// A stream that was read: the chunks, and what each event was.
pub(crate) struct Read {
    pub(crate) chunks: Vec<Value>,
    pub(crate) events: Vec<StreamEvent>,
}

pub(crate) fn read_stream(memo: &Memo, usage_asked: bool, events: &[Value]) -> Read {
    let texts: Vec<String> = events.iter().map(Value::to_string).collect();
    read_texts(memo, usage_asked, &texts.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn read_texts(memo: &Memo, usage_asked: bool, events: &[&str]) -> Read {
    let mut translator =
        StreamTranslator::new(DialectName::Anthropic, memo.clone(), 1_700_000_000, usage_asked).unwrap();
    let mut read = Read { chunks: Vec::new(), events: Vec::new() };
    for event in events {
        let event = translator.event(event.as_bytes(), &mut |chunk| {
            let text = std::str::from_utf8(chunk).unwrap();
            assert!(!text.contains(['\n', '\r']), "a line break in {text}");
            read.chunks.push(serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")));
        });
        read.events.push(event);
    }
    read
}

/// The events of a stream that tells a whole answer, with texts in pieces of a few characters.
pub(crate) fn events(answer: &Value) -> Vec<Value> {
    let mut begun = answer.clone();
    begun["content"] = json!([]);
    begun["stop_reason"] = Value::Null;
    begun["usage"]["output_tokens"] = json!(1);
    let mut events = vec![json!({ "type": "message_start", "message": begun }), json!({ "type": "ping" })];
    for (index, block) in answer["content"].as_array().unwrap().iter().enumerate() {
        let pieces = |text: &Value, wire_type: &str, name: &str| -> Vec<Value> {
            let chars: Vec<char> = text.as_str().unwrap().chars().collect();
            chars
                .chunks(3)
                .map(|piece| json!({ "type": wire_type, name: piece.iter().collect::<String>() }))
                .collect()
        };
        let mut start = block.clone();
        let mut deltas = Vec::new();
        match block["type"].as_str().unwrap() {
            "text" => {
                start["text"] = json!("");
                start.as_object_mut().unwrap().remove("citations");
                deltas.extend(pieces(&block["text"], "text_delta", "text"));
                let citations = block["citations"].as_array().cloned().unwrap_or_default();
                deltas.extend(
                    citations.iter().map(|one| json!({ "type": "citations_delta", "citation": one })),
                );
            }
            "thinking" => {
                (start["thinking"], start["signature"]) = (json!(""), json!(""));
                deltas.extend(pieces(&block["thinking"], "thinking_delta", "thinking"));
                deltas.push(json!({ "type": "signature_delta", "signature": block["signature"] }));
            }
            "tool_use" | "server_tool_use" => {
                start["input"] = json!({});
                deltas.push(json!({ "type": "input_json_delta", "partial_json": "" }));
                if block["input"] != json!({}) {
                    deltas.extend(pieces(
                        &json!(block["input"].to_string()),
                        "input_json_delta",
                        "partial_json",
                    ));
                }
            }
            _ => {}
        }
        events.push(json!({ "type": "content_block_start", "index": index, "content_block": start }));
        let delta = |delta: Value| json!({ "type": "content_block_delta", "index": index, "delta": delta });
        events.extend(deltas.into_iter().map(delta));
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    let usage = json!({ "output_tokens": answer["usage"]["output_tokens"] });
    let delta = json!({ "stop_reason": answer["stop_reason"], "stop_sequence": null });
    events.push(json!({ "type": "message_delta", "delta": delta, "usage": usage }));
    events.push(json!({ "type": "message_stop" }));
    events
}
