//! Every time limit fires at its moment, aborts what it limits, and leads on where there is somewhere to go.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Outcome, Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, with};

/// One call to a single deployment, without retries.
fn only(reply: Reply, settings: Value, spec: Spec) -> Outcome {
    Scene::chat(&["a"], settings).always("a", reply).ask(spec.with(json!({ "num_retries": 0 })))
}

#[track_caller]
fn assert_timed_out(outcome: &Outcome, after_ms: u64) {
    let fault = outcome.fault().unwrap_or_else(|| panic!("{outcome:#?}"));
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::Timeout, 408));
    assert_eq!((outcome.ms(), outcome.aborted.as_slice()), (Some(after_ms), &[0][..]));
}

#[test]
fn headers_timeout_bounds_the_wait_for_a_head() {
    let settings = json!({ "headers_timeout": 3 });
    for spec in [Spec::chat("chat"), Spec::stream("chat")] {
        assert_timed_out(&only(Reply::silent(), settings.clone(), spec), 3_000);
    }
    // Once the head is there it limits nothing.
    let slow = Reply::ok().in_ms(2_900).gap_ms(1_000);
    assert_answered(&only(slow, settings, Spec::stream("chat")));
}

#[test]
fn timeout_bounds_a_whole_answer_from_send_to_its_last_byte() {
    let settings = json!({ "timeout": 4 });
    assert_timed_out(&only(Reply::silent(), settings.clone(), Spec::chat("chat")), 4_000);
    assert_timed_out(&only(Reply::stalls_after(3), settings.clone(), Spec::chat("chat")), 4_000);
    assert_answered(&only(Reply::ok().in_ms(3_999), settings, Spec::chat("chat")));
}

#[test]
fn stream_timeout_bounds_head_and_first_content_and_timeout_stands_in_for_it() {
    for settings in [json!({ "stream_timeout": 4 }), json!({ "timeout": 4 })] {
        assert_timed_out(&only(Reply::silent(), settings.clone(), Spec::stream("chat")), 4_000);
        assert_timed_out(&only(Reply::stalls_after(0), settings.clone(), Spec::stream("chat")), 4_000);
        let long = Reply::ok().words(100).gap_ms(1_000);
        assert_answered(&only(long, settings, Spec::stream("chat")));
    }
}

#[test]
fn first_token_timeout_bounds_the_first_content_of_a_stream() {
    assert_timed_out(&only(Reply::stalls_after(0), json!({}), Spec::stream("chat")), 60_000);
    let settings = json!({ "first_token_timeout": 5 });
    assert_timed_out(&only(Reply::stalls_after(0), settings.clone(), Spec::stream("chat")), 5_000);
    assert_timed_out(&only(Reply::silent(), settings.clone(), Spec::stream("chat")), 5_000);
    // It says nothing about whole answers.
    assert_answered(&only(Reply::ok().in_ms(30_000), settings, Spec::chat("chat")));
}

#[test]
fn s84_idle_timeout_bounds_the_silence_of_a_stream() {
    for spec in [Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        // Words come at 120, 140 and 160 ms.
        let outcome = only(Reply::stalls_after(3), json!({ "idle_timeout": 7 }), spec.clone());
        assert_timed_out(&outcome, 160 + 7_000);
        let outcome = only(Reply::stalls_after(3), json!({}), spec.clone());
        assert_timed_out(&outcome, 160 + 60_000);
        let slow = Reply::ok().words(30).gap_ms(6_900);
        assert_answered(&only(slow, json!({ "idle_timeout": 7 }), spec));
    }
}

#[test]
fn s84_idle_timeout_counts_from_the_last_sign_of_life_while_other_calls_go_on() {
    let settings = json!({ "idle_timeout": 7 });
    for spec in [Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        // Two words, of which the router hears of the second only when it would take the stream for dead.
        let mut scene =
            Scene::chat(&["a"], settings.clone()).first("a", [Reply::stalls_after(2).gap_ms(5_000)]);
        let call = scene.call(spec);
        for ms in (0..30_000).step_by(250) {
            scene.call_in(ms, Spec::chat("chat"));
        }
        scene.run();
        assert_timed_out(&scene.seen(call), 10_100 + 7_000);
    }
}

#[test]
fn s84_a_silent_stream_counts_against_its_deployment() {
    let mut scene =
        Scene::in_order(&["a", "b"], json!({ "idle_timeout": 1 })).always("a", Reply::stalls_after(1));
    scene.run_all(5, &Spec::stream("chat"));
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn s49_the_deadline_bounds_sleeps_retries_and_fallbacks() {
    let settings = json!({ "deadline": 1, "fallbacks": [{ "chat": ["backup"] }], "num_retries": 5 });
    let config = config(&[("chat", &["a"]), ("backup", &["b"])], settings);
    let replies = [
        Reply::silent(),
        Reply::status(500).in_ms(10),
        Reply::status(500).in_ms(400),
        Reply::status(429).in_ms(300),
        Reply::ok().in_ms(1_001),
    ];
    for (seed, (first, second)) in
        (0..).zip(replies.iter().flat_map(|first| replies.iter().map(move |second| (first, second))))
    {
        for spec in [Spec::chat("chat"), Spec::stream("chat")] {
            let mut scene =
                Scene::seeded(&config, seed).always("a", first.clone()).always("b", second.clone());
            let outcome = scene.ask(spec);
            assert!(outcome.ms().unwrap() <= 1_000, "{first:?}, {second:?}: {outcome:#?}");
            assert!(outcome.result.unwrap().is_err());
            let sends = scene.sent().len();
            scene.run();
            assert_eq!(scene.sent().len(), sends, "nothing is sent after the end");
        }
    }
}

#[test]
fn s49_at_the_deadline_the_running_send_is_aborted() {
    let settings = json!({ "deadline": 1, "fallbacks": [{ "chat": ["backup"] }], "num_retries": 0 });
    let mut scene = Scene::new(&config(&[("chat", &["a"]), ("backup", &["b"])], settings))
        .always("a", Reply::status(500).in_ms(700))
        .always("b", Reply::ok().in_ms(700));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(1_000)));
    assert_eq!((outcome.deployments(), outcome.aborted.as_slice()), (vec!["a", "b"], &[1][..]));
}

#[test]
fn the_deadline_is_ten_minutes_unless_somebody_says_otherwise() {
    assert_timed_out(&only(Reply::silent(), json!({}), Spec::chat("chat")), 600_000);
    let slow = Reply::silent();
    let asked = |options: Value| {
        Scene::chat(&["a"], json!({ "deadline": 5 }))
            .always("a", slow.clone())
            .ask(Spec::chat("chat").with(options))
    };
    assert_timed_out(&asked(json!({})), 5_000);
    assert_timed_out(&asked(json!({ "deadlineMs": 250 })), 250);
    assert_timed_out(&asked(json!({ "deadline": 9 })), 9_000);
    // 0 is none: nothing ends this call but the caller.
    let mut scene = Scene::chat(&["a"], json!({ "deadline": 0 })).always("a", slow);
    let call = scene.call(Spec::chat("chat"));
    scene.advance(10_000_000);
    assert_eq!(scene.seen(call).result, None);
}

#[test]
fn the_deadline_bounds_a_committed_stream() {
    let endless = Reply::ok().words(1_000).gap_ms(100);
    for spec in [Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        let outcome = only(endless.clone(), json!({ "deadline": 3 }), spec);
        assert_timed_out(&outcome, 3_000);
        assert!(outcome.committed_ms.is_some());
    }
}

#[test]
fn s50_the_timeout_of_the_request_beats_the_stream_timeout_of_the_deployment() {
    let list = vec![deployment("chat", "a", json!({ "stream_timeout": 3 }))];
    let mut scene = Scene::new(&with(list, json!({ "num_retries": 0 }))).always("a", Reply::silent());
    assert_timed_out(&scene.ask(Spec::stream("chat").with(json!({ "timeout": 1 }))), 1_000);
    assert_timed_out(&scene.ask(Spec::stream("chat").with(json!({ "stream_timeout": 2 }))), 2_000);
    assert_timed_out(&scene.ask(Spec::stream("chat")), 3_000);
}

#[test]
fn the_limit_of_a_deployment_beats_that_of_the_router() {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1, "timeout": 1 })),
        deployment("chat", "b", json!({ "order": 2 })),
    ];
    let mut scene = Scene::new(&with(list, json!({ "timeout": 2, "num_retries": 1 })));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::silent()));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.ms(), outcome.aborted.as_slice()), (Some(3_000), &[0, 1][..]));
}

#[test]
fn a_limit_that_fires_before_the_commit_leads_to_another_deployment() {
    for (reply, settings, spec, after_ms) in [
        (Reply::silent(), json!({ "headers_timeout": 2 }), Spec::chat("chat"), 2_000),
        (Reply::stalls_after(2), json!({ "timeout": 2 }), Spec::chat("chat"), 2_000),
        (Reply::stalls_after(0), json!({ "stream_timeout": 2 }), Spec::stream("chat"), 2_000),
        (Reply::stalls_after(0), json!({ "first_token_timeout": 2 }), Spec::stream("chat"), 2_000),
    ] {
        let mut scene = Scene::in_order(&["a", "b"], settings).always("a", reply);
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.deployments(), outcome.aborted.as_slice()), (vec!["a", "b"], &[0][..]));
        assert_eq!((outcome.attempts[0].ended_ms, outcome.waits_ms()), (Some(after_ms), vec![0]));
        scene.run_all(4, &Spec::chat("chat").with(json!({ "timeout": 2, "headers_timeout": 2 })));
        assert!(scene.benched_ms("a").is_some(), "time-outs count");
    }
}

#[test]
fn a_deployment_whose_own_deadline_is_over_is_not_sent_to() {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1 })),
        deployment("chat", "b", json!({ "order": 2, "deadline": 2 })),
    ];
    let mut scene =
        Scene::new(&with(list, json!({ "num_retries": 0 }))).always("a", Reply::status(500).in_ms(2_000));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.deployments(), outcome.kind()), (vec!["a"], Some(FaultKind::Unavailable)));
    assert_eq!(scene.summary().sends["b"], 0, "it would only be blamed for being too slow");
    scene.now("a", Reply::status(500).in_ms(1_999));
    assert_eq!(scene.ask_chat().deployments(), ["a", "b"]);
    // The request's own word counts for both.
    scene.now("a", Reply::status(500).in_ms(2_000));
    assert_answered(&scene.ask(Spec::chat("chat").with(json!({ "deadlineMs": 9_000 }))));
}
