//! `cost-based-routing`: for whom this request is thought to cost the least, by its tokens and the bound of its answer.
//!
//! Differences from LiteLLM: there the rates for a token of input and of output are added up, whatever the request; the first
//! of equals is taken, a price of 0 is not believed, names with a provider in front have no price, and what has none counts as
//! 10 USD a token. Here what is not known comes last.

use crate::config::DeploymentIx;

use super::field::{Field, UNKNOWN};
use super::money::estimate;

/// So many tokens are taken to go in, and come out, where nothing is known of a request.
const NOMINAL: u64 = 1_000;

/// What the request is thought to cost, in 1e-12 USD.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let mut counts = field.need.counts;
    if counts.input == 0 && counts.output == 0 {
        (counts.input, counts.output) = (NOMINAL, NOMINAL);
    }
    let known = field.view.config.deployment(ix);
    known.and_then(|known| estimate(known, field.now, counts)).unwrap_or(UNKNOWN)
}
