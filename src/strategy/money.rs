//! Which deployments the budgets leave: of the provider, of the deployment, and of the call's tags.

use std::cmp::Reverse;

use crate::base::time::Millis;
use crate::base::usage::{Tier, Usage};
use crate::config::{BudgetIx, Deployment, DeploymentIx};
use crate::price::{Entry, Pico, cost, tokens_cost};
use crate::state::{Counts, Lease, Short, View};

use super::exclusion::Exclusion;
use super::filter::Need;

/// What a request of this size is thought to cost at a deployment; `None` where its price is not known.
#[must_use]
pub fn estimate(known: &Deployment, now: Millis, counts: Counts) -> Option<Pico> {
    known.known.as_ref().and_then(|entry| estimate_at(entry, now, counts))
}

/// The same, by what is known of a model.
#[must_use]
pub fn estimate_at(entry: &Entry, now: Millis, counts: Counts) -> Option<Pico> {
    let usage = Usage { prompt_tokens: counts.input, completion_tokens: counts.output, ..Usage::default() };
    let price = entry.price.at(now);
    let plain = tokens_cost(&price, counts.input, counts.output);
    plain.or_else(|| cost(&price, &usage, Tier::Standard).map(|cost| cost.total()))
}

/// Why a deployment may not be used for its budgets, of which nobody can be bought more; `None` if it may.
#[must_use]
pub fn over_budget(view: View<'_>, now: Millis, ix: DeploymentIx, need: Need<'_>) -> Option<Exclusion> {
    short_of_money(view, now, ix, need).filter(|exclusion| exclusion.is_budget())
}

/// As [`over_budget`], and if it may, whether others have told that a budget is spent.
#[inline(never)]
pub(super) fn short_of_money(
    view: View<'_>,
    now: Millis,
    ix: DeploymentIx,
    need: Need<'_>,
) -> Option<Exclusion> {
    let known = view.config.deployment(ix)?;
    let estimate = estimate(known, now, need.counts).unwrap_or(0);
    let judged = known.budgets.iter().chain(&need.tag).filter_map(|budget| {
        let purse = view.state.purse(view.config, now, *budget, need.refunded.copied())?;
        Some(match purse.short(estimate)? {
            Short::Spent => Exclusion::BudgetSpent { until: purse.resets },
            Short::Reserved => Exclusion::BudgetReserved,
            Short::Elsewhere => Exclusion::BudgetSpentElsewhere { until: purse.told_until },
        })
    });
    // What is spent for long is the reason, and not what is reserved for a moment, or spent elsewhere.
    judged.max_by_key(|exclusion| (exclusion.is_budget(), exclusion.wait_ms(now)))
}

/// Of the budgets of a call's tags the one that has the least room, beside a send that is about to be over and keeps so much:
/// what fits there fits everywhere.
#[must_use]
pub fn tightest(
    view: View<'_>,
    now: Millis,
    tags: &[BudgetIx],
    beside: Option<(Lease, Pico)>,
) -> Option<BudgetIx> {
    let room = |ix: &BudgetIx| {
        let purse = view.state.purse(view.config, now, *ix, beside);
        purse.map(|purse| (purse.room(), Reverse(purse.resets)))
    };
    tags.iter().copied().min_by_key(room)
}
