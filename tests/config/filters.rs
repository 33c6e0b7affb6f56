//! Tags, regions and rules, as they are read.

use serde_json::{Value, json};
use switchman::config::{Labels, TagRules};

use crate::support::{config, entry, groups, notices, one, problems};

#[test]
fn what_decides_who_may_serve_is_read() {
    let mut given = one(json!({ "tags": ["free", "eu", "free"], "region_name": "eu" }));
    given["model_list"][0]["model_info"] = json!({ "enable_tag_filtering": false, "allow_fail_open": true });
    let labels = config(&given).deployments[0].labels.clone();
    let expected = Labels {
        tags: vec!["free".to_owned(), "eu".to_owned()],
        region: "eu".to_owned(),
        goes_by_tags: Some(false),
        fails_open: true,
    };
    assert_eq!(labels, expected);
    assert_eq!(config(&one(json!({}))).deployments[0].labels, Labels::default());
    assert!(notices(&given).is_empty());

    let settings = json!({
        "enable_tag_filtering": true, "tag_filtering_match_any": false, "tag_routing_prefix": "to:",
        "untagged_requests": "any",
    });
    let policy = config(&groups(&["a"], settings)).policy;
    let expected =
        TagRules { is_on: true, match_any: false, prefix: "to:".to_owned(), any_for_untagged: true };
    assert_eq!((policy.tags, policy.has_filters, policy.is_checked), (expected, true, false));
    let plain = config(&groups(&["a"], json!({}))).policy;
    assert_eq!((plain.tags, plain.has_filters), (TagRules::default(), false));
    let checked = config(&groups(&["a"], json!({ "enable_pre_call_checks": true }))).policy;
    assert!(checked.has_filters && checked.is_checked);
    let mut switched = one(json!({}));
    switched["model_list"][0]["model_info"] = json!({ "enable_tag_filtering": true });
    assert!(config(&switched).policy.has_filters);
}

#[test]
fn rules_are_a_list_or_an_object() {
    let when = json!({ "metadata.plan": { "$eq": "paid" }, "params.temperature": { "$lt": 1 } });
    let rule = json!({ "when": when, "then": "b" });
    let query = json!({ "query": when, "then": "al" });
    let alias = |settings: Value| {
        let mut given = groups(&["a", "b"], settings);
        given["model_group_alias"] = json!({ "al": "b" });
        config(&given).rules
    };
    let list = alias(json!({ "conditional_routing": [rule] }));
    assert_eq!((list.rules, list.default), (vec![(when.clone(), "b".to_owned())], None));
    assert_eq!(list.params, ["temperature"]);
    let whole = json!({ "conditions": [query], "default": "a", "models": ["auto"] });
    let whole = alias(json!({ "conditional_routing": whole }));
    assert_eq!((whole.rules, whole.default), (vec![(when, "al".to_owned())], Some("a".to_owned())));
    let paid = json!({ "metadata": { "plan": "paid" }, "params": { "temperature": 0 } });
    assert_eq!((list.models.len(), whole.models), (0, vec!["auto".to_owned()]));
    let rules = alias(json!({ "conditional_routing": [rule] }));
    assert_eq!((rules.group("a", &paid), rules.group("a", &json!({}))), (Some("b"), None));
}

#[test]
fn rules_are_checked_with_their_places() {
    let rule = |when: Value, then: Value| json!([{ "when": when, "then": then }]);
    for (value, path, words) in [
        (json!(7), "", "expected an object, got a number"),
        (json!({ "condition": [] }), ".condition", "did you mean `conditions`?"),
        (json!({ "default": "c" }), ".default", "there is no group or alias `c`"),
        (json!([{ "if": {}, "when": {}, "then": "a" }]), "[0].if", "known are when, query, then"),
        (json!([{ "when": {} }]), "[0]", "needs a condition, `when`, and the group"),
        (rule(json!({}), json!("bb")), "[0].then", "there is no group or alias `bb`"),
        (rule(json!([]), json!("a")), "[0].when", "expected an object"),
        (
            rule(json!({ "plan": 1 }), json!("a")),
            "[0].when.plan",
            "there is no path `plan`; known are metadata.…, params.…, model",
        ),
        (rule(json!({ "metadata.": 1 }), json!("a")), "[0].when[\"metadata.\"]", "there is no path"),
        (rule(json!({ "modell": 1 }), json!("a")), "[0].when.modell", "did you mean `model`?"),
        (rule(json!({ "$or": {} }), json!("a")), "[0].when[\"$or\"]", "expected a list"),
        (
            rule(json!({ "model": { "$eqq": 1 } }), json!("a")),
            "[0].when.model[\"$eqq\"]",
            "did you mean `$eq`?",
        ),
        (
            rule(json!({ "model": { "$regex": 1 } }), json!("a")),
            "[0].when.model[\"$regex\"]",
            "known are $eq, ",
        ),
        (rule(json!({ "model": { "$in": 1 } }), json!("a")), "[0].when.model[\"$in\"]", "expected a list"),
        (
            rule(json!({ "model": { "$lt": [] } }), json!("a")),
            "[0].when.model[\"$lt\"]",
            "expected a string, got a list",
        ),
        (
            rule(json!({ "$and": [{ "$or": [{ "x": 1 }] }] }), json!("a")),
            "[0].when[\"$and\"][0][\"$or\"][0].x",
            "there is no path `x`",
        ),
    ] {
        let found = problems(&groups(&["a", "b"], json!({ "conditional_routing": value })));
        assert_eq!(found.len(), 1, "{found:#?}");
        let (at, message) = found[0].split_once(": ").unwrap();
        assert_eq!(at, format!("conditional_routing{path}"), "{found:?}");
        assert!(message.contains(words), "{found:?}");
    }
    let deep = (0..40).fold(json!({ "model": 1 }), |inner, _| json!({ "$and": [inner] }));
    let found = problems(&groups(&["a"], json!({ "conditional_routing": rule(deep, json!("a")) })));
    assert!(found[0].ends_with("is nested too deeply"), "{found:?}");
}

#[test]
fn tags_and_regions_are_checked() {
    for (params, path, words) in [
        (json!({ "tags": 7 }), "tags", "expected a list"),
        (json!({ "tags": [""] }), "tags[0]", "is empty"),
        (json!({ "region_name": "" }), "region_name", "is empty"),
    ] {
        let found = problems(&json!({ "model_list": [entry("a", params)] }));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with(&format!("model_list[0].litellm_params.{path}: ")), "{found:?}");
        assert!(found[0].contains(words), "{found:?}");
    }
    let found = problems(&groups(&["a"], json!({ "untagged_requests": "all" })));
    assert!(found[0].contains("expected one of any, untagged, got `all`"), "{found:?}");
}
