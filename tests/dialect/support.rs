//! Anthropic as the provider of the tests, and what they ask of it.

use serde_json::{Value, json};
use switchman::config::DialectName;
use switchman::dialect::Memo;

pub(crate) use crate::translation::{
    Read, body, completion, deployment, deployment_with, fault, greeting, inbound, read_stream, read_texts,
    refused, translated, try_reply,
};

pub(crate) const PROVIDER: &str = "anthropic";
pub(crate) const DIALECT: DialectName = DialectName::Anthropic;

pub(crate) const NEW: &str = "claude-opus-4-7";
pub(crate) const MID: &str = "claude-sonnet-4-5";
pub(crate) const OLD: &str = "claude-3-7-sonnet-20250219";

/// The body of a request for a greeting with some members more, without what every request has.
pub(crate) fn extra(model: &str, more: &Value) -> Value {
    let mut body = body(model, &greeting(more));
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
