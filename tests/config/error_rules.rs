//! `error_rules`: what the user says of a provider's errors.

use serde_json::{Value, json};
use switchman::config::{ErrorRule, ToldError, ruled};
use switchman::error::FaultKind;

use crate::support::{config, groups, problems, refused};

fn with(rules: Value) -> Value {
    groups(&["a"], json!({ "error_rules": rules }))
}

fn rules(list: Value) -> Vec<ErrorRule> {
    config(&with(list)).policy.error_rules
}

#[test]
fn every_condition_that_is_set_has_to_hold_and_the_first_rule_counts() {
    let rules = rules(json!([
        { "provider": "anthropic", "status": 400, "code": "odd_error", "message_contains": "Odd", "kind": "rate_limit" },
        { "status": 418, "kind": "server" },
        { "code": "odd_error", "kind": "PermissionDeniedError" },
        { "message_contains": "odd", "kind": "not_found", "provider": null },
    ]));
    let kind = |provider, status, code, message| {
        ruled(&rules, ToldError { provider, status, names: [None, Some(code)], message })
    };
    assert_eq!(kind("anthropic", Some(400), "ODD_error", "very odd"), Some(FaultKind::RateLimit));
    assert_eq!(kind("openai", Some(400), "odd_error", "very odd"), Some(FaultKind::PermissionDenied));
    assert_eq!(kind("anthropic", None, "odd_error", "very odd"), Some(FaultKind::PermissionDenied));
    assert_eq!(kind("openai", Some(418), "", ""), Some(FaultKind::Unavailable), "the first of several");
    assert_eq!(kind("openai", None, "", "How ODD."), Some(FaultKind::NotFound));
    assert_eq!(kind("openai", None, "odd", "even"), None);
}

#[test]
fn the_first_place_counts_and_no_rules_are_none() {
    assert_eq!(rules(json!([])), []);
    let rule = |kind: &str| json!([{ "status": 400, "kind": kind }]);
    let both = json!({ "router_settings": { "error_rules": rule("quota") }, "error_rules": rule("timeout") });
    let rules = config(&groups(&["a"], both)).policy.error_rules;
    assert_eq!(rules.iter().map(|rule| rule.kind).collect::<Vec<_>>(), [FaultKind::Timeout]);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let one = |rule: Value| with(json!([{ "status": 400, "kind": "quota" }, rule]));
    for (rule, path, words) in [
        (json!(7), "error_rules[1]", "expected an object, got a number"),
        (json!({ "status": 400 }), "error_rules[1]", "needs a `kind`"),
        (json!({ "provider": "openai", "kind": "quota" }), "error_rules[1]", "it would change every error"),
        (json!({ "status": 200, "kind": "quota" }), "error_rules[1].status", "no status of an error"),
        (json!({ "status": 70_000, "kind": "quota" }), "error_rules[1].status", "no status of an error"),
        (json!({ "status": "four hundred", "kind": "quota" }), "error_rules[1].status", "expected a number"),
        (json!({ "code": "", "kind": "quota" }), "error_rules[1].code", "is empty"),
        (json!({ "code": "x", "kind": "quotas" }), "error_rules[1].kind", "did you mean `quota`?"),
        (
            json!({ "code": "x", "kind": "quota", "provider": "antropic" }),
            "error_rules[1].provider",
            "no provider `antropic`",
        ),
        (json!({ "cod": "x", "status": 400, "kind": "quota" }), "error_rules[1].cod", "did you mean `code`?"),
    ] {
        refused(&one(rule), path, words);
    }
    refused(&with(json!({})), "error_rules", "expected a list");
    let found = problems(&with(json!([{ "status": 1, "kind": "x" }, { "code": 1, "kind": 1 }])));
    assert_eq!(found.len(), 4, "{found:#?}");
}
