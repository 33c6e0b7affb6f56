//! Who is picked where the strategy is another one than `simple-shuffle`.

use std::rc::Rc;

use serde_json::{Value, json};
use switchman::price::PriceTable;
use switchman::sim::{Reply, Spec, Upstream};

use crate::support::{Scene, deployment, with};

/// A group `chat` of these deployments, by a strategy.
pub(crate) fn scene(strategy: &str, list: &[(&str, Value)], settings: Value) -> Scene {
    let list = list.iter().map(|(id, more)| deployment("chat", id, more.clone())).collect();
    let mut config = with(list, settings);
    config["routing_strategy"] = json!(strategy);
    Scene::new(&config)
}

pub(crate) fn alike(strategy: &str, ids: &[&str]) -> Scene {
    let list: Vec<_> = ids.iter().map(|id| (*id, json!({}))).collect();
    scene(strategy, &list, json!({}))
}

#[test]
fn s09_least_busy_draws_between_two_that_are_idle() {
    let mut scene = alike("least-busy", &["a", "b"]);
    scene.run_all(1_000, &Spec::chat("chat"));
    let share = scene.summary().share("a");
    assert!((0.45..=0.55).contains(&share), "{share}");
}

#[test]
fn s10_least_busy_passes_over_who_has_a_stream_open() {
    let mut scene = alike("least-busy", &["a", "b"]).always("a", Reply::ok().words(100).gap_ms(1_000));
    let long = loop {
        let call = scene.call(Spec::stream("chat").cancelled_after(50_000));
        scene.advance(1_000);
        if scene.sent().last() == Some(&"a") {
            break call;
        }
    };
    let from = scene.sent().len();
    for _ in 0..40 {
        scene.call(Spec::chat("chat"));
        scene.advance(500);
    }
    assert_eq!(scene.sends_since(from, "b"), 40);
    scene.run();
    assert!(!scene.seen(long).is_answered(), "it was cancelled");
    scene.now("a", Reply::ok());
    let from = scene.sent().len();
    scene.run_all(100, &Spec::chat("chat"));
    assert!(scene.sends_since(from, "a") > 30, "its place is free again");
}

#[test]
fn least_busy_spreads_what_is_made_at_once() {
    let mut scene = alike("least-busy", &["a", "b", "c"]);
    scene.run_at_once(99, &Spec::chat("chat"));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [33, 33, 33]);
}

#[test]
fn explain_tells_what_a_strategy_went_by() {
    let mut scene =
        alike("least-busy", &["a", "b"]).always("a", Reply::silent()).always("b", Reply::silent());
    scene.call(Spec::chat("chat"));
    let busy = (*scene.sent().last().unwrap()).to_owned();
    let told = scene.explain(&Spec::chat("chat"));
    let decision = &told["decisions"][0];
    assert_eq!((&decision["strategy"], &decision["draw"]), (&json!("least-busy"), &Value::Null));
    for one in decision["candidates"].as_array().unwrap() {
        let is_busy = one["deployment"] == json!(busy);
        let found = (one["score"].as_f64(), one["share"].as_f64());
        assert_eq!(found, if is_busy { (Some(1.0), Some(0.0)) } else { (Some(0.0), Some(1.0)) });
    }
}

/// What each deployment is told to have scored for a call.
fn score(scene: &mut Scene, spec: &Spec, id: &str) -> Option<f64> {
    let told = scene.explain(spec);
    let candidates = told["decisions"][0]["candidates"].as_array().unwrap();
    candidates.iter().find(|one| one["deployment"] == json!(id)).unwrap()["score"].as_f64()
}

/// By latency: `a` answers in 100 ms, `b` in 300.
fn by_latency(settings: Value) -> Scene {
    let scene = scene("latency-based-routing", &[("a", json!({})), ("b", json!({}))], settings);
    let reply = |ms| Reply::ok().in_ms(ms).gap_ms(0);
    scene.always("a", reply(100)).always("b", reply(300))
}

#[test]
fn s12_latency_tries_both_then_takes_the_faster_and_goes_on_exploring() {
    let mut scene = by_latency(json!({}));
    scene.run_all(5_000, &Spec::chat("chat"));
    let sent = scene.sent();
    assert_ne!(sent[0], sent[1]);
    let other = scene.sends_since(0, "b");
    assert!((10..=75).contains(&other), "{other}");
    // Timed five seconds ago at most, and then by a hundredth of the calls: so long a silence is one in two million.
    let longest = sent.split(|id| *id == "b").map(<[_]>::len).max();
    assert!(longest < Some(1_600), "{longest:?}");
}

#[test]
fn who_fails_is_slow_where_nobody_is_ever_benched_too() {
    let mut scene = by_latency(json!({ "disable_cooldowns": true, "num_retries": 0 }));
    scene.run_all(10, &Spec::chat("chat"));
    let mut scene = scene.always("a", Reply::status(500).in_ms(1));
    scene.run_all(200, &Spec::chat("chat"));
    let from = scene.sent().len();
    scene.run_all(200, &Spec::chat("chat"));
    assert!(scene.sends_since(from, "a") <= 20, "{} of 200", scene.sends_since(from, "a"));
}

#[test]
fn s13_the_buffer_says_who_is_nearly_as_fast() {
    let list = ["a", "b", "c", "d"].map(|id| (id, json!({})));
    let settings = json!({ "routing_strategy_args": { "lowest_latency_buffer": 0.5 } });
    let mut scene = scene("latency-based-routing", &list, settings);
    for (id, ms) in [("a", 70), ("b", 100), ("c", 105), ("d", 4_660)] {
        scene.now(id, Reply::ok().in_ms(ms));
    }
    scene.run_all(4, &Spec::stream("chat"));
    let from = scene.sent().len();
    scene.run_all(60, &Spec::stream("chat"));
    let counts = ["a", "b", "c", "d"].map(|id| scene.sends_since(from, id));
    assert!(counts[..3].iter().all(|count| *count > 8) && counts[3] == 0, "{counts:?}");
}

#[test]
fn s14_streams_go_by_their_first_content_and_whole_answers_by_the_token() {
    let reply = |ms, words| Reply::ok().in_ms(ms).gap_ms(0).words(words);
    let mut scene = by_latency(json!({})).always("b", reply(300, 30)).always("a", reply(100, 1));
    let (stream, whole) = (Spec::stream("chat"), Spec::chat("chat"));
    scene.run_all(2, &stream);
    scene.run_all(2, &whole);
    assert_eq!(
        (score(&mut scene, &stream, "a"), score(&mut scene, &stream, "b")),
        (Some(100.0), Some(300.0))
    );
    assert_eq!((score(&mut scene, &whole, "a"), score(&mut scene, &whole, "b")), (Some(100.0), Some(10.0)));
    for (spec, id) in [(&stream, "a"), (&whole, "b")] {
        let from = scene.sent().len();
        scene.run_all(30, spec);
        assert!(scene.sends_since(from, id) >= 27, "all but what explores");
    }
}

#[test]
fn embeddings_are_timed_as_a_whole() {
    let mut scene = by_latency(json!({}));
    scene.run_all(40, &Spec::embedding("chat"));
    assert_eq!(scene.sends_since(0, "b"), 1);
}

#[test]
fn s15_a_time_out_and_a_fast_failure_are_penalties() {
    for reply in [Reply::silent(), Reply::status(500).in_ms(1)] {
        let mut scene = by_latency(json!({ "timeout": 1 }));
        let spec = Spec::stream("chat");
        scene.run_all(10, &spec);
        assert_eq!(score(&mut scene, &spec, "a"), Some(100.0));
        scene.now("a", reply);
        scene.ask(spec.clone());
        let from = scene.sent().len();
        let after = score(&mut scene, &spec, "a").unwrap();
        assert!(after > 180.0, "{after}");
        scene.now("a", Reply::ok().in_ms(100));
        scene.advance(9_000);
        scene.run_all(1, &spec);
        let after = score(&mut scene, &spec, "a").unwrap();
        assert!((120.0..300.0).contains(&after), "one success does not restore it fully: {after} {from}");
    }
}

#[test]
fn who_has_failed_and_never_answered_is_the_last_choice() {
    let mut scene = by_latency(json!({})).always("a", Reply::status(500).in_ms(1));
    scene.run_all(60, &Spec::stream("chat"));
    assert!(scene.sends_since(0, "a") < 5 && scene.summary().answered == 60);
}

#[test]
fn s16_a_percentile_of_first_contents_may_count() {
    let reply = |ms| Reply::ok().in_ms(ms).gap_ms(0);
    let mut scene = by_latency(json!({ "routing_strategy_args": { "ttft_percentile": 0.95 } }))
        .upstream("a", Upstream::always(reply(100)).first([reply(1_500)]));
    let spec = Spec::stream("chat");
    // Named by their ids, so that both are timed ten times: nine times 100 ms and once 1,500, and ten times 300.
    scene.run_all(10, &Spec::stream("a"));
    scene.run_all(10, &Spec::stream("b"));
    assert_eq!((score(&mut scene, &spec, "a"), score(&mut scene, &spec, "b")), (Some(1_500.0), Some(300.0)));
    let from = scene.sent().len();
    scene.run_all(20, &spec);
    assert_eq!(scene.sends_since(from, "b"), 20);
}

#[test]
fn a_new_deployment_is_tried_by_one_call_at_a_time() {
    let mut scene = by_latency(json!({}));
    scene.run_at_once(2, &Spec::chat("chat"));
    let list = ["a", "b", "c"].map(|id| deployment("chat", id, json!({}))).to_vec();
    scene.adopt(&with(list, json!({ "routing_strategy": "latency-based-routing" }))).unwrap();
    scene.now("c", Reply::ok().in_ms(5_000));
    let from = scene.sent().len();
    scene.run_open_loop(200, 50, &Spec::chat("chat"));
    assert_eq!(scene.sends_since(from, "c"), 1);
}

/// Of calls at a steady rate of 50 a second, those that went to `a` in each second, which is slow from second 20 to 60.
fn moved(scene: Scene) -> Vec<usize> {
    let (fast, slow) = (Reply::ok().in_ms(100), Reply::ok().in_ms(2_000));
    let changing = Upstream::always(fast).during(20_000..60_000, slow);
    let mut scene = scene.always("b", Reply::ok().in_ms(300)).upstream("a", changing);
    scene.run_open_loop(6_000, 50, &Spec::chat("chat"));
    scene.sent().chunks(50).map(|second| second.iter().filter(|id| **id == "a").count()).collect()
}

#[test]
fn latency_moves_away_from_who_becomes_slow_and_back() {
    let seconds = moved(by_latency(json!({})));
    let left = seconds.iter().skip(20).position(|count| *count <= 5).unwrap();
    let back = seconds.iter().skip(60).position(|count| *count >= 45).unwrap();
    assert!(left <= 2 && back <= 25, "{left} {back} {seconds:?}");
    let slow: usize = seconds[20..60].iter().sum();
    assert!(slow < 60, "{slow} {seconds:?}");
}

/// By cost, of deployments that cost so much for a token in and out.
fn by_cost(prices: &[(&str, Option<(f64, f64)>)]) -> Scene {
    let params = |price: &Option<(f64, f64)>| match price {
        Some((input, output)) => json!({ "input_cost_per_token": input, "output_cost_per_token": output }),
        None => json!({ "model": "openai/nobody-knows" }),
    };
    let list: Vec<_> = prices.iter().map(|(id, price)| (*id, params(price))).collect();
    scene("cost-based-routing", &list, json!({}))
}

#[test]
fn s17_the_cheapest_of_a_price_table_is_taken() {
    let table = Rc::new(
        PriceTable::new(
            "#1 test\nopenai/gpt-4o 1k C i2500000o10000000\nopenai/gpt-4o-mini 1k C i150000o600000\n",
        )
        .unwrap(),
    );
    for list in [["openai/gpt-4o", "openai/gpt-4o-mini"], ["openai/gpt-4o-mini", "openai/gpt-4o"]] {
        let list = list.map(|model| (model, json!({ "model": model })));
        let mut scene = scene("cost-based-routing", &list, json!({}));
        scene.with_router(|router, _| router.set_prices(Some(Rc::clone(&table))));
        scene.run_all(20, &Spec::chat("chat"));
        assert_eq!(scene.sends_since(0, "openai/gpt-4o-mini"), 20);
    }
}

#[test]
fn the_cheapest_is_that_for_this_request() {
    let mut scene = by_cost(&[("a", Some((1e-6, 9e-6))), ("b", Some((3e-6, 3e-6)))]);
    for (input, output, cheapest) in
        [(1_000, 10, "a"), (10, 1_000, "b"), (2_999, 1_000, "b"), (3_001, 1_000, "a")]
    {
        let from = scene.sent().len();
        scene.run_all(5, &Spec::chat("chat").using(input, output));
        assert_eq!(scene.sends_since(from, cheapest), 5, "{input} {output}");
    }
}

#[test]
fn s18_what_is_free_is_the_cheapest() {
    let mut scene = by_cost(&[("a", Some((1e-6, 1e-6))), ("b", Some((0.0, 0.0)))]);
    scene.run_all(10, &Spec::chat("chat").using(10, 10));
    assert_eq!(scene.sends_since(0, "b"), 10);
}

#[test]
fn s19_who_has_no_price_is_the_last_choice() {
    let mut scene = by_cost(&[("a", None), ("b", Some((1.0, 1.0))), ("c", Some((1.0, 1.0)))]);
    scene.run_all(40, &Spec::chat("chat").using(10, 10));
    let counts = ["a", "b", "c"].map(|id| scene.sends_since(0, id));
    assert!(counts[0] == 0 && counts[1] > 8 && counts[2] > 8, "of equals one is drawn: {counts:?}");
    assert_eq!(score(&mut scene, &Spec::chat("chat").using(1, 1), "a"), None);
    scene.now("b", Reply::status(500));
    scene.now("c", Reply::status(500));
    assert_eq!(scene.ask_chat().deployments().last(), Some(&"a"));
}

#[test]
fn s20_usage_goes_to_who_has_used_the_fewest_tokens_and_past_a_limit() {
    for name in ["usage-based-routing", "usage-based-routing-v2"] {
        let list = [("a", json!({ "tpm": 1_000 })), ("b", json!({ "tpm": 100_000 }))];
        let mut scene = scene(name, &list, json!({}));
        scene.ask(Spec::chat("b").using(950, 0));
        // An answer uses 15 tokens, so that `a` has used 900 when its turn is over.
        scene.run_all(60, &Spec::chat("chat").using(10, 5));
        assert_eq!(scene.sends_since(1, "b"), scene.sent().len() - 1 - scene.sends_since(1, "a"));
        let from = scene.sent().len();
        scene.run_all(20, &Spec::chat("chat").using(990, 5));
        assert_eq!(scene.sends_since(from, "a"), 0, "990 more are too many");
    }
}

#[test]
fn usage_is_kept_level_without_limits_and_among_calls_at_once() {
    let mut scene = alike("usage-based-routing", &["a", "b", "c"]);
    scene.run_at_once(90, &Spec::chat("chat").using(100, 100));
    assert_eq!(["a", "b", "c"].map(|id| scene.sends_since(0, id)), [30, 30, 30]);
    // One large request is made up for by many small ones.
    scene.advance(61_000);
    let from = scene.sent().len();
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, Reply::ok().words(400)));
    scene.ask_chat();
    let large = (*scene.sent().last().unwrap()).to_owned();
    ["a", "b", "c"].iter().for_each(|id| scene.now(id, Reply::ok()));
    scene.run_all(20, &Spec::chat("chat").using(10, 5));
    assert_eq!(scene.sends_since(from + 1, &large), 0);
}

fn by_peak() -> Scene {
    let reply = |ms| Reply::ok().in_ms(ms).gap_ms(0);
    alike("peak-ewma", &["a", "b"]).always("a", reply(100)).always("b", reply(300))
}

#[test]
fn peak_ewma_takes_the_faster_until_it_is_the_busier() {
    let mut scene = by_peak();
    scene.run_all(200, &Spec::chat("chat"));
    assert!((185..200).contains(&scene.sends_since(0, "a")));
    let from = scene.sent().len();
    scene.run_at_once(100, &Spec::chat("chat"));
    let other = scene.sends_since(from, "b");
    assert!((20..=52).contains(&other), "what piles up at the one goes to the other: {other}");
}

#[test]
fn peak_ewma_is_not_drawn_to_who_fails_fast() {
    let mut scene = by_peak().always("a", Reply::status(500).in_ms(1));
    scene.run_all(100, &Spec::chat("chat"));
    assert!(scene.sends_since(0, "a") < 10, "{}", scene.sends_since(0, "a"));
}

#[test]
fn peak_ewma_explains_who_wins_which_pairs() {
    let mut scene = alike("peak-ewma", &["a", "b", "c"]);
    for (id, ms) in [("a", 100), ("b", 200), ("c", 300)] {
        scene.now(id, Reply::ok().in_ms(ms).gap_ms(0));
        scene.run_all(1, &Spec::stream(id));
    }
    let told = scene.explain(&Spec::stream("chat"));
    let candidates = told["decisions"][0]["candidates"].as_array().unwrap();
    let weights: Vec<f64> = candidates.iter().map(|one| one["weight"].as_f64().unwrap()).collect();
    assert_eq!((weights, &told["decisions"][0]["draw"]), (vec![2.0, 1.0, 0.0], &Value::Null));
    let from = scene.sent().len();
    let specs = Spec::stream("chat");
    scene.run_all(30, &specs);
    assert!(scene.sends_since(from, "c") < 4);
}

#[test]
fn peak_ewma_moves_away_from_who_becomes_slow_and_back() {
    let seconds = moved(by_peak());
    let slow: usize = seconds[20..60].iter().sum();
    // Two thirds go to `a` while it is well, for it is a third as busy with each.
    let back = seconds.iter().skip(60).position(|count| *count >= 25).unwrap();
    assert!(seconds[21] <= 12 && back <= 30, "{back} {seconds:?}");
    assert!(slow < 300, "{slow} {seconds:?}");
}

#[test]
fn least_busy_moves_by_what_piles_up() {
    let seconds = moved(alike("least-busy", &["a", "b"]));
    let slow: usize = seconds[22..60].iter().sum();
    assert!(slow < 38 * 12 && seconds[62..].iter().all(|count| *count >= 25), "{slow} {seconds:?}");
}

#[test]
fn a_request_that_has_vanished_makes_nobody_slower_once_its_time_is_over() {
    let mut scene = scene(
        "latency-based-routing",
        &[("a", json!({})), ("b", json!({}))],
        json!({ "deadline": 5, "routing_strategy_args": { "lowest_latency_buffer": 0.2 } }),
    );
    let reply = |ms| Reply::ok().in_ms(ms);
    ["a", "b"].iter().for_each(|id| scene.now(id, reply(100)));
    scene.run_all(40, &Spec::chat("chat"));
    scene.now("a", Reply::vanishes());
    scene.ask(Spec::chat("a"));
    scene.now("a", reply(100));
    // No call comes meanwhile that would look at it.
    scene.advance(600_000);
    let told = scene.explain(&Spec::chat("chat"));
    let scores: Vec<f64> = told["decisions"][0]["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["score"].as_f64().unwrap())
        .collect();
    assert!(scores[0] < scores[1] * 2.0, "{scores:?}");
}
