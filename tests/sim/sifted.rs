//! The host's word on whom of a target it leaves.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Ranker, Reply, Sifter, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

/// `chat` of three under a host that is asked whom it leaves, and `b` behind it.
fn asked(sifter: Sifter, settings: Value) -> Scene {
    let mut list: Vec<Value> = ["x", "y", "z"].iter().map(|id| deployment("chat", id, json!({}))).collect();
    list.push(deployment("b", "b1", json!({})));
    let mut scene = Scene::hosted(&with(list, settings), &json!({ "filterDeployments": true }));
    scene.sifter(sifter);
    scene
}

#[test]
fn the_host_leaves_whom_it_wants_once_for_each_target() {
    let settings = json!({ "fallbacks": [{ "chat": ["b"] }], "num_retries": 5 });
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        let mut scene = asked(Sifter::Leaves(&["y", "z", "b1"]), settings.clone());
        for id in ["y", "z"] {
            scene.now(id, Reply::status(500));
        }
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_eq!(outcome.asked, ["filter x y z", "filter b1"]);
        assert!(!outcome.deployments().contains(&"x"), "{outcome:#?}");
        assert_eq!(outcome.deployments().last(), Some(&"b1"));
    }
}

#[test]
fn a_host_that_leaves_nobody_is_told_of_and_led_on_from() {
    let mut alone = asked(Sifter::Leaves(&[]), json!({}));
    let fault = alone.ask_chat().fault().unwrap().clone();
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::NoDeployment, Some("filtered")));
    assert!(fault.message.contains("x was taken out by `filterDeployments`"), "{}", fault.message);
    let mut led = asked(Sifter::Leaves(&["b1"]), json!({ "fallbacks": [{ "chat": ["b"] }] }));
    let outcome = led.ask_chat();
    assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["b1"], 1));
    // One that is named is looked at, too.
    assert_eq!(led.ask(Spec::chat("x")).asked, ["filter x", "filter b1"]);
}

#[test]
fn one_that_is_named_is_looked_at_though_it_is_drained() {
    let list = vec![deployment("chat", "x", json!({ "weight": 0 })), deployment("chat", "y", json!({}))];
    let mut scene = Scene::hosted(&with(list, json!({})), &json!({ "filterDeployments": true }));
    scene.sifter(Sifter::Leaves(&["y"]));
    let outcome = scene.ask(Spec::chat("x"));
    assert_eq!((outcome.deployments(), outcome.asked.len()), (vec![], 1));
    assert_eq!(outcome.fault().unwrap().code.as_deref(), Some("filtered"));
    scene.sifter(Sifter::Leaves(&["x", "y"]));
    assert_eq!(scene.ask(Spec::chat("x")).deployments(), ["x"]);
    // Of a group it is not shown.
    assert_eq!(scene.ask_chat().asked, ["filter y"]);
}

#[test]
fn a_host_that_fails_or_is_silent_is_as_if_absent() {
    for (sifter, ms) in
        [(Sifter::Fails, 0), (Sifter::Silent, 1_000), (Sifter::LeavesAfter(5_000, &[]), 1_000)]
    {
        let mut scene = asked(sifter, json!({}));
        scene.listen(true);
        let outcome = scene.ask_chat();
        assert_answered(&outcome);
        assert_eq!(outcome.attempts[0].began_ms - outcome.began_ms.unwrap(), ms);
        let events = scene.take_events();
        let failed: Vec<&Value> = events.iter().filter(|one| one["type"] == "hook_failed").collect();
        assert_eq!(failed.len(), 1, "{events:#?}");
        assert_eq!(
            (&failed[0]["hook"], &failed[0]["model_group"]),
            (&json!("filterDeployments"), &json!("chat"))
        );
    }
}

#[test]
fn the_state_is_looked_at_anew_when_the_host_has_answered() {
    let mut scene = asked(Sifter::LeavesAfter(500, &["x", "y"]), json!({}));
    let call = scene.call(Spec::chat("chat"));
    scene.advance(100);
    scene.set_health("x", false).unwrap();
    scene.run();
    assert_eq!(scene.seen(call).deployments(), ["y"]);
    // A deployment that was taken out of the router meanwhile is not sent to.
    let call = scene.call(Spec::chat("chat"));
    scene.advance(100);
    let left = with(vec![deployment("chat", "x", json!({}))], json!({}));
    scene.adopt(&left).unwrap();
    scene.set_health("x", true).unwrap();
    scene.run();
    assert_eq!(scene.seen(call).deployments(), ["x"]);
}

#[test]
fn a_deadline_ends_a_call_that_waits_for_the_host() {
    let mut scene = asked(Sifter::Silent, json!({ "deadline": 0.4 }));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(400)));
    let mut scene = asked(Sifter::Silent, json!({}));
    let outcome = scene.ask(Spec::chat("chat").cancelled_after(300));
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Cancelled), Some(300)));
}

#[test]
fn a_host_that_fails_ends_the_call_where_it_is_a_guard() {
    let host = json!({
        "filterDeployments": true, "customRoutingStrategy": true, "hookFailure": "closed",
    });
    let settings = json!({ "fallbacks": [{ "chat": ["b"] }], "routing_strategy": "custom" });
    let list = vec![deployment("chat", "x", json!({})), deployment("b", "b1", json!({}))];
    let config = with(list, settings);
    for sifter in [Sifter::Fails, Sifter::Silent] {
        let mut scene = Scene::hosted(&config, &host);
        scene.sifter(sifter);
        scene.listen(true);
        let outcome = scene.ask(Spec::chat("chat").with(json!({ "priority": 0 })));
        let fault = outcome.fault().unwrap();
        assert_eq!((fault.kind, fault.param.as_deref()), (FaultKind::Hook, Some("filterDeployments")));
        assert_eq!((outcome.attempts.len(), outcome.fallbacks), (0, 0), "nothing is sent, nor moved to");
        assert_eq!(scene.take_events().iter().filter(|one| one["type"] == "hook_failed").count(), 1);
    }
    let mut scene = Scene::hosted(&config, &host);
    scene.sifter(Sifter::Leaves(&["x", "b1"]));
    scene.ranker("chat", Ranker::Fails);
    let fault = scene.ask_chat().fault().unwrap().clone();
    assert_eq!((fault.kind, fault.param.as_deref()), (FaultKind::Hook, Some("customRoutingStrategy")));
    // After a failure of the provider it is told as well: the hook's word is missing still.
    scene.ranker("chat", Ranker::picks("x"));
    scene.ranker("b", Ranker::Fails);
    scene.now("x", Reply::status(500));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.deployments().last()), (Some(FaultKind::Hook), Some(&"x")));
    // Who leaves nobody has not failed.
    scene.sifter(Sifter::Leaves(&[]));
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::NoDeployment));
}
