//! Other deployments and other settings while calls run.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

fn chat(ids: &[&str], settings: Value) -> Value {
    config(&[("chat", ids)], settings)
}

/// Two deployments with a key each, so many times rotated.
fn rotated(turn: usize) -> Value {
    let list = ["a", "b"].map(|id| deployment("chat", id, json!({ "api_key": format!("sk-{id}-{turn}") })));
    with(list.to_vec(), json!({}))
}

#[test]
fn s38_a_new_key_starts_clean() {
    let mut scene = Scene::new(&rotated(0)).always("a", Reply::status(401));
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    scene.now("a", Reply::ok());
    scene.adopt(&rotated(0)).unwrap();
    assert!(scene.benched_ms("a").is_some(), "nothing was rotated");
    scene.adopt(&rotated(1)).unwrap();
    scene.assert_not_benched("a");
    let from = scene.sent().len();
    (0..40).for_each(|_| assert_answered(&scene.ask_chat()));
    assert!(scene.sends_since(from, "a") > 5);
}

#[test]
fn s38_a_deployment_keeps_its_bench_when_its_key_is_rotated() {
    let mut scene = Scene::new(&rotated(0)).always("a", slow_down("60"));
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    let left = scene.benched_ms("a");
    scene.adopt(&rotated(1)).unwrap();
    assert_eq!(scene.benched_ms("a"), left);
}

#[test]
fn a_credential_that_others_have_too_keeps_what_was_learnt_of_it() {
    let shared = json!({ "api_key": "sk-shared" });
    let all = |ids: &[&str]| {
        let list = ids.iter().map(|id| deployment("chat", id, shared.clone()));
        with(list.chain([deployment("chat", "z", json!({}))]).collect(), json!({}))
    };
    let mut scene = Scene::new(&all(&["a", "b", "c"])).always("a", Reply::status(401));
    while scene.benched_ms("b").is_none() {
        scene.ask_chat();
    }
    // The one that told of it is gone, and the others come in another order.
    scene.adopt(&all(&["c", "b"])).unwrap();
    assert!(scene.benched_ms("b").is_some() && scene.benched_ms("c").is_some());
    scene.assert_not_benched("z");
}

#[test]
fn another_model_or_address_under_the_same_id_starts_anew() {
    let of = |model: &str| {
        let a = deployment("chat", "a", json!({ "model": model }));
        with(vec![a, deployment("chat", "b", json!({}))], json!({}))
    };
    let mut scene = Scene::new(&of("openai/wrong")).always("a", Reply::status(404));
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    scene.adopt(&of("openai/right")).unwrap();
    scene.assert_not_benched("a");
}

#[test]
fn the_order_of_the_list_means_nothing_to_what_was_learnt() {
    let mut scene = Scene::chat(&["a", "b", "c"], json!({})).always("b", slow_down("60"));
    while scene.benched_ms("b").is_none() {
        scene.ask_chat();
    }
    scene.adopt(&chat(&["c", "x", "b", "a"], json!({}))).unwrap();
    assert!(scene.benched_ms("b").is_some());
    ["a", "c", "x"].iter().for_each(|id| scene.assert_not_benched(id));
}

#[test]
fn a_call_that_runs_is_answered_by_the_deployment_that_was_taken_out() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::ok().in_ms(500));
    let call = scene.call(Spec::chat("chat"));
    scene.advance(100);
    scene.adopt(&chat(&["b"], json!({}))).unwrap();
    assert_answered(&scene.ask_chat());
    scene.run();
    let outcome = scene.seen(call);
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a"]);
    scene.assert_sent(&["a", "b"]);
}

#[test]
fn nothing_more_is_sent_to_a_deployment_that_was_taken_out() {
    for model in ["chat", "a"] {
        let mut scene = Scene::chat(&["a", "b"], json!({ "num_retries": 5 }))
            .always("a", Reply::status(500).in_ms(500))
            .always("b", Reply::status(500).in_ms(500));
        let call = scene.call(Spec::chat(model));
        scene.advance(100);
        scene.adopt(&chat(&["c"], json!({}))).unwrap();
        scene.run();
        let outcome = scene.seen(call);
        assert_eq!(outcome.attempts.len(), if model == "a" { 1 } else { 2 }, "{model}: {outcome:#?}");
        assert!(!outcome.is_answered() || outcome.deployments().last() == Some(&"c"));
    }
}

#[test]
fn a_list_may_begin_empty_and_end_so() {
    let empty = json!({ "model_list": [] });
    let mut scene = Scene::new(&empty);
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::UnknownModel));
    scene.adopt(&chat(&["a"], json!({}))).unwrap();
    assert_answered(&scene.ask_chat());
    scene.adopt(&empty).unwrap();
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::UnknownModel));
}

#[test]
fn after_a_mistake_everything_is_as_it_was() {
    let mut scene = Scene::chat(&["a"], json!({}));
    for wrong in
        [chat(&["b", "b"], json!({})), chat(&["b"], json!({ "fallbacks": [{ "chat": ["nobody"] }] }))]
    {
        assert!(scene.adopt(&wrong).is_err());
        assert_eq!(scene.ask_chat().deployments(), ["a"]);
    }
}

#[test]
fn s112_settings_keep_fractions_and_count_at_once() {
    let mut scene = Scene::chat(&["a", "b"], json!({ "cooldown_time": 30 })).always("a", Reply::status(429));
    scene.adopt(&chat(&["a", "b"], json!({ "cooldown_time": 0.5 }))).unwrap();
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    assert!(scene.benched_ms("a").unwrap() <= 500);
}

#[test]
fn names_that_patterns_match_follow_their_deployments() {
    let wild = |ids: &[&str], key: &str| {
        let params = json!({ "model": "openai/*", "api_key": key });
        with(ids.iter().map(|id| deployment("openai/*", id, params.clone())).collect(), json!({}))
    };
    let mut scene = Scene::new(&wild(&["a", "b"], "sk-1")).always("a", slow_down("60"));
    let ask = |scene: &mut Scene| scene.ask(Spec::chat("gpt-4o"));
    while scene.benched_model_ms("a", "gpt-4o").is_none() {
        ask(&mut scene);
    }
    scene.adopt(&wild(&["b", "a", "c"], "sk-2")).unwrap();
    assert!(scene.benched_model_ms("a", "gpt-4o").is_some());
    let from = scene.sent().len();
    (0..40).for_each(|_| assert_answered(&ask(&mut scene)));
    assert!(scene.sends_since(from, "c") > 5 && scene.sends_since(from, "a") == 0);
    let keys = scene.router().config().deployments.iter().filter(|known| !known.is_retired);
    assert!(keys.clone().all(|known| known.api_key.as_ref().is_some_and(|key| key.expose() == "sk-2")));
    assert_eq!(keys.count(), 6);
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(9), cases: 60, ..ProptestConfig::default() })]

    /// Calls of all lengths run while deployments come and go.
    #[test]
    fn calls_end_and_leave_nothing_whatever_comes_and_goes(
        steps in proptest::collection::vec(
            (proptest::collection::btree_set(0_usize..5, 1..5), 0_usize..4, 0_u64..900),
            1..30,
        ),
    ) {
        const IDS: [&str; 5] = ["a", "b", "c", "d", "e"];
        let written = |of: &[&str]| {
            let list = of.iter().map(|id| deployment(if *id == "e" { "late" } else { "chat" }, id, json!({})));
            let wild = deployment("*", "w", json!({ "model": "openai/*" }));
            with(list.chain([wild]).collect(), json!({ "default_fallbacks": ["w"] }))
        };
        let mut scene = Scene::new(&written(&IDS));
        for (at, id) in IDS.into_iter().enumerate() {
            let reply = if at % 2 == 0 { Reply::ok() } else { Reply::status(500) };
            scene = scene.always(id, reply.in_ms(150 * (at as u64 + 1)));
        }
        let mut calls = Vec::new();
        for (of, model, ms) in steps {
            let of: Vec<&str> = of.iter().map(|at| IDS[*at]).collect();
            let from = scene.sent().len();
            scene.adopt(&written(&of)).unwrap();
            let model = ["chat", "late", "openai/x", "w"][model];
            calls.push(scene.call(Spec::chat(model)));
            scene.advance(ms);
            let late = scene.sent()[from..].iter().find(|id| **id != "w" && !of.contains(id)).copied();
            prop_assert_eq!(late, None, "nothing is sent to what is gone");
        }
        scene.run();
        for call in calls {
            prop_assert!(scene.seen(call).result.is_some());
        }
        prop_assert_eq!(scene.router().running(), 0);
        prop_assert!(!scene.is_exhausted());
    }
}
