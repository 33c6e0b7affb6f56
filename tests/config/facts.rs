//! What `model_info` says of a model.

use serde_json::{Value, json};
use switchman::config::ModelFacts;
use switchman::price::{Capability, Entry, Mode};

use crate::support::{config, merge, notices, one, problems};

fn with_info(info: Value) -> Value {
    let mut given = one(json!({}));
    merge(&mut given["model_list"][0], json!({ "model_info": info }));
    given
}

fn facts(info: Value) -> ModelFacts {
    config(&with_info(info)).deployments.remove(0).facts
}

#[test]
fn what_is_said_counts_before_the_table() {
    let told = json!({
        "max_input_tokens": 8192.0, "mode": "embedding", "supports_vision": true, "supports_reasoning": false,
        "supports_function_calling": null, "note": "ours",
    });
    let found = facts(told);
    assert_eq!((found.max_input_tokens, found.max_output_tokens), (Some(8192), None));
    let mut entry = Entry {
        max_input_tokens: Some(1),
        max_output_tokens: Some(2),
        mode: Some(Mode::Chat),
        ..Entry::default()
    };
    entry.capabilities.set(Capability::Reasoning, true);
    entry.capabilities.set(Capability::FunctionCalling, true);
    found.put_over(&mut entry);
    assert_eq!((entry.max_input_tokens, entry.max_output_tokens), (Some(8192), Some(2)));
    assert_eq!(entry.mode, Some(Mode::Embedding));
    let has = |one| entry.capabilities.has(one);
    assert!(has(Capability::Vision) && has(Capability::FunctionCalling) && !has(Capability::Reasoning));
}

#[test]
fn what_is_not_said_changes_nothing() {
    assert_eq!(facts(json!({})), ModelFacts::default());
    // Anything else is the user's own.
    let own = json!({ "mode": "turbo", "model": "x", "supports_magic": "perhaps", "max_tokens": "many" });
    assert!(notices(&with_info(own.clone())).is_empty());
    assert_eq!(facts(own), ModelFacts::default());
}

#[test]
fn what_is_said_wrongly_is_a_mistake() {
    for (name, value) in [
        ("max_input_tokens", json!(0)),
        ("max_output_tokens", json!("8k")),
        ("supports_vision", json!("yes")),
    ] {
        let found = problems(&with_info(json!({ name: value })));
        assert!(found[0].starts_with(&format!("model_list[0].model_info.{name}")), "{found:?}");
    }
}
