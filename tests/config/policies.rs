//! Rules that name kinds of errors, and who is used when nobody is well.

use serde_json::{Value, json};
use switchman::config::{ErrorClass, FaultSet, Hedging, PerClass, Policy, WhenAllDown};
use switchman::error::FaultKind;

use crate::support::{config, entry, groups, merge, notices, one, refused};

fn numbers(pairs: &[(ErrorClass, u32)]) -> PerClass {
    let mut numbers = PerClass::default();
    pairs.iter().for_each(|(class, number)| numbers.set(*class, *number));
    numbers
}

fn policy(settings: Value) -> Policy {
    config(&groups(&["a"], settings)).policy
}

#[test]
fn retries_and_failures_are_counted_by_class() {
    // Every name of LiteLLM's, and one of a digit string, which it takes too.
    let mut given = policy(json!({
        "retry_policy": {
            "BadRequestErrorRetries": 1, "AuthenticationErrorRetries": 2, "TimeoutErrorRetries": "3", "RateLimitErrorRetries": 4,
            "ContentPolicyViolationErrorRetries": 5, "InternalServerErrorRetries": 6, "ServiceUnavailableErrorRetries": 7,
            "BadGatewayErrorRetries": 8, "NotFoundErrorRetries": 9, "DefaultRetries": 10,
        },
        "allowed_fails": 3,
        "allowed_fails_policy": { "RateLimitErrorAllowedFails": 100, "BadGatewayErrorAllowedFails": 0, "TimeoutErrorAllowedFails": null },
    }));
    for (place, class) in ErrorClass::ALL.into_iter().enumerate() {
        assert_eq!(given.retry_policy.get(class), u32::try_from(place + 1).ok(), "{class:?}");
    }
    assert_eq!(given.allowed_fails, Some(3), "also LiteLLM's default, where it is given");
    let fails = numbers(&[(ErrorClass::RateLimit, 100), (ErrorClass::BadGateway, 0)]);
    assert_eq!(given.allowed_fails_policy, fails);
    given =
        policy(json!({ "router_settings": { "retry_policy": { "DefaultRetries": 1 } }, "retry_policy": {} }));
    assert_eq!(given.retry_policy, PerClass::default(), "the nearer place counts as a whole");
}

#[test]
fn a_group_has_a_policy_of_its_own() {
    let given = json!({
        "model_group_alias": { "al": "b", "bo": "b" },
        "model_group_retry_policy": { "a": { "TimeoutErrorRetries": 1 }, "al": { "DefaultRetries": 2 }, "c": null },
        "router_settings": { "model_group_retry_policy": { "c": { "DefaultRetries": 9 } } },
    });
    let found: Vec<_> =
        config(&groups(&["a", "b", "c"], given)).groups.into_iter().map(|group| group.retry_policy).collect();
    let expected =
        [Some(numbers(&[(ErrorClass::Timeout, 1)])), Some(numbers(&[(ErrorClass::Default, 2)])), None];
    assert_eq!(found, expected);
    // The members of an object have no order: the group's own name decides, or else the name that is first by letters.
    for (policies, number) in [
        (json!({ "al": { "DefaultRetries": 1 }, "b": { "DefaultRetries": 2 } }), 2),
        (json!({ "bo": { "DefaultRetries": 1 }, "al": { "DefaultRetries": 2 } }), 2),
    ] {
        let more =
            json!({ "model_group_alias": { "al": "b", "bo": "b" }, "model_group_retry_policy": policies });
        let given = groups(&["b"], more);
        assert_eq!(config(&given).groups[0].retry_policy, Some(numbers(&[(ErrorClass::Default, number)])));
        assert!(
            notices(&given)[0].contains("`b` has another policy by another name"),
            "{:?}",
            notices(&given)
        );
    }
}

#[test]
fn a_deployment_has_rules_of_its_own() {
    let mut given = entry("chat", json!({ "retry_policy": { "RateLimitErrorRetries": 3 } }));
    let info = json!({ "allowed_fails": 0, "allowed_fails_policy": { "TimeoutErrorAllowedFails": 7 } });
    merge(&mut given, json!({ "model_info": info }));
    let given = json!({ "model_list": [given] });
    let found = &config(&given).deployments[0];
    assert_eq!(found.retry_policy, numbers(&[(ErrorClass::RateLimit, 3)]));
    assert_eq!(found.allowed_fails, Some(0));
    assert_eq!(found.allowed_fails_policy, numbers(&[(ErrorClass::Timeout, 7)]));
    assert!(notices(&given).is_empty());
}

#[test]
fn a_class_or_a_group_that_nobody_knows_is_a_mistake() {
    for (name, value, path, words) in [
        ("retry_policy", json!([]), "", "expected an object, got a list"),
        (
            "retry_policy",
            json!({ "TimeoutErrorRetries": -1 }),
            ".TimeoutErrorRetries",
            "must not be negative",
        ),
        ("retry_policy", json!({ "TimeoutErrorRetries": "x" }), ".TimeoutErrorRetries", "expected a number"),
        (
            "retry_policy",
            json!({ "TimeoutErrorRetry": 1 }),
            ".TimeoutErrorRetry",
            "did you mean `TimeoutErrorRetries`?",
        ),
        (
            "retry_policy",
            json!({ "TimeoutError": 1 }),
            ".TimeoutError",
            "did you mean `TimeoutErrorRetries`?",
        ),
        (
            "retry_policy",
            json!({ "TimeoutErrorAllowedFails": 1 }),
            ".TimeoutErrorAllowedFails",
            "known are BadRequestErrorRetries, ",
        ),
        ("retry_policy", json!({ "zzz": null }), ".zzz", "there is no class of errors `zzz`"),
        (
            "allowed_fails_policy",
            json!({ "DefaultAllowedFails": 1 }),
            ".DefaultAllowedFails",
            "there is no class of errors",
        ),
        ("allowed_fails", json!(-1), "", "must not be negative"),
        ("allowed_fails", json!(1.5), "", "must be a whole number"),
        ("model_group_retry_policy", json!(3), "", "expected an object, got a number"),
        (
            "model_group_retry_policy",
            json!({ "chta": {} }),
            ".chta",
            "no group or alias `chta`; did you mean `chat`?",
        ),
        ("model_group_retry_policy", json!({ "chat": 3 }), ".chat", "expected an object, got a number"),
        (
            "model_group_retry_policy",
            json!({ "chat": { "x": 1 } }),
            ".chat.x",
            "there is no class of errors `x`",
        ),
    ] {
        let mut given = one(json!({}));
        given[name] = value;
        refused(&given, &format!("{name}{path}"), words);
    }
    let policy = json!({ "retry_policy": { "TimeotErrorRetries": 1 } });
    refused(
        &one(policy),
        "model_list[0].litellm_params.retry_policy.TimeotErrorRetries",
        "did you mean `TimeoutErrorRetries`?",
    );
    // It belongs to the router and to the `model_info`; a provider must not get it.
    refused(
        &one(json!({ "allowed_fails": 1 })),
        "model_list[0].litellm_params.allowed_fails",
        "unknown option",
    );
}

fn set(kinds: &[FaultKind]) -> FaultSet {
    let mut set = FaultSet::default();
    kinds.iter().for_each(|kind| set.insert(*kind));
    set
}

#[test]
fn fallback_on_names_kinds_of_faults_by_our_words_or_by_classes() {
    use FaultKind::{
        Auth, BadReply, BadRequest, Connect, ContentPolicy, ContextWindow, NotFound, Overloaded,
        PermissionDenied, Quota, RateLimit, Timeout, TooLarge, Unavailable, Unsupported,
    };
    let found = |list: Value| policy(json!({ "fallback_on": list })).fallback_on;
    for (words, kinds) in [
        (json!([]), vec![]),
        (json!(["rate_limit"]), vec![RateLimit]),
        (json!(["quota"]), vec![Quota]),
        (json!(["server"]), vec![Unavailable, Overloaded, BadReply]),
        (json!(["timeout", "connection"]), vec![Timeout, Connect]),
        (json!(["auth", "auth"]), vec![Auth, PermissionDenied]),
        (json!(["not_found"]), vec![NotFound]),
        (json!(["context_window", "content_policy"]), vec![ContextWindow, ContentPolicy]),
        (json!(["bad_request"]), vec![BadRequest, TooLarge]),
        (json!(["unsupported"]), vec![Unsupported]),
        (json!(["RateLimitError"]), vec![RateLimit, Quota]),
        (json!(["BadRequestError", "Timeout"]), vec![BadRequest, TooLarge, Timeout]),
        (json!(["NotFoundError"]), vec![NotFound]),
        (json!(["InternalServerError", "APIError"]), vec![Unavailable, BadReply]),
        (json!(["ServiceUnavailableError", "APIConnectionError"]), vec![Overloaded, Connect]),
        (json!(["AuthenticationError"]), vec![Auth]),
    ] {
        assert_eq!(found(words.clone()), Some(set(&kinds)), "{words}");
    }
    assert_eq!(policy(json!({})).fallback_on, None);
    for (list, path, words) in [
        (json!("server"), "fallback_on", "expected a list, got a string"),
        (json!([429]), "fallback_on[0]", "expected a string, got a number"),
        (json!(["server", "rate_limits"]), "fallback_on[1]", "did you mean `rate_limit`?"),
        (json!(["RateLimitErr"]), "fallback_on[0]", "did you mean `RateLimitError`?"),
        (json!(["zzz"]), "fallback_on[0]", "known are rate_limit, quota, server"),
        // What no provider did leads nowhere, or everywhere: it is not to be chosen.
        (json!(["NoDeploymentsAvailable"]), "fallback_on[0]", "there is no kind of fault"),
        (json!(["AbortError"]), "fallback_on[0]", "there is no kind of fault"),
    ] {
        refused(&groups(&["a"], json!({ "fallback_on": list })), path, words);
    }
}

#[test]
fn who_is_used_when_all_are_down() {
    let found = |word: &str| policy(json!({ "when_all_down": word })).when_all_down;
    assert_eq!(found("error"), WhenAllDown::Error);
    assert_eq!(found("least_recently_failed"), WhenAllDown::LeastRecentlyFailed);
    let given = groups(&["a"], json!({ "when_all_down": "least-recent" }));
    refused(&given, "when_all_down", "expected one of error, least_recently_failed");
}

#[test]
fn hedging_is_a_switch_or_a_time() {
    for (value, expected) in [
        (json!(false), Hedging::Off),
        (json!(true), Hedging::Observed),
        (json!("os.environ/ON"), Hedging::Observed),
        (json!({ "after_ms": 250 }), Hedging::After(250)),
        (json!({ "after_ms": "os.environ/LIMIT" }), Hedging::After(250)),
    ] {
        assert_eq!(policy(json!({ "hedging": value.clone() })).hedging, expected, "{value}");
    }
    for (value, path, words) in [
        (json!(1), "hedging", "expected a boolean, got a number"),
        (json!("yes"), "hedging", "expected a boolean, got a string"),
        (json!({}), "hedging.after_ms", "expected a number, got null"),
        (json!({ "after_ms": 0 }), "hedging.after_ms", "must be at least 1"),
        (json!({ "after_ms": -1 }), "hedging.after_ms", "must not be negative"),
        (json!({ "after_ms": 9, "max": 2 }), "hedging.max", "there is no option `max`; known are after_ms"),
    ] {
        refused(&groups(&["a"], json!({ "hedging": value })), path, words);
    }
}

#[test]
fn health_that_the_program_tells_counts_for_a_while() {
    assert_eq!(policy(json!({ "health_check_staleness_threshold": 90 })).health_ttl_ms, 90_000);
    assert_eq!(policy(json!({ "enable_health_check_routing": true })), Policy::default());
    let given = groups(&["a"], json!({ "enable_health_check_routing": 1 }));
    refused(&given, "enable_health_check_routing", "expected a boolean, got a number");
    let given = groups(&["a"], json!({ "health_check_staleness_threshold": -1 }));
    refused(&given, "health_check_staleness_threshold", "must not be negative");
    let told = notices(&groups(&["a"], json!({ "health_check_ignore_transient_errors": true })));
    assert!(told.len() == 1 && told[0].contains("not carried out in this version"), "{told:?}");
}

#[test]
fn what_is_carried_out_is_accepted_in_silence() {
    let given = groups(
        &["a"],
        json!({ "retry_policy": { "TimeoutErrorRetries": 1 }, "model_group_retry_policy": { "a": { "DefaultRetries": 1 } },
            "allowed_fails": 2, "allowed_fails_policy": { "TimeoutErrorAllowedFails": 1 }, "when_all_down": "error",
            "fallback_on": ["server"], "hedging": true, "default_max_parallel_requests": 4, "limit_mode": "hard",
            "default_priority": 1, "enable_health_check_routing": true, "health_check_staleness_threshold": 60 }),
    );
    assert_eq!(notices(&given), Vec::<String>::new());
}
