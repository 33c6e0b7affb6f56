//! Affinity: whoever has a key stays with a deployment, found by rendezvous hashing with weights and with a
//! bound of the load (after Mirrokni, Thorup and Zadimoghaddam 2016). It takes the place of the strategy's
//! pick, for a call that has a key.
//!
//! Nothing is kept: every isolate finds the same one, and so does a router that begins anew. Who is not among the
//! candidates, or has too much under way, is passed over for the next one, always the same for a key, until it is well.
//!
//! Differences from LiteLLM: there a pin is kept in a cache for an hour, and goes on pointing to who is benched.

use crate::base::hash::{distance, key};
use crate::config::DeploymentIx;

use super::field::Field;
use super::{busy, shuffle};

/// How much more than its share of what is under way a deployment may have.
const BOUND: f64 = 1.5;

/// So many sends under way are never too much: with a few of them, a share is chance.
const ALWAYS: f64 = 8.0;

/// How far a deployment is from a key, the nearest first, in proportion to its weight; the second half are those that have
/// too much under way. What is weighed by is the word of all that there are, whether they may be used now or not: who is
/// out moves nobody else's keys.
pub(super) fn distances<'a>(
    field: &'a Field<'a>,
    company: &[DeploymentIx],
    of: u64,
) -> impl Iterator<Item = (bool, f64)> + 'a {
    let weights = shuffle::weights_among(field.candidates, company, field.view);
    let sends = |ix: &DeploymentIx| busy::score(field, *ix) as f64;
    let under_way: f64 = field.candidates.iter().map(sends).sum();
    let share = (under_way + 1.0) / weights.iter().sum::<f64>();
    field.candidates.iter().zip(weights).map(move |(ix, weight)| {
        let id = field.view.config.deployment(*ix).map_or("", |known| &known.id);
        let distance = distance(of, key(0, id.as_bytes()).get(), weight);
        (sends(ix) >= (BOUND * share * weight).max(ALWAYS), distance)
    })
}

/// Picks the nearest one that has room; if nobody has any, the nearest.
pub(super) fn pick(field: &Field<'_>, company: &[DeploymentIx], of: u64) -> Option<DeploymentIx> {
    let mut nearest: Option<((bool, f64), DeploymentIx)> = None;
    for (distance, ix) in distances(field, company, of).zip(field.candidates) {
        if nearest.is_none_or(|(known, _)| distance < known) {
            nearest = Some((distance, *ix));
        }
    }
    nearest.map(|(_, ix)| ix)
}
