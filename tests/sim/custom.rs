//! A strategy of the host's own: whom it is shown, and what becomes of what it says.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Ranker, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// A group `chat` of `a`, `b` and `c`, and a group `other` of `d`, by a strategy of the host's own.
fn scene(settings: Value) -> Scene {
    levelled([json!({}), json!({}), json!({})], settings)
}

/// The same, with some `litellm_params` of the first three.
fn levelled(params: [Value; 3], settings: Value) -> Scene {
    let three = ["a", "b", "c"].into_iter().zip(params).map(|(id, more)| deployment("chat", id, more));
    let list = three.chain([deployment("other", "d", json!({}))]).collect();
    let mut config = with(list, settings);
    config["routing_strategy"] = json!("custom");
    Scene::hosted(&config, &json!({ "customRoutingStrategy": true }))
}

fn ways() -> [Spec; 3] {
    [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()]
}

#[test]
fn s24_the_host_is_shown_whom_any_strategy_would_choose_among() {
    let params = [json!({ "order": 1 }), json!({ "order": 1, "weight": 0 }), json!({ "order": 2 })];
    let mut scene = levelled(params, json!({ "num_retries": 0 }));
    scene.ranker("chat", Ranker::picks("a"));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!(
        (outcome.ranked, outcome.attempts.len()),
        (vec![vec!["a".to_owned()]], 1),
        "not who is drained, nor another level"
    );
    scene.now("a", slow_down("30"));
    scene.ask_chat();
    scene.ranker("chat", Ranker::picks("c"));
    let outcome = scene.ask_chat();
    assert_eq!(
        (outcome.ranked.concat(), outcome.deployments()),
        (vec!["c".to_owned()], vec!["c"]),
        "nor who is benched"
    );
}

#[test]
fn s24_who_names_nobody_gets_a_typed_error() {
    let rankers = [Ranker::Nobody, Ranker::ranks(&[]), Ranker::ranks(&["d", "nobody"]), Ranker::picks("d")];
    for ranker in rankers {
        for spec in ways() {
            let mut scene = scene(json!({}));
            scene.ranker("chat", ranker.clone());
            let outcome = scene.ask(spec);
            let fault = outcome.fault().unwrap();
            assert_eq!(
                (fault.kind, fault.code.as_deref()),
                (FaultKind::NoDeployment, Some("strategy_chose_nobody"))
            );
            assert!(fault.message.contains("named no deployment of `chat`"), "{}", fault.message);
            assert!(outcome.attempts.is_empty() && outcome.ranked.len() == 1);
        }
    }
    let mut scene = scene(json!({ "fallbacks": [{ "chat": ["other"] }] }));
    scene.ranker("other", Ranker::picks("d"));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.deployments(), outcome.ranked.len()), (vec!["d"], 2), "another group may serve it");
}

#[test]
fn a_first_choice_is_taken_and_the_others_follow() {
    for spec in ways() {
        let mut scene = scene(json!({})).always("b", Reply::status(500));
        scene.ranker("chat", Ranker::picks("b"));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.deployments()[0], outcome.attempts.len(), outcome.ranked.len()), ("b", 2, 1));
    }
}

#[test]
fn a_ranking_serves_the_retries_and_nobody_else_does() {
    for spec in ways() {
        let mut scene = scene(json!({ "num_retries": 3 }));
        scene.ranker("chat", Ranker::ranks(&["c", "nobody", "a"]));
        scene.now("c", Reply::status(500));
        let outcome = scene.ask(spec.clone());
        assert_eq!((outcome.deployments(), outcome.ranked.len()), (vec!["c", "a"], 1));
        scene.now("a", Reply::status(500));
        let outcome = scene.ask(spec);
        assert_eq!(outcome.kind(), Some(FaultKind::Unavailable));
        assert_eq!(outcome.deployments(), ["c", "a", "c", "c"], "after a wait, the best again");
    }
}

#[test]
fn the_provider_is_told_of_where_all_that_were_named_are_benched_by_the_call() {
    let mut scene = scene(json!({})).always("a", slow_down("30"));
    scene.ranker("chat", Ranker::ranks(&["a"]));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::RateLimit), vec!["a"]));
    let outcome = scene.ask_chat();
    assert_eq!(
        (outcome.kind(), outcome.ranked.concat()),
        (Some(FaultKind::NoDeployment), vec!["b".to_owned(), "c".to_owned()])
    );
}

#[test]
fn who_may_be_used_is_looked_at_anew_when_the_host_answers() {
    let mut scene = scene(json!({}));
    scene.ranker("chat", Ranker::ranks(&["a", "b"]).after(500));
    let call = scene.call(Spec::chat("chat"));
    scene.now("a", slow_down("30"));
    scene.ask(Spec::chat("a"));
    scene.run();
    let outcome = scene.seen(call);
    assert_eq!((outcome.deployments(), outcome.attempts[0].began_ms), (vec!["b"], 500));
    assert_eq!(outcome.ranked.concat(), ["a", "b", "c"]);
}

#[test]
fn a_host_that_fails_or_takes_too_long_is_done_without() {
    for (ranker, began_ms) in [
        (Ranker::Fails, 0),
        (Ranker::Fails.after(300), 300),
        (Ranker::Silent, 1_000),
        (Ranker::picks("a").after(1_001), 1_000),
    ] {
        let mut scene = scene(json!({}));
        scene.listen(true);
        scene.ranker("chat", ranker);
        let outcome = scene.ask(Spec::chat("chat").with(json!({ "explain": true })));
        assert_answered(&outcome);
        assert_eq!((outcome.attempts[0].began_ms, outcome.ranked.len()), (began_ms, 1));
        let events = scene.take_events();
        let told: Vec<_> = events.iter().filter(|event| event["type"] == "hook_failed").collect();
        assert_eq!(told.len(), 1);
        assert_eq!(
            (&told[0]["hook"], &told[0]["model_group"]),
            (&json!("customRoutingStrategy"), &json!("chat"))
        );
        scene.run();
        assert_eq!(scene.sent().len(), 1, "an answer that is late is none");
    }
}

#[test]
fn what_takes_its_place_is_the_routers_strategy() {
    let three = ["a", "b", "c"].map(|id| deployment("chat", id, json!({}))).to_vec();
    let pools = json!([{ "group_name": "chat", "models": ["chat"], "routing_strategy": "custom" }]);
    let config = with(three, json!({ "routing_strategy": "round-robin", "routing_groups": pools }));
    let mut scene = Scene::hosted(&config, &json!({ "customRoutingStrategy": true }));
    scene.ranker("chat", Ranker::Fails);
    scene.run_all(9, &Spec::chat("chat"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [3, 3, 3]);
}

#[test]
fn every_group_and_every_level_is_asked_about_once() {
    let params = [json!({ "order": 1 }), json!({ "order": 2 }), json!({ "order": 2 })];
    for spec in ways() {
        let mut scene =
            levelled(params.clone(), json!({ "num_retries": 1, "fallbacks": [{ "chat": ["other"] }] }));
        ["a", "b", "c"].iter().for_each(|id| scene.now(id, Reply::status(500)));
        scene.ranker("chat", Ranker::ranks(&["c", "a"]));
        scene.ranker("other", Ranker::ranks(&["d"]));
        let outcome = scene.ask(spec);
        assert_answered(&outcome);
        assert_eq!(outcome.ranked, [vec!["a"], vec!["b", "c"], vec!["d"]]);
        assert_eq!(outcome.deployments(), ["a", "a", "c", "c", "d"]);
    }
}

#[test]
fn a_deployment_that_is_named_is_no_question() {
    let mut scene = scene(json!({}));
    let outcome = scene.ask(Spec::chat("b"));
    assert_eq!((outcome.deployments(), outcome.ranked.len()), (vec!["b"], 0));
    // Nor is a group in which nobody is left.
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, slow_down("30")));
    scene.ranker("chat", Ranker::picks("a"));
    scene.ask_chat();
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.ranked.len()), (Some(FaultKind::NoDeployment), 0));
}

#[test]
fn a_call_ends_in_time_whatever_the_host_does() {
    let mut scene = scene(json!({ "deadline": 0.5 }));
    scene.ranker("chat", Ranker::Silent);
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(500)));
    let call = scene.complete(Spec::chat("chat").cancelled_after(200));
    assert_eq!((scene.seen(call).kind(), scene.seen(call).ms()), (Some(FaultKind::Cancelled), Some(200)));
    assert!(scene.sent().is_empty());
}

#[test]
fn a_second_send_goes_by_the_ranking() {
    let mut scene = scene(json!({ "hedging": { "after_ms": 100 } })).always("b", Reply::silent());
    scene.ranker("chat", Ranker::ranks(&["b", "a"]));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.deployments(), outcome.ranked.len()), (vec!["b", "a"], 1));
}

#[test]
fn a_call_and_a_group_may_have_it_and_others_not() {
    let mut scene = scene(json!({ "routing_groups": [
        { "group_name": "p", "models": ["other"], "routing_strategy": "least-busy" },
    ] }));
    assert!(scene.ask(Spec::chat("other")).ranked.is_empty());
    scene.ranker("other", Ranker::picks("d"));
    let custom = Spec::chat("other").with(json!({ "routing_strategy": "custom" }));
    assert_eq!(scene.ask(custom).ranked.len(), 1);
    let shuffled = Spec::chat("chat").with(json!({ "routing_strategy": "simple-shuffle" }));
    assert!(scene.ask(shuffled).ranked.is_empty());
}

#[test]
fn explain_tells_what_was_named() {
    let mut scene = scene(json!({}));
    let told = scene.explain_ranked(&Spec::chat("chat"), &["c", "a"]);
    let decision = &told["decisions"][0];
    assert_eq!(
        (&decision["strategy"], &decision["draw"], &decision["picked"]),
        (&json!("custom"), &Value::Null, &json!("c"))
    );
    let facts: Vec<_> = decision["candidates"].as_array().unwrap().iter().collect();
    assert_eq!(
        facts.iter().map(|one| one["score"].as_f64()).collect::<Vec<_>>(),
        [Some(1.0), None, Some(0.0)]
    );
    assert_eq!(facts[1]["reason"], "not_named");
    let told = scene.explain(&Spec::chat("chat"));
    let decision = &told["decisions"][0];
    assert_eq!(
        (&decision["strategy"], &decision["picked"], &told["picked"]),
        (&json!("custom"), &Value::Null, &Value::Null)
    );
    assert!(decision["candidates"].as_array().unwrap().iter().all(|one| one["eligible"] == json!(true)));
}

#[test]
fn a_call_with_a_priority_does_not_wait_where_the_host_names_nobody() {
    // It would be asked the same every moment, though somebody has a place.
    for ranker in [Ranker::Nobody, Ranker::ranks(&["b"])] {
        let mut scene = scene(json!({ "default_max_parallel_requests": 1, "deadline": 5 }));
        scene.now("b", Reply::silent());
        scene.ranker("chat", Ranker::ranks(&["b"]));
        scene.call(Spec::chat("chat"));
        scene.advance(10);
        scene.ranker("chat", ranker);
        let outcome = scene.ask(Spec::chat("chat").with(json!({ "priority": 0 })));
        assert_eq!(outcome.fault().unwrap().code.as_deref(), Some("strategy_chose_nobody"));
        assert_eq!((outcome.ranked.len(), outcome.ms()), (1, Some(0)));
    }
}
