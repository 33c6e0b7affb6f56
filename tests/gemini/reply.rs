//! Whole answers.

use serde_json::{Value, json};
use switchman::base::usage::Tier;
use switchman::dialect::Memo;
use switchman::error::FaultKind;

use crate::support::{SECOND, answer, completion, greeting, message, translated, try_reply};

#[test]
fn an_answer_is_a_completion() {
    assert_eq!(
        completion(&Memo::default(), &answer(json!([{ "text": "Hi " }, { "text": "\"é\"\n" }]), "STOP")),
        json!({
            "id": "resp1", "object": "chat.completion", "created": 1_700_000_000, "model": "gemini-x",
            "choices": [{
                "index": 0, "message": { "role": "assistant", "content": "Hi \"é\"\n", "refusal": null },
                "logprobs": null, "finish_reason": "stop",
            }],
            "usage": {
                "prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12,
                "prompt_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
                "completion_tokens_details": { "reasoning_tokens": 0 },
            },
        })
    );
}

#[test]
fn parts_of_every_kind_are_told() {
    let told = message(json!([
        { "text": "hm", "thought": true }, { "text": " hm", "thought": true, "thoughtSignature": "c2ln" },
        { "text": "See " }, { "executableCode": { "code": "1" } }, { "codeExecutionResult": { "output": "1" } },
        { "inlineData": { "mimeType": "image/png", "data": "AAAA" } }, { "text": "this" },
    ]));
    assert_eq!((&told["reasoning_content"], &told["content"]), (&json!("hm hm"), &json!("See this")));
    let image =
        json!({ "type": "image_url", "index": 0, "image_url": { "url": "data:image/png;base64,AAAA" } });
    assert_eq!(told["images"], json!([image]));
    assert_eq!(told["extra_content"]["google"]["thought_signature"], "c2ln");
    let sound = message(json!([{ "inlineData": { "mimeType": "audio/L16;rate=24000", "data": "UklG" } }]));
    assert_eq!((&sound["audio"]["data"], &sound["content"]), (&json!("UklG"), &json!("")));
}

#[test]
fn calls_have_ids_and_end_the_turn() {
    let parts = json!([
        { "functionCall": { "name": "f", "args": { "b": 1.0, "a": "é" } } },
        { "functionCall": { "id": "own", "name": "g" } },
    ]);
    let told = completion(&Memo::default(), &answer(parts.clone(), "STOP"));
    let choice = &told["choices"][0];
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["content"]),
        (&json!("tool_calls"), &Value::Null)
    );
    let calls = choice["message"]["tool_calls"].as_array().unwrap();
    // As it was written: keys in their order, digits as they were.
    assert_eq!(calls[0]["function"]["arguments"], "{\"a\":\"é\",\"b\":1.0}");
    assert_eq!((&calls[1]["id"], &calls[1]["function"]["arguments"]), (&json!("own"), &json!("{}")));
    let id = calls[0]["id"].as_str().unwrap();
    assert!(id.starts_with("call_") && id.len() == 25, "{id}");
    // Nobody else's, and the same for the same.
    let mut other = answer(parts.clone(), "STOP");
    other["responseId"] = json!("resp2");
    let other = completion(&Memo::default(), &other);
    assert_ne!(other["choices"][0]["message"]["tool_calls"][0]["id"], id);
    assert_eq!(
        completion(&Memo::default(), &answer(parts, "STOP"))["choices"][0]["message"]["tool_calls"][0]["id"],
        id
    );
}

#[test]
fn an_older_function_is_called_alone() {
    let memo = translated(SECOND, &greeting(&json!({ "functions": [{ "name": "f" }] }))).memo;
    let parts = json!([{ "functionCall": { "name": "f", "args": {} } }, { "functionCall": { "name": "f", "args": { "x": 1 } } }]);
    let choice = completion(&memo, &answer(parts, "STOP"))["choices"][0].take();
    assert_eq!(choice["message"]["function_call"], json!({ "name": "f", "arguments": "{}" }));
    assert_eq!(choice["finish_reason"], "function_call");
}

#[test]
fn several_candidates_are_several_choices() {
    let candidate = |text: &str, reason: &str| json!({ "content": { "parts": [{ "text": text }] }, "finishReason": reason });
    let told = completion(
        &Memo::default(),
        &json!({ "candidates": [candidate("a", "STOP"), candidate("b", "MAX_TOKENS"), { "finishReason": "SAFETY", "index": 2 }] }),
    );
    let choices: Vec<_> = told["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].clone(), one["message"]["content"].clone(), one["finish_reason"].clone()))
        .collect();
    assert_eq!(
        choices,
        [
            (json!(0), json!("a"), json!("stop")),
            (json!(1), json!("b"), json!("length")),
            (json!(2), json!(""), json!("content_filter"))
        ]
    );
}

#[test]
fn what_was_blocked_is_a_fault_of_its_own() {
    let kind = |body: Value| {
        try_reply(&Memo::default(), &body.to_string())
            .map(|_| ())
            .map_err(|fault| (fault.kind, fault.message.to_string()))
    };
    let (refused, why) =
        kind(json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" }, "usageMetadata": {} }))
            .unwrap_err();
    assert_eq!(refused, FaultKind::ContentPolicy);
    assert!(why.ends_with("PROHIBITED_CONTENT"), "{why}");
    assert_eq!(kind(answer(json!([]), "SAFETY")).unwrap_err().0, FaultKind::ContentPolicy);
    assert_eq!(kind(answer(json!([]), "MALFORMED_FUNCTION_CALL")).unwrap_err().0, FaultKind::BadReply);
    // Something was said, or nothing is wrong.
    assert_eq!(kind(answer(json!([{ "text": "a" }]), "SAFETY")), Ok(()));
    assert_eq!(kind(answer(json!([{ "text": "a" }]), "MALFORMED_FUNCTION_CALL")), Ok(()));
    assert_eq!(kind(answer(json!([]), "MAX_TOKENS")), Ok(()));
    assert_eq!(kind(json!({ "candidates": [{ "finishReason": "STOP" }] })), Ok(()));
}

#[test]
fn what_is_no_answer_is_a_fault() {
    let kind = |body: &str| try_reply(&Memo::default(), body).unwrap_err().kind;
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        "{\"candidates\":[]}",
        "{\"candidates\":[7]}",
        "{\"candidates\":[{\"content\":7}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[7]}}]}",
        "{\"usageMetadata\":{}}",
    ] {
        assert_eq!(kind(body), FaultKind::BadReply, "{body}");
    }
    assert_eq!(
        kind(r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#),
        FaultKind::RateLimit
    );
    assert_eq!(kind(r#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#), FaultKind::Overloaded);
}

#[test]
fn pages_that_were_found_are_annotations_and_searches_are_billed() {
    let mut body = answer(json!([{ "text": "Žena: \"a\"" }]), "STOP");
    body["modelVersion"] = json!("gemini-3-flash");
    body["candidates"][0]["groundingMetadata"] = json!({
        "webSearchQueries": ["a", "b"],
        "groundingChunks": [{ "web": { "uri": "https://a", "title": "A" } }, { "web": { "uri": "https://b" } }, { "retrievedContext": {} }],
        // Bytes: the first letter has two.
        "groundingSupports": [{ "segment": { "startIndex": 7, "endIndex": 10 }, "groundingChunkIndices": [0, 1, 2, 9] }, { "segment": { "endIndex": 1 } }],
    });
    let reply = try_reply(&Memo::default(), &body.to_string()).unwrap();
    let told: Value = serde_json::from_slice(&reply.body).unwrap();
    let page = |url: &str, title: &str| json!({ "type": "url_citation", "url_citation": { "start_index": 6, "end_index": 9, "url": url, "title": title } });
    assert_eq!(
        told["choices"][0]["message"]["annotations"],
        json!([page("https://a", "A"), page("https://b", "")])
    );
    assert_eq!(reply.usage.unwrap().searches, 2);
    assert_eq!(told["usage"]["server_tool_use"], json!({ "web_search_requests": 2 }));
    body["modelVersion"] = json!("gemini-2.5-flash");
    assert_eq!(try_reply(&Memo::default(), &body.to_string()).unwrap().usage.unwrap().searches, 1);
}

#[test]
fn probabilities_of_tokens_are_told() {
    let mut body = answer(json!([{ "text": "a" }]), "STOP");
    let token = |token: &str, probability: f64| json!({ "token": token, "tokenId": 1, "logProbability": probability });
    body["candidates"][0]["logprobsResult"] = json!({
        "chosenCandidates": [token("a", -0.5)],
        "topCandidates": [{ "candidates": [token("a", -0.5), token("b", -1.5)] }],
    });
    let told =
        |token: &str, probability: f64| json!({ "token": token, "logprob": probability, "bytes": null });
    let mut first = told("a", -0.5);
    first["top_logprobs"] = json!([told("a", -0.5), told("b", -1.5)]);
    assert_eq!(
        completion(&Memo::default(), &body)["choices"][0]["logprobs"],
        json!({ "content": [first], "refusal": null })
    );
}

#[test]
fn usage_is_counted_as_openai_does() {
    let mut body = answer(json!([{ "text": "a" }]), "STOP");
    body["usageMetadata"] = json!({
        "promptTokenCount": 100, "cachedContentTokenCount": 40, "toolUsePromptTokenCount": 5, "candidatesTokenCount": 7, "thoughtsTokenCount": 30,
        "totalTokenCount": 142, "promptTokensDetails": [{ "modality": "AUDIO", "tokenCount": 8 }], "serviceTier": "priority",
    });
    let reply = try_reply(&Memo::default(), &body.to_string()).unwrap();
    let told: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        told["usage"],
        json!({
            "prompt_tokens": 105, "completion_tokens": 37, "total_tokens": 142,
            "prompt_tokens_details": { "cached_tokens": 40, "cache_write_tokens": 0, "audio_tokens": 8 },
            "completion_tokens_details": { "reasoning_tokens": 30 },
        })
    );
    assert_eq!(reply.usage.unwrap().tier, Some(Tier::Priority));
    body.as_object_mut().unwrap().remove("usageMetadata");
    let reply = try_reply(&Memo::default(), &body.to_string()).unwrap();
    assert!(reply.usage.is_none() && !String::from_utf8(reply.body).unwrap().contains("usage"));
}
