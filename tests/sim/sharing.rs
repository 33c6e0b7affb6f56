//! Several routers and one store: what they tell each other, and that it is never more than advice.

use serde_json::json;
use switchman::config::DeploymentIx;
use switchman::engine::Carries;
use switchman::sim::{Reply, Spec};

use crate::shelf::{ALL, Shelf, batches, due, isolate, sync};
use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

/// Two deployments of which `a` is taken while it may be used.
fn pair(tag: u64) -> Scene {
    isolate(Scene::in_order(&["a", "b"], json!({})), tag, ALL)
}

/// Lets the same time pass for both.
pub(crate) fn pass(scenes: [&mut Scene; 2], ms: u64) {
    scenes.into_iter().for_each(|scene| scene.advance(ms));
}

#[test]
fn a_bench_is_told_and_only_left_alone_while_others_may_be_used() {
    let (mut one, mut two, mut shelf) = (pair(1), pair(2), Shelf::default());
    one.now("a", slow_down("60"));
    one.ask_chat();
    sync(&mut one, &mut shelf);
    sync(&mut two, &mut shelf);
    assert_answered(&two.ask_chat());
    two.assert_sent(&["b"]);
    two.assert_not_benched("a");

    // With nobody else, advice is not taken.
    two.now("b", slow_down("60"));
    assert_answered(&two.ask_chat());
    assert_answered(&two.ask_chat());
    two.assert_sent(&["b", "b", "a", "a"]);
}

#[test]
fn a_bench_that_was_told_ends_by_itself_or_with_a_success() {
    let (mut one, mut two, mut shelf) = (pair(1), pair(2), Shelf::default());
    one.now("a", slow_down("10"));
    one.ask_chat();
    sync(&mut one, &mut shelf);
    sync(&mut two, &mut shelf);
    two.ask_chat();
    two.advance(10_000);
    two.ask_chat();
    two.assert_sent(&["b", "a"]);

    // Another bench, and one tries again as soon as it may.
    pass([&mut one, &mut two], 10_000);
    one.ask_chat();
    one.now("a", slow_down("60"));
    one.ask_chat();
    sync(&mut one, &mut shelf);
    sync(&mut two, &mut shelf);
    two.ask_chat();
    assert_eq!(two.sent().last(), Some(&"b"));
    one.now("a", Reply::ok());
    one.advance(60_000);
    one.ask_chat();
    assert_eq!(one.sent().last(), Some(&"a"));
    sync(&mut one, &mut shelf);
    two.advance(5_000);
    sync(&mut two, &mut shelf);
    two.ask_chat();
    assert_eq!(two.sent().last(), Some(&"a"), "a success closes for everyone, long before the bench is over");
}

#[test]
fn what_others_used_of_a_limit_is_told() {
    let list = |limit| {
        vec![
            deployment("chat", "a", json!({ "order": 1, "rpm": limit })),
            deployment("chat", "b", json!({ "order": 2 })),
        ]
    };
    let config = with(list(10), json!({ "limit_mode": "hard" }));
    let scene = |tag| isolate(Scene::new(&config), tag, ALL);
    let (mut one, mut two, mut shelf) = (scene(1), scene(2), Shelf::default());
    one.run_all(8, &Spec::chat("chat"));
    sync(&mut one, &mut shelf);
    sync(&mut two, &mut shelf);
    two.run_all(4, &Spec::chat("chat"));
    two.assert_sent(&["a", "a", "b", "b"]);

    // Both have counted ten by now, and neither counts its own ones twice.
    sync(&mut two, &mut shelf);
    pass([&mut one, &mut two], 5_000);
    sync(&mut one, &mut shelf);
    one.run_all(2, &Spec::chat("chat"));
    assert_eq!(one.sends_since(8, "b"), 2);

    // A minute later what was used counts no more, little by little.
    pass([&mut one, &mut two], 120_000);
    sync(&mut two, &mut shelf);
    let from = two.sent().len();
    two.run_all(10, &Spec::chat("chat"));
    assert_eq!(two.sends_since(from, "a"), 10);
}

#[test]
fn a_batch_that_was_given_up_is_not_taken_for_told() {
    let list = vec![deployment("chat", "a", json!({ "rpm": 10 }))];
    let config = with(list, json!({ "limit_mode": "hard" }));
    let scene = |tag| isolate(Scene::new(&config), tag, ALL);
    let (mut one, mut two, mut shelf) = (scene(1), scene(2), Shelf::default());
    one.run_all(3, &Spec::chat("chat"));
    for batch in batches(&mut one) {
        one.with_router(|router, _| router.drop_batch(batch));
    }
    assert_eq!(one.router().store_failures(), (0, 1));
    two.run_all(4, &Spec::chat("chat"));
    sync(&mut two, &mut shelf);
    sync(&mut one, &mut shelf);
    let now = one.with_router(|_, now| now);
    let usage = &one.router().state().health(DeploymentIx(0)).unwrap().usage;
    assert_eq!((usage.own(now).requests, usage.at(now).requests), (3, 7));
}

#[test]
fn times_are_told_to_who_has_none() {
    let (mut one, mut two, mut shelf) = (pair(1), pair(2), Shelf::default());
    one.now("a", Reply::ok().in_ms(700));
    one.run_all(30, &Spec::chat("chat"));
    sync(&mut one, &mut shelf);
    sync(&mut two, &mut shelf);
    let usual =
        |scene: &Scene| scene.router().state().health(DeploymentIx(0)).unwrap().answers.percentile(95);
    assert_eq!(usual(&two), Some(700));
    two.run_all(20, &Spec::chat("chat"));
    assert_eq!(usual(&two), Some(100), "its own count more");
}

#[test]
fn only_what_a_store_carries_is_asked_for_and_told() {
    let list =
        vec![deployment("chat", "a", json!({ "rpm": 100 })), deployment("chat", "b", json!({ "rpm": 100 }))];
    let config = with(list, json!({ "limit_mode": "hard" }));
    let facets = |carries: Carries| {
        let mut scene = isolate(Scene::new(&config), 1, carries);
        scene.now("a", slow_down("60"));
        scene.run_all(40, &Spec::chat("chat"));
        let keys: Vec<String> = due(&mut scene)
            .into_iter()
            .flatten()
            .flat_map(|one| one.keys().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let told: Vec<String> =
            batches(&mut scene).into_iter().flat_map(|batch| batch.ops).map(|op| op.key).collect();
        let has = |keys: &[String], facet: &str| keys.iter().any(|key| key.contains(facet));
        ["/cool", "/req/", "/tok/in/", "/tok/out/", "/lat"]
            .map(|facet| (has(&keys, facet), has(&told, facet)))
    };
    let none = Carries::default();
    let (yes, no) = ((true, true), (false, false));
    assert_eq!(facets(ALL), [yes; 5]);
    assert_eq!(facets(none), [no; 5]);
    assert_eq!(facets(Carries { cool: true, ..none }), [yes, no, no, no, no]);
    assert_eq!(facets(Carries { usage: true, ..none }), [no, yes, yes, yes, no]);
    assert_eq!(facets(Carries { latency: true, ..none }), [no, no, no, no, yes]);
}

#[test]
fn keys_hold_the_version_the_name_and_the_id() {
    let scene = Scene::hosted(&config(&[("chat", &["a"])], json!({})), &json!({ "storeName": "shop-1" }));
    let mut scene = isolate(scene, 1, ALL);
    let keys: Vec<String> = due(&mut scene)
        .unwrap()
        .iter()
        .flat_map(|one| one.keys().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(keys, ["sw1/shop-1/a/cool", "sw1/shop-1/a/lat"]);
    assert_eq!(due(&mut pair(1)).unwrap()[1].keys().next(), Some("sw1/default/b/cool"));
}

#[test]
fn s101_what_is_kept_and_told_is_bounded_by_the_deployments() {
    let ids: Vec<String> = (0..10).map(|number| format!("d{number}")).collect();
    let list = ids.iter().map(|id| deployment("chat", id, json!({ "rpm": 100_000 }))).collect();
    let config = with(list, json!({ "limit_mode": "hard" }));
    let mut scene = isolate(Scene::new(&config), 1, ALL);
    let mut size = |calls| {
        scene.run_open_loop(calls, 20, &Spec::chat("chat"));
        // Nobody has told the store anything meanwhile.
        let (ops, saved) = (batches(&mut scene), scene.with_router(|router, now| router.export(now).len()));
        (ops.iter().map(|batch| batch.ops.len()).sum::<usize>(), saved)
    };
    size(1_200);
    let (first, second) = (size(600), size(600));
    assert!(first.0 <= 70 && second.0 <= 70, "{first:?} {second:?}");
    assert!(second.1 <= first.1 + 500 && second.1 <= 30_000, "{first:?} {second:?}");
}

#[test]
fn s102_a_request_that_vanishes_takes_nothing_with_it() {
    let mut scene = pair(1);
    scene.now("a", Reply::vanishes());
    scene.call(Spec::chat("chat"));
    scene.advance(1_000);
    // It was also the one that was talking to the store.
    assert!(due(&mut scene).is_some());
    scene.with_router(|router, _| router.flushing(true));
    scene.now("a", slow_down("60"));
    scene.ask_chat();
    assert!(due(&mut scene).is_none() && !scene.router().is_flush_due());
    scene.advance(31_000);
    scene.ask_chat();
    assert!(due(&mut scene).is_some() && scene.router().is_flush_due());
    // Between two calls a slot ages ten seconds at most.
    for _ in 0..100 {
        scene.advance(9_000);
        assert_answered(&scene.ask_chat());
    }
    assert_eq!(scene.router().running(), 0);
}

#[test]
fn s104_a_store_that_fails_leaves_each_to_itself() {
    let mut scene = pair(1);
    scene.now("a", slow_down("60"));
    for _ in 0..20 {
        assert_answered(&scene.ask_chat());
        if due(&mut scene).is_some() {
            scene.with_router(|router, _| router.not_loaded());
        }
        for batch in batches(&mut scene) {
            scene.with_router(|router, _| router.drop_batch(batch));
        }
        scene.advance(1_000);
    }
    assert_eq!((scene.sends_since(0, "a"), scene.sends_since(0, "b")), (1, 20));
    assert!(scene.router().store_failures().0 >= 3 && scene.router().store_failures().1 >= 1);
}
