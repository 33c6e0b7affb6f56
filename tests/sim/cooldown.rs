//! Who is left alone after a fault, for how long, and who never is.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

/// Two deployments of which `a` is taken while it may be used.
fn pair(settings: Value) -> Scene {
    Scene::in_order(&["a", "b"], settings)
}

#[test]
fn s52_a_429_benches_for_the_cooldown_time_or_what_the_provider_asks() {
    let until = |reply: Reply, settings: Value| {
        let mut scene = pair(settings).first("a", [reply]);
        assert_answered(&scene.ask_chat());
        scene.assert_sent(&["a", "b"]);
        scene.now_ms() + scene.benched_ms("a").unwrap()
    };
    assert_eq!(until(Reply::status(429), json!({})), 100 + 5_000);
    assert_eq!(until(Reply::status(429), json!({ "cooldown_time": 2 })), 100 + 2_000);
    assert_eq!(until(slow_down("7"), json!({})), 100 + 7_000);
    assert_eq!(until(slow_down("3600"), json!({})), 100 + 60_000);
}

#[test]
fn s53_a_429_that_asks_for_nothing_benches_all_the_same() {
    let mut scene = pair(json!({})).first("a", [slow_down("0")]);
    scene.ask_chat();
    scene.assert_benched_until("a", 100 + 5_000);
}

#[test]
fn a_benched_deployment_is_left_alone_and_gets_traffic_again() {
    let mut scene = Scene::chat(&["a", "b"], json!({}));
    scene.now("a", slow_down("10"));
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    scene.now("a", Reply::ok());
    let until = scene.now_ms() + scene.benched_ms("a").unwrap();
    let from = scene.sent().len();
    while scene.now_ms() < until {
        assert_answered(&scene.ask_chat());
    }
    assert!(scene.sent().len() - from >= 90, "a call takes a tenth of a second");
    assert_eq!(scene.sends_since(from, "a"), 0);

    let from = scene.sent().len();
    scene.run_all(200, &Spec::chat("chat"));
    let sends = scene.sends_since(from, "a");
    assert!((70..=130).contains(&sends), "{sends} of 200");
}

#[test]
fn s54_the_fifth_failure_in_a_row_benches_and_half_is_not_enough() {
    let mut scene = pair(json!({})).always("a", Reply::status(500));
    for call in 1..=5 {
        scene.assert_not_benched("a");
        let outcome = scene.ask_chat();
        assert_eq!(outcome.deployments(), ["a", "b"], "call {call}");
    }
    assert!(scene.benched_ms("a").is_some());

    let mut scene = pair(json!({}));
    scene.run_all(5, &Spec::chat("chat"));
    scene.now("a", Reply::status(500));
    scene.run_all(5, &Spec::chat("chat"));
    scene.assert_not_benched("a");
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some(), "6 of 11 are more than half");
}

#[test]
fn s55_the_only_deployment_is_never_benched_for_what_may_pass() {
    for reply in [Reply::status(500), Reply::no_connection("refused"), Reply::status(429), Reply::garbage()] {
        let mut scene = Scene::chat(&["a"], json!({ "num_retries": 0 })).always("a", reply);
        for _ in 0..200 {
            let kind = scene.ask_chat().kind().unwrap();
            assert_ne!(kind, FaultKind::NoDeployment);
            scene.assert_not_benched("a");
        }
        assert_eq!(scene.sent().len(), 200);
    }
}

#[test]
fn the_last_eligible_deployment_of_a_group_is_never_benched_by_its_rate() {
    let mut scene = Scene::chat(&["a", "b", "c"], json!({ "num_retries": 0 }));
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    for _ in 0..300 {
        assert_eq!(scene.ask_chat().kind(), Some(FaultKind::Unavailable));
        assert!(["a", "b", "c"].iter().any(|id| scene.benched_ms(id).is_none()));
    }
    let benched = ["a", "b", "c"].iter().filter(|id| scene.benched_ms(id).is_some()).count();
    assert_eq!(benched, 2);
}

#[test]
fn s56_refused_connections_and_broken_replies_count() {
    for reply in [
        Reply::no_connection("ECONNREFUSED"),
        Reply::garbage(),
        Reply::cut_after(2),
        Reply::ends_after(2),
        Reply::error_after(0, "server_error"),
    ] {
        let mut scene = pair(json!({})).always("a", reply.clone());
        scene.run_all(8, &Spec::chat("chat"));
        assert!(scene.benched_ms("a").is_some(), "{reply:?}");
        assert_eq!(scene.sends_since(0, "a"), 5, "{reply:?}");
        assert_eq!(scene.summary().answered, 8);
    }
}

#[test]
fn a_run_of_ten_failures_benches_even_after_many_successes() {
    let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(10));
    scene.run_all(100, &Spec::chat("chat"));
    scene.now("a", Reply::status(500));
    scene.run_all(9, &Spec::chat("chat"));
    scene.assert_not_benched("a");
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn a_success_between_failures_breaks_the_run() {
    let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(10));
    scene.run_all(100, &Spec::chat("chat"));
    for _ in 0..3 {
        scene.now("a", Reply::status(500).in_ms(10));
        scene.run_all(9, &Spec::chat("chat"));
        scene.now("a", Reply::ok());
        scene.ask_chat();
    }
    scene.assert_not_benched("a");
    assert_eq!(scene.sends_since(0, "a"), 130);
}

#[test]
fn s60_a_later_and_longer_wish_extends_a_bench_and_a_shorter_one_does_not() {
    let bench = |first: Reply, second: Reply| {
        let mut scene = pair(json!({ "num_retries": 0 })).first("a", [first, second]);
        scene.run_at_once(2, &Spec::chat("chat").with(json!({ "disable_fallbacks": true })));
        scene.assert_sent(&["a", "a"]);
        scene.now_ms() + scene.benched_ms("a").unwrap()
    };
    assert_eq!(bench(slow_down("1"), slow_down("60").in_ms(200)), 200 + 60_000);
    assert_eq!(bench(slow_down("60"), slow_down("1").in_ms(200)), 100 + 60_000);
}

#[test]
fn s62_when_all_are_benched_the_error_tells_the_wait_and_the_causes() {
    let mut scene = pair(json!({})).always("a", slow_down("10")).always("b", slow_down("4"));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::RateLimit), vec!["a", "b"]));

    scene.advance(1_000);
    let outcome = scene.ask_chat();
    let fault = outcome.fault().unwrap();
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::NoDeployment, 429));
    assert_eq!(fault.retry_after_ms, Some(200 + 4_000 - scene.now_ms()));
    for word in ["`chat`", "a is cooling down", "b is cooling down", "RateLimitError"] {
        assert!(fault.message.contains(word), "{}", fault.message);
    }
    assert_eq!(outcome.ms(), Some(0));
    scene.assert_sent(&["a", "b"]);

    // The soonest of them is used again as soon as it may be.
    scene.now("b", Reply::ok());
    scene.advance(fault.retry_after_ms.unwrap());
    assert_eq!(scene.ask_chat().deployments(), ["b"]);
}

#[test]
fn when_all_are_benched_for_their_keys_every_caller_hears_the_real_error() {
    let mut scene = pair(json!({}));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(401)));
    assert_eq!(scene.ask_chat().deployments(), ["a", "b"]);
    for _ in 0..3 {
        scene.advance(1_000);
        let outcome = scene.ask_chat();
        assert_eq!((outcome.kind(), outcome.fault().unwrap().caller_status()), (Some(FaultKind::Auth), 401));
    }
    scene.assert_sent(&["a", "b"]);
}

#[test]
fn s63_a_cooldown_time_of_zero_never_benches() {
    for status in [429, 401, 500] {
        let list = vec![
            deployment("chat", "a", json!({ "order": 1, "cooldown_time": 0 })),
            deployment("chat", "b", json!({ "order": 2 })),
        ];
        let never = with(list, json!({}));
        let disabled = {
            let list = vec![
                deployment("chat", "a", json!({ "order": 1 })),
                deployment("chat", "b", json!({ "order": 2 })),
            ];
            with(list, json!({ "disable_cooldowns": true }))
        };
        for config in [never, disabled] {
            let mut scene = Scene::new(&config).always("a", Reply::status(status));
            for _ in 0..20 {
                assert_eq!(scene.ask_chat().deployments(), ["a", "b"]);
                scene.assert_not_benched("a");
            }
            // It is seen all the same.
            let told = scene.snapshot();
            let totals = told["deployments"][0]["totals"].clone();
            assert_eq!(totals, json!({ "ok": 0, "failed": 20 }), "{status}");
        }
    }
}

#[test]
fn s64_a_deployment_of_a_fallback_group_is_benched_too() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "num_retries": 1 });
    let mut scene = Scene::new(&config(&[("chat", &["a"]), ("backup", &["x", "y"])], settings));
    scene.now("a", Reply::status(404));
    scene.now("x", slow_down("30"));
    while scene.benched_ms("x").is_none() {
        assert_answered(&scene.ask_chat());
    }
    let from = scene.sent().len();
    scene.run_all(20, &Spec::chat("chat"));
    assert_eq!((scene.sends_since(from, "x"), scene.sends_since(from, "y")), (0, 20));
}

#[test]
fn s66_an_empty_account_benches_for_long_and_longer_each_time() {
    for reply in [Reply::status(402), Reply::refusal(429, "insufficient_quota")] {
        let mut scene = pair(json!({})).always("a", reply);
        for seconds in [300, 600, 1_200, 2_400, 3_600, 3_600] {
            let left = scene.benched_ms("a").unwrap_or(0);
            scene.advance(left);
            let began = scene.now_ms();
            assert_eq!(scene.ask_chat().deployments(), ["a", "b"]);
            scene.assert_benched_until("a", began + 100 + seconds * 1_000);
        }
        scene.now("a", Reply::ok());
        scene.advance(4_000_000);
        assert_eq!(scene.ask_chat().deployments(), ["a"]);
        scene.now("a", Reply::status(402));
        scene.ask_chat();
        assert_eq!(scene.benched_ms("a"), Some(300_000 - 100), "a success starts anew");
    }
}

#[test]
fn a_deployment_that_fails_its_trial_is_left_alone_for_twice_as_long() {
    let mut scene = pair(json!({})).always("a", Reply::status(500));
    scene.run_all(5, &Spec::chat("chat"));
    for seconds in [5, 10, 20, 40, 60, 60] {
        let left = scene.benched_ms("a").unwrap();
        assert_eq!(left.div_ceil(1_000), seconds);
        scene.advance(left);
        assert_eq!(scene.ask_chat().deployments(), ["a", "b"], "one trial");
        assert_eq!(scene.ask_chat().deployments(), ["b"]);
    }
}

#[test]
fn a_fault_of_the_caller_benches_nobody() {
    for reply in [
        Reply::status(400),
        Reply::status(413),
        Reply::status(422),
        Reply::refusal(400, "context_length_exceeded"),
        Reply::refusal(400, "content_policy_violation"),
    ] {
        let mut scene = pair(json!({})).always("a", reply);
        scene.run_all(30, &Spec::chat("chat"));
        assert_eq!(scene.sent(), vec!["a"; 30]);
        scene.assert_not_benched("a");
    }
}
