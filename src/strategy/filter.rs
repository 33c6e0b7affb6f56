//! Who may run at all, and why the others may not.

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::{BudgetIx, Deployment, DeploymentIx, Resolved};
use crate::error::FaultKind;
use crate::price::Pico;
use crate::state::{Circuit, CircuitState, Counts, Health, Lease, Measure, Timing, Usage, View};

use super::exclusion::Exclusion;
use super::money::{over_budget, short_of_money};
use super::sieve::Refused;

/// A short list of deployments; on the stack up to 16.
pub type Candidates = SmallVec<[DeploymentIx; 16]>;

/// What a request needs of a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need<'a> {
    /// Who cannot serve the request, whatever the state: see [`sieve`](super::sieve::sieve()).
    pub refused: Option<&'a Refused>,
    /// What it may use.
    pub counts: Counts,
    /// Is the answer a stream?
    pub stream: bool,
    /// Which of the times of others like it tell how long it takes.
    pub timing: Timing,
    /// The place of a send that is about to be over: it is as good as free.
    pub beside: Option<Lease>,
    /// The same send, and what it keeps of budgets, if not all that it has reserved. Looked at where there are budgets.
    pub refunded: Option<&'a (Lease, Pico)>,
    /// What that send has not used of its reservation, and where it counts: the state does not show it yet.
    pub unused: Option<(DeploymentIx, Counts)>,
    /// The budget of the call's tags that has the least room.
    pub tag: Option<BudgetIx>,
    /// Budgets have been looked at.
    pub is_paid: bool,
}

impl Need<'_> {
    /// Why a deployment cannot serve the request, whatever the state.
    #[must_use]
    #[inline(always)]
    pub fn refuses(self, ix: DeploymentIx) -> Option<Exclusion> {
        look_up(self.refused?, ix)
    }

    /// What has to fit under the limits that are counted at a deployment.
    fn counts_at(self, cell: DeploymentIx) -> Counts {
        let unused = self.unused.filter(|(of, _)| *of == cell).map(|(_, unused)| unused);
        self.counts.minus(unused.unwrap_or_default())
    }
}

#[inline(never)]
fn look_up(refused: &[(DeploymentIx, Exclusion)], ix: DeploymentIx) -> Option<Exclusion> {
    refused.iter().find(|(known, _)| *known == ix).map(|(_, exclusion)| *exclusion)
}

/// Why a deployment may not be used at `now`; `None` if it may.
#[must_use]
pub fn exclusion(view: View<'_>, now: Millis, ix: DeploymentIx, need: Need<'_>) -> Option<Exclusion> {
    if need.refused.is_some() {
        return screened(view, now, ix, need);
    }
    let (known, health) = (view.config.deployment(ix)?, view.state.health(ix)?);
    if known.weight == Some(0.0) {
        return Some(Exclusion::Drained);
    }
    match health.circuit.at(now) {
        CircuitState::Closed => {}
        CircuitState::Open { until } => return Some(Exclusion::Cooldown { until }),
        CircuitState::HalfOpen if health.circuit.is_probed(now, need.beside) => {
            return Some(Exclusion::Probing);
        }
        CircuitState::HalfOpen => {}
    }
    if let Some(found) =
        view.state.credential(known.credential).and_then(|circuit| of_credential(now, circuit, need))
        && !tells_for_itself(view, known)
    {
        return Some(found);
    }
    if (!known.budgets.is_empty() || need.tag.is_some()) && !need.is_paid {
        return with_budgets(view, now, ix, need);
    }
    at_limit(view, now, ix, known, need)
        .or_else(|| advice(now, health, need))
        .or_else(|| elsewhere(view, now, ix, known, need))
}

/// As [`exclusion`], where some cannot serve the request: what is certain of that, then the state, then what is guessed.
#[cold]
fn screened(view: View<'_>, now: Millis, ix: DeploymentIx, need: Need<'_>) -> Option<Exclusion> {
    let refused = need.refuses(ix);
    if refused.is_some_and(Exclusion::is_lasting) {
        return refused;
    }
    exclusion(view, now, ix, Need { refused: None, ..need }).or(refused)
}

/// As [`exclusion`], where there are budgets: what is spent, then all the rest, then what others have told of them.
#[cold]
fn with_budgets(view: View<'_>, now: Millis, ix: DeploymentIx, need: Need<'_>) -> Option<Exclusion> {
    let money = short_of_money(view, now, ix, need);
    if money.is_some_and(Exclusion::is_budget) {
        return money;
    }
    exclusion(view, now, ix, Need { is_paid: true, ..need }).or(money)
}

fn of_credential(now: Millis, circuit: &Circuit, need: Need<'_>) -> Option<Exclusion> {
    match circuit.at(now) {
        CircuitState::Closed => None,
        CircuitState::Open { until } => Some(Exclusion::CredentialCooldown { until }),
        CircuitState::HalfOpen => circuit.is_probed(now, need.beside).then_some(Exclusion::Probing),
    }
}

/// Is a deployment asked, whatever its key was told elsewhere?
fn tells_for_itself(view: View<'_>, known: &Deployment) -> bool {
    let cause = view.state.credential(known.credential).and_then(Circuit::cause);
    cause.is_some_and(|fault| is_asked_anyway(view, known, fault.kind))
}

/// The only deployment of a group is asked for its real error each time, though its credential is benched for a fault of
/// this kind; but for an account that is empty, where the answer is known.
#[must_use]
pub fn is_asked_anyway(view: View<'_>, known: &Deployment, kind: FaultKind) -> bool {
    view.config.is_alone(known) && kind != FaultKind::Quota
}

/// The limits that the config sets: calls at once, and, where they are bounds, requests and tokens of a minute.
#[inline(always)]
fn at_limit(
    view: View<'_>,
    now: Millis,
    ix: DeploymentIx,
    known: &Deployment,
    need: Need<'_>,
) -> Option<Exclusion> {
    let at = known.limit_cell(ix);
    let cell = view.state.health(at)?;
    if let Some(most) = known.max_parallel.or(view.config.policy.default_max_parallel)
        && cell.open.count(now, need.beside) >= most as usize
    {
        return Some(Exclusion::Full);
    }
    if !view.config.binds(known) {
        return None;
    }
    let (usage, need) = (&cell.usage, need.counts_at(at));
    let after = usage.own(now).plus(need);
    let is_over = |limit: Option<u64>, measure| limit.is_some_and(|limit| after.get(measure) > limit);
    // Looked at first: nearly always there is room.
    if !(is_over(known.rpm, Measure::Requests)
        || is_over(known.tpm, Measure::Tokens)
        || is_over(known.itpm, Measure::Input)
        || is_over(known.otpm, Measure::Output))
    {
        return None;
    }
    longest_wait(usage, now, known, need)
}

/// How long a request has to wait under the limits that leave no room for it.
#[cold]
fn longest_wait(usage: &Usage, now: Millis, known: &Deployment, need: Counts) -> Option<Exclusion> {
    let mut longest = Some(0);
    for (limit, measure, need) in bounds(known, need) {
        // `None` is the longest wait of all: for ever.
        let wait = usage.wait_ms(now, measure, need, limit);
        longest = longest.zip(wait).map(|(one, other)| one.max(other));
    }
    (longest != Some(0)).then_some(Exclusion::Limit { wait_ms: longest })
}

/// Is a deployment still there, and do the limits and budgets that are counted here leave a place? Who has waited since a
/// choice asks again.
#[must_use]
#[inline(never)]
pub fn has_room(view: View<'_>, now: Millis, ix: DeploymentIx, need: Need<'_>) -> bool {
    let is_full = |known| at_limit(view, now, ix, known, need).is_some();
    view.config.deployment(ix).is_some_and(|known| !known.is_retired && !is_full(known))
        && over_budget(view, now, ix, need).is_none()
}

/// The limits of a deployment, with what a request needs of each.
pub fn bounds(known: &Deployment, need: Counts) -> impl Iterator<Item = (u64, Measure, u64)> {
    let Counts { requests, input, output } = need;
    let all = [
        (known.rpm, Measure::Requests, requests),
        (known.tpm, Measure::Tokens, input.saturating_add(output)),
        (known.itpm, Measure::Input, input),
        (known.otpm, Measure::Output, output),
    ];
    all.into_iter().filter_map(|(limit, measure, need)| Some((limit?, measure, need)))
}

/// What other isolates have told through the store. Only advice: a store may be late, or tell anything.
fn elsewhere(
    view: View<'_>,
    now: Millis,
    ix: DeploymentIx,
    known: &Deployment,
    need: Need<'_>,
) -> Option<Exclusion> {
    if let Some(until) = view.state.health(ix)?.circuit.elsewhere(now) {
        return Some(Exclusion::CooldownElsewhere { until });
    }
    if !view.config.binds(known) {
        return None;
    }
    let usage = &view.state.health(known.limit_cell(ix))?.usage;
    if !usage.is_told(now) {
        return None;
    }
    bounds(known, need.counts_at(known.limit_cell(ix)))
        .filter_map(|(limit, measure, need)| usage.used_elsewhere(now, measure, need, limit))
        .max()
        .map(|until| Exclusion::UsedElsewhere { until })
}

/// How many more requests like this one a deployment takes now.
#[must_use]
pub fn places(view: View<'_>, now: Millis, ix: DeploymentIx, need: Need<'_>) -> usize {
    let is_free = |_: &&Deployment| exclusion(view, now, ix, need).is_none_or(Exclusion::is_elsewhere);
    let Some(known) = view.config.deployment(ix).filter(is_free) else { return 0 };
    let Some(cell) = view.state.health(known.limit_cell(ix)) else { return 0 };
    let most = known.max_parallel.or(view.config.policy.default_max_parallel);
    let parallel = most.map_or(usize::MAX, |most| (most as usize).saturating_sub(cell.open.count(now, None)));
    let rpm = known.rpm.filter(|_| view.config.binds(known));
    let requests = rpm.map_or(u64::MAX, |rpm| rpm.saturating_sub(cell.usage.own(now).requests));
    parallel.min(usize::try_from(requests).unwrap_or(usize::MAX))
}

fn advice(now: Millis, health: &Health, need: Need<'_>) -> Option<Exclusion> {
    if health.is_marked_down(now) {
        return Some(Exclusion::MarkedDown);
    }
    if let Some(until) = health.quota.exhausted_until(now, need.counts) {
        return Some(Exclusion::Exhausted { until });
    }
    health.is_stalled(now, need.stream).then_some(Exclusion::Stalled)
}

/// Keeps the lowest `order` level of a target; deployments without one come after all that have one.
pub fn lowest_order(view: View<'_>, target: Resolved, candidates: &mut Candidates) {
    if let Resolved::Group(group) = target
        && view.config.group(group).is_some_and(|group| !group.levels.is_empty())
    {
        return lowest_level(view, target, candidates);
    }
    let order = |ix: &DeploymentIx| {
        view.config.deployment(*ix).and_then(|deployment| deployment.order).unwrap_or(u32::MAX)
    };
    if let Some(lowest) = candidates.iter().map(order).min() {
        candidates.retain(|ix| order(ix) == lowest);
    }
}

/// As [`lowest_order`], of a target that has levels of its own, instead of those of its deployments.
#[cold]
fn lowest_level(view: View<'_>, target: Resolved, candidates: &mut Candidates) {
    let lowest = candidates.iter().map(|ix| order_of(view, target, *ix)).min();
    candidates.retain(|ix| Some(order_of(view, target, *ix)) == lowest);
}

/// The level of a deployment as one of a target; the last one for those without.
#[must_use]
pub fn order_of(view: View<'_>, target: Resolved, ix: DeploymentIx) -> u32 {
    view.config.order_in(target, ix).unwrap_or(u32::MAX)
}
