//! Parameters: what is passed on, under which name, to which model.

use serde_json::{Value, json};
use switchman::config::Surface;
use switchman::dialect::translate_request;

use crate::support::{
    GEMMA, NEWEST, OLD, SECOND, THIRD, config, deployment_with, extra, greeting, inbound, refused,
    try_translated,
};

#[test]
fn openais_parameters_have_other_names() {
    assert_eq!(
        config(
            SECOND,
            &json!({
                "temperature": 0.50, "top_p": 0.9, "top_k": 40, "seed": 7, "max_tokens": 64, "n": 2, "stop": ["END", ""],
                "presence_penalty": 0.1, "frequency_penalty": 0.2, "logprobs": true, "top_logprobs": 3,
                "modalities": ["text", "image"],
            })
        ),
        json!({
            "temperature": 0.50, "topP": 0.9, "topK": 40, "seed": 7, "maxOutputTokens": 64, "candidateCount": 2, "stopSequences": ["END"],
            "presencePenalty": 0.1, "frequencyPenalty": 0.2, "responseLogprobs": true, "logprobs": 3,
            "responseModalities": ["TEXT", "IMAGE"],
        })
    );
    assert_eq!(
        config(SECOND, &json!({ "max_tokens": 1, "max_completion_tokens": 2 })),
        json!({ "maxOutputTokens": 2 })
    );
    assert_eq!(config(SECOND, &json!({ "stop": "a", "n": 1 })), json!({ "stopSequences": ["a"] }));
}

#[test]
fn what_changes_no_answer_is_left_out() {
    let more = json!({
        "user": "u", "metadata": { "a": "b" }, "store": true, "stream": true, "stream_options": { "include_usage": true }, "verbosity": "low",
        "parallel_tool_calls": false, "prompt_cache_key": "k", "logit_bias": {}, "seed": null, "tools": null,
    });
    assert_eq!(config(SECOND, &more), Value::Null);
}

#[test]
fn what_it_has_not_is_refused_or_dropped() {
    refused(SECOND, &json!({ "logit_bias": { "1": 2 } }), "logit_bias");
    refused(SECOND, &json!({ "audio": { "voice": "alloy" } }), "audio");
    // Gemini refuses a whole request for a name that it does not know.
    refused(SECOND, &json!({ "min_p": 0.1 }), "min_p");
    refused(THIRD, &json!({ "presence_penalty": 0.5 }), "presence_penalty");
    refused(NEWEST, &json!({ "n": 2 }), "n");
    assert_eq!(config(THIRD, &json!({ "presence_penalty": 0, "frequency_penalty": 0.0 })), Value::Null);
}

#[test]
fn newer_models_sample_as_they_like() {
    let more = json!({ "temperature": 0.5, "top_p": 0.9, "top_k": 4, "seed": 1 });
    assert_eq!(config(THIRD, &more), json!({ "temperature": 0.5, "topP": 0.9, "topK": 4, "seed": 1 }));
    assert_eq!(config(NEWEST, &more), json!({ "seed": 1 }));
    assert_eq!(config("gemini-3.5-flash-lite", &more), json!({ "seed": 1 }));
}

#[test]
fn googles_own_parameters_pass_in_either_way_of_writing() {
    let safety = json!([{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE" }]);
    assert_eq!(
        extra(
            SECOND,
            &json!({ "safety_settings": safety, "cached_content": "cachedContents/1", "labels": { "a": "b" } })
        ),
        json!({ "safetySettings": safety, "cachedContent": "cachedContents/1", "labels": { "a": "b" } })
    );
    assert_eq!(
        extra(SECOND, &json!({ "safetySettings": safety, "somethingNew": [1] })),
        json!({ "safetySettings": safety, "somethingNew": [1] })
    );
    assert_eq!(
        config(
            SECOND,
            &json!({ "media_resolution": "MEDIA_RESOLUTION_LOW", "speechConfig": { "a": 1 }, "image_config": { "aspectRatio": "1:1" } })
        ),
        json!({ "mediaResolution": "MEDIA_RESOLUTION_LOW", "speechConfig": { "a": 1 }, "imageConfig": { "aspectRatio": "1:1" } })
    );
    // What is written in Google's words counts before what is written in OpenAI's.
    assert_eq!(
        config(
            SECOND,
            &json!({ "generationConfig": { "temperature": 1, "thinkingConfig": { "thinkingBudget": 5 } }, "temperature": 0, "top_p": 0.5, "reasoning_effort": "low" })
        ),
        json!({ "temperature": 1, "thinkingConfig": { "thinkingBudget": 5 }, "topP": 0.5 })
    );
}

#[test]
fn modalities_are_words_in_capitals_and_what_is_no_word_goes_on() {
    let modalities =
        |asked: Value| config(SECOND, &json!({ "modalities": asked }))["responseModalities"].take();
    assert_eq!(modalities(json!("audio")), json!(["AUDIO"]));
    assert_eq!(modalities(json!(["te\"\u{1}xt"])), json!(["TE\"\u{1}XT"]));
    assert_eq!(modalities(json!([true, null, { "a": 1e5 }])), json!([true, null, { "a": 1e5 }]));
}

#[test]
fn tiers_have_other_names() {
    for (asked, expected) in [
        ("auto", json!({})),
        ("default", json!({ "serviceTier": "standard" })),
        ("flex", json!({ "serviceTier": "flex" })),
        ("priority", json!({ "serviceTier": "priority" })),
    ] {
        assert_eq!(extra(SECOND, &json!({ "service_tier": asked })), expected);
    }
}

#[test]
fn what_the_deployment_sets_counts_where_the_request_says_nothing() {
    let deployment =
        deployment_with(SECOND, json!({ "temperature": 0.1, "max_tokens": 9, "safety_settings": [] }));
    let request = greeting(&json!({ "max_completion_tokens": 5 })).to_string();
    let translated = translate_request(&deployment, Surface::Chat, &inbound(request.as_bytes())).unwrap();
    let body: Value = serde_json::from_slice(&translated.body).unwrap();
    assert_eq!(body["generationConfig"], json!({ "maxOutputTokens": 5, "temperature": 0.1 }));
    assert_eq!(body["safetySettings"], json!([]));
}

#[test]
fn efforts_are_budgets_or_levels() {
    let thinking = |model: &str, more: Value| config(model, &more)["thinkingConfig"].take();
    let budget = |tokens: i64| json!({ "includeThoughts": tokens != 0, "thinkingBudget": tokens });
    let level = |level: &str| json!({ "includeThoughts": true, "thinkingLevel": level });
    for (model, effort, expected) in [
        (SECOND, "none", budget(0)),
        (SECOND, "minimal", budget(128)),
        (SECOND, "low", budget(1_024)),
        (SECOND, "medium", budget(2_048)),
        (SECOND, "high", budget(4_096)),
        (SECOND, "xhigh", budget(8_192)),
        ("gemini-2.5-flash-lite", "minimal", budget(512)),
        ("gemini-2.5-pro", "none", json!({ "includeThoughts": false, "thinkingBudget": 128 })),
        (THIRD, "none", json!({ "includeThoughts": false, "thinkingLevel": "low" })),
        (THIRD, "medium", level("high")),
        ("gemini-3-flash-preview", "minimal", level("minimal")),
        (NEWEST, "minimal", level("low")),
        (NEWEST, "max", level("high")),
        (OLD, "high", Value::Null),
        (GEMMA, "high", Value::Null),
        ("gemini-2.5-flash-image", "high", Value::Null),
    ] {
        assert_eq!(thinking(model, json!({ "reasoning_effort": effort })), expected, "{model} {effort}");
    }
    // The limit of tokens counts the thoughts.
    let limited = config(SECOND, &json!({ "reasoning_effort": "high", "max_tokens": 1_000 }));
    assert_eq!(limited, json!({ "maxOutputTokens": 1_000, "thinkingConfig": budget(500) }));
    for (model, asked, expected) in [
        (SECOND, json!({ "type": "enabled", "budget_tokens": 2_000 }), budget(2_000)),
        (SECOND, json!({ "type": "adaptive" }), json!({ "includeThoughts": true, "thinkingBudget": -1 })),
        (SECOND, json!({ "type": "disabled" }), budget(0)),
        (THIRD, json!({ "type": "enabled", "budget_tokens": 1_024 }), level("low")),
        (THIRD, json!({ "type": "enabled", "budget_tokens": 9_000 }), level("high")),
        (THIRD, json!({ "type": "adaptive" }), json!({ "includeThoughts": true })),
    ] {
        assert_eq!(thinking(model, json!({ "thinking": asked })), expected, "{model} {asked}");
    }
}

#[test]
fn answers_hold_to_a_schema() {
    let format = |schema: Value| json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": schema } } });
    assert_eq!(
        config(
            SECOND,
            &format(
                json!({ "type": "object", "properties": { "a": { "type": "string", "pattern": "^x" } }, "required": ["a"], "additionalProperties": false })
            )
        ),
        json!({
            "responseMimeType": "application/json",
            "responseJsonSchema": {
                "type": "object", "properties": { "a": { "type": "string", "description": "Rules: pattern \"^x\"." } },
                "required": ["a"], "additionalProperties": false,
            },
        })
    );
    assert_eq!(
        config(OLD, &json!({ "response_format": { "type": "json_object" } })),
        json!({ "responseMimeType": "application/json" })
    );
    assert_eq!(config(SECOND, &json!({ "response_format": { "type": "text" } })), Value::Null);
    refused(SECOND, &json!({ "response_format": { "type": "grammar" } }), "response_format");
    refused(GEMMA, &json!({ "response_format": { "type": "json_object" } }), "response_format");
    // Beside tools only from the third generation on.
    let mut both = format(json!({ "type": "object" }));
    both["tools"] = json!([{ "type": "function", "function": { "name": "f" } }]);
    refused(SECOND, &both, "response_format");
    let body = extra(THIRD, &both);
    assert_eq!(body["generationConfig"]["responseMimeType"], "application/json");
    assert_eq!(body["tools"][0]["functionDeclarations"][0]["name"], "f");
    let no_schema = json!({ "response_format": { "type": "json_schema", "json_schema": {} } });
    assert!(try_translated(SECOND, Surface::Chat, &greeting(&no_schema), true).is_err());
}
