//! What providers tell of their limits in the headers of their replies.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

fn openai(reply: Reply, what: &str, left: u32, reset: &str) -> Reply {
    let remaining = format!("x-ratelimit-remaining-{what}");
    reply.header(&remaining, &left.to_string()).header(&format!("x-ratelimit-reset-{what}"), reset)
}

fn pair(settings: Value) -> Scene {
    Scene::in_order(&["a", "b"], settings)
}

#[test]
fn a_provider_with_nothing_left_is_passed_over_until_it_counts_anew() {
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        for what in ["requests", "tokens"] {
            let mut scene = pair(json!({})).always("a", openai(Reply::ok(), what, 0, "10s"));
            assert_answered(&scene.ask(spec.clone()));
            assert_answered(&scene.ask(spec.clone()));
            scene.assert_sent(&["a", "b"]);
            scene.assert_not_benched("a");
            scene.advance(10_000);
            assert_answered(&scene.ask(spec.clone()));
            scene.assert_sent(&["a", "b", "a"]);
        }
    }
}

#[test]
fn what_is_left_goes_down_with_the_calls_that_are_under_way() {
    let mut scene = pair(json!({})).first("a", [openai(Reply::ok(), "requests", 2, "1m")]);
    scene.now("b", Reply::ok());
    assert_answered(&scene.ask_chat());
    scene.run_at_once(4, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(1, "b"), 2, "two more go to `a`");
}

#[test]
fn anthropic_tells_moments_and_several_kinds_of_tokens() {
    let list = vec![
        deployment("chat", "a", json!({ "model": "anthropic/claude-sonnet-4-5", "order": 1 })),
        deployment("chat", "b", json!({ "order": 2 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    let told = Reply::status(429)
        .header("anthropic-ratelimit-requests-remaining", "5")
        .header("anthropic-ratelimit-input-tokens-remaining", "0")
        .header("anthropic-ratelimit-input-tokens-reset", "2025-06-15T15:07:00Z")
        .header("anthropic-ratelimit-output-tokens-remaining", "9000");
    scene.now("a", told);
    // The world begins at 2025-06-15T15:06:40Z.
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a", "b"]);
    scene.assert_benched_until("a", 20_000);
}

#[test]
fn a_refusal_that_tells_no_wait_waits_for_the_reset_of_what_is_used_up() {
    let refused = openai(openai(Reply::status(429), "requests", 0, "12s"), "tokens", 500, "40s");
    let mut scene = pair(json!({})).first("a", [refused.clone()]);
    assert_answered(&scene.ask_chat());
    scene.assert_benched_until("a", 12_100);
    // The provider's word on the wait goes before.
    let mut scene = pair(json!({})).first("a", [refused.clone().header("retry-after", "3")]);
    assert_answered(&scene.ask_chat());
    scene.assert_benched_until("a", 3_100);
    // Where nothing is used up, nothing follows from it.
    let mut scene = pair(json!({})).first("a", [openai(Reply::status(429), "tokens", 500, "40s")]);
    assert_answered(&scene.ask_chat());
    scene.assert_benched_until("a", 5_100);
}

#[test]
fn it_is_advice_where_nobody_else_is_left() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", openai(Reply::ok(), "requests", 0, "1m"));
    for _ in 0..3 {
        assert_answered(&scene.ask_chat());
    }
    let mut scene = pair(json!({ "num_retries": 0 }))
        .always("a", openai(Reply::ok(), "requests", 0, "1m"))
        .always("b", Reply::status(401));
    assert_answered(&scene.ask_chat());
    assert_eq!(scene.ask_chat().kind(), Some(FaultKind::Auth));
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a", "b", "a"]);
}

#[test]
fn other_refusals_teach_nothing_of_limits() {
    let mut scene =
        pair(json!({})).first("a", [openai(Reply::status(500), "requests", 0, "1m"), Reply::ok()]);
    assert_answered(&scene.ask_chat());
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a", "b", "a"]);
}
