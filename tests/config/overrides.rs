//! What a fallback replaces in a request, and answers without a provider.

use serde_json::{Value, json};
use switchman::config::{CallOptions, FallbackTarget, GroupIx, Mock, Resolved};

use crate::support::{config, entry, groups, notices, one, refused, try_load};

/// Where a target leads, and its overrides as `name=json`.
fn shown(target: &FallbackTarget) -> (Resolved, Vec<String>) {
    let params = target.overrides.iter().flat_map(|params| params.iter());
    (target.to, params.map(|param| format!("{}={}", param.name, param.raw)).collect())
}

fn group(number: u16) -> Resolved {
    Resolved::Group(GroupIx(number))
}

#[test]
fn a_fallback_replaces_members_of_the_request() {
    let target = json!({ "model": "b", "temperature": 0, "messages": [{ "role": "user", "content": "é" }], "top_p": null,
        "user": "os.environ/WORD", "mirostat": 2 });
    let lists = json!([{ "a": [target, "c", { "model": "c" }] }]);
    let found = config(&groups(
        &["a", "b", "c"],
        json!({ "fallbacks": lists, "default_fallbacks": [{ "model": "c", "n": 1 }] }),
    ));
    let chain = found.fallbacks.ordinary.of(GroupIx(0));
    let expected = [
        "messages=[{\"content\":\"é\",\"role\":\"user\"}]",
        "mirostat=2",
        "temperature=0",
        "top_p=null",
        "user=\"plenty\"",
    ];
    assert_eq!(chain.len(), 2);
    assert_eq!(shown(&chain[0]), (group(1), expected.map(str::to_owned).to_vec()));
    assert_eq!(chain[1], group(2));
    assert_eq!(shown(&found.fallbacks.ordinary.default[0]), (group(2), vec!["n=1".to_owned()]));
}

#[test]
fn of_two_targets_with_other_overrides_the_first_counts() {
    let list =
        json!(["b", { "model": "b", "temperature": 0 }, { "model": "c", "n": 1 }, { "model": "c", "n": 1 }]);
    let given = groups(&["a", "b", "c"], json!({ "context_window_fallbacks": [{ "a": list }] }));
    let config = config(&given);
    let chain = config.fallbacks.context_window.of(GroupIx(0));
    assert_eq!(chain.iter().map(|target| target.to).collect::<Vec<_>>(), [group(1), group(2)]);
    assert!(chain[0].overrides.is_none() && chain[1].overrides.is_some());
    let told = notices(&given);
    assert_eq!(
        told,
        [
            "context_window_fallbacks[0].a[1]: is in the list already, with other overrides; the first one counts"
        ]
    );
}

#[test]
fn a_fallback_replaces_nothing_else() {
    for (name, value, words) in [
        ("timeout", json!(3), "`timeout` steers the router"),
        ("num_retries", json!(3), "steers the router"),
        ("api_key", json!("sk-marked-0123456789"), "steers the router"),
        ("api_base", json!("https://evil"), "steers the router"),
        ("metadata", json!({}), "steers the router"),
        ("fallbacks", json!([]), "steers the router"),
        ("mock_response", json!("x"), "steers the router"),
        ("weight", json!(1), "`weight` belongs to a deployment"),
        ("extra_body", json!({}), "belongs to a deployment"),
        ("aws_region_name", json!("x"), "belongs to a deployment"),
        ("input_cost_per_token", json!(1), "belongs to a deployment"),
        ("api_kye", json!("sk-marked-0123456789"), "did you mean `api_key`?"),
        ("my_secret", json!("marked"), "would be sent in the body"),
        ("stream", json!(true), "`stream` may not be replaced"),
        ("stream_options", json!({}), "may not be replaced"),
    ] {
        let target = json!({ "model": "b", name: value });
        let given = groups(&["a", "b"], json!({ "fallbacks": [{ "a": [target.clone()] }] }));
        refused(&given, &format!("fallbacks[0].a[0].{name}"), words);
        // The same in a call.
        let router = config(&groups(&["a", "b"], json!({})));
        let problems = CallOptions::parse(&router, &json!({ "fallbacks": [target] })).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].path, format!("fallbacks[0].{name}"));
        assert!(problems[0].message.contains(words), "{problems:?}");
    }
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let given = groups(&["a", "b"], json!({ "fallbacks": [{ "a": [{ "model": "b", "stop": deep }] }] }));
    let found = crate::support::only_problem(&given);
    assert!(found.ends_with("is nested too deeply"), "{found}");
}

#[test]
fn a_call_replaces_members_too() {
    let router = config(&groups(&["a", "b", "c"], json!({})));
    let options = json!({ "fallbacks": [{ "model": "b", "temperature": 0, "user": "os.environ/WORD" }, { "a": [{ "model": "c", "n": 2 }] }] });
    let lists = CallOptions::parse(&router, &options).unwrap().fallbacks.unwrap();
    let expected = ["temperature=0".to_owned(), "user=\"os.environ/WORD\"".to_owned()];
    assert_eq!(shown(&lists.of(GroupIx(1))[0]), (group(1), expected.to_vec()));
    assert_eq!(shown(&lists.of(GroupIx(0))[0]), (group(2), vec!["n=2".to_owned()]));
}

fn mock(response: &str) -> Mock {
    Mock { response: Some(response.into()), delay_ms: 0, timeout: false }
}

#[test]
fn a_deployment_may_be_a_mock_and_needs_no_key_then() {
    let without_key = |more: Value| {
        let mut given = json!({ "model_list": [{ "model_name": "a", "litellm_params": { "model": "anthropic/claude-x" } }] });
        crate::support::merge(&mut given["model_list"][0]["litellm_params"], more);
        given
    };
    let found = |more: Value| config(&without_key(more)).deployments.remove(0);
    refused(&without_key(json!({})), "model_list[0].litellm_params.api_key", "is missing");
    let plain = found(json!({ "mock_response": "Hi" }));
    assert_eq!((plain.mock.as_deref(), plain.api_key.is_none()), (Some(&mock("Hi")), true));
    let slow = found(json!({ "mock_response": "os.environ/WORD", "mock_delay": 0.5 }));
    assert_eq!(slow.mock.as_deref(), Some(&Mock { delay_ms: 500, ..mock("plenty") }));
    let late = found(json!({ "mock_timeout": true, "mock_delay": 2 }));
    assert_eq!(late.mock.as_deref(), Some(&Mock { response: None, delay_ms: 2_000, timeout: true }));
    assert!(config(&one(json!({ "mock_timeout": false }))).deployments[0].mock.is_none());
    // In a page too: there is no key that it could show.
    let given = without_key(json!({ "mock_response": "Hi" }));
    assert!(try_load(&given, &json!({ "browser": true })).is_ok());
}

#[test]
fn mocks_are_checked() {
    for (params, name, words) in [
        (json!({ "mock_response": { "choices": [] } }), "mock_response", "expected a string, got an object"),
        (json!({ "mock_response": 3, "mock_delay": 1 }), "mock_response", "expected a string, got a number"),
        (json!({ "mock_delay": 1 }), "mock_delay", "delays a `mock_response`, and there is none"),
        (json!({ "mock_delay": -1, "mock_response": "x" }), "mock_delay", "must not be negative"),
        (json!({ "mock_timeout": "yes" }), "mock_timeout", "expected a boolean, got a string"),
    ] {
        refused(&one(params.clone()), &format!("model_list[0].litellm_params.{name}"), words);
        let problems = CallOptions::parse(&config(&groups(&["a"], json!({}))), &params).unwrap_err();
        assert!(problems.len() == 1 && problems[0].path == name, "{problems:?}");
        assert!(problems[0].message.contains(words), "{problems:?}");
    }
    let mut given = json!({ "model_list": [entry("a", json!({}))] });
    given["default_litellm_params"] = json!({ "mock_response": "x" });
    refused(&given, "default_litellm_params.mock_response", "each deployment");
}

#[test]
fn the_name_of_an_exception_is_a_text_like_any_other() {
    let router = config(&groups(&["a"], json!({})));
    for text in ["litellm.RateLimitError", "Exception: content_filter_policy", ""] {
        let options = CallOptions::parse(&router, &json!({ "mock_response": text })).unwrap();
        assert_eq!(options.mock.as_deref(), Some(&mock(text)));
    }
}
