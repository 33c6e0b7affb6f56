//! `simple-shuffle`, LiteLLM's default: at random, in proportion to `weight`, else `rpm`, else `tpm`.
//!
//! Differences from LiteLLM: a missing weight is 1 (there: never picked), and limits stand in for weights
//! only where every candidate declares them (there: those without are never picked).

use crate::base::rng::Rng;
use crate::config::{Deployment, DeploymentIx};
use crate::state::View;

/// Picks one candidate.
pub(super) fn pick(candidates: &[DeploymentIx], view: View<'_>, rng: &mut Rng) -> Option<DeploymentIx> {
    if let [only] = candidates {
        return Some(*only);
    }
    let members = || candidates.iter().filter_map(|ix| view.config.deployment(*ix));
    let weigh: fn(&Deployment) -> f64 = if members().any(|d| d.weight.is_some()) {
        |d| d.weight.unwrap_or(1.0)
    } else if members().all(|d| d.rpm.is_some()) {
        |d| d.rpm.unwrap_or(0) as f64
    } else if members().all(|d| d.tpm.is_some()) {
        |d| d.tpm.unwrap_or(0) as f64
    } else {
        return candidates.get(rng.below(candidates.len())).copied();
    };
    let position = rng.weighted(members().map(weigh)).unwrap_or_else(|| rng.below(candidates.len()));
    candidates.get(position).copied()
}
