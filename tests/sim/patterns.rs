//! Names with stars, and the models of deployments as names.

use serde_json::{Value, json};
use switchman::config::MAX_MADE;
use switchman::error::FaultKind;
use switchman::sim::{Outcome, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// Deployments under patterns, each as its name, its id and its model.
fn patterns(list: &[(&str, &str, &str)], settings: Value) -> Scene {
    let list = list.iter().map(|(name, id, model)| deployment(name, id, json!({ "model": model })));
    Scene::new(&with(list.collect(), settings))
}

/// Who answered, and as which model.
fn answer(scene: &mut Scene, model: &str) -> (String, String) {
    let outcome = scene.ask(Spec::chat(model));
    assert_answered(&outcome);
    let last = outcome.attempts.last().unwrap();
    (last.deployment.clone(), last.model.clone())
}

#[track_caller]
fn assert_answer(scene: &mut Scene, model: &str, id: &str, served: &str) {
    assert_eq!(answer(scene, model), (id.to_owned(), served.to_owned()), "{model}");
}

fn is_unknown(outcome: &Outcome) -> bool {
    outcome.kind() == Some(FaultKind::UnknownModel)
}

#[test]
fn s31_the_longer_pattern_is_the_more_specific_one() {
    let list = [("openai/*", "all", "openai/*"), ("openai/gpt-4o*", "some", "openai/gpt-4o*")];
    let mut scene = patterns(&list, json!({}));
    assert_answer(&mut scene, "openai/gpt-4o-mini", "some", "openai/gpt-4o-mini");
    assert_answer(&mut scene, "openai/gpt-4o", "some", "openai/gpt-4o");
    assert_answer(&mut scene, "openai/o1", "all", "openai/o1");
}

#[test]
fn s32_a_pattern_ends_where_it_ends() {
    let mut scene = patterns(&[("*-mini", "a", "openai/*-small")], json!({}));
    assert_answer(&mut scene, "x-mini", "a", "openai/x-small");
    assert!(is_unknown(&scene.ask(Spec::chat("x-mini-extra"))));
    assert!(is_unknown(&scene.ask(Spec::chat("*-mini"))), "a pattern is no model");
}

#[test]
fn s33_a_bare_name_finds_the_pattern_of_its_provider_before_the_one_for_all() {
    let list = [("*", "rest", "openai/other-*"), ("openai/*", "openai", "openai/*")];
    let mut scene = patterns(&list, json!({}));
    for name in ["gpt-4o", "openai/gpt-4o"] {
        assert_answer(&mut scene, name, "openai", "openai/gpt-4o");
    }
    assert_answer(&mut scene, "claude-x", "rest", "openai/other-claude-x");
    assert_eq!(scene.router().config().groups.len(), 4, "both forms of the name are one group");
}

#[test]
fn a_model_without_a_star_is_used_as_it_is_and_the_whole_name_where_the_pieces_are_too_many() {
    let list = [("fixed/*", "a", "openai/gpt-4o"), ("*/*", "b", "openai/*"), ("t-*-*", "c", "openai/*:*")];
    let mut scene = patterns(&list, json!({}));
    assert_answer(&mut scene, "fixed/x", "a", "openai/gpt-4o");
    assert_answer(&mut scene, "a/b", "b", "openai/a/b");
    assert_answer(&mut scene, "t-x-y", "c", "openai/x:y");
}

#[test]
fn s34_a_deployment_under_a_pattern_has_no_model_until_a_name_gives_it_one() {
    let list = [("openai/*", "a", "openai/*"), ("fixed/*", "b", "openai/gpt-4o")];
    let mut scene = patterns(&list, json!({}));
    assert!(is_unknown(&scene.ask(Spec::chat("a"))));
    assert_answer(&mut scene, "b", "b", "openai/gpt-4o");
}

#[test]
fn s35_patterns_are_told_among_the_models_that_are_known() {
    let mut scene = patterns(&[("openai/*", "a", "openai/*")], json!({}));
    answer(&mut scene, "openai/gpt-4o");
    let fault = scene.ask(Spec::chat("nobody")).fault().unwrap().clone();
    assert!(fault.message.ends_with("known are: openai/*"), "{}", fault.message);
    let models: Value = serde_json::from_str(&scene.router().models()).unwrap();
    assert_eq!(models["data"].as_array().unwrap().len(), 1, "what was asked for is not listed");
    assert!(scene.router().model("openai/gpt-9").is_ok());
    assert!(scene.router().model("nobody").is_err());
}

#[test]
fn s65_a_wildcard_deployment_is_benched_for_the_model_that_failed_and_for_no_other() {
    let list = [("openai/*", "a", "openai/*"), ("openai/*", "b", "openai/*")];
    let mut scene = patterns(&list, json!({})).always("a", slow_down("60"));
    while scene.benched_model_ms("a", "gpt-4o").is_none() {
        answer(&mut scene, "gpt-4o");
    }
    scene.now("a", Reply::ok());
    let from = scene.sent().len();
    (0..40).for_each(|_| assert_answer(&mut scene, "gpt-4o", "b", "openai/gpt-4o"));
    assert_eq!(scene.sends_since(from, "a"), 0);
    (0..40).for_each(|_| _ = answer(&mut scene, "gpt-4o-mini"));
    assert!(scene.sends_since(from, "a") > 5, "another model of it is well");
    scene.assert_not_benched("a");
}

#[test]
fn s77_fallbacks_lead_to_aliases_ids_and_names_that_patterns_match() {
    let list = [("chat", "a", "openai/x"), ("openai/*", "w", "openai/*"), ("late", "l", "openai/late")];
    for (target, id, served) in [
        ("openai/gpt-4o", "w", "openai/gpt-4o"),
        ("gpt-4o", "w", "openai/gpt-4o"),
        ("al", "l", "openai/late"),
        ("wild", "w", "openai/gpt-4o-mini"),
        ("l", "l", "openai/late"),
    ] {
        let aliases = json!({ "al": "late", "wild": "gpt-4o-mini" });
        let settings = json!({ "model_group_alias": aliases, "fallbacks": [{ "chat": [target] }] });
        let mut scene = patterns(&list, settings).always("a", Reply::status(500));
        assert_answer(&mut scene, "chat", id, served);
        let mut scene =
            patterns(&list, json!({ "model_group_alias": aliases })).always("a", Reply::status(500));
        let outcome = scene.ask(Spec::chat("chat").with(json!({ "fallbacks": [target] })));
        assert_eq!(outcome.models().last(), Some(&served), "a call's own list: {target}");
    }
}

#[test]
fn s77_an_id_among_the_fallbacks_is_called_while_it_is_benched() {
    let list = [("chat", "a", "openai/x"), ("late", "l", "openai/y"), ("late", "m", "openai/y")];
    let settings = json!({ "fallbacks": [{ "chat": ["l"] }] });
    let mut scene = patterns(&list, settings).always("l", slow_down("60"));
    while scene.benched_ms("l").is_none() {
        answer(&mut scene, "late");
    }
    scene.now("l", Reply::ok());
    scene.now("a", Reply::status(500));
    assert_answer(&mut scene, "chat", "l", "openai/y");
    assert!(scene.benched_ms("l").is_none(), "the success closes it");
}

#[test]
fn s28_the_fallbacks_of_a_pattern_count_for_what_it_matches_but_for_names_with_a_list_of_their_own() {
    let list = [("openai/*", "w", "openai/*"), ("b", "b", "openai/b"), ("c", "c", "openai/c")];
    let lists = json!([{ "openai/*": ["b"] }, { "gpt-4o": ["c"] }]);
    let mut scene = patterns(&list, json!({ "fallbacks": lists })).always("w", Reply::status(500));
    assert_answer(&mut scene, "openai/o1", "b", "openai/b");
    for name in ["gpt-4o", "openai/gpt-4o"] {
        assert_answer(&mut scene, name, "c", "openai/c");
    }
}

#[test]
fn the_retry_policy_of_a_pattern_counts_for_what_it_matches_but_for_names_with_one_of_their_own() {
    let policies = json!({ "openai/*": { "InternalServerErrorRetries": 0 }, "gpt-4o": { "InternalServerErrorRetries": 1 } });
    let settings = json!({ "model_group_retry_policy": policies });
    let mut scene = patterns(&[("openai/*", "a", "openai/*")], settings).always("a", Reply::status(500));
    assert_eq!(scene.ask(Spec::chat("openai/o1")).attempts.len(), 1);
    assert_eq!(scene.ask(Spec::chat("openai/gpt-4o")).attempts.len(), 2);
}

#[test]
fn what_is_declared_once_is_one_limit_whatever_the_names() {
    let limited = deployment("openai/*", "a", json!({ "model": "openai/*", "rpm": 2 }));
    let mut scene = Scene::new(&with(vec![limited], json!({ "limit_mode": "hard" })));
    for name in ["gpt-4o", "o1"] {
        assert_answered(&scene.ask(Spec::chat(name)));
    }
    assert_eq!(scene.ask(Spec::chat("o3")).kind(), Some(FaultKind::NoDeployment));
}

#[test]
fn s80_the_key_of_a_list_may_have_the_provider_of_the_name_or_not() {
    let list = [("b", "b", "openai/b"), ("c", "c", "openai/c")];
    let of = |name, key: &str| {
        let list = [list.as_slice(), &[(name, "a", "openai/gpt-4o")]].concat();
        patterns(&list, json!({ "fallbacks": [{ key: ["b"] }] })).always("a", Reply::status(500))
    };
    for (declared, key, asked) in [
        ("gpt-4o", "openai/gpt-4o", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o", "openai/gpt-4o"),
        // The model of a deployment, and a name that a pattern matches.
        ("chat", "gpt-4o", "openai/gpt-4o"),
        ("openai/*", "gpt-4o", "openai/gpt-4o"),
        ("gpt-*", "openai/gpt-4o", "gpt-4o"),
    ] {
        assert_answer(&mut of(declared, key), asked, "b", "openai/b");
    }
    // The own key of a name is looked at first.
    let both = json!({ "fallbacks": [{ "openai/gpt-4o": ["b"] }, { "gpt-4o": ["c"] }] });
    let list = [list.as_slice(), &[("gpt-4o", "a", "openai/x"), ("*", "w", "openai/*")]].concat();
    let mut scene = patterns(&list, both).always("a", Reply::status(500)).always("w", Reply::status(500));
    assert_answer(&mut scene, "gpt-4o", "c", "openai/c");
    assert_answer(&mut scene, "openai/gpt-4o", "b", "openai/b");
}

#[test]
fn the_model_of_deployments_is_a_name_for_all_of_them() {
    let list = [("one", "a", "openai/x"), ("two", "b", "openai/x"), ("three", "c", "openai/y")];
    let mut scene = patterns(&list, json!({}));
    let mut seen: Vec<String> = (0..40).map(|_| answer(&mut scene, "openai/x").0).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["a", "b"]);
    // It has the health that they have in their groups.
    let twin = deployment("one", "d", json!({ "model": "openai/z" }));
    let mine = deployment("one", "a", json!({ "model": "openai/x", "order": 1 }));
    let mut scene = Scene::new(&with(vec![mine, twin], json!({}))).always("a", Reply::status(404));
    assert_eq!(scene.ask(Spec::chat("openai/x")).kind(), Some(FaultKind::NotFound));
    assert!(scene.benched_ms("a").is_some());
    assert_answer(&mut scene, "one", "d", "openai/z");
    assert!(is_unknown(&scene.ask(Spec::chat("x"))), "it is not written so");
}

#[test]
fn specific_deployment_looks_at_nothing_but_models() {
    let list = [("chat", "a", "openai/x"), ("openai/x", "b", "openai/y"), ("openai/*", "w", "openai/*")];
    let mut scene = patterns(&list, json!({}));
    assert_answer(&mut scene, "openai/x", "b", "openai/y");
    let specific = |model| Spec::chat(model).with(json!({ "specific_deployment": true }));
    assert_eq!(scene.ask(specific("openai/x")).deployments(), ["a"]);
    for name in ["chat", "a", "openai/*", "openai/z"] {
        assert!(is_unknown(&scene.ask(specific(name))), "{name}");
    }
}

#[test]
fn an_allow_list_holds_for_names_that_patterns_match_and_for_models() {
    let list = [("openai/*", "w"), ("ft-*", "f"), ("chat", "c"), ("late", "l")];
    let list =
        list.iter().map(|(name, id)| deployment(name, id, json!({ "model": format!("openai/{id}*") })));
    let list: Vec<Value> = list.collect();
    let config = with(list, json!({}));
    let host = json!({ "allowedModels": ["openai/*", "ft-1", "chat"] });
    let mut scene = Scene::hosted(&config, &host);
    for name in ["gpt-4o", "ft-1", "chat", "openai/c*"] {
        assert_answered(&scene.ask(Spec::chat(name)));
    }
    for name in ["ft-2", "late", "openai/l*"] {
        assert!(is_unknown(&scene.ask(Spec::chat(name))), "{name}");
    }
}

#[test]
fn names_that_nobody_uses_make_room_and_those_that_are_used_stay() {
    let mut scene = patterns(&[("*", "a", "openai/*"), ("*", "b", "openai/*")], json!({}));
    scene.now("a", Reply::status(404));
    while scene.benched_model_ms("a", "often").is_none() {
        answer(&mut scene, "often");
    }
    scene.now("a", Reply::ok());
    for name in 0..3 * MAX_MADE {
        answer(&mut scene, &format!("m-{name}"));
        assert_answer(&mut scene, "often", "b", "openai/often");
    }
    let config = scene.router().config();
    assert_eq!((config.groups.len(), config.deployments.len()), (1 + MAX_MADE, 2 + 2 * MAX_MADE));
}

#[test]
fn when_every_name_is_in_use_the_next_one_is_an_error_until_a_call_is_over() {
    let mut scene = patterns(&[("*", "a", "openai/*")], json!({}));
    let calls: Vec<_> = (0..MAX_MADE).map(|name| scene.call(Spec::chat(&format!("m-{name}")))).collect();
    let refused = scene.ask(Spec::chat("one-more"));
    assert_eq!(refused.kind(), Some(FaultKind::NoDeployment));
    assert!(refused.fault().unwrap().message.contains("names of models are in use"));
    assert_answered(&scene.ask(Spec::chat("m-0")));
    scene.run();
    for call in calls {
        assert_answered(&scene.seen(call));
    }
    assert_answer(&mut scene, "one-more", "a", "openai/one-more");
    assert_eq!(scene.router().running(), 0);
}

#[test]
fn a_name_that_comes_back_after_it_made_room_has_forgotten_its_benches() {
    let mut scene = patterns(&[("*", "a", "openai/*"), ("*", "b", "openai/*")], json!({}));
    scene.now("a", slow_down("60"));
    while scene.benched_model_ms("a", "m").is_none() {
        answer(&mut scene, "m");
    }
    scene.now("a", Reply::ok());
    (0..MAX_MADE).for_each(|name| _ = answer(&mut scene, &format!("m-{name}")));
    assert_eq!(scene.benched_model_ms("a", "m"), None);
    for name in 0..MAX_MADE {
        assert_eq!(scene.benched_model_ms("a", &format!("m-{name}")), None, "{name}");
    }
}

#[test]
fn names_that_are_no_names_are_not_kept() {
    let mut scene = patterns(&[("*", "a", "openai/*")], json!({}));
    for name in ["a\nb".to_owned(), "x".repeat(513), " ".to_owned()] {
        assert!(is_unknown(&scene.ask(Spec::chat(&name))), "{name}");
    }
    assert_eq!(scene.router().config().groups.len(), 1);
}
