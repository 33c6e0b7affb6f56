//! What real error bodies are taken for: `tests/fixtures/errors/corpus.jsonl`, one of a provider and a class at least.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Part, Reply, Spec};

use crate::support::Scene;

fn rows() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors/corpus.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A body as it came: text, or JSON.
fn body(row: &Value) -> String {
    row["body"].as_str().map_or_else(|| row["body"].to_string(), str::to_owned)
}

/// The refusal of a row, or a stream that has the body as its first event where no status came with it.
fn reply(row: &Value) -> (Reply, Spec) {
    let body = body(row);
    let Some(status) = row["status"].as_u64() else {
        let event = format!("data: {body}\n\n").into_bytes();
        return (
            Reply::parts([(0, Part::Head(200)), (0, Part::Chunk(event)), (0, Part::End)]),
            Spec::stream("chat"),
        );
    };
    let mut reply = Reply::status(status.try_into().unwrap()).body(body).in_ms(0);
    for (name, value) in row["headers"].as_object().into_iter().flatten() {
        reply = reply.header(name, value.as_str().unwrap());
    }
    (reply, Spec::chat("chat"))
}

#[test]
fn s115_real_error_bodies_are_of_the_class_that_they_mean() {
    let rows = rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let (reply, spec) = reply(row);
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
