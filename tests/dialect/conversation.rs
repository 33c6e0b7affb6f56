//! Messages into a system prompt and turns that alternate.

use serde_json::{Value, json};
use switchman::config::Surface;
use switchman::dialect::{Inbound, translate_request};
use switchman::error::FaultKind;

use crate::support::{MID, NEW, body, deployment, fault, inbound, refused, turns};

fn user(text: &str) -> Value {
    json!({ "role": "user", "content": [{ "type": "text", "text": text }] })
}

fn assistant(text: &str) -> Value {
    json!({ "role": "assistant", "content": [{ "type": "text", "text": text }] })
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}

#[test]
fn system_and_developer_messages_become_the_system_prompt_wherever_they_stand() {
    let body = body(
        MID,
        &json!({
            "system": "Zero.",
            "messages": [
                { "role": "system", "content": "One." },
                { "role": "developer", "content": [{ "type": "text", "text": "Two." }], "cache_control": { "type": "ephemeral" } },
                { "role": "user", "content": "Hi" },
                { "role": "system", "content": "" },
                { "role": "system", "content": "Three." },
                { "role": "user", "content": "again" },
            ],
        }),
    );
    let cached = json!({ "type": "text", "text": "Two.", "cache_control": { "type": "ephemeral" } });
    let text = |text: &str| json!({ "type": "text", "text": text });
    assert_eq!(body["system"], json!([text("Zero."), text("One."), cached, text("Three.")]));
    assert_eq!(body["messages"], json!([{ "role": "user", "content": [text("Hi"), text("again")] }]));
}

#[test]
fn turns_alternate_begin_with_the_user_and_are_never_empty() {
    for (messages, expected) in [
        (json!([]), json!([user(".")])),
        (json!([{ "role": "system", "content": "x" }]), json!([user(".")])),
        (
            json!([{ "role": "assistant", "content": "Hello!" }, { "role": "user", "content": "Hi" }]),
            json!([user("."), assistant("Hello!"), user("Hi")]),
        ),
        (
            json!([{ "role": "user", "content": "a" }, { "role": "assistant", "content": "" }, { "role": "user", "content": "b" }]),
            json!([{ "role": "user", "content": [{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }] }]),
        ),
        (
            json!([{ "role": "user", "content": "a" }, { "role": "assistant", "content": "b" }, { "role": "user", "content": " \n" }]),
            json!([user("a"), assistant("b"), user(".")]),
        ),
        (
            json!([{ "role": "user", "content": "a" }, { "role": "assistant", "content": null, "refusal": "No." }, { "role": "user", "content": "b" }]),
            json!([user("a"), assistant("No."), user("b")]),
        ),
    ] {
        assert_eq!(turns(messages), expected);
    }
}

#[test]
fn results_of_tools_stand_first_in_one_turn_behind_their_calls() {
    let calls = [call("call_1", "get_weather", r#"{"city": "Oslo"}"#), call("call_2", "get_weather", "")];
    let messages = json!([
        { "role": "user", "content": "Weather?" },
        { "role": "assistant", "content": "Let me see.", "tool_calls": calls },
        { "role": "user", "content": "Quick!" },
        { "role": "tool", "tool_call_id": "call_1", "content": "3C" },
        { "role": "tool", "tool_call_id": "call_2", "content": [{ "type": "text", "text": "5C" }], "cache_control": { "type": "ephemeral" } },
        { "role": "user", "content": "And?" },
    ]);
    let text = |text: &str| json!({ "type": "text", "text": text });
    assert_eq!(
        turns(messages),
        json!([
            user("Weather?"),
            { "role": "assistant", "content": [
                text("Let me see."),
                { "type": "tool_use", "id": "call_1", "name": "get_weather", "input": { "city": "Oslo" } },
                { "type": "tool_use", "id": "call_2", "name": "get_weather", "input": {} },
            ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "call_1", "content": "3C" },
                { "type": "tool_result", "tool_use_id": "call_2", "content": [text("5C")], "cache_control": { "type": "ephemeral" } },
                text("Quick!"),
                text("And?"),
            ] },
        ])
    );
}

#[test]
fn results_may_be_empty_wrong_or_pictures() {
    let result = |message: Value| {
        let mut message = message;
        message["role"] = json!("tool");
        message["tool_call_id"] = json!("a");
        let assistant = json!({ "role": "assistant", "tool_calls": [call("a", "f", "{}")] });
        turns(json!([{ "role": "user", "content": "x" }, assistant, message]))[2]["content"][0].take()
    };
    let plain = json!({ "type": "tool_result", "tool_use_id": "a" });
    for empty in [json!({ "content": "" }), json!({ "content": [] }), json!({ "content": null }), json!({})] {
        assert_eq!(result(empty), plain);
    }
    assert_eq!(result(json!({ "content": "no", "is_error": true }))["is_error"], true);
    let picture = json!([{ "type": "image_url", "image_url": { "url": "https://x/y.png" } }]);
    assert_eq!(result(json!({ "content": picture }))["content"][0]["type"], "image");
}

#[test]
fn ids_are_made_plain_and_stand_for_one_call_each() {
    let round = |id: &str| {
        [
            json!({ "role": "assistant", "tool_calls": [call(id, "my.tool", "{}")] }),
            json!({ "role": "tool", "tool_call_id": id, "content": "ok" }),
        ]
    };
    let mut messages = vec![json!({ "role": "user", "content": "x" })];
    for id in ["functions.f:0", "functions.f:0", "call_a"] {
        messages.extend(round(id));
    }
    let turns = turns(json!(messages));
    let mut seen = std::collections::BTreeSet::new();
    for at in [1, 3, 5] {
        let call = &turns[at]["content"][0];
        let id = call["id"].as_str().unwrap();
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)), "{id}");
        assert!(seen.insert(id.to_owned()), "{id} stands twice");
        assert_eq!(turns[at + 1]["content"][0]["tool_use_id"], *id);
        assert!(call["name"].as_str().unwrap().starts_with("my_tool_"));
    }
    assert!(seen.contains("call_a"));
}

#[test]
fn two_calls_of_one_id_are_answered_in_their_order() {
    let calls = [call("call_0", "a", "{}"), call("call_0", "b", "{}")];
    let result = |content: &str| json!({ "role": "tool", "tool_call_id": "call_0", "content": content });
    let turns = turns(json!([
        { "role": "user", "content": "x" }, { "role": "assistant", "tool_calls": calls }, result("1"), result("2"),
    ]));
    for at in [0, 1] {
        assert_eq!(turns[1]["content"][at]["id"], turns[2]["content"][at]["tool_use_id"]);
    }
    assert_ne!(turns[1]["content"][0]["id"], turns[1]["content"][1]["id"]);
}

#[test]
fn arguments_are_an_object_and_are_not_written_anew() {
    let input = |arguments: &str| {
        let messages = json!([
            { "role": "user", "content": "x" },
            { "role": "assistant", "tool_calls": [call("a", "f", arguments)] },
        ]);
        let request = json!({ "messages": messages }).to_string();
        let inbound = inbound(request.as_bytes());
        let body = translate_request(&deployment(MID), Surface::Chat, &inbound).unwrap().body;
        let text = String::from_utf8(body).unwrap();
        let (_, rest) = text.split_once(r#""input":"#).unwrap();
        rest.split_once("}]}],").unwrap().0.to_owned()
    };
    for same in [r#"{"z": 1.50, "a": 12345678901234567890123, "é":"\u00e9"}"#, "{\n}"] {
        assert_eq!(input(same), same);
    }
    assert_eq!(input("  "), "{}");
    assert_eq!(input("[1]"), r#"{"arguments":[1]}"#);
    assert_eq!(input(r#"{"cut": "#), r#"{"arguments":"{\"cut\": "}"#);
}

#[test]
fn thinking_goes_back_first_and_as_it_came_unless_it_is_somebody_elses() {
    let signed = json!({ "type": "thinking", "thinking": "hm", "signature": "s=" });
    let hidden = json!({ "type": "redacted_thinking", "data": "d" });
    let foreign = json!({ "type": "thinking", "thinking": "ho", "signature": "" });
    let turns = turns(json!([
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": "a", "thinking_blocks": [signed, foreign, hidden], "reasoning_content": "hm",
          "cache_control": { "type": "ephemeral" } },
        { "role": "user", "content": "y" },
        { "role": "assistant", "content": [foreign, { "type": "text", "text": "b" }, signed] },
        { "role": "user", "content": "z" },
    ]));
    let cached = json!({ "type": "text", "text": "a", "cache_control": { "type": "ephemeral" } });
    assert_eq!(turns[1]["content"], json!([signed, hidden, cached]));
    assert_eq!(turns[3]["content"], json!([{ "type": "text", "text": "b" }, signed]));
}

#[test]
fn an_answer_goes_on_from_a_text_without_blanks_at_its_end() {
    let request = json!({ "messages": [{ "role": "user", "content": "x" }, { "role": "assistant", "content": "One, \n" }] });
    assert_eq!(body(MID, &request)["messages"][1], assistant("One,"));
    refused(NEW, &request, "messages");

    let request = json!({ "messages": [{ "role": "user", "content": "x" }] }).to_string();
    let go_on = |prefix| {
        let inbound = Inbound { prefix: Some(prefix), ..inbound(request.as_bytes()) };
        let body = translate_request(&deployment(MID), Surface::Chat, &inbound).unwrap().body;
        serde_json::from_slice::<Value>(&body).unwrap()["messages"].take()
    };
    assert_eq!(go_on("Two \"and\" "), json!([user("x"), assistant("Two \"and\"")]));
    assert_eq!(go_on(" "), json!([user("x")]));
    // Not a last text, not trimmed.
    let request = json!([{ "role": "user", "content": "x " }, { "role": "assistant", "content": "a " }, { "role": "user", "content": "y" }]);
    assert_eq!(turns(request), json!([user("x "), assistant("a "), user("y")]));
}

#[test]
fn older_functions_are_calls_as_well() {
    let turns = turns(json!([
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": null, "function_call": { "name": "f", "arguments": "{\"a\":1}" } },
        { "role": "function", "name": "f", "content": "ok" },
    ]));
    let call = &turns[1]["content"][0];
    assert_eq!((&call["name"], &call["input"]), (&json!("f"), &json!({ "a": 1 })));
    assert_eq!(
        turns[2]["content"],
        json!([{ "type": "tool_result", "tool_use_id": call["id"], "content": "ok" }])
    );
}

#[test]
fn what_is_no_conversation_is_the_callers_mistake() {
    for messages in [
        json!(null),
        json!("x"),
        json!({}),
        json!([1]),
        json!([{ "content": "x" }]),
        json!([{ "role": "judge", "content": "x" }]),
        json!([{ "role": "user", "content": 1 }]),
        json!([{ "role": "user", "content": [1] }]),
        json!([{ "role": "user", "content": [{ "type": "image_url" }] }]),
        json!([{ "role": "assistant", "tool_calls": [{ "id": "a" }] }]),
        json!([{ "role": "tool", "content": "x" }]),
    ] {
        let fault = fault(MID, &json!({ "messages": messages }));
        assert_eq!(
            (fault.kind, fault.param.as_deref()),
            (FaultKind::BadRequest, Some("messages")),
            "{messages}"
        );
    }
    let marked = "\u{FEFF} {\"messages\":[]}";
    assert!(translate_request(&deployment(MID), Surface::Chat, &inbound(marked.as_bytes())).is_ok());
    for body in ["", "[]", "{", "{\"messages\":[]", "\u{7f}"] {
        let fault =
            translate_request(&deployment(MID), Surface::Chat, &inbound(body.as_bytes())).unwrap_err();
        assert_eq!(fault.kind, FaultKind::BadRequest, "{body}");
    }
}
