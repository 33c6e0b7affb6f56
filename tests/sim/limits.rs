//! Requests and tokens of a minute, calls at once, and waiting for a place.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

/// One group `chat`, of deployments with these `litellm_params`.
fn limited(members: &[(&str, Value)], settings: Value) -> Scene {
    let list = members.iter().map(|(id, params)| deployment("chat", id, params.clone())).collect();
    Scene::new(&with(list, settings))
}

fn hard(mut settings: Value) -> Value {
    settings["limit_mode"] = json!("hard");
    settings
}

#[test]
fn s20_a_deployment_whose_tokens_are_used_up_is_skipped() {
    let mut scene = limited(&[("a", json!({ "tpm": 1_000 })), ("b", json!({}))], hard(json!({})));
    // What is used counts, not what was thought.
    while scene.sends_since(0, "a") == 0 {
        scene.ask(Spec::chat("chat").using(900, 0));
    }
    let from = scene.sent().len();
    for _ in 0..20 {
        assert_answered(&scene.ask(Spec::chat("chat").using(995, 0)));
    }
    assert_eq!(scene.sends_since(from, "a"), 0);
}

#[test]
fn s21_a_limit_of_three_a_minute_serves_three_and_tells_the_wait() {
    let mut scene = limited(&[("a", json!({ "rpm": 3 }))], hard(json!({ "num_retries": 0 })));
    for _ in 0..3 {
        assert_answered(&scene.ask_chat());
    }
    let refused = scene.ask_chat();
    let fault = refused.fault().unwrap();
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::NoDeployment, 429));
    assert!(fault.message.contains("a has reached its limit"), "{}", fault.message);
    let wait = fault.retry_after_ms.unwrap();
    scene.advance(wait - 1);
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::NoDeployment));
    scene.advance(1);
    assert_answered(&scene.ask_chat());
    assert_eq!(scene.sent().len(), 4);
}

#[test]
fn s22_of_a_hundred_calls_at_once_exactly_ten_reach_a_provider_with_a_limit_of_ten() {
    let mut scene = limited(&[("a", json!({ "rpm": 10 }))], hard(json!({ "num_retries": 0 })));
    let made = scene.run_at_once(100, &Spec::chat("chat"));
    assert_eq!(scene.sent().len(), 10);
    let answered = made.iter().filter(|call| scene.seen(**call).is_answered()).count();
    assert_eq!(answered, 10);
}

#[test]
fn s23_tokens_are_reserved_at_once_and_settled_with_what_was_used() {
    let mut scene = limited(&[("a", json!({ "tpm": 1_000 }))], hard(json!({ "num_retries": 0 })));
    let large = Spec::chat("chat").using(200, 100);
    scene.run_at_once(10, &large);
    assert_eq!(scene.sent().len(), 3, "four of them would be 1,200");
    // Each has used ten or so in fact, so that there is room again.
    assert_answered(&scene.ask(large));
}

#[test]
fn input_and_output_tokens_have_limits_of_their_own() {
    for (limit, tokens) in [("itpm", (600, 1)), ("otpm", (1, 600))] {
        let mut scene = limited(&[("a", json!({ limit: 1_000 }))], hard(json!({ "num_retries": 0 })));
        scene.run_at_once(5, &Spec::chat("chat").using(tokens.0, tokens.1));
        assert_eq!(scene.sent().len(), 1, "{limit}");
    }
}

#[test]
fn a_request_that_is_larger_than_a_limit_is_told_so_and_is_not_told_to_wait() {
    let mut scene = limited(&[("a", json!({ "tpm": 100 }))], hard(json!({ "default_priority": 1 })));
    let outcome = scene.ask(Spec::chat("chat").using(101, 0));
    let fault = outcome.fault().unwrap();
    assert_eq!((fault.kind, fault.retry_after_ms), (FaultKind::NoDeployment, None));
    assert!(fault.message.contains("smaller than the request"), "{}", fault.message);
    assert_eq!(outcome.ms(), Some(0));
}

#[test]
fn s91_rpm_is_no_bound_on_calls_at_once_and_by_default_no_bound_at_all() {
    let mut scene = limited(&[("a", json!({ "rpm": 1 }))], json!({ "num_retries": 0 }));
    let made = scene.run_at_once(3, &Spec::chat("chat"));
    assert!(made.iter().all(|call| scene.seen(*call).is_answered()));
    let mut scene = limited(&[("a", json!({ "rpm": 60 }))], hard(json!({ "num_retries": 0 })));
    let made = scene.run_at_once(60, &Spec::chat("chat"));
    assert!(made.iter().all(|call| scene.seen(*call).is_answered()));
}

#[test]
fn s90_a_full_deployment_is_passed_over_and_where_all_are_full_the_call_is_refused() {
    let two = json!({ "max_parallel_requests": 2 });
    let mut scene = limited(&[("a", two.clone()), ("b", two.clone())], json!({}));
    let made = scene.run_at_once(5, &Spec::chat("chat"));
    let refused: Vec<_> =
        made.iter().map(|call| scene.seen(*call)).filter(|call| !call.is_answered()).collect();
    assert_eq!((refused.len(), scene.sends_since(0, "a"), scene.sends_since(0, "b")), (1, 2, 2));
    let fault = refused[0].fault().unwrap();
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::NoDeployment, 429));
    assert!(fault.message.contains("as many calls as it takes at once"), "{}", fault.message);
    assert_answered(&scene.ask_chat());
}

#[test]
fn s90_with_a_priority_calls_wait_for_their_turn_and_never_more_than_two_run() {
    let mut scene =
        limited(&[("a", json!({ "max_parallel_requests": 2 }))], json!({ "default_priority": 5 }));
    let made = scene.run_at_once(5, &Spec::chat("chat"));
    let mut began = Vec::new();
    for call in made {
        let outcome = scene.seen(call);
        assert_answered(&outcome);
        began.push(outcome.attempts[0].began_ms);
    }
    assert!(began.is_sorted(), "who came first goes first: {began:?}");
    assert_eq!(began[..2], [0, 0]);
    // A call takes a tenth of a second: two of them, then two, then one, and a little for looking again.
    assert!((100..=160).contains(&began[2]) && (200..=320).contains(&began[4]), "{began:?}");
}

#[test]
fn s92_the_most_urgent_call_goes_first() {
    let mut scene = limited(&[("a", json!({ "max_parallel_requests": 1 }))], json!({}));
    let call = |scene: &mut Scene, priority: u32| {
        scene.call(Spec::chat("chat").with(json!({ "priority": priority })))
    };
    let running = call(&mut scene, 5);
    let later = call(&mut scene, 5);
    let urgent = call(&mut scene, 0);
    scene.run();
    let began = |call| scene.seen(call).attempts[0].began_ms;
    assert_eq!(began(running), 0);
    assert!(began(urgent) < began(later), "{} {}", began(urgent), began(later));
}

#[test]
fn s93_a_priority_can_be_the_default() {
    let mut scene =
        limited(&[("a", json!({ "max_parallel_requests": 1 }))], json!({ "default_priority": 1 }));
    let made = scene.run_at_once(3, &Spec::chat("chat"));
    assert!(made.iter().all(|call| scene.seen(*call).is_answered()));
}

#[test]
fn a_call_waits_no_longer_than_its_deadline() {
    let settings = json!({ "default_priority": 1, "deadline": 2 });
    let mut scene = limited(&[("a", json!({ "max_parallel_requests": 1 }))], settings);
    scene.now("a", Reply::ok().in_ms(1_900));
    let made = scene.run_at_once(3, &Spec::chat("chat"));
    let ends: Vec<_> = made.iter().map(|call| scene.seen(*call).ms().unwrap()).collect();
    assert!(ends.iter().all(|ms| *ms <= 2_000), "{ends:?}");
    assert_eq!(made.iter().filter(|call| scene.seen(**call).is_answered()).count(), 1);
}

#[test]
fn a_call_that_waits_goes_to_a_fallback_that_has_a_place() {
    let list = vec![
        deployment("chat", "a", json!({ "max_parallel_requests": 1 })),
        deployment("backup", "b", json!({})),
    ];
    let settings = json!({ "default_priority": 1, "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&with(list, settings));
    scene.run_at_once(2, &Spec::chat("chat"));
    scene.assert_sent(&["a", "b"]);
}

#[test]
fn a_request_that_vanishes_gives_its_place_back() {
    let params = json!({ "max_parallel_requests": 1, "deadline": 30 });
    let mut scene = limited(&[("a", params)], json!({ "num_retries": 0 }));
    scene.now("a", Reply::vanishes());
    scene.call(Spec::chat("chat"));
    scene.run();
    scene.now("a", Reply::ok());
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::NoDeployment));
    scene.advance(30_000);
    assert_answered(&scene.ask_chat());
}

#[test]
fn a_call_does_not_wait_at_a_group_that_can_never_serve_it() {
    // `chat` is in no region that is asked for, and the fallback is full: no place in `chat` would help.
    let near = |id: &str, group: &str, more: Value| {
        let mut one =
            deployment(group, id, json!({ "region_name": if group == "chat" { "us" } else { "eu" } }));
        one["litellm_params"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    };
    let list = vec![near("a", "chat", json!({})), near("b", "backup", json!({ "max_parallel_requests": 1 }))];
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "deadline": 5 });
    let mut scene = Scene::new(&with(list, settings));
    scene.now("b", Reply::silent());
    scene.call(Spec::chat("backup"));
    scene.advance(10);
    let options = json!({ "priority": 0, "allowed_model_region": "eu" });
    let outcome = scene.ask(Spec::chat("chat").with(options));
    assert_eq!((outcome.is_answered(), outcome.ms()), (false, Some(0)), "{outcome:#?}");
}
