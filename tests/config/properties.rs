//! Whatever is given, the loader answers: it never panics, and what it accepts holds together.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value};
use switchman::config::{CallOptions, load};

use crate::support::{config, groups};
use crate::whole::assert_whole;

/// Names that mean something somewhere, so that random configs get further than the first check.
const NAMES: [&str; 64] = [
    "model_list",
    "model_name",
    "litellm_params",
    "model_info",
    "model",
    "api_key",
    "api_base",
    "organization",
    "weight",
    "order",
    "rpm",
    "tpm",
    "timeout",
    "num_retries",
    "cooldown_time",
    "extra_headers",
    "extra_body",
    "id",
    "fallbacks",
    "default_fallbacks",
    "context_window_fallbacks",
    "model_group_alias",
    "hidden",
    "router_settings",
    "litellm_settings",
    "general_settings",
    "environment_variables",
    "default_litellm_params",
    "ignore_invalid_deployments",
    "routing_strategy",
    "deadline",
    "a",
    "b",
    "*",
    "openai/a",
    "trustRequestOptions",
    "allowedModels",
    "browser",
    "subrequests",
    "maxBodyBytes",
    "temperature",
    "mock_response",
    "mock_delay",
    "mock_timeout",
    "retry_policy",
    "model_group_retry_policy",
    "allowed_fails",
    "allowed_fails_policy",
    "TimeoutErrorRetries",
    "RateLimitErrorAllowedFails",
    "fallback_on",
    "RateLimitError",
    "hedging",
    "after_ms",
    "limit_mode",
    "optional_pre_call_checks",
    "enforce_model_rate_limits",
    "priority",
    "max_parallel_requests",
    "itpm",
    "mayFallback",
    "stream",
    "",
    "ü\n",
];

const TEXTS: [&str; 7] =
    ["gpt-4o", "openai/gpt-4o", "https://h/v1", "os.environ/A", "os.environ/", "sk-x", "3"];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![8 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        4 => name(),
        2 => proptest::sample::select(&TEXTS[..]).prop_map(str::to_owned),
        1 => ".{0,20}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u8..9).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name(), inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// A config whose outline is right, so that some are accepted.
fn outlined() -> impl Strategy<Value = Value> {
    let entry = (proptest::sample::select(&["a", "b", "c"][..]), json(), proptest::option::of(json()))
        .prop_map(|(name, more, info)| {
            let mut entry = crate::support::entry(name, serde_json::json!({}));
            if let (Value::Object(params), Value::Object(more)) = (&mut entry["litellm_params"], more) {
                params.extend(more.into_iter().take(1));
            }
            if let Some(info) = info {
                entry["model_info"] = info;
            }
            entry
        });
    (proptest::collection::vec(entry, 1..4), proptest::option::of((name(), json()))).prop_map(
        |(list, more)| {
            let mut config = serde_json::json!({ "model_list": list });
            if let Some((name, value)) = more {
                config[name] = value;
            }
            config
        },
    )
}

fn seeded() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Default::default() }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn any_json_is_answered(config in json(), host in json()) {
        if let Ok(loaded) = load(&config, &host, &|name| name.contains('A').then(|| "sk-x".to_owned())) {
            assert_whole(&loaded.config);
        }
    }

    #[test]
    fn an_outlined_config_is_answered_and_whole(config in outlined()) {
        match load(&config, &Value::Null, &|_| Some("7".to_owned())) {
            Ok(loaded) => assert_whole(&loaded.config),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }

    #[test]
    fn any_options_are_answered(options in json()) {
        let router = config(&groups(&["a", "b"], serde_json::json!({})));
        if let Err(problems) = CallOptions::parse(&router, &options) {
            prop_assert!(!problems.is_empty());
        }
    }
}
