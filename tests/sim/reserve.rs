//! Limits that a store keeps for several routers: they hold for all of them together, and a store that fails stops nobody.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::error::FaultKind;
use switchman::sim::{Ledger, Mood, Reply, Spec};

use crate::shelf::batches;
use crate::support::{Scene, assert_answered, deployment, seed, with};

pub(crate) type Shared = Rc<RefCell<Ledger>>;

/// Two routers of one config, with the same store.
pub(crate) fn isolates(members: &[(&str, Value)]) -> (Scene, Scene, Shared) {
    let list: Vec<Value> =
        members.iter().map(|(id, params)| deployment("chat", id, params.clone())).collect();
    let config = with(list, json!({ "limit_mode": "hard", "num_retries": 0 }));
    let shared = Shared::default();
    let isolate = || {
        let mut scene = Scene::new(&config);
        scene.keep_limits(&shared);
        scene
    };
    (isolate(), isolate(), shared)
}

pub(crate) fn tell(scene: &mut Scene, shared: &Shared) {
    batches(scene).iter().for_each(|batch| shared.borrow_mut().write(batch));
}

fn answered(scene: &mut Scene, calls: usize, spec: &Spec) -> usize {
    let made = scene.run_at_once(calls, spec);
    made.iter().filter(|call| scene.seen(**call).is_answered()).count()
}

#[test]
fn of_a_hundred_calls_of_two_routers_exactly_ten_reach_a_provider_with_a_limit_of_ten() {
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
        let (mut one, mut two, _) = isolates(&[("a", json!({ "rpm": 10 }))]);
        let sent = answered(&mut one, 7, &spec) + answered(&mut two, 93, &spec);
        assert_eq!((sent, one.sent().len(), two.sent().len()), (10, 7, 3));
    }
}

#[test]
fn who_is_refused_goes_elsewhere_and_is_told_the_wait_where_there_is_nobody() {
    let (mut one, mut two, _) =
        isolates(&[("a", json!({ "order": 1, "rpm": 2 })), ("b", json!({ "order": 2, "rpm": 1 }))]);
    answered(&mut one, 2, &Spec::chat("chat"));
    assert_answered(&two.ask_chat());
    two.assert_sent(&["b"]);

    let refused = two.ask_chat();
    let fault = refused.fault().unwrap();
    assert_eq!((fault.kind, fault.caller_status()), (FaultKind::NoDeployment, 429));
    assert!(fault.message.contains("a has reached its limit, b has reached its limit"), "{}", fault.message);
    // The store counts in minutes of the clock.
    two.advance(fault.retry_after_ms.unwrap());
    assert_answered(&two.ask_chat());
}

#[test]
fn of_two_limits_both_are_needed_and_what_is_given_alone_is_given_back() {
    let (mut one, mut two, shared) = isolates(&[("a", json!({ "rpm": 10, "tpm": 1_000 }))]);
    assert_answered(&one.ask(Spec::chat("chat").using(900, 10)));
    assert_eq!(two.ask(Spec::chat("chat").using(900, 10)).kind(), Some(FaultKind::NoDeployment));
    tell(&mut two, &shared);
    let held = |shared: &Shared, what: &str| {
        let ledger = shared.borrow();
        ledger.values.iter().filter(|(key, _)| key.contains(what)).map(|(_, held)| *held).sum::<i64>()
    };
    assert_eq!((held(&shared, "/rpm/"), held(&shared, "/tpm/")), (1, 910));

    // The first one has used less than it had reserved: there is room for another.
    tell(&mut one, &shared);
    assert!(held(&shared, "/tpm/") < 100, "{:?}", shared.borrow().values);
    two.advance(1);
    assert_answered(&one.ask(Spec::chat("chat").using(800, 10)));
}

#[test]
fn a_store_that_fails_or_says_nothing_in_time_leaves_the_decision_here() {
    for (mood, ms) in [(Mood::Fails, 0), (Mood::Silent, 25), (Mood::After(1_000), 25), (Mood::After(20), 20)]
    {
        let (mut one, _, shared) = isolates(&[("a", json!({ "rpm": 2 }))]);
        one.now("a", Reply::ok().in_ms(100));
        shared.borrow_mut().mood = mood;
        let outcome = one.ask_chat();
        assert_answered(&outcome);
        assert_eq!(outcome.ms(), Some(100 + ms), "{mood:?}");
        assert_answered(&one.ask_chat());
        assert_eq!(
            one.ask_chat().kind(),
            Some(FaultKind::NoDeployment),
            "what is known here counts: {mood:?}"
        );
    }
}

#[test]
fn limits_and_budgets_that_are_counted_here_hold_for_calls_that_ask_at_once() {
    let bounds = [
        (json!({ "max_parallel_requests": 2 }), 2),
        (json!({ "output_cost_per_token": 1, "max_budget": 70, "budget_duration": "1h" }), 2),
    ];
    for ((mut bound, places), mood) in
        bounds.iter().cloned().flat_map(|one| [Mood::After(20), Mood::Silent].map(|mood| (one.clone(), mood)))
    {
        bound.as_object_mut().unwrap().extend([
            ("rpm".to_owned(), json!(100)),
            ("order".to_owned(), json!(1)),
            ("input_cost_per_token".to_owned(), json!(0)),
        ]);
        let (mut one, _, shared) = isolates(&[("a", bound.clone()), ("b", json!({ "order": 2 }))]);
        shared.borrow_mut().mood = mood;
        one.now("a", Reply::ok().in_ms(100));
        assert_eq!(answered(&mut one, 10, &Spec::chat("chat").using(1, 30)), 10);
        assert_eq!(one.sends_since(0, "a"), places, "{bound} {mood:?}");
        tell(&mut one, &shared);
        let held = |what| {
            let ledger = shared.borrow();
            ledger.values.iter().filter(|(key, _)| key.contains(what)).map(|(_, held)| *held).sum::<i64>()
        };
        // What the store has given to the others is given back; one that was silent has given nothing.
        assert_eq!(held("/a/rpm/"), if mood == Mood::Silent { 0 } else { 2 }, "{bound} {mood:?}");
    }
}

#[test]
fn nothing_is_sent_to_who_was_taken_out_while_the_store_was_asked() {
    let (mut one, _, shared) =
        isolates(&[("a", json!({ "order": 1, "rpm": 5 })), ("b", json!({ "order": 2 }))]);
    shared.borrow_mut().mood = Mood::After(20);
    let call = one.call(Spec::chat("chat"));
    one.advance(5);
    one.adopt(&with(vec![deployment("chat", "b", json!({}))], json!({ "limit_mode": "hard" }))).unwrap();
    one.run();
    assert_answered(&one.seen(call));
    one.assert_sent(&["b"]);
}

#[test]
fn what_comes_for_a_call_that_is_gone_is_given_back() {
    let (mut one, _, shared) = isolates(&[("a", json!({ "rpm": 5 }))]);
    shared.borrow_mut().mood = Mood::After(20);
    let call = one.call(Spec::chat("chat").cancelled_after(10));
    one.run();
    assert_eq!(one.seen(call).kind(), Some(FaultKind::Cancelled));
    assert!(one.sent().is_empty());
    tell(&mut one, &shared);
    assert!(shared.borrow().values.values().all(|held| *held == 0), "{:?}", shared.borrow().values);
}

#[test]
fn without_a_limit_and_for_a_deployment_that_is_named_nobody_is_asked() {
    let (mut one, _, shared) = isolates(&[("a", json!({ "rpm": 1, "weight": 0 })), ("b", json!({}))]);
    assert_answered(&one.ask_chat());
    assert_answered(&one.ask(Spec::chat("a")));
    assert_eq!(shared.borrow().asked, 0);
    // What it used counts all the same.
    tell(&mut one, &shared);
    assert_eq!(shared.borrow().values.values().sum::<i64>(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: RngSeed::Fixed(seed()), ..ProptestConfig::default() })]

    /// Whatever the store does, as long as what it gives is given by the same rule, no limit is overdrawn and no call fails
    /// that has somebody to go to.
    #[test]
    fn the_limit_holds_for_all_together(calls in prop::collection::vec((any::<bool>(), 0_u64..400), 1..60), rpm in 1_u64..20) {
        let (mut one, mut two, _) = isolates(&[("a", json!({ "order": 1, "rpm": rpm })), ("b", json!({ "order": 2 }))]);
        for (first, ms) in &calls {
            let scene = if *first { &mut one } else { &mut two };
            assert_answered(&scene.ask_chat());
            one.advance(*ms);
            two.advance(*ms);
        }
        // Twenty-four seconds at most: one minute of the clock, or two.
        let sent = one.sends_since(0, "a") + two.sends_since(0, "a");
        prop_assert!(sent as u64 <= 2 * rpm);
    }
}

#[test]
fn moving_on_after_the_store_was_asked_is_told_as_such() {
    let list =
        vec![deployment("chat", "a", json!({ "rpm": 5 })), deployment("spare", "b", json!({ "rpm": 5 }))];
    let config =
        with(list, json!({ "limit_mode": "hard", "num_retries": 0, "fallbacks": [{ "chat": ["spare"] }] }));
    let (mut one, shared) = (Scene::new(&config), Shared::default());
    one.keep_limits(&shared);
    one.with_router(|router, _| router.listen(true));
    one.now("a", Reply::status(500));
    assert_answered(&one.ask_chat());
    let events = one.with_router(|router, _| router.take_events());
    let events: Vec<Value> = serde_json::from_str(&events).unwrap();
    let told: Vec<_> = events.iter().filter(|event| event["type"] == "fallback").collect();
    assert_eq!(told.len(), 1, "{events:#?}");
    assert_eq!((&told[0]["from"], &told[0]["to"]), (&json!("chat"), &json!("spare")));
    let reasons: Vec<_> = events.iter().filter_map(|event| event["reason"].as_str()).collect();
    assert_eq!(reasons, ["first", "fallback"]);
}
