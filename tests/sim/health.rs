//! Circuits and credentials: who is tried again and when, and what a stall is.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// Deployments of several groups that share one key.
fn sharing(groups: &[(&str, &str)], settings: Value) -> Scene {
    let one = |(group, id): &(&str, &str)| deployment(group, id, json!({ "api_key": "sk-shared-by-all" }));
    Scene::new(&with(groups.iter().map(one).collect(), settings))
}

#[test]
fn s61_after_a_bench_there_is_one_probe_at_a_time_until_a_success() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", slow_down("5"));
    scene.ask_chat();
    scene.assert_benched_until("a", 5_100);
    scene.advance(5_000);
    scene.now("a", Reply::ok().in_ms(1_000));
    let from = scene.sent().len();
    scene.run_at_once(10, &Spec::chat("chat"));
    assert_eq!((scene.sends_since(from, "a"), scene.sends_since(from, "b")), (1, 9));
    let from = scene.sent().len();
    scene.run_at_once(10, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(from, "a"), 10, "closed: all of them again");
}

#[test]
fn a_probe_that_fails_benches_for_twice_as_long() {
    let mut scene = Scene::in_order(&["a", "b"], json!({ "num_retries": 1 })).always("a", Reply::status(500));
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    let mut periods = Vec::new();
    for _ in 0..6 {
        let left = scene.benched_ms("a").unwrap();
        periods.push(left);
        scene.advance(left);
        assert_answered(&scene.ask_chat());
    }
    // A call takes a tenth of a second at `b` after `a` has said no.
    assert_eq!(periods.iter().map(|ms| ms.div_ceil(1_000)).collect::<Vec<_>>(), [5, 10, 20, 40, 60, 60]);
}

#[test]
fn a_probe_that_vanishes_is_followed_by_another() {
    let settings = json!({ "num_retries": 0, "timeout": 20 });
    let mut scene = Scene::in_order(&["a", "b"], settings).always("a", slow_down("5"));
    scene.ask_chat();
    scene.advance(5_000);
    scene.now("a", Reply::vanishes());
    scene.call(Spec::chat("chat"));
    scene.run();
    scene.now("a", Reply::ok());
    scene.ask_chat();
    assert_eq!(scene.sent().last(), Some(&"b"));
    scene.advance(20_000);
    scene.ask_chat();
    assert_eq!(scene.sent().last(), Some(&"a"));
}

#[test]
fn a_refused_key_benches_every_deployment_that_has_it() {
    let mut scene = sharing(&[("chat", "a"), ("chat", "b"), ("other", "c"), ("other", "d")], json!({}));
    ["a", "b", "c", "d"].iter().for_each(|id| scene.now(id, Reply::status(401)));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::Auth), 1));
    ["a", "b", "c", "d"].iter().for_each(|id| assert!(scene.benched_ms(id).is_some(), "{id}"));
    let outcome = scene.ask(Spec::chat("other"));
    assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::Auth), 0), "the real error");
}

#[test]
fn a_key_that_is_refused_elsewhere_keeps_no_only_deployment_from_telling_its_own_error() {
    let mut scene = sharing(&[("chat", "a"), ("chat", "b"), ("only", "c")], json!({}));
    scene.now("a", Reply::status(403));
    scene.now("b", Reply::status(403));
    scene.ask_chat();
    assert_answered(&scene.ask(Spec::chat("only")));
    assert_eq!(scene.benched_ms("a"), None, "a success frees the credential");
}

#[test]
fn a_missing_model_benches_the_deployment_alone() {
    let mut scene = sharing(&[("chat", "a"), ("chat", "b")], json!({}));
    scene.now("a", Reply::status(404));
    while scene.sends_since(0, "a") == 0 {
        assert_answered(&scene.ask_chat());
    }
    assert!(scene.benched_ms("a").is_some());
    scene.assert_not_benched("b");
}

#[test]
fn the_same_key_at_another_address_is_another_credential() {
    let elsewhere = json!({ "api_key": "sk-shared-by-all", "api_base": "https://elsewhere.example/v1" });
    let list = vec![
        deployment("chat", "a", json!({ "api_key": "sk-shared-by-all", "order": 1 })),
        deployment("chat", "b", elsewhere),
    ];
    let mut scene = Scene::new(&with(list, json!({}))).always("a", Reply::status(401));
    assert_answered(&scene.ask_chat());
    assert!(scene.benched_ms("a").is_some());
    scene.assert_not_benched("b");
}

#[test]
fn with_everybody_down_the_one_that_failed_first_may_be_tried() {
    let settings = json!({ "when_all_down": "least_recently_failed", "num_retries": 0 });
    let mut scene = Scene::in_order(&["a", "b"], settings);
    scene.now("a", slow_down("60"));
    scene.now("b", slow_down("60"));
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some() && scene.benched_ms("b").is_some());
    scene.now("a", Reply::ok());
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a"]);
}

#[test]
fn three_sends_that_wait_for_far_too_long_are_a_stall() {
    let mut scene = Scene::in_order(&["a", "b"], json!({ "num_retries": 0 }));
    scene.run_all(30, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(0, "a"), 30);
    scene.now("a", Reply::silent());
    for _ in 0..3 {
        scene.call(Spec::chat("chat"));
    }
    // Its answers take a tenth of a second.
    scene.advance(250);
    let from = scene.sent().len();
    scene.call(Spec::chat("chat"));
    assert_eq!(scene.sends_since(from, "a"), 1, "not yet: less than three times as long as usual");
    scene.advance(60);
    let from = scene.sent().len();
    assert_answered(&scene.ask_chat());
    assert_eq!(scene.sends_since(from, "b"), 1);
}

#[test]
fn where_nobody_else_is_left_a_stall_is_no_reason_to_refuse() {
    let mut scene = Scene::chat(&["a"], json!({ "num_retries": 0 }));
    scene.run_all(30, &Spec::chat("chat"));
    scene.now("a", Reply::silent());
    for _ in 0..3 {
        scene.call(Spec::chat("chat"));
    }
    scene.advance(1_000);
    scene.now("a", Reply::ok());
    assert_answered(&scene.ask_chat());
}

#[test]
fn s79_each_level_has_its_retries_and_then_the_fallbacks_come() {
    let mut list: Vec<Value> = ["a1", "a2", "a3"]
        .iter()
        .map(|id| deployment("chat", id, json!({ "order": 1 })))
        .chain(["b1", "b2"].iter().map(|id| deployment("chat", id, json!({ "order": 2 }))))
        .collect();
    list.push(deployment("backup", "c", json!({})));
    let settings = json!({ "num_retries": 1, "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&with(list, settings));
    ["a1", "a2", "a3", "b1", "b2"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    let levels: String = outcome.deployments().iter().map(|id| &id[..1]).collect();
    assert_eq!((levels.as_str(), outcome.fallbacks), ("aabbc", 1));
}

#[test]
fn a_stream_that_has_begun_lets_the_next_one_try() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", slow_down("5"));
    scene.ask_chat();
    scene.advance(5_000);
    scene.now("a", Reply::ok().words(100).gap_ms(1_000));
    let from = scene.sent().len();
    scene.call(Spec::stream("chat"));
    scene.call(Spec::stream("chat"));
    scene.advance(3_000);
    scene.call(Spec::stream("chat"));
    scene.advance(1);
    assert_eq!(scene.sent()[from..], ["a", "b", "a"]);
}

#[test]
fn a_probe_that_vanishes_keeps_others_away_no_longer_than_its_call_may_run() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", slow_down("5"));
    scene.ask_chat();
    scene.advance(5_000);
    scene.now("a", Reply::vanishes());
    scene.call(Spec::chat("chat").with(json!({ "deadlineMs": 2_000 })));
    scene.advance(1_999);
    assert!(scene.is_probed("a"));
    scene.advance(1);
    assert!(!scene.is_probed("a"));
}

#[test]
fn the_least_recently_failed_one_keeps_its_limits() {
    let settings =
        json!({ "when_all_down": "least_recently_failed", "limit_mode": "hard", "num_retries": 0 });
    for limit in [json!({ "rpm": 2 }), json!({ "max_parallel_requests": 1 })] {
        let list =
            vec![deployment("chat", "a", limit.clone()), deployment("chat", "b", json!({ "weight": 0 }))];
        let mut scene = Scene::new(&with(list, settings.clone()));
        scene.now("a", slow_down("60"));
        scene.ask(Spec::chat("a"));
        assert!(scene.benched_ms("a").is_some());
        scene.now("a", Reply::ok());
        let from = scene.sent().len();
        let made = scene.run_at_once(5, &Spec::chat("chat"));
        assert_eq!(scene.sends_since(from, "a"), 1, "{limit}");
        assert_eq!(made.iter().filter(|call| scene.seen(**call).is_answered()).count(), 1);
    }
}
