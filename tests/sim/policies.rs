//! Numbers by class of error: how often a fault is retried, and how often it may happen before it benches.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

fn alone(settings: Value) -> Scene {
    Scene::chat(&["a"], settings)
}

#[test]
fn s43_a_policy_that_names_a_wrong_request_has_it_sent_again() {
    let mut scene = alone(json!({ "retry_policy": { "BadRequestErrorRetries": 1 } }));
    scene.now("a", Reply::status(400));
    assert_eq!(scene.ask_chat().attempts.len(), 2);
    let mut scene = alone(json!({})).always("a", Reply::status(400));
    assert_eq!(scene.ask_chat().attempts.len(), 1);
}

#[test]
fn s46_a_request_without_retries_has_none_whatever_the_policy_says() {
    let mut scene = alone(json!({ "retry_policy": { "InternalServerErrorRetries": 4 } }));
    scene.now("a", Reply::status(500));
    assert_eq!(scene.ask(Spec::chat("chat").with(json!({ "num_retries": 0 }))).attempts.len(), 1);
    assert_eq!(scene.ask_chat().attempts.len(), 5);
}

#[test]
fn s48_the_policy_is_asked_at_each_error() {
    let policy = json!({ "InternalServerErrorRetries": 3, "RateLimitErrorRetries": 0 });
    let scene = alone(json!({ "retry_policy": policy }));
    let mut scene = scene.first("a", [Reply::status(500), Reply::status(429)]);
    let outcome = scene.ask_chat();
    assert_eq!((outcome.attempts.len(), outcome.kind()), (2, Some(FaultKind::RateLimit)));
}

#[test]
fn a_groups_own_policy_stands_in_for_the_whole_of_the_routers() {
    let settings = json!({
        "num_retries": 1,
        "retry_policy": { "InternalServerErrorRetries": 3, "TimeoutErrorRetries": 2 },
        "model_group_retry_policy": { "chat": { "TimeoutErrorRetries": 0 } },
    });
    let mut scene = Scene::new(&config(&[("chat", &["a"]), ("other", &["b"])], settings));
    scene.now("a", Reply::status(500));
    scene.now("b", Reply::status(500));
    assert_eq!(
        scene.ask_chat().attempts.len(),
        2,
        "num_retries, for the group's policy does not name the class"
    );
    assert_eq!(scene.ask(Spec::chat("other")).attempts.len(), 4);
    scene.now("a", Reply::status(504));
    assert_eq!(scene.ask_chat().attempts.len(), 1);
}

#[test]
fn the_nearest_word_on_retries_counts() {
    let list =
        vec![deployment("chat", "a", json!({ "retry_policy": { "DefaultRetries": 1 }, "num_retries": 7 }))];
    let mut scene = Scene::new(&with(list, json!({ "retry_policy": { "DefaultRetries": 4 } })));
    scene.now("a", Reply::status(500));
    assert_eq!(scene.ask_chat().attempts.len(), 2);
    let own = json!({ "retry_policy": { "InternalServerErrorRetries": 0 }, "num_retries": 5 });
    assert_eq!(scene.ask(Spec::chat("chat").with(own)).attempts.len(), 1);
    assert_eq!(scene.ask(Spec::chat("chat").with(json!({ "num_retries": 2 }))).attempts.len(), 3);
}

#[test]
fn s57_one_allowed_failure_benches_at_the_second_and_a_success_starts_anew() {
    let settings = json!({ "allowed_fails": 1, "num_retries": 0 });
    let mut scene = Scene::in_order(&["a", "b"], settings)
        .first("a", [Reply::status(500), Reply::ok(), Reply::status(500), Reply::status(500)]);
    for _ in 0..3 {
        scene.ask_chat();
        scene.assert_not_benched("a");
    }
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn s58_three_allowed_failures_are_three() {
    let mut scene =
        Scene::in_order(&["a", "b"], json!({ "allowed_fails": 3 })).always("a", Reply::status(500));
    for _ in 0..3 {
        scene.ask_chat();
        scene.assert_not_benched("a");
    }
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn s59_a_429_benches_at_once_whatever_number_of_failures_is_allowed() {
    let mut scene = Scene::in_order(&["a", "b"], json!({ "allowed_fails": 10 })).always("a", slow_down("9"));
    scene.ask_chat();
    scene.assert_benched_until("a", 100 + 9_000);
}

#[test]
fn a_policy_that_names_the_class_counts_that_class() {
    let policy =
        json!({ "allowed_fails_policy": { "RateLimitErrorAllowedFails": 2, "TimeoutErrorAllowedFails": 0 } });
    let mut scene = Scene::in_order(&["a", "b"], policy.clone()).always("a", Reply::status(429));
    scene.ask_chat();
    scene.ask_chat();
    scene.assert_not_benched("a");
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
    let mut scene = Scene::in_order(&["a", "b"], policy).always("a", Reply::status(504));
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn a_deployments_own_numbers_beat_the_routers_and_count_even_wrong_requests() {
    let mut own = deployment("chat", "a", json!({ "order": 1 }));
    own["model_info"]["allowed_fails_policy"] = json!({ "BadRequestErrorAllowedFails": 1 });
    own["model_info"]["allowed_fails"] = json!(0);
    let list = || vec![own.clone(), deployment("chat", "b", json!({ "order": 2 }))];
    let settings = json!({ "allowed_fails": 50, "num_retries": 0 });
    let mut scene = Scene::new(&with(list(), settings.clone())).always("a", Reply::status(500));
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
    let mut scene = Scene::new(&with(list(), settings)).always("a", Reply::status(400));
    scene.ask_chat();
    scene.assert_not_benched("a");
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn the_last_that_may_be_used_is_not_benched_by_a_number() {
    let mut scene = alone(json!({ "allowed_fails": 0, "num_retries": 0 })).always("a", Reply::status(500));
    for _ in 0..5 {
        assert_eq!(scene.ask_chat().kind(), Some(FaultKind::Unavailable));
    }
    scene.assert_not_benched("a");
}

#[test]
fn s74_fallback_on_decides_which_faults_lead_on() {
    let run = |settings: Value, options: Value, reply: Reply| {
        let mut all = json!({ "fallbacks": [{ "chat": ["backup"] }], "num_retries": 0 });
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let mut scene = Scene::new(&config(&[("chat", &["a"]), ("backup", &["b"])], all));
        scene.now("a", reply);
        scene.ask(Spec::chat("chat").with(options)).deployments().len()
    };
    let on = json!({ "fallback_on": ["rate_limit", "server", "timeout", "connection"] });
    assert_eq!(run(on.clone(), json!({}), Reply::status(400)), 1);
    assert_eq!(run(on.clone(), json!({}), Reply::status(401)), 1);
    for reply in [Reply::status(429), Reply::status(503), Reply::status(408), Reply::no_connection("refused")]
    {
        assert_eq!(run(on.clone(), json!({}), reply), 2);
    }
    assert_eq!(run(json!({}), json!({}), Reply::status(400)), 1, "not unless it is said");
    assert_eq!(run(json!({ "fallback_on": ["bad_request"] }), json!({}), Reply::status(422)), 2);
    assert_eq!(run(on, json!({ "fallback_on": ["auth"] }), Reply::status(401)), 2, "the call's word counts");
}

#[test]
fn a_provider_that_wants_no_repetition_gets_none() {
    let no = || Reply::status(500).header("x-should-retry", "false");
    let mut scene = alone(json!({})).always("a", no());
    assert_eq!(scene.ask_chat().attempts.len(), 1);
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", no());
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a", "b"]);
    let mut scene = alone(json!({})).first("a", [Reply::status(418).header("x-should-retry", "true")]);
    assert_answered(&scene.ask_chat());
}

#[test]
fn a_pretended_429_is_met_inside_the_group_and_benches_nobody() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "mock_testing_rate_limit_error": true })));
    assert_eq!((outcome.kind(), scene.sent().len()), (Some(FaultKind::RateLimit), 0));
    assert!(outcome.attempts.len() >= 3, "{outcome:#?}");
    ["a", "b", "c"].iter().for_each(|id| scene.assert_not_benched(id));
}
