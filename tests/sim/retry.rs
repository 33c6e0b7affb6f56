//! Trying again in the same group: whom, how often, and after which wait.

use serde_json::json;
use switchman::error::FaultKind;
use switchman::sim::{Outcome, Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

/// The outcomes of one call to a single deployment, under many seeds.
fn single(reply: Reply, settings: serde_json::Value, spec: &Spec) -> Vec<Outcome> {
    let config = config(&[("chat", &["a"])], settings);
    (0..100).map(|seed| Scene::seeded(&config, seed).always("a", reply.clone()).ask(spec.clone())).collect()
}

#[test]
fn s39_waits_grow_lie_between_attempts_only_and_none_trails() {
    for outcome in single(Reply::status(500), json!({ "num_retries": 2 }), &Spec::chat("chat")) {
        assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::Unavailable), 3));
        let waits = outcome.waits_ms();
        assert!((500..=1_250).contains(&waits[0]), "{waits:?}");
        assert!((1_000..=1_750).contains(&waits[1]), "{waits:?}");
        assert_eq!(outcome.ended_ms, outcome.attempts[2].ended_ms);
        assert_eq!(outcome.retries, 2);
    }
}

#[test]
fn s40_a_retry_goes_to_another_deployment_at_once() {
    let list = vec![
        deployment("chat", "a", json!({ "weight": 1_000 })),
        deployment("chat", "b", json!({ "weight": 1 })),
    ];
    let mut scene = Scene::new(&with(list, json!({}))).always("a", Reply::status(500));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a", "b"]);
    assert_eq!((outcome.waits_ms(), outcome.retries, outcome.ms()), (vec![0], 1, Some(200)));
}

#[test]
fn nobody_is_tried_twice_while_somebody_is_untried() {
    let ids = ["a", "b", "c", "d"];
    for seed in 0..50 {
        let mut scene = Scene::seeded(&config(&[("chat", &ids)], json!({ "num_retries": 5 })), seed);
        ids.iter().for_each(|id| scene.now(id, Reply::status(500)));
        let outcome = scene.ask_chat();
        assert_eq!(outcome.attempts.len(), 6);
        let mut first: Vec<_> = outcome.deployments()[..4].to_vec();
        first.sort_unstable();
        assert_eq!(first, ids);
        assert_eq!(outcome.waits_ms()[..3], [0, 0, 0]);
        assert!(outcome.waits_ms()[3..].iter().all(|wait| *wait >= 500), "{:?}", outcome.waits_ms());
    }
}

#[test]
fn s41_a_refused_key_benches_and_another_deployment_answers() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", Reply::status(401));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a", "b"]);
    scene.assert_benched_until("a", 100 + 300_000);
}

#[test]
fn s42_the_only_deployment_tells_its_real_error_each_time() {
    for (status, kind) in
        [(401, FaultKind::Auth), (403, FaultKind::PermissionDenied), (404, FaultKind::NotFound)]
    {
        let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::status(status));
        for _ in 0..3 {
            let outcome = scene.ask_chat();
            assert_eq!((outcome.kind(), outcome.fault().unwrap().status), (Some(kind), Some(status)));
            // A wait does not mend a key, an account or a missing model.
            assert_eq!((outcome.deployments(), outcome.ms()), (vec!["a"], Some(100)), "{status}");
        }
    }
}

#[test]
fn s42_the_only_deployment_of_an_empty_account_is_tried_once_a_bench_and_its_error_told_each_time() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::status(402));
    for _ in 0..3 {
        let outcome = scene.ask_chat();
        assert_eq!((outcome.kind(), outcome.fault().unwrap().status), (Some(FaultKind::Quota), Some(402)));
    }
    assert_eq!(scene.sent().len(), 1);
    scene.advance(300_000);
    scene.ask_chat();
    scene.ask_chat();
    assert_eq!(scene.sent().len(), 2, "one probe, and the next bench is longer");
    scene.assert_benched_until("a", 100 + 300_000 + 100 + 600_000);
}

#[test]
fn s43_a_bad_request_is_sent_once_and_moves_nowhere() {
    for status in [400, 413, 422] {
        let settings = json!({ "fallbacks": [{ "chat": ["backup"] }] });
        let mut scene = Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings));
        ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(status)));
        let outcome = scene.ask_chat();
        assert_eq!((outcome.attempts.len(), outcome.fault().unwrap().status), (1, Some(status)));
        ["a", "b"].iter().for_each(|id| scene.assert_not_benched(id));
    }
}

#[test]
fn s44_a_wait_that_the_provider_asks_for_is_kept() {
    for seed in 0..100 {
        let config = config(&[("chat", &["a"])], json!({}));
        let outcome = Scene::seeded(&config, seed).first("a", [slow_down("2")]).ask_chat();
        assert_answered(&outcome);
        assert!((2_000..=2_750).contains(&outcome.waits_ms()[0]), "{:?}", outcome.waits_ms());
    }
}

#[test]
fn s44_a_wait_beyond_the_deadline_is_not_begun() {
    let mut scene = Scene::chat(&["a"], json!({ "deadline": 10 })).always("a", slow_down("120"));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::RateLimit), Some(100)));
    assert_eq!(outcome.fault().unwrap().retry_after_ms, Some(120_000));
    scene.assert_sent(&["a"]);
}

#[test]
fn a_wait_until_a_date_is_kept() {
    // Three seconds after the beginning of the world; the reply comes a tenth of a second after it.
    let date = "Sun, 15 Jun 2025 15:06:43 GMT";
    let outcome = Scene::chat(&["a"], json!({})).first("a", [slow_down(date)]).ask_chat();
    assert!((2_900..=3_650).contains(&outcome.waits_ms()[0]), "{:?}", outcome.waits_ms());
}

#[test]
fn s45_each_wait_follows_its_own_reply() {
    let mut scene = Scene::chat(&["a"], json!({})).first("a", [slow_down("1"), slow_down("5")]);
    let waits = scene.ask_chat().waits_ms();
    assert!((1_000..=1_750).contains(&waits[0]), "{waits:?}");
    assert!((5_000..=5_750).contains(&waits[1]), "{waits:?}");
}

#[test]
fn s46_a_request_for_no_retries_gets_none() {
    let mut scene = Scene::chat(&["a", "b"], json!({ "num_retries": 3 }));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "num_retries": 0 })));
    assert_eq!((outcome.attempts.len(), outcome.retries), (1, 0));
}

#[test]
fn s47_the_request_beats_the_deployment_which_beats_the_router() {
    let list = vec![deployment("chat", "a", json!({ "num_retries": 5 }))];
    let config = with(list, json!({ "num_retries": 1 }));
    let sends = |spec: Spec| Scene::new(&config).always("a", Reply::status(500)).ask(spec).attempts.len();
    assert_eq!(sends(Spec::chat("chat")), 1 + 5);
    assert_eq!(sends(Spec::chat("chat").with(json!({ "num_retries": 2 }))), 1 + 2);
}

#[test]
fn each_group_is_retried_as_its_own_deployment_says() {
    let list = vec![
        deployment("chat", "a", json!({ "num_retries": 0 })),
        deployment("backup", "b", json!({ "num_retries": 3 })),
    ];
    let settings = json!({ "num_retries": 1, "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&with(list, settings));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    assert_eq!(scene.ask_chat().deployments(), ["a", "b", "b", "b", "b"]);
}

#[test]
fn max_attempts_bounds_retries_and_fallbacks_together() {
    let settings = json!({ "num_retries": 3, "max_attempts": 4, "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b", "c"]), ("backup", &["d"])], settings));
    ["a", "b", "c", "d"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "num_retries": 2 })));
    assert_eq!((outcome.attempts.len(), outcome.deployments()[3]), (4, "d"));
    assert_eq!(outcome.kind(), Some(FaultKind::Unavailable));
}

#[test]
fn s51_a_caller_that_gives_up_during_a_wait_stops_everything() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::status(500));
    let outcome = scene.ask(Spec::chat("chat").cancelled_after(300));
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Cancelled), Some(300)));
    assert_eq!(scene.router().running(), 0);
    scene.run();
    scene.assert_sent(&["a"]);
}

#[test]
fn a_caller_that_gives_up_during_a_send_has_it_aborted() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::silent());
    let outcome = scene.ask(Spec::chat("chat").cancelled_after(300));
    assert_eq!((outcome.kind(), outcome.aborted.as_slice()), (Some(FaultKind::Cancelled), &[0][..]));
    assert_eq!((outcome.ms(), scene.router().running()), (Some(300), 0));
    // It says nothing about the deployment.
    assert_eq!(outcome.attempts[0].fault.as_ref().unwrap().kind, FaultKind::Cancelled);
}

#[test]
fn s53_a_wait_of_nothing_still_does_not_hammer() {
    for outcome in single(slow_down("0"), json!({ "num_retries": 2 }), &Spec::chat("chat")) {
        let waits = outcome.waits_ms();
        assert!(waits[0] >= 500 && waits[1] >= 1_000, "{waits:?}");
    }
}

#[test]
fn retries_do_not_multiply_an_outage() {
    let mut scene = Scene::chat(&["a"], json!({ "num_retries": 5 })).always("a", Reply::status(500));
    let calls = scene.run_at_once(1_000, &Spec::chat("chat"));
    let seconds = usize::try_from(scene.now_ms().div_ceil(1_000)).unwrap();
    let paid = scene.sent().len() - calls.len();
    // Twenty tokens at the start, a fifth of a token for each call, ten tokens a second.
    assert!((20..=20 + 200 + 10 * seconds).contains(&paid), "{paid} retries in {seconds} s");
}

#[test]
fn a_retry_on_a_healthy_deployment_is_free_of_the_budget() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", Reply::status(500));
    scene.run_at_once(1_000, &Spec::chat("chat"));
    assert_eq!(scene.summary().answered, 1_000);
}

#[test]
fn a_quiet_router_can_always_retry() {
    let mut scene = Scene::chat(&["a"], json!({}));
    for _ in 0..100 {
        scene = scene.first("a", [Reply::status(500), Reply::status(500)]);
        assert_answered(&scene.ask_chat());
        scene.advance(1_000);
    }
}

#[test]
fn who_may_send_nothing_more_neither_waits_nor_moves_on() {
    let settings = json!({ "num_retries": 3, "max_attempts": 2, "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&config(&[("chat", &["a"]), ("backup", &["c"])], settings));
    scene.now("a", Reply::status(500));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["a", "a"], 0));
    let last = outcome.attempts[1].ended_ms;
    assert_eq!((outcome.ended_ms, outcome.kind()), (last, Some(FaultKind::Unavailable)));
}

#[test]
fn what_a_send_that_failed_has_not_used_leaves_room_for_the_next_one() {
    let list = vec![deployment("chat", "a", json!({ "tpm": 500 }))];
    let settings = json!({ "limit_mode": "hard", "num_retries": 1 });
    let mut scene = Scene::new(&with(list, settings)).first("a", [Reply::status(500)]);
    let outcome = scene.ask(Spec::chat("chat").using(200, 100));
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a", "a"]);
}
