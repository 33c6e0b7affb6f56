//! Whose calls stay with a deployment: by session, by the beginning of a conversation, by the caller.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchman::sim::{CallNo, Outcome, Ranker, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// A group `chat` of these deployments, with affinity by these checks.
fn scene(ids: &[&str], checks: &[&str]) -> Scene {
    Scene::chat(ids, json!({ "optional_pre_call_checks": checks }))
}

fn of(session: &str) -> Spec {
    Spec::chat("chat").with(json!({ "sessionId": session }))
}

/// A call of a conversation at one of its turns.
fn turn(conversation: usize, turn: usize) -> Spec {
    let mut messages = vec![
        json!({ "role": "system", "content": "You are an agent." }),
        json!({ "role": "user", "content": format!("Task {conversation}") }),
    ];
    for number in 0..turn {
        messages.push(json!({ "role": "assistant", "content": format!("Step {number}") }));
        messages.push(json!({ "role": "user", "content": "Go on" }));
    }
    Spec::chat("chat").saying(&Value::from(messages).to_string())
}

/// Who answered.
fn where_to(outcome: &Outcome) -> String {
    assert_answered(outcome);
    outcome.attempts.last().unwrap().deployment.clone()
}

fn go(scene: &mut Scene, spec: Spec) -> String {
    where_to(&scene.ask(spec))
}

/// Whom a session would go to now.
fn belongs(scene: &mut Scene, session: usize) -> String {
    scene.with_router(|router, now| {
        let options = router.options(&json!({ "sessionId": session.to_string() })).unwrap();
        let ix = router.choose(now, "chat", false, Default::default(), &options, None).unwrap();
        router.config().deployment(ix).unwrap().id.clone()
    })
}

#[test]
fn s25_a_session_stays_and_goes_to_one_other_while_its_deployment_is_out() {
    let mut scene = scene(&["a", "b", "c"], &["session_affinity"]);
    let mine = go(&mut scene, of("s"));
    assert!((0..50).all(|_| go(&mut scene, of("s")) == mine));
    scene.now(&mine, slow_down("30"));
    let other = go(&mut scene, of("s"));
    assert_ne!(other, mine);
    let from = scene.sent().len();
    assert!((0..50).all(|_| go(&mut scene, of("s")) == other));
    assert_eq!(scene.sends_since(from, &mine), 0, "it is benched");
    scene.now(&mine, Reply::ok());
    scene.advance(30_000);
    assert!((0..50).all(|_| go(&mut scene, of("s")) == mine), "it is well again");
}

#[test]
fn every_way_of_naming_a_session_means_the_same() {
    let mut scene = scene(&["a", "b", "c", "d", "e"], &["session_affinity"]);
    for session in ["1", "2", "3", "4"] {
        let mine = go(&mut scene, of(session));
        for options in [
            json!({ "litellm_session_id": session }),
            json!({ "metadata": { "session_id": session } }),
            json!({ "litellm_metadata": { "session_id": session } }),
        ] {
            assert_eq!(go(&mut scene, Spec::chat("chat").with(options.clone())), mine, "{options}");
        }
    }
}

#[test]
fn s26_a_conversation_that_grows_stays() {
    let mut scene = scene(&["a", "b", "c"], &["prompt_caching"]);
    for conversation in 0..20 {
        let mine = go(&mut scene, turn(conversation, 0));
        assert!((1..20).all(|number| go(&mut scene, turn(conversation, number)) == mine));
    }
}

#[test]
fn s26_taking_one_of_several_out_moves_only_what_was_there() {
    const KEYS: usize = 2_000;
    for count in [3, 5, 10] {
        let ids: Vec<String> = (0..count).map(|number| format!("d{number}")).collect();
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut full = scene(&all, &["session_affinity"]);
        let mut less = scene(&all[1..], &["session_affinity"]);
        let mut moved = 0;
        for key in 0..KEYS {
            let (was, is) = (belongs(&mut full, key), belongs(&mut less, key));
            assert!(was == is || was == "d0", "{key} has moved from {was} to {is}");
            moved += usize::from(was != is);
        }
        let (share, most) = (moved as f64 / KEYS as f64, 1.0 / count as f64 + 0.02);
        println!("of {count} deployments one is taken out: {:.1} % of the sessions move", share * 100.0);
        assert!(share <= most, "{share} of {count}");
    }
}

#[test]
fn sessions_are_spread_by_weight() {
    let list = [("a", 1), ("b", 2), ("c", 5)];
    let list = list.map(|(id, weight)| deployment("chat", id, json!({ "weight": weight })));
    let mut scene =
        Scene::new(&with(list.to_vec(), json!({ "optional_pre_call_checks": ["session_affinity"] })));
    let went: Vec<String> = (0..4_000).map(|key| belongs(&mut scene, key)).collect();
    for (id, share) in [("a", 0.125), ("b", 0.25), ("c", 0.625)] {
        let found = went.iter().filter(|went| *went == id).count() as f64 / 4_000.0;
        assert!((found - share).abs() < 0.03, "{id}: {found}");
    }
}

#[test]
fn who_is_full_is_passed_over_for_always_the_same_one() {
    let list = ["a", "b", "c"].map(|id| deployment("chat", id, json!({ "max_parallel_requests": 2 })));
    let mut scene =
        Scene::new(&with(list.to_vec(), json!({ "optional_pre_call_checks": ["session_affinity"] })));
    let made = scene.run_at_once(4, &of("s"));
    let went: Vec<String> = made.iter().map(|call| where_to(&scene.seen(*call))).collect();
    assert!(went[0] == went[1] && went[2] == went[3] && went[0] != went[2], "{went:?}");
    assert_eq!(go(&mut scene, of("s")), went[0], "there is room again");
}

#[test]
fn one_session_cannot_flood_its_deployment() {
    let mut scene = scene(&["a", "b", "c"], &["session_affinity"]);
    let made = scene.run_at_once(90, &of("s"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    made.iter().for_each(|call| *counts.entry(where_to(&scene.seen(*call))).or_default() += 1);
    let counts: Vec<usize> = counts.into_values().collect();
    // One and a half times a third of all is the most that one gets, so that two are enough.
    assert_eq!(counts, [45, 45]);
}

#[test]
fn a_group_may_have_its_own_and_callers_count_last() {
    let list = ["chat", "loose"].into_iter().flat_map(|group| {
        (0..5).map(move |number| deployment(group, &format!("{group}{number}"), json!({})))
    });
    let mut scene = Scene::new(&with(
        list.collect(),
        json!({
            "optional_pre_call_checks": ["deployment_affinity", "session_affinity"],
            "model_group_affinity_config": { "loose": [] },
        }),
    ));
    let tenant = |group: &str| Spec::chat(group).with(json!({ "tenant": "acme" }));
    let mine = go(&mut scene, tenant("chat"));
    assert!((0..20).all(|_| go(&mut scene, tenant("chat")) == mine));
    let spread = |scene: &mut Scene, spec: &dyn Fn(usize) -> Spec| {
        let found: std::collections::BTreeSet<String> =
            (0..40).map(|number| go(scene, spec(number))).collect();
        found.len()
    };
    let both =
        |number: usize| Spec::chat("chat").with(json!({ "tenant": "acme", "sessionId": number.to_string() }));
    assert_eq!(spread(&mut scene, &both), 5, "a session is nearer than a caller");
    assert_eq!(spread(&mut scene, &|_| tenant("loose")), 5, "the group wants none");
    assert_eq!(spread(&mut scene, &|_| Spec::chat("chat")), 5, "a call that is known by nothing");
}

#[test]
fn explain_tells_what_a_call_stays_by() {
    let mut scene = scene(&["a", "b", "c"], &["session_affinity"]);
    let mine = go(&mut scene, of("s"));
    let told = scene.explain(&of("s"));
    let decision = &told["decisions"][0];
    assert_eq!((&decision["affinity"], &decision["picked"]), (&json!("session"), &json!(mine)));
    let shares: f64 =
        decision["candidates"].as_array().unwrap().iter().map(|one| one["share"].as_f64().unwrap()).sum();
    assert_eq!((shares, &decision["draw"]), (1.0, &Value::Null));
    assert_eq!(scene.explain(&Spec::chat("chat"))["decisions"][0]["affinity"], Value::Null);
}

#[test]
fn the_host_has_the_first_word_where_the_strategy_is_its_own() {
    let settings = json!({ "routing_strategy": "custom", "optional_pre_call_checks": ["session_affinity"] });
    let config = crate::support::config(&[("chat", &["a", "b", "c"])], settings);
    let mut scene = Scene::hosted(&config, &json!({ "customRoutingStrategy": true }));
    let mine = belongs(&mut scene, 1);
    let other = if mine == "a" { "b" } else { "a" };
    scene.ranker("chat", Ranker::picks(other));
    assert!((0..10).all(|_| go(&mut scene, of("1")) == other));
    scene.ranker("chat", Ranker::Fails);
    assert!((0..10).all(|_| go(&mut scene, of("1")) == mine), "it says nothing");
}

/// How many of the tokens that agents send are in a provider's cache, in per cent: 80 agents of five kinds, each with 20
/// turns, at four deployments. A deployment knows for five minutes what it was sent.
fn cached_share(settings: Value) -> f64 {
    const AGENTS: usize = 80;
    const TURNS: usize = 20;
    const KINDS: usize = 5;
    const SYSTEM: usize = 3_000;
    const KEPT_MS: u64 = 300_000;
    let tokens = |turn: usize| SYSTEM + 500 + 800 * turn;
    let mut scene = Scene::chat(&["a", "b", "c", "d"], settings);
    let mut made: Vec<(usize, usize, CallNo)> = Vec::new();
    for agent in 0..AGENTS {
        for number in 0..TURNS {
            // They begin one after the other, and take 20 s for a turn and the work between two of them.
            let at = (agent * 2_500 + number * 20_000 + agent * number % 7 * 900) as u64;
            made.push((agent, number, scene.call_in(at, turn(agent, number))));
        }
    }
    scene.run();
    made.sort_by_key(|(_, _, call)| scene.seen(*call).began_ms);
    let (mut told, mut systems) = (BTreeMap::new(), BTreeMap::new());
    let (mut sent, mut cached) = (0, 0);
    for (agent, number, call) in made {
        let outcome = scene.seen(call);
        let (at, place) = (outcome.began_ms.unwrap(), where_to(&outcome));
        let is_known = |last: Option<&(u64, usize)>| {
            last.filter(|(since, _)| at - since <= KEPT_MS).map(|(_, tokens)| *tokens)
        };
        let whole = is_known(told.get(&(agent, place.clone())));
        let system = is_known(systems.get(&(agent % KINDS, place.clone())));
        cached += whole.or(system).unwrap_or(0);
        sent += tokens(number);
        told.insert((agent, place.clone()), (at, tokens(number)));
        systems.insert((agent % KINDS, place), (at, SYSTEM));
    }
    cached as f64 / sent as f64 * 100.0
}

#[test]
fn agents_find_their_prompts_in_the_cache() {
    let random = cached_share(json!({}));
    let least_busy = cached_share(json!({ "routing_strategy": "least-busy" }));
    let affine = cached_share(json!({ "optional_pre_call_checks": ["prompt_caching"] }));
    println!(
        "cached prompt tokens: at random {random:.1} %, least busy {least_busy:.1} %, by prompt {affine:.1} %"
    );
    assert!(
        affine > 90.0 && affine > random + 10.0 && affine > least_busy + 10.0,
        "{random} {least_busy} {affine}"
    );
}

#[test]
fn who_is_out_changes_nothing_of_what_the_others_are_weighed_by() {
    // `rpm` weighs only where everybody declares it. While `c` is out that is so, and is of no account.
    let list = [("a", json!({ "rpm": 100 })), ("b", json!({ "rpm": 700 })), ("c", json!({}))];
    let list = list.into_iter().map(|(id, params)| deployment("chat", id, params)).collect();
    let mut scene = Scene::new(&with(list, json!({ "optional_pre_call_checks": ["session_affinity"] })));
    let was: Vec<String> = (0..300).map(|session| belongs(&mut scene, session)).collect();
    scene.now("c", slow_down("30"));
    scene.ask(Spec::chat("c"));
    assert!(scene.benched_ms("c").is_some());
    let is: Vec<String> = (0..300).map(|session| belongs(&mut scene, session)).collect();
    for (was, is) in was.iter().zip(&is) {
        assert!(was == is || was == "c", "from {was} to {is}");
    }
}
