//! Who is picked: weights, limits in their place, and order levels.

use serde_json::{Value, json};
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// The share of `a` when so many calls go to `a` and `b`.
fn share_of_a(calls: usize, a: Value, b: Value) -> f64 {
    let mut scene =
        Scene::new(&with(vec![deployment("chat", "a", a), deployment("chat", "b", b)], json!({})));
    scene.run_all(calls, &Spec::chat("chat"));
    assert_eq!(scene.summary().answered, calls);
    scene.summary().share("a")
}

#[test]
fn s01_weights_split_nine_to_one() {
    let share = share_of_a(10_000, json!({ "weight": 9 }), json!({ "weight": 1 }));
    assert!((0.89..=0.91).contains(&share), "{share}");
}

#[test]
fn s01_weights_split_calls_that_are_made_at_once_too() {
    let list = vec![
        deployment("chat", "a", json!({ "weight": 9 })),
        deployment("chat", "b", json!({ "weight": 1 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    scene.run_at_once(10_000, &Spec::chat("chat"));
    let share = scene.summary().share("a");
    assert!((0.89..=0.91).contains(&share), "{share}");
}

#[test]
fn s02_a_missing_weight_is_one() {
    let share = share_of_a(4_000, json!({ "weight": 1 }), json!({}));
    assert!((0.47..=0.53).contains(&share), "{share}");
    let share = share_of_a(4_000, json!({ "weight": 3 }), json!({}));
    assert!((0.72..=0.78).contains(&share), "{share}");
}

#[test]
fn s03_a_weight_of_zero_drains() {
    let share = share_of_a(1_000, json!({ "weight": 0 }), json!({}));
    assert!(share == 0.0, "{share}");
}

#[test]
fn a_drained_deployment_is_no_refuge_either() {
    let list = vec![deployment("chat", "a", json!({ "weight": 0 })), deployment("chat", "b", json!({}))];
    let mut scene = Scene::new(&with(list, json!({}))).always("b", Reply::status(500));
    scene.run_all(50, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(0, "a"), 0);
    assert_eq!(scene.summary().faults["InternalServerError"], 50);
}

#[test]
fn s04_rpm_stands_in_for_weights() {
    let share = share_of_a(10_000, json!({ "rpm": 900 }), json!({ "rpm": 10 }));
    assert!((0.984..=0.994).contains(&share), "{share}");
}

#[test]
fn s05_a_limit_that_only_one_has_draws_no_traffic_to_it() {
    let share = share_of_a(4_000, json!({ "rpm": 900 }), json!({}));
    assert!((0.47..=0.53).contains(&share), "{share}");
}

#[test]
fn s07_the_lowest_order_level_serves_until_it_is_benched() {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1 })),
        deployment("chat", "b", json!({ "order": 2 })),
        deployment("chat", "c", json!({})),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    scene.run_all(20, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(0, "a"), 20);

    scene.now("a", slow_down("10"));
    assert_eq!(scene.ask_chat().deployments(), ["a", "b"]);
    assert_eq!(scene.ask_chat().deployments(), ["b"]);

    scene.now("b", slow_down("10"));
    assert_eq!(scene.ask_chat().deployments(), ["b", "c"]);
    assert_eq!(scene.ask_chat().deployments(), ["c"]);

    scene.now("a", Reply::ok());
    scene.advance(10_000);
    assert_eq!(scene.ask_chat().deployments(), ["a"]);
}

#[test]
fn s08_weights_decide_inside_a_level() {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1, "weight": 3 })),
        deployment("chat", "b", json!({ "order": 1, "weight": 1 })),
        deployment("chat", "c", json!({ "order": 2, "weight": 1_000 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    scene.run_all(4_000, &Spec::chat("chat"));
    let summary = scene.summary();
    assert_eq!(summary.sends["c"], 0);
    assert!((0.72..=0.78).contains(&summary.share("a")), "{summary:#?}");
}

#[test]
fn an_embedding_is_routed_like_a_chat() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).first("a", [Reply::status(503)]);
    let outcome = scene.ask(Spec::embedding("chat"));
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a", "b"]);
}
