//! A strategy of a routing group's own, and one that a call asks for.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, deployment, slow_down, with};

/// Groups `x` of `a` and `b`, and `y` of `c`, with these routing groups.
fn pooled(pools: Value, settings: Value) -> Scene {
    let list = [("x", "a"), ("x", "b"), ("y", "c")].map(|(group, id)| deployment(group, id, json!({})));
    let mut config = with(list.to_vec(), settings);
    config["routing_groups"] = pools;
    Scene::new(&config)
}

fn strategy(scene: &mut Scene, spec: &Spec) -> String {
    scene.explain(spec)["decisions"][0]["strategy"].as_str().unwrap().to_owned()
}

#[test]
fn every_group_goes_by_its_own_strategy() {
    let pools = json!([{ "group_name": "p", "models": ["x"], "routing_strategy": "round-robin" }]);
    let mut scene = pooled(pools, json!({ "routing_strategy": "least-busy" }));
    scene.run_all(20, &Spec::chat("x"));
    assert!(scene.sent().windows(2).all(|two| two[0] != two[1]), "in turn");
    for (model, name) in [("x", "round-robin"), ("p", "round-robin"), ("y", "least-busy")] {
        assert_eq!(strategy(&mut scene, &Spec::chat(model)), name);
    }
    let told = scene.snapshot();
    let told = told["groups"].as_array().unwrap().iter();
    let told: Vec<_> =
        told.map(|one| (one["model_group"].as_str(), one["routing_strategy"].as_str())).collect();
    let expected = [("x", "round-robin"), ("y", "least-busy"), ("p", "round-robin")];
    assert_eq!(told, expected.map(|(name, strategy)| (Some(name), Some(strategy))));
}

#[test]
fn the_name_of_a_routing_group_is_all_of_its_deployments() {
    let pools = json!([{ "group_name": "p", "models": ["x", "y"], "routing_strategy": "round-robin" }]);
    let mut scene = pooled(pools, json!({}));
    scene.run_all(30, &Spec::chat("p"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [10, 10, 10]);
    // Those of a single group take their turns with all the others.
    scene.run_all(30, &Spec::chat("y"));
    let from = scene.sent().len();
    scene.run_all(30, &Spec::chat("p"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(from, id)), [10, 10, 10]);
    let told = scene.explain(&Spec::chat("p"));
    assert_eq!(
        (&told["resolved"]["kind"], &told["resolved"]["model_group"]),
        (&json!("routing_group"), &json!("p"))
    );
}

#[test]
fn within_a_routing_group_whoever_is_left_takes_over() {
    let pools = json!([{ "group_name": "p", "models": ["x", "y"] }]);
    let mut scene = pooled(pools, json!({}))
        .always("a", Reply::status(401))
        .always("b", slow_down("30"))
        .always("c", Reply::ok());
    for _ in 0..10 {
        let outcome = scene.ask(Spec::chat("p"));
        assert!(outcome.is_answered() && outcome.fallbacks == 0, "{outcome:?}");
    }
    assert_eq!(["a", "b"].map(|id| scene.sends_since(0, id)), [1, 1], "both are benched");
}

#[test]
fn a_wrong_key_is_left_alone_where_a_routing_group_has_others() {
    let pools = json!([{ "group_name": "p", "models": ["x", "y"] }]);
    let mut scene = pooled(pools, json!({})).always("c", Reply::status(401));
    scene.run_all(60, &Spec::chat("p"));
    assert_eq!((scene.sends_since(0, "c"), scene.summary().answered), (1, 60));
    // Who asks for that group alone hears of the key, and not that nobody is left.
    assert_eq!(scene.ask(Spec::chat("y")).kind(), Some(FaultKind::Auth));
}

#[test]
fn a_routing_group_by_priority_goes_from_level_to_level() {
    let pools = json!([{ "group_name": "p", "models": ["x", "y"], "routing_strategy": "priority",
        "model_priorities": { "y": 1, "x": 2 } }]);
    let mut scene = pooled(pools, json!({ "num_retries": 1 }));
    scene.run_all(20, &Spec::chat("p"));
    assert_eq!(scene.sends_since(0, "c"), 20);
    scene.now("c", Reply::status(500));
    let outcome = scene.ask(Spec::chat("p"));
    assert_eq!((outcome.is_answered(), outcome.deployments()[0], outcome.fallbacks), (true, "c", 0));
    assert_ne!(outcome.deployments().last(), Some(&"c"));
    let from = scene.sent().len();
    scene.run_all(40, &Spec::chat("x"));
    assert!(
        scene.sends_since(from, "a") > 8 && scene.sends_since(from, "b") > 8,
        "the model itself has no levels"
    );
    let told = scene.explain(&Spec::chat("p"));
    let orders: Vec<_> = told["decisions"][0]["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["order"].as_u64())
        .collect();
    assert_eq!(orders, [Some(2), Some(2), Some(1)]);
}

#[test]
fn limits_bind_in_the_group_whose_strategy_goes_by_them() {
    let limited = |group: &str, id: &str| deployment(group, id, json!({ "rpm": 3 }));
    let config = with(
        vec![limited("x", "a"), limited("y", "c")],
        json!({ "routing_groups": [{ "group_name": "p", "models": ["x"], "routing_strategy": "usage-based-routing" }] }),
    );
    let mut scene = Scene::new(&config);
    for (model, answered) in [("x", 3), ("y", 9)] {
        let made = scene.run_at_once(9, &Spec::chat(model));
        assert_eq!(made.iter().filter(|call| scene.seen(**call).is_answered()).count(), answered, "{model}");
    }
}

#[test]
fn times_are_kept_by_the_rules_of_the_group() {
    let pools = json!([{ "group_name": "p", "models": ["x"], "routing_strategy": "latency-based-routing",
        "routing_strategy_args": { "max_latency_list_size": 1, "lowest_latency_buffer": 0.5 } }]);
    let reply = |ms| Reply::ok().in_ms(ms).gap_ms(0);
    let mut scene = pooled(pools, json!({})).always("a", reply(100)).always("b", reply(140));
    scene.run_all(60, &Spec::stream("x"));
    let counts = ["a", "b"].map(|id| scene.sends_since(0, id));
    assert!(counts.iter().all(|count| *count > 15), "nearly as fast: {counts:?}");
    scene.now("b", reply(400));
    scene.ask(Spec::stream("b"));
    let from = scene.sent().len();
    scene.run_all(20, &Spec::stream("x"));
    assert_eq!(scene.sends_since(from, "a"), 20, "the last time alone counts");
}

#[test]
fn a_call_may_ask_for_a_strategy() {
    let pools = json!([{ "group_name": "p", "models": ["x"], "routing_strategy": "least-busy" }]);
    let mut scene = pooled(pools, json!({ "fallbacks": [{ "y": ["x"] }] })).always("c", Reply::status(500));
    let asked =
        |model: &str| Spec::chat(model).with(json!({ "routing_strategy": "round-robin", "num_retries": 0 }));
    assert_eq!(strategy(&mut scene, &asked("x")), "round-robin");
    assert_eq!(strategy(&mut scene, &Spec::chat("x")), "least-busy");
    for _ in 0..10 {
        scene.ask(asked("y"));
    }
    let sent: Vec<_> = scene.sent().into_iter().filter(|id| *id != "c").collect();
    assert!(
        sent.len() == 10 && sent.windows(2).all(|two| two[0] != two[1]),
        "in the fallback, too: {sent:?}"
    );
}

#[test]
fn what_a_call_asks_for_is_prepared_from_then_on() {
    let prices = [("a", 9e-6), ("b", 1e-6)];
    let list = prices.map(|(id, price)| {
        deployment("chat", id, json!({ "input_cost_per_token": price, "output_cost_per_token": price }))
    });
    let mut scene = Scene::new(&with(list.to_vec(), json!({})));
    let by = |name: &str| Spec::chat("chat").with(json!({ "routing_strategy": name })).using(100, 100);
    scene.run_all(10, &by("cost-based-routing"));
    assert_eq!(scene.sends_since(0, "b"), 10);
    // What was used before the first call that asks for it was not counted.
    let from = scene.sent().len();
    scene.run_all(10, &by("usage-based-routing"));
    assert_eq!(["a", "b"].map(|id| scene.sends_since(from, id)), [5, 5]);
    let list = prices.map(|(id, _)| deployment("chat", id, json!({})));
    scene.adopt(&with(list.to_vec(), json!({}))).unwrap();
    let from = scene.sent().len();
    scene.run_all(10, &by("usage-based-routing"));
    assert_eq!(["a", "b"].map(|id| scene.sends_since(from, id)), [5, 5], "another config forgets nothing");
}
