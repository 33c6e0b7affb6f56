//! `adaptive`: whose answers callers like.

use serde_json::{Value, json};
use switchman::base::rng::Rng;
use switchman::sim::Spec;

use crate::support::{Scene, config, seed};

fn settings() -> Value {
    json!({ "routing_strategy": "adaptive" })
}

/// Makes calls, and gives each answer a score: 1 as often as the deployment is liked, else 0.
fn run(scene: &mut Scene, calls: usize, liked: impl Fn(&str) -> f64) {
    for _ in 0..calls {
        let call = scene.complete(Spec::chat("chat"));
        let to = scene.sent().last().unwrap().to_string();
        let score = f64::from(Rng::for_call(seed() + 77, call.0 as u64).unit() < liked(&to));
        assert!(scene.with_router(|router, _| router.feedback(call.0 as u64, score)));
    }
}

fn share(scene: &Scene, from: usize, id: &str) -> f64 {
    scene.sends_since(from, id) as f64 / (scene.sent().len() - from) as f64
}

#[test]
fn most_calls_go_to_who_is_liked_and_that_may_change() {
    let mut scene = Scene::chat(&["a", "b", "c"], settings());
    run(&mut scene, 300, |id| if id == "a" { 0.9 } else { 0.5 });
    let from = scene.sent().len();
    run(&mut scene, 300, |id| if id == "a" { 0.9 } else { 0.5 });
    assert!(share(&scene, from, "a") > 0.8, "{}", share(&scene, from, "a"));
    run(&mut scene, 400, |id| if id == "b" { 0.9 } else { 0.4 });
    let from = scene.sent().len();
    run(&mut scene, 300, |id| if id == "b" { 0.9 } else { 0.4 });
    assert!(share(&scene, from, "b") > 0.75, "{}", share(&scene, from, "b"));
}

#[test]
fn without_feedback_everybody_is_drawn_alike_and_the_same_seed_draws_the_same() {
    let sent = |seed| {
        let mut scene = Scene::seeded(&config(&[("chat", &["a", "b", "c", "d"])], settings()), seed);
        scene.run_all(800, &Spec::chat("chat"));
        for id in ["a", "b", "c", "d"] {
            assert!((150..=250).contains(&scene.sends_since(0, id)), "{id}: {}", scene.sends_since(0, id));
        }
        scene.sent().join("")
    };
    assert_eq!(sent(1), sent(1));
    assert_ne!(sent(1), sent(2));
}

#[test]
fn a_score_counts_once_and_only_for_the_last_calls() {
    let mut scene = Scene::chat(&["a", "b"], settings());
    let rate = |scene: &mut Scene, call: u64| scene.with_router(|router, _| router.feedback(call, 1.0));
    assert!(!rate(&mut scene, 0), "no call has been made");
    scene.run_all(2, &Spec::chat("chat"));
    assert!(rate(&mut scene, 0) && !rate(&mut scene, 0));
    scene.run_all(4_096, &Spec::chat("chat"));
    assert!(!rate(&mut scene, 1), "too many have been made since");
    assert!(rate(&mut scene, 2));
    let mut other = Scene::chat(&["a", "b"], json!({}));
    other.ask_chat();
    assert!(!rate(&mut other, 0), "nothing goes by it");
}

#[test]
fn scores_survive_a_restart_and_are_told() {
    let mut old = Scene::chat(&["a", "b"], settings());
    run(&mut old, 200, |id| if id == "a" { 1.0 } else { 0.0 });
    let bytes = old.with_router(|router, now| router.export(now));
    let mut new = Scene::chat(&["a", "b"], settings());
    new.with_router(|router, now| router.import(now, &bytes)).unwrap();
    new.run_all(100, &Spec::chat("chat"));
    assert!(share(&new, 0, "a") > 0.9, "{}", share(&new, 0, "a"));
    let told = new.snapshot();
    let expected = |at: usize| told["deployments"][at]["feedback"]["expected"].as_f64().unwrap();
    assert!(expected(0) > 0.95 && expected(1) < 0.5, "{told}");
    let decision = new.explain(&Spec::chat("chat"));
    let candidates = &decision["decisions"][0]["candidates"];
    let number = |at: usize, name: &str| candidates[at][name].as_f64().unwrap();
    assert!(number(0, "share") > 0.9 && number(0, "score") < number(1, "score"), "{candidates}");
}
