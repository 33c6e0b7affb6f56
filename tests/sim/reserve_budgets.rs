//! Budgets that a store keeps for several routers: they hold for all of them together, and add up.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Mood, Reply, Spec};

use crate::reserve::{Shared, isolates, tell};
use crate::support::{Scene, assert_answered, deployment, seed, with};

/// A dollar for every token of an answer, and a budget of so many dollars; who is refused has nobody else to go to.
fn budgeted(limit: u64) -> (Scene, Scene, Shared) {
    let price = json!({ "input_cost_per_token": 0, "output_cost_per_token": 1 });
    let mut params = price.as_object().unwrap().clone();
    params.extend([("max_budget".to_owned(), json!(limit)), ("budget_duration".to_owned(), json!("1d"))]);
    isolates(&[("a", Value::Object(params))])
}

/// What stands under the key of the one budget, in dollars.
fn kept(shared: &Shared) -> f64 {
    let ledger = shared.borrow();
    let held = ledger.values.iter().filter(|(key, _)| key.contains("/budget/"));
    held.map(|(_, nano)| *nano as f64 / 1e9).sum()
}

#[test]
fn a_budget_holds_for_calls_of_two_routers_at_once() {
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        let (mut one, mut two, shared) = budgeted(100);
        // Each may cost 30 dollars: three at once, whoever makes them.
        let made: Vec<_> = (0..5)
            .map(|_| (one.call(spec.clone().using(1, 30)), two.call(spec.clone().using(1, 30))))
            .collect();
        one.run();
        two.run();
        let answered = |scene: &Scene, call| usize::from(scene.seen(call).is_answered());
        let sum: usize = made.iter().map(|(a, b)| answered(&one, *a) + answered(&two, *b)).sum();
        assert_eq!((sum, one.sent().len() + two.sent().len()), (3, 3));
        let refused = two.seen(made[4].1);
        let fault = refused.fault().unwrap();
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::NoDeployment, Some("budget_exceeded")));
        assert_eq!(fault.caller_status(), 429);
        // They have cost five each, and that is what stands there once it is told.
        assert_eq!(kept(&shared), 90.0);
        tell(&mut one, &shared);
        tell(&mut two, &shared);
        let told =
            if spec.is_stream() && one.seen(made[0].0).attempts[0].usage.is_none() { 90.0 } else { 15.0 };
        assert_eq!(kept(&shared), told);
    }
}

#[test]
fn what_a_send_has_not_used_is_the_next_one_s_before_the_store_has_it_back() {
    let (mut one, mut two, shared) = budgeted(50);
    for _ in 0..4 {
        assert_answered(&one.ask(Spec::chat("chat").using(1, 30)));
    }
    // What the others see is the most that it may be: 15 are spent, and 30 were asked for last.
    assert_eq!(kept(&shared), 45.0);
    assert_eq!(two.ask(Spec::chat("chat").using(1, 30)).kind(), Some(FaultKind::NoDeployment));
    tell(&mut one, &shared);
    assert_eq!(kept(&shared), 20.0);
    assert_answered(&two.ask(Spec::chat("chat").using(1, 30)));
    tell(&mut two, &shared);
    assert_eq!(kept(&shared), 25.0);
}

#[test]
fn a_send_that_failed_leaves_its_money_to_the_next_one() {
    let price = json!({ "order": 1, "input_cost_per_token": 0, "output_cost_per_token": 1 });
    let list = vec![deployment("chat", "a", price.clone()), deployment("chat", "b", price)];
    let budget = json!({ "openai": { "budget_limit": 50, "time_period": "1d" } });
    let config = with(list, json!({ "provider_budget_config": budget }));
    let (mut one, shared) = (Scene::new(&config), Shared::default());
    one.keep_limits(&shared);
    one = one.always("a", Reply::status(500));
    for _ in 0..3 {
        assert_answered(&one.ask(Spec::chat("chat").using(1, 40)));
    }
    tell(&mut one, &shared);
    assert_eq!(kept(&shared), 15.0);
}

#[test]
fn of_a_store_that_fails_or_is_late_the_budget_is_told_what_was_spent_and_no_more() {
    for mood in [Mood::Fails, Mood::Silent, Mood::After(1_000), Mood::After(20), Mood::After(5_000)] {
        let (mut one, _, shared) = budgeted(50);
        one.now("a", Reply::ok().in_ms(2_000));
        shared.borrow_mut().mood = mood;
        assert_answered(&one.ask(Spec::chat("chat").using(1, 30)));
        one.run();
        one.advance(10_000);
        tell(&mut one, &shared);
        assert_eq!(kept(&shared), 5.0, "{mood:?}");
        let again = one.ask(Spec::chat("chat").using(1, 46));
        assert_eq!(again.kind(), Some(FaultKind::NoDeployment), "what is known here counts: {mood:?}");
    }
}

#[test]
fn what_a_call_that_vanished_was_given_is_given_back() {
    let (mut one, mut two, shared) = budgeted(50);
    one.now("a", Reply::vanishes());
    one.call(Spec::chat("chat").using(1, 40).with(json!({ "deadline": 30 })));
    one.run();
    one.now("a", Reply::ok());
    assert_eq!(two.ask(Spec::chat("chat").using(1, 40)).kind(), Some(FaultKind::NoDeployment));
    for scene in [&mut one, &mut two] {
        scene.advance(31_000);
    }
    assert_answered(&one.ask(Spec::chat("chat").using(1, 2)));
    tell(&mut one, &shared);
    assert_eq!(kept(&shared), 5.0);
    assert_answered(&two.ask(Spec::chat("chat").using(1, 40)));
}

#[test]
fn a_deployment_that_is_named_is_within_its_budget_too_and_tags_are() {
    let price = json!({ "input_cost_per_token": 0, "output_cost_per_token": 1 });
    let budget = json!({ "t": { "max_budget": 50, "budget_duration": "1d" } });
    let config = with(vec![deployment("chat", "a", price)], json!({ "tag_budget_config": budget }));
    let shared = Shared::default();
    let [mut one, mut two] = [0, 1].map(|_| {
        let mut scene = Scene::new(&config);
        scene.keep_limits(&shared);
        scene
    });
    let tagged = |model: &str| Spec::chat(model).using(1, 30).with(json!({ "tags": ["t"] }));
    assert_answered(&one.ask(tagged("a")));
    let refused = two.ask(tagged("a"));
    assert_eq!(refused.fault().and_then(|fault| fault.code.as_deref()), Some("budget_exceeded"));
    assert_answered(&two.ask(Spec::chat("a").using(1, 30)));
    assert!(refused.fault().unwrap().message.contains("a has a budget spent or reserved elsewhere"));
}

#[test]
fn reservations_follow_their_budgets_when_the_config_changes() {
    let (mut one, _, shared) = budgeted(50);
    let call = one.call(Spec::chat("chat").using(1, 30));
    one.advance(1);
    let price = json!({ "input_cost_per_token": 0, "output_cost_per_token": 1, "max_budget": 60, "budget_duration": "1d" });
    let settings =
        json!({ "provider_budget_config": { "openai": { "budget_limit": 1000, "time_period": "1d" } } });
    one.adopt(&with(vec![deployment("chat", "a", price)], settings)).unwrap();
    one.run();
    assert_answered(&one.seen(call));
    tell(&mut one, &shared);
    // Five for each of the two that it is under by now.
    assert_eq!(kept(&shared), 10.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: RngSeed::Fixed(seed()), ..ProptestConfig::default() })]

    /// Whatever is asked, answered late, refused or left, the store never gives more than the budget, and in the end holds what
    /// was spent, to the dollar.
    #[test]
    fn the_budget_holds_and_adds_up(
        calls in prop::collection::vec((any::<bool>(), 1_u32..40, 0_u8..6, 0_u64..300), 1..40),
        limit in 30_u64..200,
    ) {
        let (mut one, mut two, shared) = budgeted(limit);
        for (first, output, kind, ms) in &calls {
            let scene = if *first { &mut one } else { &mut two };
            shared.borrow_mut().mood = match kind { 0 => Mood::After(20), 1 => Mood::After(100), _ => Mood::Well };
            let reply = match kind { 2 => Reply::status(500), 3 => Reply::ok().in_ms(400), _ => Reply::ok() };
            scene.now("a", reply);
            let mut spec = Spec::chat("chat").using(1, *output);
            if *kind == 4 {
                spec = spec.cancelled_after(5);
            }
            scene.call(spec);
            one.advance(*ms);
            two.advance(*ms);
            if *kind == 5 {
                tell(if *first { &mut one } else { &mut two }, &shared);
            }
        }
        for scene in [&mut one, &mut two] {
            scene.run();
            tell(scene, &shared);
        }
        let answered = |scene: &Scene| scene.outcomes().filter(|outcome| outcome.is_answered()).count();
        let spent = 5 * (answered(&one) + answered(&two));
        prop_assert_eq!(kept(&shared), spent as f64);
    }
}
