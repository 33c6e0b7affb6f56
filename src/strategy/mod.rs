//! Floor 3: who may run, and who runs. Reads the state, changes nothing.
//!
//! A strategy answers with one pick, not with an order: the state moves between two attempts of a call,
//! so each attempt filters and picks anew (see `docs/DESIGN.md`).

mod adaptive;
mod affinity;
mod busy;
mod cost;
mod custom;
mod exclusion;
mod field;
mod filter;
mod latency;
mod money;
mod peak;
mod shuffle;
mod sieve;
mod turns;
mod usage;

use std::num::NonZeroU64;

use crate::base::rng::Rng;
use crate::config::DeploymentIx;
use crate::state::STEP;

use field::UNKNOWN;

pub use crate::config::Strategy;
pub use exclusion::Exclusion;
pub use field::Field;
pub use filter::{
    Candidates, Need, bounds, exclusion, has_room, is_asked_anyway, lowest_order, order_of, places,
};
pub use money::{estimate, estimate_at, over_budget, tightest};
pub use sieve::{Refused, sieve};

/// Picks the one that whoever has this key stays with, as long as it has room; else the next. `company` are all of whom
/// these are left.
#[must_use]
pub fn stay(field: &Field<'_>, company: &[DeploymentIx], key: NonZeroU64) -> Option<DeploymentIx> {
    affinity::pick(field, company, key.get())
}

/// How far each of the candidates is from a key, the lowest being the nearest; `None` for those that have no room.
#[must_use]
pub fn distances(field: &Field<'_>, company: &[DeploymentIx], key: NonZeroU64) -> Vec<Option<f64>> {
    affinity::distances(field, company, key.get())
        .map(|(is_full, distance)| (!is_full).then_some(distance))
        .collect()
}

impl Strategy {
    /// Picks one of the candidates; `None` only if there is none.
    pub fn pick(self, field: &Field<'_>, rng: &mut Rng) -> Option<DeploymentIx> {
        match self {
            Self::SimpleShuffle => shuffle::pick(field.candidates, field.view, rng),
            Self::RoundRobin => field.lowest(turns::score, rng),
            Self::LeastBusy => field.lowest(busy::score, rng),
            Self::LatencyBased => latency::pick(field, rng),
            Self::CostBased => field.lowest(cost::score, rng),
            Self::UsageBased => field.lowest(usage::score, rng),
            Self::PeakEwma => peak::pick(field, rng),
            Self::Adaptive => adaptive::pick(field, rng),
            Self::Custom => custom::pick(field),
        }
    }

    /// What each of the candidates weighs in the draw, in their order: for who wants to know why one was picked.
    #[must_use]
    pub fn weights(self, field: &Field<'_>) -> Vec<f64> {
        match self {
            Self::SimpleShuffle => shuffle::weights(field.candidates, field.view),
            Self::RoundRobin => field.of_lowest(turns::score),
            Self::LeastBusy => field.of_lowest(busy::score),
            Self::LatencyBased => latency::weights(field).into_vec(),
            Self::CostBased => field.of_lowest(cost::score),
            Self::UsageBased => field.of_lowest(usage::score),
            Self::PeakEwma => peak::weights(field),
            Self::Adaptive => adaptive::weights(field),
            Self::Custom => field.of_lowest(custom::score),
        }
    }

    /// What it goes by, of each of the candidates in their order; the lowest is the best. `None` where it goes by nothing,
    /// or nothing is known.
    #[must_use]
    pub fn scores(self, field: &Field<'_>) -> Vec<Option<f64>> {
        // What one more is in what is told: a turn, a send, a millisecond, a millionth of a dollar, a token.
        let (score, one): (field::Score, f64) = match self {
            Self::SimpleShuffle => return vec![None; field.candidates.len()],
            Self::RoundRobin => (turns::score, STEP as f64),
            Self::LeastBusy => (busy::score, 1.0),
            Self::LatencyBased => (latency::score, 1_000.0),
            Self::CostBased => (cost::score, 1e6),
            Self::UsageBased => (usage::score, usage::TOKEN as f64),
            Self::PeakEwma => (peak::score, 1_000.0),
            Self::Adaptive => (adaptive::score, adaptive::ONE),
            Self::Custom => (custom::score, 1.0),
        };
        let told = |score: &u64| (*score != UNKNOWN).then_some(*score as f64 / one);
        field.scores(score).iter().map(told).collect()
    }
}
