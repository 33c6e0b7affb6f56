//! `metrics`: what a world has driven is told to the last count, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use switchman::sim::{Outcome, Reply, Spec, Upstream};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

/// Every sample by its name and labels, as the text has them. A text that is none of Prometheus' fails.
fn samples(scene: &mut Scene) -> BTreeMap<String, f64> {
    let text = scene.with_router(|router, now| router.metrics(now));
    assert!(text.ends_with('\n') && !text.contains("sk-secret"), "{text}");
    let (mut told, mut family) = (BTreeSet::new(), String::new());
    let mut found = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').unwrap().0.to_owned();
            assert!(told.insert(family.clone()), "{family} is told twice");
            let (name, kind) =
                lines.next().unwrap().strip_prefix("# TYPE ").unwrap().split_once(' ').unwrap();
            assert_eq!(name, family);
            assert_eq!(kind == "counter", family.ends_with("_total"), "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{kind}");
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(series.starts_with(&family), "{line} is no sample of {family}");
        let key = series.strip_prefix("switchman_").unwrap().to_owned();
        assert!(found.insert(key, value.parse().unwrap()).is_none(), "{series} is there twice");
    }
    found
}

/// A sample whose labels hold these words; there is one at most.
#[track_caller]
fn one(all: &BTreeMap<String, f64>, name: &str, words: &[&str]) -> Option<f64> {
    let is_it = |series: &str| {
        let rest = series.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
            && words.iter().all(|word| series.contains(word))
    };
    let found: Vec<_> = all.iter().filter(|(series, _)| is_it(series)).collect();
    assert!(found.len() <= 1, "{name} {words:?}: {found:?}");
    found.first().map(|(_, value)| **value)
}

fn sum(all: &BTreeMap<String, f64>, name: &str) -> f64 {
    all.iter().filter(|(series, _)| series.starts_with(name)).map(|(_, value)| value).sum()
}

fn class(outcome: Option<&switchman::error::Fault>) -> &'static str {
    outcome.map_or("ok", |fault| fault.kind.class())
}

/// Counts by what they are of.
fn tally<K: Ord>(of: impl IntoIterator<Item = K>) -> BTreeMap<K, f64> {
    let mut counts = BTreeMap::new();
    of.into_iter().for_each(|key| *counts.entry(key).or_default() += 1.0);
    counts
}

#[test]
fn what_was_driven_is_told_to_the_last_count() {
    let list = vec![
        deployment("chat", "a", json!({})),
        deployment("chat", "b", json!({})),
        deployment("backup", "c", json!({})),
    ];
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "hedging": { "after_ms": 300 },
        "num_retries": 1, "disable_cooldowns": true });
    let bad =
        |share| Upstream::ok().sometimes(share, Reply::status(500)).sometimes(0.1, Reply::ok().in_ms(2_000));
    let mut scene = Scene::new(&with(list, settings))
        .upstream("a", bad(0.4).sometimes(0.05, slow_down("1")))
        .upstream("b", bad(0.3).sometimes(0.1, Reply::refusal(400, "bad")))
        .upstream("c", bad(0.2).sometimes(0.1, Reply::cut_after(2)));
    for round in 0..300 {
        let model = if round % 20 == 0 { "nothing" } else { "chat" };
        let spec = match round % 3 {
            0 => Spec::chat(model),
            1 => Spec::stream(model),
            _ => Spec::stream(model).as_objects(),
        };
        scene.call_in(round * 150, spec);
    }
    scene.run();
    let outcomes: Vec<Outcome> = scene.outcomes().cloned().collect();
    let all = samples(&mut scene);

    let group = |outcome: &Outcome| if outcome.requested == "chat" { "chat" } else { "" };
    let requests = tally(outcomes.iter().map(|outcome| (group(outcome), class(outcome.fault()))));
    assert!(requests.len() >= 3, "{requests:?}");
    for ((group, class), count) in &requests {
        let words = [&*format!("model_group=\"{group}\""), &format!("outcome=\"{class}\"")];
        assert_eq!(one(&all, "requests_total", &words), Some(*count), "{words:?}");
    }
    assert_eq!(sum(&all, "requests_total"), 300.0);

    let tries = || outcomes.iter().flat_map(|outcome| &outcome.attempts);
    let attempts = tally(tries().map(|tried| (&*tried.deployment, class(tried.fault.as_ref()))));
    assert!(attempts.len() >= 8, "{attempts:?}");
    for ((id, class), count) in &attempts {
        let words = [&*format!("deployment=\"{id}\""), &format!("outcome=\"{class}\"")];
        assert_eq!(one(&all, "attempts_total", &words), Some(*count), "{words:?}");
    }
    assert_eq!(sum(&all, "attempts_total"), tries().count() as f64);

    for id in ["a", "b", "c"] {
        let label = &*format!("deployment=\"{id}\"");
        let of = || tries().filter(|tried| tried.deployment == id);
        for (kind, tokens) in [
            ("input", of().filter_map(|tried| tried.usage).map(|usage| usage.prompt_tokens).sum::<u64>()),
            ("output", of().filter_map(|tried| tried.usage).map(|usage| usage.completion_tokens).sum()),
        ] {
            assert!(tokens > 0);
            let told = one(&all, "tokens_total", &[label, &format!("kind=\"{kind}\"")]);
            assert_eq!(told, Some(tokens as f64), "{id} {kind}");
        }
        let ms = |tried: &switchman::sim::Tried| tried.ended_ms.unwrap() - tried.began_ms;
        let well = || of().filter(|tried| tried.fault.is_none());
        let seconds = well().map(ms).sum::<u64>() as f64 / 1_000.0;
        assert_eq!(one(&all, "attempt_duration_seconds_sum", &[label]), Some(seconds));
        assert_eq!(one(&all, "attempt_duration_seconds_count", &[label]), Some(well().count() as f64));
        let quick = well().filter(|tried| ms(tried) <= 160).count() as f64;
        let bucket = one(&all, "attempt_duration_seconds_bucket", &[label, "le=\"0.16\""]);
        assert_eq!((bucket, quick > 0.0), (Some(quick), true));
    }
    let whole = || outcomes.iter().filter(|outcome| outcome.is_answered());
    let seconds = whole().filter_map(Outcome::ms).sum::<u64>() as f64 / 1_000.0;
    assert_eq!(one(&all, "request_duration_seconds_sum", &["chat"]), Some(seconds));

    let fallbacks: u32 = outcomes.iter().map(|outcome| outcome.fallbacks).sum();
    let retries: u32 = outcomes.iter().map(|outcome| outcome.retries).sum();
    assert!(fallbacks > 5 && retries > 20, "{fallbacks} {retries}");
    assert_eq!(one(&all, "fallbacks_total", &["\"chat\""]), Some(f64::from(fallbacks)));
    assert_eq!(sum(&all, "retries_total"), f64::from(retries));
    let (won, lost) =
        (one(&all, "hedges_total", &["\"chat\"", "won"]), one(&all, "hedges_total", &["\"chat\"", "lost"]));
    assert!(won > Some(0.0) && lost > Some(0.0), "{won:?} {lost:?}");
    let sent = outcomes.iter().filter(|outcome| !outcome.attempts.is_empty()).count();
    let others = f64::from(retries + fallbacks) + sum(&all, "hedges_total");
    assert_eq!(sum(&all, "attempts_total"), sent as f64 + others);
    assert_eq!(one(&all, "running_requests", &[]), Some(0.0));
    assert_eq!(sum(&all, "in_flight_attempts"), 0.0);
}

#[test]
fn a_hedge_is_won_or_lost_and_counts_as_no_retry() {
    let hedged = json!({ "hedging": { "after_ms": 200 } });
    for (reply, second, won) in [
        (Reply::ok().in_ms(5_000), Reply::ok(), 1.0),
        (Reply::ok().in_ms(400), Reply::ok().in_ms(5_000), 0.0),
        (Reply::ok().in_ms(400), Reply::status(500), 0.0),
        (Reply::status(500).in_ms(400), Reply::ok().in_ms(5_000), 1.0),
    ] {
        let mut scene = Scene::in_order(&["a", "b"], hedged.clone()).always("a", reply).always("b", second);
        assert_answered(&scene.ask(Spec::stream("chat")));
        let all = samples(&mut scene);
        let hedge = |outcome| one(&all, "hedges_total", &[outcome]);
        assert_eq!((hedge("won"), hedge("lost")), (Some(won), Some(1.0 - won)));
        assert_eq!(sum(&all, "retries_total") + sum(&all, "fallbacks_total"), 0.0);
    }
}

#[test]
fn the_first_content_of_streams_is_timed() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::ok().in_ms(170).gap_ms(1_000));
    for spec in [Spec::stream("chat"), Spec::stream("chat").as_objects(), Spec::chat("chat")] {
        assert_answered(&scene.ask(spec));
    }
    let all = samples(&mut scene);
    let bucket = |le| one(&all, "time_to_first_token_seconds_bucket", &[&format!("le=\"{le}\"")]);
    assert_eq!((bucket("0.16"), bucket("1.28"), bucket("+Inf")), (Some(0.0), Some(2.0), Some(2.0)));
}

#[test]
fn a_deployment_stands_well_partly_or_not() {
    let mut scene = Scene::in_order(&["a", "b"], json!({ "num_retries": 0, "cooldown_time": 5 }));
    let state = |scene: &mut Scene| one(&samples(scene), "deployment_state", &["\"a\""]);
    assert_eq!(state(&mut scene), Some(0.0));
    scene.now("a", Reply::status(500));
    scene.ask_chat();
    assert_eq!(state(&mut scene), Some(1.0), "its last attempt failed");
    scene.now("a", Reply::ok());
    assert_answered(&scene.ask_chat());
    assert_eq!(state(&mut scene), Some(0.0));
    scene.now("a", slow_down("5"));
    scene.ask_chat();
    assert_eq!(state(&mut scene), Some(2.0));
    let all = samples(&mut scene);
    assert_eq!(one(&all, "cooldowns_total", &["\"a\"", "scope=\"deployment\""]), Some(1.0));
    assert_eq!(one(&all, "cooldowns_total", &["\"b\"", "scope=\"deployment\""]), Some(0.0));
    scene.advance(5_000);
    assert_eq!(state(&mut scene), Some(1.0), "it is to be tried");
    scene.with_router(|router, now| router.set_health(now, "a", false)).unwrap();
    assert_eq!(state(&mut scene), Some(2.0));
    scene.now("b", Reply::refusal(401, "invalid_api_key"));
    let all = samples(&mut scene);
    assert_eq!(one(&all, "cooldowns_total", &["\"b\"", "scope=\"credential\""]), Some(0.0));
    scene.ask_chat();
    let all = samples(&mut scene);
    assert_eq!(one(&all, "cooldowns_total", &["\"b\"", "scope=\"credential\""]), Some(1.0));
}

#[test]
fn limits_tell_what_is_left() {
    let limits = json!({ "rpm": 10, "tpm": 1_000 });
    let mut scene = Scene::new(&with(vec![deployment("chat", "a", limits)], json!({ "limit_mode": "hard" })));
    let told =
        Reply::ok().header("x-ratelimit-remaining-requests", "7").header("x-ratelimit-reset-requests", "30s");
    scene.now("a", told);
    assert_answered(&scene.ask_chat());
    let all = samples(&mut scene);
    assert_eq!(one(&all, "limit_remaining", &["rpm"]), Some(9.0));
    let used = sum(&all, "tokens_total");
    assert_eq!(one(&all, "limit_remaining", &["\"tpm\""]), Some(1_000.0 - used));
    assert_eq!(one(&all, "provider_remaining", &["requests"]), Some(7.0));
    scene.advance(61_000);
    let all = samples(&mut scene);
    assert_eq!(one(&all, "limit_remaining", &["rpm"]), Some(10.0));
    assert_eq!(one(&all, "provider_remaining", &["requests"]), None, "it counts anew");
}

#[test]
fn names_that_callers_choose_make_no_series() {
    let list = vec![
        deployment("openai/*", "any", json!({ "model": "openai/*" })),
        deployment("chat", "a", json!({ "model": "openai/gpt-4o" })),
    ];
    let mut scene = Scene::new(&with(list, json!({ "num_retries": 0 })));
    assert_answered(&scene.ask(Spec::chat("openai/first")));
    let count = samples(&mut scene).len();
    for number in 0..400 {
        assert_answered(&scene.ask(Spec::stream(&format!("openai/chosen-{number}"))));
    }
    assert_answered(&scene.ask(Spec::chat("a")));
    assert_answered(&scene.ask(Spec::chat("openai/gpt-4o").with(json!({ "specific_deployment": true }))));
    let all = samples(&mut scene);
    assert!(all.keys().all(|series| !series.contains("chosen")), "{all:#?}");
    assert_eq!(one(&all, "requests_total", &["\"openai/*\"", "ok"]), Some(401.0));
    assert_eq!(one(&all, "attempts_total", &["\"any\"", "ok"]), Some(401.0));
    assert_eq!(one(&all, "requests_total", &["\"chat\"", "ok"]), Some(2.0), "by the id, and by the model");
    // The times of streams and of the other deployment came with their first count.
    assert!(all.len() < count + 100, "{count} {}", all.len());

    scene.now("any", Reply::status(500));
    scene.ask(Spec::chat("openai/chosen-1"));
    assert_eq!(one(&samples(&mut scene), "deployment_state", &["\"any\""]), Some(1.0), "one model of many");
}

#[test]
fn what_a_slot_counted_is_not_counted_for_its_next_owner() {
    let mut scene = Scene::chat(&["a", "b"], json!({}));
    scene.run_all(40, &Spec::chat("chat"));
    let count = |scene: &mut Scene, id: &str| {
        one(&samples(scene), "attempts_total", &[&format!("deployment=\"{id}\""), "ok"])
    };
    let before = count(&mut scene, "b");
    scene.adopt(&config(&[("chat", &["b"])], json!({}))).unwrap();
    scene.adopt(&config(&[("chat", &["b", "c"])], json!({}))).unwrap();
    assert_eq!((count(&mut scene, "a"), count(&mut scene, "c")), (None, Some(0.0)));
    assert_eq!(count(&mut scene, "b"), before);
}

#[test]
fn counters_are_an_instances_own_and_costs_are_exact() {
    let mut scene = Scene::chat(&["a"], json!({}));
    assert_answered(&scene.ask_chat());
    assert_eq!(sum(&samples(&mut scene), "cost_usd_total"), 0.0);
    let text = |scene: &mut Scene| scene.with_router(|router, now| router.metrics(now));
    assert!(!text(&mut scene).contains("cost_usd"), "what is not known is not 0");
    let price = json!({ "input_cost_per_token": 0, "output_cost_per_token": "0.200000000001" });
    let mut scene = Scene::new(&with(vec![deployment("chat", "a", price)], json!({ "num_retries": 0 })))
        .first("a", [Reply::status(500)]);
    assert!(!scene.ask_chat().is_answered());
    assert!(!text(&mut scene).contains("cost_usd"), "that a failure costs nothing tells of no price");
    assert_answered(&scene.ask_chat());
    assert!(text(&mut scene).contains("} 1.000000000005\n"));
    let before = samples(&mut scene);
    let state = scene.with_router(|router, now| router.export(now));
    scene.with_router(|router, now| router.import(now, &state)).unwrap();
    assert_eq!(samples(&mut scene), before);
    let mut other = Scene::chat(&["a"], json!({}));
    other.with_router(|router, now| router.import(now, &state)).unwrap();
    assert_eq!(sum(&samples(&mut other), "attempts_total"), 0.0);
}

#[test]
fn labels_are_names_of_the_config_escaped() {
    let mut scene = Scene::chat(&[], json!({}));
    scene.adopt(&with(vec![deployment("a\\\"}b", "x", json!({}))], json!({}))).unwrap();
    assert_answered(&scene.ask(Spec::chat("a\\\"}b")));
    assert!(!scene.ask(Spec::chat("odd\nswitchman_forged 1")).is_answered());
    let text = scene.with_router(|router, now| router.metrics(now));
    assert!(text.contains(r#"switchman_attempts_total{model_group="a\\\"}b",deployment="x","#), "{text}");
    assert!(!text.contains("forged"), "a caller's word is no label");
}
