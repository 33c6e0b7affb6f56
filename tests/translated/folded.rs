//! Chunks put together as a client does: texts are joined, lists grow, calls are found by their index.

use serde_json::{Map, Value, json};

/// The completion that chunks tell.
pub(crate) fn folded(chunks: &[Value]) -> Value {
    let mut choices: Vec<Value> = Vec::new();
    let mut usage = Value::Null;
    for chunk in chunks {
        if !chunk["usage"].is_null() {
            usage = chunk["usage"].clone();
        }
        for part in chunk["choices"].as_array().unwrap() {
            let index = part["index"].as_u64().unwrap() as usize;
            while choices.len() <= index {
                choices.push(
                    json!({ "index": choices.len(), "message": {}, "logprobs": null, "finish_reason": null }),
                );
            }
            let choice = &mut choices[index];
            if !part["finish_reason"].is_null() {
                assert!(choice["finish_reason"].is_null(), "two ends");
                choice["finish_reason"] = part["finish_reason"].clone();
            }
            join(&mut choice["message"], &part["delta"]);
        }
    }
    for choice in &mut choices {
        let message: &mut Map<String, Value> = choice["message"].as_object_mut().unwrap();
        for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
            call.as_object_mut().unwrap().remove("index");
        }
        let has_calls = message.contains_key("tool_calls") || message.contains_key("function_call");
        if has_calls && message["content"] == "" {
            message.insert("content".to_owned(), Value::Null);
        }
        message.insert("refusal".to_owned(), Value::Null);
    }
    let first = &chunks[0];
    json!({
        "id": first["id"], "object": "chat.completion", "created": first["created"], "model": first["model"],
        "choices": choices, "usage": usage,
    })
}

fn join(known: &mut Value, more: &Value) {
    match (known, more) {
        (Value::String(known), Value::String(more)) => known.push_str(more),
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                join(known.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(known), Value::Array(more)) => {
            for item in more {
                let same =
                    known.iter_mut().find(|one| item.get("index").is_some() && one["index"] == item["index"]);
                match same {
                    Some(one) => join(one, item),
                    None => known.push(item.clone()),
                }
            }
        }
        (known, more) => *known = more.clone(),
    }
}
