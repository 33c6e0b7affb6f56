//! Retries, cooldowns and time limits, with LiteLLM's names and defaults where it has them.

use super::{Affinity, ErrorRule, FaultSet, PerClass, Routing, StreamRules, TagRules};

/// How long a stream may take to its first content where nothing is set.
const FIRST_CONTENT_MS: u64 = 60_000;

/// Time limits in milliseconds. `None` is "not set here"; the next wider scope decides:
/// the request's value beats the deployment's, which beats the router's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// `timeout`: one attempt from send to its last byte; for streams see `stream_ms`. Default: none.
    pub total_ms: Option<u64>,
    /// `stream_timeout`: for `stream: true`, from send to the first content. Default: `total_ms`.
    pub stream_ms: Option<u64>,
    /// `headers_timeout`: from send to the response head. Default: none. For this and the next two, the
    /// config's 0 is no limit, and is kept as the longest time that a host's timer can take (24 days).
    pub headers_ms: Option<u64>,
    /// `first_token_timeout`: for streams, from send to the first content. Default: 60 s, unless `stream_ms` is set.
    pub first_token_ms: Option<u64>,
    /// `idle_timeout`: for streams, the longest silence. Default: 60 s.
    pub idle_ms: Option<u64>,
    /// `deadline`: the whole call, with its waits, retries and fallbacks; 0 is no deadline. Default: 600 s.
    pub deadline_ms: Option<u64>,
}

impl Timeouts {
    /// The router's own defaults, under everything that the user sets.
    pub const DEFAULT: Self = Self {
        total_ms: None,
        stream_ms: None,
        headers_ms: None,
        first_token_ms: None,
        idle_ms: Some(60_000),
        deadline_ms: Some(600_000),
    };

    /// From send to the first content of a stream: the shorter of what is set, else a minute.
    #[must_use]
    pub fn first_content_ms(self) -> u64 {
        let set = [self.first_token_ms, self.stream_ms].into_iter().flatten().min();
        set.unwrap_or(FIRST_CONTENT_MS)
    }

    /// These limits, and `wider` where they say nothing.
    #[must_use]
    pub fn or(self, wider: Self) -> Self {
        Self {
            total_ms: self.total_ms.or(wider.total_ms),
            // A scope's `timeout` beats a wider scope's `stream_timeout`: the nearest word wins.
            stream_ms: self.stream_ms.or(self.total_ms).or(wider.stream_ms),
            headers_ms: self.headers_ms.or(wider.headers_ms),
            first_token_ms: self.first_token_ms.or(wider.first_token_ms),
            idle_ms: self.idle_ms.or(wider.idle_ms),
            deadline_ms: self.deadline_ms.or(wider.deadline_ms),
        }
    }
}

/// The router-wide rules of retrying and benching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `routing_strategy` and `routing_strategy_args`: how one of several deployments is picked, where a routing group says
    /// nothing else. Default: by `simple-shuffle`, as in LiteLLM.
    pub routing: Routing,
    /// `optional_pre_call_checks`: by what calls stay with a deployment. A group may have its own. Default: by nothing.
    pub affinity: Affinity,
    /// `num_retries`: attempts after the first, within one group. Default 2, as in LiteLLM.
    pub num_retries: u32,
    /// `retry_after`: the shortest wait before the same deployment is tried again, in ms. Default 0.
    pub retry_after_ms: u64,
    /// `max_fallbacks`: how many other groups one call may move to. Default 5, as in LiteLLM.
    pub max_fallbacks: u32,
    /// `max_attempts`: sends in one call, whatever their cause. Default 20.
    pub max_attempts: u32,
    /// `cooldown_time`: how long a benched deployment is left alone, in ms. Default 5 s, as in LiteLLM;
    /// 0 is "never bench", where LiteLLM takes it for "not set".
    pub cooldown_ms: u64,
    /// `disable_cooldowns`: never bench anything. Default false.
    pub disable_cooldowns: bool,
    /// Time limits at the router's level.
    pub timeouts: Timeouts,
    /// What is done with streams.
    pub streams: StreamRules,
    /// `drop_params`: leave out what a provider cannot do, instead of passing it over. Default false.
    pub drop_params: bool,
    /// `retry_policy`: retries by class of error, instead of `num_retries`. A group may have its own.
    pub retry_policy: PerClass,
    /// `allowed_fails`: failures of a minute that a deployment may have before it is benched, instead of the rate
    /// rule. Default: the rate rule.
    pub allowed_fails: Option<u32>,
    /// `allowed_fails_policy`: the same by class of error.
    pub allowed_fails_policy: PerClass,
    /// `when_all_down`: who is used when every deployment of a group is benched. Default: nobody.
    pub when_all_down: WhenAllDown,
    /// `fallback_on`: the faults that lead to the ordinary fallbacks. Default: the fault table's.
    pub fallback_on: Option<FaultSet>,
    /// `error_rules`: what errors are, before the tables of the dialects are asked. Default: none.
    pub error_rules: Vec<ErrorRule>,
    /// `hedging`: a second send beside a slow first one. Default: off.
    pub hedging: Hedging,
    /// `default_max_parallel_requests`: the cap of a deployment that declares none.
    pub default_max_parallel: Option<u32>,
    /// `limit_mode`: are `rpm`, `tpm`, `itpm` and `otpm` bounds, or only shares of the traffic?
    pub limit_mode: LimitMode,
    /// `enable_pre_call_checks`: are windows and abilities looked at? Default false, as in LiteLLM.
    pub is_checked: bool,
    /// How tags are gone by.
    pub tags: TagRules,
    /// May what deployments say of themselves keep a request away that asks for nothing? Set when all are known.
    pub has_filters: bool,
    /// `default_priority`: calls wait for a place where everybody is full, the lowest number first. Default: no
    /// call waits but one with a `priority` of its own.
    pub default_priority: Option<u32>,
    /// `health_check_staleness_threshold`: how long a `setHealth` counts, in ms. Default 600 s, as in LiteLLM.
    pub health_ttl_ms: u64,
}

/// Who is used when every deployment of a group is benched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenAllDown {
    /// `"error"`: nobody; callers are told how long to wait.
    #[default]
    Error,
    /// `"least_recently_failed"`: the one whose last failure is longest ago.
    LeastRecentlyFailed,
}

/// A second send beside a slow first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hedging {
    /// `false`: never.
    #[default]
    Off,
    /// `true`: after the time within which 95 of 100 answers of the deployment have begun.
    Observed,
    /// `{ "after_ms": n }`: after so many milliseconds.
    After(u64),
}

/// What the limits of deployments are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitMode {
    /// `"soft"`: shares of the traffic only, as with LiteLLM's default strategy.
    #[default]
    Soft,
    /// `"hard"`: a deployment that is at its limit is passed over. The default where the strategy or a pre-call
    /// check of the config enforces limits in LiteLLM.
    Hard,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            routing: Routing::default(),
            affinity: Affinity::default(),
            num_retries: 2,
            retry_after_ms: 0,
            max_fallbacks: 5,
            max_attempts: 20,
            cooldown_ms: 5_000,
            disable_cooldowns: false,
            timeouts: Timeouts::DEFAULT,
            streams: StreamRules::default(),
            drop_params: false,
            retry_policy: PerClass::default(),
            allowed_fails: None,
            allowed_fails_policy: PerClass::default(),
            when_all_down: WhenAllDown::Error,
            fallback_on: None,
            error_rules: Vec::new(),
            hedging: Hedging::Off,
            default_max_parallel: None,
            limit_mode: LimitMode::Soft,
            is_checked: false,
            tags: TagRules::default(),
            has_filters: false,
            default_priority: None,
            health_ttl_ms: 600_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_timeout_beats_a_deployment_stream_timeout() {
        let request = Timeouts { total_ms: Some(1_000), ..Timeouts::default() };
        let deployment = Timeouts { stream_ms: Some(3_000), ..Timeouts::default() };
        let both = request.or(deployment).or(Timeouts::DEFAULT);
        assert_eq!(both.stream_ms, Some(1_000));
        assert_eq!(both.deadline_ms, Some(600_000));
    }
}
