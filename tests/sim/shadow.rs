//! Copies of calls that go to another group, whose answers are thrown away.

use serde_json::{Value, json};
use switchman::sim::{Outcome, Ranker, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

/// A deployment `a` of `chat` whose calls are copied to `next`, where `n` is.
fn config(silent: Value, settings: Value) -> Value {
    let list = vec![
        deployment("chat", "a", silent),
        deployment("next", "n", json!({ "rpm": 1_000 })),
        deployment("other", "o", json!({})),
    ];
    with(list, settings)
}

fn scene() -> Scene {
    Scene::new(&config(json!({ "silent_model": "next" }), json!({})))
}

fn shadows(scene: &Scene) -> Vec<Outcome> {
    scene.outcomes().filter(|one| one.shadow_of.is_some()).cloned().collect()
}

fn counts(scene: &mut Scene) -> Value {
    scene.snapshot()["router"]["shadows"].clone()
}

#[test]
fn a_copy_goes_to_the_silent_model_and_touches_nothing() {
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::embedding("chat")] {
        let mut scene = scene();
        let call = scene.call(spec.clone());
        scene.run();
        let outcome = scene.seen(call);
        assert_answered(&outcome);
        assert_eq!(outcome.deployments(), ["a"]);
        let copies = shadows(&scene);
        assert_eq!((copies.len(), copies[0].shadow_of, copies[0].deployments()), (1, Some(call), vec!["n"]));
        let told = counts(&mut scene);
        assert_eq!((&told["begun"], &told["answered"], &told["skipped"]), (&json!(1), &json!(1), &json!(0)));
    }
}

#[test]
fn a_shadow_that_fails_or_hangs_is_given_up_and_the_call_does_not_know() {
    let mut scene = scene().always("n", Reply::status(500));
    let call = scene.call(Spec::chat("chat"));
    scene.run();
    assert_eq!(scene.seen(call).ms(), Some(100));
    assert_eq!(shadows(&scene)[0].deployments(), ["n"], "it is not tried again");
    scene.now("n", Reply::silent());
    let call = scene.call(Spec::chat("chat"));
    scene.run();
    assert_eq!(scene.seen(call).ms(), Some(100));
    let copies = shadows(&scene);
    assert_eq!((copies[1].ms(), copies[1].aborted.len()), (Some(60_000), 1));
    assert_eq!(counts(&mut scene)["failed"], 2);
    assert_eq!(scene.with_router(|router, _| router.running()), 0);
}

#[test]
fn events_and_costs_are_told_apart() {
    let list = [("chat", "a", 3e-6), ("next", "n", 1e-6)].map(|(group, id, rate)| {
        let silent = if id == "a" { json!("next") } else { Value::Null };
        deployment(
            group,
            id,
            json!({ "input_cost_per_token": rate, "output_cost_per_token": rate, "silent_model": silent }),
        )
    });
    let mut scene = Scene::new(&with(list.to_vec(), json!({})));
    scene.listen(true);
    scene.call(Spec::chat("chat"));
    scene.run();
    let events = scene.take_events();
    let ends: Vec<_> = events.iter().filter(|event| event["type"] == "request_end").collect();
    let of = |event: &Value| (event.get("shadow_of").cloned(), event["response_cost"].clone());
    let own = ends.iter().find(|event| event["call_id"] == 0).unwrap();
    let copy = ends.iter().find(|event| event["call_id"] == 1).unwrap();
    assert_eq!((of(own), of(copy)), ((None, json!(0.000045)), (Some(json!(0)), json!(0.000015))));
    let is_marked = |event: &&Value| event["call_id"] == 1 && event.get("shadow_of").is_none();
    assert!(!events.iter().any(|event| is_marked(&event)), "every event of a shadow says so");
    assert_eq!(counts(&mut scene)["cost_usd"], json!(0.000015));
    let metrics = scene.with_router(|router, now| router.metrics(now));
    let requests =
        metrics.lines().find(|line| line.starts_with("switchman_requests_total{") && line.contains("next"));
    assert!(requests.is_none_or(|line| line.ends_with(" 0")), "nobody has asked for it: {requests:?}");
}

#[test]
fn a_share_of_the_calls_is_copied_and_a_list_names_several() {
    let silent = json!({ "silent_model": ["next", "other"], "silent_share": 0.25 });
    let mut scene = Scene::new(&config(silent, json!({})));
    for _ in 0..400 {
        scene.call(Spec::chat("chat"));
        scene.run();
    }
    for id in ["n", "o"] {
        let copied = scene.sends_since(0, id);
        assert!((70..=130).contains(&copied), "{id}: {copied}");
    }
    assert_eq!(counts(&mut scene)["skipped"], 0);
}

#[test]
fn a_shadow_is_not_copied_itself_nor_is_a_retry() {
    let list = vec![
        deployment("chat", "a", json!({ "silent_model": "next", "order": 1 })),
        deployment("chat", "b", json!({ "silent_model": "next", "order": 2 })),
        deployment("next", "n", json!({ "silent_model": "chat" })),
    ];
    let mut scene = Scene::new(&with(list, json!({}))).always("a", Reply::status(500));
    let call = scene.call(Spec::chat("chat"));
    scene.run();
    assert_eq!(scene.seen(call).deployments(), ["a", "b"]);
    assert_eq!((scene.sends_since(0, "n"), shadows(&scene).len()), (1, 1));
}

#[test]
fn the_retry_budget_is_left_alone() {
    let tokens = |scene: &mut Scene| scene.snapshot()["groups"][1]["retry_tokens"].clone();
    let mut scene = scene().always("n", Reply::status(500));
    let before = tokens(&mut scene);
    for _ in 0..30 {
        scene.call(Spec::chat("chat"));
        scene.run();
    }
    assert_eq!(tokens(&mut scene), before);
}

#[test]
fn so_many_run_at_once_and_nobody_waits_for_a_place() {
    let mut scene = scene().always("n", Reply::silent());
    scene.run_at_once(50, &Spec::chat("chat"));
    let told = counts(&mut scene);
    assert_eq!((&told["begun"], &told["skipped"]), (&json!(16), &json!(34)));
    let full = deployment("next", "n", json!({ "max_parallel_requests": 1 }));
    let list = vec![deployment("chat", "a", json!({ "silent_model": "next" })), full];
    let mut scene = Scene::new(&with(list, json!({ "default_priority": 0 })));
    scene.run_at_once(5, &Spec::chat("chat"));
    let told = counts(&mut scene);
    assert_eq!((&told["begun"], &told["skipped"], &told["failed"]), (&json!(1), &json!(4), &json!(0)));
    assert_eq!(scene.with_router(|router, _| router.running()), 0);
}

#[test]
fn the_allow_list_holds_for_shadows_and_a_host_with_few_connections_is_spared() {
    let silent = || config(json!({ "silent_model": ["next", "other"] }), json!({}));
    let mut scene = Scene::hosted(&silent(), &json!({ "allowedModels": ["chat", "other"] }));
    scene.call(Spec::chat("chat"));
    scene.run();
    assert_eq!((scene.sends_since(0, "n"), scene.sends_since(0, "o")), (0, 1));
    assert_eq!(counts(&mut scene)["skipped"], 1);
    let mut worker = Scene::hosted(&silent(), &json!({ "subrequests": 45 }));
    worker.run_at_once(4, &Spec::chat("chat"));
    assert_eq!(worker.sent().len(), 4 + 3, "no copy is made while five wait for their heads");
}

#[test]
fn what_is_mocked_is_not_copied() {
    let mut scene = scene();
    scene.call(Spec::chat("chat").with(json!({ "mock_response": "Hi" })));
    scene.run();
    assert_eq!(scene.sends_since(0, "n"), 0);
}

#[test]
fn the_host_is_not_asked_for_a_shadow() {
    let list = ["a", "n"].map(|id| {
        let group = if id == "a" { "chat" } else { "next" };
        deployment(group, id, if id == "a" { json!({ "silent_model": "next" }) } else { json!({}) })
    });
    let config = with(list.to_vec(), json!({ "routing_strategy": "custom" }));
    let mut scene = Scene::hosted(&config, &json!({ "customRoutingStrategy": true }));
    scene.ranker("chat", Ranker::picks("a"));
    scene.call(Spec::chat("chat"));
    scene.run();
    let copies = shadows(&scene);
    assert_eq!((copies.len(), copies[0].deployments()), (1, vec!["n"]));
    assert!(copies[0].ranked.is_empty());
}
