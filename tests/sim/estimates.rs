//! What sends cost whose providers never told: they were given up, were too slow, or broke off.

use serde_json::{Value, json};
use switchman::sim::{Part, Reply, Spec};

use crate::budgets::{budgets, openai, priced};
use crate::support::{Scene, assert_answered, with};

/// Two deployments, in order: a dollar for every token of a prompt, ten for every token of an answer.
fn scene(settings: Value, budget: Option<u32>) -> Scene {
    let entry = |id: &str, order: u32| {
        let rates = json!({ "order": order, "input_cost_per_token": 1, "output_cost_per_token": 10 });
        let mut entry = priced(id, "openai", rates);
        entry["model_info"]["supports_assistant_prefill"] = json!(true);
        entry["litellm_params"]["api_key"] = json!(id);
        entry
    };
    let mut all = budget.map_or(json!({}), |limit| openai(limit, "1h"));
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let mut scene = Scene::new(&with(vec![entry("a", 1), entry("b", 2)], all));
    scene.with_router(|router, _| router.listen(true));
    scene
}

/// What is told of costs: of each send, and whether that is an estimate; and the end of the call.
fn told(scene: &mut Scene) -> (Vec<(Value, bool)>, Value) {
    let events = scene.with_router(|router, _| router.take_events());
    let events: Vec<Value> = serde_json::from_str(&events).unwrap();
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).cloned().collect::<Vec<_>>();
    let cost = |event: Value| (event["cost"].clone(), event["cost_estimated"].as_bool().unwrap());
    (of("attempt_end").into_iter().map(cost).collect(), of("request_end").pop().unwrap())
}

/// What an answer of the far side costs: it tells 10 tokens in, and one out for each of its five words.
const ANSWER: u64 = 10 + 5 * 10;

fn spent(scene: &mut Scene) -> Value {
    budgets(scene)[0]["spent_usd"].clone()
}

#[test]
fn a_send_that_was_too_slow_costs_its_prompt_at_least_and_that_is_told_as_an_estimate() {
    for spec in [Spec::chat("chat"), Spec::stream("chat").as_objects()] {
        let mut scene = scene(json!({ "timeout": 2 }), Some(10_000)).always("a", Reply::silent());
        assert_answered(&scene.ask(spec.using(7, 20)));
        let (sends, end) = told(&mut scene);
        assert_eq!(sends, [(json!(7), true), (json!(ANSWER), false)]);
        assert_eq!((&end["response_cost"], &end["estimated_cost"]), (&json!(7 + ANSWER), &json!(7)));
        assert_eq!(end["usage_estimated"], false);
        assert_eq!(spent(&mut scene), 7 + ANSWER);
        let text = scene.with_router(|router, now| router.metrics(now));
        let line = |name: &str| {
            let found = text.lines().find(|line| line.starts_with(name) && line.contains("deployment=\"a\""));
            found.and_then(|line| line.rsplit(' ').next()).map(str::to_owned)
        };
        let names = ["switchman_cost_usd_total", "switchman_cost_estimated_usd_total"];
        assert_eq!(names.map(line), [Some("7".to_owned()), Some("7".to_owned())]);
    }
}

#[test]
fn where_nobody_has_counted_the_prompt_it_is_that_of_the_answer() {
    let mut scene = scene(json!({ "timeout": 2 }), None).always("a", Reply::silent());
    assert_answered(&scene.ask_chat());
    let (sends, end) = told(&mut scene);
    // When it ended nobody knew.
    assert_eq!(sends, [(Value::Null, false), (json!(ANSWER), false)]);
    assert_eq!((&end["response_cost"], &end["estimated_cost"]), (&json!(10 + ANSWER), &json!(10)));
}

#[test]
fn the_loser_of_two_sends_and_one_that_its_caller_leaves_cost_their_prompts() {
    for spec in [Spec::chat("chat"), Spec::stream("chat").as_objects()] {
        let settings = json!({ "hedging": { "after_ms": 100 } });
        let mut scene = scene(settings, Some(10_000)).always("a", Reply::silent());
        assert_answered(&scene.ask(spec.clone().using(7, 20)));
        assert_eq!(spent(&mut scene), 7 + ANSWER);
        assert_eq!(told(&mut scene).1["estimated_cost"], 7);
        scene.ask(spec.using(7, 20).cancelled_after(50));
        assert_eq!(spent(&mut scene), 7 + ANSWER + 7);
    }
}

#[test]
fn what_was_refused_or_never_got_there_costs_nothing() {
    let refusals =
        [Reply::status(500), Reply::no_connection("refused"), Reply::refusal(429, "rate_limit_exceeded")];
    for reply in refusals {
        let mut scene = scene(json!({}), Some(10_000)).always("a", reply);
        assert_answered(&scene.ask(Spec::chat("chat").using(7, 20)));
        let (sends, end) = told(&mut scene);
        assert_eq!(sends, [(json!(0), false), (json!(ANSWER), false)]);
        assert_eq!(end["estimated_cost"], 0);
        assert_eq!(spent(&mut scene), ANSWER);
    }
}

#[test]
fn a_mock_costs_nothing_however_it_ends() {
    let ask = |spec: Spec, mock: Value| {
        let mut scene = scene(json!({ "num_retries": 0 }), Some(10_000));
        scene.ask(spec.using(7, 20).with(mock));
        let (sends, end) = told(&mut scene);
        assert!(!sends.is_empty() && sends.iter().all(|sent| *sent == (json!(0), false)), "{sends:?}");
        assert_eq!(spent(&mut scene), 0);
        end["response_cost"].clone()
    };
    for spec in [Spec::chat("chat"), Spec::stream("chat").as_objects()] {
        assert_eq!(ask(spec.clone(), json!({ "mock_response": "Well met" })), 0);
        assert_eq!(ask(spec, json!({ "mock_timeout": true, "timeout": 1 })), Value::Null);
    }
}

#[test]
fn a_stream_of_several_parts_has_used_and_costs_all_of_them() {
    // "w0 w1 w2 " is thought to be three tokens. What goes on is sent them with the prompt; what begins anew is not.
    for (mode, prompt) in [("continue", 10 - 3), ("restart", 10)] {
        let mut scene = scene(json!({ "mid_stream": mode }), None).always("a", Reply::cut_after(3));
        let outcome = scene.ask(Spec::stream("chat").as_objects());
        assert_answered(&outcome);
        let (_, end) = told(&mut scene);
        assert_eq!(end["usage"]["prompt_tokens"], prompt + 10, "{mode}: {end}");
        assert_eq!(end["usage"]["completion_tokens"], 3 + 5, "{mode}");
        assert_eq!(end["usage"]["total_tokens"], prompt + 10 + 8, "{mode}");
        assert_eq!(end["usage_estimated"], true);
        assert_eq!(end["estimated_cost"], prompt + 30, "{mode}");
        assert_eq!(end["response_cost"], prompt + 30 + ANSWER, "{mode}");
    }
}

#[test]
fn the_chunk_that_tells_the_usage_tells_that_of_all_parts_and_says_so() {
    for mode in ["continue", "restart"] {
        let settings = json!({ "mid_stream": mode, "stream_usage": "always" });
        let mut scene = scene(settings, None).always("a", Reply::cut_after(3));
        let outcome = scene.ask(Spec::stream("chat"));
        assert_answered(&outcome);
        let chunks = outcome.received.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
        let usage = chunks.filter_map(|data| serde_json::from_str::<Value>(data).ok());
        let told: Vec<Value> = usage.map(|chunk| chunk["usage"].clone()).filter(Value::is_object).collect();
        let [told] = &told[..] else { panic!("{told:?}") };
        let (_, end) = self::told(&mut scene);
        for name in ["prompt_tokens", "completion_tokens", "total_tokens"] {
            assert_eq!(told[name], end["usage"][name], "{mode}: {name}");
        }
        assert_eq!(told["estimated"], true);
    }
}

#[test]
fn what_a_part_has_told_of_its_prompt_is_not_estimated() {
    let chunk = |delta: Value, usage: Value| {
        let chunk =
            json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }], "usage": usage });
        Part::Chunk(format!("data: {chunk}\n\n").into_bytes())
    };
    let usage = json!({ "prompt_tokens": 33, "completion_tokens": 9, "total_tokens": 42 });
    let parts = [
        (5, Part::Head(200)),
        (10, chunk(json!({ "content": "w0 " }), usage)),
        (90, Part::Broken("reset".to_owned())),
    ];
    let mut scene = scene(json!({ "mid_stream": "restart" }), None).always("a", Reply::parts(parts));
    assert_answered(&scene.ask(Spec::stream("chat").as_objects()));
    let (sends, end) = told(&mut scene);
    assert_eq!(sends.first(), Some(&(json!(33 + 90), true)));
    assert_eq!(end["usage"]["prompt_tokens"], 33 + 10);
    assert_eq!(end["usage"]["completion_tokens"], 9 + 5);
}

#[test]
fn a_price_by_the_call_needs_no_usage() {
    let rates = json!({ "model": "openai/nobody-knows-it", "input_cost_per_request": 3 });
    let mut entry = priced("a", "openai", rates);
    for name in ["input_cost_per_token", "output_cost_per_token"] {
        entry["litellm_params"].as_object_mut().unwrap().remove(name);
    }
    let mut scene = Scene::new(&with(vec![entry], openai(10, "1h")));
    scene.with_router(|router, _| router.listen(true));
    // Bytes that are handed on tell no usage that nobody asked for.
    assert_answered(&scene.ask(Spec::stream("chat").using(7, 20)));
    assert_eq!(told(&mut scene).1["response_cost"], 3);
    assert_eq!(spent(&mut scene), 3);
}
