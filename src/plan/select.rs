//! Whom the next attempt of a call goes to.

use smallvec::SmallVec;

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{DeploymentIx, Group, Resolved};
use crate::error::{Blame, Fault, FaultKind};
use crate::state::{CircuitState, Company, View};
use crate::strategy::{Candidates, Exclusion, Strategy, exclusion, lowest_order};

/// The members of a target: a group's deployments, or the one that was named.
fn members(view: View<'_>, target: Resolved) -> Candidates {
    match target {
        Resolved::Group(ix) => {
            view.config.group(ix).map(|group| SmallVec::from_slice(&group.members)).unwrap_or_default()
        }
        Resolved::Deployment(ix) => SmallVec::from_slice(&[ix]),
    }
}

/// Who may be used now. A deployment that was named by its id is used even while it is benched.
fn eligible(view: View<'_>, now: Millis, target: Resolved) -> Candidates {
    let mut candidates = members(view, target);
    if let Resolved::Group(_) = target {
        candidates.retain(|ix| exclusion(view, now, *ix).is_none());
    }
    candidates
}

/// What there is to choose from.
pub(super) enum Pick {
    /// One that has not failed in this call.
    Untried(DeploymentIx),
    /// Only such that have failed in this call: they need a wait, and the retry budget.
    Tried(DeploymentIx),
    /// Nobody.
    Nobody,
}

/// Picks for the next attempt. `failed` are the deployments that failed in this call. `leave` says whom not to
/// try at all, for reasons that the state does not show.
pub(super) fn pick(
    view: View<'_>,
    now: Millis,
    target: Resolved,
    failed: &[DeploymentIx],
    leave: impl Fn(DeploymentIx) -> bool,
    rng: &mut Rng,
) -> Pick {
    let mut all = eligible(view, now, target);
    all.retain(|ix| !leave(*ix));
    let mut untried = all.clone();
    untried.retain(|ix| !failed.contains(ix));
    let is_untried = !untried.is_empty();
    let mut candidates = if is_untried { untried } else { all };
    lowest_order(view, &mut candidates);
    match Strategy::SimpleShuffle.pick(&candidates, view, now, rng) {
        Some(ix) if is_untried => Pick::Untried(ix),
        Some(ix) => Pick::Tried(ix),
        None => Pick::Nobody,
    }
}

/// Who else the group of a deployment has at `now`.
pub(super) fn company(view: View<'_>, now: Millis, deployment: DeploymentIx) -> Company {
    let group = view.config.deployment(deployment).and_then(|known| view.config.group(known.group));
    let others =
        || group.map_or(&[][..], |group: &Group| &group.members).iter().filter(|ix| **ix != deployment);
    if others().next().is_none() {
        Company::Only
    } else if others().any(|ix| exclusion(view, now, *ix).is_none()) {
        Company::Others
    } else {
        Company::LastEligible
    }
}

/// The error when nobody may be used: the real one where only that is true, else "no deployments" with the
/// remaining wait and the causes.
pub(super) fn nobody(view: View<'_>, now: Millis, target: Resolved) -> Fault {
    let name = match target {
        Resolved::Group(ix) => view.config.group(ix).map_or("", |group| &group.name),
        Resolved::Deployment(ix) => view.config.deployment(ix).map_or("", |known| &known.id),
    };
    let mut soonest: Option<Millis> = None;
    let mut causes: SmallVec<[(&str, &Fault); 8]> = SmallVec::new();
    for ix in members(view, target) {
        let Some(Exclusion::Cooldown { until }) = exclusion(view, now, ix) else { continue };
        soonest = Some(soonest.map_or(until, |known| known.min(until)));
        let id = view.config.deployment(ix).map_or("", |known| known.id.as_str());
        causes
            .extend(view.state.health(ix).and_then(|health| health.circuit.cause()).map(|fault| (id, fault)));
    }
    let wait_ms = soonest.map(|until| until.since(now));
    // A wrong key, an empty account or a missing model is what the caller must hear, not that nobody is left.
    if let Some((_, real)) = causes.first()
        && causes.iter().all(|(_, fault)| fault.kind.verdicts().blame == Blame::BenchLong)
    {
        return Fault { retry_after_ms: wait_ms, ..(*real).clone() };
    }
    let mut message = format!("no deployment of `{name}` may be used now");
    for (position, (id, fault)) in causes.iter().enumerate() {
        let separator = if position == 0 { ": " } else { ", " };
        message.push_str(&format!("{separator}{id} is cooling down after {}", fault.kind));
    }
    if causes.is_empty() {
        message.push_str(": every one has weight 0");
    }
    if let Some(ms) = wait_ms {
        message.push_str(&format!("; try again in {} s", ms.div_ceil(1_000)));
    }
    Fault { retry_after_ms: wait_ms, ..Fault::new(FaultKind::NoDeployment, message) }
}

/// Is a deployment's circuit closed? A first send to such a one is free of the retry budget.
pub(super) fn is_closed(view: View<'_>, now: Millis, ix: DeploymentIx) -> bool {
    view.state.health(ix).is_some_and(|health| health.circuit.at(now) == CircuitState::Closed)
}
