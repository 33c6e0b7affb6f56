//! Tools, and which one is to be called.

use serde_json::{Value, json};
use switchman::dialect::Memo;

use crate::support::{SECOND, THIRD, answer, completion, extra, greeting, refused, translated};

fn function(name: &str) -> Value {
    json!({ "type": "function", "function": { "name": name, "description": "d", "parameters": { "type": "object", "properties": { "x": { "type": "string" } } } } })
}

#[test]
fn functions_are_declared_in_one_tool() {
    let empty = json!({ "type": "function", "function": { "name": "g", "parameters": { "type": "object", "properties": {} } } });
    assert_eq!(
        extra(SECOND, &json!({ "tools": [function("f"), empty] })),
        json!({ "tools": [{ "functionDeclarations": [
            { "name": "f", "description": "d", "parametersJsonSchema": { "type": "object", "properties": { "x": { "type": "string" } } } },
            { "name": "g" },
        ] }] })
    );
    assert_eq!(
        extra(SECOND, &json!({ "functions": [{ "name": "f" }], "function_call": "none" })),
        json!({
            "tools": [{ "functionDeclarations": [{ "name": "f" }] }],
            "toolConfig": { "functionCallingConfig": { "mode": "NONE" } },
        })
    );
}

#[test]
fn the_choice_of_a_tool() {
    let choose = |choice: Value| {
        extra(SECOND, &json!({ "tools": [function("f"), function("g")], "tool_choice": choice }))
    };
    for (choice, expected) in [
        (Value::Null, Value::Null),
        (json!("auto"), json!({ "mode": "AUTO" })),
        (json!("none"), json!({ "mode": "NONE" })),
        (json!("required"), json!({ "mode": "ANY" })),
        (
            json!({ "type": "function", "function": { "name": "g" } }),
            json!({ "mode": "ANY", "allowedFunctionNames": ["g"] }),
        ),
        (json!({ "type": "tool", "name": "g" }), json!({ "mode": "ANY", "allowedFunctionNames": ["g"] })),
    ] {
        assert_eq!(
            choose(choice.clone())["toolConfig"]["functionCallingConfig"].take(),
            expected,
            "{choice}"
        );
    }
    let allowed = json!({ "type": "allowed_tools", "allowed_tools": { "mode": "required", "tools": [{ "type": "function", "function": { "name": "g" } }] } });
    let body = choose(allowed);
    assert_eq!(body["tools"][0]["functionDeclarations"].as_array().unwrap().len(), 1);
    assert_eq!(body["toolConfig"]["functionCallingConfig"], json!({ "mode": "ANY" }));
    let strict = json!({ "type": "function", "function": { "name": "f", "strict": true } });
    assert_eq!(
        extra(SECOND, &json!({ "tools": [strict] }))["toolConfig"],
        json!({ "functionCallingConfig": { "mode": "VALIDATED" } })
    );
    let own = json!({ "retrievalConfig": { "languageCode": "de" } });
    let body = extra(SECOND, &json!({ "tools": [function("f")], "tool_choice": "auto", "tool_config": own }));
    assert_eq!(body["toolConfig"], own);
    refused(
        SECOND,
        &json!({ "tools": [function("f")], "tool_choice": { "type": "custom", "custom": {} } }),
        "tool_choice",
    );
}

#[test]
fn googles_own_tools_pass() {
    assert_eq!(
        extra(SECOND, &json!({ "tools": [{ "codeExecution": {} }] })),
        json!({ "tools": [{ "codeExecution": {} }] })
    );
    assert_eq!(
        extra(SECOND, &json!({ "web_search_options": {} })),
        json!({ "tools": [{ "googleSearch": {} }] })
    );
    assert_eq!(
        extra(SECOND, &json!({ "tools": [{ "type": "web_search_preview" }] })),
        json!({ "tools": [{ "googleSearch": {} }] })
    );
    refused(SECOND, &json!({ "tools": [{ "type": "file_search" }] }), "tools");
    // Beside functions only from the third generation on.
    let both = json!({ "tools": [function("f"), { "googleSearch": {} }] });
    refused(SECOND, &both, "tools");
    assert_eq!(extra(THIRD, &both)["tools"].as_array().unwrap().len(), 2);
}

#[test]
fn names_that_it_does_not_take_are_changed_and_changed_back() {
    let long = "x".repeat(90);
    let translated = translated(
        SECOND,
        &greeting(&json!({ "tools": [function("4 you"), function(&long), function("a.b:c-d_e")] })),
    );
    let body: Value = serde_json::from_slice(&translated.body).unwrap();
    let names: Vec<&str> = body["tools"][0]["functionDeclarations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(names[0].starts_with("_4_you_") && names[1].len() <= 64 && names[2] == "a.b:c-d_e", "{names:?}");
    for (wire, own) in names.iter().zip(["4 you", &long, "a.b:c-d_e"]) {
        let parts = json!([{ "functionCall": { "name": wire, "args": { "x": "1" } } }]);
        let message = completion(&translated.memo, &answer(parts, "STOP"))["choices"][0]["message"].take();
        assert_eq!(message["tool_calls"][0]["function"]["name"], own);
    }
    let memo = Memo::default();
    let parts = json!([{ "functionCall": { "name": "f" } }]);
    let call = completion(&memo, &answer(parts, "STOP"))["choices"][0]["message"]["tool_calls"][0].take();
    assert_eq!(call["function"], json!({ "name": "f", "arguments": "{}" }));
}
