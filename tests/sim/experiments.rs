//! A/B groups: who belongs to which variant, and what is told of them.

use serde_json::{Value, json};
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, assert_answered, config, deployment, with};

fn experiment(name: &str, variants: &[(&str, f64)]) -> Value {
    let variants: Vec<Value> =
        variants.iter().map(|(model, weight)| json!({ "model": model, "weight": weight })).collect();
    json!({ "experiments": [{ "name": name, "model": "chat", "variants": variants }] })
}

fn scene(settings: Value) -> Scene {
    Scene::new(&config(&[("chat", &["old"]), ("new", &["new"]), ("third", &["third"])], settings))
}

fn of(user: &str) -> Spec {
    Spec::chat("chat").with(json!({ "tenant": user }))
}

fn went(scene: &mut Scene, spec: Spec) -> String {
    let outcome = scene.ask(spec);
    assert_answered(&outcome);
    outcome.attempts[0].deployment.clone()
}

#[test]
fn a_caller_stays_with_a_variant_and_weights_are_shares() {
    let mut scene = scene(experiment("price", &[("chat", 3.0), ("new", 1.0)]));
    let all: Vec<String> = (0..400).map(|user| went(&mut scene, of(&user.to_string()))).collect();
    for user in [0, 7, 399] {
        assert_eq!(went(&mut scene, of(&user.to_string())), all[user]);
    }
    let share = all.iter().filter(|id| *id == "new").count() as f64 / 400.0;
    assert!((0.19..0.31).contains(&share), "{share}");
    let from = scene.sent().len();
    scene.run_all(400, &Spec::chat("chat"));
    let share = scene.sends_since(from, "new") as f64 / 400.0;
    assert!((0.19..0.31).contains(&share), "who is known by nothing is drawn: {share}");
}

#[test]
fn a_heavier_variant_takes_callers_and_gives_none_away_and_another_name_shuffles() {
    let settings = |weight| experiment("price", &[("chat", 1.0), ("new", weight)]);
    let (mut light, mut heavy) = (scene(settings(1.0)), scene(settings(3.0)));
    let mut other = scene(experiment("another", &[("chat", 1.0), ("new", 1.0)]));
    let (mut moved, mut shuffled) = (0, 0);
    for user in 0..300 {
        let user = user.to_string();
        let (was, is) = (went(&mut light, of(&user)), went(&mut heavy, of(&user)));
        assert!(was == is || is == "new");
        moved += usize::from(was != is);
        shuffled += usize::from(went(&mut other, of(&user)) != was);
    }
    assert!((50..100).contains(&moved), "a quarter: {moved}");
    assert!((100..200).contains(&shuffled), "half: {shuffled}");
}

#[test]
fn a_conversation_is_not_torn_apart() {
    let mut scene = scene(experiment("price", &[("chat", 1.0), ("new", 1.0)]));
    for task in 0..20 {
        let first = format!(r#"[{{"role":"user","content":"Task {task}"}}"#);
        let mine = went(&mut scene, Spec::chat("chat").saying(&format!("{first}]")));
        let more = format!(
            r#"{first},{{"role":"assistant","content":"Done"}},{{"role":"user","content":"Go on"}}]"#
        );
        assert_eq!(went(&mut scene, Spec::chat("chat").saying(&more)), mine);
    }
}

#[test]
fn what_becomes_of_the_calls_is_counted_by_variant() {
    let list = [("chat", "old", 2e-6), ("new", "new", 1e-6)].map(|(group, id, rate)| {
        deployment(group, id, json!({ "input_cost_per_token": rate, "output_cost_per_token": rate }))
    });
    let settings = experiment("price", &[("chat", 1.0), ("new", 1.0)]);
    let config = with(list.to_vec(), settings);
    let mut scene =
        Scene::new(&config).always("old", Reply::ok().in_ms(200)).always("new", Reply::ok().in_ms(100));
    let mut expected = [0_u64, 0];
    for user in 0..60_u64 {
        let id = went(&mut scene, of(&user.to_string()));
        expected[usize::from(id == "new")] += 1;
        let score = if id == "new" { 1.0 } else { f64::from(user as u32 % 2) };
        assert!(scene.with_router(|router, _| router.feedback(user, score)));
    }
    scene.now("new", Reply::status(400));
    let refused = (0..200).map(|user| scene.ask(of(&user.to_string()))).find(|one| !one.is_answered());
    assert!(refused.is_some());
    // Who has lost interest is counted nowhere.
    for user in 0..20 {
        assert!(!scene.ask(of(&user.to_string()).cancelled_after(50)).is_answered());
    }
    let told = scene.snapshot();
    let one = &told["experiments"][0];
    assert_eq!((&one["name"], &one["model_group"]), (&json!("price"), &json!("chat")));
    let [old, new] = [0, 1].map(|at| one["variants"][at].clone());
    assert_eq!((&old["model"], &new["model"]), (&json!("chat"), &json!("new")));
    assert_eq!(new["failures"], 1);
    assert_eq!(new["calls"].as_u64().unwrap(), expected[1] + 1);
    assert_eq!([&old["latency_ms"]["mean"], &new["latency_ms"]["mean"]], [200, 100]);
    assert_eq!(new["latency_ms"]["standard_error"], 0);
    // Ten tokens in and five out.
    assert_eq!((&old["cost_usd"]["mean"], &new["cost_usd"]["mean"]), (&json!(0.00003), &json!(0.000015)));
    assert_eq!(
        (new["feedback"]["mean"].as_f64(), new["feedback"]["count"].as_u64()),
        (Some(1.0), Some(expected[1]))
    );
    assert!(old["feedback"]["standard_error"].as_f64().unwrap() > 0.0, "{old}");
    let bytes = scene.with_router(|router, now| router.export(now));
    let mut again = Scene::new(&config);
    again.with_router(|router, now| router.import(now, &bytes)).unwrap();
    assert_eq!(again.snapshot()["experiments"], told["experiments"]);
}

#[test]
fn a_call_tells_its_variant_and_falls_back_from_there() {
    let mut settings = experiment("price", &[("new", 1.0)]);
    settings["fallbacks"] = json!([{ "new": ["third"] }]);
    settings["num_retries"] = json!(0);
    let mut scene = scene(settings).always("new", Reply::status(500));
    scene.listen(true);
    let outcome = scene.ask(of("x"));
    assert_eq!(outcome.deployments(), ["new", "third"]);
    let events = scene.take_events();
    for event in [events.first().unwrap(), events.last().unwrap()] {
        assert_eq!((&event["experiment"], &event["variant"]), (&json!("price"), &json!("new")), "{event}");
    }
    let told = scene.explain(&of("x"));
    assert_eq!(
        (&told["experiment"], &told["variant"], &told["picked"]),
        (&json!("price"), &json!("new"), &json!("new"))
    );
    assert_eq!(scene.explain(&Spec::chat("new")).get("experiment"), None, "asked for by its own name");
    let failed = scene.snapshot()["experiments"][0]["variants"][0]["failures"].clone();
    assert_eq!(failed, 0, "it was answered, wherever");
}

#[test]
fn a_variant_that_the_host_does_not_allow_takes_nobody() {
    let config =
        config(&[("chat", &["old"]), ("new", &["new"])], experiment("x", &[("chat", 1.0), ("new", 9.0)]));
    let mut scene = Scene::hosted(&config, &json!({ "allowedModels": ["chat"] }));
    scene.run_all(40, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(0, "new"), 0);
}

#[test]
fn another_config_keeps_the_counts_of_the_variants_that_stay() {
    let groups: &[(&str, &[&str])] = &[("chat", &["old"]), ("new", &["new"]), ("third", &["third"])];
    let mut scene = Scene::new(&config(groups, experiment("x", &[("chat", 1.0), ("new", 1.0)])));
    scene.run_all(40, &Spec::chat("chat"));
    let before = scene.snapshot()["experiments"][0]["variants"][0].clone();
    let more: &[(&str, &[&str])] = &[("third", &["third"]), ("chat", &["old"])];
    scene.adopt(&config(more, experiment("x", &[("third", 1.0), ("chat", 1.0)]))).unwrap();
    let after = scene.snapshot()["experiments"][0]["variants"].clone();
    assert_eq!((&after[1], &after[0]["calls"]), (&before, &json!(0)));
    scene.run_all(40, &Spec::chat("chat"));
    assert!(scene.snapshot()["experiments"][0]["variants"][0]["calls"].as_u64().unwrap() > 5);
}
