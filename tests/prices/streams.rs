//! The same usage in a stream and in a whole answer: read alike, and at the same cost, in every dialect.

use serde_json::{Value, json};
use switchman::base::json::Scanner;
use switchman::base::usage::Usage;
use switchman::config::{DialectName, Surface};
use switchman::dialect::{Memo, StreamTranslator, reply, reply_members, translate_reply};
use switchman::engine::{Output, Watch};
use switchman::plan::StreamOutcome;
use switchman::price::cost;

use crate::cases::{Case, cases};

fn whole(dialect: DialectName, usage: &Value) -> Option<Usage> {
    if dialect == DialectName::Anthropic {
        let body =
            json!({ "type": "message", "content": [{ "type": "text", "text": "Hi" }], "usage": usage });
        let body = body.to_string();
        return translate_reply(dialect, Surface::Chat, &Memo::default(), 0, body.as_bytes()).unwrap().usage;
    }
    if dialect == DialectName::Gemini {
        let body = told(usage, "Hi", Some("STOP")).to_string();
        return translate_reply(dialect, Surface::Chat, &Memo::default(), 0, body.as_bytes()).unwrap().usage;
    }
    let message = json!({ "role": "assistant", "content": "Hi" });
    let mut body =
        json!({ "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }], "usage": usage });
    body["service_tier"] = usage["service_tier"].clone();
    let mut scan = Scanner::new(reply_members(dialect));
    scan.push(body.to_string().as_bytes());
    reply(dialect, Surface::Chat, &mut scan, &[]).unwrap()
}

/// An answer of Gemini's, or a part of one.
fn told(usage: &Value, text: &str, reason: Option<&str>) -> Value {
    let candidate = json!({ "content": { "parts": [{ "text": text }] }, "finishReason": reason });
    json!({ "candidates": [candidate], "usageMetadata": usage })
}

/// The events of a stream that tells a usage, as the providers do: OpenAI in a chunk of its own after the end;
/// Anthropic the prompt first, and the sums at the end, without what cannot have changed; Gemini with every event,
/// counted up to there.
fn events(dialect: DialectName, usage: &Value) -> Vec<Value> {
    if dialect == DialectName::Anthropic {
        let mut start = usage.clone();
        start["output_tokens"] = json!(1);
        let mut end = usage.clone();
        for name in ["cache_creation", "service_tier"] {
            end.as_object_mut().unwrap().remove(name);
        }
        for name in ["output_tokens_details", "server_tool_use", "iterations"] {
            start.as_object_mut().unwrap().remove(name);
        }
        return vec![
            json!({ "type": "message_start", "message": { "id": "m", "content": [], "usage": start } }),
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Hi" } }),
            json!({ "type": "content_block_stop", "index": 0 }),
            json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": end }),
            json!({ "type": "message_stop" }),
        ];
    }
    if dialect == DialectName::Gemini {
        let begun = json!({ "promptTokenCount": usage["promptTokenCount"], "totalTokenCount": usage["promptTokenCount"] });
        return vec![told(&begun, "H", None), told(usage, "i", Some("STOP"))];
    }
    let tier = &usage["service_tier"];
    let chunk = |delta: Value, reason: Value| {
        let choices = json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
        json!({ "choices": choices, "service_tier": tier, "usage": null })
    };
    vec![
        chunk(json!({ "role": "assistant", "content": "" }), Value::Null),
        chunk(json!({ "content": "Hi" }), Value::Null),
        chunk(json!({}), json!("stop")),
        json!({ "choices": [], "service_tier": tier, "usage": usage }),
    ]
}

/// Reads a stream in pieces of so many bytes.
fn streamed(dialect: DialectName, usage: &Value, piece: usize) -> Option<Usage> {
    let mut text: String = events(dialect, usage).iter().map(|event| format!("data: {event}\n\n")).collect();
    let mut watch = match StreamTranslator::new(dialect, Memo::default(), 0, false) {
        Some(translator) => Watch::translating(translator, Output::Events),
        None => {
            text.push_str("data: [DONE]\n\n");
            Watch::new(dialect, Output::Bytes)
        }
    };
    text.as_bytes().chunks(piece).for_each(|bytes| watch.push(bytes));
    assert!(matches!(watch.end(None), StreamOutcome::Complete { .. }), "{text}");
    assert!(watch.is_done(), "{text}");
    watch.usage()
}

#[test]
fn a_stream_costs_what_a_whole_answer_does() {
    let mut told = 0;
    for case in cases().iter().filter(|case| case.usage.as_object().is_some_and(|usage| !usage.is_empty())) {
        let dialect = case.dialect_name();
        let name = format!("{}/{}", case.provider, case.name);
        let whole = whole(dialect, &case.usage);
        assert!(whole.is_some(), "{name}");
        for piece in [1, 7, 1_000_000] {
            assert_eq!(streamed(dialect, &case.usage, piece), whole, "{name}, by {piece}");
        }
        let bill = |usage: Option<Usage>| cost(&case.price(), &usage.unwrap(), case.tier(&usage.unwrap()));
        assert_eq!(bill(whole), bill(streamed(dialect, &case.usage, 50)), "{name}");
        // Where the answer counts everything, it is the cost that was worked by hand.
        if case.counted.is_empty() {
            assert_eq!(bill(whole), Case::cost(case), "{name}");
        }
        told += 1;
    }
    assert!(told > 60, "{told}");
}
