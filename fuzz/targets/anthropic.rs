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
        turns(body["messages"].as_array().expect("a request has messages"));
    })
}

/// Whatever the caller has said, turns alternate, none is empty, and results of tools stand first in theirs. That they answer
/// the calls before is the caller's business.
fn turns(turns: &[Value]) {
    for (at, turn) in turns.iter().enumerate() {
        let is_user = at % 2 == 0;
        assert_eq!(turn["role"], if is_user { "user" } else { "assistant" }, "{turn}");
        let blocks = turn["content"].as_array().expect("a turn has blocks");
        assert!(!blocks.is_empty(), "{turn}");
        let is_result = |block: &Value| block["type"] == "tool_result";
        let others: Vec<&Value> = blocks.iter().skip_while(|block| is_result(block)).collect();
        assert!(others.iter().all(|block| !is_result(block)), "{turn}");
        let is_blank = |block: &Value| {
            block["type"] == "text" && block["text"].as_str().is_some_and(|text| text.trim().is_empty())
        };
        assert!(others.iter().all(|block| !is_blank(block)), "{turn}");
    }
}

pub(crate) fn answer(bytes: &[u8]) -> bool {
    // The old model is given a schema as a tool.
    translated::answer(bytes, MODELS[2])
}
