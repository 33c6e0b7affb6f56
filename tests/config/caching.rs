//! The response cache in a config.

use serde_json::{Value, json};
use switchman::config::{Caching, Surface};

use crate::support::{config, groups, notices, refused};

fn with(settings: Value) -> Value {
    groups(&["a", "b", "c"], settings)
}

#[test]
fn nothing_is_kept_unless_it_is_asked_for() {
    assert_eq!(config(&with(json!({}))).caching, Caching::default());
    assert!(!Caching::default().is_on);
    for on in [
        json!({ "cache_responses": true }),
        json!({ "router_settings": { "cache_responses": true } }),
        json!({ "litellm_settings": { "cache": true } }),
        json!({ "cache_responses": false, "litellm_settings": { "cache": true } }),
        json!({ "cache_responses": "os.environ/ON" }),
    ] {
        assert_eq!(config(&with(on)).caching, Caching { is_on: true, ..Caching::default() });
    }
}

#[test]
fn the_parameters_of_a_cache_are_read() {
    let given = json!({ "cache": true, "cache_params": {
        "type": "local", "ttl": 1.5, "namespace": "n", "mode": "default_off",
        "supported_call_types": ["aembedding", "rerank"],
    } });
    let given = with(json!({ "litellm_settings": given }));
    let expected = Caching {
        is_on: true,
        on_demand: true,
        ttl_ms: 1_500,
        namespace: Some("n".to_owned()),
        chat: false,
        embeddings: true,
        groups: vec![],
    };
    let caching = config(&given).caching;
    assert_eq!(caching, expected);
    assert!(caching.serves(Surface::Embeddings) && !caching.serves(Surface::Chat));
    assert!(notices(&given).is_empty());
    let in_memory = json!({ "litellm_settings": { "cache_params": { "default_in_memory_ttl": 60 } } });
    assert_eq!(config(&with(in_memory)).caching, Caching { ttl_ms: 60_000, ..Caching::default() });
}

#[test]
fn what_is_about_other_places_is_told_of() {
    let params =
        json!({ "type": "redis", "host": "h", "password": "p", "s3_bucket_name": "s", "whatever": 1 });
    let found = notices(&with(json!({ "litellm_settings": { "cache": true, "cache_params": params } })));
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(found.iter().all(|notice| notice.contains("in the host's `cache`")), "{found:#?}");
}

#[test]
fn mistakes_are_told_with_their_places() {
    let at = |params: Value| with(json!({ "litellm_settings": { "cache_params": params } }));
    for (params, place, words) in [
        (json!([]), "", "expected an object, got a list"),
        (json!({ "ttl": -1 }), ".ttl", "must not be negative"),
        (json!({ "ttll": 1 }), ".ttll", "did you mean `ttl`?"),
        (json!({ "mode": "off" }), ".mode", "expected one of default_on, default_off"),
        (json!({ "namespace": 1 }), ".namespace", "expected a string"),
        (json!({ "type": 1 }), ".type", "expected a string"),
        (json!({ "supported_call_types": "completion" }), ".supported_call_types", "expected a list"),
        (
            json!({ "supported_call_types": ["completions"] }),
            ".supported_call_types[0]",
            "did you mean `completion`?",
        ),
    ] {
        refused(&at(params), &format!("litellm_settings.cache_params{place}"), words);
    }
    refused(&with(json!({ "cache_responses": 1 })), "cache_responses", "expected a boolean");
    refused(
        &with(json!({ "litellm_settings": { "cache": 1 } })),
        "litellm_settings.cache",
        "expected a boolean",
    );
    refused(&with(json!({ "caching_groups": "a" })), "caching_groups", "expected a list");
    refused(&with(json!({ "caching_groups": ["a"] })), "caching_groups[0]", "expected a list, got a string");
    refused(
        &with(json!({ "caching_groups": [["a", "bb"]] })),
        "caching_groups[0][1]",
        "no group or alias `bb`",
    );
}

#[test]
fn groups_share_their_answers_by_the_names_that_lead_to_them() {
    let given = json!({ "model_group_alias": { "x": "b" }, "caching_groups": [["a", "x"], ["b", "c"]] });
    let caching = config(&with(given)).caching;
    assert_eq!(caching.groups, [["a", "b"], ["b", "c"]]);
    assert_eq!(
        caching.shared_with("b"),
        Some(&["a".to_owned(), "b".to_owned()][..]),
        "the first list counts"
    );
    assert_eq!(caching.shared_with("d"), None);
    let mut matched = json!({ "caching_groups": [["openai/one", "a"]] });
    matched["model_list"] = json!([
        { "model_name": "openai/*", "litellm_params": { "model": "openai/*", "api_key": "k" } },
        { "model_name": "a", "litellm_params": { "model": "openai/a", "api_key": "k" } },
    ]);
    assert_eq!(config(&matched).caching.groups, [["openai/one", "a"]]);
    matched["caching_groups"] = json!([["openai/*"]]);
    refused(&matched, "caching_groups[0][0]", "no group or alias");
}
