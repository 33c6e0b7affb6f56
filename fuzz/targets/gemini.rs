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

/// Whatever the caller has said, the user begins, nothing is empty, and the model calls.
fn contents(contents: &[Value]) {
    assert_eq!(contents[0]["role"], "user");
    for content in contents {
        let is_model = content["role"] == "model";
        assert!(is_model || content["role"] == "user", "{content}");
        let parts = content["parts"].as_array().expect("a content has parts");
        assert!(!parts.is_empty() && parts.iter().all(|part| part["text"] != ""), "{content}");
        for part in parts {
            let (call, result) = (&part["functionCall"], &part["functionResponse"]);
            assert!(call.is_null() || (is_model && call["args"].is_object()), "{content}");
            assert!(result.is_null() || (!is_model && result["response"].is_object()), "{content}");
        }
    }
}

pub(crate) fn answer(bytes: &[u8]) -> bool {
    translated::answer(bytes, MODELS[2])
}
