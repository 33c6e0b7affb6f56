//! A send that began before its deployment had another key or another model: what it tells says nothing of what is there now.

use serde_json::{Value, json};
use switchman::config::DeploymentIx;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// "a" before "b", with other parameters of "a".
fn pair(a: Value) -> Value {
    let mut params = json!({ "order": 1 });
    params.as_object_mut().unwrap().extend(a.as_object().unwrap().clone());
    with(vec![deployment("chat", "a", params), deployment("chat", "b", json!({ "order": 2 }))], json!({}))
}

fn keyed(key: &str) -> Value {
    pair(json!({ "api_key": key }))
}

/// How many attempts of "a" were answered, and how many failed.
fn totals(scene: &Scene) -> (u64, u64) {
    scene.router().state().health(DeploymentIx(0)).unwrap().totals
}

#[test]
fn an_old_key_that_is_refused_late_benches_no_new_one() {
    for refusal in [Reply::status(401), Reply::status(403), Reply::refusal(429, "insufficient_quota")] {
        let mut scene = Scene::new(&keyed("sk-old")).always("a", refusal.clone().in_ms(500));
        let late = scene.call(Spec::chat("chat"));
        scene.advance(100);
        scene.adopt(&keyed("sk-new")).unwrap();
        scene.run();
        assert_eq!(scene.seen(late).deployments(), ["a", "b"]);
        scene.assert_not_benched("a");
        // The new one is benched by its own refusal.
        scene.ask_chat();
        assert!(scene.benched_ms("a").is_some(), "{refusal:?}");
    }
}

#[test]
fn what_a_deployment_does_whatever_its_key_is_told_late_all_the_same() {
    let mut scene = Scene::new(&keyed("sk-old")).always("a", slow_down("30").in_ms(500));
    scene.call(Spec::chat("chat"));
    scene.advance(100);
    scene.adopt(&keyed("sk-new")).unwrap();
    scene.run();
    scene.assert_benched_until("a", 30_500);
}

#[test]
fn an_answer_to_an_old_key_frees_no_new_one() {
    let mut scene = Scene::new(&keyed("sk-old")).always("a", Reply::ok().in_ms(500));
    let late = scene.call(Spec::chat("chat"));
    scene.adopt(&keyed("sk-new")).unwrap();
    scene.now("a", Reply::status(401));
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
    scene.run();
    assert_answered(&scene.seen(late));
    assert!(scene.benched_ms("a").is_some());
}

#[test]
fn a_key_that_comes_back_is_a_new_one() {
    let mut scene = Scene::new(&keyed("sk-old")).always("a", Reply::status(401).in_ms(500));
    scene.call(Spec::chat("chat"));
    scene.adopt(&keyed("sk-new")).unwrap();
    scene.adopt(&keyed("sk-old")).unwrap();
    scene.run();
    scene.assert_not_benched("a");
}

#[test]
fn nothing_of_another_model_is_learnt_late() {
    for (reply, model) in [
        (Reply::status(404), "openai/gpt-5"),
        (Reply::status(429), "openai/gpt-5"),
        (Reply::ok(), "openai/gpt-5"),
        (Reply::ok(), "openai/gpt-4o"),
    ] {
        let mut scene = Scene::new(&pair(json!({}))).always("a", reply.in_ms(500));
        scene.call(Spec::chat("chat"));
        scene.advance(100);
        scene.adopt(&pair(json!({ "model": model }))).unwrap();
        scene.run();
        scene.assert_not_benched("a");
        let is_same = model == "openai/gpt-4o";
        assert_eq!(totals(&scene), (u64::from(is_same), 0));
        let health = scene.router().state().health(DeploymentIx(0)).unwrap();
        assert_eq!(health.answers.mean(), is_same.then_some(500));
    }
}

#[test]
fn nothing_is_learnt_of_who_was_taken_out() {
    let mut scene = Scene::new(&pair(json!({}))).always("a", Reply::status(429).in_ms(500));
    scene.call(Spec::chat("chat"));
    scene.advance(100);
    scene.adopt(&with(vec![deployment("chat", "b", json!({}))], json!({}))).unwrap();
    scene.run();
    assert_eq!(totals(&scene), (0, 0));
}

#[test]
fn a_probe_of_a_key_is_given_back_by_who_has_it_no_more() {
    let all = |a: Option<&str>| {
        let a = a.map(|key| deployment("chat", "a", json!({ "order": 1, "api_key": key })));
        let b = deployment("chat", "b", json!({ "order": 2, "api_key": "sk-shared" }));
        let c = deployment("chat", "c", json!({ "order": 3 }));
        with(a.into_iter().chain([b, c]).collect(), json!({}))
    };
    for without in [None, Some("sk-own")] {
        let mut scene = Scene::new(&all(Some("sk-shared"))).first("a", [Reply::status(401), Reply::silent()]);
        scene.ask_chat();
        scene.advance(300_000);
        scene.call(Spec::chat("chat"));
        assert!(scene.is_probed("b"), "the probe of `a` is one of the key");
        scene.adopt(&all(without)).unwrap();
        assert!(!scene.is_probed("b"));
        assert!(scene.ask(Spec::chat("b")).is_answered());
        scene.assert_not_benched("b");
    }
}

#[test]
fn a_score_for_what_is_not_there_any_more_counts_for_nobody() {
    let settings = json!({ "routing_strategy": "adaptive" });
    let list = |a: Value| {
        with(vec![deployment("chat", "a", a), deployment("chat", "b", json!({}))], settings.clone())
    };
    let rated =
        |scene: &Scene, at: u16| scene.router().state().health(DeploymentIx(at)).unwrap().rated.parts();
    for gone in [list(json!({ "model": "openai/gpt-5" })), {
        with(vec![deployment("chat", "b", json!({}))], settings.clone())
    }] {
        let mut scene = Scene::new(&list(json!({})));
        let ask = |scene: &mut Scene, model: &str| scene.complete(Spec::chat(model)).0 as u64;
        let (of_a, of_b) = (ask(&mut scene, "a"), ask(&mut scene, "b"));
        assert!(scene.with_router(|router, _| router.feedback(of_b, 1.0)));
        scene.adopt(&gone).unwrap();
        assert!(scene.with_router(|router, _| router.feedback(of_a, 1.0)), "the call is remembered");
        assert_eq!((rated(&scene, 0), rated(&scene, 1)), ((0.0, 0.0), (1.0, 0.0)));
    }
}

#[test]
fn a_score_for_who_was_taken_out_is_not_one_for_who_came_back() {
    let settings = json!({ "routing_strategy": "adaptive" });
    let list = |ids: &[&str]| {
        with(ids.iter().map(|id| deployment("chat", id, json!({}))).collect(), settings.clone())
    };
    let mut scene = Scene::new(&list(&["a", "b"]));
    let call = scene.complete(Spec::chat("a")).0 as u64;
    scene.adopt(&list(&["b"])).unwrap();
    scene.adopt(&list(&["a", "b"])).unwrap();
    assert!(scene.with_router(|router, _| router.feedback(call, 1.0)));
    let router = scene.router();
    let places = router.config().deployments.len();
    for place in 0..u16::try_from(places).unwrap() {
        assert_eq!(router.state().health(DeploymentIx(place)).unwrap().rated.parts(), (0.0, 0.0));
    }
}
