//! Routing groups: which groups are routed how, and what their own names mean.

use serde_json::{Value, json};
use switchman::config::{GroupKind, Resolved, RouterConfig, Routing, Strategy};

use crate::support::{config, entry, groups, notices, refused};

/// Three groups and a pattern, with these routing groups.
fn pooled(pools: Value) -> Value {
    let mut given = groups(&["a", "b", "c"], json!({ "routing_groups": pools }));
    let list = given["model_list"].as_array_mut().unwrap();
    list.push(entry("openai/*", json!({ "model": "openai/*" })));
    given
}

fn routing(config: &RouterConfig, name: &str) -> Routing {
    *config.routing_of(config.resolve(name).unwrap())
}

fn strategies(config: &RouterConfig, names: [&str; 4]) -> [&'static str; 4] {
    names.map(|name| routing(config, name).strategy.name())
}

#[test]
fn a_routing_group_routes_its_models_and_its_own_name() {
    let pool = json!({ "group_name": "fast", "models": ["a", "c"], "routing_strategy": "latency-based-routing",
        "routing_strategy_args": { "ttl": 60 } });
    let config = config(&pooled(json!([pool])));
    let latency = "latency-based-routing";
    assert_eq!(strategies(&config, ["fast", "a", "b", "c"]), [latency, latency, "simple-shuffle", latency]);
    assert_eq!(
        [routing(&config, "a"), routing(&config, "b")].map(|one| one.latency.ttl_ms),
        [60_000, 3_600_000]
    );
    let Some(Resolved::Group(ix)) = config.resolve("fast") else { panic!("it is a group") };
    let pool = config.group(ix).unwrap();
    let names = pool.members.iter().map(|ix| config.group(config.deployment(*ix).unwrap().group).unwrap());
    assert_eq!(names.map(|group| group.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!((pool.kind, config.listed()), (GroupKind::Pool, vec!["a", "b", "c", "fast", "openai/*"]));
    assert!(config.strategies.has(Strategy::LatencyBased) && !config.strategies.has(Strategy::CostBased));
}

#[test]
fn what_a_routing_group_does_not_say_is_the_routers() {
    let mut given = pooled(json!([{ "group_name": "fast", "models": ["a"] },
        { "group_name": "slow", "models": ["b"], "routing_strategy": "round-robin" }]));
    given["routing_strategy"] = json!("least-busy");
    given["routing_strategy_args"] = json!({ "ttl": 7 });
    let config = config(&given);
    assert_eq!(
        strategies(&config, ["a", "b", "c", "slow"]),
        ["least-busy", "round-robin", "least-busy", "round-robin"]
    );
    assert_eq!(["a", "b", "c"].map(|name| routing(&config, name).latency.ttl_ms), [7_000; 3]);
}

#[test]
fn one_named_as_its_only_model_is_that_group() {
    let config =
        config(&pooled(json!([{ "group_name": "a", "models": ["a"], "routing_strategy": "least-busy" }])));
    assert_eq!(
        strategies(&config, ["a", "b", "c", "a"]),
        ["least-busy", "simple-shuffle", "simple-shuffle", "least-busy"]
    );
    let Some(Resolved::Group(ix)) = config.resolve("a") else { panic!("it is a group") };
    assert_eq!(config.group(ix).unwrap().kind, GroupKind::Declared);
}

#[test]
fn models_may_be_aliases_patterns_and_what_patterns_match() {
    let mut given = pooled(json!([
        { "group_name": "by-turns", "models": ["al", "openai/gpt-5"], "routing_strategy": "round-robin" },
        { "group_name": "busy", "models": ["openai/*"], "routing_strategy": "least-busy" },
    ]));
    given["model_group_alias"] = json!({ "al": "b", "turns": "by-turns" });
    given["fallbacks"] = json!([{ "by-turns": ["openai/gpt-4.1"] }]);
    let config = config(&given);
    let names = ["b", "openai/gpt-5", "openai/gpt-4.1", "turns"];
    assert_eq!(strategies(&config, names), ["round-robin", "round-robin", "least-busy", "round-robin"]);
    let told = notices(&given);
    assert!(told.len() == 1 && told[0].contains("`busy` cannot be called by its name"), "{told:?}");
}

#[test]
fn limits_are_bounds_where_the_strategy_makes_them_so() {
    let limited = |name: &str| entry(name, json!({ "rpm": 9 }));
    let of = |settings: Value| {
        let mut given = json!({ "model_list": [limited("a"), limited("b"), limited("x-*")], "routing_groups": [
            { "group_name": "p", "models": ["a", "x-*"], "routing_strategy": "usage-based-routing-v2" },
        ] });
        given.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let config = config(&given);
        config.deployments.iter().map(|known| config.binds(known)).collect::<Vec<_>>()
    };
    assert_eq!(of(json!({})), [true, false, true]);
    assert_eq!(of(json!({ "limit_mode": "soft" })), [false; 3]);
    assert_eq!(of(json!({ "limit_mode": "hard" })), [true; 3]);
    assert_eq!(of(json!({ "fallbacks": [{ "a": ["x-1"] }] })), [true, false, true, true]);
}

#[test]
fn priorities_are_levels_of_the_name_alone() {
    let pool = json!({ "group_name": "p", "models": ["a", "b", "c"], "routing_strategy": "priority",
        "model_priorities": { "b": 1, "a": 2 } });
    // Groups may have any number of orders by priority, and one strategy.
    let other = json!({ "group_name": "q", "models": ["a"], "routing_strategy": "least-busy" });
    let config = config(&pooled(json!([pool, other])));
    let target = config.resolve("p").unwrap();
    let Resolved::Group(ix) = target else { panic!("it is a group") };
    let levels: Vec<_> =
        config.group(ix).unwrap().members.iter().map(|ix| config.order_in(target, *ix)).collect();
    assert_eq!(levels, [Some(2), Some(1), None]);
    assert_eq!(
        strategies(&config, ["p", "a", "b", "q"]),
        ["simple-shuffle", "least-busy", "simple-shuffle", "least-busy"]
    );
}

#[test]
fn mistakes_are_told() {
    let with = |pool: Value| pooled(json!([pool]));
    refused(&pooled(json!({})), "routing_groups", "expected a list, got an object");
    refused(&with(json!("fast")), "routing_groups[0]", "expected an object, got a string");
    for (pool, path, words) in [
        (json!({ "models": ["a"] }), ".group_name", "expected the name"),
        (json!({ "group_name": "default", "models": ["a"] }), ".group_name", "stands for all"),
        (json!({ "group_name": "b", "models": ["a"] }), ".group_name", "hides the group `b`"),
        (json!({ "group_name": "p*", "models": ["a"] }), ".group_name", "must not contain a star"),
        (json!({ "group_name": "p" }), ".models", "expected the names of groups"),
        (json!({ "group_name": "p", "models": [] }), ".models", "is empty"),
        (json!({ "group_name": "p", "models": ["aa"] }), ".models[0]", "there is no group or alias `aa`"),
        (json!({ "group_name": "p", "models": ["a"], "model": 1 }), ".model", "did you mean `models`?"),
        (
            json!({ "group_name": "p", "models": ["a"], "routing_strategy": "fast" }),
            ".routing_strategy",
            "no strategy",
        ),
        (
            json!({ "group_name": "p", "models": ["a"], "routing_strategy_args": { "tll": 1 } }),
            ".routing_strategy_args.tll",
            "did you mean `ttl`?",
        ),
        (
            json!({ "group_name": "p", "models": ["a"], "routing_strategy": "priority" }),
            ".model_priorities",
            "is missing",
        ),
        (
            json!({ "group_name": "p", "models": ["a"], "routing_strategy": "priority", "model_priorities": { "b": 1 } }),
            ".model_priorities.b",
            "none of its models",
        ),
        (
            json!({ "group_name": "p", "models": ["a"], "routing_strategy": "priority", "model_priorities": { "a": 0 } }),
            ".model_priorities.a",
            "must be at least 1",
        ),
    ] {
        refused(&with(pool), &format!("routing_groups[0]{path}"), words);
    }
    let pool = |name: &str| json!({ "group_name": name, "models": ["a"], "routing_strategy": "least-busy" });
    refused(
        &pooled(json!([pool("p"), pool("q")])),
        "routing_groups[1].models",
        "`a` is in another routing group",
    );
    let other = json!({ "group_name": "p", "models": ["b"] });
    refused(
        &pooled(json!([pool("p"), other])),
        "routing_groups[1].group_name",
        "the name of another routing group",
    );
}

#[test]
fn a_name_follows_its_models_into_another_config() {
    let pool = |models: Value| {
        pooled(json!([{ "group_name": "p", "models": models, "routing_strategy": "least-busy" }]))
    };
    let old = config(&pool(json!(["a", "b"])));
    let (new, changes) = config(&pool(json!(["b", "c"]))).adopt(&old, 1, 1).unwrap();
    assert_eq!((new.resolve("p"), changes.groups.len()), (old.resolve("p"), 0), "it keeps its place");
    let Some(Resolved::Group(ix)) = new.resolve("p") else { panic!("it is a group") };
    let names = new.group(ix).unwrap().members.iter().map(|ix| new.deployment(*ix).unwrap().group);
    assert_eq!(names.map(|ix| new.group(ix).unwrap().name.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(
        strategies(&new, ["a", "b", "c", "p"]),
        ["simple-shuffle", "least-busy", "least-busy", "least-busy"]
    );
    let (gone, _) = config(&groups(&["a"], json!({}))).adopt(&new, 2, 2).unwrap();
    assert_eq!(gone.resolve("p"), None);
    assert!(!gone.strategies.has(Strategy::LeastBusy));
}
