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

/// `chat`, `backup` and `last`, of one deployment each, with default fallbacks.
fn with_defaults(defaults: Value, host: Value) -> Scene {
    let groups: [(&str, &[&str]); 3] = [("chat", &["a"]), ("backup", &["b"]), ("last", &["c"])];
    Scene::hosted(&config(&groups, json!({ "num_retries": 0, "default_fallbacks": defaults })), &host)
}

#[test]
fn s35_with_default_fallbacks_the_first_of_them_answers_a_name_that_nobody_knows() {
    let mut scene = with_defaults(json!(["backup", "last"]), json!({}));
    scene.listen(true);
    let outcome = scene.ask(Spec::chat("nobody"));
    assert_eq!((outcome.deployments(), outcome.fallbacks, outcome.is_answered()), (vec!["b"], 0, true));
    assert!(scene.take_events().iter().all(|event| event["type"] != "fallback"), "it is no move");
    scene.now("b", Reply::status(500));
    let outcome = scene.ask(Spec::chat("nobody"));
    assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["b", "c"], 1), "and then the next");
    let told = scene.explain(&Spec::chat("nobody"));
    assert_eq!(
        (&told["resolved"]["kind"], &told["resolved"]["model_group"]),
        (&json!("default"), &json!("backup"))
    );
    assert_eq!(scene.choose("nobody").as_deref(), Ok("b"));
    // Neither what is asked of the deployments themselves, nor no name at all.
    let direct = Spec::chat("nobody").with(json!({ "specific_deployment": true }));
    assert_eq!(scene.ask(direct).kind(), Some(FaultKind::UnknownModel));
    assert_eq!(scene.ask(Spec::chat("")).kind(), Some(FaultKind::UnknownModel));
}

#[test]
fn the_default_for_a_name_that_nobody_knows_is_under_the_allow_list() {
    let mut scene = with_defaults(json!(["backup", "last"]), json!({ "allowedModels": ["chat", "last"] }));
    assert_eq!(scene.ask(Spec::chat("nobody")).deployments(), ["c"]);
    assert_eq!(
        scene.ask(Spec::chat("backup")).kind(),
        Some(FaultKind::UnknownModel),
        "what is known means itself"
    );
    let mut scene = with_defaults(json!(["backup"]), json!({ "allowedModels": ["chat"] }));
    assert_eq!(scene.ask(Spec::chat("nobody")).kind(), Some(FaultKind::UnknownModel));
}

#[test]
fn what_a_default_replaces_of_a_request_counts_for_a_name_that_nobody_knows() {
    let mut scene = with_defaults(json!([{ "model": "backup", "temperature": 0 }, "last"]), json!({}));
    scene.now("b", Reply::status(500));
    let outcome = scene.ask(Spec::chat("nobody"));
    assert_eq!(
        (outcome.deployments(), outcome.overrides.clone()),
        (vec!["b", "c"], vec!["temperature: 0".to_owned(), String::new()])
    );
    assert_eq!(scene.ask(Spec::chat("backup")).overrides, ["", ""]);
}

#[test]
fn a_pattern_of_one_star_answers_every_name_and_comes_before_the_defaults() {
    let list = vec![
        deployment("chat", "a", json!({})),
        deployment("openai/*", "b", json!({ "model": "openai/*" })),
        deployment("*", "c", json!({ "model": "openai/gpt-4o-mini" })),
    ];
    let mut scene = Scene::new(&with(list, json!({ "default_fallbacks": ["chat"] })));
    for (name, id, model) in [
        ("chat", "a", "openai/gpt-4o"),
        ("openai/gpt-5", "b", "openai/gpt-5"),
        ("whatever", "c", "openai/gpt-4o-mini"),
    ] {
        let outcome = scene.ask(Spec::chat(name));
        assert_eq!((outcome.deployments(), outcome.models()), (vec![id], vec![model]), "{name}");
    }
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
