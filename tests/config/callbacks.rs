//! `success_callback` and its kin: who is told of what, and with which variables of the environment.

use serde_json::{Value, json};
use switchman::config::{Callbacks, Loaded, load};

use crate::support::{merge, notices, one, refused};

/// Everything that the known callbacks need.
fn env(name: &str) -> Option<String> {
    let value = match name {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" => "https://collector.test/v1/traces",
        "OTEL_EXPORTER_OTLP_HEADERS" => "authorization=Bearer%20marked-header-0123456789",
        "LANGFUSE_PUBLIC_KEY" => "pk-lf-marked-0123456789",
        "LANGFUSE_SECRET_KEY" => "sk-lf-marked-0123456789",
        "LANGFUSE_HOST" => "",
        "HELICONE_API_KEY" => " sk-helicone-marked-0123456789 ",
        _ => return None,
    };
    Some(value.to_owned())
}

fn loaded(config: &Value) -> Loaded {
    load(config, &Value::Null, &env).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn callbacks(more: &Value) -> Callbacks {
    let mut given = one(json!({}));
    merge(&mut given, more.clone());
    let Loaded { callbacks, notices, .. } = loaded(&given);
    assert_eq!(notices, [], "{more}");
    callbacks
}

/// Name, answers, failures.
fn told(callbacks: &Callbacks) -> Vec<(&str, bool, bool)> {
    callbacks.exporters.iter().map(|one| (one.name, one.on_success, one.on_failure)).collect()
}

#[test]
fn each_option_tells_of_its_kind_of_calls() {
    for (more, expected) in [
        (json!({}), vec![]),
        (json!({ "success_callback": [] }), vec![]),
        (json!({ "success_callback": ["otel"] }), vec![("otel", true, false)]),
        (json!({ "failure_callback": ["helicone"] }), vec![("helicone", false, true)]),
        (json!({ "callbacks": "langfuse" }), vec![("langfuse", true, true)]),
        (
            json!({ "success_callback": ["langfuse", "otel"], "failure_callback": ["langfuse_otel"] }),
            vec![("langfuse", true, true), ("otel", true, false)],
        ),
        (json!({ "litellm_settings": { "callbacks": ["otel"] } }), vec![("otel", true, true)]),
        (json!({ "router_settings": { "success_callback": ["otel"] } }), vec![("otel", true, false)]),
        (
            json!({ "success_callback": ["otel"], "litellm_settings": { "success_callback": ["helicone"] } }),
            vec![("otel", true, false)],
        ),
    ] {
        assert_eq!(told(&callbacks(&more)), expected, "{more}");
    }
}

#[test]
fn each_gets_the_variables_of_its_own_that_are_set() {
    let all = callbacks(&json!({
        "callbacks": ["otel", "langfuse", "helicone"],
        "environment_variables": { "OTEL_SERVICE_NAME": "shop", "LANGFUSE_PUBLIC_KEY": "pk-lf-own" },
    }));
    let variables = |name: &str| {
        let exporter = all.exporters.iter().find(|exporter| exporter.name == name).unwrap();
        exporter
            .variables
            .iter()
            .map(|(name, value)| format!("{name}={}", value.expose()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        variables("otel"),
        [
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector.test/v1/traces",
            "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20marked-header-0123456789",
            "OTEL_SERVICE_NAME=shop",
        ]
    );
    // What is empty is not set, and a blank at the end of a key is no part of it.
    assert_eq!(
        variables("langfuse"),
        ["LANGFUSE_PUBLIC_KEY=pk-lf-own", "LANGFUSE_SECRET_KEY=sk-lf-marked-0123456789",]
    );
    assert_eq!(variables("helicone"), ["HELICONE_API_KEY=sk-helicone-marked-0123456789"]);
}

#[test]
fn a_callback_that_is_not_there_or_lacks_something_is_told_and_no_mistake() {
    let with = |names: Value| {
        let mut given = one(json!({}));
        given["litellm_settings"] = json!({ "success_callback": names });
        notices(&given)
    };
    assert_eq!(
        with(json!(["langfuse"])),
        [
            "litellm_settings.success_callback[0]: `langfuse` is told of nothing: the environment has no LANGFUSE_PUBLIC_KEY"
        ]
    );
    assert_eq!(
        with(json!("otel")),
        [
            "litellm_settings.success_callback: `otel` is told of nothing: the environment has no OTEL_EXPORTER_OTLP_ENDPOINT"
        ]
    );
    assert_eq!(
        with(json!(["datadog", "lnagfuse"])),
        [
            "litellm_settings.success_callback[0]: there is no callback `datadog` in this version",
            "litellm_settings.success_callback[1]: there is no callback `lnagfuse` in this version; did you mean `langfuse`?",
        ]
    );
}

#[test]
fn what_is_no_name_is_a_mistake() {
    for (value, path, words) in [
        (json!(1), "callbacks", "expected a name or a list of names, got a number"),
        (json!([1]), "callbacks[0]", "expected a string, got a number"),
        (json!({ "otel": true }), "callbacks", "expected a name or a list of names, got an object"),
    ] {
        let mut given = one(json!({}));
        given["callbacks"] = value;
        refused(&given, path, words);
    }
}

#[test]
fn content_may_be_turned_off() {
    assert!(!callbacks(&json!({})).content_off);
    assert!(callbacks(&json!({ "litellm_settings": { "turn_off_message_logging": true } })).content_off);
}

#[test]
fn nothing_that_can_be_printed_holds_a_key() {
    let mut given = one(json!({}));
    given["callbacks"] = json!(["otel", "langfuse", "helicone", "sk-lf-marked-0123456789"]);
    let loaded = loaded(&given);
    assert_eq!(loaded.callbacks.exporters.len(), 3);
    let printed = format!("{loaded:?} {:?}", loaded.notices);
    assert!(!printed.contains("marked"), "{printed}");
}
