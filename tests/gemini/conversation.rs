//! Who speaks when: contents, the system instruction, calls and their results.

use serde_json::{Value, json};
use switchman::config::Surface;
use switchman::dialect::{Inbound, translate_request};
use switchman::error::FaultKind;

use crate::support::{GEMMA, NEWEST, SECOND, body, contents, deployment, fault, inbound};

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}

fn said(role: &str, text: &str) -> Value {
    json!({ "role": role, "parts": [{ "text": text }] })
}

#[test]
fn the_leading_system_is_an_instruction_and_a_later_one_the_users() {
    let messages = json!([
        { "role": "system", "content": "A" }, { "role": "developer", "content": [{ "type": "text", "text": "B" }] },
        { "role": "user", "content": "1" }, { "role": "assistant", "content": "2" },
        { "role": "system", "content": "C" }, { "role": "user", "content": "3" },
    ]);
    assert_eq!(
        body(SECOND, &json!({ "messages": messages })),
        json!({
            "systemInstruction": { "parts": [{ "text": "A" }, { "text": "B" }] },
            "contents": [said("user", "1"), said("model", "2"), { "role": "user", "parts": [{ "text": "C" }, { "text": "3" }] }],
        })
    );
    // Gemma knows no instruction.
    assert_eq!(
        body(GEMMA, &json!({ "messages": messages }))["contents"][0],
        json!({ "role": "user", "parts": [{ "text": "A" }, { "text": "B" }, { "text": "1" }] })
    );
    assert_eq!(body(GEMMA, &json!({ "messages": messages })).get("systemInstruction"), None);
}

#[test]
fn the_user_speaks_first_and_somebody_speaks() {
    for (messages, expected) in [
        (json!([]), json!([said("user", " ")])),
        (json!([{ "role": "system", "content": "A" }]), json!([said("user", " ")])),
        (
            json!([{ "role": "assistant", "content": "1" }, { "role": "user", "content": "2" }]),
            json!([said("user", " "), said("model", "1"), said("user", "2")]),
        ),
        (
            json!([{ "role": "assistant", "content": "" }, { "role": "user", "content": "2" }]),
            json!([said("user", "2")]),
        ),
        (
            json!([{ "role": "user", "content": "1" }, { "role": "user", "content": "" }]),
            json!([{ "role": "user", "parts": [{ "text": "1" }, { "text": " " }] }]),
        ),
    ] {
        assert_eq!(contents(SECOND, messages.clone()), expected, "{messages}");
    }
    assert_eq!(contents(GEMMA, json!([{ "role": "system", "content": "A" }])), json!([said("user", "A")]));
}

#[test]
fn results_stand_behind_their_calls_in_the_order_of_the_calls() {
    let messages = json!([
        { "role": "user", "content": "?" },
        { "role": "assistant", "content": "Look", "tool_calls": [call("a", "f", "{\"x\": 1.0}"), call("b", "g.h", ""), call("c", "f", "[1]")] },
        { "role": "user", "content": "wait" },
        { "role": "tool", "tool_call_id": "c", "content": "3" },
        { "role": "tool", "tool_call_id": "a", "content": "1" },
        { "role": "tool", "tool_call_id": "b", "content": "2" },
        { "role": "assistant", "content": "So." },
        { "role": "user", "content": "and?" },
    ]);
    let wire = |id: &str, name: &str, args: Value| json!({ "functionCall": { "id": id, "name": name, "args": args } });
    let result = |id: &str, name: &str, text: &str| json!({ "functionResponse": { "id": id, "name": name, "response": { "content": text } } });
    assert_eq!(
        contents(SECOND, messages),
        json!([
            said("user", "?"),
            { "role": "model", "parts": [{ "text": "Look" }, wire("a", "f", json!({ "x": 1.0 })), wire("b", "g.h", json!({})), wire("c", "f", json!({ "arguments": [1] }))] },
            { "role": "user", "parts": [result("a", "f", "1"), result("b", "g.h", "2"), result("c", "f", "3")] },
            said("user", "wait"),
            said("model", "So."),
            said("user", "and?"),
        ])
    );
}

#[test]
fn calls_that_are_counted_anew_in_every_turn_keep_their_results() {
    let turn = |name: &str| json!({ "role": "assistant", "tool_calls": [call("call_0", name, "{}")] });
    let told = |text: &str| json!({ "role": "tool", "tool_call_id": "call_0", "content": text });
    let messages = json!([{ "role": "user", "content": "?" }, turn("f"), told("1"), turn("g"), told("2")]);
    let contents = contents(SECOND, messages);
    let names: Vec<_> = [1, 2, 3, 4]
        .iter()
        .map(|at| {
            let part = &contents[*at]["parts"][0];
            (
                part["functionCall"]["name"].clone(),
                part["functionResponse"]["name"].clone(),
                part["functionResponse"]["response"]["content"].clone(),
            )
        })
        .collect();
    let null = Value::Null;
    assert_eq!(
        names,
        [
            (json!("f"), null.clone(), null.clone()),
            (null.clone(), json!("f"), json!("1")),
            (json!("g"), null.clone(), null.clone()),
            (null.clone(), json!("g"), json!("2")),
        ]
    );
}

#[test]
fn older_functions_and_lone_results_find_their_names() {
    let messages = json!([
        { "role": "user", "content": "?" },
        { "role": "assistant", "content": null, "function_call": { "name": "f", "arguments": "{}" } },
        { "role": "function", "name": "f", "content": "1" },
    ]);
    let all = contents(SECOND, messages);
    assert_eq!(all[1]["parts"][0], json!({ "functionCall": { "name": "f", "args": {} } }));
    assert_eq!(
        all[2]["parts"][0],
        json!({ "functionResponse": { "name": "f", "response": { "content": "1" } } })
    );
    let lone = contents(SECOND, json!([{ "role": "tool", "tool_call_id": "call 1", "content": "1" }]));
    let name = lone[0]["parts"][0]["functionResponse"]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("call_1_"), "{name}");
    let nameless = json!({ "messages": [{ "role": "tool", "content": "1" }] });
    assert_eq!(fault(SECOND, &nameless).kind, FaultKind::BadRequest);
}

#[test]
fn an_answer_goes_on_from_a_text_where_the_model_does_so() {
    let messages = json!([{ "role": "user", "content": "?" }, { "role": "assistant", "content": "Well, " }]);
    assert_eq!(contents(SECOND, messages.clone()), json!([said("user", "?"), said("model", "Well, ")]));
    let refused = fault(NEWEST, &json!({ "messages": messages }));
    assert_eq!((refused.kind, refused.param.as_deref()), (FaultKind::Unsupported, Some("messages")));
    let text = json!({ "messages": [{ "role": "user", "content": "?" }] }).to_string();
    let request = Inbound { prefix: Some("It is \"so\""), ..inbound(text.as_bytes()) };
    let translated = translate_request(&deployment(SECOND), Surface::Chat, &request).unwrap();
    let body: Value = serde_json::from_slice(&translated.body).unwrap();
    assert_eq!(body["contents"][1], said("model", "It is \"so\""));
    // Calls that nobody has answered are no beginning of an answer.
    let open = json!([{ "role": "user", "content": "?" }, { "role": "assistant", "tool_calls": [call("a", "f", "{}")] }]);
    assert_eq!(contents(NEWEST, open)[1]["role"], "model");
}

#[test]
fn nonsense_is_a_mistake_of_the_request() {
    for messages in [
        json!(7),
        json!([7]),
        json!([{ "role": "nobody", "content": "x" }]),
        json!([{ "role": "user", "content": 7 }]),
        json!([{ "role": "assistant", "tool_calls": [7] }]),
        json!([{ "role": "assistant", "tool_calls": [{ "id": "a" }] }]),
    ] {
        let fault = fault(SECOND, &json!({ "messages": messages }));
        assert_eq!(
            (fault.kind, fault.param.as_deref()),
            (FaultKind::BadRequest, Some("messages")),
            "{messages}"
        );
    }
    assert_eq!(fault(SECOND, &json!({ "model": "m" })).kind, FaultKind::BadRequest);
    let broken = translate_request(&deployment(SECOND), Surface::Chat, &inbound(b"[1]"));
    assert_eq!(broken.unwrap_err().kind, FaultKind::BadRequest);
}
