//! What one entry of the model list becomes.

use serde_json::{Value, json};
use switchman::config::{Deployment, Timeouts};

use crate::support::{config, entry, loaded, merge, notices, one, refused};

fn deployment(more: Value) -> Deployment {
    config(&one(more)).deployments.remove(0)
}

fn with_info(info: Value) -> Value {
    let mut entry = entry("chat", json!({}));
    merge(&mut entry, json!({ "model_info": info }));
    json!({ "model_list": [entry] })
}

#[test]
fn the_provider_comes_from_the_prefix_the_option_the_model_or_the_address() {
    let base = "http://localhost:8000/v1";
    for (params, provider, model) in [
        (json!({ "model": "openai/gpt-4o", "api_key": "k" }), "openai", "gpt-4o"),
        (json!({ "model": "gpt-4o", "api_key": "k" }), "openai", "gpt-4o"),
        (json!({ "model": "text-embedding-3-small", "api_key": "k" }), "openai", "text-embedding-3-small"),
        (json!({ "model": "anthropic/claude-opus-4-5", "api_key": "k" }), "anthropic", "claude-opus-4-5"),
        (json!({ "model": "claude-opus-4-5", "api_key": "k" }), "anthropic", "claude-opus-4-5"),
        (json!({ "model": "hosted_vllm/meta/llama", "api_base": base }), "hosted_vllm", "meta/llama"),
        (json!({ "model": "meta-llama/Llama-3", "api_base": base }), "openai", "meta-llama/Llama-3"),
        (json!({ "model": "llama", "base_url": base }), "openai", "llama"),
        (
            json!({ "model": "anthropic/x", "api_base": base, "custom_llm_provider": "openai" }),
            "openai",
            "anthropic/x",
        ),
        (json!({ "model": "openai/x", "custom_llm_provider": "openai", "api_key": "k" }), "openai", "x"),
    ] {
        let config = config(&json!({ "model_list": [{ "model_name": "a", "litellm_params": params }] }));
        let found = &config.deployments[0];
        assert_eq!((found.provider.as_str(), found.model.as_str()), (provider, model));
    }
}

#[test]
fn a_provider_that_is_not_there_is_named() {
    let other = "is not supported in this version; an OpenAI-compatible server is reached as openai/<model> with api_base";
    for (params, path, words) in [
        (json!({ "model": "bedrock/large" }), "model", other),
        (json!({ "model": "bedrock/large", "api_base": "https://proxy" }), "model", other),
        (json!({ "model": "openia/gpt-4o" }), "model", "did you mean `openai`?"),
        (
            json!({ "model": "x", "custom_llm_provider": "bedrock" }),
            "custom_llm_provider",
            "provider `bedrock`",
        ),
        (json!({ "model": "llama-3" }), "model", "the provider of `llama-3` is not known"),
        (json!({ "model": "openai/" }), "model", "no model"),
        (json!({ "model": "" }), "model", "is empty"),
        (json!({ "model": 4 }), "model", "expected a string, got a number"),
        (json!({}), "model", "is missing"),
        (json!({ "model": "hosted_vllm/x" }), "api_base", "is missing; `hosted_vllm` has no address"),
    ] {
        let config = json!({ "model_list": [{ "model_name": "a", "litellm_params": params }] });
        refused(&config, &format!("model_list[0].litellm_params.{path}"), words);
    }
}

#[test]
fn a_key_of_the_environment_goes_to_its_own_provider_only() {
    let key = |params: Value| {
        let config = config(&json!({ "model_list": [{ "model_name": "a", "litellm_params": params }] }));
        config.deployments[0].api_key.as_ref().map(|key| key.expose().to_owned())
    };
    let own = Some("sk-from-the-environment".to_owned());
    assert_eq!(key(json!({ "model": "gpt-4o" })), own);
    assert_eq!(key(json!({ "model": "gpt-4o", "api_key": null })), own);
    assert_eq!(key(json!({ "model": "gpt-4o", "api_base": "https://api.openai.com/v1/" })), own);
    assert_eq!(key(json!({ "model": "gpt-4o", "api_base": "https://api.openai.com.evil.example/v1" })), None);
    assert_eq!(key(json!({ "model": "gpt-4o", "api_base": "http://api.openai.com/v1" })), None);
    let config = json!({ "model_list": [{ "model_name": "a", "litellm_params": { "model": "gpt-4o" } }] });
    let problems = switchman::config::load(&config, &Value::Null, &|_| None).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "model_list[0].litellm_params.api_key");
    assert!(problems[0].message.contains("OPENAI_API_KEY"), "{problems:?}");
}

#[test]
fn values_come_from_the_environment_where_they_say_so() {
    let found = deployment(
        json!({ "api_key": "os.environ/SPARE_KEY", "rpm": "os.environ/LIMIT", "seed": "os.environ/LIMIT",
        "extra_headers": { "x-key": "os.environ/SPARE_KEY" } }),
    );
    assert_eq!(found.api_key.unwrap().expose(), "sk-spare");
    assert_eq!(found.rpm, Some(250));
    assert_eq!((found.params[0].name.as_str(), &*found.params[0].raw), ("seed", "\" 250 \""));
    assert_eq!(found.extra_headers[0].1.expose(), "sk-spare");
    for (name, value, words) in [
        ("api_key", "os.environ/NOWHERE", "the environment variable `NOWHERE` is not set"),
        ("rpm", "os.environ/WORD", "`WORD` does not hold a number"),
        ("temperature", "os.environ/NOWHERE", "`NOWHERE` is not set"),
    ] {
        refused(&one(json!({ name: value })), &format!("model_list[0].litellm_params.{name}"), words);
    }
}

#[test]
fn weights_and_limits_are_read_wherever_people_write_them() {
    let found = |config: &Value| {
        let found = &loaded(config).config.deployments[0];
        (found.weight, found.order, found.rpm, found.tpm, found.cooldown_ms)
    };
    let info = json!({ "weight": 0.5, "order": 2, "rpm": 7, "tpm": 8, "cooldown_time": 0 });
    assert_eq!(found(&with_info(info.clone())), (Some(0.5), Some(2), Some(7), Some(8), Some(0)));
    let params = json!({ "weight": 2, "order": 1, "rpm": 5, "tpm": 6, "cooldown_time": 9 });
    assert_eq!(found(&one(params.clone())), (Some(2.0), Some(1), Some(5), Some(6), Some(9_000)));
    let mut both = entry("chat", params);
    merge(&mut both, json!({ "model_info": info, "rpm": 3, "tpm": 4 }));
    let both = json!({ "model_list": [both] });
    // The entry itself is first for limits, the model info for the cooldown, the parameters for the rest.
    assert_eq!(found(&both), (Some(2.0), Some(1), Some(3), Some(4), Some(0)));
}

#[test]
fn s06_numbers_of_a_deployment_are_checked() {
    for (name, value, words) in [
        ("weight", json!("plenty"), "expected a number, got a string"),
        ("weight", json!(-1), "must not be negative"),
        ("weight", json!(1e300), "is too large"),
        ("order", json!(1.5), "must be a whole number"),
        ("rpm", json!([1]), "expected a number, got a list"),
        ("tpm", json!(true), "expected a number, got a boolean"),
        ("timeout", json!(0), "must be more than 0"),
        ("stream_timeout", json!("plenty"), "expected a number, got a string"),
        ("request_timeout", json!(-3), "must not be negative"),
        ("first_token_timeout", json!({}), "expected a number, got an object"),
        ("num_retries", json!("many"), "expected a number, got a string"),
        ("num_retries", json!(-1), "must not be negative"),
        ("cooldown_time", json!(-1), "must not be negative"),
        ("max_parallel_requests", json!(0.5), "must be a whole number"),
    ] {
        refused(&one(json!({ name: value })), &format!("model_list[0].litellm_params.{name}"), words);
    }
    refused(
        &with_info(json!({ "weight": "heavy" })),
        "model_list[0].model_info.weight",
        "expected a number, got a string",
    );
}

#[test]
fn time_limits_are_kept_in_milliseconds() {
    let found = deployment(
        json!({ "timeout": 1.5, "stream_timeout": 2, "headers_timeout": 3, "first_token_timeout": 0,
        "idle_timeout": 0.25, "deadline": 0, "num_retries": "4", "max_parallel_requests": 6 }),
    );
    let expected = Timeouts {
        total_ms: Some(1_500),
        stream_ms: Some(2_000),
        headers_ms: Some(3_000),
        // No limit: the longest that a timer takes.
        first_token_ms: Some(2_147_483_647),
        idle_ms: Some(250),
        deadline_ms: Some(0),
    };
    assert_eq!(found.timeouts, expected);
    assert_eq!((found.num_retries, found.max_parallel), (Some(4), Some(6)));
    assert_eq!(deployment(json!({ "request_timeout": 4 })).timeouts.total_ms, Some(4_000));
    assert_eq!(deployment(json!({ "timeout": 3, "request_timeout": 4 })).timeouts.total_ms, Some(3_000));
}

#[test]
fn each_organisation_is_a_deployment_of_its_own() {
    let config = config(&one(json!({ "organization": ["org-a", "org-b"] })));
    let [a, b] = config.deployments.as_slice() else { panic!("two deployments") };
    assert_eq!((a.organization.as_deref(), b.organization.as_deref()), (Some("org-a"), Some("org-b")));
    assert_ne!(a.id, b.id);
    assert_eq!(config.groups[0].members.len(), 2);
    let mut declared = entry("chat", json!({ "organization": ["org-a", "org-b"] }));
    merge(&mut declared, json!({ "model_info": { "id": "x" } }));
    let config = crate::support::config(&json!({ "model_list": [declared] }));
    assert_eq!(
        config.deployments.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["x:org-a", "x:org-b"]
    );
    let path = "model_list[0].litellm_params.organization";
    refused(&one(json!({ "organization": [] })), path, "empty list");
    refused(&one(json!({ "organization": ["a", "a"] })), &format!("{path}[1]"), "twice");
    refused(&one(json!({ "organization": "a\r\nb" })), path, "control character");
}

#[test]
fn parameters_are_kept_and_options_of_the_router_never_are() {
    let found = deployment(json!({
        "temperature": 0.5, "max_tokens": null, "mirostat": 2, "response_format": { "type": "json_object" }, "weight": 1,
        "num_retries": 1, "tags": ["a"], "input_cost_per_token": 1e-6, "max_retries": 3, "stream": true, "aws_region_name": "x",
        "extra_body": { "temperature": 0.75, "top_k": 5, "tags": ["theirs"], "kept": null },
    }));
    let mut params: Vec<String> =
        found.params.iter().map(|param| format!("{}={}", param.name, param.raw)).collect();
    params.sort();
    let expected = [
        "kept=null",
        "mirostat=2",
        "response_format={\"type\":\"json_object\"}",
        "tags=[\"theirs\"]",
        "temperature=0.75",
        "top_k=5",
    ];
    assert_eq!(params, expected);
}

#[test]
fn parameters_that_look_like_a_mistake_are_refused() {
    for (name, words) in [
        ("api_kye", "did you mean `api_key`?"),
        ("apiKey", "did you mean `api_key`?"),
        ("wieght", "did you mean `weight`?"),
        ("model_name", "belongs beside `litellm_params`"),
        ("id", "belongs in the `model_info`"),
        ("replicate_api_key", "would be sent in the body of every request"),
        ("my_secret", "would be sent in the body of every request"),
    ] {
        let found = one(json!({ name: "marked" }));
        refused(&found, &format!("model_list[0].litellm_params.{name}"), words);
    }
    refused(
        &one(json!({ "extra_body": { "model": "x" } })),
        "model_list[0].litellm_params.extra_body.model",
        "each request",
    );
    refused(
        &one(json!({ "extra_body": [] })),
        "model_list[0].litellm_params.extra_body",
        "expected an object",
    );
}

#[test]
fn headers_are_checked() {
    let found = deployment(json!({ "extra_headers": { "X-Team": "blue sky", "Authorization": "Bearer x" } }));
    assert_eq!(found.extra_headers.len(), 2);
    assert_eq!(deployment(json!({ "headers": { "X-Team": "blue" } })).extra_headers[0].1.expose(), "blue");
    let path = |name: &str| format!("model_list[0].litellm_params.extra_headers{name}");
    for (headers, place, words) in [
        (json!([]), "", "expected an object, got a list"),
        (json!({ "X": 1 }), ".X", "expected a string, got a number"),
        (json!({ "X": "a\r\nb" }), ".X", "line break"),
        (json!({ "X": "ä" }), ".X", "no header may have"),
        (json!({ "X Y": "a" }), "[\"X Y\"]", "no valid name"),
        (json!({ "Host": "a" }), ".Host", "belongs to the connection"),
        (json!({ "content-length": "1" }), "[\"content-length\"]", "belongs to the connection"),
        (json!({ "transfer-encoding": "1" }), "[\"transfer-encoding\"]", "belongs to the connection"),
        (json!({ "X": "a", "x": "b" }), ".x", "given twice"),
    ] {
        refused(&one(json!({ "extra_headers": headers })), &path(place), words);
    }
}

#[test]
fn defaults_are_given_to_every_deployment_that_says_nothing_else() {
    let config = config(&json!({
        "model_list": [entry("a", json!({ "temperature": 0, "extra_headers": { "x": "own" } })), entry("b", json!({}))],
        "default_litellm_params": { "temperature": 1, "top_p": 0.5, "timeout": 7, "headers": { "x": "common" }, "max_retries": 0 },
    }));
    let raw = |at: usize, name: &str| {
        let param = config.deployments[at].params.iter().find(|param| param.name == name);
        param.map(|param| param.raw.to_string())
    };
    assert_eq!((raw(0, "temperature").as_deref(), raw(1, "temperature").as_deref()), (Some("0"), Some("1")));
    assert_eq!((raw(0, "top_p").as_deref(), raw(1, "top_p").as_deref()), (Some("0.5"), Some("0.5")));
    let header = |at: usize| config.deployments[at].extra_headers[0].1.expose().to_owned();
    assert_eq!((header(0), header(1)), ("own".to_owned(), "common".to_owned()));
    assert_eq!(config.policy.timeouts.total_ms, Some(7_000));
    let mut given = one(json!({}));
    given["default_litellm_params"] = json!({ "api_key": "marked" });
    refused(&given, "default_litellm_params.api_key", "each deployment");
}

#[test]
fn tools_of_a_deployment_and_a_star_that_is_sent_are_told_of() {
    assert_eq!(notices(&one(json!({ "tools": [] }))).len(), 1);
    let star = notices(&one(json!({ "model": "openai/*" })));
    assert!(star.len() == 1 && star[0].starts_with("model_list[0].litellm_params.model: "), "{star:?}");
    assert!(notices(&json!({ "model_list": [entry("*", json!({ "model": "openai/*" }))] })).is_empty());
}
