//! Limits of deployments, how far they bind, and who waits for a place.

use serde_json::{Value, json};
use switchman::config::LimitMode;

use crate::support::{config, entry, groups, merge, notices, one, refused};

#[test]
fn limits_of_tokens_are_read_wherever_people_write_them() {
    let info = json!({ "itpm": 1, "otpm": 2, "max_parallel_requests": 3 });
    let params = json!({ "itpm": 4, "otpm": 5, "max_parallel_requests": 6 });
    let beside = json!({ "itpm": 7, "otpm": 8 });
    for (info, params, beside, expected) in [
        (info.clone(), json!({}), json!({}), (Some(1), Some(2), Some(3))),
        (info.clone(), params.clone(), json!({}), (Some(4), Some(5), Some(6))),
        (info, params, beside, (Some(7), Some(8), Some(6))),
        (json!({}), json!({}), json!({}), (None, None, None)),
    ] {
        let mut given = entry("chat", params);
        merge(&mut given, json!({ "model_info": info }));
        merge(&mut given, beside);
        let given = json!({ "model_list": [given] });
        let found = &config(&given).deployments[0];
        assert_eq!((found.itpm, found.otpm, found.max_parallel), expected);
        assert!(notices(&given).is_empty(), "they are carried out");
    }
    for (name, value, words) in [
        ("itpm", json!("plenty"), "expected a number, got a string"),
        ("otpm", json!(0.5), "must be a whole number"),
    ] {
        refused(&one(json!({ name: value })), &format!("model_list[0].litellm_params.{name}"), words);
    }
}

#[test]
fn calls_in_flight_are_capped_by_the_deployment_or_by_the_router() {
    let found = |given: Value| {
        let config = config(&given);
        (config.policy.default_max_parallel, config.deployments[0].max_parallel)
    };
    assert_eq!(found(groups(&["a"], json!({ "default_max_parallel_requests": 5 }))), (Some(5), None));
    assert_eq!(found(groups(&["a"], json!({ "default_max_parallel_requests": 0 }))), (None, None));
    // A deployment's 0 is no cap, also where the router has one.
    assert_eq!(found(one(json!({ "max_parallel_requests": 0 }))), (None, Some(u32::MAX)));
    let given = groups(&["a"], json!({ "default_max_parallel_requests": "five" }));
    refused(&given, "default_max_parallel_requests", "expected a number, got a string");
}

#[test]
fn limits_bind_where_they_do_in_litellm_unless_the_mode_is_given() {
    use LimitMode::{Hard, Soft};
    for (settings, mode) in [
        (json!({}), Soft),
        (json!({ "routing_strategy": "simple-shuffle" }), Soft),
        (json!({ "routing_strategy": "least-busy" }), Soft),
        (json!({ "routing_strategy": "usage-based-routing" }), Hard),
        (json!({ "router_settings": { "routing_strategy": "usage-based-routing-v2" } }), Hard),
        (json!({ "routing_strategy": "cost-based-routing" }), Hard),
        (json!({ "routing_strategy": "latency-based-routing" }), Hard),
        (
            json!({ "routing_strategy": "simple-shuffle", "litellm_settings": { "routing_strategy": "cost-based-routing" } }),
            Soft,
        ),
        (json!({ "enable_pre_call_checks": true }), Hard),
        (json!({ "enable_pre_call_check": true }), Hard),
        (json!({ "enable_pre_call_checks": false }), Soft),
        (json!({ "optional_pre_call_checks": ["prompt_caching", "enforce_model_rate_limits"] }), Hard),
        (json!({ "optional_pre_call_checks": ["prompt_caching"] }), Soft),
        (json!({ "limit_mode": "hard" }), Hard),
        (
            json!({ "limit_mode": "soft", "routing_strategy": "usage-based-routing", "enable_pre_call_checks": true }),
            Soft,
        ),
    ] {
        assert_eq!(config(&groups(&["a"], settings.clone())).policy.limit_mode, mode, "{settings}");
    }
    let given = groups(&["a"], json!({ "limit_mode": "strict" }));
    refused(&given, "limit_mode", "expected one of hard, soft, got `strict`");
}

#[test]
fn optional_checks_are_carried_out_in_part() {
    let told = |settings: Value| notices(&groups(&["a"], settings));
    assert!(told(json!({ "enable_pre_call_checks": true })).is_empty());
    let list = json!([
        "enforce_model_rate_limits",
        "session_affinity",
        "encrypted_content_affinity",
        "router_budget_limiting"
    ]);
    let optional = told(json!({ "optional_pre_call_checks": list }));
    let places: Vec<&str> = optional.iter().filter_map(|one| one.split(": ").next()).collect();
    // Budgets bind in any case.
    assert_eq!(places, ["optional_pre_call_checks[2]"]);
    assert!(
        optional[0].contains("`encrypted_content_affinity` is accepted, and not carried out in this version")
    );
    for (name, value, path, words) in [
        ("enable_pre_call_checks", json!("yes"), "", "expected a boolean, got a string"),
        ("optional_pre_call_checks", json!("prompt_caching"), "", "expected a list, got a string"),
        ("optional_pre_call_checks", json!([1]), "[0]", "expected a string, got a number"),
        ("optional_pre_call_checks", json!(["prompt_cache"]), "[0]", "did you mean `prompt_caching`?"),
        ("optional_pre_call_checks", json!(["zzz"]), "[0]", "known are enforce_model_rate_limits, "),
    ] {
        let mut given = one(json!({}));
        given[name] = value;
        refused(&given, &format!("{name}{path}"), words);
    }
}

#[test]
fn a_router_may_let_calls_wait() {
    assert_eq!(config(&groups(&["a"], json!({ "default_priority": 0 }))).policy.default_priority, Some(0));
    assert_eq!(config(&groups(&["a"], json!({}))).policy.default_priority, None);
    refused(&groups(&["a"], json!({ "default_priority": -1 })), "default_priority", "must not be negative");
}
