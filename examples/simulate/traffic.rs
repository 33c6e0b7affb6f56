//! Random calls: when, to whom, in which form, with which options.

use serde_json::{Map, Value, json};
use switchman::sim::Spec;

use crate::draw::{Draw, Members};
use crate::setup::{STRATEGIES, Setup, hedging, per_class, targets, time_limits};

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
    let model = match draw.between(0, 29) {
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
    let mut spec = spec.with(options.clone()).using(tokens.0, tokens.1);
    if draw.chance(10) {
        spec = spec.cancelled_after(draw.ms());
    }
    Asked { at_ms, model, options, tokens, spec }
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
        .maybe("routing_strategy", 8, |draw| draw.one(&STRATEGIES))
        .maybe("mid_stream", 10, |draw| draw.one(&["error", "restart", "continue"]))
        .maybe("commit", 5, |draw| draw.one(&["content", "head"]))
        .maybe("explain", 10, |_| true)
        .maybe("mock_testing_fallbacks", 1, |_| true)
        .done();
    if draw.chance(12) {
        options.extend(time_limits(draw));
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
