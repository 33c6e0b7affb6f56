//! Members of requests that have another name at a provider, mean nothing there, or are refused.

use serde_json::{Value, json};
use switchman::config::providers;
use switchman::error::FaultKind;

use crate::support::{Begun, begin, refused, router};

fn call(params: Value, body: Value, options: Value) -> Begun {
    let mut whole = json!({ "model": "chat", "messages": [] });
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    begin(router(params), &whole, options)
}

/// What becomes of a body, over `fetch` and as an object alike.
fn sent(params: Value, body: Value) -> Value {
    let model = params["model"].as_str().unwrap().split_once('/').unwrap().1.to_owned();
    let begun = call(params, body.clone(), Value::Null);
    let sent = begun.sent().unwrap();
    let mut object = json!({ "model": model, "messages": [] });
    object.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    assert_eq!(begun.fitted(&object).unwrap(), sent);
    sent
}

#[test]
fn the_most_tokens_have_the_providers_name() {
    for row in
        providers().filter(|row| !matches!(row.name, "anthropic" | "gemini") && row.name != "fireworks_ai")
    {
        let params = json!({ "model": format!("{}/m", row.name), "api_base": "https://own.test/v1" });
        let sent = sent(params, json!({ "max_completion_tokens": 7 }));
        let is_old = row.rules(Some("m")).iter().any(|rule| rule.name == "max_completion_tokens");
        let (name, other) = ("max_tokens", "max_completion_tokens");
        let (name, other) = if is_old { (name, other) } else { (other, name) };
        assert_eq!((&sent[name], sent.get(other)), (&json!(7), None), "{}", row.name);
    }
}

#[test]
fn the_providers_name_is_not_given_twice() {
    let both = json!({ "max_tokens": 5, "max_completion_tokens": 7 });
    assert_eq!(
        sent(json!({ "model": "deepseek/m" }), both.clone()),
        json!({ "model": "m", "messages": [], "max_tokens": 7 })
    );
    // Null asks for nothing.
    let none = json!({ "max_tokens": 5, "max_completion_tokens": null });
    assert_eq!(
        sent(json!({ "model": "deepseek/m" }), none),
        json!({ "model": "m", "messages": [], "max_tokens": 5 })
    );
    // A default of the config's stands under the provider's name, and below the request.
    let default = json!({ "model": "deepseek/m", "max_completion_tokens": 3 });
    let begun = call(default.clone(), both, Value::Null);
    assert_eq!(begun.sent().unwrap()["max_tokens"], 7);
    let begun = call(default, json!({}), Value::Null);
    assert_eq!(begun.sent().unwrap(), json!({ "model": "m", "messages": [], "max_tokens": 3 }));
}

#[test]
fn models_that_reason_have_the_new_name() {
    let body = json!({ "max_tokens": 5 });
    for (model, name) in [
        ("openai/gpt-5-mini", "max_completion_tokens"),
        ("openai/o3", "max_completion_tokens"),
        ("openai/gpt-4o", "max_tokens"),
    ] {
        assert_eq!(sent(json!({ "model": model }), body.clone())[name], 5, "{model}");
    }
    let azure = |more: &str| json!({ "model": "azure/prod", "api_base": "https://r.openai.azure.com", "base_model": more });
    assert_eq!(sent(azure("azure/gpt-5"), body.clone())["max_completion_tokens"], 5);
    assert_eq!(sent(azure("gpt-4o"), body)["max_tokens"], 5);
}

#[test]
fn what_a_provider_refuses_is_left_out_or_not_served() {
    let body = json!({ "stop": ["a"], "seed": 1, "n": 1, "logprobs": false, "tools": [] });
    let begun = call(json!({ "model": "perplexity/sonar" }), body.clone(), Value::Null);
    let fault = begun.sent().unwrap_err();
    assert_eq!(refused(&fault), (FaultKind::Unsupported, "`stop`, `seed` are not supported by perplexity"));
    assert_eq!(fault.param.as_deref(), Some("stop"));
    assert_eq!(begun.fitted(&body).unwrap_err(), fault);
    let whole = json!({ "model": "sonar", "messages": [] });
    let dropping = json!({ "model": "perplexity/sonar", "drop_params": true });
    assert_eq!(sent(dropping, body.clone()), whole);
    // What asks for nothing is left out in any case.
    let idle = json!({ "n": 1, "logprobs": false, "tools": [], "stop": null });
    assert_eq!(sent(json!({ "model": "perplexity/sonar" }), idle), whole);
    // The call's own word counts first.
    let begun = call(json!({ "model": "perplexity/sonar" }), body.clone(), json!({ "drop_params": true }));
    assert_eq!(begun.sent().unwrap(), whole);
    let dropping = json!({ "model": "perplexity/sonar", "drop_params": true });
    let begun = call(dropping, body, json!({ "drop_params": false }));
    assert_eq!(begun.sent().unwrap_err().kind, FaultKind::Unsupported);
}

#[test]
fn a_rule_may_be_of_some_models_alone() {
    let body = json!({ "stop": ["a"] });
    assert_eq!(sent(json!({ "model": "xai/grok-2" }), body.clone())["stop"], json!(["a"]));
    assert!(call(json!({ "model": "xai/grok-4-fast" }), body.clone(), Value::Null).sent().is_err());
    // Of a pattern it counts for the models that it is asked for.
    let config = json!({ "model_list": [{ "model_name": "xai/*", "litellm_params": { "model": "xai/*", "api_key": "k" } }] });
    let loaded = switchman::config::load(&config, &Value::Null, &|_| None).unwrap();
    let router = switchman::engine::Router::new(loaded.config);
    let mut scan = router.request_scanner();
    scan.push(br#"{"model":"a","stop":1}"#);
    assert!(scan.index_of("stop").is_some());
}

#[test]
fn strict_servers_get_nothing_of_openais_own() {
    let body = json!({ "store": true, "metadata": {}, "seed": 4, "user": "u", "safety_identifier": "s", "safe_prompt": true });
    assert_eq!(
        sent(json!({ "model": "mistral/large" }), body),
        json!({ "model": "large", "messages": [], "random_seed": 4, "safe_prompt": true })
    );
}

#[test]
fn the_config_may_allow_and_drop_more() {
    let params = json!({
        "model": "perplexity/sonar", "allowed_openai_params": ["seed"], "additional_drop_params": ["top_k", "logit_bias"],
    });
    let body = json!({ "seed": 1, "top_k": 2, "logit_bias": { "1": 2 }, "top_p": 1 });
    assert_eq!(sent(params, body), json!({ "model": "sonar", "messages": [], "seed": 1, "top_p": 1 }));
}

#[test]
fn a_call_may_allow_and_drop_more() {
    let options = json!({ "allowed_openai_params": ["seed"], "additional_drop_params": ["never_heard_of"] });
    let body = json!({ "seed": 1, "never_heard_of": 2, "top_p": 1 });
    let begun = call(json!({ "model": "perplexity/sonar" }), body, options);
    assert_eq!(begun.sent().unwrap(), json!({ "model": "sonar", "messages": [], "seed": 1, "top_p": 1 }));
}
