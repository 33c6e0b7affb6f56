//! Requests as Gemini reads them, and its answers.

use serde_json::Value;
use switchman::config::Surface;

use super::translated;

/// With thinking and without, with signatures and without, and one that has no tools.
const MODELS: [&str; 4] = [
    "gemini/gemini-2.0-flash",
    "gemini/gemini-2.5-flash",
    "gemini/gemini-3-pro-preview",
    "gemini/gemma-3-27b-it",
];

pub(crate) fn request(bytes: &[u8]) -> bool {
    translated::request(bytes, &MODELS, |surface, body| match surface {
        Surface::Chat => {
            let contents = body["contents"].as_array().expect("a request has contents");
            let is_role = |content: &Value| content["role"] == "user" || content["role"] == "model";
            assert!(contents.iter().all(is_role), "{body}");
        }
        Surface::Embeddings => assert!(body["requests"].is_array(), "{body}"),
    })
}

pub(crate) fn answer(bytes: &[u8]) -> bool {
    translated::answer(bytes, MODELS[2])
}
