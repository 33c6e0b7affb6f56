//! The router-wide settings: retries, cooldowns, time limits, and the strategy.

use super::hints::{Reach, hint};
use super::problems::quote;
use super::read::Reader;
use super::scopes::Scopes;
use super::streams::streams;
use crate::config::{Policy, Timeouts};

/// The strategy that this version carries out.
const DEFAULT_STRATEGY: &str = "simple-shuffle";

/// Every strategy: LiteLLM's, and our own at the end.
const STRATEGIES: [&str; 12] = [
    DEFAULT_STRATEGY,
    "least-busy",
    "usage-based-routing",
    "usage-based-routing-v2",
    "latency-based-routing",
    "cost-based-routing",
    "provider-budget-routing",
    "lar1",
    "round-robin",
    "custom",
    "peak-ewma",
    "adaptive",
];

/// Reads the policy. `fallback` holds the time limits of `default_litellm_params`.
pub(super) fn policy(reader: &mut Reader<'_>, settings: &Scopes<'_>, fallback: Timeouts) -> Policy {
    let default = Policy::default();
    strategy(reader, settings);
    Policy {
        num_retries: settings.pick(reader, "num_retries", Reader::retries).unwrap_or(default.num_retries),
        retry_after_ms: settings
            .pick(reader, "retry_after", Reader::seconds)
            .unwrap_or(default.retry_after_ms),
        max_fallbacks: settings.pick(reader, "max_fallbacks", Reader::count).unwrap_or(default.max_fallbacks),
        max_attempts: settings.pick(reader, "max_attempts", Reader::positive).unwrap_or(default.max_attempts),
        cooldown_ms: settings.pick(reader, "cooldown_time", Reader::seconds).unwrap_or(default.cooldown_ms),
        disable_cooldowns: settings
            .pick(reader, "disable_cooldowns", Reader::flag)
            .unwrap_or(default.disable_cooldowns),
        timeouts: timeouts(reader, settings).or(fallback).or(default.timeouts),
        streams: streams(reader, settings),
        drop_params: settings.pick(reader, "drop_params", Reader::flag).unwrap_or(default.drop_params),
        ..default
    }
}

/// Reads the time limits of a scope: the router's, a deployment's or a request's.
pub(in crate::config) fn timeouts<'e>(reader: &mut Reader<'e>, scope: &Scopes<'_>) -> Timeouts {
    let total = scope.pick(reader, "timeout", Reader::positive_seconds);
    let request = scope.pick(reader, "request_timeout", Reader::positive_seconds);
    Timeouts {
        total_ms: total.or(request),
        stream_ms: scope.pick(reader, "stream_timeout", Reader::positive_seconds),
        headers_ms: scope.pick(reader, "headers_timeout", Reader::limit),
        first_token_ms: scope.pick(reader, "first_token_timeout", Reader::limit),
        idle_ms: scope.pick(reader, "idle_timeout", Reader::limit),
        deadline_ms: scope.pick(reader, "deadline", Reader::seconds),
    }
}

/// Checks the strategy. Until there are others, it decides nothing.
fn strategy(reader: &mut Reader<'_>, settings: &Scopes<'_>) {
    for (at, value) in settings.each("routing_strategy") {
        let Some(name) = reader.text(&at, value) else { continue };
        if !STRATEGIES.contains(&&*name) {
            let near = hint(&name, STRATEGIES, Reach::Prefixes);
            let message = format!("there is no strategy {}{near}", quote(&name));
            reader.problem(&at, format!("{message}; known are {}", STRATEGIES.join(", ")));
        } else if name != DEFAULT_STRATEGY {
            let name = quote(&name);
            let message =
                format!("{name} is accepted, and not carried out in this version: `{DEFAULT_STRATEGY}` is");
            reader.report.notice(&at, message);
        }
    }
}
