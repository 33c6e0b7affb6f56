//! Whose turn it is, by `round-robin`.

use serde_json::json;
use switchman::sim::{Reply, Spec};

use crate::strategies::{alike, scene};
use crate::support::{Scene, deployment, slow_down, with};

#[test]
fn round_robin_takes_turns_by_weight() {
    let mut scene = scene("round-robin", &[("a", json!({ "weight": 2 })), ("b", json!({}))], json!({}));
    scene.run_all(300, &Spec::chat("chat"));
    assert_eq!((scene.sends_since(0, "a"), scene.sends_since(0, "b")), (200, 100));
    assert!(scene.sent().windows(3).all(|three| three.contains(&"b")), "spread evenly");
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
    scene.now("b", slow_down("30"));
    scene.run_all(100, &Spec::chat("chat"));
    scene.now("b", Reply::ok());
    scene.advance(30_000);
    let from = scene.sent().len();
    scene.run_all(10, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(from, "b"), 5);
}

#[test]
fn round_robin_by_a_models_name_takes_turns_over_all_of_its_groups() {
    // `a` alone in its group, `b` and `c` in another one: three measures of whose turn it is.
    let one = |group: &str, id: &str, weight: u32| deployment(group, id, json!({ "weight": weight }));
    let list = vec![one("x", "a", 2), one("y", "b", 1), one("y", "c", 1)];
    let mut config = with(list, json!({}));
    config["routing_strategy"] = json!("round-robin");
    let mut scene = Scene::new(&config);
    let direct = Spec::chat("openai/gpt-4o").with(json!({ "specific_deployment": true }));
    scene.run_all(100, &direct);
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [50, 25, 25]);
    assert!(scene.sent().windows(4).all(|four| four.contains(&"b") && four.contains(&"c")), "spread evenly");
    // Calls to one of the groups take nobody's turn there, and theirs go on beside.
    scene.run_all(40, &Spec::chat("y"));
    let from = scene.sent().len();
    scene.run_all(100, &direct);
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(from, id)), [50, 25, 25]);
    let from = scene.sent().len();
    scene.run_all(40, &Spec::chat("y"));
    assert_eq!(["b", "c"].map(|id| scene.sends_since(from, id)), [20, 20]);
}

#[test]
fn round_robin_knows_weights_of_any_size() {
    for (heavy, light) in [(2e-6, 1e-6), (0.3, 0.2), (2e5, 1e5), (6e5, 4e5), (2e9, 1e9)] {
        let list = [("a", json!({ "weight": heavy })), ("b", json!({ "weight": light }))];
        let mut scene = scene("round-robin", &list, json!({}));
        scene.run_all(600, &Spec::chat("chat"));
        let share = scene.sends_since(0, "a") as f64 / 600.0;
        assert!((share - heavy / (heavy + light)).abs() < 0.005, "{heavy} beside {light}: {share}");
    }
}

#[test]
fn a_tiny_weight_alone_for_a_while_takes_no_turn_from_the_others() {
    let list = [("a", json!({ "weight": 2 })), ("b", json!({})), ("c", json!({ "weight": 1e-12 }))];
    let mut scene = scene("round-robin", &list, json!({}));
    ["a", "b"].iter().for_each(|id| scene.now(id, slow_down("30")));
    scene.run_all(20, &Spec::chat("chat"));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::ok()));
    scene.advance(60_000);
    let from = scene.sent().len();
    scene.run_all(300, &Spec::chat("chat"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(from, id)), [200, 100, 0]);
}
