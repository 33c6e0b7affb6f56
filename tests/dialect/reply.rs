//! Whole answers as chat completions.

use serde_json::{Value, json};
use switchman::dialect::Memo;
use switchman::error::FaultKind;

use crate::support::{MID, answer, completion, message, translated, try_reply};

#[test]
fn an_answer_is_a_completion() {
    let body =
        answer(json!([{ "type": "text", "text": "Hi " }, { "type": "text", "text": "there" }]), "end_turn");
    assert_eq!(
        completion(&Memo::default(), &body),
        json!({
            "id": "msg_1", "object": "chat.completion", "created": 1_700_000_000, "model": "claude-x",
            "choices": [{
                "index": 0, "message": { "role": "assistant", "content": "Hi there", "refusal": null },
                "logprobs": null, "finish_reason": "stop",
            }],
            "usage": {
                "prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12,
                "prompt_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            },
        })
    );
}

#[test]
fn usage_is_told_as_openai_counts_and_never_invented() {
    let mut body = answer(json!([]), "end_turn");
    body["usage"] = json!({
        "input_tokens": 10, "cache_creation_input_tokens": 4, "cache_read_input_tokens": 6, "output_tokens": 8,
        "output_tokens_details": { "thinking_tokens": 5 },
    });
    let reply = try_reply(&Memo::default(), &body.to_string()).unwrap();
    let usage = reply.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens), (20, 8, 6));
    let told: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        told["usage"]["prompt_tokens_details"],
        json!({ "cached_tokens": 6, "cache_write_tokens": 4 })
    );
    assert_eq!(told["usage"]["completion_tokens_details"], json!({ "reasoning_tokens": 5 }));

    body.as_object_mut().unwrap().remove("usage");
    let reply = try_reply(&Memo::default(), &body.to_string()).unwrap();
    assert_eq!(reply.usage, None);
    assert!(!String::from_utf8(reply.body).unwrap().contains("usage"));
}

#[test]
fn thinking_calls_and_what_ran_elsewhere_are_told_apart() {
    let signed = json!({ "type": "thinking", "thinking": "hm", "signature": "s=" });
    let hidden = json!({ "type": "redacted_thinking", "data": "d" });
    let told = message(json!([
        signed, hidden,
        { "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": { "q": "x" } },
        { "type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [] },
        { "type": "brand_new" },
        { "type": "tool_use", "id": "toolu_1", "name": "f", "input": { "a": 1 } },
        { "type": "tool_use", "id": "toolu_2", "name": "g", "input": {} },
    ]));
    let call = |id: &str, name: &str, arguments: &str| json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } });
    assert_eq!(
        told,
        json!({
            "role": "assistant", "content": null, "refusal": null, "reasoning_content": "hm",
            "thinking_blocks": [signed, hidden],
            "tool_calls": [call("toolu_1", "f", "{\"a\":1}"), call("toolu_2", "g", "{}")],
        })
    );
    assert_eq!(message(json!([]))["content"], "");
}

#[test]
fn arguments_and_texts_are_copied_as_they_are_written() {
    let body = r#"{"id":"m","model":"m","content":[{"type":"text","text":"\u00e9\/\ud800"},{"type":"tool_use","id":"t","name":"f","input":{"z": 1.50,"a":123456789012345678901}}],"stop_reason":"tool_use"}"#;
    let reply = String::from_utf8(try_reply(&Memo::default(), body).unwrap().body).unwrap();
    assert!(reply.contains(r#""content":"\u00e9\/\ud800""#), "{reply}");
    assert!(reply.contains(r#""arguments":"{\"z\": 1.50,\"a\":123456789012345678901}""#), "{reply}");
}

#[test]
fn citations_of_pages_become_annotations() {
    let page = json!({ "type": "web_search_result_location", "url": "https://x", "title": "X", "cited_text": "c", "encrypted_index": "e" });
    let found =
        json!({ "type": "search_result_location", "source": "https://y", "title": null, "cited_text": "c" });
    let letters = json!({ "type": "char_location", "document_index": 0, "cited_text": "c" });
    let told = message(json!([
        { "type": "text", "text": "Hé " },
        { "type": "text", "text": "wörld", "citations": [page, letters, found] },
        { "type": "text", "text": ".", "citations": null },
    ]));
    let note = |url: &str, title: &str| json!({ "type": "url_citation", "url_citation": { "start_index": 3, "end_index": 8, "url": url, "title": title } });
    assert_eq!(told["annotations"], json!([note("https://x", "X"), note("https://y", "")]));
}

#[test]
fn endings() {
    for (reason, expected) in [
        (json!("end_turn"), "stop"),
        (json!("max_tokens"), "length"),
        (json!("refusal"), "content_filter"),
        (json!("pause_turn"), "stop"),
        (json!(null), "stop"),
    ] {
        let mut body = answer(json!([]), "");
        body["stop_reason"] = reason;
        assert_eq!(completion(&Memo::default(), &body)["choices"][0]["finish_reason"], expected);
    }
}

#[test]
fn who_speaks_of_functions_is_answered_with_a_function() {
    let request = json!({ "messages": [{ "role": "user", "content": "x" }], "functions": [{ "name": "f" }] });
    let memo = translated(MID, &request).memo;
    let content = json!([{ "type": "tool_use", "id": "t", "name": "f", "input": { "a": 1 } }]);
    let choice = completion(&memo, &answer(content, "tool_use"))["choices"][0].take();
    assert_eq!(choice["finish_reason"], "function_call");
    assert_eq!(choice["message"]["function_call"], json!({ "name": "f", "arguments": "{\"a\":1}" }));
    assert_eq!(choice["message"].get("tool_calls"), None);
}

#[test]
fn what_is_no_answer_is_a_fault() {
    let kind = |body: &str| try_reply(&Memo::default(), body).unwrap_err().kind;
    for body in
        ["", "<html>", "[]", "{", "{}", r#"{"content":null}"#, r#"{"content":[1]}"#, r#"{"content":[{}]}"#]
    {
        assert_eq!(kind(body), FaultKind::BadReply, "{body}");
    }
    let error =
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#;
    let fault = try_reply(&Memo::default(), error).unwrap_err();
    assert_eq!((fault.kind, &*fault.message), (FaultKind::Overloaded, "Overloaded"));
}
