//! Short ways to load a config and to look at what came of it.

use serde_json::{Value, json};
use switchman::config::{Loaded, Problem, RouterConfig, load};

/// The environment of every test.
pub(crate) fn env(name: &str) -> Option<String> {
    match name {
        "OPENAI_API_KEY" => Some("sk-from-the-environment".to_owned()),
        "SPARE_KEY" => Some("sk-spare".to_owned()),
        "LIMIT" => Some(" 250 ".to_owned()),
        "WORD" => Some("plenty".to_owned()),
        "ON" => Some("True".to_owned()),
        _ => None,
    }
}

pub(crate) fn try_load(config: &Value, host: &Value) -> Result<Loaded, Vec<Problem>> {
    load(config, host, &env)
}

pub(crate) fn loaded(config: &Value) -> Loaded {
    try_load(config, &Value::Null).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub(crate) fn config(config: &Value) -> RouterConfig {
    loaded(config).config
}

/// Every problem as `path: message`.
pub(crate) fn problems(config: &Value) -> Vec<String> {
    problems_with_host(config, &Value::Null)
}

pub(crate) fn problems_with_host(config: &Value, host: &Value) -> Vec<String> {
    match try_load(config, host) {
        Ok(loaded) => panic!("accepted: {:#?}", loaded.config),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn notices(config: &Value) -> Vec<String> {
    loaded(config).notices.iter().map(ToString::to_string).collect()
}

/// A deployment that is right, with some `litellm_params` more.
pub(crate) fn entry(name: &str, more: Value) -> Value {
    let mut params = json!({ "model": "openai/gpt-4o", "api_key": "sk-a" });
    merge(&mut params, more);
    json!({ "model_name": name, "litellm_params": params })
}

/// A config of one deployment, with some `litellm_params` more.
pub(crate) fn one(more: Value) -> Value {
    json!({ "model_list": [entry("chat", more)] })
}

/// A config of some groups with one deployment each, and some settings more.
pub(crate) fn groups(names: &[&str], more: Value) -> Value {
    let list: Vec<Value> = names.iter().map(|name| entry(name, json!({}))).collect();
    let mut config = json!({ "model_list": list });
    merge(&mut config, more);
    config
}

pub(crate) fn merge(object: &mut Value, more: Value) {
    let (Value::Object(object), Value::Object(more)) = (object, more) else {
        panic!("two objects are merged")
    };
    object.extend(more);
}

/// The one problem of a config.
#[track_caller]
pub(crate) fn only_problem(value: &Value) -> String {
    let mut found = problems(value);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// Asserts that a config has one problem, at a place, with some words in it.
#[track_caller]
pub(crate) fn refused(value: &Value, path: &str, words: &str) {
    let problem = only_problem(value);
    let (found, message) = problem.split_once(": ").unwrap();
    assert_eq!(found, path, "{problem}");
    assert!(message.contains(words), "{problem}");
}
