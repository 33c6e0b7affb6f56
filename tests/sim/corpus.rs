//! What real error bodies are taken for: `tests/fixtures/errors/corpus.jsonl`, one of a provider and a class at least.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Part, Reply, Spec};

use crate::support::{Scene, deployment, with};

fn rows() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors/corpus.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A body as it came: text, or JSON.
fn body(row: &Value) -> String {
    row["body"].as_str().map_or_else(|| row["body"].to_string(), str::to_owned)
}

/// The refusal of a row. Where no status came with it: a stream that has the body as its first event, and an answer that
/// is the body.
fn replies(row: &Value) -> Vec<(Reply, Spec)> {
    let body = body(row);
    let Some(status) = row["status"].as_u64() else {
        let answer =
            |bytes: Vec<u8>| Reply::parts([(0, Part::Head(200)), (0, Part::Chunk(bytes)), (0, Part::End)]);
        let mut replies = vec![(answer(format!("data: {body}\n\n").into_bytes()), Spec::stream("chat"))];
        // A scan sees these two, and not what stands beside them.
        if ["error", "base_resp"].iter().any(|name| row["body"].get(name).is_some())
            && row["body"].get("choices").is_none()
        {
            replies.push((answer(body.into_bytes()), Spec::chat("chat")));
        }
        return replies;
    };
    let mut reply = Reply::status(status.try_into().unwrap()).body(body).in_ms(0);
    for (name, value) in row["headers"].as_object().into_iter().flatten() {
        reply = reply.header(name, value.as_str().unwrap());
    }
    vec![(reply, Spec::chat("chat"))]
}

#[test]
fn s115_real_error_bodies_are_of_the_class_that_they_mean() {
    let rows = rows();
    let mut wrong = Vec::new();
    for (row, (reply, spec)) in
        rows.iter().flat_map(|row| replies(row).into_iter().map(move |one| (row, one)))
    {
        let mut scene = Scene::chat(&["a"], json!({ "num_retries": 0 })).always("a", reply);
        let outcome = scene.ask(spec);
        let fault = outcome.fault().unwrap();
        let found = (format!("{:?}", fault.kind), fault.retry_after_ms);
        let expected = (row["class"].as_str().unwrap().to_owned(), row["retry_ms"].as_u64());
        if found != expected {
            wrong.push(format!("{found:?} for {row}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_has_every_class_that_a_provider_can_tell_and_says_where_it_is_from() {
    let rows = rows();
    assert!(rows.len() >= 120);
    let classes: BTreeSet<&str> = rows.iter().map(|row| row["class"].as_str().unwrap()).collect();
    for kind in FaultKind::ALL.into_iter().filter(|kind| (*kind as u8) <= FaultKind::BadReply as u8) {
        assert!(kind == FaultKind::Connect || classes.contains(format!("{kind:?}").as_str()), "{kind:?}");
    }
    let sources = rows.iter().all(|row| row["from"].as_str().is_some_and(|from| !from.is_empty()));
    assert!(sources);
}

#[test]
fn the_users_rules_come_before_the_tables_in_replies_answers_and_streams() {
    let rules = json!([
        { "status": 400, "message_contains": "no capacity", "kind": "server" },
        { "code": "odd", "kind": "rate_limit" },
    ]);
    let refused = Reply::status(400).body(json!({ "error": { "message": "No capacity." } }).to_string());
    let odd = json!({ "error": { "message": "m", "code": "odd" } }).to_string();
    let whole =
        Reply::parts([(0, Part::Head(200)), (0, Part::Chunk(odd.clone().into_bytes())), (0, Part::End)]);
    let event = format!("data: {odd}\n\n").into_bytes();
    let stream = Reply::parts([(0, Part::Head(200)), (0, Part::Chunk(event)), (0, Part::End)]);
    for (reply, spec, kind, without) in [
        (refused, Spec::chat("chat"), FaultKind::Unavailable, FaultKind::BadRequest),
        (whole, Spec::chat("chat"), FaultKind::RateLimit, FaultKind::BadReply),
        (stream, Spec::stream("chat"), FaultKind::RateLimit, FaultKind::BadReply),
    ] {
        for (rules, kind) in [(rules.clone(), kind), (json!([]), without)] {
            let settings = json!({ "num_retries": 0, "error_rules": rules });
            let mut scene = Scene::chat(&["a"], settings).always("a", reply.clone());
            assert_eq!(scene.ask(spec.clone()).kind(), Some(kind));
        }
    }
    // What a connection dies of is the host's word, whatever it says.
    let rules = json!([{ "message_contains": "odd", "kind": "quota" }]);
    let settings = json!({ "num_retries": 0, "error_rules": rules });
    let mut scene = Scene::chat(&["a"], settings).always("a", Reply::no_connection("odd"));
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::Connect));
}

#[test]
fn the_quota_of_one_model_benches_that_model_and_not_its_key() {
    let list = |more: &str| {
        let quota = json!([{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": more }] }]);
        json!({ "error": { "code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED", "details": quota } })
            .to_string()
    };
    for (id, is_of_model) in [("RequestsPerDayPerProjectPerModel", true), ("RequestsPerDayPerProject", false)]
    {
        let key = json!({ "api_key": "sk-one-and-the-same" });
        let config = with(
            vec![deployment("big", "a", key.clone()), deployment("small", "b", key)],
            json!({ "num_retries": 0, "fallbacks": [{ "big": ["small"] }] }),
        );
        let mut scene = Scene::new(&config).always("a", Reply::status(429).body(list(id)));
        let outcome = scene.ask(Spec::chat("big"));
        assert_eq!(outcome.fault().is_none(), is_of_model, "{id}");
        assert_eq!(outcome.attempts[0].fault.as_ref().unwrap().kind, FaultKind::Quota);
        assert!(scene.benched_ms("a").is_some());
        assert_eq!(scene.benched_ms("b").is_some(), !is_of_model, "{id}");
    }
}
