//! Budgets of several routers and one store: what others have spent counts, and what a router has told itself does not.

use serde_json::json;
use switchman::engine::Loaded;
use switchman::sim::Reply;

use crate::budgets::{budgets, openai, priced};
use crate::shelf::{ALL, Shelf, isolate, sync};
use crate::support::{Scene, assert_answered, with};

#[test]
fn what_others_spent_is_told_in_exact_amounts_and_is_advice() {
    let list = || {
        vec![
            priced("a", "openai", json!({ "order": 1, "output_cost_per_token": "0.0000000015" })),
            priced("b", "hosted_vllm", json!({ "order": 2 })),
        ]
    };
    let mut settings = openai(1, "1h");
    settings["provider_budget_config"]["openai"]["budget_limit"] = json!("0.00000001");
    let isolate = |tag| isolate(Scene::new(&with(list(), settings.clone())), tag, ALL);
    let (mut one, mut two, mut shelf) = (isolate(1), isolate(2), Shelf::default());
    assert_answered(&one.ask_chat());
    sync(&mut one, &mut shelf);
    let stored = shelf.values.iter().find(|(key, _)| key.contains("/budget/")).unwrap();
    // 5 tokens are 7.5 billionths; the half waits.
    assert_eq!(stored.1, &Loaded::Number(7.0), "{}", stored.0);
    sync(&mut two, &mut shelf);
    assert_eq!(budgets(&mut two)[0]["spent_elsewhere_usd"], json!(7e-9));
    assert_answered(&two.ask_chat());
    sync(&mut two, &mut shelf);
    assert_answered(&two.ask_chat());
    // 7.5 here and 7 there are more than 10.
    two.assert_sent(&["a", "b"]);
    one.advance(5_000);
    sync(&mut one, &mut shelf);
    assert_answered(&one.ask_chat());
    assert_eq!(one.sent(), ["a", "b"]);
    sync(&mut one, &mut shelf);
    // With nobody else, what others tell keeps nobody from being asked.
    two.now("b", Reply::refusal(401, "invalid_api_key"));
    two.advance(600_000);
    let outcome = two.ask_chat();
    assert_answered(&outcome);
    assert_eq!(outcome.deployments().last(), Some(&"a"));
}

#[test]
fn what_a_store_did_not_take_is_not_taken_for_others_and_is_told_again() {
    let config = with(vec![priced("a", "openai", json!({}))], openai(100, "1h"));
    let (mut one, mut shelf) = (isolate(Scene::new(&config), 1, ALL), Shelf::default());
    assert_answered(&one.ask_chat());
    one.with_router(|router, _| {
        let batch = router.next_batch().unwrap();
        router.drop_batch(batch);
    });
    assert_answered(&one.ask_chat());
    sync(&mut one, &mut shelf);
    let stored = shelf.values.iter().find(|(key, _)| key.contains("/budget/")).unwrap();
    assert_eq!(stored.1, &Loaded::Number(10e9));
    one.advance(5_000);
    sync(&mut one, &mut shelf);
    let told = budgets(&mut one);
    assert_eq!((&told[0]["spent_usd"], &told[0]["spent_elsewhere_usd"]), (&json!(10), &json!(0)));
}

#[test]
fn what_a_router_has_told_is_not_taken_for_others_when_settings_change_and_after_a_restart() {
    let list = vec![priced("a", "openai", json!({ "max_budget": 70, "budget_duration": "1h" }))];
    let config = with(list.clone(), openai(100, "1h"));
    let (mut one, mut shelf) = (isolate(Scene::new(&config), 1, ALL), Shelf::default());
    assert_answered(&one.ask_chat());
    sync(&mut one, &mut shelf);
    let mut settings = openai(100, "1h");
    settings["provider_budget_config"]["azure"] = json!({ "budget_limit": 1, "time_period": "1h" });
    settings["tag_budget_config"] = json!({ "t": { "max_budget": 1, "budget_duration": "1h" } });
    one.adopt(&with(list, settings)).unwrap();
    let alone = |scene: &mut Scene, spent: u32| {
        for told in
            budgets(scene).iter().filter(|told| ["openai", "a"].contains(&told["name"].as_str().unwrap()))
        {
            let [own, others] = ["spent_usd", "spent_elsewhere_usd"].map(|name| told[name].clone());
            assert_eq!([own, others], [json!(spent), json!(0)], "{told}");
        }
    };
    sync(&mut one, &mut shelf);
    alone(&mut one, 5);
    let state = one.with_router(|router, now| router.export(now));
    let mut two = isolate(Scene::new(&config), 2, ALL);
    two.with_router(|router, now| router.import(now, &state)).unwrap();
    sync(&mut two, &mut shelf);
    alone(&mut two, 5);
    assert_answered(&two.ask_chat());
    sync(&mut two, &mut shelf);
    two.advance(5_000);
    sync(&mut two, &mut shelf);
    alone(&mut two, 10);
}
