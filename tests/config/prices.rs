//! The rates that deployments declare.

use serde_json::{Value, json};
use switchman::price::{Condition, Price, Rate, Tier};

use crate::support::{config, entry, merge, notices, one, refused};

/// What a deployment with these `litellm_params` and this `model_info` declares.
fn declared(params: Value, info: Value) -> Option<Price> {
    let mut entry = entry("chat", params);
    merge(&mut entry, json!({ "model_info": info }));
    config(&json!({ "model_list": [entry] })).deployments.remove(0).price
}

fn rates(price: Option<Price>) -> Vec<(Rate, u32, Tier, u64)> {
    let price = price.unwrap_or_default();
    price.rates().map(|(rate, when, pico)| (rate, when.above, when.tier, pico)).collect()
}

const STANDARD: Tier = Tier::Standard;

#[test]
fn rates_are_read_to_the_pico_by_litellms_names() {
    let found = rates(declared(
        json!({
            "input_cost_per_token": 1.5e-7, "output_cost_per_token": "0.0000006", "cache_read_input_token_cost": 0,
            "cache_creation_input_token_cost_above_1hr": "3e-7", "output_cost_per_token_above_200k_tokens_priority": 0.0000225,
            "input_cost_per_second": 0.0001, "input_cost_per_query": null,
        }),
        json!({}),
    ));
    let mut expected = [
        (Rate::Input, 0, STANDARD, 150_000),
        (Rate::Output, 0, STANDARD, 600_000),
        (Rate::CacheRead, 0, STANDARD, 0),
        (Rate::CacheWrite1h, 0, STANDARD, 300_000),
        (Rate::Output, 200_000, Tier::Priority, 22_500_000),
        (Rate::InputSecond, 0, STANDARD, 100_000_000),
    ];
    expected.sort_unstable();
    let mut found = found;
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(declared(json!({}), json!({ "mode": "chat" })), None);
}

#[test]
fn parameters_beat_information_and_both_beat_defaults() {
    let mut given = one(json!({ "input_cost_per_token": 1e-12, "base_model": "gpt-4o" }));
    merge(
        &mut given["model_list"][0],
        json!({ "model_info": { "input_cost_per_token": 2e-12, "output_cost_per_token": 3e-12, "base_model": "other" } }),
    );
    given["default_litellm_params"] =
        json!({ "output_cost_per_token": 4e-12, "cache_read_input_token_cost": 5e-12 });
    let mut config = config(&given);
    let found = config.deployments.remove(0);
    assert_eq!(found.base_model.as_deref(), Some("gpt-4o"));
    let price = found.price.unwrap();
    let get = |rate| price.get(rate, Condition::default());
    assert_eq!([get(Rate::Input), get(Rate::Output), get(Rate::CacheRead)], [Some(1), Some(3), Some(5)]);
    // What is a price is no member of requests.
    assert!(found.params.is_empty(), "{:?}", found.params);
    given["default_litellm_params"] = json!({ "base_model": "gpt-4o" });
    refused(&given, "default_litellm_params.base_model", "each deployment");
}

#[test]
fn tiers_and_searches_are_read() {
    let price = declared(
        json!({
            "input_cost_per_token": 9e-12,
            "tiered_pricing": [
                { "range": [0, 256_000.0], "input_cost_per_token": 5e-12, "output_cost_per_token": 4e-12 },
                { "range": [256_000, 1e6], "input_cost_per_token": 25e-12, "output_cost_per_token": 2e-11 },
            ],
            "search_context_cost_per_query": { "search_context_size_low": 0.005, "search_context_size_high": "0.012" },
        }),
        json!({}),
    );
    let mut found = rates(price);
    found.sort_unstable();
    let expected = [
        (Rate::Input, 0, STANDARD, 5),
        (Rate::Input, 256_000, STANDARD, 25),
        (Rate::Output, 0, STANDARD, 4),
        (Rate::Output, 256_000, STANDARD, 20),
        (Rate::SearchLow, 0, STANDARD, 5_000_000_000),
        (Rate::SearchHigh, 0, STANDARD, 12_000_000_000),
    ];
    assert_eq!(found, expected);
}

#[test]
fn rates_that_are_none_are_mistakes() {
    let params = "model_list[0].litellm_params";
    for (name, value, words) in [
        ("input_cost_per_token", json!(-1e-6), "must not be negative"),
        ("input_cost_per_token", json!("free"), "a string that is none"),
        ("input_cost_per_token", json!([]), "expected a number, got a list"),
        ("output_cost_per_token_flex", json!(1e9), "is too large"),
        ("search_context_cost_per_query", json!(0.01), "expected an object"),
        ("tiered_pricing", json!({}), "expected a list"),
        ("base_model", json!(7), "expected a string"),
    ] {
        refused(&one(json!({ name: value })), &format!("{params}.{name}"), words);
    }
    let tier = |tier: Value| one(json!({ "tiered_pricing": [tier] }));
    let at = |rest: &str| format!("{params}.tiered_pricing[0]{rest}");
    refused(&tier(json!({ "input_cost_per_token": 1 })), &at(".range"), "two numbers");
    refused(&tier(json!({ "range": [-1, 5] })), &at(".range[0]"), "negative");
    refused(
        &tier(json!({ "range": [0, 5], "input_cost_per_token": "x" })),
        &at(".input_cost_per_token"),
        "none",
    );
}

#[test]
fn a_rate_that_is_not_known_is_told_of_and_never_sent() {
    for name in [
        "output_cost_per_second_1080p",
        "cache_creation_input_token_cost_above_12hr",
        "google_maps_grounding_cost_per_query",
    ] {
        let found = one(json!({ name: 1e-6 }));
        assert_eq!(notices(&found).len(), 1, "{name}");
        let deployment = config(&found).deployments.remove(0);
        assert!(deployment.params.is_empty() && deployment.price.is_none(), "{name}");
        let mut info = one(json!({}));
        merge(&mut info["model_list"][0], json!({ "model_info": { name: 1e-6 } }));
        assert_eq!(notices(&info).len(), 1, "{name}");
    }
    let tier =
        one(json!({ "tiered_pricing": [{ "range": [0, 5], "max_results_range": [0, 1], "cost": null }] }));
    assert!(notices(&tier)[0].contains("tiered_pricing[0].max_results_range"));
}
