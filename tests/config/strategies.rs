//! The strategy, and what it goes by.

use serde_json::{Value, json};
use switchman::config::{CallOptions, LatencyRules, Strategy};

use crate::support::{config, notices, one, refused, try_load};

fn by(name: Value) -> Value {
    let mut given = one(json!({}));
    given["routing_strategy"] = name;
    given
}

#[test]
fn strategies_have_names() {
    for (name, strategy) in [
        ("simple-shuffle", Strategy::SimpleShuffle),
        ("round-robin", Strategy::RoundRobin),
        ("least-busy", Strategy::LeastBusy),
        ("latency-based-routing", Strategy::LatencyBased),
        ("cost-based-routing", Strategy::CostBased),
        ("usage-based-routing", Strategy::UsageBased),
        ("peak-ewma", Strategy::PeakEwma),
        ("adaptive", Strategy::Adaptive),
    ] {
        let given = by(json!(name));
        assert_eq!((config(&given).policy.routing.strategy, strategy.name()), (strategy, name));
        assert_eq!(notices(&given), Vec::<String>::new());
    }
    assert_eq!(config(&by(json!("usage-based-routing-v2"))).policy.routing.strategy, Strategy::UsageBased);
    assert_eq!(config(&one(json!({}))).policy.routing.strategy, Strategy::SimpleShuffle);
    let mut nested = one(json!({}));
    nested["router_settings"] = json!({ "routing_strategy": "round-robin" });
    assert_eq!(config(&nested).policy.routing.strategy, Strategy::RoundRobin);
}

#[test]
fn who_is_not_carried_out_is_told_of_and_shuffled() {
    for name in ["lar1", "provider-budget-routing"] {
        let given = by(json!(name));
        assert_eq!(config(&given).policy.routing.strategy, Strategy::SimpleShuffle);
        let told = notices(&given);
        assert!(told.len() == 1 && told[0].contains("`simple-shuffle` is"), "{told:?}");
    }
}

#[test]
fn arguments_are_read_and_checked() {
    let with = |args: Value| {
        let mut given = by(json!("latency-based-routing"));
        given["routing_strategy_args"] = args;
        given
    };
    assert_eq!(config(&with(json!({}))).policy.routing.latency, LatencyRules::DEFAULT);
    let args = json!({ "ttl": 60, "lowest_latency_buffer": 0.25, "max_latency_list_size": 5, "ttft_percentile": 0.9 });
    let expected =
        LatencyRules { ttl_ms: 60_000, buffer_milli: 250, samples: 5, percentile_milli: Some(900) };
    assert_eq!(config(&with(args)).policy.routing.latency, expected);
    let many = with(json!({ "max_latency_list_size": 1_000, "ttl": null }));
    assert_eq!((config(&many).policy.routing.latency.samples, notices(&many).len()), (64, 1));
    for (args, place, words) in [
        (json!([]), "", "expected an object, got a list"),
        (json!({ "tll": 60 }), ".tll", "did you mean `ttl`?"),
        (json!({ "ttl": 0 }), ".ttl", "must be more than 0"),
        (json!({ "lowest_latency_buffer": 1e9 }), ".lowest_latency_buffer", "a number from 0 to 1000"),
        (json!({ "max_latency_list_size": 0 }), ".max_latency_list_size", "must be at least 1"),
        (json!({ "ttft_percentile": 95 }), ".ttft_percentile", "a number above 0 and up to 1"),
        (json!({ "ttft_percentile": 0 }), ".ttft_percentile", "a number above 0 and up to 1"),
    ] {
        refused(&with(args), &format!("routing_strategy_args{place}"), words);
    }
}

#[test]
fn custom_needs_somebody_who_answers() {
    let words = "`custom` needs the host's `customRoutingStrategy`";
    let mut nested = one(json!({}));
    nested["router_settings"] = json!({ "routing_strategy": "custom" });
    refused(&by(json!("custom")), "routing_strategy", words);
    refused(&nested, "router_settings.routing_strategy", words);
    let mut pooled = one(json!({}));
    pooled["routing_groups"] =
        json!([{ "group_name": "p", "models": ["chat"], "routing_strategy": "custom" }]);
    refused(&pooled, "routing_groups[0].routing_strategy", words);
    let host = json!({ "customRoutingStrategy": true });
    for given in [by(json!("custom")), nested, pooled] {
        let config = try_load(&given, &host).unwrap().config;
        assert_eq!(config.routing_of(config.resolve("chat").unwrap()).strategy, Strategy::Custom);
    }
    let asked = json!({ "routing_strategy": "custom" });
    let (without, with) = (config(&one(json!({}))), try_load(&one(json!({})), &host).unwrap().config);
    assert!(CallOptions::parse(&without, &asked).unwrap_err()[0].message.contains(words));
    assert_eq!(CallOptions::parse(&with, &asked).unwrap().strategy, Some(Strategy::Custom));
}
