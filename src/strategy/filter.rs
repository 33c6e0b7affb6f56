//! Who may run at all, and why the others may not.

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::DeploymentIx;
use crate::state::{CircuitState, View};

/// A short list of deployments; on the stack up to 16.
pub type Candidates = SmallVec<[DeploymentIx; 16]>;

/// Why a deployment may not be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// Its weight is 0.
    Drained,
    /// Its circuit is open.
    Cooldown {
        /// Until when.
        until: Millis,
    },
}

/// Why a deployment may not be used at `now`; `None` if it may.
#[must_use]
pub fn exclusion(view: View<'_>, now: Millis, ix: DeploymentIx) -> Option<Exclusion> {
    if view.config.deployment(ix).is_some_and(|deployment| deployment.weight == Some(0.0)) {
        return Some(Exclusion::Drained);
    }
    match view.state.health(ix)?.circuit.at(now) {
        CircuitState::Open { until } => Some(Exclusion::Cooldown { until }),
        CircuitState::Closed | CircuitState::HalfOpen => None,
    }
}

/// Keeps the lowest `order` level; deployments without one come after all that have one.
pub fn lowest_order(view: View<'_>, candidates: &mut Candidates) {
    let order = |ix: &DeploymentIx| view.config.deployment(*ix).and_then(|d| d.order).unwrap_or(u32::MAX);
    if let Some(lowest) = candidates.iter().map(order).min() {
        candidates.retain(|ix| order(ix) == lowest);
    }
}
