//! Signatures of thoughts: to the caller, back to the model that signed, and to nobody else.

use serde_json::{Value, json};
use switchman::base::json::Skeleton;
use switchman::config::{Surface, load};
use switchman::dialect::{Wording, portable, translate_request};

use crate::support::{
    NEWEST, SECOND, THIRD, answer, completion, contents, deployment, greeting, inbound, translated,
};

const UNSIGNED: &str = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

/// The message that a model answers with, as a client of OpenAI's keeps it: ids, names, arguments and texts.
fn answered(model: &str, parts: Value) -> Value {
    let memo = translated(model, &greeting(&json!({}))).memo;
    let message = completion(&memo, &answer(parts, "STOP"))["choices"][0]["message"].take();
    let calls = message["tool_calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| json!({ "id": call["id"], "type": "function", "function": call["function"] }));
    json!({ "role": "assistant", "content": message["content"], "tool_calls": calls.collect::<Vec<_>>() })
}

/// A conversation with that answer and the results.
fn conversation(message: &Value) -> Value {
    let mut all = vec![json!({ "role": "user", "content": "?" }), message.clone()];
    let ids = message["tool_calls"].as_array().unwrap().iter().map(|call| call["id"].clone());
    all.extend(ids.map(|id| json!({ "role": "tool", "tool_call_id": id, "content": "1" })));
    all.into()
}

fn calls() -> Value {
    json!([
        { "functionCall": { "id": "own-1", "name": "f", "args": {} }, "thoughtSignature": "c2ln+/8=" },
        { "functionCall": { "name": "g", "args": {} } },
    ])
}

#[test]
fn a_signature_comes_back_with_the_call_it_came_with() {
    let sent = contents(THIRD, conversation(&answered(THIRD, calls())));
    let parts = sent[1]["parts"].as_array().unwrap();
    assert_eq!(
        parts[0],
        json!({ "functionCall": { "id": "own-1", "name": "f", "args": {} }, "thoughtSignature": "c2ln+/8=" })
    );
    assert_eq!(parts[1].get("thoughtSignature"), None);
    let results = sent[2]["parts"].as_array().unwrap();
    assert_eq!(results[0]["functionResponse"]["id"], "own-1");
    assert_eq!(results[1]["functionResponse"]["id"], parts[1]["functionCall"]["id"]);
}

#[test]
fn another_model_gets_the_stand_in() {
    let message = answered(THIRD, calls());
    let sent = contents(NEWEST, conversation(&message));
    assert_eq!(sent[1]["parts"][0]["thoughtSignature"], UNSIGNED);
    assert_eq!(sent[1]["parts"][0]["functionCall"]["id"], "own-1");
    assert_eq!(sent[1]["parts"][1].get("thoughtSignature"), None);
    // The generation before wants none.
    assert_eq!(contents(SECOND, conversation(&message))[1]["parts"][0].get("thoughtSignature"), None);
    let foreign = json!({ "role": "assistant", "tool_calls": [{ "id": "call_1", "function": { "name": "f", "arguments": "{}" } }] });
    assert_eq!(contents(THIRD, conversation(&foreign))[1]["parts"][0]["thoughtSignature"], UNSIGNED);
}

#[test]
fn other_ways_to_carry_a_signature_are_read() {
    let google = json!({ "google": { "thought_signature": "Z29v" } });
    for call in [
        json!({ "id": "a", "function": { "name": "f" }, "extra_content": google }),
        json!({ "id": "a", "function": { "name": "f" }, "provider_specific_fields": { "thought_signature": "Z29v" } }),
        json!({ "id": "a__thought__Z29v", "function": { "name": "f" } }),
    ] {
        let message = json!({ "role": "assistant", "tool_calls": [call] });
        let part = contents(THIRD, conversation(&message))[1]["parts"][0].take();
        assert_eq!(
            (&part["thoughtSignature"], &part["functionCall"]["id"]),
            (&json!("Z29v"), &json!("a")),
            "{call}"
        );
    }
}

#[test]
fn what_signs_a_text_is_kept_by_clients_that_keep_everything() {
    let memo = translated(THIRD, &greeting(&json!({}))).memo;
    let parts = json!([{ "text": "a" }, { "text": "", "thoughtSignature": "dGV4dA==" }]);
    let message = completion(&memo, &answer(parts, "STOP"))["choices"][0]["message"].take();
    let talk = json!([{ "role": "user", "content": "?" }, message, { "role": "user", "content": "and?" }]);
    assert_eq!(
        contents(THIRD, talk.clone())[1]["parts"],
        json!([{ "text": "a", "thoughtSignature": "dGV4dA==" }])
    );
    assert_eq!(contents(NEWEST, talk)[1]["parts"], json!([{ "text": "a" }]));
}

#[test]
fn other_providers_never_see_a_signature() {
    let request = json!({ "messages": conversation(&answered(THIRD, calls())), "tools": [{ "type": "function", "function": { "name": "f" } }] });
    let entry = json!({ "model_name": "chat", "litellm_params": { "model": "anthropic/claude-sonnet-4-5", "api_key": "k" } });
    let loaded = load(&json!({ "model_list": [entry] }), &Value::Null, &|_| None).unwrap();
    let text = request.to_string();
    let sent =
        translate_request(&loaded.config.deployments[0], Surface::Chat, &inbound(text.as_bytes())).unwrap();
    let sent = String::from_utf8(sent.body).unwrap();
    assert!(!sent.contains("thought") && !sent.contains("c2ln"), "{sent}");
    let body: Value = serde_json::from_str(&sent).unwrap();
    assert_eq!(body["messages"][1]["content"][0]["id"], body["messages"][2]["content"][0]["tool_use_id"]);

    let plain: Value =
        serde_json::from_slice(&portable(&Wording::at("openai_like", None), text.as_bytes()).unwrap())
            .unwrap();
    let ids: Vec<&str> = plain["messages"][1]["tool_calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["id"].as_str().unwrap())
        .collect();
    // OpenAI takes forty characters.
    assert!(ids.iter().all(|id| id.len() <= 40 && !id.contains("thought")), "{ids:?}");
    assert_eq!(plain["messages"][2]["tool_call_id"], ids[0]);
}

/// A signature is longer than what is kept of long strings: its middle comes back from where it was.
#[test]
fn a_long_signature_travels_in_pieces() {
    let long = "QUJD".repeat(2_000);
    let parts = json!([{ "functionCall": { "name": "f", "args": {} }, "thoughtSignature": long }]);
    let request = json!({ "messages": conversation(&answered(THIRD, parts)) }).to_string();
    let mut skeleton = Skeleton::default();
    skeleton.push(request.as_bytes());
    let bones = skeleton.finish();
    assert!(bones.json.len() < 4_000);
    let sent = translate_request(&deployment(THIRD), Surface::Chat, &inbound(&bones.json)).unwrap();
    let body: Value = serde_json::from_slice(&bones.expand(sent.body).apply(request.as_bytes())).unwrap();
    assert_eq!(body["contents"][1]["parts"][0]["thoughtSignature"], long);
    let id = &body["contents"][1]["parts"][0]["functionCall"]["id"];
    assert_eq!(&body["contents"][2]["parts"][0]["functionResponse"]["id"], id);
    let plain = portable(&Wording::at("openai_like", None), &bones.json).unwrap();
    let plain = String::from_utf8(bones.expand(plain).apply(request.as_bytes())).unwrap();
    assert!(plain.len() < 1_000 && !plain.contains("QUJD"), "{plain}");
}
