//! The router-wide settings: retries, cooldowns, time limits, and the strategy.

use super::error_rules::error_rules;
use super::filter::{is_checked, tag_rules};
use super::limits::limit_mode;
use super::policies::{allowed_fails_policy, fallback_on, hedging, retry_policy};
use super::read::Reader;
use super::scopes::Scopes;
use super::strategy::{args, strategy};
use super::streams::streams;
use crate::config::{Policy, Routing, Strategy, Timeouts, WhenAllDown};

/// The values of `when_all_down`.
const ALL_DOWN: [WhenAllDown; 2] = [WhenAllDown::Error, WhenAllDown::LeastRecentlyFailed];

/// Reads the policy. `fallback` holds the time limits of `default_litellm_params`.
pub(super) fn policy(reader: &mut Reader<'_>, settings: &Scopes<'_>, fallback: Timeouts) -> Policy {
    let default = Policy::default();
    let strategy = settings.pick(reader, "routing_strategy", strategy);
    let routing = Routing {
        strategy: strategy.and_then(Strategy::named).unwrap_or_default(),
        latency: settings.pick(reader, "routing_strategy_args", args).unwrap_or_default(),
    };
    let is_checked = is_checked(reader, settings);
    let default_max_parallel = settings.pick(reader, "default_max_parallel_requests", Reader::count);
    let (limit_mode, affinity) = limit_mode(reader, settings, strategy, is_checked);
    // Accepted where it stands: what `setHealth` tells counts in any case.
    settings.pick(reader, "enable_health_check_routing", Reader::flag);
    Policy {
        routing,
        affinity,
        num_retries: settings.pick(reader, "num_retries", Reader::count).unwrap_or(default.num_retries),
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
        retry_policy: settings.pick(reader, "retry_policy", retry_policy).unwrap_or(default.retry_policy),
        allowed_fails: settings.pick(reader, "allowed_fails", Reader::count),
        allowed_fails_policy: settings
            .pick(reader, "allowed_fails_policy", allowed_fails_policy)
            .unwrap_or(default.allowed_fails_policy),
        when_all_down: settings
            .word(reader, "when_all_down", "error least_recently_failed", &ALL_DOWN)
            .unwrap_or(default.when_all_down),
        fallback_on: settings.pick(reader, "fallback_on", fallback_on),
        error_rules: settings.pick(reader, "error_rules", error_rules).unwrap_or_default(),
        hedging: settings.pick(reader, "hedging", hedging).unwrap_or(default.hedging),
        default_max_parallel: default_max_parallel.filter(|&limit| limit > 0),
        limit_mode,
        is_checked,
        tags: tag_rules(reader, settings),
        has_filters: default.has_filters,
        default_priority: settings.pick(reader, "default_priority", Reader::count),
        health_ttl_ms: settings
            .pick(reader, "health_check_staleness_threshold", Reader::seconds)
            .unwrap_or(default.health_ttl_ms),
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
