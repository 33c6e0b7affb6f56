//! What a caller hears when nobody may be used.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved};
use crate::error::{Blame, Fault, FaultKind};
use crate::state::{Circuit, View};
use crate::strategy::{Exclusion, Need, exclusion, over_budget};

use super::reserve::Refusal;
use super::select::members;

/// The most deployments that a message names.
const NAMED: usize = 16;

/// The error when nobody may be used: the real one where only that is true, else "no deployments" with the
/// remaining wait and the causes.
pub(super) fn nobody(
    view: View<'_>,
    now: Millis,
    target: Resolved,
    need: Need<'_>,
    full: &[Refusal],
) -> Fault {
    let name = match target {
        Resolved::Group(ix) => view.config.group(ix).map_or("", |group| &group.name),
        Resolved::Deployment(ix) => view.config.deployment(ix).map_or("", |known| &known.id),
    };
    let shared = |ix| {
        let counts = |refusal: &&Refusal| refusal.until.is_none_or(|until| now < until);
        let refusal = full.iter().filter(counts).find(|refusal| refusal.deployment == ix)?;
        let until = refusal.until.map(|until| Exclusion::Limit { wait_ms: Some(until.since(now)) });
        Some(until.unwrap_or(Exclusion::BudgetHeld))
    };
    // One that was named is passed over for its budgets alone, whatever else keeps it from being chosen.
    let named = |ix| match target {
        Resolved::Group(_) => None,
        Resolved::Deployment(_) => over_budget(view, now, ix, need).or_else(|| shared(ix)),
    };
    let own = |ix| named(ix).or_else(|| exclusion(view, now, ix, need));
    let excluded = |ix| own(ix).or_else(|| shared(ix)).map(|exclusion| (ix, exclusion));
    let excluded: Vec<_> = members(view, target).into_iter().filter_map(excluded).collect();
    let wait_ms = excluded.iter().filter_map(|(_, exclusion)| exclusion.wait_ms(now)).min();
    let in_use = || excluded.iter().filter(|(_, exclusion)| *exclusion != Exclusion::Drained);
    // A wrong key, an empty account or a missing model is what the caller must hear, not that nobody is left.
    let lasting = |(ix, exclusion): &(DeploymentIx, Exclusion)| {
        cause(view, *ix, *exclusion).filter(|fault| fault.kind.verdicts().blame == Blame::BenchLong)
    };
    if let Some(real) = in_use().find_map(lasting)
        && in_use().all(|one| lasting(one).is_some())
    {
        return Fault { retry_after_ms: wait_ms, ..real.clone() };
    }
    let mut message = format!("no deployment of `{name}` may be used now");
    for (place, (ix, exclusion)) in in_use().take(NAMED).enumerate() {
        let id = view.config.deployment(*ix).map_or("", |known| known.id.as_str());
        message.push_str(if place == 0 { ": " } else { ", " });
        message.push_str(id);
        message.push(' ');
        message.push_str(words(*exclusion));
        if let Exclusion::Unable(ability) | Exclusion::Unproved(ability) = exclusion {
            message.push_str(ability.name());
        }
        if exclusion.is_bench()
            && let Some(fault) = cause(view, *ix, *exclusion)
        {
            message.push_str(fault.kind.class());
        }
    }
    if in_use().next().is_none() {
        message.push_str(": every one has weight 0");
    }
    if let Some(ms) = wait_ms {
        message.push_str("; try again in ");
        message.push_str(&ms.div_ceil(1_000).to_string());
        message.push_str(" s");
    }
    let all_are = |is: fn(Exclusion) -> bool| in_use().next().is_some() && in_use().all(|(_, one)| is(*one));
    if all_are(Exclusion::is_lasting) {
        let is_window = |exclusion: Exclusion| matches!(exclusion, Exclusion::Window { .. });
        if in_use().any(|(_, exclusion)| is_window(*exclusion)) {
            return Fault::new(FaultKind::ContextWindow, message);
        }
        let first = in_use().next().map_or("", |(_, exclusion)| exclusion.code());
        let code = in_use().all(|(_, exclusion)| exclusion.code() == first).then(|| first.into());
        return Fault { code, ..Fault::new(FaultKind::NoDeployment, message) };
    }
    let is_for_money = all_are(Exclusion::is_budget);
    let code = is_for_money.then(|| "budget_exceeded".into());
    Fault { code, retry_after_ms: wait_ms, ..Fault::new(FaultKind::NoDeployment, message) }
}

/// Is what keeps everybody out something that a place in the order of calls helps against?
pub(super) fn is_worth_waiting(view: View<'_>, now: Millis, target: Resolved, need: Need<'_>) -> bool {
    members(view, target).into_iter().any(|ix| match exclusion(view, now, ix, need) {
        None => true,
        Some(Exclusion::Drained | Exclusion::Limit { wait_ms: None }) => false,
        Some(exclusion) if exclusion.is_lasting() => false,
        Some(exclusion) => {
            cause(view, ix, exclusion).is_none_or(|fault| fault.kind.verdicts().blame != Blame::BenchLong)
        }
    })
}

/// The fault behind a bench.
fn cause<'a>(view: View<'a>, ix: DeploymentIx, exclusion: Exclusion) -> Option<&'a Fault> {
    let own = || view.state.health(ix).and_then(|health| health.circuit.cause());
    let credential = || {
        let known = view.config.deployment(ix)?;
        view.state.credential(known.credential).and_then(Circuit::cause)
    };
    match exclusion {
        Exclusion::Cooldown { .. } => own(),
        Exclusion::CredentialCooldown { .. } => credential(),
        Exclusion::Probing => own().or_else(credential),
        _ => None,
    }
}

fn words(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Drained => "has weight 0",
        Exclusion::MarkedDown => "was marked as down",
        Exclusion::Cooldown { .. } => "is cooling down after ",
        Exclusion::CredentialCooldown { .. } => "shares a credential that is cooling down after ",
        Exclusion::Probing => "is being tried again after ",
        Exclusion::Full => "has as many calls as it takes at once",
        Exclusion::Limit { wait_ms: Some(_) } => "has reached its limit",
        Exclusion::Limit { wait_ms: None } => "has a limit that is smaller than the request",
        Exclusion::BudgetSpent { .. } => "is over a budget",
        Exclusion::BudgetReserved => "has the rest of a budget reserved",
        Exclusion::BudgetSpentElsewhere { .. } => "has a budget spent elsewhere",
        Exclusion::BudgetHeld => "has a budget spent or reserved elsewhere",
        Exclusion::Region => "is in no region that is asked for",
        Exclusion::Tags => "is not for these tags",
        Exclusion::Unable(_) => "does not have ",
        Exclusion::Unproved(_) => "is not known to have ",
        Exclusion::Window { is_sure: true } => "has a context window that is smaller than the request",
        Exclusion::Window { is_sure: false } => "may have a context window that is smaller than the request",
        Exclusion::Filtered => "was taken out by `filterDeployments`",
        Exclusion::Exhausted { .. } => "has nothing left of its provider's limit",
        Exclusion::Stalled => "is stalled",
        Exclusion::CooldownElsewhere { .. } => "is cooling down elsewhere",
        Exclusion::UsedElsewhere { .. } => "has its limit used up elsewhere",
    }
}
