//! Transcripts that hop: an answer of each dialect, replayed to each other one. `docs/TRANSCRIPTS.md` has the table.

use serde_json::{Value, json};
use switchman::dialect::{Memo, Wording, portable};

use crate::support::{MID, completion, turns};

/// What Anthropic answers, as the caller gets it and appends it to the conversation.
fn from_anthropic() -> Value {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": MID, "stop_reason": "tool_use",
        "content": [
            { "type": "thinking", "thinking": "Hm.", "signature": "c2ln" },
            { "type": "redacted_thinking", "data": "eHg=" },
            { "type": "text", "text": "As it says.", "citations": [{ "type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "x" }] },
            { "type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": "f", "input": { "a": 1 } },
        ],
        "usage": { "input_tokens": 1, "output_tokens": 1 },
    });
    completion(&Memo::default(), &body)["choices"][0]["message"].take()
}

/// What a reasoning model of OpenAI's shape answers, put together from a stream by a careless client.
fn from_openai() -> Value {
    json!({
        "role": "assistant", "content": "As it says.", "refusal": null, "annotations": [], "reasoning_content": "Hm.",
        "reasoning_details": [{ "type": "reasoning.encrypted", "data": "x" }], "audio": null,
        "provider_specific_fields": { "x": 1 },
        "tool_calls": [{ "index": 0, "id": "call.1:0", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } }],
    })
}

/// A conversation around an answer with a call in it.
fn conversation(answer: &Value) -> Value {
    json!([
        { "role": "system", "content": [{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral" } }] },
        { "role": "user", "content": "x", "name": "ann" },
        answer,
        { "role": "tool", "tool_call_id": answer["tool_calls"][0]["id"], "content": "ok" },
    ])
}

/// The messages as a provider of OpenAI's shape gets them.
fn at(provider: &str, answer: &Value) -> Value {
    let body = json!({ "model": "m", "messages": conversation(answer) }).to_string();
    let body = portable(&Wording::at(provider, Some("m")), body.as_bytes()).unwrap();
    serde_json::from_slice::<Value>(&body).unwrap()["messages"].take()
}

fn names(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn anthropics_answers_are_read_by_openai_and_by_strict_neighbours() {
    let answer = from_anthropic();
    let all =
        ["annotations", "content", "reasoning_content", "refusal", "role", "thinking_blocks", "tool_calls"];
    assert_eq!(names(&answer), all);
    for (provider, kept) in [
        ("openai", &["annotations", "content", "refusal", "role", "tool_calls"][..]),
        ("groq", &["content", "role", "tool_calls"]),
        ("mistral", &["content", "role", "tool_calls"]),
        ("cerebras", &["content", "reasoning", "role", "tool_calls"]),
        ("fireworks_ai", &["content", "reasoning_content", "role", "tool_calls"]),
        // Of others nobody knows what they refuse; a LiteLLM proxy needs it all.
        ("openai_like", &all[..]),
    ] {
        let messages = at(provider, &answer);
        assert_eq!(names(&messages[2]), kept, "{provider}");
        assert_eq!(messages[2]["content"], "As it says.");
        assert_eq!(messages[2]["tool_calls"][0]["function"], answer["tool_calls"][0]["function"]);
        let id = messages[3]["tool_call_id"].as_str().unwrap();
        assert_eq!(messages[2]["tool_calls"][0]["id"], id);
        assert_eq!(id.len(), if provider == "mistral" { 9 } else { 29 }, "{provider}");
        let is_cached = messages[0]["content"][0].get("cache_control").is_some();
        assert_eq!(is_cached, provider == "openai_like", "{provider}");
    }
}

#[test]
fn an_answer_goes_back_to_anthropic_as_it_came() {
    let turns = turns(conversation(&from_anthropic()));
    assert_eq!(
        turns[1]["content"],
        json!([
            { "type": "thinking", "thinking": "Hm.", "signature": "c2ln" },
            { "type": "redacted_thinking", "data": "eHg=" },
            { "type": "text", "text": "As it says." },
            { "type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": "f", "input": { "a": 1 } },
        ])
    );
    assert_eq!(turns[2]["content"][0]["tool_use_id"], "toolu_01A09q90qw90lq917835lq9");
}

#[test]
fn openais_answers_are_read_by_anthropic() {
    let turns = turns(conversation(&from_openai()));
    let content = turns[1]["content"].as_array().unwrap();
    // Thinking that Anthropic has not signed is refused there.
    assert_eq!(content[0], json!({ "type": "text", "text": "As it says." }));
    assert_eq!((content.len(), &content[1]["type"]), (2, &json!("tool_use")));
    let id = content[1]["id"].as_str().unwrap();
    assert!(id.starts_with("call_1_0_"), "{id}");
    assert_eq!(turns[2]["content"][0]["tool_use_id"], id);
    assert_eq!(names(&turns[0]), ["content", "role"]);
}

#[test]
fn openais_own_answers_lose_what_openai_itself_refuses() {
    let messages = at("openai", &from_openai());
    assert_eq!(names(&messages[2]), ["annotations", "audio", "content", "refusal", "role", "tool_calls"]);
    assert_eq!(names(&messages[2]["tool_calls"][0]), ["function", "id", "type"]);
    assert_eq!(messages[1], json!({ "role": "user", "content": "x", "name": "ann" }));
}
