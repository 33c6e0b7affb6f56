//! Messages, tools and schemas as providers take them: what lies deeper in a request than its members.

use serde_json::{Value, json};
use switchman::config::{DeploymentIx, load, providers};
use switchman::engine::Router;

use crate::support::router;

fn at(model: &str) -> Router {
    router(match model.split_once('/').unwrap().0 {
        "azure" => json!({ "model": model, "api_base": "https://r.openai.azure.com" }),
        "azure_ai" | "hosted_vllm" | "databricks" | "openai_like" => {
            json!({ "model": model, "api_base": "https://own.test/v1" })
        }
        _ => json!({ "model": model }),
    })
}

/// A body as a model gets it.
fn sent(model: &str, body: &Value) -> Value {
    let written = at(model).portable(DeploymentIx(0), body.to_string().as_bytes()).unwrap();
    serde_json::from_slice(&written).unwrap()
}

fn messages(model: &str, messages: &Value) -> Value {
    sent(model, &json!({ "messages": messages }))["messages"].take()
}

#[test]
fn a_list_of_texts_is_one_text_where_only_texts_are_taken() {
    let texts = json!([
        { "role": "system", "content": [{ "type": "text", "text": "Be \"terse\".", "cache_control": { "type": "ephemeral" } }, { "type": "text", "text": "Be kind." }] },
        { "role": "user", "content": [] },
        { "role": "assistant", "content": [{ "type": "text", "text": "a" }, { "type": "refusal", "refusal": "b" }], "reasoning_content": "x" },
        { "role": "user", "content": [{ "type": "text", "text": "What?" }, { "type": "image_url", "image_url": { "url": "https://x.test/a" } }] },
        { "role": "user", "content": ["bare"] },
    ]);
    for model in
        ["deepseek/deepseek-chat", "sambanova/m", "moonshot/m", "azure_ai/m", "together_ai/m", "heroku/m"]
    {
        let sent = messages(model, &texts);
        assert_eq!(sent[0]["content"], "Be \"terse\".\nBe kind.", "{model}");
        assert_eq!((&sent[1]["content"], &sent[2]["content"]), (&json!(""), &json!("a\nb")), "{model}");
        assert_eq!((&sent[3], &sent[4]), (&texts[3], &texts[4]), "{model}");
    }
    for model in ["openai_like/m", "hosted_vllm/m", "dashscope/m"] {
        assert_eq!(messages(model, &texts), texts, "{model}");
    }
}

#[test]
fn answers_tell_what_was_thought_where_they_have_to() {
    let talk = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "a" },
        { "role": "assistant", "content": "b", "reasoning_content": "hm" },
        { "role": "assistant", "content": "c", "reasoning_content": null },
        { "role": "assistant", "content": "d", "reasoning": "ha" },
    ]);
    for model in ["deepseek/deepseek-v4-pro", "deepseek/deepseek-reasoner", "moonshot/kimi-k2.5"] {
        let sent = messages(model, &talk);
        let told: Vec<&Value> = (0..5).map(|at| &sent[at]["reasoning_content"]).collect();
        assert_eq!(told, [&Value::Null, &json!(" "), &json!("hm"), &json!(" "), &json!("ha")], "{model}");
    }
    for model in ["deepseek/deepseek-chat", "moonshot/moonshot-v1-8k", "zai/glm-4.6"] {
        assert_eq!(messages(model, &talk), talk, "{model}");
    }
    let off = json!({ "messages": talk, "thinking": { "type": "disabled" } });
    assert_eq!(sent("deepseek/deepseek-v4-pro", &off), off);
}

#[test]
fn thoughts_have_the_providers_name_or_stay_behind() {
    let talk =
        json!([{ "role": "assistant", "content": "a", "reasoning_content": "hm", "thinking_blocks": [1] }]);
    let named = json!([{ "role": "assistant", "content": "a", "reasoning": "hm" }]);
    for model in
        ["groq/openai/gpt-oss-120b", "groq/qwen/qwen3-32b", "cerebras/m", "sambanova/m", "openrouter/m"]
    {
        assert_eq!(messages(model, &talk), named, "{model}");
        assert_eq!(messages(model, &named), named, "{model}");
    }
    let bare = json!([{ "role": "assistant", "content": "a" }]);
    for model in
        ["openai/gpt-4o", "azure/m", "azure_ai/m", "groq/llama-3", "mistral/m", "codestral/m", "perplexity/m"]
    {
        assert_eq!(messages(model, &talk), bare, "{model}");
    }
    let own = json!([{ "role": "assistant", "content": "a", "reasoning_content": "hm" }]);
    for model in ["fireworks_ai/m", "together_ai/m", "xai/grok-4"] {
        assert_eq!(messages(model, &talk), own, "{model}");
    }
}

#[test]
fn a_developer_is_the_system_where_nobody_knows_one() {
    let known = [
        "openai",
        "azure",
        "openai_like",
        "custom_openai",
        "litellm_proxy",
        "xinference",
        "groq",
        "openrouter",
        "cerebras",
        "github",
        "vercel_ai_gateway",
    ];
    for row in providers().filter(|row| !matches!(row.name, "anthropic" | "gemini")) {
        let is_known = row.wording(None).contains(&"d");
        assert_eq!(is_known, known.contains(&row.name), "{}", row.name);
    }
    let talk = json!([{ "role": "developer", "content": "developer" }]);
    assert_eq!(messages("openai/m", &talk), talk);
    assert_eq!(messages("mistral/m", &talk), json!([{ "role": "system", "content": "developer" }]));
}

#[test]
fn a_schema_of_answers_is_told_to_the_model_where_there_is_none() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let body = |format: Value| json!({ "messages": [{ "role": "user", "content": "Hi" }], "response_format": format });
    let asked = body(
        json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": schema, "strict": true } }),
    );
    for model in ["deepseek/deepseek-chat", "zai/glm-4.6"] {
        let sent = sent(model, &asked);
        assert_eq!(sent["response_format"], json!({ "type": "json_object" }));
        let told = sent["messages"][0]["content"].as_str().unwrap();
        assert!(told.contains("JSON") && told.ends_with(&schema.to_string()), "{told}");
        assert_eq!(
            (&sent["messages"][0]["role"], &sent["messages"][1]),
            (&json!("system"), &asked["messages"][0])
        );
    }
    assert_eq!(sent("openai/gpt-4o", &asked), asked);
    let any = body(json!({ "type": "json_object" }));
    assert_eq!(sent("deepseek/deepseek-chat", &any), any);
}

#[test]
fn schemas_and_functions_are_as_the_provider_takes_them() {
    let parameters = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
        "properties": {
            "$id": { "type": "object", "properties": {}, "additionalProperties": false },
            "open": { "anyOf": [{ "type": "object", "additionalProperties": { "type": "string" } }] },
        },
        "additionalProperties": false,
    });
    let plain = json!({
        "type": "object",
        "properties": {
            "$id": { "type": "object", "properties": {} },
            "open": { "anyOf": [{ "type": "object", "additionalProperties": { "type": "string" } }] },
        },
    });
    let tools = |parameters: Option<&Value>| {
        let mut function = json!({ "name": "f", "strict": true });
        parameters.into_iter().for_each(|all| function["parameters"] = all.clone());
        json!({ "tools": [{ "type": "function", "function": function }, { "type": "other", "function": 7 }] })
    };
    for model in ["mistral/m", "codestral/m", "xai/grok-4"] {
        let sent = |body: &Value| sent(model, body)["tools"][0]["function"].take();
        let function = sent(&tools(Some(&parameters)));
        assert_eq!(function["parameters"], plain, "{model}");
        assert_eq!(function.get("strict").is_none(), model.starts_with("xai"), "{model}");
        assert_eq!(
            sent(&tools(None))["parameters"],
            json!({ "type": "object", "properties": {} }),
            "{model}"
        );
    }
    assert_eq!(sent("mistral/m", &tools(None))["tools"][1], tools(None)["tools"][1]);
    let body = tools(Some(&parameters));
    assert_eq!(sent("groq/m", &body), body);
    let format = json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": parameters } } });
    let own = json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": plain } } });
    assert_eq!(sent("xai/grok-4", &format), own);
}

#[test]
fn names_nulls_files_and_empty_answers() {
    let talk = json!([
        { "role": "user", "name": "ann", "content": [{ "type": "file", "file": { "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE" } }, { "type": "file", "file": { "file_id": "f1" } }, { "type": "file", "file": {} }] },
        { "role": "assistant", "content": "" },
        { "role": "assistant", "content": null, "refusal": null, "tool_calls": [{ "id": "abcdefghi", "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
        { "role": "tool", "name": "f", "tool_call_id": "abcdefghi", "content": "" },
    ]);
    assert_eq!(
        messages("mistral/m", &talk),
        json!([
            { "role": "user", "content": [{ "type": "document_url", "document_url": "data:application/pdf;base64,JVBE", "document_name": "a.pdf" }, { "type": "file", "file_id": "f1" }, { "type": "file", "file": {} }] },
            { "role": "assistant", "tool_calls": talk[2]["tool_calls"] },
            talk[3],
        ])
    );
    assert_eq!(messages("xai/grok-4", &talk)[0].get("name"), None);
    assert_eq!(messages("databricks/m", &talk).as_array().unwrap().len(), 3);
    assert_eq!(messages("groq/m", &talk)[2].get("content"), None);
    let nulls = json!({ "messages": [], "stop": null, "seed": 1 });
    assert_eq!(sent("mistral/m", &nulls), json!({ "messages": [], "seed": 1 }));
    let named = json!({ "messages": [{ "role": "user", "content": "a", "null": 1 }] });
    assert_eq!(sent("groq/m", &named), named);
    assert_eq!(sent("openai/m", &nulls), nulls);
}

#[test]
fn roles_take_turns_where_they_have_to() {
    let talk = json!([
        { "role": "system", "content": "a" }, { "role": "user", "content": "b\n" }, { "role": "user", "content": "c" },
        { "role": "user", "content": "d", "name": "x" }, { "role": "assistant", "content": "e" }, { "role": "user", "content": [{ "type": "text", "text": "f" }] },
    ]);
    let sent = messages("perplexity/sonar", &talk);
    let said: Vec<&Value> = sent.as_array().unwrap().iter().map(|message| &message["content"]).collect();
    assert_eq!(said, [&json!("a"), &json!("b\n\n\nc\n\nd"), &json!("e"), &talk[5]["content"]]);
    assert_eq!(messages("perplexity/sonar", &json!([])), json!([]));
    assert_eq!(messages("openai/m", &talk), talk);
}

#[test]
fn a_body_is_looked_through_only_where_something_may_be_in_it() {
    for model in ["openai_like/m", "litellm_proxy/m", "vercel_ai_gateway/m", "anthropic/m", "gemini/m"] {
        let params = json!({ "model": model, "api_base": "https://own.test/v1" });
        assert!(router(params).marks(DeploymentIx(0)).is_empty(), "{model}");
    }
    assert!(!at("openai/m").marks(DeploymentIx(0)).is_empty());
    // Whoever gives `openai/` an address of its own may mean any server.
    let own = json!({ "model": "openai/m", "api_base": "https://own.test/v1" });
    assert!(router(own).marks(DeploymentIx(0)).is_empty());
}

#[test]
fn what_a_provider_does_not_take_is_found_in_a_body_wherever_it_is_cut() {
    let long = "x".repeat(41);
    let id = |id: &str| json!({ "messages": [{ "role": "tool", "tool_call_id": id, "content": "b" }] });
    let said = |content: &str| json!({ "messages": [{ "role": "user", "content": content }] });
    for (model, body, is_marked) in [
        ("openai/m", id(&long), true),
        ("openai/m", id(&long[1..]), false),
        ("openai/m", json!({ "tools": [{ "id": long }] }), true),
        ("openai/m", said("\"thinking_blocks\": \"index\""), false),
        ("openai/m", json!({ "messages": [{ "thinking_blocks": [] }] }), true),
        ("openai/m", json!({ "messages": [{ "role": "developer", "content": "a" }] }), false),
        ("nvidia_nim/m", json!({ "messages": [{ "role": "developer", "content": "a" }] }), true),
        ("nvidia_nim/m", said("developer and more"), false),
        ("groq/openai/gpt-oss-120b", json!({ "messages": [{ "name": null }] }), true),
        ("groq/openai/gpt-oss-120b", json!({ "messages": [{ "name": "null" }] }), false),
        (
            "deepseek/m",
            json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "a" }] }] }),
            true,
        ),
        ("deepseek/m", said("[a]"), false),
    ] {
        let marks = at(model).marks(DeploymentIx(0));
        let plain = body.to_string();
        let spaced = plain.replace("\":", "\" \n:");
        for text in [plain, spaced, serde_json::to_string_pretty(&body).unwrap()] {
            assert_eq!(marks.is_in(text.as_bytes()), is_marked, "{model}: {text}");
            for cut in 0..text.len() {
                let (before, behind) = text.as_bytes().split_at(cut);
                assert!(
                    !is_marked || marks.is_in(before) || marks.is_in(behind),
                    "{model}: {text}, cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn an_id_with_a_signature_is_found_where_there_are_any() {
    let list = json!([
        { "model_name": "a", "litellm_params": { "model": "groq/m", "api_key": "k" } },
        { "model_name": "b", "litellm_params": { "model": "gemini/m", "api_key": "k" } },
    ]);
    let mixed = Router::new(load(&json!({ "model_list": list }), &Value::Null, &|_| None).unwrap().config);
    let signed = ["call_1__thought__c2ln", "call[{}]__thought__c2ln"];
    for id in signed {
        let text = json!({ "messages": [{ "role": "tool", "tool_call_id": id }] }).to_string();
        for cut in 0..text.len() {
            let (before, behind) = text.as_bytes().split_at(cut);
            let marks = mixed.marks(DeploymentIx(0));
            assert!(marks.is_in(before) || marks.is_in(behind), "{text}, cut at {cut}");
        }
    }
    // A picture is longer than a part.
    for part in ["{\"url\":\"data:image/png;base64,AAAA", "AAAA", "AAAA\"}"] {
        assert!(!mixed.marks(DeploymentIx(0)).is_in(part.as_bytes()), "{part}");
    }
    for (id, is_marked) in
        [(signed[0], true), (signed[1], true), ("call_1 of __thought__", false), ("call_1", false)]
    {
        let text =
            json!({ "messages": [{ "role": "tool", "tool_call_id": id, "content": "b" }] }).to_string();
        assert_eq!(mixed.marks(DeploymentIx(0)).is_in(text.as_bytes()), is_marked, "{id}");
        assert!(!at("groq/m").marks(DeploymentIx(0)).is_in(text.as_bytes()), "{id}");
    }
}
