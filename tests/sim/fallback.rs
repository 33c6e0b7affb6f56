//! Moving on to other groups: when, to which, and how often.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec, World};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

/// Groups of one deployment each, whose id is the group's name in capitals. No retries.
fn chain(groups: &[&str], settings: Value) -> Scene {
    let ids: Vec<String> = groups.iter().map(|name| name.to_uppercase()).collect();
    let members: Vec<[&str; 1]> = ids.iter().map(|id| [id.as_str()]).collect();
    let groups: Vec<(&str, &[&str])> =
        groups.iter().zip(&members).map(|(name, members)| (*name, &members[..])).collect();
    let mut all = json!({ "num_retries": 0 });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    Scene::new(&config(&groups, all))
}

#[test]
fn s67_after_its_retries_a_group_hands_over_to_the_next() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "num_retries": 2 });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!((outcome.requested.as_str(), outcome.attempts.len()), ("chat", 4));
    assert_eq!(outcome.deployments()[3], "c");
    assert_eq!((outcome.retries, outcome.fallbacks), (2, 1));
    assert_eq!(outcome.waits_ms()[2], 0, "moving on waits for nothing");
}

#[test]
fn s68_the_number_of_moves_is_bounded_by_what_it_says() {
    let names = ["chat", "b", "c", "d", "e", "f", "g", "h", "i"];
    let settings = json!({ "fallbacks": [{ "chat": names[1..] }], "max_fallbacks": 2 });
    let mut scene = chain(&names, settings);
    names.iter().for_each(|name| scene.now(&name.to_uppercase(), Reply::status(500)));
    let outcome = scene.ask_chat();
    assert_eq!(outcome.deployments(), ["CHAT", "B", "C"]);
    assert_eq!((outcome.fallbacks, outcome.kind()), (2, Some(FaultKind::Unavailable)));
}

#[test]
fn s69_a_circle_is_walked_once() {
    let settings = json!({ "fallbacks": [{ "chat": ["b"] }, { "b": ["c"] }, { "c": ["chat"] }] });
    let mut scene = chain(&["chat", "b", "c"], settings);
    ["CHAT", "B", "C"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask_chat();
    assert_eq!(outcome.deployments(), ["CHAT", "B", "C"]);
    assert!(outcome.attempts.iter().all(|tried| tried.status == Some(500)));
}

#[test]
fn s70_eight_moves_are_told_as_eight() {
    let names = ["chat", "b", "c", "d", "e", "f", "g", "h", "i"];
    let settings = json!({ "fallbacks": [{ "chat": names[1..] }], "max_fallbacks": 20 });
    let mut scene = chain(&names, settings);
    names[..8].iter().for_each(|name| scene.now(&name.to_uppercase(), Reply::status(500)));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!((outcome.fallbacks, outcome.retries, outcome.attempts.len()), (8, 0, 9));
}

#[test]
fn s71_a_list_of_ones_own_stands_in_place_of_the_default() {
    let settings = json!({ "fallbacks": [{ "chat": ["b"] }, { "*": ["c"] }] });
    let mut scene = chain(&["chat", "other", "b", "c"], settings);
    ["CHAT", "OTHER", "B", "C"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    assert_eq!(scene.ask(Spec::chat("other")).deployments(), ["OTHER", "C"]);
    // `b` itself has no list, so that its own failure leads to the default.
    assert_eq!(scene.ask_chat().deployments(), ["CHAT", "B", "C"]);
    scene.now("B", Reply::status(400));
    assert_eq!(scene.ask_chat().deployments(), ["CHAT", "B"]);
}

#[test]
fn s72_a_prompt_that_is_too_long_goes_to_its_own_list_first() {
    let settings =
        json!({ "context_window_fallbacks": [{ "chat": ["long"] }], "fallbacks": [{ "chat": ["b"] }] });
    let mut scene = chain(&["chat", "long", "b"], settings);
    scene.now("CHAT", Reply::refusal(400, "context_length_exceeded"));
    assert_eq!(scene.ask_chat().deployments(), ["CHAT", "LONG"]);
    scene.now("LONG", Reply::status(500));
    assert_eq!(scene.ask_chat().deployments(), ["CHAT", "LONG", "B"]);

    let mut scene = chain(&["chat", "b"], json!({ "fallbacks": [{ "chat": ["b"] }] }));
    scene.now("CHAT", Reply::refusal(400, "context_length_exceeded"));
    assert_eq!(scene.ask_chat().deployments(), ["CHAT", "B"]);
}

#[test]
fn s73_refused_content_is_not_carried_to_the_ordinary_list() {
    let mut scene = chain(&["chat", "b"], json!({ "fallbacks": [{ "chat": ["b"] }] }));
    scene.now("CHAT", Reply::refusal(400, "content_policy_violation"));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::ContentPolicy), vec!["CHAT"]));

    let settings =
        json!({ "fallbacks": [{ "chat": ["b"] }], "content_policy_fallbacks": [{ "chat": ["tolerant"] }] });
    let mut scene = chain(&["chat", "b", "tolerant"], settings);
    scene.now("CHAT", Reply::refusal(400, "content_policy_violation"));
    assert_eq!(scene.ask_chat().deployments(), ["CHAT", "TOLERANT"]);
}

#[test]
fn s75_what_a_fallback_replaces_counts_for_its_own_sends_alone() {
    let mut scene = chain(&["chat", "b", "c"], json!({ "num_retries": 1 }));
    ["CHAT", "B"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let fallbacks = json!({ "fallbacks": [{ "model": "b", "temperature": 0, "stop": ["x"] }, "c"] });
    for spec in [Spec::chat("chat"), Spec::stream("chat")] {
        let outcome = scene.ask(spec.with(fallbacks.clone()));
        assert_answered(&outcome);
        assert_eq!(outcome.deployments(), ["CHAT", "CHAT", "B", "B", "C"]);
        let both = r#"stop: ["x"], temperature: 0"#;
        assert_eq!(outcome.overrides, ["", "", both, both, ""]);
    }
    // Of the config, too.
    let settings = json!({ "fallbacks": [{ "chat": [{ "model": "b", "top_p": 0.5 }] }] });
    let mut scene = chain(&["chat", "b"], settings).always("CHAT", Reply::status(500));
    assert_eq!(scene.ask_chat().overrides, ["", "top_p: 0.5"]);
}

#[test]
fn s76_a_call_without_fallbacks_stays_in_its_group() {
    let settings = json!({ "fallbacks": [{ "chat": ["b"] }] });
    let spec = |spec: Spec| spec.with(json!({ "disable_fallbacks": true }));
    let mut scene = chain(&["chat", "b"], settings).always("CHAT", Reply::status(500));
    assert_eq!(scene.ask(spec(Spec::chat("chat"))).deployments(), ["CHAT"]);
    scene.now("CHAT", Reply::cut_after(0));
    assert_eq!(scene.ask(spec(Spec::stream("chat"))).deployments(), ["CHAT"]);
    scene.now("CHAT", Reply::cut_after(3));
    assert_eq!(scene.ask(spec(Spec::stream("chat"))).deployments(), ["CHAT"]);
}

#[test]
fn s77_a_deployment_that_is_named_is_called_even_while_it_is_benched() {
    let settings = json!({ "fallbacks": [{ "chat": ["b1"] }], "num_retries": 0 });
    let mut scene = Scene::new(&config(&[("chat", &["a"]), ("backup", &["b1", "b2"])], settings));
    scene.now("a", Reply::status(500));
    scene.now("b1", slow_down("30"));
    while scene.benched_ms("b1").is_none() {
        scene.ask(Spec::chat("backup"));
    }
    scene.now("b1", Reply::ok());
    assert!(scene.benched_ms("b1").is_some());
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a", "b1"]);
    // The answer is as good as any other's: it is in use again.
    scene.assert_not_benched("b1");
}

#[test]
fn s78_a_fallback_to_nowhere_is_a_mistake_in_the_config() {
    let wrong = config(&[("chat", &["a"])], json!({ "fallbacks": [{ "chat": ["nowhere"] }] }));
    let error = World::new(&wrong, 1).unwrap_err().to_string();
    assert!(error.contains("nowhere"), "{error}");
    let mut scene = chain(&["chat"], json!({}));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "fallbacks": ["nowhere"] })));
    assert_eq!(outcome.kind(), Some(FaultKind::BadRequest));
    scene.assert_sent(&[]);
}

#[test]
fn a_list_of_the_request_stands_in_place_of_the_configs() {
    let mut scene = chain(&["chat", "b", "c"], json!({ "fallbacks": [{ "chat": ["b"] }] }));
    scene.now("CHAT", Reply::status(500));
    assert_eq!(
        scene.ask(Spec::chat("chat").with(json!({ "fallbacks": ["c"] }))).deployments(),
        ["CHAT", "C"]
    );
}

#[test]
fn a_group_whose_deployments_are_all_benched_is_passed_over_at_once() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings));
    ["a", "b"].iter().for_each(|id| scene.now(id, slow_down("30")));
    scene.ask_chat();
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!((outcome.deployments(), outcome.ms()), (vec!["c"], Some(100)));
    assert_eq!((outcome.retries, outcome.fallbacks), (0, 1));
}

#[test]
fn what_is_not_on_the_hosts_list_is_never_sent_to_whatever_leads_there() {
    let settings = json!({ "fallbacks": [{ "chat": ["dear", "dear1", "backup"] }], "num_retries": 0 });
    let config = config(&[("chat", &["a"]), ("dear", &["dear1"]), ("backup", &["b"])], settings);
    let mut scene = Scene::hosted(&config, &json!({ "allowedModels": ["chat", "backup"] }));
    scene.now("a", Reply::status(500));
    assert_eq!(scene.ask_chat().deployments(), ["a", "b"]);
    for name in ["dear", "dear1"] {
        let outcome = scene.ask(Spec::chat(name));
        assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::UnknownModel), 0));
        assert!(outcome.fault().unwrap().message.ends_with("known are: backup, chat"));
        let options = json!({ "fallbacks": [name] });
        assert_eq!(scene.ask(Spec::chat("chat").with(options)).deployments(), ["a"]);
    }
    assert_eq!(scene.sends_since(0, "dear1"), 0);
}

#[test]
fn a_host_that_bounds_its_sends_is_obeyed() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "num_retries": 5 });
    let config = config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings);
    let mut scene = Scene::hosted(&config, &json!({ "subrequests": 3 }));
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask_chat();
    assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::Unavailable), 3));
}

/// What can be wrong with a whole group.
fn outages() -> Vec<Reply> {
    vec![
        Reply::status(500),
        Reply::status(503),
        Reply::status(401),
        Reply::status(404),
        Reply::status(429),
        slow_down("1"),
        slow_down("0"),
        slow_down("3600"),
        Reply::refusal(429, "insufficient_quota"),
        Reply::no_connection("ECONNREFUSED"),
        Reply::garbage(),
        Reply::cut_after(0),
        Reply::ends_after(0),
        Reply::error_after(0, "overloaded_error"),
        Reply::silent(),
    ]
}

/// The first group is wholly down in one way, the second is well.
fn half_down(outage: &Reply) -> Scene {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "timeout": 2 });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b", "c"]), ("backup", &["x", "y"])], settings));
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, outage.clone()));
    scene
}

#[track_caller]
fn assert_none_failed(scene: &Scene, outage: &Reply) {
    let summary = scene.summary();
    assert_eq!((summary.answered, summary.calls), (1_000, 1_000), "{outage:?}: {:#?}", summary.faults);
}

#[test]
fn s116_with_the_first_group_down_and_the_second_well_no_call_fails_one_after_the_other() {
    for outage in outages() {
        let mut scene = half_down(&outage);
        scene.run_all(1_000, &Spec::chat("chat"));
        assert_none_failed(&scene, &outage);
    }
}

#[test]
fn s116_with_the_first_group_down_and_the_second_well_no_call_fails_all_at_once() {
    for outage in outages() {
        let mut scene = half_down(&outage);
        scene.run_at_once(1_000, &Spec::chat("chat"));
        assert_none_failed(&scene, &outage);
    }
}

#[test]
fn s116_with_the_first_group_down_and_the_second_well_no_stream_fails_at_a_steady_rate() {
    let of_streams = [
        Reply::status(503),
        slow_down("1"),
        Reply::no_connection("ECONNREFUSED"),
        Reply::cut_after(0),
        Reply::error_after(0, "overloaded_error"),
        Reply::stalls_after(0),
    ];
    for outage in of_streams {
        let mut scene = half_down(&outage);
        scene.run_open_loop(1_000, 50, &Spec::stream("chat"));
        assert_none_failed(&scene, &outage);
    }
}

#[test]
fn a_key_that_is_refused_is_not_tried_again_in_the_next_group() {
    let key = json!({ "api_key": "sk-shared" });
    let list = |more: &[&str]| {
        let mut list = vec![deployment("chat", "a", key.clone()), deployment("chat", "b", json!({}))];
        list.extend(more.iter().map(|id| deployment("backup", id, key.clone())));
        list.push(deployment("last", "z", json!({})));
        list
    };
    let settings = json!({ "fallbacks": [{ "chat": ["backup", "last"] }], "num_retries": 0 });
    let mut scene = Scene::new(&with(list(&["c", "d"]), settings.clone()));
    scene.now("a", Reply::status(401));
    scene.now("b", Reply::status(401));
    assert_eq!(scene.ask_chat().deployments().last(), Some(&"z"));
    assert_eq!(scene.summary().sends["c"] + scene.summary().sends["d"], 0);
    // The only deployment of a group is asked all the same: a key may be good for one model and not for another.
    let mut scene = Scene::new(&with(list(&["c"]), settings));
    scene.now("a", Reply::status(403));
    scene.now("b", Reply::status(403));
    assert_eq!(scene.ask_chat().deployments().last(), Some(&"c"));
}
