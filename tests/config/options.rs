//! The options of one call.

use serde_json::{Value, json};
use switchman::config::{
    CacheControl, CallOptions, CommitAt, ErrorClass, FallbackLists, FaultSet, GroupIx, Hedging,
    IN_PROCESS_KEYS, MemberList, MidStream, Mock, Observe, PerClass, ROUTER_KEYS, Resolved, RouterConfig,
    Strategy, StreamRules, StreamUsage, Timeouts, Wanted,
};
use switchman::error::FaultKind;

use crate::support::{config, groups, merge};

fn router() -> RouterConfig {
    config(&groups(&["a", "b", "c"], json!({ "model_group_alias": { "al": "b" } })))
}

fn parse(value: &Value) -> CallOptions {
    CallOptions::parse(&router(), value).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[track_caller]
fn refused(value: &Value, path: &str, words: &str) {
    let problems = CallOptions::parse(&router(), value).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].path, path);
    assert!(problems[0].message.contains(words), "{problems:#?}");
}

#[test]
fn nothing_asked_is_the_default() {
    for value in [json!(null), json!({}), json!({ "num_retries": null, "fallbacks": null })] {
        assert_eq!(parse(&value), CallOptions::default());
    }
}

#[test]
fn everything_that_is_carried_out_is_read() {
    let mut asked = json!({
        "num_retries": "1", "timeout": 2, "stream_timeout": 3, "headers_timeout": 4, "first_token_timeout": 5, "idle_timeout": 6, "deadline": 7,
        "fallbacks": ["al", "c"], "disable_fallbacks": true, "max_fallbacks": 1, "max_attempts": 4,
        "mock_testing_fallbacks": true, "mock_testing_context_fallbacks": true, "mock_testing_content_policy_fallbacks": true,
        "context_window_fallbacks": [{ "a": ["b"] }], "content_policy_fallbacks": [],
        "mid_stream": "restart", "commit": "head", "observe": "off", "stream_usage": "always", "drop_params": true,
        "additional_drop_params": ["user"], "allowed_openai_params": ["n"],
        "fallback_on": ["timeout"], "retry_policy": { "TimeoutErrorRetries": 5 }, "hedging": { "after_ms": 20 }, "priority": 0, "routing_strategy": "least-busy",
        "explain": true, "mock_response": "Hi", "mock_delay": 0.1, "mock_timeout": false, "mock_testing_rate_limit_error": true,
        "specific_deployment": true, "caching": false, "tenant": "acme",
        "cache": { "no-cache": true, "no-store": true, "use-cache": true, "ttl": 1.5, "s-maxage": 0, "namespace": "n" },
    });
    let who = json!({ "enable_tag_filtering": true, "tags": ["a", "b"], "metadata": { "tags": ["b"] }, "allowed_model_region": "eu" });
    merge(&mut asked, who);
    let options = parse(&asked);
    let [a, b, c] = [GroupIx(0), GroupIx(1), GroupIx(2)];
    let timeouts = Timeouts {
        total_ms: Some(2_000),
        stream_ms: Some(3_000),
        headers_ms: Some(4_000),
        first_token_ms: Some(5_000),
        idle_ms: Some(6_000),
        deadline_ms: Some(7_000),
    };
    let plain = FallbackLists {
        default: vec![Resolved::Group(b).into(), Resolved::Group(c).into()],
        ..FallbackLists::default()
    };
    let window =
        FallbackLists { by_group: [(a, vec![Resolved::Group(b).into()])].into(), ..FallbackLists::default() };
    let mut fallback_on = FaultSet::default();
    fallback_on.insert(FaultKind::Timeout);
    let mut retry_policy = PerClass::default();
    retry_policy.set(ErrorClass::Timeout, 5);
    let expected = CallOptions {
        num_retries: Some(1),
        timeouts,
        streams: StreamRules {
            mid_stream: Some(MidStream::Restart),
            commit: Some(CommitAt::Head),
            observe: Some(Observe::Off),
            usage: Some(StreamUsage::Always),
        },
        drop_params: Some(true),
        members: MemberList { dropped: vec!["user".to_owned()], allowed: vec!["n".to_owned()] },
        fallbacks: Some(plain),
        context_window_fallbacks: Some(window),
        content_policy_fallbacks: Some(FallbackLists::default()),
        disable_fallbacks: true,
        max_fallbacks: Some(1),
        max_attempts: Some(4),
        specific_deployment: true,
        mock_testing_fallbacks: true,
        mock_testing_context_fallbacks: true,
        mock_testing_content_policy_fallbacks: true,
        fallback_on: Some(fallback_on),
        retry_policy,
        hedging: Some(Hedging::After(20)),
        strategy: Some(Strategy::LeastBusy),
        priority: Some(0),
        tags: Vec::new(),
        wanted: Some(Box::new(Wanted {
            tags: vec!["a".to_owned(), "b".to_owned()],
            is_certain: false,
            by_tags: true,
            regions: vec!["eu".to_owned()],
        })),
        keys: None,
        explain: true,
        mock: Some(Box::new(Mock { response: Some("Hi".into()), delay_ms: 100, timeout: false })),
        mock_testing_rate_limit_error: true,
        caching: Some(false),
        cache: Some(Box::new(CacheControl {
            no_cache: true,
            no_store: true,
            use_cache: true,
            ttl_ms: Some(1_500),
            max_age_ms: Some(0),
            namespace: Some("n".to_owned()),
        })),
        tenant: Some("acme".into()),
    };
    assert_eq!(options, expected);
}

#[test]
fn a_deadline_may_be_told_in_milliseconds() {
    assert_eq!(parse(&json!({ "deadlineMs": 1500 })).timeouts.deadline_ms, Some(1_500));
    assert_eq!(parse(&json!({ "deadlineMs": 1500, "deadline": 9 })).timeouts.deadline_ms, Some(1_500));
    assert_eq!(parse(&json!({ "request_timeout": 3 })).timeouts.total_ms, Some(3_000));
}

#[test]
fn lists_may_be_by_group_and_for_every_group() {
    let lists =
        parse(&json!({ "fallbacks": [{ "a": ["b"] }, { "*": ["c"] }, { "model": "b" }] })).fallbacks.unwrap();
    assert_eq!(lists.of(GroupIx(0)), [Resolved::Group(GroupIx(1))]);
    assert_eq!(lists.of(GroupIx(1)), [Resolved::Group(GroupIx(2)), Resolved::Group(GroupIx(1))]);
}

#[test]
fn mistakes_are_told() {
    refused(&json!([]), "options", "expected an object, got a list");
    refused(&json!({ "num_retry": 1 }), "num_retry", "did you mean `num_retries`?");
    refused(&json!({ "deadline_ms": 1 }), "deadline_ms", "did you mean `deadlineMs`?");
    refused(&json!({ "num_retries": "x" }), "num_retries", "expected a number, got a string");
    refused(&json!({ "timeout": 0 }), "timeout", "must be more than 0");
    refused(&json!({ "max_attempts": 0 }), "max_attempts", "must be at least 1");
    refused(&json!({ "fallbacks": ["bb"] }), "fallbacks[0]", "no group");
    refused(&json!({ "fallbacks": [{ "a": ["a"] }] }), "fallbacks[0].a[0]", "falls back to itself");
    refused(&json!({ "fallbacks": "b" }), "fallbacks", "expected a list, got a string");
    refused(&json!({ "mid_stream": "go on" }), "mid_stream", "expected one of error, restart, continue");
    refused(&json!({ "observe": true }), "observe", "expected a string");
    refused(&json!({ "disable_fallbacks": 1 }), "disable_fallbacks", "expected a boolean");
    refused(&json!({ "fallback_on": ["servers"] }), "fallback_on[0]", "did you mean `server`?");
    refused(&json!({ "retry_policy": { "x": 1 } }), "retry_policy.x", "there is no class of errors `x`");
    refused(&json!({ "hedging": 3 }), "hedging", "expected a boolean, got a number");
    refused(&json!({ "priority": -1 }), "priority", "must not be negative");
    refused(&json!({ "priority": "high" }), "priority", "expected a number, got a string");
    refused(&json!({ "routing_strategy": "least-buzy" }), "routing_strategy", "did you mean `least-busy`?");
    refused(&json!({ "explain": 1 }), "explain", "expected a boolean");
    refused(&json!({ "caching": "yes" }), "caching", "expected a boolean");
    refused(&json!({ "cache": true }), "cache", "expected an object, got a boolean");
    refused(&json!({ "cache": { "no_cache": true } }), "cache.no_cache", "did you mean `no-cache`?");
    refused(&json!({ "cache": { "ttl": -1 } }), "cache.ttl", "must not be negative");
    refused(&json!({ "cache": { "s-max-age": "soon" } }), "cache[\"s-max-age\"]", "expected a number");
    refused(&json!({ "cache": { "namespace": "" } }), "cache.namespace", "is empty");
    refused(&json!({ "tenant": 7 }), "tenant", "expected a string");
    refused(&json!({ "tenant": " " }), "tenant", "is empty");
    refused(
        &json!({ "mock_testing_rate_limit_error": "x" }),
        "mock_testing_rate_limit_error",
        "expected a boolean",
    );
    for name in ["api_key", "api_base", "base_url", "organization", "custom_llm_provider", "extra_headers"] {
        refused(&json!({ name: "x" }), name, "not carried out in this version");
    }
}

#[test]
fn what_is_known_and_not_carried_out_is_passed_over() {
    let options = parse(&json!({
        "metadata": { "session_id": "x" }, "tags": ["a"],
        "sessionId": "x", "signal": {}, "specific_deployment": false, "litellm_metadata": {},
        "routing_strategy": "lar1", "routing_strategy_args": { "ttl": 1 },
    }));
    assert_eq!(options, CallOptions::default());
}

#[test]
fn a_request_cannot_name_variables_of_the_environment() {
    refused(&json!({ "fallbacks": ["os.environ/SPARE_KEY"] }), "fallbacks[0]", "no group");
}

#[test]
fn router_keys_are_distinct_and_leave_a_providers_own_alone() {
    let keys: std::collections::BTreeSet<&str> = ROUTER_KEYS.iter().chain(IN_PROCESS_KEYS).copied().collect();
    assert_eq!(keys.len(), ROUTER_KEYS.len() + IN_PROCESS_KEYS.len());
    let theirs = [
        "model",
        "messages",
        "input",
        "stream",
        "stream_options",
        "temperature",
        "tools",
        "metadata",
        "user",
        "store",
        "seed",
        "service_tier",
        "extra_body",
    ];
    for name in theirs {
        assert!(!ROUTER_KEYS.contains(&name), "{name}");
    }
    for name in [
        "num_retries",
        "fallbacks",
        "api_key",
        "api_base",
        "base_url",
        "mock_response",
        "mock_testing_fallbacks",
        "tags",
    ] {
        assert!(ROUTER_KEYS.contains(&name), "{name}");
    }
}
