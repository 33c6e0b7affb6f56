//! The host's word on where a call may move.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Guard, Reply, Spec};

use crate::support::{Scene, assert_answered, config};

/// `chat`, then `b`, then `c`, of one deployment each, under a host that is asked. The first two fail.
fn chain(settings: Value) -> Scene {
    let mut all = json!({ "num_retries": 0, "fallbacks": [{ "chat": ["b", "c"] }] });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let config = config(&[("chat", &["a1"]), ("b", &["b1"]), ("c", &["c1"])], all);
    Scene::hosted(&config, &json!({ "mayFallback": true })).always("a1", Reply::status(500))
}

fn ways() -> [Spec; 3] {
    [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()]
}

#[test]
fn the_host_is_asked_before_every_move_and_not_without_one() {
    for spec in ways() {
        let mut scene = chain(json!({})).always("b1", Reply::status(500));
        let outcome = scene.ask(spec.clone());
        assert_answered(&outcome);
        assert_eq!(outcome.asked, ["b", "c"]);
        assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["a1", "b1", "c1"], 2));
        scene.now("a1", Reply::ok());
        assert!(scene.ask(spec).asked.is_empty());
    }
}

#[test]
fn a_target_that_is_refused_is_passed_over_and_counts_for_nothing() {
    for spec in ways() {
        let mut scene = chain(json!({ "max_fallbacks": 1 }));
        scene.guard("b", Guard::Refuses);
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["a1", "c1"], 1));
    }
    let mut scene = chain(json!({}));
    ["b", "c"].iter().for_each(|name| scene.guard(name, Guard::Refuses));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::Unavailable), vec!["a1"]));
    assert_eq!(outcome.asked, ["b", "c"]);
}

#[test]
fn thinking_takes_time_and_silence_is_a_no() {
    let mut scene = chain(json!({}));
    scene.guard("b", Guard::AllowsAfter(700));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.deployments(), outcome.ms()), (vec!["a1", "b1"], Some(900)));

    for (guard, ms) in [(Guard::Silent, 1_200), (Guard::AllowsAfter(1_500), 1_200)] {
        let mut scene = chain(json!({}));
        scene.guard("b", guard);
        let outcome = scene.ask_chat();
        assert_eq!((outcome.deployments(), outcome.ms()), (vec!["a1", "c1"], Some(ms)));
        scene.run();
        assert_eq!(scene.router().running(), 0);
    }
}

#[test]
fn a_call_can_end_while_the_host_thinks() {
    let mut scene = chain(json!({}));
    scene.guard("b", Guard::Silent);
    let outcome = scene.ask(Spec::chat("chat").cancelled_after(300));
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Cancelled), Some(300)));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "deadline": 0.4 })));
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(400)));
}

#[test]
fn a_stream_that_is_gone_on_with_asks_too() {
    let config = config(
        &[("chat", &["a"]), ("b", &["b1"])],
        json!({ "fallbacks": [{ "chat": ["b"] }], "mid_stream": "restart", "num_retries": 0 }),
    );
    for (guard, ends) in [(Guard::AllowsAfter(50), true), (Guard::Refuses, false)] {
        let mut scene =
            Scene::hosted(&config, &json!({ "mayFallback": true })).always("a", Reply::cut_after(2));
        scene.guard("b", guard);
        let outcome = scene.ask(Spec::stream("chat").as_objects());
        assert_eq!((outcome.is_answered(), outcome.asked.len()), (ends, 1));
    }
}
