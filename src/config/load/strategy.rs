//! The strategy, and what it goes by.

use serde_json::Value;

use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{LatencyRules, Strategy};

/// Every strategy: LiteLLM's, and our own at the end.
const STRATEGIES: &str = "simple-shuffle least-busy usage-based-routing usage-based-routing-v2 latency-based-routing \
    cost-based-routing provider-budget-routing lar1 round-robin custom peak-ewma adaptive";

/// What is read of `routing_strategy_args`.
const ARGS: &str = "ttl lowest_latency_buffer max_latency_list_size ttft_percentile";

/// What is wrong with `custom` where the host has no function for it.
pub(in crate::config) const NOBODY_ANSWERS: &str =
    "`custom` needs the host's `customRoutingStrategy`, or `setCustomRoutingStrategy`";

/// How many times are kept at most.
const MOST_SAMPLES: u8 = 64;

/// Reads the name of the strategy. One that is not carried out decides nothing but how far limits bind.
pub(in crate::config) fn strategy(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
) -> Option<&'static str> {
    let name = reader.text(at, value)?;
    let known = STRATEGIES.split_ascii_whitespace().find(|known| *known == name);
    if known.is_none() {
        reader.no_such(at, "strategy", &name, STRATEGIES);
    } else if Strategy::named(&name).is_none() {
        let (name, instead) = (quote(&name), Strategy::default().name());
        let message = format!("{name} is accepted, and not carried out in this version: `{instead}` is");
        reader.report.notice(at, message);
    }
    known
}

/// Where the host has no strategy of its own, none may be asked for.
pub(super) fn needs_host(reader: &mut Reader<'_>, settings: &Scopes<'_>) {
    let is_custom = |value: &Value| value.as_str() == Some(Strategy::Custom.name());
    for (at, _) in settings.each("routing_strategy").filter(|(_, value)| is_custom(value)) {
        reader.problem(&at, NOBODY_ANSWERS);
    }
    for (at, value) in settings.each("routing_groups") {
        for (position, group) in value.as_array().into_iter().flatten().enumerate() {
            if group.get("routing_strategy").is_some_and(is_custom) {
                reader.problem(&at.item(position).key("routing_strategy"), NOBODY_ANSWERS);
            }
        }
    }
}

/// `routing_strategy_args`.
pub(super) fn args(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<LatencyRules> {
    let members = reader.object(at, value)?;
    for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
        if !ARGS.split_ascii_whitespace().any(|known| known == name) {
            reader.no_such(&at.key(name), "argument", name, ARGS);
        }
    }
    let scope = Scopes::new([(*at, members)]);
    let default = LatencyRules::DEFAULT;
    Some(LatencyRules {
        ttl_ms: scope.pick(reader, "ttl", Reader::positive_seconds).unwrap_or(default.ttl_ms),
        buffer_milli: scope.pick(reader, "lowest_latency_buffer", buffer).unwrap_or(default.buffer_milli),
        samples: scope.pick(reader, "max_latency_list_size", samples).unwrap_or(default.samples),
        percentile_milli: scope.pick(reader, "ttft_percentile", percentile),
    })
}

fn buffer(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<u32> {
    let number = reader.number(at, value)?;
    if !(0.0..=1_000.0).contains(&number) {
        reader.expected("a number from 0 to 1000", at, value);
        return None;
    }
    Some((number * 1_000.0 + 0.5) as u32)
}

fn samples(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<u8> {
    let number = reader.positive(at, value)?;
    if number > MOST_SAMPLES.into() {
        reader.report.notice(at, format!("{MOST_SAMPLES} times are kept at most"));
    }
    Some(u8::try_from(number).unwrap_or(MOST_SAMPLES).min(MOST_SAMPLES))
}

fn percentile(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<u16> {
    let number = reader.number(at, value)?;
    if !(number > 0.0 && number <= 1.0) {
        reader.expected("a number above 0 and up to 1", at, value);
        return None;
    }
    Some((number * 1_000.0 + 0.5).max(1.0) as u16)
}
