//! A second send beside a slow first one: when there is one, where to, and which of the two the caller gets.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Outcome, Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

/// A second send after 200 ms.
fn hedged() -> Value {
    json!({ "hedging": { "after_ms": 200 } })
}

/// "a" before "b", with credentials of their own.
fn pair(settings: Value) -> Scene {
    let mut all = hedged();
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    Scene::in_order(&["a", "b"], all)
}

/// Every way to ask: a whole answer, a stream of bytes, one of objects.
fn ways() -> [Spec; 3] {
    [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()]
}

#[track_caller]
fn assert_lost(outcome: &Outcome, number: usize) {
    let lost = &outcome.attempts[number];
    assert_eq!(lost.fault.as_ref().map(|fault| fault.kind), Some(FaultKind::Cancelled), "{outcome:#?}");
    assert!(lost.ended_ms.is_some());
    assert_eq!(outcome.aborted, [u16::try_from(number).unwrap()]);
}

#[track_caller]
fn assert_nothing_left(scene: &Scene) {
    assert_eq!(scene.router().running(), 0);
    let health = |ix| scene.router().state().health(switchman::config::DeploymentIx(ix));
    for open in (0..8).filter_map(health) {
        assert_eq!(open.open.count(switchman::base::time::Millis(0), None), 0, "a lease is left");
    }
}

#[test]
fn s114_a_slow_first_send_gets_a_second_one_and_the_loser_is_given_up() {
    for spec in ways() {
        let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(5_000));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        scene.assert_sent(&["a", "b"]);
        assert_eq!(outcome.attempts[1].began_ms, 200);
        assert_lost(&outcome, 0);
        assert!(outcome.attempts[1].fault.is_none() && outcome.attempts[1].usage.is_some());
        assert_eq!((outcome.fallbacks, outcome.stale_events), (0, 0));
        scene.assert_not_benched("a");
        scene.run();
        assert_nothing_left(&scene);
    }
}

#[test]
fn the_first_one_may_still_win() {
    for spec in ways() {
        let mut scene =
            pair(json!({})).always("a", Reply::ok().in_ms(300)).always("b", Reply::ok().in_ms(5_000));
        let outcome = scene.ask(spec.clone());
        assert_answered(&outcome);
        scene.assert_sent(&["a", "b"]);
        assert_lost(&outcome, 1);
        let first_content_ms = if spec.is_stream() { 320 } else { 300 };
        assert_eq!(outcome.attempts[1].ended_ms, Some(first_content_ms));
        scene.run();
        assert_nothing_left(&scene);
    }
}

#[test]
fn a_first_send_that_is_fast_enough_stays_alone() {
    for spec in ways() {
        let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(150).gap_ms(10));
        assert_answered(&scene.ask(spec));
        scene.assert_sent(&["a"]);
    }
    // Content, not the head, is what counts.
    let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(10).gap_ms(400));
    assert_answered(&scene.ask(Spec::stream("chat")));
    scene.assert_sent(&["a", "b"]);
}

#[test]
fn a_stream_that_commits_at_its_head_has_won_with_it() {
    let mut scene = pair(json!({ "commit": "head" })).always("a", Reply::ok().in_ms(10).gap_ms(400));
    assert_answered(&scene.ask(Spec::stream("chat")));
    scene.assert_sent(&["a"]);
    let mut scene = pair(json!({ "commit": "head" }))
        .always("a", Reply::ok().in_ms(5_000))
        .always("b", Reply::ok().gap_ms(500));
    let outcome = scene.ask(Spec::stream("chat"));
    assert_answered(&outcome);
    assert_lost(&outcome, 0);
    assert_eq!((outcome.committed_ms, outcome.attempts[0].ended_ms), (Some(300), Some(300)));
}

#[test]
fn nothing_of_the_loser_reaches_the_caller() {
    for spec in [Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        // The loser has told its role, and is slow with its first word.
        let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(10).gap_ms(5_000).words(2));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_lost(&outcome, 0);
        assert_eq!(outcome.received.matches("assistant").count(), 1, "{}", outcome.received);
        assert_eq!(outcome.received.matches("w4 ").count(), 1);
    }
}

#[test]
fn the_second_send_goes_to_another_deployment_with_another_credential() {
    let key = json!({ "api_key": "sk-the-same" });
    let mut scene =
        Scene::new(&with(vec![deployment("chat", "a", key.clone()), deployment("chat", "b", key)], hedged()));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::ok().in_ms(1_000)));
    assert_answered(&scene.ask_chat());
    assert_eq!(scene.sent().len(), 1);

    let mut scene = Scene::chat(&["a"], hedged()).always("a", Reply::ok().in_ms(1_000));
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a"]);
}

#[test]
fn nobody_who_is_benched_gets_the_second_send() {
    let mut scene = pair(json!({ "num_retries": 0 })).always("b", slow_down("30"));
    scene.ask(Spec::chat("b"));
    scene.now("a", Reply::ok().in_ms(1_000));
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["b", "a"]);
}

#[test]
fn there_is_one_second_send_in_a_call() {
    let mut scene = Scene::in_order(&["a", "b", "c"], hedged());
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, Reply::ok().in_ms(2_000)));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    scene.assert_sent(&["a", "b"]);
    assert_lost(&outcome, 1);
}

#[test]
fn the_failure_of_one_leaves_the_other_alone() {
    for spec in ways() {
        // The first one fails while the second one is under way, which then answers.
        let mut scene =
            pair(json!({})).always("a", Reply::status(500).in_ms(300)).always("b", Reply::ok().in_ms(400));
        let outcome = scene.ask(spec.clone());
        assert_answered(&outcome);
        scene.assert_sent(&["a", "b"]);
        assert_eq!(outcome.attempts[0].status, Some(500));
        assert!(outcome.aborted.is_empty());
        // The second one fails, and the first one answers.
        let mut scene =
            pair(json!({})).always("a", Reply::ok().in_ms(600)).always("b", Reply::status(500).in_ms(100));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        scene.assert_sent(&["a", "b"]);
        assert!(outcome.attempts[0].fault.is_none());
        assert_nothing_left(&scene);
    }
}

#[test]
fn when_both_fail_the_call_goes_on_as_ever() {
    for spec in ways() {
        let mut scene = Scene::in_order(&["a", "b", "c"], hedged())
            .always("a", Reply::status(500).in_ms(300))
            .always("b", Reply::status(503).in_ms(200));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        scene.assert_sent(&["a", "b", "c"]);
        assert_eq!(outcome.attempts[2].began_ms, 400, "at once after the second failure");
    }
    let settings =
        json!({ "hedging": { "after_ms": 200 }, "fallbacks": [{ "chat": ["backup"] }], "num_retries": 0 });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(500).in_ms(300)));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!((outcome.deployments()[2], outcome.fallbacks), ("c", 1));
}

#[test]
fn a_time_limit_takes_one_of_two_sends() {
    let settings = json!({ "timeout": 1, "num_retries": 0 });
    for (spec, ms) in ways().into_iter().zip([1_150, 1_270, 1_270]) {
        let mut scene =
            pair(settings.clone()).always("a", Reply::silent()).always("b", Reply::ok().in_ms(950));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.aborted.as_slice(), outcome.ms()), (&[0][..], Some(ms)));
        assert_eq!(outcome.attempts[0].fault.as_ref().unwrap().kind, FaultKind::Timeout);
    }
    // Each has its own: the second one ends later.
    let mut scene = pair(settings).always("a", Reply::silent()).always("b", Reply::silent());
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(1_200)));
    assert_eq!(outcome.aborted, [0, 1]);
    assert_nothing_left(&scene);
}

#[test]
fn giving_up_and_the_deadline_end_both() {
    let silent = || pair(json!({})).always("a", Reply::silent()).always("b", Reply::silent());
    for (spec, kind) in [
        (Spec::chat("chat").cancelled_after(500), FaultKind::Cancelled),
        (Spec::chat("chat").with(json!({ "deadline": 0.5 })), FaultKind::Timeout),
        (Spec::stream("chat").cancelled_after(500), FaultKind::Cancelled),
    ] {
        let mut scene = silent();
        let outcome = scene.ask(spec);
        assert_eq!((outcome.kind(), outcome.ms()), (Some(kind), Some(500)));
        assert_eq!(outcome.aborted.len(), 2);
        assert_nothing_left(&scene);
    }
}

#[test]
fn second_sends_are_paid_for_by_the_retry_budget() {
    let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(1_000));
    scene.run_at_once(60, &Spec::chat("chat"));
    let seconds = scene.sends_since(0, "b");
    assert!((20..=35).contains(&seconds), "20, and a fifth of 60 calls: {seconds}");
    assert_eq!(scene.sends_since(0, "a"), 60);
}

#[test]
fn a_host_that_bounds_its_sends_is_not_crowded_with_second_ones() {
    let config = config(&[("chat", &["a", "b"])], hedged());
    let mut scene = Scene::hosted(&config, &json!({ "subrequests": 45 }));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::ok().in_ms(1_000)));
    scene.run_at_once(6, &Spec::chat("chat"));
    assert_eq!(scene.sent().len(), 6, "six heads are waited for already");
    // No more sends than the host allows.
    let mut scene = Scene::hosted(&config, &json!({ "subrequests": 1 }));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::ok().in_ms(1_000)));
    assert_answered(&scene.ask_chat());
    assert_eq!(scene.sent().len(), 1);
}

#[test]
fn a_request_may_ask_for_it_and_may_refuse_it() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", Reply::ok().in_ms(1_000));
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a"]);
    assert_answered(&scene.ask(Spec::chat("chat").with(hedged())));
    scene.assert_sent(&["a", "a", "b"]);
    let mut scene = pair(json!({})).always("a", Reply::ok().in_ms(1_000));
    assert_answered(&scene.ask(Spec::chat("chat").with(json!({ "hedging": false }))));
    scene.assert_sent(&["a"]);
}

#[test]
fn hedging_alone_waits_for_as_long_as_most_answers_take() {
    let mut scene = Scene::in_order(&["a", "b"], json!({ "hedging": true })).always("a", Reply::ok());
    // Nothing is known yet, so that there is no second send.
    scene.now("a", Reply::ok().in_ms(9_000));
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a"]);
    scene.now("a", Reply::ok());
    scene.run_all(100, &Spec::chat("chat"));
    scene.now("a", Reply::ok().in_ms(9_000));
    let from = scene.sent().len();
    let outcome = scene.ask_chat();
    assert_eq!(&scene.sent()[from..], ["a", "b"]);
    let waited = outcome.attempts[1].began_ms - outcome.attempts[0].began_ms;
    assert!((90..=200).contains(&waited), "{waited}");
}

#[test]
fn a_committed_stream_that_breaks_gets_no_second_send_of_its_resumption() {
    let settings = json!({ "hedging": { "after_ms": 200 }, "mid_stream": "restart" });
    let mut scene = Scene::in_order(&["a", "b", "c"], settings)
        .always("a", Reply::cut_after(2))
        .always("b", Reply::ok().in_ms(2_000));
    let outcome = scene.ask(Spec::stream("chat").as_objects());
    assert_answered(&outcome);
    scene.assert_sent(&["a", "b"]);
}

#[test]
fn two_sends_that_are_too_slow_at_once_leave_one_of_the_group() {
    let settings = json!({ "hedging": { "after_ms": 50 }, "deadline": 1, "allowed_fails": 0 });
    let mut scene =
        Scene::chat(&["a", "b"], settings).always("a", Reply::silent()).always("b", Reply::silent());
    assert_eq!(scene.ask_chat().deployments().len(), 2);
    let benched = ["a", "b"].iter().filter(|id| scene.benched_ms(id).is_some()).count();
    assert_eq!(benched, 1, "whoever may fail is better than nobody");
}
