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
        Surface::Chat => contents(body["contents"].as_array().expect("a request has contents")),
        Surface::Embeddings => assert!(body["requests"].is_array(), "{body}"),
    })
}

/// Whatever the caller has said, the user begins, and nothing is empty. A part without a type is the caller's own.
fn contents(contents: &[Value]) {
    assert_eq!(contents[0]["role"], "user");
    for content in contents {
        assert!(content["role"] == "model" || content["role"] == "user", "{content}");
        assert!(content["parts"].as_array().is_some_and(|parts| !parts.is_empty()), "{content}");
    }
}

pub(crate) fn answer(bytes: &[u8]) -> bool {
    translated::answer(bytes, MODELS[2])
}
