//! The bytes that a pretend upstream sends: OpenAI's shapes.

use serde_json::{Value, json};

use crate::base::sse;
use crate::config::Surface;

/// What an answer of so many words used.
fn usage(words: u32) -> Value {
    json!({ "prompt_tokens": 10, "completion_tokens": words, "total_tokens": u64::from(words) + 10 })
}

fn word(number: u32) -> String {
    format!("w{number} ")
}

/// A whole answer.
pub(super) fn answer(surface: Surface, words: u32) -> Vec<u8> {
    let usage = usage(words);
    let body = match surface {
        Surface::Chat => {
            let text: String = (0..words).map(word).collect();
            let message = json!({ "role": "assistant", "content": text });
            let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
            json!({ "object": "chat.completion", "choices": [choice], "usage": usage })
        }
        Surface::Embeddings => {
            let vector = json!({ "object": "embedding", "index": 0, "embedding": [0.5, -0.5] });
            json!({ "object": "list", "data": [vector], "usage": usage })
        }
    };
    body.to_string().into_bytes()
}

/// An error body. Without a code it is one that says no more than its status.
pub(super) fn error(message: &str, code: Option<&str>) -> Vec<u8> {
    json!({ "error": { "message": message, "code": code } }).to_string().into_bytes()
}

/// The first chunk of a stream: nothing that a caller would see.
pub(super) fn role() -> Vec<u8> {
    chunk(&json!({ "role": "assistant", "content": "" }), None)
}

/// A chunk with word number `number`.
pub(super) fn content(number: u32) -> Vec<u8> {
    chunk(&json!({ "content": word(number) }), None)
}

/// The last chunks of a stream of so many words: finish, usage, terminator.
pub(super) fn finish(words: u32) -> Vec<u8> {
    let mut bytes = chunk(&json!({}), Some("stop"));
    bytes.extend(event(&json!({ "choices": [], "usage": usage(words) }).to_string().into_bytes()));
    bytes.extend(event(b"[DONE]"));
    bytes
}

/// One event of a stream.
pub(super) fn event(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    sse::encode(&mut bytes, None, data);
    bytes
}

fn chunk(delta: &Value, finish_reason: Option<&str>) -> Vec<u8> {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
    event(&json!({ "object": "chat.completion.chunk", "choices": [choice] }).to_string().into_bytes())
}
