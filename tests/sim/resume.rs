//! `mid_stream`, `commit` and `observe`: what follows when a stream breaks in the caller's hands.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Outcome, Part, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

/// Deployments in order of preference, of which those in `able` can go on from a text.
fn scene(ids: &[&str], able: &[&str], settings: Value) -> Scene {
    let list = ids.iter().zip(1..).map(|(id, order)| {
        let mut entry = deployment("chat", id, json!({ "order": order }));
        entry["model_info"]["supports_assistant_prefill"] = json!(able.contains(id));
        entry
    });
    Scene::new(&with(list.collect(), settings))
}

fn continued() -> Value {
    json!({ "mid_stream": "continue" })
}

/// The text that a caller has put together from the chunks, and the markers between.
fn read(outcome: &Outcome) -> (String, Vec<String>) {
    let (mut text, mut markers) = (String::new(), Vec::new());
    let events = outcome.received.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
    for chunk in events.filter(|data| *data != "[DONE]") {
        let chunk: Value = serde_json::from_str(chunk).unwrap();
        if let Some(marker) = chunk.get("switchman") {
            assert_eq!(chunk["choices"], json!([]));
            markers.push(format!("{} by attempt {}", marker["event"].as_str().unwrap(), marker["attempt"]));
        }
        text.push_str(chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default());
    }
    (text, markers)
}

fn words(range: std::ops::Range<u32>) -> String {
    range.map(|number| format!("w{number} ")).collect()
}

fn event(after_ms: u64, data: &Value) -> (u64, Part) {
    (after_ms, Part::Chunk(format!("data: {data}\n\n").into_bytes()))
}

fn delta(delta: Value) -> Value {
    json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}

/// A stream of these deltas that then breaks.
fn breaks_after(deltas: &[Value]) -> Reply {
    let chunks = deltas.iter().zip(10..).map(|(one, at)| event(at, &delta(one.clone())));
    let parts = [(5, Part::Head(200))].into_iter().chain(chunks);
    Reply::parts(parts.chain([(90, Part::Broken("reset".to_owned()))]))
}

#[test]
fn s83_continue_goes_on_where_the_text_broke_off() {
    for broken in [Reply::cut_after(5), Reply::ends_after(5), Reply::error_after(5, "overloaded_error")] {
        // The second model begins anew; what the caller has is not told again.
        let mut scene =
            scene(&["a", "b"], &["b"], continued()).always("a", broken).always("b", Reply::ok().words(8));
        let outcome = scene.ask(Spec::stream("chat"));
        assert_answered(&outcome);
        assert_eq!(outcome.deployments(), ["a", "b"]);
        assert_eq!(read(&outcome), (words(0..8), vec!["continue by attempt 1".to_owned()]));
        assert_eq!(outcome.received.matches("[DONE]").count(), 1);
        assert_eq!(outcome.received.matches("assistant").count(), 1, "one role chunk");
        assert_eq!(outcome.retries, 1);
    }
}

#[test]
fn s83_restart_begins_anew_behind_a_marker() {
    let mut scene =
        scene(&["a", "b"], &[], json!({ "mid_stream": "restart" })).always("a", Reply::cut_after(2));
    let outcome = scene.ask(Spec::stream("chat"));
    assert_answered(&outcome);
    let (text, markers) = read(&outcome);
    assert_eq!(text, words(0..2) + &words(0..5));
    assert_eq!(markers, ["restart by attempt 1"]);
    let (before, after) = outcome.received.split_once("restart").unwrap();
    assert_eq!((before.matches("w1 ").count(), after.matches("w1 ").count()), (1, 1));
}

#[test]
fn a_request_decides_against_the_router() {
    let ask = |settings: Value, options: Value| {
        let mut scene = scene(&["a", "b"], &["b"], settings).always("a", Reply::cut_after(5));
        scene.ask(Spec::stream("chat").with(options)).attempts.len()
    };
    assert_eq!(ask(json!({}), json!({})), 1);
    assert_eq!(ask(json!({}), continued()), 2);
    assert_eq!(ask(continued(), json!({ "mid_stream": "error" })), 1);
}

#[test]
fn only_who_can_goes_on() {
    let ids = ["a", "b", "c"];
    let mut one = scene(&ids, &["c"], continued()).always("a", Reply::cut_after(5));
    assert_eq!(one.ask(Spec::stream("chat")).deployments(), ["a", "c"]);
    let mut nobody = scene(&ids, &[], continued()).always("a", Reply::cut_after(5));
    let outcome = nobody.ask(Spec::stream("chat"));
    assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::Connect), 1));
}

#[test]
fn another_group_goes_on_where_the_first_has_nobody() {
    let mut list = vec![deployment("chat", "a", json!({})), deployment("backup", "b", json!({}))];
    list[1]["model_info"]["supports_assistant_prefill"] = json!(true);
    let settings = json!({ "mid_stream": "continue", "fallbacks": [{ "chat": ["backup"] }] });
    let mut scene = Scene::new(&with(list, settings)).always("a", Reply::cut_after(5));
    let outcome = scene.ask(Spec::stream("chat"));
    assert_answered(&outcome);
    assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["a", "b"], 1));
}

#[test]
fn nothing_goes_on_from_within_a_tool_call_or_a_thought() {
    let text = json!({ "content": "Let me look." });
    let call = json!({ "tool_calls": [{ "index": 0, "function": { "name": "f", "arguments": "{" } }] });
    let thought = json!({ "reasoning_content": "hm" });
    for deltas in [vec![text.clone(), call.clone()], vec![call], vec![thought.clone()], vec![text, thought]] {
        let mut scene = scene(&["a", "b"], &["b"], continued()).always("a", breaks_after(&deltas));
        let outcome = scene.ask(Spec::stream("chat"));
        assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(FaultKind::Connect), 1), "{deltas:?}");
    }
}

#[test]
fn s84_silence_in_a_stream_is_gone_on_from_too() {
    let settings = json!({ "mid_stream": "continue", "idle_timeout": 2 });
    let mut scene = scene(&["a", "b"], &["b"], settings)
        .always("a", Reply::stalls_after(5))
        .always("b", Reply::ok().words(7));
    let outcome = scene.ask(Spec::stream("chat"));
    assert_answered(&outcome);
    assert_eq!(read(&outcome).0, words(0..7));
    assert_eq!(outcome.attempts[0].fault.as_ref().unwrap().kind, FaultKind::Timeout);
    assert_eq!(outcome.aborted, [0]);
}

#[test]
fn a_deployment_that_refuses_to_go_on_is_passed_over_unseen() {
    let mut scene = scene(&["a", "b", "c"], &["b", "c"], continued())
        .always("a", Reply::cut_after(5))
        .always("b", Reply::status(400))
        .always("c", Reply::ok().words(6));
    let outcome = scene.ask(Spec::stream("chat").with(json!({ "num_retries": 3 })));
    // A 400 says nothing of the next deployment here, and the group has one more.
    assert_eq!(outcome.deployments(), ["a", "b", "c"]);
    assert_answered(&outcome);
    assert_eq!(read(&outcome), (words(0..6), vec!["continue by attempt 2".to_owned()]));
}

#[test]
fn a_stream_may_break_twice() {
    let mut scene = scene(&["a", "b", "c"], &["b", "c"], continued())
        .always("a", Reply::cut_after(5))
        .always("b", Reply::cut_after(7))
        .always("c", Reply::ok().words(9));
    let outcome = scene.ask(Spec::stream("chat"));
    assert_answered(&outcome);
    assert_eq!(read(&outcome).0, words(0..9));
    assert_eq!(read(&outcome).1, ["continue by attempt 1", "continue by attempt 2"]);
}

#[test]
fn what_cannot_be_mended_ends_as_before() {
    let mut scene = scene(&["a", "b"], &["b"], continued())
        .always("a", Reply::cut_after(5))
        .always("b", Reply::status(500));
    let outcome = scene.ask(Spec::stream("chat").with(json!({ "num_retries": 1 })));
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::Unavailable), vec!["a", "b"]));
    assert_eq!(read(&outcome), (words(0..5), vec![]), "nothing is told of a send that came to nothing");
    assert_eq!(outcome.received.matches("[DONE]").count(), 0);
}

#[test]
fn s88_what_a_broken_stream_has_told_of_its_usage_is_kept() {
    let mut told = delta(json!({ "content": "Hello" }));
    told["usage"] = json!({ "prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6 });
    let parts = [(5, Part::Head(200)), event(10, &told), (90, Part::Broken("reset".to_owned()))];
    let mut scene = scene(&["a"], &[], json!({})).always("a", Reply::parts(parts));
    let outcome = scene.ask(Spec::stream("chat").as_objects());
    assert_eq!(outcome.kind(), Some(FaultKind::Connect));
    let usage = outcome.attempts[0].usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens), (5, 1));
}

#[test]
fn commit_at_the_head_gives_the_stream_away_at_once() {
    let mut scene = scene(&["a", "b"], &[], json!({ "commit": "head" })).always("a", Reply::cut_after(0));
    let outcome = scene.ask(Spec::stream("chat"));
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::Connect), vec!["a"]));
    assert_eq!(outcome.committed_ms, Some(100));
    let refused = self::scene(&["a", "b"], &[], json!({ "commit": "head" }))
        .always("a", Reply::status(500))
        .ask(Spec::stream("chat"));
    assert_answered(&refused);
}

#[test]
fn observe_off_takes_a_head_for_an_answer() {
    let ask = |observe: &str, reply: Reply| {
        let settings = json!({ "observe": observe });
        scene(&["a", "b"], &[], settings).always("a", reply).ask(Spec::stream("chat"))
    };
    let off = ask("off", Reply::cut_after(3));
    assert_eq!((off.is_answered(), off.ms(), off.attempts[0].usage), (true, Some(100), None));
    let head = ask("head", Reply::cut_after(3));
    assert_eq!((head.is_answered(), head.ms()), (true, Some(120)));
    assert_eq!(ask("head", Reply::cut_after(0)).deployments(), ["a", "b"]);
    assert!(!ask("full", Reply::cut_after(3)).is_answered());
}

#[test]
fn what_is_read_for_the_caller_is_watched_to_its_end() {
    let settings = json!({ "observe": "off" });
    let mut scene = scene(&["a"], &[], settings).always("a", Reply::cut_after(3));
    assert_eq!(scene.ask(Spec::stream("chat").as_objects()).kind(), Some(FaultKind::Connect));
}
