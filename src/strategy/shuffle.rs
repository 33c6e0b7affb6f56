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
    let Some(weigh) = weigher(candidates, view) else {
        return candidates.get(rng.below(candidates.len())).copied();
    };
    let position = rng.weighted(members(candidates, view).map(weigh));
    candidates.get(position.unwrap_or_else(|| rng.below(candidates.len()))).copied()
}

/// What each of the candidates weighs in the draw, in their order.
pub(super) fn weights(candidates: &[DeploymentIx], view: View<'_>) -> Vec<f64> {
    weights_among(candidates, candidates, view)
}

/// The same, weighed by what all of `company` declare.
pub(super) fn weights_among(
    candidates: &[DeploymentIx],
    company: &[DeploymentIx],
    view: View<'_>,
) -> Vec<f64> {
    let weigh = weigher(company, view).unwrap_or(|_| 1.0);
    let weights: Vec<f64> = members(candidates, view).map(weigh).collect();
    // Where nobody weighs anything, all are drawn alike.
    if weights.iter().any(|weight| *weight > 0.0) { weights } else { vec![1.0; weights.len()] }
}

fn members<'a>(
    candidates: &'a [DeploymentIx],
    view: View<'a>,
) -> impl Iterator<Item = &'a Deployment> + Clone + 'a {
    candidates.iter().filter_map(move |ix| view.config.deployment(*ix))
}

/// What the candidates are weighed by; `None` if by nothing.
fn weigher(candidates: &[DeploymentIx], view: View<'_>) -> Option<fn(&Deployment) -> f64> {
    let members = || members(candidates, view);
    if members().any(|d| d.weight.is_some()) {
        Some(|d| d.weight.unwrap_or(1.0))
    } else if members().all(|d| d.rpm.is_some()) {
        Some(|d| d.rpm.unwrap_or(0) as f64)
    } else if members().all(|d| d.tpm.is_some()) {
        Some(|d| d.tpm.unwrap_or(0) as f64)
    } else {
        None
    }
}
