//! The whole decision, told without a call: whom it would go to and why, and where each fault would lead.

use serde_json::{Value, json};
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, config, deployment, slow_down, with};

/// The candidate with an id, of the first choice.
fn candidate<'a>(explained: &'a Value, id: &str) -> &'a Value {
    let candidates = explained["decisions"][0]["candidates"].as_array().expect("candidates are told");
    candidates.iter().find(|one| one["deployment"] == id).expect("every member is told")
}

/// Where a fault leads.
fn led<'a>(explained: &'a Value, code: &str) -> &'a Value {
    let fallbacks = explained["fallbacks"].as_array().expect("fallbacks are told");
    let names = |one: &&Value| one["faults"].as_array().is_some_and(|codes| codes.contains(&json!(code)));
    fallbacks.iter().find(names).unwrap_or_else(|| panic!("{code} is told"))
}

#[test]
fn the_call_that_follows_goes_where_it_was_said_to_go() {
    let list = [("a", 3.0), ("b", 1.0), ("c", 0.5)];
    let list = list.map(|(id, weight)| deployment("chat", id, json!({ "weight": weight })));
    let mut scene = Scene::new(&with(list.to_vec(), json!({})));
    for _ in 0..50 {
        let explained = scene.explain(&Spec::chat("chat"));
        let outcome = scene.ask_chat();
        assert_eq!(explained["picked"], outcome.deployments()[0]);
        let draw = explained["decisions"][0]["draw"].as_f64().expect("there was something to draw");
        let expected = if draw < 3.0 / 4.5 {
            "a"
        } else if draw < 4.0 / 4.5 {
            "b"
        } else {
            "c"
        };
        assert_eq!(explained["picked"], expected, "{draw}");
    }
}

#[test]
fn shares_are_those_of_the_draw_and_a_look_changes_nothing() {
    let list = vec![
        deployment("chat", "a", json!({ "weight": 3 })),
        deployment("chat", "b", json!({ "weight": 1 })),
        deployment("chat", "idle", json!({ "weight": 0 })),
        deployment("chat", "later", json!({ "order": 2 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    let explained = scene.explain(&Spec::chat("chat"));
    let told = |id: &str| {
        let one = candidate(&explained, id);
        (one["eligible"].clone(), one["reason"].clone(), one["weight"].clone(), one["share"].clone())
    };
    // `order` is a level: those without one come after all that have one.
    assert_eq!(told("later"), (json!(true), Value::Null, json!(1), json!(1)));
    assert_eq!(told("a"), (json!(false), json!("higher_order"), Value::Null, json!(0)));
    assert_eq!(told("idle").1, "drained");
    assert_eq!(explained["decisions"][0]["draw"], Value::Null, "there is one to choose from");
    assert_eq!((scene.router().running(), scene.router().begun()), (0, 0));
    assert!(scene.sent().is_empty());
    assert_eq!(explained, scene.explain(&Spec::chat("chat")));
}

#[test]
fn who_is_passed_over_is_told_with_the_reason_and_the_wait() {
    let mut scene = Scene::in_order(&["a", "b"], json!({ "num_retries": 1 })).first("a", [slow_down("30")]);
    scene.ask_chat();
    scene.advance(10_000);
    let explained = scene.explain(&Spec::chat("chat"));
    let a = candidate(&explained, "a");
    assert_eq!((&a["eligible"], &a["reason"]), (&json!(false), &json!("cooldown")));
    let left = scene.benched_ms("a").expect("it is benched");
    assert_eq!(a["wait_ms"], left);
    assert_eq!(explained["picked"], "b");
    let b = candidate(&explained, "b");
    assert_eq!((&b["weight"], &b["share"]), (&json!(1), &json!(1)));

    // By its id it is called in spite of that.
    let named = scene.explain(&Spec::chat("a"));
    assert_eq!(named["resolved"], json!({ "kind": "deployment", "model_group": "chat", "deployment": "a" }));
    let a = candidate(&named, "a");
    assert_eq!(
        (&a["eligible"], &a["despite"], &a["wait_ms"]),
        (&json!(true), &json!("cooldown"), &json!(left))
    );
}

#[test]
fn an_empty_group_leads_to_the_next_one_and_both_choices_are_told() {
    let settings = json!({ "fallbacks": [{ "chat": ["spare"] }], "model_group_alias": { "fast": "chat" } });
    let mut scene = Scene::new(&config(&[("chat", &["a"]), ("spare", &["b"])], settings));
    scene.set_health("a", false).unwrap();
    // What was only said from outside is advice, and nobody else is left.
    assert_eq!(scene.explain(&Spec::chat("fast"))["picked"], "a");
    assert_eq!(candidate(&scene.explain(&Spec::chat("fast")), "a")["despite"], "marked_down");

    let settings = json!({ "fallbacks": [{ "chat": ["spare"] }], "model_group_alias": { "fast": "chat" } });
    let list = vec![deployment("chat", "a", json!({ "weight": 0 })), deployment("spare", "b", json!({}))];
    let explained = Scene::new(&with(list, settings)).explain(&Spec::chat("fast"));
    assert_eq!(explained["resolved"], json!({ "kind": "alias", "model_group": "chat", "deployment": null }));
    let choices = explained["decisions"].as_array().unwrap();
    let told: Vec<_> = choices.iter().map(|one| (one["target"].clone(), one["picked"].clone())).collect();
    assert_eq!(told, [(json!("chat"), Value::Null), (json!("spare"), json!("b"))]);
    assert_eq!(explained["picked"], "b");
}

#[test]
fn where_a_fault_leads_is_told_and_why_to_nowhere() {
    let groups: [(&str, &[&str]); 3] = [("chat", &["a"]), ("long", &["b"]), ("spare", &["c"])];
    let settings = json!({
        "fallbacks": [{ "chat": ["spare"] }],
        "context_window_fallbacks": [{ "chat": ["long"] }],
    });
    let mut scene = Scene::new(&config(&groups, settings));
    let explained = scene.explain(&Spec::chat("chat"));
    let told =
        |code: &str| (led(&explained, code)["targets"].clone(), led(&explained, code)["reason"].clone());
    assert_eq!(told("rate_limit_exceeded"), (json!(["spare"]), Value::Null));
    assert_eq!(told("no_deployments_available"), (json!(["spare"]), Value::Null));
    assert_eq!(told("context_length_exceeded"), (json!(["long", "spare"]), Value::Null));
    assert_eq!(told("bad_request"), (json!([]), json!("does_not_fall_back")));
    assert_eq!(told("content_policy_violation"), (json!([]), json!("does_not_fall_back")));

    let reason = |scene: &mut Scene, model: &str, options: Value| {
        led(&scene.explain(&Spec::chat(model).with(options)), "timeout")["reason"].clone()
    };
    assert_eq!(reason(&mut scene, "spare", Value::Null), "not_declared");
    assert_eq!(reason(&mut scene, "chat", json!({ "disable_fallbacks": true })), "disabled");
    assert_eq!(reason(&mut scene, "chat", json!({ "max_fallbacks": 0 })), "max_fallbacks");
    assert_eq!(reason(&mut scene, "chat", json!({ "fallbacks": ["chat"] })), "not_usable");
}

#[test]
fn what_is_told_of_nobody_is_what_the_call_would_hear() {
    let mut scene = Scene::chat(&["a", "b"], json!({}));
    let unknown = scene.explain(&Spec::chat("nothing"));
    assert_eq!((&unknown["resolved"], &unknown["picked"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&unknown["error"]["name"], &unknown["error"]["status"]),
        (&json!("NotFoundError"), &json!(404))
    );

    for id in ["a", "b"] {
        scene.now(id, slow_down("20"));
    }
    scene.ask_chat();
    let explained = scene.explain(&Spec::chat("chat"));
    let outcome = scene.ask_chat();
    let fault = outcome.result.as_ref().unwrap().as_ref().unwrap_err();
    assert_eq!(explained["error"]["name"], "NoDeploymentsAvailable");
    assert_eq!(explained["error"]["message"], *fault.message);
    assert_eq!(explained["error"]["retry_after_ms"], fault.retry_after_ms.unwrap());
}

#[test]
fn a_choice_without_a_call_follows_weights_and_health_and_changes_nothing() {
    let list = vec![
        deployment("chat", "a", json!({ "weight": 3 })),
        deployment("chat", "b", json!({ "weight": 1 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    let chosen: Vec<String> = (0..400).map(|_| scene.choose("chat").unwrap()).collect();
    let share = chosen.iter().filter(|id| *id == "a").count();
    assert!((260..340).contains(&share), "{share} of 400");
    assert_eq!(scene.choose("b").unwrap(), "b");
    assert_eq!((scene.router().begun(), scene.router().running()), (0, 0));

    // The calls that follow are the same as if nobody had looked.
    let fresh = |looks: usize| {
        let mut scene = Scene::chat(&["a", "b", "c"], json!({}));
        (0..looks).for_each(|_| drop(scene.choose("chat")));
        (0..20).for_each(|_| drop(scene.ask_chat()));
        scene.sent().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(fresh(0), fresh(7));

    scene.set_health("a", false).unwrap();
    assert!((0..50).all(|_| scene.choose("chat").unwrap() == "b"));
    scene.set_health("a", true).unwrap();
    assert!((0..50).any(|_| scene.choose("chat").unwrap() == "a"));
    let unknown = scene.choose("nothing").unwrap_err();
    assert_eq!(unknown.kind.class(), "NotFoundError");
    assert_eq!(scene.set_health("nothing", true).unwrap_err().kind.class(), "NotFoundError");
}

#[test]
fn that_it_is_well_closes_a_circuit_and_that_it_is_not_lasts_for_a_while() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).first("a", [slow_down("50")]);
    scene.ask_chat();
    assert!(scene.benched_ms("a").is_some());
    scene.listen(true);
    scene.set_health("a", true).unwrap();
    scene.assert_not_benched("a");
    let events = scene.take_events();
    assert_eq!((&events[0]["type"], &events[0]["call_id"]), (&json!("cooldown_close"), &Value::Null));
    assert_eq!(scene.choose("chat").unwrap(), "a");
    scene.set_health("a", false).unwrap();
    scene.advance(599_999);
    assert_eq!(scene.choose("chat").unwrap(), "b");
    scene.advance(1);
    assert_eq!(scene.choose("chat").unwrap(), "a");
}

#[test]
fn a_snapshot_tells_what_each_deployment_has_been_through() {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1, "rpm": 100, "max_parallel_requests": 4 })),
        deployment("chat", "b", json!({ "order": 2 })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    for _ in 0..30 {
        scene.ask_chat();
    }
    scene.now("a", slow_down("7"));
    scene.ask_chat();
    let snapshot = scene.snapshot();
    let a = &snapshot["deployments"][0];
    assert_eq!(
        (&a["id"], &a["model_group"], &a["provider"]),
        (&json!("a"), &json!("chat"), &json!("openai"))
    );
    assert_eq!((&a["health"]["state"], &a["health"]["error"]), (&json!("open"), &json!("RateLimitError")));
    let left = a["health"]["until"].as_u64().unwrap() - snapshot["at"].as_u64().unwrap();
    assert_eq!(Some(left), scene.benched_ms("a"));
    assert_eq!(a["health"]["period_ms"], 7_000);
    assert_eq!(a["credential"]["state"], "closed");
    assert_eq!(a["totals"], json!({ "ok": 30, "failed": 1 }));
    assert_eq!((&a["usage"]["requests"], &a["open_sends"]), (&json!(31), &json!(0)));
    assert_eq!((&a["limits"]["rpm"], &a["limits"]["max_parallel_requests"]), (&json!(100), &json!(4)));
    assert!(a["latency_ms"]["answers"]["p50"].is_u64() && a["latency_ms"]["streams"]["p50"].is_null());
    let b = &snapshot["deployments"][1];
    assert_eq!((&b["usage"], &b["totals"]), (&Value::Null, &json!({ "ok": 1, "failed": 0 })));
    assert_eq!(b["window"], json!({ "ok": 1, "failed": 0 }));
    assert_eq!(snapshot["groups"][0]["deployments"], json!(["a", "b"]));
    assert_eq!((&snapshot["router"]["begun"], &snapshot["router"]["running"]), (&json!(31), &json!(0)));
    assert!(!snapshot.to_string().contains("sk-secret"));

    scene.now("a", Reply::ok());
    scene.advance(7_000);
    assert_eq!(scene.snapshot()["deployments"][0]["health"]["state"], "half_open");
    let now = switchman::base::time::Millis(scene.snapshot()["at"].as_u64().unwrap());
    assert_eq!(scene.router().group_usage(now, "chat").map(|used| used.requests), Some(31));
}

#[test]
fn a_name_that_a_pattern_matches_and_a_model_are_told_as_such() {
    let wild = deployment("openai/*", "w", json!({ "model": "openai/*" }));
    let list = vec![
        wild,
        deployment("chat", "a", json!({ "model": "openai_like/x", "api_base": "https://a.test" })),
    ];
    let aliases = json!({ "model_group_alias": { "al": "gpt-4o" } });
    let mut scene = Scene::new(&with(list, aliases));
    for (name, kind, group, id) in [
        ("o1", "wildcard", "openai/o1", "w"),
        ("openai_like/x", "model", "openai_like/x", "a"),
        ("al", "alias", "openai/gpt-4o", "w"),
    ] {
        let explained = scene.explain(&Spec::chat(name));
        assert_eq!(explained["resolved"], json!({ "kind": kind, "model_group": group, "deployment": null }));
        assert_eq!(explained["picked"], id);
        assert_eq!(scene.choose(name).unwrap(), id);
    }
    scene.set_health("w", false).unwrap();
    assert_eq!(candidate(&scene.explain(&Spec::chat("o1")), "w")["despite"], "marked_down");
    let ids = scene.snapshot()["deployments"].as_array().unwrap().len();
    assert_eq!(ids, 4, "two that are declared, and one for each name");
}
