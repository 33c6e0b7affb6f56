//! Embeddings.

use serde_json::{Value, json};
use switchman::config::{DialectName, Surface};
use switchman::dialect::{Translated, translate_reply};
use switchman::error::FaultKind;

use crate::support::try_translated;

const MODEL: &str = "gemini-embedding-001";

fn ask(request: Value) -> Result<Translated, (FaultKind, Option<String>)> {
    try_translated(MODEL, Surface::Embeddings, &request, false)
        .map_err(|fault| (fault.kind, fault.param.map(String::from)))
}

fn body(request: Value) -> Value {
    serde_json::from_slice(&ask(request).unwrap().body).unwrap()
}

#[test]
fn every_text_is_a_request_of_a_batch() {
    let one = |text: &str| json!({ "model": "models/gemini-embedding-001", "content": { "parts": [{ "text": text }] } });
    assert_eq!(body(json!({ "model": "m", "input": "a \"é\"" })), json!({ "requests": [one("a \"é\"")] }));
    assert_eq!(
        body(json!({ "input": ["a", "b"], "user": "u", "encoding_format": "float" })),
        json!({ "requests": [one("a"), one("b")] })
    );
    let mut both = one("a");
    both["outputDimensionality"] = json!(64);
    both["taskType"] = json!("RETRIEVAL_QUERY");
    assert_eq!(
        body(json!({ "input": "a", "dimensions": 64, "task_type": "RETRIEVAL_QUERY" })),
        json!({ "requests": [both] })
    );
}

#[test]
fn what_it_has_not_is_left_to_others() {
    let unsupported = |param: &str| (FaultKind::Unsupported, Some(param.to_owned()));
    for input in [json!([1, 2]), json!([[1]]), json!(vec!["a"; 101])] {
        assert_eq!(ask(json!({ "input": input })).unwrap_err(), unsupported("input"));
    }
    assert_eq!(ask(json!({ "input": "a", "truncate": "END" })).unwrap_err(), unsupported("truncate"));
    assert!(
        try_translated(MODEL, Surface::Embeddings, &json!({ "input": "a", "truncate": "END" }), true).is_ok()
    );
    assert_eq!(ask(json!({ "model": "m" })).unwrap_err(), (FaultKind::BadRequest, Some("input".to_owned())));
}

#[test]
fn the_answer_is_a_list_of_vectors() {
    let read = |format: &str, body: &str| {
        let memo = ask(json!({ "input": ["a", "b"], "encoding_format": format })).unwrap().memo;
        translate_reply(DialectName::Gemini, Surface::Embeddings, &memo, 0, body.as_bytes())
    };
    let answer = json!({ "embeddings": [{ "values": [0.5, -1.0, 1e-3] }, { "values": [] }] }).to_string();
    let reply = read("float", &answer).unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&reply.body).unwrap(),
        json!({
            "object": "list", "model": MODEL,
            "data": [{ "object": "embedding", "index": 0, "embedding": [0.5, -1.0, 0.001] }, { "object": "embedding", "index": 1, "embedding": [] }],
        })
    );
    // It counts nothing, and nothing is made up.
    assert_eq!(reply.usage, None);
    let base64: Value = serde_json::from_slice(&read("base64", &answer).unwrap().body).unwrap();
    assert_eq!(base64["data"][0]["embedding"], "AAAAPwAAgL9vEoM6");
    let counted = json!({ "embeddings": [], "usageMetadata": { "promptTokenCount": 7 } }).to_string();
    assert_eq!(read("float", &counted).unwrap().usage.unwrap().prompt_tokens, 7);
    for body in ["", "{}", r#"{"embeddings":7}"#, r#"{"embeddings":[{}]}"#] {
        assert_eq!(read("float", body).unwrap_err().kind, FaultKind::BadReply, "{body}");
    }
    let error = r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#;
    assert_eq!(read("float", error).unwrap_err().kind, FaultKind::RateLimit);
}
