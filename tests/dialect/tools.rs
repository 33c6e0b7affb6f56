//! Tools, who may be called, and answers by a schema.

use serde_json::{Value, json};

use crate::support::{MID, NEW, OLD, answer, body, completion, extra, refused, translated};

fn tool(name: &str) -> Value {
    json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object", "properties": {} } } })
}

fn sent(name: &str) -> Value {
    json!({ "name": name, "input_schema": { "type": "object", "properties": {} } })
}

#[test]
fn functions_become_tools() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string", "pattern": "x" } }, "required": ["a"] });
    let given = json!({
        "type": "function",
        "function": { "name": "f", "description": "d", "parameters": schema, "strict": true },
        "cache_control": { "type": "ephemeral" },
    });
    let closed = json!({
        "type": "object",
        "properties": { "a": { "type": "string", "description": "Rules: pattern \"x\"." } },
        "required": ["a"],
        "additionalProperties": false,
    });
    let base = json!({ "name": "f", "description": "d", "cache_control": { "type": "ephemeral" } });
    let with = |more: Value| {
        let mut all = base.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "tools": [all] })
    };
    assert_eq!(
        extra(MID, &json!({ "tools": [given] })),
        with(json!({ "input_schema": closed, "strict": true }))
    );
    assert_eq!(extra(OLD, &json!({ "tools": [given] })), with(json!({ "input_schema": schema })));

    let native = json!({ "type": "web_search_20250305", "name": "web_search", "max_uses": 3 });
    let custom = json!({ "name": "g", "input_schema": { "type": "object" } });
    let typed = json!({ "type": "custom", "name": "h", "input_schema": { "type": "object" } });
    let all = json!([native, custom, typed]);
    assert_eq!(extra(MID, &json!({ "tools": all })), json!({ "tools": all }));

    for bare in [json!({ "name": "f" }), json!({ "name": "f", "parameters": null, "description": "" })] {
        let list = json!([{ "type": "function", "function": bare }]);
        assert_eq!(extra(MID, &json!({ "tools": list })), json!({ "tools": [sent("f")] }));
    }
    // As OpenAI's Responses write them, and as OpenAI wrote them first.
    let flat = json!({ "type": "function", "name": "f", "parameters": {} });
    assert_eq!(extra(MID, &json!({ "tools": [flat] })), json!({ "tools": [sent("f")] }));
    assert_eq!(extra(MID, &json!({ "functions": [{ "name": "f" }] })), json!({ "tools": [sent("f")] }));
    refused(MID, &json!({ "tools": [{ "type": "custom", "custom": { "name": "c" } }] }), "tools");
    assert_eq!(extra(MID, &json!({ "tools": [] })), json!({}));
}

#[test]
fn the_choice_of_a_tool() {
    let named = json!({ "type": "function", "function": { "name": "f" } });
    for (more, choice) in [
        (json!({ "tool_choice": "auto" }), json!({ "type": "auto" })),
        (json!({ "tool_choice": "none" }), json!({ "type": "none" })),
        (json!({ "tool_choice": "required" }), json!({ "type": "any" })),
        (json!({ "tool_choice": named }), json!({ "type": "tool", "name": "f" })),
        (json!({ "function_call": { "name": "f" } }), json!({ "type": "tool", "name": "f" })),
        (json!({ "tool_choice": { "type": "any" } }), json!({ "type": "any" })),
        (
            json!({ "parallel_tool_calls": false }),
            json!({ "type": "auto", "disable_parallel_tool_use": true }),
        ),
        (
            json!({ "parallel_tool_calls": false, "tool_choice": "required" }),
            json!({ "type": "any", "disable_parallel_tool_use": true }),
        ),
        (json!({ "parallel_tool_calls": false, "tool_choice": "none" }), json!({ "type": "none" })),
    ] {
        let mut given = more.clone();
        given["tools"] = json!([tool("f")]);
        assert_eq!(extra(MID, &given), json!({ "tools": [sent("f")], "tool_choice": choice }), "{more}");
    }
    assert_eq!(extra(MID, &json!({ "tools": [tool("f")] })), json!({ "tools": [sent("f")] }));
    assert_eq!(extra(MID, &json!({ "tool_choice": "required", "parallel_tool_calls": false })), json!({}));
    let allowed = json!({ "type": "allowed_tools", "allowed_tools": { "mode": "required", "tools": [{ "type": "function", "function": { "name": "g" } }] } });
    assert_eq!(
        extra(MID, &json!({ "tools": [tool("f"), tool("g")], "tool_choice": allowed })),
        json!({ "tools": [sent("g")], "tool_choice": { "type": "any" } })
    );
}

#[test]
fn calls_in_the_conversation_need_a_tool_that_is_not_called() {
    let request = json!({ "messages": [
        { "role": "user", "content": "x" },
        { "role": "assistant", "tool_calls": [{ "id": "a", "function": { "name": "f", "arguments": "{}" } }] },
        { "role": "tool", "tool_call_id": "a", "content": "y" },
    ] });
    let body = body(MID, &request);
    assert_eq!(body["tools"].as_array().unwrap().len(), 1);
    assert_eq!(body["tool_choice"], json!({ "type": "none" }));
}

#[test]
fn names_that_anthropic_refuses_are_the_callers_again_in_the_answer() {
    let named = json!({ "type": "function", "function": { "name": "my.tool" } });
    let request = json!({ "messages": [{ "role": "user", "content": "x" }], "tools": [tool("my.tool"), tool("f")], "tool_choice": named });
    let translated = translated(MID, &request);
    let body: Value = serde_json::from_slice(&translated.body).unwrap();
    let name = body["tools"][0]["name"].as_str().unwrap();
    assert!(name.starts_with("my_tool_") && body["tool_choice"]["name"] == *name, "{body}");
    let content = json!([
        { "type": "tool_use", "id": "t", "name": name, "input": {} }, { "type": "tool_use", "id": "u", "name": "f", "input": {} },
    ]);
    let calls =
        completion(&translated.memo, &answer(content, "tool_use"))["choices"][0]["message"]["tool_calls"]
            .take();
    assert_eq!(
        (&calls[0]["function"]["name"], &calls[1]["function"]["name"]),
        (&json!("my.tool"), &json!("f"))
    );
}

#[test]
fn a_search_of_the_web_is_a_tool_of_anthropics() {
    for (options, tool) in [
        (json!({}), json!({ "type": "web_search_20250305", "name": "web_search" })),
        (
            json!({ "search_context_size": "high", "user_location": { "type": "approximate", "approximate": { "city": "Oslo", "country": "NO" } } }),
            json!({ "type": "web_search_20250305", "name": "web_search", "max_uses": 10, "user_location": { "type": "approximate", "city": "Oslo", "country": "NO" } }),
        ),
    ] {
        assert_eq!(extra(MID, &json!({ "web_search_options": options })), json!({ "tools": [tool] }));
    }
}

fn person() -> Value {
    let schema = json!({ "type": "object", "properties": { "age": { "type": "integer", "minimum": 0 } }, "required": ["age"] });
    json!({ "type": "json_schema", "json_schema": { "name": "person", "strict": true, "schema": schema } })
}

#[test]
fn newer_models_hold_to_a_schema_by_themselves() {
    let schema = json!({
        "type": "object",
        "properties": { "age": { "type": "integer", "description": "Rules: minimum 0." } },
        "required": ["age"],
        "additionalProperties": false,
    });
    let config = json!({ "output_config": { "format": { "type": "json_schema", "schema": schema } } });
    for model in [MID, "claude-opus-4-1"] {
        assert_eq!(extra(model, &json!({ "response_format": person() })), config);
    }
    let sent = extra(NEW, &json!({ "response_format": person(), "reasoning_effort": "low" }));
    assert_eq!(sent["output_config"]["effort"], "low");
    assert_eq!(sent["output_config"]["format"]["schema"], schema);
}

#[test]
fn older_models_answer_by_a_tool() {
    let request = |more: Value| {
        let mut request =
            json!({ "messages": [{ "role": "user", "content": "x" }], "response_format": person() });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let translated = translated(OLD, &request(json!({ "reasoning_effort": "high" })));
    let body: Value = serde_json::from_slice(&translated.body).unwrap();
    assert_eq!(body["tools"][0]["input_schema"], person()["json_schema"]["schema"]);
    assert_eq!(body["tool_choice"], json!({ "type": "tool", "name": "json_tool_call" }));
    assert_eq!(body.get("thinking"), None);

    let content = json!([{ "type": "tool_use", "id": "t", "name": "json_tool_call", "input": { "age": 3 } }]);
    let done = completion(&translated.memo, &answer(content.clone(), "tool_use"));
    let choice = &done["choices"][0];
    assert_eq!(
        (&choice["message"]["content"], &choice["finish_reason"]),
        (&json!("{\"age\":3}"), &json!("stop"))
    );
    assert_eq!(choice["message"].get("tool_calls"), None);
    // The name means nothing where nobody asked for a schema.
    let plain = completion(&switchman::dialect::Memo::default(), &answer(content, "tool_use"));
    assert_eq!(plain["choices"][0]["finish_reason"], "tool_calls");

    let both = self::body(OLD, &request(json!({ "tools": [tool("f")] })));
    assert_eq!(
        (&both["tool_choice"], both["tools"].as_array().unwrap().len()),
        (&json!({ "type": "any" }), 2)
    );
    let none = self::body(OLD, &request(json!({ "tools": [tool("f")], "tool_choice": "none" })));
    assert_eq!(none["tool_choice"], json!({ "type": "tool", "name": "json_tool_call" }));
}

#[test]
fn other_formats_of_answers() {
    let json = json!({ "response_format": { "type": "json_object" } });
    let sent = extra(MID, &json);
    assert!(sent["system"][0]["text"].as_str().unwrap().contains("JSON"));
    refused(MID, &json!({ "response_format": { "type": "grammar" } }), "response_format");
    let list =
        json!({ "type": "json_schema", "json_schema": { "name": "l", "schema": { "type": "array" } } });
    let sent = extra(OLD, &json!({ "response_format": list }));
    assert!(sent["system"][0]["text"].as_str().unwrap().contains(r#"{"type":"array"}"#));
}
