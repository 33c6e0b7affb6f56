//! Budgets of providers, deployments and tags: reserved at send, settled by what an answer cost.

use std::rc::Rc;

use serde_json::{Value, json};
use switchman::config::Demand;
use switchman::error::FaultKind;
use switchman::price::PriceTable;
use switchman::sim::{Outcome, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, with};

/// A dollar for every token of an answer, of which there are five, and nothing for those of the prompt.
pub(crate) fn priced(id: &str, provider: &str, more: Value) -> Value {
    let mut params = json!({
        "model": format!("{provider}/gpt-4o"), "input_cost_per_token": 0, "output_cost_per_token": 1,
    });
    if provider != "openai" {
        params["api_base"] = json!("https://elsewhere.test/v1");
    }
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    deployment("chat", id, params)
}

fn scene(list: Vec<Value>, settings: Value) -> Scene {
    Scene::new(&with(list, settings))
}

pub(crate) fn openai(limit: u32, period: &str) -> Value {
    json!({ "provider_budget_config": { "openai": { "budget_limit": limit, "time_period": period } } })
}

#[track_caller]
fn assert_over_budget(outcome: &Outcome) -> u64 {
    let fault = outcome.fault().unwrap_or_else(|| panic!("{outcome:#?}"));
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::NoDeployment, 429));
    assert_eq!(fault.code.as_deref(), Some("budget_exceeded"), "{fault:?}");
    fault.retry_after_ms.unwrap_or(0)
}

pub(crate) fn budgets(scene: &mut Scene) -> Vec<Value> {
    let text = scene.with_router(|router, now| router.snapshot(now));
    let all: Value = serde_json::from_str(&text).unwrap();
    all["budgets"].as_array().unwrap().clone()
}

#[test]
fn s94_a_provider_whose_budget_is_spent_is_passed_over_and_where_all_is_spent_the_error_says_so() {
    let list = vec![
        priced("a", "openai", json!({ "order": 1 })),
        priced("b", "hosted_vllm", json!({ "order": 2, "max_budget": 10, "budget_duration": "1d" })),
    ];
    let mut scene = scene(list, openai(12, "1d"));
    for _ in 0..5 {
        assert_answered(&scene.ask_chat());
    }
    // The third one to `a` was sent when 10 of 12 dollars were spent.
    scene.assert_sent(&["a", "a", "a", "b", "b"]);
    let wait = assert_over_budget(&scene.ask_chat());
    assert!(wait > 0 && wait <= 86_400_000, "until midnight: {wait}");
    assert_eq!(scene.sent().len(), 5, "nothing is sent");
    let told = budgets(&mut scene);
    assert_eq!(told[0]["spent_usd"], 15);
    assert_eq!((&told[0]["scope"], &told[0]["name"]), (&json!("provider"), &json!("openai")));
    assert_eq!((&told[1]["scope"], &told[1]["name"]), (&json!("deployment"), &json!("b")));
    assert_eq!(
        (&told[1]["limit_usd"], &told[1]["spent_usd"], &told[1]["reserved_usd"]),
        (&json!(10), &json!(10), &json!(0))
    );
    scene.advance(wait - 1);
    assert_over_budget(&scene.ask_chat());
    scene.advance(1);
    assert_answered(&scene.ask_chat());
    assert_eq!(scene.sent().last(), Some(&"a"));
}

#[test]
fn the_error_and_explain_tell_the_reason() {
    let mut scene = scene(vec![priced("a", "openai", json!({}))], openai(1, "1h"));
    assert_answered(&scene.ask_chat());
    let refused = scene.ask_chat();
    assert_over_budget(&refused);
    assert!(refused.fault().unwrap().message.contains("a is over a budget"), "{refused:?}");
    let told = scene.explain(&Spec::chat("chat"));
    assert_eq!(told["decisions"][0]["candidates"][0]["reason"], "budget_spent", "{told}");
    assert_eq!(told["error"]["code"], "budget_exceeded");
    // Whoever names the deployment does not get round it.
    assert_over_budget(&scene.ask(Spec::chat("a")));
    assert_eq!(scene.sent().len(), 1);
}

#[test]
fn fallbacks_are_tried_before_a_call_fails_for_money() {
    let list =
        vec![priced("a", "openai", json!({})), deployment("backup", "b", json!({ "model": "openai/free" }))];
    let mut other = list.clone();
    other[1]["litellm_params"]["model"] = json!("hosted_vllm/free");
    other[1]["litellm_params"]["api_base"] = json!("https://elsewhere.test/v1");
    let settings = |fallback| {
        let mut settings = openai(5, "1h");
        settings["fallbacks"] = fallback;
        settings
    };
    let mut scene = scene(other, settings(json!([{ "chat": ["backup"] }])));
    assert_answered(&scene.ask_chat());
    assert_answered(&scene.ask_chat());
    scene.assert_sent(&["a", "b"]);
}

#[test]
fn what_calls_at_once_may_cost_is_reserved_and_settled() {
    let mut scene = scene(vec![priced("a", "openai", json!({}))], openai(100, "1h"));
    let large = Spec::chat("chat").using(1, 30);
    let made = scene.run_at_once(10, &large);
    assert_eq!(scene.sent().len(), 3, "four of them would be 120 dollars");
    let refused = scene.seen(made[3]);
    assert_eq!(assert_over_budget(&refused), 0, "nobody knows how long: the rest is only reserved");
    assert!(refused.fault().unwrap().message.contains("reserved"), "{refused:?}");
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 15, "each has cost 5 in fact");
    assert_answered(&scene.ask(large));
}

#[test]
fn a_request_alone_is_never_too_large_for_a_budget() {
    let mut scene = scene(vec![priced("a", "openai", json!({}))], openai(5, "1h"));
    assert_answered(&scene.ask(Spec::chat("chat").using(1, 1_000)));
    assert_over_budget(&scene.ask(Spec::chat("chat").using(1, 1)));
}

#[test]
fn a_send_that_came_to_nothing_costs_nothing_and_leaves_room_for_the_next_one() {
    let list =
        vec![priced("a", "openai", json!({ "order": 1 })), priced("b", "openai", json!({ "order": 2 }))];
    let mut scene = scene(list, openai(30, "1h")).always("a", Reply::status(500));
    // Both cannot be paid for at once: what the first had reserved is free for the second.
    let outcome = scene.ask(Spec::chat("chat").using(1, 20));
    assert_answered(&outcome);
    scene.assert_sent(&["a", "b"]);
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 5);
}

#[test]
fn a_stream_that_is_cut_costs_what_was_reserved() {
    let mut scene = scene(vec![priced("a", "openai", json!({}))], openai(100, "1h"));
    scene.now("a", Reply::cut_after(2));
    assert!(!scene.ask(Spec::stream("chat").using(1, 30)).is_answered());
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 30);
}

#[test]
fn a_call_that_vanishes_gives_its_reservation_back() {
    let params = json!({ "deadline": 30 });
    let mut scene = scene(vec![priced("a", "openai", params)], openai(50, "1d"));
    scene.now("a", Reply::vanishes());
    scene.call(Spec::chat("chat").using(1, 40));
    scene.run();
    scene.now("a", Reply::ok());
    assert_over_budget(&scene.ask(Spec::chat("chat").using(1, 40)));
    scene.advance(30_000);
    assert_answered(&scene.ask(Spec::chat("chat").using(1, 40)));
}

#[test]
fn a_tag_has_a_budget_over_all_deployments_and_other_calls_go_on() {
    let list = vec![priced("a", "openai", json!({})), priced("b", "hosted_vllm", json!({}))];
    let settings = json!({
        "tag_budget_config": {
            "product:chat": { "max_budget": 8, "budget_duration": "1h" },
            "team": { "max_budget": 1_000, "budget_duration": "1h" },
        },
    });
    let mut scene = scene(list, json!({ "litellm_settings": settings }));
    let tagged = |options: Value| Spec::chat("chat").with(options);
    assert_answered(&scene.ask(tagged(json!({ "tags": ["team", "product:chat", "of no budget"] }))));
    assert_answered(&scene.ask(tagged(json!({ "metadata": { "tags": ["product:chat"] } }))));
    let wait = assert_over_budget(&scene.ask(tagged(json!({ "tags": ["team", "product:chat"] }))));
    assert!(wait > 0);
    assert_answered(&scene.ask(tagged(json!({ "tags": ["team"] }))));
    assert_answered(&scene.ask_chat());
    let told = budgets(&mut scene);
    let spent = |name: &str| told.iter().find(|one| one["name"] == name).unwrap()["spent_usd"].clone();
    assert_eq!((spent("product:chat"), spent("team")), (json!(10), json!(10)));
}

#[test]
fn a_price_that_is_not_known_is_no_cost() {
    let mut scene = scene(vec![deployment("chat", "a", json!({}))], openai(1, "1h"));
    for _ in 0..3 {
        assert_answered(&scene.ask(Spec::chat("chat").using(10, 10)));
    }
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 0);
    let text = scene.with_router(|router, now| router.metrics(now));
    assert!(!text.contains("cost_usd_total"));
}

#[test]
fn the_models_of_a_wildcard_share_its_budget() {
    let entry = json!({
        "model_name": "openai/*",
        "litellm_params": {
            "model": "openai/*", "api_key": "sk-x", "output_cost_per_token": 1, "input_cost_per_token": 0,
            "max_budget": 10, "budget_duration": "1mo",
        },
        "model_info": { "id": "any" },
    });
    let mut scene = Scene::new(&with(vec![entry], json!({})));
    assert_answered(&scene.ask(Spec::chat("openai/one")));
    assert_answered(&scene.ask(Spec::chat("openai/two")));
    assert_over_budget(&scene.ask(Spec::chat("openai/three")));
}

#[test]
fn what_was_spent_survives_a_change_of_the_config_and_a_restart() {
    let list = vec![priced("a", "openai", json!({ "max_budget": 7, "budget_duration": "1d" }))];
    let config = with(list.clone(), openai(100, "1d"));
    let mut first = Scene::new(&config);
    assert_answered(&first.ask_chat());
    let more = [list.clone(), vec![priced("c", "openai", json!({}))]].concat();
    let mut settings = openai(6, "1d");
    settings["tag_budget_config"] = json!({ "t": { "max_budget": 1, "budget_duration": "1d" } });
    first.adopt(&with(more, settings)).unwrap();
    let told = budgets(&mut first);
    let spent = |told: &[Value]| -> Vec<Value> { told.iter().map(|one| one["spent_usd"].clone()).collect() };
    assert_eq!(spent(&told), [json!(5), json!(0), json!(5)], "{told:?}");
    let state = first.with_router(|router, now| router.export(now));
    let mut second = Scene::new(&config);
    second.with_router(|router, now| router.import(now, &state)).unwrap();
    assert_eq!(spent(&budgets(&mut second)), [json!(5), json!(5)]);
    assert_answered(&second.ask_chat());
    assert_over_budget(&second.ask_chat());
    // Periods of another length are others.
    let mut third = Scene::new(&with(list, openai(100, "1h")));
    third.with_router(|router, now| router.import(now, &state)).unwrap();
    assert_eq!(spent(&budgets(&mut third)), [json!(0), json!(5)]);
}

#[test]
fn a_send_is_paid_by_those_it_has_reserved_of_at_the_price_of_its_time() {
    let is_settled = |after: Vec<Value>| {
        let mut scene = scene(vec![priced("a", "openai", json!({}))], openai(100, "1d"));
        let call = scene.call(Spec::chat("chat").using(1, 50));
        scene.advance(1);
        scene.adopt(&with(after, openai(100, "1d"))).unwrap();
        assert_eq!(budgets(&mut scene)[0]["reserved_usd"], 50);
        scene.run();
        assert_answered(&scene.seen(call));
        let told = budgets(&mut scene);
        assert_eq!((&told[0]["spent_usd"], &told[0]["reserved_usd"]), (&json!(5), &json!(0)), "{told:?}");
    };
    // Its deployment is no more, is another provider's, or costs more.
    is_settled(vec![priced("b", "openai", json!({}))]);
    is_settled(vec![priced("a", "hosted_vllm", json!({}))]);
    is_settled(vec![priced("a", "openai", json!({ "output_cost_per_token": 9 }))]);
}

#[test]
fn what_is_left_of_a_budget_and_what_was_paid_are_metrics() {
    let mut scene = scene(vec![priced("a", "openai", json!({}))], openai(12, "1h"));
    assert_answered(&scene.ask_chat());
    let text = scene.with_router(|router, now| router.metrics(now));
    let has = |line: &str| assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    has("switchman_budget_remaining_usd{scope=\"provider\",name=\"openai\"} 7");
    has(
        "switchman_cost_usd_total{model_group=\"chat\",deployment=\"a\",provider=\"openai\",model=\"gpt-4o\"} 5",
    );
}

#[test]
fn of_several_tags_the_one_with_the_least_room_decides_beside_a_send_that_has_failed() {
    let budget = |limit: u32| json!({ "max_budget": limit, "budget_duration": "1h" });
    let list =
        vec![priced("a", "openai", json!({ "order": 1 })), priced("b", "hosted_vllm", json!({ "order": 2 }))];
    let settings =
        json!({ "tag_budget_config": { "wide": budget(40), "small": budget(5), "none": budget(0) } });
    let mut scene = scene(list, settings).first("a", [Reply::status(500)]);
    let asked = |tags: Value| Spec::chat("chat").using(1, 30).with(json!({ "tags": tags }));
    // What the first send had reserved of both is free for the second one.
    assert_answered(&scene.ask(asked(json!(["wide", "small"]))));
    scene.assert_sent(&["a", "b"]);
    // Nothing is left of the smaller one; the wider one has room for another.
    assert_over_budget(&scene.ask(asked(json!(["wide", "small"]))));
    assert_over_budget(&scene.ask(asked(json!(["none"]))));
    assert_answered(&scene.ask(asked(json!(["wide"]))));
    let choose = |scene: &mut Scene, tags: Value| {
        scene.with_router(|router, now| {
            let options = router.options(&json!({ "tags": tags })).unwrap();
            let demand = Demand::default();
            router.choose(now, "chat", false, demand, &options, None).map_err(|fault| fault.code)
        })
    };
    assert_eq!(choose(&mut scene, json!(["small"])), Err(Some("budget_exceeded".into())));
    assert!(choose(&mut scene, json!(["wide"])).is_ok());
}

#[test]
fn a_stream_that_broke_has_cost_what_it_said_and_is_not_gone_on_with_beyond_the_budget() {
    let sends = |limit: u32| {
        let list =
            vec![priced("a", "openai", json!({ "order": 1 })), priced("b", "openai", json!({ "order": 2 }))];
        let mut settings = openai(limit, "1h");
        settings["mid_stream"] = json!("restart");
        settings["tag_budget_config"] = json!({ "t": { "max_budget": limit, "budget_duration": "1h" } });
        let mut scene = scene(list, settings).always("a", Reply::cut_after(2));
        let outcome = scene.ask(Spec::stream("chat").using(1, 30).with(json!({ "tags": ["t"] })));
        let spent = budgets(&mut scene).iter().map(|told| told["spent_usd"].as_u64().unwrap()).max();
        (outcome.attempts.len(), spent)
    };
    // Two words are two tokens.
    assert_eq!(sends(31), (1, Some(2)));
    assert_eq!(sends(32), (2, Some(7)));
}

#[test]
fn a_table_tells_the_prices_of_those_that_declare_none() {
    let config = with(vec![deployment("chat", "a", json!({}))], openai(1, "1h"));
    let mut scene = Scene::new(&config);
    assert_answered(&scene.ask(Spec::chat("chat").using(0, 1_000)));
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 0, "nothing is known yet");
    // A tenth of a dollar for a token of an answer.
    let table = PriceTable::new("#1 test\nopenai/gpt-4o 1k C i0o100000\n").unwrap();
    scene.with_router(|router, _| router.set_prices(Some(Rc::new(table))));
    let made = scene.run_at_once(3, &Spec::chat("chat").using(0, 5));
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 1);
    assert_over_budget(&scene.seen(made[2]));
    // The prices stay when another config comes.
    scene.adopt(&with(vec![deployment("chat", "b", json!({}))], openai(3, "1h"))).unwrap();
    assert_answered(&scene.ask_chat());
    assert_eq!(budgets(&mut scene)[0]["spent_usd"], 1.5);
}
