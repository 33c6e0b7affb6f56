//! Streams: chunks, what each event is, and how they end.

use serde_json::{Value, json};
use switchman::config::DialectName;
use switchman::dialect::{Memo, StreamEvent, StreamTranslator};
use switchman::engine::{Output, Watch};
use switchman::error::FaultKind;
use switchman::plan::StreamOutcome;

use crate::support::{read_stream, read_texts};

fn event(parts: Value, reason: Option<&str>) -> Value {
    let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": 0 });
    if let Some(reason) = reason {
        candidate["finishReason"] = json!(reason);
    }
    json!({ "candidates": [candidate], "usageMetadata": { "promptTokenCount": 2, "candidatesTokenCount": 1, "totalTokenCount": 3 }, "modelVersion": "gemini-x", "responseId": "r" })
}

fn text(text: &str) -> Value {
    event(json!([{ "text": text }]), None)
}

fn deltas(chunks: &[Value]) -> Vec<(Value, Value)> {
    let choices = chunks.iter().filter_map(|chunk| chunk["choices"].get(0));
    choices.map(|choice| (choice["delta"].clone(), choice["finish_reason"].clone())).collect()
}

#[test]
fn a_stream_is_chunks_of_one_completion() {
    let read = read_stream(
        &Memo::default(),
        true,
        &[text(""), text("Hi"), event(json!([{ "text": " you" }]), Some("STOP"))],
    );
    let null = Value::Null;
    assert_eq!(
        deltas(&read.chunks),
        [
            (json!({ "role": "assistant", "content": "" }), null.clone()),
            (json!({ "content": "Hi" }), null.clone()),
            (json!({ "content": " you" }), null.clone()),
            (json!({}), json!("stop")),
        ]
    );
    let last = read.chunks.last().unwrap();
    assert_eq!((&last["choices"], &last["usage"]["total_tokens"]), (&json!([]), &json!(3)));
    for chunk in &read.chunks {
        assert_eq!(
            (&chunk["id"], &chunk["object"], &chunk["model"]),
            (&json!("r"), &json!("chat.completion.chunk"), &json!("gemini-x"))
        );
    }
    assert!(read.chunks[..4].iter().all(|chunk| chunk["usage"].is_null()));
    assert!(matches!(
        read.events[..],
        [StreamEvent::Quiet(Some(_)), StreamEvent::Content(Some(_)), StreamEvent::Finish(Some(_))]
    ));
    assert_eq!(read.end, StreamEvent::Done);
    // Without the wish no usage is told.
    assert!(
        !read_stream(&Memo::default(), false, &[event(json!([]), Some("STOP"))])
            .chunks
            .iter()
            .any(|chunk| chunk.get("usage").is_some())
    );
}

#[test]
fn every_kind_of_part_is_told_when_it_comes() {
    let read = read_stream(
        &Memo::default(),
        false,
        &[
            event(json!([{ "text": "hm", "thought": true }]), None),
            event(
                json!([{ "functionCall": { "name": "f", "args": { "a": 1 } } }, { "functionCall": { "name": "g" } }]),
                None,
            ),
            event(json!([{ "functionCall": { "id": "x", "name": "f", "args": {} } }]), None),
            event(json!([{ "text": "", "thoughtSignature": "c2ln" }]), Some("STOP")),
        ],
    );
    let all = deltas(&read.chunks);
    assert_eq!(all[1].0, json!({ "reasoning_content": "hm" }));
    let calls: Vec<_> =
        all[2..4].iter().flat_map(|(delta, _)| delta["tool_calls"].as_array().unwrap().clone()).collect();
    let told: Vec<_> =
        calls.iter().map(|call| (call["index"].clone(), call["function"]["arguments"].clone())).collect();
    assert_eq!(told, [(json!(0), json!("{\"a\":1}")), (json!(1), json!("{}")), (json!(2), json!("{}"))]);
    assert_eq!(calls[2]["id"], "x");
    assert_ne!(calls[0]["id"], calls[1]["id"]);
    assert_eq!(all[4].0["extra_content"]["google"]["thought_signature"], "c2ln");
    assert_eq!(all.last().unwrap(), &(json!({}), json!("tool_calls")));
    // What signs is nothing that a caller sees.
    assert!(matches!(read.events[3], StreamEvent::Finish(_)));
}

#[test]
fn a_reason_with_every_event_ends_nothing() {
    let read = read_stream(
        &Memo::default(),
        false,
        &[event(json!([{ "text": "a" }]), Some("STOP")), event(json!([{ "text": "b" }]), Some("MAX_TOKENS"))],
    );
    let all = deltas(&read.chunks);
    assert_eq!(
        all[1..].iter().map(|(_, reason)| reason.clone()).collect::<Vec<_>>(),
        [Value::Null, Value::Null, json!("length")]
    );
    assert_eq!(read.end, StreamEvent::Done);
}

#[test]
fn several_candidates_are_told_apart() {
    let candidate =
        |index: u64, text: &str| json!({ "index": index, "content": { "parts": [{ "text": text }] } });
    let read = read_stream(
        &Memo::default(),
        false,
        &[
            json!({ "candidates": [candidate(0, "a"), candidate(1, "b")] }),
            json!({ "candidates": [{ "index": 1, "finishReason": "STOP" }] }),
            json!({ "candidates": [{ "index": 0, "finishReason": "MAX_TOKENS" }] }),
        ],
    );
    let told: Vec<_> = read
        .chunks
        .iter()
        .map(|chunk| {
            (
                chunk["choices"][0]["index"].clone(),
                chunk["choices"][0]["delta"]["content"].clone(),
                chunk["choices"][0]["finish_reason"].clone(),
            )
        })
        .collect();
    let null = Value::Null;
    assert_eq!(
        told,
        [
            (json!(0), json!(""), null.clone()),
            (json!(0), json!("a"), null.clone()),
            (json!(1), json!(""), null.clone()),
            (json!(1), json!("b"), null.clone()),
            (json!(0), null.clone(), json!("length")),
            (json!(1), null.clone(), json!("stop")),
        ]
    );
    assert!(
        matches!(&read.events[0], StreamEvent::LaterChoice(event) if matches!(**event, StreamEvent::Content(_)))
    );
    assert_eq!(read.end, StreamEvent::Done);
    let open = read_stream(
        &Memo::default(),
        false,
        &[json!({ "candidates": [candidate(0, "a"), { "index": 1, "finishReason": "STOP" }] })],
    );
    assert_eq!(open.end, StreamEvent::Quiet(None));
}

#[test]
fn what_was_blocked_and_what_went_wrong_are_faults() {
    let kind = |events: &[Value]| match read_stream(&Memo::default(), false, events).events.last().unwrap() {
        StreamEvent::Error(fault) => Some(fault.kind),
        _ => None,
    };
    assert_eq!(
        kind(&[json!({ "promptFeedback": { "blockReason": "SAFETY" } })]),
        Some(FaultKind::ContentPolicy)
    );
    assert_eq!(kind(&[event(json!([]), Some("PROHIBITED_CONTENT"))]), Some(FaultKind::ContentPolicy));
    assert_eq!(
        kind(&[text(""), event(json!([]), Some("MALFORMED_FUNCTION_CALL"))]),
        Some(FaultKind::BadReply)
    );
    assert_eq!(kind(&[text("a"), event(json!([]), Some("SAFETY"))]), None);
    assert_eq!(
        kind(&[text("a"), json!({ "error": { "code": 503, "message": "m", "status": "UNAVAILABLE" } })]),
        Some(FaultKind::Overloaded)
    );
    let read = read_stream(&Memo::default(), false, &[text("a"), event(json!([]), Some("SAFETY"))]);
    assert_eq!(deltas(&read.chunks).last().unwrap().1, "content_filter");
    // No chunk of an answer that is none.
    assert!(read_stream(&Memo::default(), false, &[event(json!([]), Some("SAFETY"))]).chunks.is_empty());
}

#[test]
fn what_cannot_be_understood_is_skipped() {
    let read = read_texts(
        &Memo::default(),
        false,
        &["{", "[]", "{}", "7", "{\"candidates\":[7]}", "{\"candidates\":[{\"content\":{\"parts\":[7]}}]}"],
    );
    assert!(read.events.iter().all(|event| *event == StreamEvent::Malformed), "{:?}", read.events);
    assert!(read.chunks.is_empty());
    assert_eq!(read.end, StreamEvent::Quiet(None));
}

/// The whole way of bytes: an end of the connection, clean or not, before and after the reason.
#[test]
fn only_the_end_of_the_bytes_ends_an_answer() {
    let end = |events: &[Value], tail: &str, is_broken: bool| {
        let translator = StreamTranslator::new(DialectName::Gemini, Memo::default(), 0, true).unwrap();
        let mut watch = Watch::translating(translator, Output::Events);
        for event in events {
            watch.push(format!("data: {event}\r\n\r\n").as_bytes());
        }
        watch.push(tail.as_bytes());
        assert_eq!(watch.is_done(), tail.contains("DONE"));
        let broken = is_broken.then(|| switchman::error::Fault::new(FaultKind::Connect, "cut"));
        let outcome = watch.end(broken);
        let mut out = Vec::new();
        watch.take(&mut out);
        (
            matches!(outcome, StreamOutcome::Complete { usage: Some(_) }),
            String::from_utf8(out).unwrap().ends_with("data: [DONE]\n\n"),
        )
    };
    let whole = [text("a"), event(json!([{ "text": "b" }]), Some("STOP"))];
    assert_eq!(end(&whole, "", false), (true, true));
    assert_eq!(end(&whole[..1], "", false), (false, false));
    assert_eq!(end(&whole, "", true), (false, false));
    assert_eq!(end(&whole, "data: {\"cand", false), (false, false));
    assert_eq!(end(&[], "", false), (false, false));
    assert_eq!(end(&whole, "data: [DONE]\n\n: bye\n\n", false), (true, true));
}
