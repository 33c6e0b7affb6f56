//! What is told while it happens, and what it costs who does not listen.

use serde_json::{Value, json};
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, config, slow_down};

/// The names of events, and whom they are about.
fn told(events: &[Value]) -> Vec<(&str, &str)> {
    let of = |event: &'_ Value, key: &str| event[key].as_str().map(str::to_owned);
    events
        .iter()
        .map(|event| {
            let id = of(event, "deployment").map_or("", |id| if id == "a" { "a" } else { "b" });
            (event["type"].as_str().expect("an event has a name"), id)
        })
        .collect()
}

fn listening(mut scene: Scene) -> Scene {
    scene.listen(true);
    scene
}

#[test]
fn a_call_that_is_answered_at_once() {
    let mut scene = listening(Scene::chat(&["a"], json!({})));
    scene.ask_chat();
    let events = scene.take_events();
    let expected = [
        ("request_start", ""),
        ("deployment_selected", "a"),
        ("attempt_start", "a"),
        ("attempt_end", "a"),
        ("request_end", "a"),
    ];
    assert_eq!(told(&events), expected);
    assert!(events.iter().all(|event| event["call_id"] == 0 && event["model_group"] == "chat"));
    assert_eq!((&events[0]["requested_model"], &events[0]["stream"]), (&json!("chat"), &json!(false)));
    assert_eq!((&events[1]["reason"], &events[2]["model_used"]), (&json!("first"), &json!("openai/gpt-4o")));
    let end = &events[4];
    assert_eq!((&end["status"], &end["error"], &end["attempts"]), (&json!(200), &Value::Null, &json!(1)));
    assert!(end["ms"].as_u64().unwrap() > 0 && end["usage"]["total_tokens"].as_u64().unwrap() > 0);
    assert!(scene.take_events().is_empty(), "each is told once");
}

#[test]
fn a_retry_elsewhere_opens_a_circuit_and_a_probe_closes_it() {
    let mut scene = listening(Scene::in_order(&["a", "b"], json!({})).first("a", [slow_down("4")]));
    scene.ask_chat();
    let events = scene.take_events();
    let expected = [
        ("request_start", ""),
        ("deployment_selected", "a"),
        ("attempt_start", "a"),
        ("attempt_end", "a"),
        ("cooldown_open", "a"),
        ("retry", "b"),
        ("deployment_selected", "b"),
        ("attempt_start", "b"),
        ("attempt_end", "b"),
        ("request_end", "b"),
    ];
    assert_eq!(told(&events), expected);
    assert_eq!((&events[3]["status"], &events[3]["error"]), (&json!(429), &json!("RateLimitError")));
    assert_eq!((&events[4]["ms"], &events[4]["scope"]), (&json!(4_000), &json!("deployment")));
    assert_eq!((&events[5]["error"], &events[5]["wait_ms"]), (&json!("RateLimitError"), &json!(0)));
    assert_eq!(events[9]["attempted_retries"], 1);
    scene.advance(4_000);
    scene.ask_chat();
    let events = scene.take_events();
    let names: Vec<_> = told(&events).into_iter().map(|(name, _)| name).collect();
    let expected = [
        "request_start",
        "deployment_selected",
        "attempt_start",
        "cooldown_half_open",
        "attempt_end",
        "cooldown_close",
        "request_end",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_wait_is_told_once_and_before_it() {
    let mut scene =
        listening(Scene::chat(&["a"], json!({ "num_retries": 1 })).first("a", [Reply::status(500)]));
    scene.ask_chat();
    let events = scene.take_events();
    let retries: Vec<_> = events.iter().filter(|event| event["type"] == "retry").collect();
    assert_eq!(retries.len(), 1);
    assert!(retries[0]["wait_ms"].as_u64().unwrap() >= 500);
    assert_eq!((&retries[0]["deployment"], &retries[0]["attempt"]), (&Value::Null, &json!(1)));
    let selected: Vec<_> = events.iter().filter(|event| event["type"] == "deployment_selected").collect();
    assert_eq!((&selected[0]["reason"], &selected[1]["reason"]), (&json!("first"), &json!("retry")));
}

#[test]
fn a_fallback_tells_where_from_and_where_to() {
    let settings = json!({ "num_retries": 0, "fallbacks": [{ "chat": ["spare"] }] });
    let groups: [(&str, &[&str]); 2] = [("chat", &["a"]), ("spare", &["b"])];
    let mut scene = listening(Scene::new(&config(&groups, settings)).always("a", Reply::status(503)));
    scene.ask_chat();
    let events = scene.take_events();
    let fallback = events.iter().find(|event| event["type"] == "fallback").expect("it is told");
    assert_eq!((&fallback["from"], &fallback["to"]), (&json!("chat"), &json!("spare")));
    assert_eq!(
        (&fallback["error"], &fallback["model_group"]),
        (&json!("ServiceUnavailableError"), &json!("spare"))
    );
    let end = events.last().expect("it ends");
    assert_eq!((&end["type"], &end["attempted_fallbacks"]), (&json!("request_end"), &json!(1)));
    assert!(!events.iter().any(|event| event["type"] == "retry"));
}

#[test]
fn a_stream_tells_its_first_content_and_what_it_used() {
    let mut scene = listening(Scene::chat(&["a"], json!({})));
    scene.ask(Spec::stream("chat").as_objects());
    let events = scene.take_events();
    let first = events.iter().find(|event| event["type"] == "first_token").expect("it is told");
    let end = events.last().expect("it ends");
    assert_eq!(first["ms"], end["first_token_ms"]);
    assert!(end["ms"].as_u64() > first["ms"].as_u64());
}

#[test]
fn what_never_began_is_told_too_and_what_was_given_up() {
    let mut scene = listening(Scene::chat(&["a"], json!({})));
    scene.ask(Spec::chat("nothing"));
    let events = scene.take_events();
    assert_eq!(told(&events), [("request_start", ""), ("request_end", "")]);
    assert_eq!((&events[1]["status"], &events[1]["error"]), (&json!(404), &json!("NotFoundError")));
    assert_eq!((&events[1]["model_group"], &events[1]["attempts"]), (&Value::Null, &json!(0)));

    scene.ask(Spec::chat("chat").cancelled_after(10));
    let events = scene.take_events();
    assert_eq!(events.last().unwrap()["error"], "AbortError");
    assert_eq!(told(&events)[3], ("attempt_end", "a"));
}

#[test]
fn a_second_send_is_told_as_one_and_no_retry() {
    let settings = json!({ "hedging": { "after_ms": 200 } });
    let mut scene = listening(Scene::in_order(&["a", "b"], settings).always("a", Reply::ok().in_ms(5_000)));
    scene.ask_chat();
    let events = scene.take_events();
    let reasons: Vec<_> = events.iter().filter_map(|event| event["reason"].as_str()).collect();
    assert_eq!(reasons, ["first", "hedge"]);
    let ends: Vec<_> = events.iter().filter(|event| event["type"] == "attempt_end").collect();
    assert_eq!((&ends[0]["error"], &ends[1]["error"]), (&json!("AbortError"), &Value::Null));
}

#[test]
fn nobody_listens_nothing_is_kept_and_a_listener_who_sleeps_gets_the_last_of_it() {
    let mut scene = Scene::chat(&["a"], json!({}));
    (0..10).for_each(|_| drop(scene.ask_chat()));
    scene.listen(true);
    assert!(scene.take_events().is_empty());
    (0..1_000).for_each(|_| drop(scene.ask_chat()));
    assert_eq!(scene.snapshot()["router"]["dropped_events"], 5_000 - 1_024);
    let events = scene.take_events();
    assert_eq!((events.len(), &events[1_023]["call_id"]), (1_024, &json!(1_009)));
    scene.listen(false);
    scene.ask_chat();
    assert!(scene.take_events().is_empty());
}

#[test]
fn s110_no_event_holds_a_key_or_a_word_of_the_request() {
    let echo = Reply::status(401).body(r#"{"error":{"message":"bad key sk-secret-of-a"}}"#);
    let mut scene = listening(Scene::in_order(&["a", "b"], json!({})).always("a", echo));
    scene.ask_chat();
    let all = Value::from(scene.take_events()).to_string();
    assert!(!all.contains("sk-secret") && !all.contains("bad key"), "{all}");
    let explained = scene.explain(&Spec::chat("chat")).to_string();
    let snapshot = scene.snapshot().to_string();
    assert!(!explained.contains("sk-secret") && !snapshot.contains("sk-secret"));
}
