//! Who is picked where the strategy is another one than `simple-shuffle`.

use serde_json::{Value, json};
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, deployment, with};

/// A group `chat` of these deployments, by a strategy.
fn scene(strategy: &str, list: &[(&str, Value)], settings: Value) -> Scene {
    let list = list.iter().map(|(id, more)| deployment("chat", id, more.clone())).collect();
    let mut config = with(list, settings);
    config["routing_strategy"] = json!(strategy);
    Scene::new(&config)
}

fn alike(strategy: &str, ids: &[&str]) -> Scene {
    let list: Vec<_> = ids.iter().map(|id| (*id, json!({}))).collect();
    scene(strategy, &list, json!({}))
}

#[test]
fn round_robin_takes_turns_by_weight() {
    let mut scene = scene("round-robin", &[("a", json!({ "weight": 2 })), ("b", json!({}))], json!({}));
    scene.run_all(300, &Spec::chat("chat"));
    assert_eq!((scene.sends_since(0, "a"), scene.sends_since(0, "b")), (200, 100));
    assert!(scene.sent().windows(3).all(|three| three.iter().any(|id| *id == "b")), "spread evenly");
}

#[test]
fn round_robin_takes_turns_among_calls_at_once_too() {
    let mut scene = alike("round-robin", &["a", "b", "c"]);
    scene.run_at_once(99, &Spec::chat("chat"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [33, 33, 33]);
    assert!(scene.sent().chunks(3).all(|round| round[0] != round[1] && round[1] != round[2]));
}

#[test]
fn round_robin_makes_up_for_nothing_that_was_missed() {
    let mut scene = alike("round-robin", &["a", "b"]);
    scene.now("b", crate::support::slow_down("30"));
    scene.run_all(100, &Spec::chat("chat"));
    scene.now("b", Reply::ok());
    scene.advance(30_000);
    let from = scene.sent().len();
    scene.run_all(10, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(from, "b"), 5);
}

#[test]
fn s09_least_busy_draws_between_two_that_are_idle() {
    let mut scene = alike("least-busy", &["a", "b"]);
    scene.run_all(1_000, &Spec::chat("chat"));
    let share = scene.summary().share("a");
    assert!((0.45..=0.55).contains(&share), "{share}");
}

#[test]
fn s10_least_busy_passes_over_who_has_a_stream_open() {
    let mut scene = alike("least-busy", &["a", "b"]).always("a", Reply::ok().words(100).gap_ms(1_000));
    let long = loop {
        let call = scene.call(Spec::stream("chat").cancelled_after(50_000));
        scene.advance(1_000);
        if scene.sent().last() == Some(&"a") {
            break call;
        }
    };
    let from = scene.sent().len();
    for _ in 0..40 {
        scene.call(Spec::chat("chat"));
        scene.advance(500);
    }
    assert_eq!(scene.sends_since(from, "b"), 40);
    scene.run();
    assert!(!scene.seen(long).is_answered(), "it was cancelled");
    scene.now("a", Reply::ok());
    let from = scene.sent().len();
    scene.run_all(100, &Spec::chat("chat"));
    assert!(scene.sends_since(from, "a") > 30, "its place is free again");
}

#[test]
fn least_busy_spreads_what_is_made_at_once() {
    let mut scene = alike("least-busy", &["a", "b", "c"]);
    scene.run_at_once(99, &Spec::chat("chat"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [33, 33, 33]);
}

#[test]
fn explain_tells_what_a_strategy_went_by() {
    let mut scene =
        alike("least-busy", &["a", "b"]).always("a", Reply::silent()).always("b", Reply::silent());
    scene.call(Spec::chat("chat"));
    let busy = (*scene.sent().last().unwrap()).to_owned();
    let told = scene.explain(&Spec::chat("chat"));
    let decision = &told["decisions"][0];
    assert_eq!((&decision["strategy"], &decision["draw"]), (&json!("least-busy"), &Value::Null));
    for one in decision["candidates"].as_array().unwrap() {
        let is_busy = one["deployment"] == json!(busy);
        let found = (one["score"].as_f64(), one["share"].as_f64());
        assert_eq!(found, if is_busy { (Some(1.0), Some(0.0)) } else { (Some(0.0), Some(1.0)) });
    }
    assert!(told["text"].as_str().unwrap().contains("100 % (0 by least-busy)"), "{}", told["text"]);
}
