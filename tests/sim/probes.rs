//! Requests of the router's own: whom they are made to, what they teach, and what they leave alone.

use serde_json::{Value, json};
use switchman::config::{DeploymentIx, Surface};
use switchman::engine::ProbeWish;
use switchman::error::FaultKind;
use switchman::price::PriceTable;
use switchman::sim::{Outcome, Reply, Spec};
use switchman::state::Timing;

use crate::support::{Scene, config, deployment, slow_down, with};

const TIMEOUT_MS: u64 = 5_000;

fn stale() -> ProbeWish {
    ProbeWish::default()
}

fn named(ids: &[&str]) -> ProbeWish {
    ProbeWish { ids: ids.iter().map(ToString::to_string).collect(), ..ProbeWish::default() }
}

/// Probes, runs to the end, and gives what came of each, by id, or why it was passed over.
fn probed(scene: &mut Scene, wish: &ProbeWish) -> Vec<(String, Result<Outcome, &'static str>)> {
    let asked = scene.probe(wish, TIMEOUT_MS).unwrap();
    scene.run();
    let id = |ix| scene.router().config().deployment(ix).unwrap().id.clone();
    let told = asked.into_iter().map(|(probe, call)| {
        let came = call.map(|call| scene.seen(call)).ok_or_else(|| probe.passed.unwrap());
        (id(probe.deployment), came)
    });
    told.collect()
}

/// The ids of those that are due, with the reason of those that are passed over.
fn due(scene: &mut Scene, wish: &ProbeWish) -> Vec<(String, Option<&'static str>)> {
    let found = scene.with_router(|router, now| router.probes(now, wish)).unwrap();
    let id = |ix| scene.router().config().deployment(ix).unwrap().id.clone();
    found.iter().map(|probe| (id(probe.deployment), probe.passed)).collect()
}

fn ids<'a>(due: &'a [(String, Option<&'static str>)]) -> Vec<&'a str> {
    due.iter().map(|(id, _)| id.as_str()).collect()
}

/// `a` answers in 100 ms, `b` in 300, by latency.
fn by_latency(settings: Value) -> Scene {
    let mut all = json!({ "routing_strategy": "latency-based-routing" });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let reply = |ms| Reply::ok().in_ms(ms).gap_ms(0);
    Scene::new(&config(&[("chat", &["a", "b"])], all)).always("a", reply(100)).always("b", reply(300))
}

#[test]
fn those_are_due_of_which_nothing_was_timed_within_the_ttl_the_oldest_first() {
    let mut scene = by_latency(json!({ "routing_strategy_args": { "ttl": 60 } }));
    assert_eq!(ids(&due(&mut scene, &stale())), ["a", "b"]);
    scene.ask(Spec::stream("b"));
    assert_eq!(ids(&due(&mut scene, &stale())), ["a"]);
    scene.ask(Spec::chat("a"));
    assert!(due(&mut scene, &stale()).is_empty(), "answers serve where nobody probes");
    let all = ProbeWish { all: true, ..stale() };
    assert_eq!(ids(&due(&mut scene, &all)), ["b", "a"]);
    assert_eq!(ids(&due(&mut scene, &named(&["a"]))), ["a"]);
    scene.advance(60_000);
    assert_eq!(ids(&due(&mut scene, &stale())), ["b", "a"]);
    probed(&mut scene, &stale());
    assert!(due(&mut scene, &stale()).is_empty());
}

#[test]
fn a_group_or_an_id_narrows_it_and_what_is_not_known_is_a_mistake() {
    let groups: [(&str, &[&str]); 2] = [("chat", &["a", "b"]), ("other", &["c"])];
    let mut scene = Scene::new(&config(&groups, json!({ "model_group_alias": { "al": "other" } })));
    let of = |group: &str| ProbeWish { groups: vec![group.to_owned()], ..stale() };
    assert_eq!(ids(&due(&mut scene, &of("chat"))), ["a", "b"]);
    assert_eq!(ids(&due(&mut scene, &of("al"))), ["c"]);
    let both = ProbeWish { ids: vec!["b".to_owned()], ..of("other") };
    assert_eq!(ids(&due(&mut scene, &both)), ["b", "c"]);
    for wrong in [of("nothing"), named(&["nothing"])] {
        let fault = scene.with_router(|router, now| router.probes(now, &wrong)).unwrap_err();
        assert_eq!(fault.kind, FaultKind::UnknownModel);
    }
}

#[test]
fn a_probe_tells_the_strategy_which_one_is_the_faster() {
    let mut scene = by_latency(json!({}));
    let came = probed(&mut scene, &stale());
    for (id, ms) in [("a", 100), ("b", 300)] {
        let (_, outcome) = came.iter().find(|(found, _)| found == id).unwrap();
        let outcome = outcome.as_ref().unwrap();
        assert!(outcome.is_answered() && outcome.attempts.len() == 1, "{outcome:#?}");
        assert_eq!(outcome.committed_ms, Some(ms));
    }
    let from = scene.sent().len();
    scene.run_all(20, &Spec::stream("chat"));
    assert!(scene.sends_since(from, "b") <= 1, "nobody has to be tried by a call");
}

#[test]
fn one_token_that_is_not_seen_is_timed_too() {
    let mut scene = by_latency(json!({})).always("a", Reply::ok().words(0).in_ms(70).gap_ms(0));
    probed(&mut scene, &named(&["a"]));
    let health = scene.router().state().health(DeploymentIx(0)).unwrap().clone();
    assert_eq!(health.pace.of(Timing::FirstContent).newest_us(), 70_000);
    assert_eq!(ids(&due(&mut scene, &stale())), ["b"]);
}

/// Why a deployment is not asked; fails if it is not due.
fn passed(scene: &mut Scene, wish: &ProbeWish, id: &str) -> Option<&'static str> {
    due(scene, wish).into_iter().find(|(found, _)| found == id).unwrap_or_else(|| panic!("{id} is not due")).1
}

#[test]
fn a_half_open_circuit_is_closed_by_a_probe_and_opens_for_longer_if_it_fails() {
    let settings = json!({ "cooldown_time": 10, "num_retries": 1 });
    let mut scene = Scene::in_order(&["a", "b"], settings).always("a", Reply::status(503));
    scene.run_all(20, &Spec::chat("chat"));
    scene.assert_benched_until("a", scene.now_ms() + scene.benched_ms("a").unwrap());
    assert_eq!(
        ids(&due(&mut scene, &stale())),
        Vec::<&str>::new(),
        "it is left alone, and a failure is a time too"
    );
    scene.advance(10_000);
    assert_eq!(ids(&due(&mut scene, &stale())), ["a"]);
    probed(&mut scene, &stale());
    let left = scene.benched_ms("a").expect("it has failed again");
    assert!((19_000..=20_000).contains(&left), "{left}");
    scene.now("a", Reply::ok());
    scene.advance(left);
    let asked = scene.probe(&stale(), TIMEOUT_MS).unwrap();
    assert!(scene.is_probed("a"), "nobody else tries it meanwhile");
    assert_eq!(passed(&mut scene, &named(&["a"]), "a"), Some("probing"));
    scene.run();
    assert!(scene.seen(asked[0].1.unwrap()).is_answered());
    scene.assert_not_benched("a");
    let from = scene.sent().len();
    scene.ask_chat();
    assert_eq!(scene.sends_since(from, "a"), 1);
}

#[test]
fn who_is_left_alone_is_asked_only_by_its_id() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).first("a", [slow_down("50")]);
    scene.ask_chat();
    let all = ProbeWish { all: true, ..stale() };
    assert_eq!(passed(&mut scene, &all, "a"), Some("cooldown"));
    assert_eq!(passed(&mut scene, &named(&["a"]), "a"), None);
    probed(&mut scene, &named(&["a"]));
    scene.assert_not_benched("a");
}

#[test]
fn a_probe_is_made_once_moves_nowhere_and_is_over_in_time() {
    let settings = json!({ "num_retries": 3, "fallbacks": [{ "chat": ["spare"] }], "default_priority": 1 });
    let groups: [(&str, &[&str]); 2] = [("chat", &["a", "b"]), ("spare", &["c"])];
    let mut scene =
        Scene::new(&config(&groups, settings)).always("a", Reply::status(500)).always("b", Reply::silent());
    let chat = ProbeWish { groups: vec!["chat".to_owned()], ..stale() };
    let came = probed(&mut scene, &chat);
    assert_eq!(scene.sent(), ["a", "b"]);
    let kind = |place: usize| came[place].1.as_ref().unwrap().kind();
    assert_eq!((kind(0), kind(1)), (Some(FaultKind::Unavailable), Some(FaultKind::Timeout)));
    assert_eq!(came[1].1.as_ref().unwrap().ms(), Some(TIMEOUT_MS));
    for ix in [0, 1] {
        let window = scene.router().state().health(DeploymentIx(ix)).unwrap().window;
        assert_eq!(window.counts(scene.told()), (0, 1), "it counts as any failure does");
    }
    assert_eq!(scene.router().running(), 0);
}

#[test]
fn a_probe_is_nobodys_turn_and_pays_into_no_budget_of_retries() {
    let mut scene =
        Scene::new(&config(&[("chat", &["a", "b", "c"])], json!({ "routing_strategy": "round-robin" })));
    scene.run_all(3, &Spec::chat("chat"));
    let before: Vec<u128> =
        (0..3).map(|ix| scene.router().state().health(DeploymentIx(ix)).unwrap().next_turn).collect();
    let tokens = scene.snapshot()["groups"][0]["retry_tokens"].clone();
    probed(&mut scene, &named(&["a", "b"]));
    let after: Vec<u128> =
        (0..3).map(|ix| scene.router().state().health(DeploymentIx(ix)).unwrap().next_turn).collect();
    assert_eq!((before, tokens), (after, scene.snapshot()["groups"][0]["retry_tokens"].clone()));
    let from = scene.sent().len();
    scene.run_all(3, &Spec::chat("chat"));
    assert!(["a", "b", "c"].iter().all(|id| scene.sends_since(from, id) == 1));
}

#[test]
fn a_probe_counts_under_limits_and_is_not_made_where_there_is_no_room() {
    let list = vec![
        deployment("chat", "a", json!({ "rpm": 2 })),
        deployment("chat", "b", json!({ "max_parallel_requests": 1 })),
        deployment("chat", "c", json!({ "weight": 0 })),
    ];
    let mut scene = Scene::new(&with(list, json!({ "limit_mode": "hard" })));
    let all = ProbeWish { all: true, ..stale() };
    probed(&mut scene, &all);
    let used = scene.snapshot()["deployments"][0]["usage"].clone();
    assert_eq!((&used["requests"], &used["input_tokens"]), (&json!(1), &json!(10)), "what the answer says");
    probed(&mut scene, &named(&["a"]));
    scene.now("b", Reply::silent());
    scene.call(Spec::chat("b"));
    for wish in [&all, &named(&["a", "b", "c"])] {
        let reasons = ["a", "b"].map(|id| passed(&mut scene, wish, id));
        assert_eq!(reasons, [Some("limit"), Some("full")]);
    }
    assert_eq!(passed(&mut scene, &all, "c"), Some("drained"));
    assert_eq!(passed(&mut scene, &named(&["c"]), "c"), None);
}

#[test]
fn a_probe_costs_what_it_costs_and_is_not_made_over_a_budget() {
    let price = json!({ "input_cost_per_token": 0.001, "output_cost_per_token": 0.001,
        "max_budget": 0.02, "budget_duration": "1d" });
    let mut scene = Scene::new(&with(vec![deployment("chat", "a", price)], json!({})));
    let came = probed(&mut scene, &stale());
    assert!(came[0].1.as_ref().unwrap().is_answered());
    assert_eq!(scene.snapshot()["budgets"][0]["spent_usd"], json!(0.015));
    assert_eq!(passed(&mut scene, &named(&["a"]), "a"), Some("budget_spent"));
}

#[test]
fn events_and_metrics_tell_that_it_is_a_probe() {
    let mut scene = by_latency(json!({})).always("b", Reply::status(500));
    scene.listen(true);
    probed(&mut scene, &stale());
    let events = scene.take_events();
    assert!(events.iter().all(|event| event["probe"] == json!(true)), "{events:#?}");
    let of_a = events.iter().filter(|event| event["deployment"] == "a");
    let types: Vec<&str> = of_a.map(|event| event["type"].as_str().unwrap()).collect();
    let expected = ["deployment_selected", "attempt_start", "first_token", "attempt_end", "request_end"];
    assert_eq!(types, expected);
    let chosen = events.iter().find(|event| event["type"] == "deployment_selected").unwrap();
    assert_eq!(chosen["reason"], "probe");
    let told = scene.with_router(switchman::engine::Router::metrics);
    let has = |line: &str| told.lines().any(|found| found.contains(line));
    assert!(
        has("probes_total{") && has("outcome=\"ok\"} 1") && has("outcome=\"InternalServerError\"} 1"),
        "{told}"
    );
    let counted =
        |name: &str| told.lines().filter(|line| line.contains(name) && !line.ends_with(" 0")).count();
    assert_eq!(
        (counted("switchman_requests_total{"), counted("switchman_attempts_total{")),
        (0, 0),
        "{told}"
    );
    assert!(has("kind=\"output\"} 5"), "what was used was used: {told}");
    scene.listen(true);
    scene.ask_chat();
    assert!(scene.take_events().iter().all(|event| event["probe"].is_null()));
}

#[test]
fn each_is_asked_for_the_least_that_its_provider_takes() {
    let table = "#1 test\nopenai/o9 1k Cr i1o1\nopenai/paint 1k I i1\nopenai/vectors 1k E i1\n";
    let list = vec![
        deployment("chat", "plain", json!({})),
        deployment("chat", "reasons", json!({ "model": "openai/o9" })),
        deployment("chat", "elsewhere", json!({ "api_base": "https://a.test/v1" })),
        deployment("chat", "own", json!({ "max_tokens": 400 })),
        deployment("vectors", "listed", json!({ "model": "openai/vectors" })),
        deployment(
            "vectors",
            "called",
            json!({ "model": "openai_like/my-embedder", "api_base": "https://b.test" }),
        ),
        deployment("paint", "paints", json!({ "model": "openai/paint" })),
    ];
    let mut scene = Scene::new(&with(list, json!({})));
    let table = PriceTable::new(table).unwrap();
    scene.with_router(|router, _| router.set_prices(Some(table.into())));
    let found = scene.with_router(|router, now| router.probes(now, &stale())).unwrap();
    let told = |place: usize| {
        let body = scene.router().probe_body(found[place]);
        let body: Value = serde_json::from_str(&body).unwrap();
        (body["max_completion_tokens"].as_u64(), body["max_tokens"].as_u64(), body["input"].is_string())
    };
    let all: Vec<_> = (0..6).map(told).collect();
    let none = (None, None, true);
    let some =
        [(Some(1), None, false), (Some(16), None, false), (None, Some(1), false), (None, Some(1), false)];
    assert_eq!(all, [&some[..], &[none, none]].concat());
    assert_eq!((found[4].surface, found[5].surface), (Surface::Embeddings, Surface::Embeddings));
    assert_eq!(found[6].passed, Some("cannot_serve"));
    let came = probed(&mut scene, &named(&["listed"]));
    assert!(came[0].1.as_ref().unwrap().is_answered());
    let health = scene.router().state().health(DeploymentIx(4)).unwrap();
    assert_eq!(health.pace.of(Timing::Whole).newest_us(), 100_000);
}

#[test]
fn a_host_that_bounds_sends_bounds_probes() {
    let all = config(&[("chat", &["a", "b", "c"])], json!({}));
    let mut scene = Scene::hosted(&all, &json!({ "subrequests": 2 }));
    assert_eq!(passed(&mut scene, &stale(), "c"), Some("later"));
    probed(&mut scene, &stale());
    assert_eq!(due(&mut scene, &stale()), [("c".to_owned(), None)]);
}

#[test]
fn a_name_of_a_pattern_is_asked_once_it_is_known_and_the_pattern_itself_never() {
    let list = vec![deployment("openai/*", "w", json!({ "model": "openai/*" }))];
    let mut scene = Scene::new(&with(list, json!({})));
    assert!(due(&mut scene, &stale()).is_empty());
    scene.ask(Spec::chat("openai/gpt-4o"));
    assert_eq!(ids(&due(&mut scene, &named(&["w"]))), ["w"]);
    assert!(probed(&mut scene, &named(&["w"]))[0].1.as_ref().unwrap().is_answered());
    let group = ProbeWish { groups: vec!["openai/*".to_owned()], all: true, ..stale() };
    assert_eq!(ids(&due(&mut scene, &group)), ["w"]);
}

#[test]
fn what_has_changed_since_one_was_due_is_looked_at_anew() {
    // Of two with one key that is tried again, the first one tells of it.
    let list = ["a", "b"].map(|id| deployment("chat", id, json!({ "api_key": "sk-one-for-both" })));
    let other = deployment("chat", "c", json!({}));
    let list = list.into_iter().chain([other]).collect();
    let mut scene = Scene::new(&with(list, json!({})));
    scene.now("a", Reply::refusal(401, "invalid_api_key"));
    scene.ask(Spec::chat("a"));
    scene.advance(300_000);
    scene.now("a", Reply::ok());
    let asked = scene.probe(&named(&["a", "b"]), TIMEOUT_MS).unwrap();
    assert!(asked.iter().all(|(probe, _)| probe.passed.is_none()), "both are due");
    scene.run();
    let calls: Vec<_> = asked.iter().filter_map(|(_, call)| *call).map(|call| scene.seen(call)).collect();
    assert_eq!(calls.iter().filter(|one| one.is_answered()).count(), 1, "{calls:#?}");
    let code = calls.iter().find_map(|one| one.fault()).and_then(|fault| fault.code.as_deref());
    assert_eq!((code, scene.sent().len()), (Some("probing"), 2));
}

#[test]
fn a_probe_that_has_vanished_keeps_nobody_from_the_next_one() {
    let mut scene = by_latency(json!({})).always("a", Reply::vanishes());
    probed(&mut scene, &named(&["a"]));
    assert_eq!(passed(&mut scene, &named(&["a"]), "a"), Some("probing"));
    scene.advance(TIMEOUT_MS);
    // No call has begun since: nobody has taken its slot back.
    assert_eq!(passed(&mut scene, &named(&["a"]), "a"), None);
}
