//! How one of several deployments is picked, by LiteLLM's names and our own.

/// How one of several eligible deployments is picked. What each does stands in `src/strategy/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// `simple-shuffle`: at random, in proportion to the weights.
    #[default]
    SimpleShuffle,
    /// `round-robin`: in turn, in proportion to the weights.
    RoundRobin,
    /// `least-busy`: who has the fewest sends under way.
    LeastBusy,
    /// `latency-based-routing`: who has been the fastest, or nearly.
    LatencyBased,
    /// `cost-based-routing`: for whom the request is thought to cost the least.
    CostBased,
    /// `usage-based-routing` and `usage-based-routing-v2`: who has used the fewest tokens of late.
    UsageBased,
    /// `peak-ewma`: of two that are drawn, who keeps a request waiting for the shorter time.
    PeakEwma,
    /// `adaptive`: whose answers are liked, as far as callers say so.
    Adaptive,
    /// `custom`: whom the host's `customRoutingStrategy` names.
    Custom,
}

impl Strategy {
    /// Every strategy that is carried out, with its names; the first one is told.
    const NAMED: [(Self, &'static str); 10] = [
        (Self::SimpleShuffle, "simple-shuffle"),
        (Self::RoundRobin, "round-robin"),
        (Self::LeastBusy, "least-busy"),
        (Self::LatencyBased, "latency-based-routing"),
        (Self::CostBased, "cost-based-routing"),
        (Self::UsageBased, "usage-based-routing"),
        (Self::UsageBased, "usage-based-routing-v2"),
        (Self::PeakEwma, "peak-ewma"),
        (Self::Adaptive, "adaptive"),
        (Self::Custom, "custom"),
    ];

    /// The strategy of a name; `None` for a name that is not carried out, or not known.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|(_, known)| *known == name).map(|(strategy, _)| strategy)
    }

    /// Does it go by the tokens that a request may use?
    #[must_use]
    pub fn goes_by_tokens(self) -> bool {
        matches!(self, Self::CostBased | Self::UsageBased)
    }

    /// Does it go by prices?
    #[must_use]
    pub fn goes_by_price(self) -> bool {
        matches!(self, Self::CostBased | Self::Custom)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMED.into_iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}

/// Several strategies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strategies(u16);

impl Strategies {
    /// Adds one. Returns whether it was not there.
    pub fn insert(&mut self, strategy: Strategy) -> bool {
        let had = self.has(strategy);
        self.0 |= Self::bit(strategy);
        !had
    }

    /// Is it among them?
    #[must_use]
    pub fn has(self, strategy: Strategy) -> bool {
        self.0 & Self::bit(strategy) != 0
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Are there such among them?
    #[must_use]
    pub fn any(self, is: fn(Strategy) -> bool) -> bool {
        Strategy::NAMED.into_iter().any(|(strategy, _)| is(strategy) && self.has(strategy))
    }

    fn bit(strategy: Strategy) -> u16 {
        1_u16.checked_shl(strategy as u32).unwrap_or(0)
    }
}

/// How one of a group's deployments is picked: `routing_strategy` and `routing_strategy_args`, of the router or of a
/// routing group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// By which strategy.
    pub strategy: Strategy,
    /// How times are kept and compared.
    pub latency: LatencyRules,
}

/// `routing_strategy_args`: how times are kept and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatencyRules {
    /// `ttl`: how long a time counts, in ms. Default 3,600 s, as in LiteLLM.
    pub ttl_ms: u64,
    /// `lowest_latency_buffer`: by how much of the lowest time another one may be longer and be taken alike, in
    /// thousandths. Default 0, as in LiteLLM.
    pub buffer_milli: u32,
    /// `max_latency_list_size`: how many times count, from 1 to 64. Default 10, as in LiteLLM.
    pub samples: u8,
    /// `ttft_percentile`: of streams this percentile counts and not the mean, in thousandths. Default: the mean.
    pub percentile_milli: Option<u16>,
}

impl LatencyRules {
    /// LiteLLM's.
    pub const DEFAULT: Self =
        Self { ttl_ms: 3_600_000, buffer_milli: 0, samples: 10, percentile_milli: None };
}

impl Default for LatencyRules {
    fn default() -> Self {
        Self::DEFAULT
    }
}
