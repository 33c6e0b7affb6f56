//! What sends take of limits and of money that are under way while the config changes.

use serde_json::{Value, json};
use switchman::sim::{Reply, Spec};

use crate::budgets::budgets;
use crate::support::{Scene, assert_answered, deployment, with};

/// "a" and "b", of one provider, with other parameters of "a"; without it, if it has none.
fn pair(a: Option<Value>, settings: &Value) -> Value {
    let a = a.map(|params| deployment("chat", "a", params));
    let list = a.into_iter().chain([deployment("chat", "b", json!({ "weight": 0 }))]).collect();
    with(list, settings.clone())
}

#[test]
fn what_was_sent_before_there_was_a_limit_is_not_settled_as_if_it_had_counted() {
    let settings = json!({ "limit_mode": "hard", "num_retries": 0 });
    let mut scene = Scene::new(&pair(Some(json!({})), &settings)).always("a", Reply::ok().in_ms(300));
    scene.call(Spec::chat("chat").using(900, 0));
    scene.adopt(&pair(Some(json!({ "tpm": 1_000 })), &settings)).unwrap();
    scene.now("a", Reply::ok().in_ms(5_000));
    scene.call(Spec::chat("chat").using(600, 0));
    scene.advance(400);
    assert!(!scene.ask(Spec::chat("chat").using(500, 0)).is_answered(), "600 of 1,000 are reserved");
    assert_answered(&scene.ask(Spec::chat("chat").using(400, 0)));
}

#[test]
fn a_limit_that_is_changed_counts_what_was_used_before() {
    let settings = json!({ "limit_mode": "hard", "num_retries": 0 });
    let limited = |rpm: u32| pair(Some(json!({ "rpm": rpm })), &settings);
    let mut scene = Scene::new(&limited(5));
    (0..3).for_each(|_| assert_answered(&scene.ask_chat()));
    scene.adopt(&limited(3)).unwrap();
    assert!(!scene.ask_chat().is_answered());
    scene.adopt(&limited(4)).unwrap();
    assert_answered(&scene.ask_chat());
    assert!(!scene.ask_chat().is_answered());
}

#[test]
fn a_send_that_fails_costs_what_it_cost_when_it_was_made() {
    let settings =
        json!({ "provider_budget_config": { "openai": { "max_budget": 100, "budget_duration": "1d" } } });
    let priced = json!({ "input_cost_per_token": 1, "output_cost_per_token": 1 });
    for (before, after, spent) in
        [(json!({}), priced.clone(), json!("0")), (priced.clone(), json!({}), json!("5"))]
    {
        let mut scene = Scene::new(&pair(Some(before), &settings)).always("a", Reply::silent());
        scene.call(Spec::chat("chat").using(5, 0).with(json!({ "deadlineMs": 1_000 })));
        scene.advance(500);
        scene.adopt(&pair(Some(after), &settings)).unwrap();
        scene.run();
        assert_eq!(
            budgets(&mut scene)[0]["spent_usd"].to_string().trim_matches('"'),
            spent.as_str().unwrap()
        );
    }
}

#[test]
fn a_send_to_who_was_taken_out_is_paid_though_its_reservation_has_just_run_out() {
    let settings =
        json!({ "provider_budget_config": { "openai": { "max_budget": 100, "budget_duration": "1d" } } });
    let priced = json!({ "input_cost_per_token": 1, "output_cost_per_token": 1 });
    let mut scene = Scene::new(&pair(Some(priced), &settings)).always("a", Reply::silent());
    // Another call begins at the very moment at which the first one is over.
    scene.call_in(1_000, Spec::chat("b"));
    scene.call(Spec::chat("chat").using(5, 0).with(json!({ "deadlineMs": 1_000 })));
    scene.advance(500);
    scene.adopt(&pair(None, &settings)).unwrap();
    scene.run();
    scene.assert_sent(&["a", "b"]);
    assert_eq!(budgets(&mut scene)[0]["spent_usd"].to_string().trim_matches('"'), "5");
}
