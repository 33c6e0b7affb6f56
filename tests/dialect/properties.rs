//! Whatever is asked, the translation answers, and what it writes keeps Anthropic's rules.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use switchman::base::json::{Members, items, text, unescaped};
use switchman::config::{DialectName, Surface, providers};
use switchman::dialect::{
    Inbound, Memo, StreamTranslator, Wording, portable, translate_reply, translate_request,
};

use crate::anything::{anything, config, string, word};
use crate::support::{MID, NEW, OLD, deployment, inbound};

/// What requests and answers of Anthropic's are made of.
const WORDS: &str = "model messages role content user assistant system developer tool function type text image_url url file \
    file_data file_id filename tool_calls tool_call_id id name arguments function_call thinking_blocks thinking \
    signature redacted_thinking data cache_control tools parameters tool_choice auto required none any \
    response_format json_schema schema object properties oneOf $ref $defs items enum reasoning_effort high \
    enabled adaptive budget_tokens max_tokens temperature top_p stop metadata user_id input tool_use tool_result \
    stop_reason usage index delta content_block text_delta thinking_delta input_json_delta partial_json \
    signature_delta citations_delta citation citations message message_start message_delta message_stop \
    content_block_start content_block_delta content_block_stop error input_tokens iterations end_turn \
    data:image/png;base64,AA== data:text/plain,x https://x {\"a\":1} a.b";

fn parts() -> impl Strategy<Value = Value> {
    let part = prop_oneof![
        3 => string().prop_map(|text| json!({ "type": "text", "text": text })),
        1 => Just(json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } })),
        1 => Just(json!({ "type": "text", "text": "c", "cache_control": { "type": "ephemeral" } })),
    ];
    prop_oneof![string(), Just(Value::Null), proptest::collection::vec(part, 0..4).prop_map(Value::from)]
}

/// Messages of one turn of a conversation; every call is answered.
fn round() -> impl Strategy<Value = Vec<Value>> {
    let id = prop_oneof![Just("call_0".to_owned()), "[a-z.:]{1,5}"];
    let arguments = prop_oneof![Just(""), Just("{}"), Just("{\"a\": 1.0}"), Just("[1]"), Just("{\"cut")];
    let calls = proptest::collection::vec((id, arguments), 1..4);
    prop_oneof![
        2 => parts().prop_map(|content| vec![json!({ "role": "user", "content": content })]),
        1 => parts().prop_map(|content| vec![json!({ "role": "assistant", "content": content })]),
        1 => string().prop_map(|content| vec![json!({ "role": "system", "content": content })]),
        2 => (calls, parts(), parts(), any::<bool>()).prop_map(|(calls, content, result, talks)| {
            let call = |(id, arguments): &(String, &str)| {
                json!({ "id": id, "type": "function", "function": { "name": "f", "arguments": arguments } })
            };
            let mut all = vec![json!({
                "role": "assistant", "content": content, "tool_calls": calls.iter().map(call).collect::<Vec<_>>(),
            })];
            if talks {
                all.push(json!({ "role": "user", "content": "wait" }));
            }
            all.extend(calls.iter().map(|(id, _)| json!({ "role": "tool", "tool_call_id": id, "content": result })));
            all
        }),
    ]
}

/// Asserts what Anthropic demands of every request.
fn check(body: &Value) {
    let is_plain = |id: &str| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    assert!(body["max_tokens"].is_u64(), "{body}");
    let turns = body["messages"].as_array().unwrap();
    let mut waiting: Vec<String> = Vec::new();
    let mut used = BTreeSet::new();
    for (at, turn) in turns.iter().enumerate() {
        let is_user = at % 2 == 0;
        assert_eq!(turn["role"], if is_user { "user" } else { "assistant" }, "{body}");
        let blocks = turn["content"].as_array().unwrap();
        assert!(!blocks.is_empty(), "{body}");
        let results = blocks.iter().take_while(|block| block["type"] == "tool_result").count();
        let answered: Vec<String> = blocks
            .iter()
            .take(results)
            .map(|block| block["tool_use_id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(answered, std::mem::take(&mut waiting), "{body}");
        for block in &blocks[results..] {
            match block["type"].as_str().unwrap() {
                "text" => assert!(!block["text"].as_str().unwrap().trim().is_empty(), "{body}"),
                "tool_use" => {
                    let id = block["id"].as_str().unwrap();
                    assert!(!is_user && is_plain(id) && used.insert(id.to_owned()), "{body}");
                    assert!(
                        block["input"].is_object() && is_plain(block["name"].as_str().unwrap()),
                        "{body}"
                    );
                    waiting.push(id.to_owned());
                }
                other => assert_eq!(other, "image", "{body}"),
            }
        }
    }
    if let Some(text) = turns
        .last()
        .filter(|turn| turn["role"] == "assistant")
        .and_then(|turn| turn["content"].as_array()?.last()?["text"].as_str())
    {
        assert_eq!(text, text.trim_end(), "{body}");
    }
    for block in body["system"].as_array().into_iter().flatten() {
        assert!(!block["text"].as_str().unwrap().trim().is_empty(), "{body}");
    }
    if !used.is_empty() {
        assert!(!body["tools"].as_array().unwrap().is_empty(), "{body}");
    }
}

/// Every member and item of a text, found by quotes and brackets, is the one that a parser finds.
fn same(raw: &str, value: &Value) {
    assert_eq!(serde_json::from_str::<Value>(raw).unwrap(), *value);
    match value {
        Value::Object(all) => {
            let members = Members::read(raw).unwrap();
            assert_eq!(members.len(), all.len());
            for (name, value) in all {
                let (_, raw) = members.all().iter().find(|(known, _)| unescaped(known) == **name).unwrap();
                same(raw, value);
            }
        }
        Value::Array(all) => {
            let found = items(raw).unwrap();
            assert_eq!(found.len(), all.len());
            found.iter().zip(all).for_each(|(raw, value)| same(raw, value));
        }
        Value::String(all) => assert_eq!(text(raw).unwrap(), **all),
        _ => {}
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn members_are_found_by_quotes_and_brackets(value in anything(WORDS), is_pretty in any::<bool>()) {
        let written = if is_pretty { format!("{value:#}") } else { value.to_string() };
        // The parser rounds the last digit of some numbers, so that both sides have to be its own.
        let value: Value = serde_json::from_str(&written).unwrap();
        same(&written, &value);
        if let Value::Object(_) = value {
            assert!(Members::check(&format!(" {written}\n")).is_some());
        }
    }

    #[test]
    fn what_is_no_json_is_survived(bytes in "[\\[\\]{}:,\"\\\\a1 ]{0,24}") {
        let _ = Members::read(&bytes);
        let _ = items(&bytes);
        if let Some(members) = Members::check(&bytes) {
            assert!(serde_json::from_str::<Value>(&bytes).is_ok(), "{members:?}");
        }
    }

    #[test]
    fn conversations_keep_the_rules(rounds in proptest::collection::vec(round(), 0..7), model in proptest::sample::select(&[NEW, MID, OLD][..])) {
        let mut messages: Vec<Value> = rounds.concat();
        // The models that do not go on from a text refuse to; that is another test's.
        messages.push(json!({ "role": "user", "content": "end" }));
        let request = json!({ "messages": messages }).to_string();
        let translated = translate_request(&deployment(model), Surface::Chat, &inbound(request.as_bytes())).unwrap();
        check(&serde_json::from_slice(&translated.body).unwrap());
    }

    #[test]
    fn what_is_put_right_for_a_neighbour_stays_so(
        rounds in proptest::collection::vec(round(), 0..4),
        more in proptest::collection::vec(anything(WORDS), 0..4),
        tools in proptest::collection::vec(anything(WORDS), 0..3),
        format in anything(WORDS),
    ) {
        let messages: Vec<Value> = rounds.into_iter().flatten().chain(more).collect();
        let tools: Vec<Value> = tools.into_iter().map(|function| json!({ "function": function })).collect();
        let body = json!({ "messages": messages, "tools": tools, "response_format": format, "stop": null }).to_string();
        for row in providers().filter(|row| row.wording(None).len() > 2) {
            let wording = Wording::at(row.name, None);
            let once = portable(&wording, body.as_bytes()).unwrap();
            serde_json::from_slice::<Value>(&once).unwrap();
            let twice = portable(&wording, &once).unwrap();
            assert_eq!(String::from_utf8(twice).unwrap(), String::from_utf8(once).unwrap(), "{}", row.name);
        }
    }

    #[test]
    fn anything_is_answered_with_json_or_a_fault(
        members in proptest::collection::vec((word(WORDS), anything(WORDS)), 0..8),
        messages in proptest::collection::vec(anything(WORDS), 0..4),
        drop_params in any::<bool>(),
        prefix in proptest::option::of("[a ]{0,3}"),
    ) {
        let mut request: Map<String, Value> = members.into_iter().collect();
        request.entry("messages").or_insert(messages.into());
        let request = Value::Object(request).to_string();
        let inbound = Inbound { body: request.as_bytes(), stream: true, prefix: prefix.as_deref(), drop_params, files: None };
        for model in [NEW, MID, OLD] {
            if let Ok(translated) = translate_request(&deployment(model), Surface::Chat, &inbound) {
                let body: Value = serde_json::from_slice(&translated.body).unwrap();
                assert!(body["messages"].is_array() && body["stream"] == true);
            }
        }
    }

    #[test]
    fn any_answer_is_read(reply in anything(WORDS), content in proptest::collection::vec(anything(WORDS), 0..4)) {
        let whole = json!({ "content": content, "usage": reply, "stop_reason": "tool_use" });
        for body in [reply.to_string(), whole.to_string()] {
            let read = translate_reply(DialectName::Anthropic, Surface::Chat, &Memo::default(), 0, body.as_bytes());
            if let Ok(read) = read {
                let completion: Value = serde_json::from_slice(&read.body).unwrap();
                assert_eq!(completion["object"], "chat.completion");
            }
        }
    }

    #[test]
    fn any_events_are_read(events in proptest::collection::vec((word(WORDS), anything(WORDS), anything(WORDS)), 0..12)) {
        let mut translator = StreamTranslator::new(DialectName::Anthropic, Memo::default(), 0, true).unwrap();
        for (name, delta, block) in events {
            let event = json!({ "type": name, "delta": delta, "content_block": block, "index": 0 }).to_string();
            translator.event(event.as_bytes(), &mut |chunk| {
                let chunk: Value = serde_json::from_slice(chunk).unwrap();
                assert_eq!(chunk["object"], "chat.completion.chunk");
            });
        }
    }
}
