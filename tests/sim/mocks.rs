//! Answers without a provider.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

/// One deployment that answers a text of its own, in a provider's words.
fn scene(model: &str, mock: Value) -> Scene {
    let mut more = json!({ "model": model });
    more.as_object_mut().unwrap().extend(mock.as_object().unwrap().clone());
    // What a provider would say is never seen.
    Scene::new(&with(vec![deployment("chat", "a", more)], json!({ "num_retries": 0 })))
        .always("a", Reply::status(500))
}

const MODELS: [&str; 2] = ["openai/gpt-4o", "anthropic/claude-sonnet-4-5"];

#[test]
fn a_deployment_answers_a_text_of_its_own_whatever_its_provider() {
    for model in MODELS {
        for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
            let mut scene = scene(model, json!({ "mock_response": "Well met" }));
            let outcome = scene.ask(spec.clone());
            assert_answered(&outcome);
            assert_eq!(outcome.ms(), Some(0));
            if !spec.is_stream() {
                assert!(outcome.received.contains("Well met"), "{}", outcome.received);
                assert_eq!(outcome.attempts[0].usage.unwrap().completion_tokens, 20);
            }
            assert!(outcome.received.contains("met"), "{}", outcome.received);
        }
    }
}

#[test]
fn a_mock_takes_its_time_and_is_bound_by_the_limits() {
    let slow = json!({ "mock_response": "Well", "mock_delay": 0.4 });
    assert_eq!(scene(MODELS[0], slow.clone()).ask_chat().ms(), Some(400));
    let outcome = scene(MODELS[0], slow).ask(Spec::chat("chat").with(json!({ "timeout": 0.3 })));
    assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(300)));
    let silent = json!({ "mock_timeout": true, "timeout": 2 });
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::embedding("chat")] {
        let outcome = scene(MODELS[0], silent.clone()).ask(spec);
        assert_eq!((outcome.kind(), outcome.ms()), (Some(FaultKind::Timeout), Some(2_000)));
    }
}

#[test]
fn a_call_may_ask_for_it_and_its_word_goes_first() {
    let mut scene = scene(MODELS[1], json!({ "mock_response": "of the config" }));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "mock_response": "of the call" })));
    assert!(outcome.received.contains("of the call"), "{}", outcome.received);
}

#[test]
fn what_is_mocked_fails_over_and_recovers_like_anything_else() {
    let list = vec![
        deployment("chat", "a", json!({ "mock_timeout": true, "timeout": 1, "order": 1 })),
        deployment("chat", "b", json!({ "mock_response": "Here", "order": 2 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    let outcome = scene.ask_chat();
    assert_answered(&outcome);
    assert_eq!((outcome.deployments(), outcome.retries), (vec!["a", "b"], 1));
}

#[test]
fn there_are_no_mocked_embeddings() {
    let mut scene = scene(MODELS[0], json!({ "mock_response": "Here" }));
    let outcome = scene.ask(Spec::embedding("chat"));
    assert_eq!(outcome.kind(), Some(FaultKind::BadRequest));
    assert!(outcome.fault().unwrap().message.contains("chat completions"));
}
