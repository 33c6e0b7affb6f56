//! Random calls: when, to whom, in which form, with which options.

use serde_json::{Map, Value, json};
use switchman::config::Demand;
use switchman::sim::Spec;

use crate::draw::{Draw, Members};
use crate::labels;
use crate::setup::{Setup, hedging, per_class, targets, time_limits};
use crate::steering::{Facts, keys};

/// A call of a case.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// When it begins, in milliseconds of the world's clock.
    pub(crate) at_ms: u64,
    /// The model as the caller names it.
    pub(crate) model: String,
    pub(crate) options: Value,
    /// Tokens in and out.
    pub(crate) tokens: (u32, u32),
    /// What it needs of a deployment.
    pub(crate) demand: Demand,
    /// What rules look at.
    pub(crate) facts: Facts,
    /// How its conversation begins.
    pub(crate) prompt: Option<String>,
    pub(crate) spec: Spec,
}

/// So many calls within a span of time.
pub(crate) fn calls(draw: &mut Draw, setup: &Setup, count: u64, span_ms: u64) -> Vec<Asked> {
    let mut made = Vec::new();
    while (made.len() as u64) < count {
        let at = draw.between(0, span_ms);
        // Alone, in a burst at one moment, or in a row.
        let (size, gap) = match draw.between(0, 9) {
            0 => (draw.between(2, 40), 0),
            1 | 2 => (draw.between(2, 30), draw.between(1, 900)),
            _ => (1, 0),
        };
        let size = size.min(count - made.len() as u64);
        made.extend((0..size).map(|number| call(draw, setup, at + number * gap)));
    }
    made
}

fn call(draw: &mut Draw, setup: &Setup, at_ms: u64) -> Asked {
    let experiment = setup.experiment.as_ref().filter(|_| draw.chance(60));
    let model = match draw.between(0, 29) {
        3.. if experiment.is_some() => experiment.map_or_else(String::new, |one| one.model.clone()),
        0 => "nobody".to_owned(),
        1 | 2 => draw.one(&setup.ids),
        _ => draw.one(&setup.names),
    };
    let options = Value::Object(options(draw, setup));
    let spec = match draw.between(0, 4) {
        0 | 1 => Spec::stream(&model),
        2 => Spec::stream(&model).as_objects(),
        3 => Spec::embedding(&model),
        _ => Spec::chat(&model),
    };
    let tokens = (draw.between(1, 400) as u32, draw.between(0, 200) as u32);
    let demand = if setup.has_labels { labels::demand(draw, tokens.0) } else { Demand::default() };
    let mut spec = spec.with(options.clone()).using(tokens.0, tokens.1).needing(demand);
    let facts = Facts::draw(draw);
    if setup.rules.is_some() {
        spec = spec.about(facts.about(&model));
    }
    let prompt = (!setup.stays.is_empty() && draw.chance(40)).then(|| format!("Task {}", draw.between(1, 5)));
    if let Some(prompt) = &prompt {
        spec = spec.saying(&json!([{ "role": "user", "content": prompt }]).to_string());
    }
    if draw.chance(10) {
        spec = spec.cancelled_after(draw.ms());
    }
    Asked { at_ms, model, options, tokens, demand, facts, prompt, spec }
}

fn options(draw: &mut Draw, setup: &Setup) -> Map<String, Value> {
    let mut options = Members::new(draw)
        .maybe("num_retries", 15, |draw| draw.between(0, 4))
        .maybe("retry_policy", 5, |draw| per_class(draw, "Retries", 4))
        .maybe("max_attempts", 10, |draw| draw.between(1, 6))
        .maybe("max_fallbacks", 10, |draw| draw.between(0, 3))
        .maybe("disable_fallbacks", 5, |_| true)
        .maybe("fallback_on", 4, |draw| draw.some(&["rate_limit", "server", "timeout", "bad_request"], 3))
        .maybe("deadlineMs", 20, |draw| draw.ms().max(1))
        .maybe("priority", 12, |draw| draw.between(0, 5))
        .maybe("hedging", 15, hedging)
        .maybe("routing_strategy", 8, |draw| draw.one(&setup.strategies))
        .maybe("mid_stream", 10, |draw| draw.one(&["error", "restart", "continue"]))
        .maybe("commit", 5, |draw| draw.one(&["content", "head"]))
        .maybe("explain", 10, |_| true)
        .maybe("mock_testing_fallbacks", 1, |_| true)
        .done();
    if draw.chance(12) {
        options.extend(time_limits(draw));
    }
    if setup.has_labels {
        options.extend(labels::options(draw));
    }
    if !setup.stays.is_empty() || (setup.experiment.is_some() && draw.chance(40)) {
        options.extend(keys(draw));
    }
    if !setup.tags.is_empty() && draw.chance(60) {
        options.insert("tags".to_owned(), draw.some(&setup.tags, 3).into());
    }
    if draw.chance(5) {
        let lists = if draw.chance(50) {
            json!(draw.some(&setup.groups, 3))
        } else {
            let group = draw.one(&setup.groups);
            json!([{ group.clone(): targets(draw, &setup.groups, &setup.ids, &group) }])
        };
        options.insert("fallbacks".to_owned(), lists);
    }
    options
}
