//! Streams as chunks, and what each event means.

use serde_json::{Value, json};
use switchman::base::usage::Usage;
use switchman::dialect::{Memo, StreamEvent};
use switchman::error::FaultKind;

use crate::support::{Read, answer, events, read_stream, read_texts};

fn read(events: &[Value]) -> Read {
    read_stream(&Memo::default(), false, events)
}

fn start() -> Value {
    json!({ "type": "message_start", "message": { "id": "msg_1", "model": "claude-x", "content": [], "usage": { "input_tokens": 9, "output_tokens": 1 } } })
}

fn block(index: u64, block: Value) -> Value {
    json!({ "type": "content_block_start", "index": index, "content_block": block })
}

fn delta(index: u64, wire_type: &str, name: &str, value: Value) -> Value {
    json!({ "type": "content_block_delta", "index": index, "delta": { "type": wire_type, name: value } })
}

fn stop(index: u64) -> Value {
    json!({ "type": "content_block_stop", "index": index })
}

fn end(reason: Value) -> Value {
    json!({ "type": "message_delta", "delta": { "stop_reason": reason }, "usage": { "output_tokens": 5 } })
}

fn done() -> Value {
    json!({ "type": "message_stop" })
}

fn text() -> Value {
    json!({ "type": "text", "text": "" })
}

fn usage(prompt_tokens: u64, completion_tokens: u64) -> Option<Usage> {
    let total_tokens = prompt_tokens + completion_tokens;
    Some(Usage { prompt_tokens, completion_tokens, total_tokens, ..Usage::default() })
}

const CONTENT: StreamEvent = StreamEvent::Content(None);
const QUIET: StreamEvent = StreamEvent::Quiet(None);

fn deltas(read: &Read) -> Vec<Value> {
    read.chunks.iter().map(|chunk| chunk["choices"][0]["delta"].clone()).collect()
}

#[test]
fn a_text_is_a_role_pieces_and_an_end() {
    let read = read(&[
        start(),
        json!({ "type": "ping" }),
        block(0, text()),
        delta(0, "text_delta", "text", json!("")),
        delta(0, "text_delta", "text", json!("Hi\n")),
        stop(0),
        end(json!("end_turn")),
        done(),
    ]);
    let chunk = |delta: Value, reason: Value| {
        json!({
            "id": "msg_1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "claude-x",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }],
        })
    };
    assert_eq!(
        read.chunks,
        [
            chunk(json!({ "role": "assistant", "content": "" }), json!(null)),
            chunk(json!({ "content": "Hi\n" }), json!(null)),
            chunk(json!({}), json!("stop")),
        ]
    );
    let begun = StreamEvent::Quiet(usage(9, 1));
    let finished = StreamEvent::Finish(usage(9, 5));
    assert_eq!(read.events, [begun, QUIET, QUIET, QUIET, CONTENT, QUIET, finished, StreamEvent::Done]);
}

#[test]
fn usage_comes_last_and_only_if_asked_for() {
    let all = [
        start(),
        block(0, text()),
        delta(0, "text_delta", "text", json!("a")),
        end(json!("end_turn")),
        done(),
    ];
    let asked = read_stream(&Memo::default(), true, &all).chunks;
    let (last, before) = asked.split_last().unwrap();
    assert!(before.iter().all(|chunk| chunk.get("usage") == Some(&Value::Null)));
    assert_eq!((&last["choices"], &last["usage"]["total_tokens"]), (&json!([]), &json!(14)));
    assert!(read(&all).chunks.iter().all(|chunk| chunk.get("usage").is_none()));
    // Nothing told, nothing invented.
    let bare = [json!({ "type": "message_start", "message": {} }), done()];
    let chunks = read_stream(&Memo::default(), true, &bare).chunks;
    assert!(chunks.iter().all(|chunk| chunk.get("usage") == Some(&Value::Null)));
}

#[test]
fn calls_are_counted_by_themselves_and_always_have_arguments() {
    let call = |id: &str, input: Value| json!({ "type": "tool_use", "id": id, "name": "f", "input": input });
    let read = read(&[
        start(),
        block(0, json!({ "type": "server_tool_use", "id": "s", "name": "web_search", "input": {} })),
        delta(0, "input_json_delta", "partial_json", json!("{\"q\":1}")),
        stop(0),
        block(1, call("a", json!({}))),
        delta(1, "input_json_delta", "partial_json", json!("")),
        delta(1, "input_json_delta", "partial_json", json!("{\"x\"")),
        delta(1, "input_json_delta", "partial_json", json!(":1}")),
        stop(1),
        block(2, call("b", json!({}))),
        stop(2),
        block(3, call("c", json!({ "y": 2 }))),
        stop(3),
        end(json!("tool_use")),
        done(),
    ]);
    let begin = |index: u64, id: &str| json!({ "tool_calls": [{ "index": index, "id": id, "type": "function", "function": { "name": "f", "arguments": "" } }] });
    let part = |index: u64, part: &str| json!({ "tool_calls": [{ "index": index, "function": { "arguments": part } }] });
    assert_eq!(
        deltas(&read)[1..],
        [
            begin(0, "a"),
            part(0, "{\"x\""),
            part(0, ":1}"),
            begin(1, "b"),
            part(1, "{}"),
            begin(2, "c"),
            part(2, "{\"y\":2}"),
            json!({}),
        ]
    );
    assert_eq!(read.chunks.last().unwrap()["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(read.events[1..9], [QUIET, QUIET, QUIET, CONTENT, QUIET, CONTENT, CONTENT, QUIET]);
    assert_eq!(read.events[10], CONTENT, "arguments that come at the end are seen");
}

#[test]
fn thinking_is_seen_at_once_and_kept_whole_for_the_next_turn() {
    let read = read(&[
        start(),
        block(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, "thinking_delta", "thinking", json!("h\"")),
        delta(0, "thinking_delta", "thinking", json!("m")),
        delta(0, "signature_delta", "signature", json!("s=")),
        stop(0),
        block(1, json!({ "type": "redacted_thinking", "data": "d" })),
        stop(1),
    ]);
    assert_eq!(
        deltas(&read)[1..],
        [
            json!({ "reasoning_content": "h\"" }),
            json!({ "reasoning_content": "m" }),
            json!({ "thinking_blocks": [{ "type": "thinking", "thinking": "h\"m", "signature": "s=" }] }),
            json!({ "thinking_blocks": [{ "type": "redacted_thinking", "data": "d" }] }),
        ]
    );
    assert_eq!(read.events[1..], [QUIET, CONTENT, CONTENT, QUIET, QUIET, CONTENT, QUIET]);
    assert_eq!(read.end, QUIET, "bytes that end by themselves end no answer");
    // Data of several lines.
    let lines = "{\"type\":\"content_block_start\",\n\"content_block\":{\n\"type\":\"redacted_thinking\",\n\"data\":\"d\"}}";
    assert_eq!(read_texts(&Memo::default(), false, &[lines]).chunks.len(), 2);
}

#[test]
fn oddities_are_survived() {
    let again = |events: &[Value]| {
        let read = read(events);
        let text: String =
            deltas(&read).iter().filter_map(|delta| delta["content"].as_str().map(str::to_owned)).collect();
        (text, read)
    };
    // A second beginning, two ends, an end without a reason, an event and a delta that nobody knows.
    let (text_seen, read) = again(&[
        start(),
        block(0, text()),
        delta(0, "text_delta", "text", json!("a")),
        start(),
        block(0, json!({ "type": "text", "text": "b" })),
        json!({ "type": "brand_new", "x": 1 }),
        delta(0, "brand_new_delta", "x", json!(1)),
        delta(7, "text_delta", "text", json!("c")),
        end(json!(null)),
        end(json!("max_tokens")),
        end(json!("end_turn")),
        done(),
    ]);
    assert_eq!(text_seen, "abc");
    let ends = read.chunks.iter().filter(|chunk| !chunk["choices"][0]["finish_reason"].is_null());
    assert_eq!(ends.map(|chunk| &chunk["choices"][0]["finish_reason"]).collect::<Vec<_>>(), ["length"]);
    assert_eq!(deltas(&read).iter().filter(|delta| delta.get("role").is_some()).count(), 1);
    assert_eq!(read.events[3], QUIET);
    assert_eq!(
        read.events[8..],
        [
            StreamEvent::Quiet(usage(9, 5)),
            StreamEvent::Finish(usage(9, 5)),
            StreamEvent::Quiet(usage(9, 5)),
            StreamEvent::Done,
        ]
    );
    // No beginning, no end of the message.
    let (text_seen, read) = again(&[block(0, text()), delta(0, "text_delta", "text", json!("a")), done()]);
    assert_eq!((text_seen.as_str(), &deltas(&read)[0]["role"]), ("a", &json!("assistant")));
    assert_eq!(read.chunks.last().unwrap()["choices"][0]["finish_reason"], "stop");
}

#[test]
fn the_model_that_goes_on_is_told() {
    let fallback =
        json!({ "type": "fallback", "from": { "model": "claude-x" }, "to": { "model": "claude-y" } });
    let read = read(&[
        start(),
        block(0, fallback),
        stop(0),
        block(1, text()),
        delta(1, "text_delta", "text", json!("a")),
    ]);
    let models: Vec<_> = read.chunks.iter().map(|chunk| (&chunk["id"], &chunk["model"])).collect();
    assert_eq!(models, [(&json!("msg_1"), &json!("claude-x")), (&json!("msg_1"), &json!("claude-y"))]);
    assert_eq!(read.events[1], QUIET);
}

#[test]
fn errors_and_noise_are_told_apart() {
    let events = |texts: &[&str]| read_texts(&Memo::default(), false, texts).events;
    let error = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    for (text, kind) in [
        (error, FaultKind::Overloaded),
        (r#"{"type":"error","error":{"type":"api_error","message":"x"}}"#, FaultKind::Unavailable),
        (r#"{"error":{"message":"x"}}"#, FaultKind::BadReply),
    ] {
        let StreamEvent::Error(fault) = &events(&[text])[0] else { panic!("{text}") };
        assert_eq!(fault.kind, kind);
    }
    for text in [
        "",
        "{",
        "[]",
        "{}",
        "hello",
        r#"{"type":"content_block_delta","index":0}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":1}}"#,
        r#"{"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
        r#"{"type":"content_block_start","index":0}"#,
    ] {
        assert_eq!(events(&[text]), [StreamEvent::Malformed], "{text}");
    }
    assert_eq!(events(&["[DONE]"]), [StreamEvent::Done]);
}

#[test]
fn a_whole_answer_can_be_told_as_events() {
    let body = answer(json!([{ "type": "text", "text": "hello" }]), "end_turn");
    let text: String =
        deltas(&read(&events(&body))).iter().filter_map(|delta| delta["content"].as_str()).collect();
    assert_eq!(text, "hello");
}
