//! What servers say in nearly OpenAI's words.

use proptest::prelude::*;
use serde_json::{Value, json};
use switchman::config::{DialectName, Surface};
use switchman::dialect::{Memo, Similar, translate_reply};
use switchman::error::FaultKind;
use switchman::plan::StreamOutcome;

use crate::support::{Begun, begin, router};

fn call(model: &str) -> Begun {
    let params = json!({ "model": model, "api_base": "https://own.test/v1" });
    begin(router(params), &json!({ "model": "chat", "messages": [] }), Value::Null)
}

fn message(model: &str, message: Value, end: &str) -> Value {
    let answer = json!({ "choices": [{ "index": 0, "message": message, "finish_reason": end }] });
    call(model).answer(&answer).unwrap().0["choices"][0].clone()
}

fn delta(value: Value) -> Value {
    json!({ "choices": [{ "index": 0, "delta": value, "finish_reason": null }] })
}

fn end(reason: &str) -> Value {
    json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] })
}

/// The deltas that a caller sees.
fn deltas(model: &str, events: &[Value]) -> Vec<Value> {
    let (chunks, outcome) = call(model).stream(events, true);
    assert!(matches!(outcome, StreamOutcome::Complete { .. }), "{outcome:?}");
    chunks.iter().map(|chunk| chunk["choices"][0]["delta"].clone()).collect()
}

#[test]
fn reasoning_has_one_name() {
    for model in ["groq/m", "cerebras/m", "together_ai/m", "openrouter/m", "hosted_vllm/m", "ollama/m"] {
        let read = message(model, json!({ "role": "assistant", "content": "4", "reasoning": "2+2" }), "stop");
        assert_eq!(
            read["message"],
            json!({ "role": "assistant", "content": "4", "reasoning_content": "2+2" }),
            "{model}"
        );
        let told = deltas(
            model,
            &[delta(json!({ "reasoning": "2+" })), delta(json!({ "content": "4" })), end("stop")],
        );
        assert_eq!(told[0], json!({ "reasoning_content": "2+" }), "{model}");
    }
    // Who says it in the right words is left as it is, and so is what comes beside it.
    let right =
        json!({ "content": "4", "reasoning_content": "a", "reasoning": "b", "reasoning_details": [1] });
    assert_eq!(message("openrouter/m", right.clone(), "stop")["message"], right);
}

#[test]
fn thoughts_among_the_content_are_taken_out() {
    let parts = json!([
        { "type": "thinking", "thinking": [{ "type": "text", "text": "hm \u{e9}\n" }], "closed": true },
        { "type": "text", "text": "4" }, { "type": "text", "text": "2" },
    ]);
    let read = message("mistral/m", json!({ "role": "assistant", "content": parts }), "stop");
    assert_eq!(
        read["message"],
        json!({ "role": "assistant", "content": "42", "reasoning_content": "hm \u{e9}\n" })
    );
    let summary = json!([{ "type": "reasoning", "summary": [{ "type": "summary_text", "text": "hm" }] }]);
    let read = message("databricks/m", json!({ "role": "assistant", "content": summary }), "stop");
    assert_eq!(read["message"], json!({ "role": "assistant", "content": null, "reasoning_content": "hm" }));
    let told = deltas(
        "mistral/m",
        &[
            delta(
                json!({ "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": "hm" }] }] }),
            ),
            delta(json!({ "content": "4" })),
            end("stop"),
        ],
    );
    assert_eq!(told[..2], [json!({ "content": "", "reasoning_content": "hm" }), json!({ "content": "4" })]);
}

#[test]
fn ends_have_openais_names() {
    for (model, theirs, ours) in [
        ("together_ai/m", "eos", "stop"),
        ("mistral/m", "model_length", "length"),
        ("zai/m", "sensitive", "content_filter"),
        ("zai/m", "model_context_window_exceeded", "length"),
        ("xai/m", "", "stop"),
        ("groq/m", "tool_calls", "tool_calls"),
    ] {
        assert_eq!(message(model, json!({ "content": "a" }), theirs)["finish_reason"], ours, "{theirs}");
    }
    let calls = json!({ "content": "", "tool_calls": [{ "id": "a", "type": "function", "function": { "name": "f", "arguments": "{}" } }] });
    assert_eq!(message("xai/m", calls, "")["finish_reason"], "tool_calls");
    // In a stream an end without a name is none, as long as nothing has been called.
    let (chunks, outcome) = call("xai/m").stream(
        &[json!({ "choices": [{ "delta": { "content": "a" }, "finish_reason": "" }] }), end("stop")],
        false,
    );
    assert_eq!(chunks[0]["choices"][0]["finish_reason"], Value::Null);
    assert!(matches!(outcome, StreamOutcome::Complete { .. }), "{outcome:?}");
}

#[test]
fn an_end_that_is_a_failure_is_a_fault() {
    let answer = json!({ "choices": [{ "message": { "content": "" }, "finish_reason": "network_error" }] });
    assert_eq!(call("zai/m").answer(&answer).unwrap_err().kind, FaultKind::Unavailable);
    let broken = |events: &[Value]| match call("openrouter/m").stream(events, true).1 {
        StreamOutcome::Broken(fault) => (fault.kind, fault.message.to_string()),
        outcome => panic!("{outcome:?}"),
    };
    let told = json!({
        "error": { "code": 502, "message": "Provider disconnected" },
        "choices": [{ "index": 0, "delta": { "content": "" }, "finish_reason": "error" }],
    });
    assert_eq!(
        broken(&[delta(json!({ "content": "a" })), told]),
        (FaultKind::Unavailable, "Provider disconnected".to_owned())
    );
    assert_eq!(broken(&[delta(json!({ "content": "a" })), end("error")]).0, FaultKind::Unavailable);
}

#[test]
fn tool_calls_have_their_index_their_type_and_texts() {
    let piece = |call: Value| delta(json!({ "tool_calls": [call] }));
    let told = deltas(
        "ollama/m",
        &[
            piece(json!({ "id": "a", "function": { "name": "f", "arguments": "" } })),
            piece(json!({ "function": { "arguments": "{\"x\":1}" } })),
            piece(json!({ "id": "b", "index": 0, "function": { "name": "g", "arguments": { "y": 2 } } })),
            piece(json!({ "id": "b", "function": { "arguments": null } })),
            end("tool_calls"),
        ],
    );
    let calls: Vec<&Value> = told[..4].iter().map(|delta| &delta["tool_calls"][0]).collect();
    let places: Vec<&Value> = calls.iter().map(|call| &call["index"]).collect();
    assert_eq!(places, [0, 0, 1, 1]);
    assert_eq!((&calls[0]["type"], &calls[2]["type"]), (&json!("function"), &json!("function")));
    assert_eq!(calls[1].get("type"), None);
    assert_eq!(calls[2]["function"]["arguments"], r#"{"y":2}"#);
    assert_eq!(calls[3]["function"]["arguments"], "");
}

#[test]
fn usage_is_found_wherever_it_is_told() {
    let usage = json!({ "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7 });
    let total = |model: &str, events: &[Value], done: bool| match call(model).stream(events, done).1 {
        StreamOutcome::Complete { usage } => usage.map(|usage| usage.total_tokens),
        outcome => panic!("{outcome:?}"),
    };
    let text = delta(json!({ "content": "a" }));
    let with = |mut chunk: Value, name: &str, value: Value| {
        chunk[name] = value;
        chunk
    };
    let groq = with(end("stop"), "x_groq", json!({ "id": "r", "usage": usage }));
    assert_eq!(total("groq/m", &[text.clone(), groq], true), Some(7));
    let moonshot = json!({ "choices": [{ "delta": {}, "finish_reason": "stop", "usage": usage }] });
    assert_eq!(total("moonshot/m", &[text.clone(), moonshot], true), Some(7));
    // In every chunk, each time more; null until the last; in the last one beside its choice; and no terminator.
    let less = json!({ "prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4 });
    let every = [with(text.clone(), "usage", less), with(end("stop"), "usage", usage.clone())];
    assert_eq!(total("perplexity/m", &every, true), Some(7));
    assert_eq!(total("groq/m", &every, false), Some(7));
    let nulls = [with(text.clone(), "usage", Value::Null), with(end("stop"), "usage", usage)];
    assert_eq!(total("deepseek/m", &nulls, false), Some(7));
    assert_eq!(total("deepseek/m", &[text, end("stop")], true), None);
}

/// Any JSON, of the words that the reader looks for and of others.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z\"\\\\\u{e9}\n]{0,4}",
        Just("thinking".to_owned()),
        Just("text".to_owned()),
        Just("eos".to_owned())
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..4).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let names = [
        "choices",
        "index",
        "delta",
        "message",
        "content",
        "reasoning",
        "reasoning_content",
        "tool_calls",
        "id",
        "type",
        "function",
        "arguments",
        "finish_reason",
        "usage",
        "error",
        "thinking",
        "text",
        "summary",
        "else",
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        let member = (prop::sample::select(names.to_vec()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever a server says, what comes out is JSON, and once it is in the right words it stays as it is.
    #[test]
    fn whatever_is_said_stays_json(choices in prop::collection::vec(any_json(), 0..3), usage in any_json(), message: bool) {
        let chunk = json!({ "choices": choices, "usage": usage }).to_string();
        let mut reader = Similar::default();
        let once = reader.chunk(chunk.as_bytes()).into_owned();
        prop_assert!(serde_json::from_slice::<Value>(&once).is_ok(), "{chunk}");
        let mut again = Similar::default();
        let first = again.chunk(&once).into_owned();
        prop_assert_eq!(Similar::default().chunk(&first).into_owned(), first);
        if message {
            let reply = translate_reply(DialectName::Similar, Surface::Chat, &Memo::default(), 0, chunk.as_bytes());
            prop_assert!(reply.is_err() || serde_json::from_slice::<Value>(&reply.unwrap().body).is_ok());
        }
    }
}
