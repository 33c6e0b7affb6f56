//! Streams: what commits, what fails over unseen, and what ends a stream that the caller has begun to read.

use serde_json::json;
use switchman::error::FaultKind;
use switchman::sim::{Outcome, Part, Reply, Spec};

use crate::support::{Scene, assert_answered};

/// A stream as bytes, and one as objects.
fn both() -> [Spec; 2] {
    [Spec::stream("chat"), Spec::stream("chat").as_objects()]
}

/// How often a piece of text was shown to the caller.
fn shown(outcome: &Outcome, text: &str) -> usize {
    outcome.received.matches(text).count()
}

fn chunk(after_ms: u64, data: &str) -> (u64, Part) {
    (after_ms, Part::Chunk(format!("data: {data}\n\n").into_bytes()))
}

const ROLE: &str = r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#;
const STOP: &str = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;

fn word(text: &str) -> String {
    json!({ "choices": [{ "delta": { "content": text }, "finish_reason": null }] }).to_string()
}

#[test]
fn a_stream_commits_at_its_first_content_and_ends_with_its_terminator() {
    for spec in both() {
        let outcome = Scene::chat(&["a"], json!({})).ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.committed_ms, outcome.ended_ms), (Some(120), Some(220)));
        assert_eq!((shown(&outcome, "w4 "), shown(&outcome, "[DONE]")), (1, 1));
        assert_eq!(outcome.attempts[0].usage.unwrap().completion_tokens, 5);
    }
}

#[test]
fn s81_what_fails_before_its_first_content_fails_over_and_is_never_shown() {
    for reply in [
        Reply::cut_after(0),
        Reply::ends_after(0),
        Reply::error_after(0, "server_error"),
        Reply::garbage(),
        Reply::status(529),
        Reply::no_connection("reset"),
        // JSON in place of a stream.
        Reply::status(200),
    ] {
        for spec in both() {
            let outcome = Scene::in_order(&["a", "b"], json!({})).always("a", reply.clone()).ask(spec);
            assert_answered(&outcome);
            assert_eq!(outcome.deployments(), ["a", "b"], "{reply:?}");
            assert_eq!(
                (shown(&outcome, "assistant"), shown(&outcome, "w0 ")),
                (1, 1),
                "{}",
                outcome.received
            );
            assert_eq!(outcome.retries, 1);
        }
    }
}

#[test]
fn s82_a_failure_after_content_ends_the_stream_and_sends_nothing_again() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }] });
    let config = crate::support::config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings);
    for (reply, kind) in [
        (Reply::cut_after(2), FaultKind::Connect),
        (Reply::ends_after(2), FaultKind::BadReply),
        (Reply::error_after(2, "overloaded_error"), FaultKind::Overloaded),
        (Reply::error_after(2, "rate_limit_exceeded"), FaultKind::RateLimit),
    ] {
        for spec in both() {
            let mut scene = Scene::new(&config);
            ["a", "b"].iter().for_each(|id| scene.now(id, reply.clone()));
            let outcome = scene.ask(spec);
            assert_eq!((outcome.kind(), outcome.attempts.len()), (Some(kind), 1), "{reply:?}");
            assert_eq!((shown(&outcome, "w0 "), shown(&outcome, "w1 "), shown(&outcome, "w2 ")), (1, 1, 0));
            scene.run();
            assert_eq!(scene.sent().len(), 1);
        }
    }
}

#[test]
fn s85_an_end_without_a_terminator_is_an_error_and_counts() {
    for spec in both() {
        let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", Reply::ends_after(3));
        for _ in 0..5 {
            assert_eq!(scene.ask(spec.clone()).kind(), Some(FaultKind::BadReply));
        }
        assert!(scene.benched_ms("a").is_some());
        assert_answered(&scene.ask(spec));
    }
}

#[test]
fn a_connection_that_breaks_after_the_terminator_is_no_error() {
    let reply = || {
        let done = (20, Part::Chunk(b"data: [DONE]\n\n".to_vec()));
        let broken = (30, Part::Broken("reset".to_owned()));
        Reply::parts([(10, Part::Head(200)), chunk(15, &word("hi")), chunk(18, STOP), done, broken])
    };
    for spec in both() {
        assert_answered(&Scene::chat(&["a"], json!({})).always("a", reply()).ask(spec));
    }
}

#[test]
fn s87_a_malformed_event_is_passed_over() {
    let parts = [
        (10, Part::Head(200)),
        chunk(11, ROLE),
        chunk(12, "{oops"),
        chunk(13, &word("hi")),
        chunk(14, STOP),
        chunk(15, "[DONE]"),
        (15, Part::End),
    ];
    for spec in both() {
        let outcome = Scene::chat(&["a"], json!({})).always("a", Reply::parts(parts.clone())).ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.committed_ms, outcome.attempts.len()), (Some(13), 1));
    }
}

#[test]
fn what_nobody_would_see_is_held_back_only_up_to_a_bound() {
    let roles = (0..400).map(|number| chunk(100 + number, ROLE));
    let reply = Reply::parts([(50, Part::Head(200))].into_iter().chain(roles).chain([(600, Part::End)]));
    for spec in both() {
        let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", reply.clone());
        let outcome = scene.ask(spec);
        assert_eq!(outcome.committed_ms, Some(100 + 255), "at the 256th event");
        assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::BadReply), vec!["a"]));
    }
}

#[test]
fn an_answer_in_one_chunk_commits_and_ends() {
    let all = format!("data: {ROLE}\n\ndata: {}\n\ndata: {STOP}\n\ndata: [DONE]\n\n", word("hi"));
    let parts = [(10, Part::Head(200)), (20, Part::Chunk(all.into_bytes())), (20, Part::End)];
    for spec in both() {
        let outcome = Scene::chat(&["a"], json!({})).always("a", Reply::parts(parts.clone())).ask(spec);
        assert_answered(&outcome);
        assert_eq!((outcome.committed_ms, outcome.ended_ms), (Some(20), Some(20)));
        assert_eq!(shown(&outcome, "hi"), 1);
    }
}

#[test]
fn s88_a_reader_that_leaves_has_the_upstream_aborted_in_the_same_step() {
    for spec in both() {
        let reply = Reply::ok().words(1_000);
        let mut scene = Scene::chat(&["a"], json!({})).always("a", reply);
        let outcome = scene.ask(spec.cancelled_after(500));
        assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Cancelled), Some(500)));
        assert_eq!((outcome.aborted.as_slice(), scene.router().running()), (&[0][..], 0));
        scene.assert_not_benched("a");
    }
}

#[test]
fn an_error_with_status_200_is_no_answer() {
    for (code, kind) in [
        ("rate_limit_exceeded", FaultKind::RateLimit),
        ("server_error", FaultKind::Unavailable),
        ("invalid_api_key", FaultKind::Auth),
    ] {
        let reply = Reply::error_after(0, code);
        let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", reply.clone());
        for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
            scene.advance(10_000_000);
            let outcome = scene.ask(spec);
            assert_answered(&outcome);
            assert_eq!(outcome.attempts[0].fault.as_ref().unwrap().kind, kind);
            assert_eq!(outcome.deployments(), ["a", "b"]);
        }
    }
}
