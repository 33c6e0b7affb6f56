//! What a model's name means: groups, aliases, deployment ids, and names that nobody knows.

use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Reply, Spec, World};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

fn aliased(aliases: Value) -> Scene {
    let settings = json!({ "model_group_alias": aliases, "fallbacks": [{ "chat": ["backup"] }] });
    Scene::new(&config(&[("chat", &["a", "b"]), ("backup", &["c"])], settings))
}

fn listed(scene: &Scene) -> Vec<String> {
    let list: Value = serde_json::from_str(&scene.router().models()).unwrap();
    list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn s27_an_alias_is_answered_by_its_group() {
    let mut scene = aliased(json!({ "al": "chat" }));
    let outcome = scene.ask(Spec::chat("al"));
    assert_answered(&outcome);
    assert_eq!(outcome.requested, "al");
    assert!(["a", "b"].contains(&outcome.deployments()[0]));
}

#[test]
fn s28_the_fallbacks_of_a_group_count_for_its_aliases() {
    let mut scene = aliased(json!({ "al": "chat" }));
    ["a", "b"].iter().for_each(|id| scene.now(id, Reply::status(500)));
    let outcome = scene.ask(Spec::chat("al"));
    assert_answered(&outcome);
    assert_eq!((outcome.fallbacks, *outcome.deployments().last().unwrap()), (1, "c"));
}

#[test]
fn s29_a_hidden_alias_is_called_and_not_listed() {
    let mut scene = aliased(json!({ "al": "chat", "secret": { "model": "chat", "hidden": true } }));
    assert_answered(&scene.ask(Spec::chat("secret")));
    assert_eq!(listed(&scene), ["al", "backup", "chat"]);
}

#[test]
fn s30_an_alias_of_an_alias_leads_to_the_group() {
    let mut scene = aliased(json!({ "one": "two", "two": "chat" }));
    let outcome = scene.ask(Spec::chat("one"));
    assert_answered(&outcome);
    assert!(["a", "b"].contains(&outcome.deployments()[0]));
}

#[test]
fn s34_a_deployment_that_is_named_by_its_id_is_called_even_while_it_is_benched() {
    let mut scene = aliased(json!({})).always("a", slow_down("60"));
    while scene.benched_ms("a").is_none() {
        scene.ask_chat();
    }
    scene.now("a", Reply::ok());
    let outcome = scene.ask(Spec::chat("a"));
    assert_answered(&outcome);
    assert_eq!(outcome.deployments(), ["a"]);
}

#[test]
fn s34_a_deployment_that_is_named_is_the_only_one_that_is_tried() {
    let mut scene = aliased(json!({})).always("a", Reply::status(500));
    let outcome = scene.ask(Spec::chat("a").with(json!({ "disable_fallbacks": true })));
    assert_eq!((outcome.kind(), outcome.deployments()), (Some(FaultKind::Unavailable), vec!["a"; 3]));
}

#[test]
fn s35_an_unknown_model_is_a_404_that_tells_what_is_known() {
    let mut scene = aliased(json!({ "al": "chat" }));
    let outcome = scene.ask(Spec::chat("chta"));
    let fault = outcome.fault().unwrap();
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::UnknownModel, 404));
    for name in ["`chta`", "al", "backup", "chat"] {
        assert!(fault.message.contains(name), "{}", fault.message);
    }
    assert_eq!(outcome.ms(), Some(0));
    scene.assert_sent(&[]);
    assert_eq!(scene.router().running(), 0);
}

#[test]
fn s36_two_deployments_of_one_id_are_a_mistake_in_the_config() {
    let error = World::new(&config(&[("chat", &["a", "a"])], json!({})), 1).unwrap_err().to_string();
    assert!(error.contains("model_info.id"), "{error}");
}

#[test]
fn s37_a_list_of_organisations_is_a_deployment_of_each() {
    let both = deployment("chat", "a", json!({ "organization": ["north", "south"] }));
    let mut scene = Scene::new(&with(vec![both], json!({}))).always("a:north", Reply::status(404));
    (0..20).for_each(|_| assert_answered(&scene.ask_chat()));
    assert!(scene.benched_ms("a:north").is_some());
    scene.assert_not_benched("a:south");
}
