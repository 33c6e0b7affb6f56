//! Settings of the router and of the host.

use serde_json::{Value, json};
use switchman::config::{HostRules, Timeouts, Trust};

use crate::support::{config, entry, groups, notices, one, problems_with_host, refused, try_load};

#[test]
fn settings_are_checked() {
    for (name, value, words) in [
        ("num_retries", json!([]), "expected a number, got a list"),
        ("retry_after", json!("plenty"), "expected a number, got a string"),
        ("max_fallbacks", json!(-1), "must not be negative"),
        ("max_attempts", json!(0), "must be at least 1"),
        ("cooldown_time", json!(true), "expected a number, got a boolean"),
        ("disable_cooldowns", json!(1), "expected a boolean, got a number"),
        ("timeout", json!(0), "must be more than 0"),
        ("deadline", json!(-1), "must not be negative"),
        ("routing_strategy", json!("least-buzy"), "did you mean `least-busy`?"),
        ("routing_strategy", json!("fastest"), "known are simple-shuffle, least-busy"),
        ("routing_strategy", json!(1), "expected a string, got a number"),
        ("router_settings", json!([]), "expected an object, got a list"),
        ("litellm_settings", json!("x"), "expected an object, got a string"),
        ("general_settings", json!(1), "expected an object, got a number"),
        ("environment_variables", json!(1), "expected an object, got a number"),
        ("default_litellm_params", json!(1), "expected an object, got a number"),
    ] {
        let mut given = one(json!({}));
        given[name] = value;
        refused(&given, name, words);
    }
}

#[test]
fn settings_are_read() {
    let policy = config(&groups(
        &["a"],
        json!({ "num_retries": "0", "retry_after": 1.5, "max_fallbacks": 0, "max_attempts": 3, "cooldown_time": 0.5,
            "disable_cooldowns": "os.environ/ON", "timeout": 5, "headers_timeout": 0, "deadline": 0 }),
    ))
    .policy;
    assert_eq!(
        (policy.num_retries, policy.retry_after_ms, policy.max_fallbacks, policy.max_attempts),
        (0, 1_500, 0, 3)
    );
    assert_eq!((policy.cooldown_ms, policy.disable_cooldowns), (500, true));
    let expected = Timeouts {
        total_ms: Some(5_000),
        stream_ms: Some(5_000),
        headers_ms: Some(2_147_483_647),
        first_token_ms: None,
        idle_ms: Some(60_000),
        deadline_ms: Some(0),
    };
    assert_eq!(policy.timeouts, expected);
}

#[test]
fn unknown_options_are_told_what_they_may_have_meant() {
    let at = |path: &[&str], value: Value| {
        let mut given = json!({ "model_list": [entry("chat", json!({}))] });
        let mut here = &mut given;
        for step in path {
            here = match step.parse::<usize>() {
                Ok(index) => &mut here[index],
                Err(_) => &mut here[*step],
            };
        }
        *here = value;
        given
    };
    for (path, place, words) in [
        (vec!["num_retry"], "num_retry", "did you mean `num_retries`?"),
        (vec!["fallback"], "fallback", "did you mean `fallbacks`?"),
        (vec!["zzz"], "zzz", "unknown option `zzz`"),
        (vec!["api_key"], "api_key", "`litellm_params` of a deployment"),
        (vec!["allowedModels"], "allowedModels", "second argument"),
        (
            vec!["router_settings", "num_retires"],
            "router_settings.num_retires",
            "did you mean `num_retries`?",
        ),
        (vec!["router_settings", "request_timeout"], "router_settings.request_timeout", "`litellm_settings`"),
        (vec!["router_settings", "whatever"], "router_settings.whatever", "unknown option"),
        (
            vec!["litellm_settings", "num_retrys"],
            "litellm_settings.num_retrys",
            "did you mean `num_retries`?",
        ),
        (vec!["model_list", "0", "model_names"], "model_list[0].model_names", "did you mean `model_name`?"),
        (vec!["model_list", "0", "api_base"], "model_list[0].api_base", "`litellm_params` of a deployment"),
        (
            vec!["model_list", "0", "model_info", "wieght"],
            "model_list[0].model_info.wieght",
            "did you mean `weight`?",
        ),
    ] {
        refused(&at(&path, json!(1)), place, words);
    }
}

#[test]
fn a_bad_entry_is_skipped_where_that_is_asked_for() {
    let given = json!({
        "ignore_invalid_deployments": true,
        "model_list": [entry("a", json!({ "weight": "x" })), entry("a", json!({})), entry("b", json!({ "rpm": -1 }))],
        "fallbacks": [{ "a": ["b"] }],
    });
    let config = config(&given);
    assert_eq!((config.deployments.len(), config.groups.len()), (1, 2));
    assert!(config.groups[1].members.is_empty());
    let found = notices(&given);
    assert!(found[0].starts_with("model_list[0].litellm_params.weight: skipped: "), "{found:?}");
    let mut none = given;
    none["model_list"] = json!([entry("a", json!({ "weight": "x" }))]);
    none["fallbacks"] = json!(null);
    refused(&none, "model_list", "no deployment that can be used");
}

#[test]
fn the_host_is_read() {
    let given = groups(&["a", "b"], json!({ "model_group_alias": { "al": "b" } }));
    let host = json!({
        "trustRequestOptions": ["fallbacks", "metadata"], "allowDirectModels": true, "allowedModels": ["al", "b"],
        "maxBodyBytes": 1024, "subrequests": 45, "seed": 7, "browser": false, "env": {}, "mayFallback": true, "tokenCounter": true,
        "customRoutingStrategy": true, "filterDeployments": true, "hookFailure": "closed",
        "storeName": "shop-1.eu",
    });
    let expected = HostRules {
        trust: Trust::Names(vec!["fallbacks".to_owned(), "metadata".to_owned()]),
        allow_direct_models: true,
        allowed_models: Some(vec!["b".to_owned()]),
        max_body_bytes: 1024,
        subrequests: Some(45),
        may_fallback: true,
        custom_strategy: true,
        token_counter: true,
        filters: true,
        fails_closed: true,
        store_name: "shop-1.eu".to_owned(),
        in_browser: false,
    };
    assert_eq!(try_load(&given, &host).unwrap().config.host, expected);
    let trust =
        |value: Value| try_load(&given, &json!({ "trustRequestOptions": value })).unwrap().config.host.trust;
    assert_eq!((trust(json!(true)), trust(json!(false))), (Trust::Everything, Trust::Nothing));
}

#[test]
fn the_host_is_checked() {
    for (host, path, words) in [
        (json!([]), "host", "expected an object, got a list"),
        (json!({ "allowedModel": [] }), "host.allowedModel", "did you mean `allowedModels`?"),
        (json!({ "max_body_bytes": 1 }), "host.max_body_bytes", "did you mean `maxBodyBytes`?"),
        (json!({ "num_retries": 1 }), "host.num_retries", "top of the config"),
        (json!({ "trustRequestOptions": "all" }), "host.trustRequestOptions", "expected a boolean or a list"),
        (
            json!({ "trustRequestOptions": ["fallback"] }),
            "host.trustRequestOptions[0]",
            "did you mean `fallbacks`?",
        ),
        (json!({ "trustRequestOptions": ["api_key"] }), "host.trustRequestOptions[0]", "never counts"),
        (json!({ "allowDirectModels": "yes" }), "host.allowDirectModels", "expected a boolean"),
        (json!({ "allowedModels": ["chatt"] }), "host.allowedModels[0]", "did you mean `chat`?"),
        (json!({ "allowedModels": "chat" }), "host.allowedModels", "expected a list"),
        (json!({ "maxBodyBytes": 0 }), "host.maxBodyBytes", "must be at least 1"),
        (json!({ "storeName": "a/b" }), "host.storeName", "must be 1 to 64 letters"),
        (json!({ "storeName": "" }), "host.storeName", "must be 1 to 64 letters"),
        (json!({ "subrequests": 0 }), "host.subrequests", "must be at least 1"),
        (json!({ "mayFallback": 1 }), "host.mayFallback", "expected a boolean"),
    ] {
        let found = problems_with_host(&one(json!({})), &host);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with(&format!("{path}: ")) && found[0].contains(words), "{found:?}");
    }
}

#[test]
fn a_key_in_a_browser_is_refused_unless_it_is_wanted() {
    let browser = json!({ "browser": true });
    let local = json!({ "model": "x", "api_base": "http://localhost:1", "api_key": null });
    let header = json!({ "model": "x", "api_base": "http://localhost:1", "api_key": null, "extra_headers": { "x": "y" } });
    for params in [json!({}), header] {
        let found = problems_with_host(&one(params.clone()), &browser);
        assert!(found.len() == 1 && found[0].starts_with("host.dangerouslyAllowBrowser: "), "{found:?}");
        assert!(try_load(&one(params), &json!({ "browser": true, "dangerouslyAllowBrowser": true })).is_ok());
    }
    assert!(try_load(&one(local), &browser).is_ok());
}
