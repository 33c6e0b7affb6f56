//! What callers are told: every attempt, the class of every failure, and never a secret.

use serde_json::json;
use switchman::error::FaultKind;
use switchman::sim::{Part, Reply, Spec};

use crate::support::{Scene, config};

#[test]
fn s105_whatever_a_connection_dies_of_is_a_connection_error() {
    for words in
        ["undefined", "", "TypeError: fetch failed (ECONNREFUSED)", "\u{0}\u{ffff}é", &"x".repeat(100_000)]
    {
        for spec in [Spec::chat("chat"), Spec::stream("chat")] {
            let mut scene =
                Scene::chat(&["a"], json!({ "num_retries": 0 })).always("a", Reply::no_connection(words));
            let outcome = scene.ask(spec);
            let fault = outcome.fault().unwrap();
            assert_eq!((fault.kind, fault.kind.class()), (FaultKind::Connect, "APIConnectionError"));
            assert_eq!((fault.status, fault.caller_status()), (None, 502));
            assert!(fault.message.len() <= 2_048);
        }
    }
}

#[test]
fn s109_an_error_lists_every_attempt() {
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "num_retries": 1, "timeout": 1 });
    let mut scene = Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings));
    scene.now("a", Reply::status(500).in_ms(30));
    scene.now("b", Reply::status(500).in_ms(30));
    scene.now("c", Reply::silent());
    let outcome = scene.ask_chat();
    assert_eq!(outcome.kind(), Some(FaultKind::Timeout));
    assert_eq!(outcome.attempts.len(), 4);
    for tried in &outcome.attempts[..2] {
        assert_eq!((tried.status, tried.ended_ms.unwrap() - tried.began_ms), (Some(500), 30));
        assert_eq!(tried.fault.as_ref().unwrap().kind, FaultKind::Unavailable);
    }
    for tried in &outcome.attempts[2..] {
        assert_eq!((tried.deployment.as_str(), tried.status), ("c", None));
        assert_eq!(tried.ended_ms.unwrap() - tried.began_ms, 1_000);
        assert_eq!(tried.fault.as_ref().unwrap().kind, FaultKind::Timeout);
    }
}

#[test]
fn s109_an_answer_lists_the_attempts_that_failed_before_it() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", Reply::garbage());
    let outcome = scene.ask_chat();
    let kinds: Vec<_> =
        outcome.attempts.iter().map(|tried| tried.fault.as_ref().map(|fault| fault.kind)).collect();
    assert_eq!(kinds, [Some(FaultKind::BadReply), None]);
    assert_eq!(outcome.attempts[1].usage.unwrap().completion_tokens, 5);
}

#[test]
fn s110_a_secret_in_a_providers_words_is_told_to_nobody() {
    let told = |place: &str| {
        format!("the key sk-secret-of-a of {place} is wrong, Bearer abc.def, sk-proj-0123456789")
    };
    let body = json!({ "error": { "message": told("a body"), "code": null } }).to_string();
    let event = format!("data: {body}\n\n").into_bytes();
    let replies = [
        Reply::status(401).body(body.clone()),
        Reply::status(500).body(told("a page")),
        Reply::no_connection(&told("a connection")),
        Reply::parts([(10, Part::Head(200)), (10, Part::Chunk(body.into_bytes())), (10, Part::End)]),
        Reply::parts([(10, Part::Head(200)), (10, Part::Chunk(event)), (10, Part::End)]),
    ];
    for reply in replies {
        for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
            let mut scene = Scene::chat(&["a", "b"], json!({ "num_retries": 1 })).always("a", reply.clone());
            scene.now("b", reply.clone());
            let outcome = scene.ask(spec.clone());
            assert!(outcome.fault().is_some());
            // Whoever comes next hears of what the deployments were benched for.
            scene.ask(spec);
            let everything =
                format!("{outcome:?} {:?} {}", scene.outcomes().collect::<Vec<_>>(), scene.log());
            for secret in ["sk-secret-of", "abc.def", "0123456789"] {
                assert!(!everything.contains(secret), "{reply:?}: {everything}");
            }
        }
    }
}
