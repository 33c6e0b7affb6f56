//! `temperature`, `top_p` and `top_k`, as far as the model takes them.

use super::models::Model;
use crate::base::decimal::decimal;
use crate::base::json::Writer;
use crate::dialect::asked::Asked;

pub(super) fn write(asked: &Asked<'_>, model: Model, is_thinking: bool, out: &mut Writer) {
    if !model.has_sampling() {
        return;
    }
    let temperature = asked.get("temperature").filter(|_| !is_thinking).map(clamped);
    let top_p = asked.get("top_p");
    // A thinking model takes a `top_p` that is nearly 1.
    let top_p = top_p.filter(|raw| !is_thinking || decimal(raw).is_some_and(|top_p| top_p >= 0.95));
    let (temperature, top_p) = match (temperature, top_p) {
        // One of the two is refused. What is 1 anyway says nothing.
        (Some(temperature), Some(top_p)) if model.has_one_of_sampling() => {
            if is_one(temperature) && !is_one(top_p) {
                (None, Some(top_p))
            } else {
                (Some(temperature), None)
            }
        }
        both => both,
    };
    for (name, raw) in [("temperature", temperature), ("top_p", top_p)] {
        if let Some(raw) = raw {
            out.member(name, raw);
        }
    }
    if let Some(raw) = asked.get("top_k").filter(|_| !is_thinking) {
        out.member("top_k", raw);
    }
}

/// OpenAI's goes to 2, Anthropic's to 1.
fn clamped(raw: &str) -> &str {
    match decimal(raw) {
        Some(number) if number > 1.0 => "1",
        Some(number) if number < 0.0 => "0",
        _ => raw,
    }
}

fn is_one(raw: &str) -> bool {
    decimal(raw).is_some_and(|number| (number - 1.0).abs() < f64::EPSILON)
}

pub(super) fn is_zero(raw: &str) -> bool {
    decimal(raw).is_some_and(|number| number.abs() < f64::EPSILON)
}
