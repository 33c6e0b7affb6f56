//! Groups, ids, aliases and fallbacks.

use serde_json::{Value, json};
use switchman::config::{Alias, DeploymentIx, GroupIx, Resolved};

use crate::support::{config, entry, groups, merge, notices, one, problems, refused};

fn with_id(name: &str, id: Value) -> Value {
    let mut entry = entry(name, json!({}));
    merge(&mut entry, json!({ "model_info": { "id": id } }));
    entry
}

#[test]
fn an_id_is_stable_and_tells_deployments_apart() {
    let id = |more: Value| config(&one(more)).deployments.remove(0).id;
    let plain = id(json!({}));
    assert_eq!(
        plain,
        id(json!({ "api_key": "sk-other", "extra_headers": { "x": "y" }, "rpm": 5, "weight": 2 }))
    );
    for other in [
        json!({ "model": "gpt-4o-mini" }),
        json!({ "api_base": "https://eu.example.com/v1" }),
        json!({ "organization": "org" }),
        json!({ "region_name": "eu" }),
    ] {
        assert_ne!(plain, id(other));
    }
    let twins = config(
        &json!({ "model_list": [entry("chat", json!({})), entry("chat", json!({})), entry("x", json!({}))] }),
    );
    let [a, b, c] = twins.deployments.as_slice() else { panic!("three deployments") };
    assert_eq!(a.id, plain);
    assert!(a.id != b.id && a.id != c.id && b.id != c.id);
    assert_eq!(twins.resolve(&b.id), Some(Resolved::Deployment(DeploymentIx(1))));
}

#[test]
fn ids_may_be_declared_once() {
    let config = config(&json!({ "model_list": [with_id("a", json!("one")), with_id("a", json!(2))] }));
    assert_eq!(config.resolve("one"), Some(Resolved::Deployment(DeploymentIx(0))));
    assert_eq!(config.resolve("2"), Some(Resolved::Deployment(DeploymentIx(1))));
    let twice = json!({ "model_list": [with_id("a", json!("one")), with_id("b", json!("one"))] });
    refused(&twice, "model_list[1].model_info.id", "already that of model_list[0]");
    refused(
        &json!({ "model_list": [with_id("a", json!(1.5))] }),
        "model_list[0].model_info.id",
        "a string or a whole number",
    );
    refused(&json!({ "model_list": [with_id("a", json!(""))] }), "model_list[0].model_info.id", "is empty");
}

#[test]
fn an_id_that_is_a_group_is_told_of() {
    assert!(notices(&json!({ "model_list": [with_id("a", json!("a"))] })).is_empty());
    let hidden = notices(&json!({ "model_list": [with_id("a", json!("b")), entry("b", json!({}))] }));
    assert!(hidden.len() == 1 && hidden[0].contains("model_list[0]"), "{hidden:?}");
}

#[test]
fn aliases_are_followed_to_their_group() {
    let config = config(&groups(
        &["chat"],
        json!({ "model_group_alias": { "al": "chat", "bo": { "model": "al", "hidden": true } } }),
    ));
    let chat = GroupIx(0);
    assert_eq!(config.resolve("al"), Some(Resolved::Group(chat)));
    assert_eq!(config.resolve("bo"), Some(Resolved::Group(chat)));
    assert_eq!(config.names.listed(), ["al", "chat"]);
    assert_eq!(config.names.group("bo"), Some(Alias { group: chat, hidden: true }.group));
}

#[test]
fn aliases_that_lead_nowhere_are_refused() {
    for (aliases, path, words) in [
        (json!({ "al": "chta" }), "model_group_alias.al", "did you mean `chat`?"),
        (json!({ "al": "al" }), "model_group_alias.al", "goes in a circle: `al` → `al`"),
        (json!({ "chat": "other" }), "model_group_alias.chat", "hides the group `chat`"),
        (json!({ "al": 3 }), "model_group_alias.al", "expected the name of a group, got a number"),
        (json!({ "al": {} }), "model_group_alias.al.model", "is missing"),
        (
            json!({ "al": { "model": "chat", "hiden": true } }),
            "model_group_alias.al.hiden",
            "did you mean `hidden`?",
        ),
        (
            json!({ "al": { "model": "chat", "hidden": "yes" } }),
            "model_group_alias.al.hidden",
            "expected a boolean",
        ),
        (json!({ "": "chat" }), "model_group_alias[\"\"]", "is empty"),
        (json!([]), "model_group_alias", "expected an object, got a list"),
    ] {
        refused(&groups(&["chat", "other"], json!({ "model_group_alias": aliases })), path, words);
    }
    let circle =
        problems(&groups(&["chat"], json!({ "model_group_alias": { "a": "b", "b": "c", "c": "b" } })));
    assert_eq!(circle.len(), 3, "{circle:#?}");
}

#[test]
fn fallbacks_lead_to_groups_aliases_and_ids() {
    let config = config(&json!({
        "model_list": [entry("a", json!({})), entry("b", json!({})), with_id("c", json!("c-one"))],
        "model_group_alias": { "al": "b" },
        "fallbacks": [{ "a": ["al", "c-one", "al"] }, { "*": ["c"] }],
        "default_fallbacks": ["b", "c"],
        "content_policy_fallbacks": [{ "al": [{ "model": "a" }] }],
    }));
    let [a, b, c] = [GroupIx(0), GroupIx(1), GroupIx(2)];
    let ordinary = &config.fallbacks.ordinary;
    assert_eq!(ordinary.of(a), [Resolved::Group(b), Resolved::Deployment(DeploymentIx(2))]);
    assert_eq!(ordinary.of(b), [Resolved::Group(c), Resolved::Group(b)]);
    assert_eq!(config.fallbacks.content_policy.of(b), [Resolved::Group(a)]);
    assert!(config.fallbacks.context_window.of(a).is_empty());
}

#[test]
fn the_key_of_a_list_may_have_a_provider_or_not() {
    let lists = |key: &str| json!({ "fallbacks": [{ key: ["b"] }] });
    for (name, key) in [("gpt-4o", "openai/gpt-4o"), ("openai/gpt-4o", "gpt-4o"), ("gpt-4o", "azure/gpt-4o")]
    {
        let config = config(&groups(&[name, "b"], lists(key)));
        assert_eq!(config.fallbacks.ordinary.of(GroupIx(0)), [Resolved::Group(GroupIx(1))], "{key}");
    }
    refused(
        &groups(&["gpt-4o", "b"], lists("team/gpt-4o")),
        "fallbacks[0][\"team/gpt-4o\"]",
        "no group or alias",
    );
}

#[test]
fn fallbacks_to_nowhere_are_refused() {
    for (lists, path, words) in [
        (json!([{ "a": ["bb"] }]), "fallbacks[0].a[0]", "no group, alias or deployment id `bb`"),
        (json!([{ "a": ["a/*"] }]), "fallbacks[0].a[0]", "`a/*`; a pattern is no target: name a model"),
        (json!([{ "chat": ["bakcup"] }]), "fallbacks[0].chat[0]", "did you mean `backup`?"),
        (json!([{ "chatt": ["backup"] }]), "fallbacks[0].chatt", "did you mean `chat`?"),
        (json!([{ "a": ["a"] }]), "fallbacks[0].a[0]", "falls back to itself"),
        (json!([{ "al": ["a"] }]), "fallbacks[0].al[0]", "falls back to itself"),
        (json!([{ "a": ["*"] }]), "fallbacks[0].a[0]", "no group"),
        (json!([{ "a": "chat" }]), "fallbacks[0].a", "expected a list, got a string"),
        (json!([{ "a": [7] }]), "fallbacks[0].a[0]", "expected the name of a group, got a number"),
        (json!([{ "a": [{ "temperature": 1 }] }]), "fallbacks[0].a[0].model", "expected the name of a group"),
        (json!([{ "a": ["chat"], "chat": ["a"] }]), "fallbacks[0]", "exactly one member"),
        (json!([{}]), "fallbacks[0]", "exactly one member"),
        (json!(["chat"]), "fallbacks[0]", "default_fallbacks"),
        (json!({ "a": ["chat"] }), "fallbacks", "expected a list, got an object"),
    ] {
        let more = json!({ "model_group_alias": { "al": "a" }, "fallbacks": lists });
        refused(&groups(&["a", "chat", "backup"], more), path, words);
    }
    refused(&groups(&["a"], json!({ "default_fallbacks": ["b"] })), "default_fallbacks[0]", "no group");
    let router = json!({ "router_settings": { "context_window_fallbacks": [{ "a": ["b"] }] } });
    refused(&groups(&["a"], router), "router_settings.context_window_fallbacks[0].a[0]", "no group");
}

#[test]
fn lists_of_the_same_group_are_joined() {
    let twice = groups(&["a", "b", "c"], json!({ "fallbacks": [{ "a": ["b"] }, { "a": ["c"] }] }));
    assert_eq!(config(&twice).fallbacks.ordinary.of(GroupIx(0)).len(), 2);
    assert_eq!(notices(&twice).len(), 1);
}

#[test]
fn a_mistake_in_a_deployment_makes_no_further_ones() {
    let mut bad = with_id("b", json!("b-one"));
    bad["litellm_params"]["weight"] = json!("heavy");
    let config = json!({
        "model_list": [entry("a", json!({})), bad],
        "model_group_alias": { "al": "b" },
        "fallbacks": [{ "a": ["b", "al", "b-one"] }],
    });
    refused(&config, "model_list[1].litellm_params.weight", "expected a number");
}
