//! Whatever is asked or answered, the translation holds, and what it writes keeps Gemini's rules.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use switchman::config::{DialectName, Surface};
use switchman::dialect::{
    Inbound, Memo, StreamTranslator, Wording, portable, read_error, translate_reply, translate_request,
};

use crate::anything::{anything, config, string, word};
use crate::support::{GEMMA, NEWEST, OLD, SECOND, THIRD, deployment, inbound};

/// What requests and answers of Gemini's are made of.
const WORDS: &str = "model messages role content user assistant system developer tool function type text image_url url file \
    file_data file_id input_audio format data tool_calls tool_call_id id name arguments function_call thinking tools parameters \
    tool_choice auto required none any allowed_tools response_format json_schema schema object properties oneOf allOf const $ref \
    items enum reasoning_effort high max_tokens temperature stop n input dimensions extra_content google thought_signature signer \
    generationConfig safetySettings topK candidates parts finishReason STOP SAFETY MALFORMED_FUNCTION_CALL index functionCall args \
    thought thoughtSignature inlineData mimeType image/png audio/wav usageMetadata promptTokenCount tokenCount modality AUDIO \
    promptTokensDetails promptFeedback blockReason groundingMetadata groundingChunks groundingSupports segment startIndex endIndex \
    groundingChunkIndices web uri title webSearchQueries logprobsResult chosenCandidates topCandidates token logProbability error \
    status code message details reason retryDelay 1.5s violations quotaId PerDay modelVersion responseId embeddings values \
    a__thought__b data:image/png;base64,AA== data:text/plain,x https://x/a.png gs://x {\"a\":1} a.b";

/// Text that is JSON, nearly JSON, or nothing of the kind.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => (anything(WORDS), any::<proptest::sample::Index>(), any::<u8>()).prop_map(|(value, at, byte)| {
            let mut bytes = value.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..64),
    ]
}

/// Messages of one turn of a conversation; every call is answered.
fn round() -> impl Strategy<Value = Vec<Value>> {
    let id =
        prop_oneof![Just("call_0".to_owned()), "[a-z.:]{1,5}", "[a-z]{1,3}__thought__[A-Za-z0-9+/]{0,8}"];
    let arguments = prop_oneof![Just(""), Just("{}"), Just("{\"a\": 1.0}"), Just("[1]"), Just("{\"cut")];
    let calls = proptest::collection::vec((id, arguments), 1..4);
    prop_oneof![
        2 => string().prop_map(|content| vec![json!({ "role": "user", "content": content })]),
        1 => string().prop_map(|content| vec![json!({ "role": "assistant", "content": content })]),
        1 => string().prop_map(|content| vec![json!({ "role": "system", "content": content })]),
        2 => (calls, string(), any::<bool>(), any::<bool>()).prop_map(|(calls, content, talks, turns)| {
            let call = |(id, arguments): &(String, &str)| {
                json!({ "id": id, "type": "function", "function": { "name": "f", "arguments": arguments } })
            };
            let mut all = vec![json!({
                "role": "assistant", "content": content, "tool_calls": calls.iter().map(call).collect::<Vec<_>>(),
            })];
            if talks {
                all.push(json!({ "role": "user", "content": "wait" }));
            }
            let mut results: Vec<Value> = calls.iter().map(|(id, _)| json!({ "role": "tool", "tool_call_id": id, "content": content })).collect();
            if turns {
                results.reverse();
            }
            all.extend(results);
            all
        }),
    ]
}

/// Asserts what Gemini demands of every request.
fn check(body: &Value, is_third: bool) {
    let count = |content: &Value, name: &str| {
        content["parts"].as_array().unwrap().iter().filter(|part| part.get(name).is_some()).count()
    };
    let contents = body["contents"].as_array().unwrap();
    assert_eq!(contents[0]["role"], "user", "{body}");
    for (at, content) in contents.iter().enumerate() {
        assert!(matches!(content["role"].as_str(), Some("user" | "model")), "{body}");
        let parts = content["parts"].as_array().unwrap();
        assert!(!parts.is_empty() && parts.iter().all(|part| part["text"] != ""), "{body}");
        let calls = count(content, "functionCall");
        if calls > 0 {
            assert_eq!(content["role"], "model");
            assert_eq!(
                contents.get(at + 1).map(|next| count(next, "functionResponse")),
                Some(calls),
                "{body}"
            );
            let first = parts.iter().find(|part| part.get("functionCall").is_some()).unwrap();
            assert!(!is_third || first["thoughtSignature"].is_string(), "{body}");
        }
        for part in parts {
            assert!(
                part.get("functionCall").is_none_or(|call| call["args"].is_object() && call["name"] == "f"),
                "{body}"
            );
            assert!(
                part.get("functionResponse").is_none_or(|result| result["response"].is_object()),
                "{body}"
            );
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn conversations_keep_the_rules(rounds in proptest::collection::vec(round(), 0..7), model in proptest::sample::select(&[OLD, SECOND, THIRD, NEWEST, GEMMA][..])) {
        let mut messages: Vec<Value> = rounds.concat();
        messages.push(json!({ "role": "user", "content": "end" }));
        let request = json!({ "messages": messages }).to_string();
        let translated = translate_request(&deployment(model), Surface::Chat, &inbound(request.as_bytes())).unwrap();
        check(&serde_json::from_slice(&translated.body).unwrap(), model == THIRD || model == NEWEST);
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
        for model in [SECOND, THIRD, GEMMA] {
            for surface in Surface::ALL {
                if let Ok(translated) = translate_request(&deployment(model), surface, &inbound) {
                    let body: Value = serde_json::from_slice(&translated.body).unwrap();
                    assert!(body["contents"].is_array() || body["requests"].is_array());
                }
            }
        }
        if let Some(plain) = portable(&Wording::at("openai_like", None), request.as_bytes()) {
            serde_json::from_slice::<Value>(&plain).unwrap();
        }
    }

    #[test]
    fn any_answer_is_read(reply in anything(WORDS), parts in proptest::collection::vec(anything(WORDS), 0..4), metadata in anything(WORDS)) {
        let candidate = json!({ "content": { "parts": parts }, "groundingMetadata": metadata, "logprobsResult": metadata, "finishReason": "STOP" });
        let whole = json!({ "candidates": [candidate], "usageMetadata": reply });
        for body in [reply.to_string(), whole.to_string(), json!({ "embeddings": reply }).to_string()] {
            for surface in Surface::ALL {
                if let Ok(read) = translate_reply(DialectName::Gemini, surface, &Memo::default(), 0, body.as_bytes()) {
                    let completion: Value = serde_json::from_slice(&read.body).unwrap();
                    assert!(completion["object"] == "chat.completion" || completion["object"] == "list");
                }
            }
            let _ = read_error(Some(429), body.as_bytes());
        }
    }

    #[test]
    fn any_events_are_read(events in proptest::collection::vec((anything(WORDS), anything(WORDS)), 0..8)) {
        let mut translator = StreamTranslator::new(DialectName::Gemini, Memo::default(), 0, true).unwrap();
        let mut check = |chunk: &[u8]| {
            let chunk: Value = serde_json::from_slice(chunk).unwrap();
            assert_eq!(chunk["object"], "chat.completion.chunk");
        };
        for (part, event) in events {
            let candidate = json!({ "content": { "parts": [part] }, "finishReason": event, "index": event });
            translator.event(json!({ "candidates": [candidate] }).to_string().as_bytes(), &mut check);
            translator.event(event.to_string().as_bytes(), &mut check);
        }
        translator.end(&mut check);
    }

    #[test]
    fn any_bytes_are_survived(bytes in nearly()) {
        let mut translator = StreamTranslator::new(DialectName::Gemini, Memo::default(), 0, true).unwrap();
        translator.event(&bytes, &mut |_| {});
        translator.end(&mut |_| {});
        for surface in Surface::ALL {
            let _ = translate_reply(DialectName::Gemini, surface, &Memo::default(), 0, &bytes);
            let _ = translate_request(&deployment(SECOND), surface, &inbound(&bytes));
        }
        let _ = read_error(Some(400), &bytes);
        let _ = portable(&Wording::at("openai_like", None), &bytes);
    }
}
