//! No credential is in anything that a person or a log could see.

use serde_json::{Value, json};
use switchman::config::{CallOptions, load};

use crate::support::{config, one, try_load};

/// Every credential of these tests holds it.
const MARK: &str = "mArKeD";

fn secret(name: &str) -> String {
    format!("sk-{name}-{MARK}-0123456789")
}

/// A config with a credential wherever one can stand, rightly or wrongly.
fn full() -> Value {
    json!({
        "environment_variables": { "MY_TOKEN": secret("env"), "OPENAI_API_KEY": secret("openai") },
        "model_list": [
            { "model_name": "a", "litellm_params": { "model": "gpt-4o", "api_key": secret("a"), "tools": [{ "auth": secret("tool") }],
                "extra_headers": { "Authorization": format!("Bearer {}", secret("head")) }, "aws_secret_access_key": secret("aws"),
                "extra_body": { "their_token": secret("body") } } },
            { "model_name": "b", "litellm_params": { "model": "gpt-4o", "api_key": "os.environ/MY_TOKEN", "user": "os.environ/MY_TOKEN" } },
            { "model_name": "c", "litellm_params": { "model": "gpt-4o" } },
        ],
        "redis_password": secret("redis"),
        "general_settings": { "master_key": secret("master") },
    })
}

#[test]
fn nothing_that_can_be_printed_holds_a_credential() {
    let loaded = try_load(&full(), &Value::Null).unwrap();
    let printed = format!("{loaded:?} {loaded:#?} {:?}", loaded.notices);
    assert!(!printed.contains(MARK), "{printed}");
    assert!(printed.contains("\"set\""));
    let keys: Vec<String> = loaded
        .config
        .deployments
        .iter()
        .map(|one| one.api_key.clone().unwrap().expose().to_owned())
        .collect();
    assert_eq!(keys, [secret("a"), secret("env"), secret("openai")]);
}

#[test]
fn no_id_depends_on_a_credential() {
    let id = |key: &str| config(&one(json!({ "api_key": key }))).deployments.remove(0).id;
    assert_eq!(id("sk-one"), id("sk-two"));
}

#[test]
fn no_problem_holds_a_credential() {
    let marked = || json!(secret("x"));
    let mut wrong = Vec::new();
    // A credential in the place of every other value, and in the place of some names.
    for name in [
        "weight",
        "rpm",
        "model",
        "api_base",
        "custom_llm_provider",
        "timeout",
        "num_retries",
        "api_kye",
        "my_secret",
        "extra_headers",
        "order",
    ] {
        wrong.push(one(json!({ name: marked(), "extra": marked() })));
    }
    wrong.push(one(json!({ "api_key": format!("{}\n", secret("x")) })));
    wrong.push(one(json!({ "api_key": marked(), "model": format!("x/{}", secret("x")) })));
    wrong.push(one(json!({ "extra_headers": { "x": format!("{}\n", secret("x")), "host": marked() } })));
    wrong.push(one(json!({ "api_base": format!("https://u:{}@h", secret("x")) })));
    for name in [
        "routing_strategy",
        "fallbacks",
        "model_group_alias",
        "num_retries",
        "router_settings",
        "model_list",
        "num_retris",
    ] {
        let mut config = full();
        config[name] = marked();
        wrong.push(config);
    }
    let mut config = full();
    config["routing_strategy"] = json!("os.environ/MY_TOKEN");
    config["fallbacks"] = json!([{ secret("a"): [secret("a")] }, { "a": [secret("tool"), secret("env")] }]);
    config["model_group_alias"] = json!({ "x": secret("a"), secret("head"): "a" });
    config[&secret("a")] = marked();
    wrong.push(config);
    for config in wrong {
        let host = json!({ "allowedModels": [secret("a")], "trustRequestOptions": marked() });
        let problems = load(&config, &host, &|_| Some(secret("host"))).unwrap_err();
        assert!(problems.len() > 2, "{problems:#?}");
        let printed = format!("{problems:#?}");
        assert!(!printed.contains(MARK), "{printed}");
    }
}

#[test]
fn no_problem_of_a_call_holds_a_credential() {
    let config = config(&one(json!({})));
    let options = json!({
        "api_key": secret("x"), "api_base": secret("y"), "fallbacks": [secret("x")],
        "num_retries": secret("x"), "apiKey": secret("x"),
    });
    let problems = CallOptions::parse(&config, &options).unwrap_err();
    assert_eq!(problems.len(), 5, "{problems:#?}");
    assert!(!format!("{problems:#?}").contains(MARK), "{problems:#?}");
}
