//! Whole configs that are accepted, in the shapes that people paste.

use serde_json::json;
use switchman::config::{DialectName, GroupIx, MidStream, Observe, Resolved, Timeouts};

use crate::support::{config, loaded, notices, try_load};

#[test]
fn arguments_of_the_constructor() {
    let config = config(&json!({
        "model_list": [
            { "model_name": "fast", "litellm_params": { "model": "openai/gpt-4o-mini", "api_key": "sk-a", "rpm": 1000 } },
            { "model_name": "fast", "litellm_params": { "model": "gpt-4o", "api_key": "sk-b", "rpm": 5000, "weight": 3 } },
            { "model_name": "backup", "litellm_params": { "model": "openai/local", "api_base": "http://127.0.0.1:8000/v1/" } },
        ],
        "num_retries": 3, "fallbacks": [{ "fast": ["backup"] }],
    }));
    assert_eq!(config.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["fast", "backup"]);
    assert_eq!(config.groups[0].members.len(), 2);
    let [a, b, c] = config.deployments.as_slice() else { panic!("three deployments") };
    assert_eq!(
        (a.provider.as_str(), a.model.as_str(), a.dialect),
        ("openai", "gpt-4o-mini", DialectName::OpenAi)
    );
    assert_eq!(a.api_base.url(), "https://api.openai.com/v1");
    assert_eq!((a.rpm, a.weight, b.rpm, b.weight), (Some(1000), None, Some(5000), Some(3.0)));
    assert_eq!((b.provider.as_str(), b.model.as_str()), ("openai", "gpt-4o"));
    assert_eq!(b.api_key.as_ref().unwrap().expose(), "sk-b");
    assert_eq!((c.api_base.url(), c.api_key.is_none()), ("http://127.0.0.1:8000/v1", true));
    assert_eq!(c.model_used(), "openai/local");
    assert_eq!(config.policy.num_retries, 3);
    assert_eq!(config.fallbacks.ordinary.of(GroupIx(0)), [Resolved::Group(GroupIx(1))]);
    assert_eq!(config.names.listed(), ["backup", "fast"]);
}

#[test]
fn a_whole_config_yaml() {
    let loaded = loaded(&json!({
        "environment_variables": { "SPARE_KEY": "sk-own", "COPY": "os.environ/OPENAI_API_KEY", "NONE": "os.environ/NOWHERE" },
        "model_list": [
            {
                "model_name": "gpt",
                "litellm_params": { "model": "openai/gpt-4o", "api_key": "os.environ/SPARE_KEY", "temperature": 0.2, "max_retries": 2 },
                "model_info": { "id": 7, "mode": "chat", "base_model": "gpt-4o", "supports_vision": true, "my_note": [1] },
                "tpm": 100_000,
            },
            { "model_name": "spare", "litellm_params": { "model": "gpt-4o-mini", "api_key": "os.environ/COPY", "timeout": null } },
        ],
        "router_settings": { "num_retries": 4, "routing_strategy": "latency-based-routing", "redis_host": "os.environ/REDIS", "timeout": 30 },
        "litellm_settings": {
            "num_retries": 9, "request_timeout": 10, "drop_params": true, "success_callback": ["langfuse"], "set_verbose": true,
            "default_fallbacks": ["spare"], "context_window_fallbacks": [{ "gpt": ["spare"] }], "allowed_fails": 3, "cooldown_time": 30,
            "some_module_setting": 1,
        },
        "general_settings": { "master_key": "sk-1234", "database_url": "postgres://u:p@h/d" },
        "guardrails": [],
    }));
    let config = loaded.config;
    assert_eq!(config.deployments[0].id, "7");
    assert_eq!(config.deployments[0].api_key.as_ref().unwrap().expose(), "sk-own");
    assert_eq!(config.deployments[1].api_key.as_ref().unwrap().expose(), "sk-from-the-environment");
    assert_eq!((config.deployments[0].tpm, config.deployments[0].params.len()), (Some(100_000), 1));
    assert_eq!((config.policy.num_retries, config.policy.cooldown_ms), (4, 30_000));
    assert_eq!(config.policy.timeouts.total_ms, Some(30_000));
    assert_eq!(config.fallbacks.ordinary.default, [Resolved::Group(GroupIx(1))]);
    assert_eq!(config.fallbacks.context_window.of(GroupIx(0)), [Resolved::Group(GroupIx(1))]);
    let places: Vec<&str> = loaded.notices.iter().map(|notice| notice.path.as_str()).collect();
    for path in [
        "model_list[0].litellm_params.max_retries",
        "router_settings.redis_host",
        "litellm_settings.success_callback[0]",
        "litellm_settings.set_verbose",
        "litellm_settings.some_module_setting",
        "general_settings.master_key",
        "general_settings.database_url",
        "guardrails",
    ] {
        assert!(places.contains(&path), "{path} in {places:#?}");
    }
    assert_eq!(places.len(), 8, "{places:#?}");
    assert_eq!(config.policy.allowed_fails, Some(3));
}

#[test]
fn the_nearer_place_wins() {
    let config = config(&json!({
        "model_list": [{ "model_name": "a", "litellm_params": { "model": "gpt-4o" } }],
        "num_retries": 1,
        "router_settings": { "num_retries": 2, "max_fallbacks": 2, "timeout": 20 },
        "litellm_settings": { "num_retries": 3, "max_fallbacks": 3, "request_timeout": 30, "deadline": 40 },
    }));
    let policy = config.policy;
    assert_eq!((policy.num_retries, policy.max_fallbacks), (1, 2));
    assert_eq!((policy.timeouts.total_ms, policy.timeouts.deadline_ms), (Some(20_000), Some(40_000)));
}

#[test]
fn an_empty_list_of_fallbacks_leaves_the_word_to_the_next_place() {
    let config = config(&json!({
        "model_list": [
            { "model_name": "a", "litellm_params": { "model": "gpt-4o" } },
            { "model_name": "b", "litellm_params": { "model": "gpt-4o" } },
        ],
        "fallbacks": [],
        "litellm_settings": { "fallbacks": [{ "a": ["b"] }] },
    }));
    assert_eq!(config.fallbacks.ordinary.of(GroupIx(0)), [Resolved::Group(GroupIx(1))]);
}

#[test]
fn what_is_not_set_has_the_documented_default() {
    let config =
        config(&json!({ "model_list": [{ "model_name": "a", "litellm_params": { "model": "gpt-4o" } }] }));
    assert_eq!(config.policy, switchman::config::Policy::default());
    assert_eq!(config.deployments[0].timeouts, Timeouts::default());
    assert_eq!(config.host, switchman::config::HostRules::default());
    assert_eq!(config.deployments[0].api_key.as_ref().unwrap().expose(), "sk-from-the-environment");
}

#[test]
fn streams_have_rules_at_the_router() {
    let mut given = crate::support::one(json!({ "drop_params": false }));
    given["mid_stream"] = json!("continue");
    given["litellm_settings"] = json!({ "drop_params": true, "observe": "head", "mid_stream": "error" });
    given["model_list"][0]["model_info"] = json!({ "supports_assistant_prefill": true });
    let rules = config(&given);
    assert_eq!(rules.policy.streams.mid_stream, Some(MidStream::Continue));
    assert_eq!((rules.policy.streams.observe, rules.policy.streams.commit), (Some(Observe::Head), None));
    assert!(rules.policy.drop_params);
    assert_eq!((rules.deployments[0].drop_params, rules.deployments[0].prefill), (Some(false), Some(true)));
    let mut litellm = crate::support::one(json!({}));
    litellm["enable_mid_stream_fallback_continuation"] = json!(true);
    assert_eq!(config(&litellm).policy.streams.mid_stream, Some(MidStream::Continue));
}

#[test]
fn options_that_are_not_carried_out_are_told_of() {
    for (name, value) in [
        ("retry_budget", json!({})),
        ("weights", json!({})),
        ("routing_strategy", json!("provider-budget-routing")),
        ("redis_url", json!("redis://x")),
        ("set_verbose", json!(true)),
    ] {
        let mut given = crate::support::one(json!({}));
        given[name] = value;
        let found = notices(&given);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("{name}: ")), "{found:?}");
        given[name] = json!(null);
        assert!(notices(&given).is_empty(), "null is not given: {name}");
    }
}

#[test]
fn a_notice_about_many_deployments_is_one() {
    let list: Vec<_> =
        (0..3).map(|_| crate::support::entry("chat", json!({ "tag_regex": ["free"] }))).collect();
    let found = notices(&json!({ "model_list": list }));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("model_list[0].litellm_params.tag_regex: ")
            && found[0].ends_with("(in 3 places)")
    );
}

#[test]
fn an_empty_list_is_one_whose_deployments_come_later() {
    let empty = json!({ "model_list": [], "fallbacks": [{ "a": ["b"] }], "model_group_alias": { "c": "a" } });
    let config = try_load(&empty, &json!({ "allowedModels": ["a"] })).unwrap().config;
    assert!(config.deployments.is_empty() && config.resolve("a").is_none());
    assert_eq!(config.host.allowed_models, Some(vec![]));
}

#[test]
fn an_address_with_the_path_of_a_request_is_told() {
    let with = |model: &str, base: &str| {
        let params = json!({ "model": model, "api_base": base, "api_key": "k" });
        notices(&json!({ "model_list": [{ "model_name": "a", "litellm_params": params }] }))
    };
    for (model, base) in [
        ("openai/x", "https://one.test/v1/chat/completions"),
        ("openai/x", "https://one.test/v1/chat/completions/"),
        ("openai/x", "https://one.test/v1/embeddings"),
        ("anthropic/claude-x", "https://one.test/v1/messages"),
    ] {
        let found = with(model, base);
        assert_eq!(found.len(), 1, "{base}: {found:?}");
        let (path, message) = found[0].split_once(": ").unwrap();
        assert_eq!(path, "model_list[0].litellm_params.api_base");
        assert!(message.ends_with("which every request puts behind it"), "{message}");
    }
    let portal = "https://one.openai.azure.com/openai/deployments/x/chat/completions?api-version=2024-10-21";
    for (model, base) in [("openai/x", "https://one.test/v1"), ("azure/x", portal)] {
        assert!(with(model, base).is_empty(), "{base}");
    }
}

#[test]
fn models_of_openai_that_are_no_chats_are_known_by_their_bare_names() {
    for model in ["dall-e-3", "whisper-1", "tts-1-hd", "omni-moderation-latest", "gpt-image-1"] {
        let config = config(&json!({
            "model_list": [{ "model_name": "m", "litellm_params": { "model": model, "api_key": "sk-a" } }],
        }));
        assert_eq!(config.deployments[0].model_used(), format!("openai/{model}"));
    }
}

#[test]
fn what_a_server_would_do_for_the_health_of_a_deployment_is_told_as_a_notice() {
    let info =
        json!({ "mode": "embedding", "health_check_timeout": 1, "disable_background_health_check": true });
    let config = json!({
        "model_list": [{ "model_name": "m", "litellm_params": { "model": "gpt-4o", "api_key": "sk-a" }, "model_info": info }],
    });
    let told = notices(&config);
    for name in ["health_check_timeout", "disable_background_health_check"] {
        let path = format!("model_list[0].model_info.{name}");
        assert!(told.iter().any(|one| one.starts_with(&path) && one.contains("`probe`")), "{told:?}");
    }
    assert_eq!(told.len(), 2, "{told:?}");
}
