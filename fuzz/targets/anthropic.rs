//! Requests as Anthropic reads them, and its answers.

use serde_json::Value;
use switchman::config::Surface;

use super::translated;

/// One model of each way of thinking and of keeping to a schema.
const MODELS: [&str; 3] =
    ["anthropic/claude-opus-4-7", "anthropic/claude-sonnet-4-5", "anthropic/claude-3-7-sonnet-20250219"];

pub(crate) fn request(bytes: &[u8]) -> bool {
    translated::request(bytes, &MODELS, |surface, body| {
        assert_eq!(surface, Surface::Chat, "it has no embeddings");
        let messages = body["messages"].as_array().expect("a request has messages");
        let is_role = |message: &Value| message["role"] == "user" || message["role"] == "assistant";
        assert!(messages.iter().all(is_role), "{body}");
    })
}

pub(crate) fn answer(bytes: &[u8]) -> bool {
    // The old model is given a schema as a tool.
    translated::answer(bytes, MODELS[2])
}
