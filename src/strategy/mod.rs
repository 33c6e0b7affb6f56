//! Floor 3: who may run, and who runs. Reads the state, changes nothing.
//!
//! A strategy answers with one pick, not with an order: the state moves between two attempts of a call,
//! so each attempt filters and picks anew (see `docs/DESIGN.md`).

mod filter;
mod money;
mod shuffle;

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::DeploymentIx;
use crate::state::View;

pub use filter::{
    Candidates, Exclusion, Need, bounds, exclusion, is_asked_anyway, lowest_order, order_of, places,
};
pub use money::{estimate, over_budget, tightest};

/// How one of several eligible deployments is picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// `simple-shuffle`: at random, in proportion to the weights.
    #[default]
    SimpleShuffle,
}

impl Strategy {
    /// Picks one of the candidates; `None` only if there is none.
    pub fn pick(
        self,
        candidates: &[DeploymentIx],
        view: View<'_>,
        _now: Millis,
        rng: &mut Rng,
    ) -> Option<DeploymentIx> {
        match self {
            Self::SimpleShuffle => shuffle::pick(candidates, view, rng),
        }
    }

    /// What each of the candidates weighs in the draw, in their order: for who wants to know why one was picked.
    #[must_use]
    pub fn weights(self, candidates: &[DeploymentIx], view: View<'_>) -> Vec<f64> {
        match self {
            Self::SimpleShuffle => shuffle::weights(candidates, view),
        }
    }
}
