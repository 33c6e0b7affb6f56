//! Whom the next attempt of a call goes to.

use std::num::NonZeroU64;

use smallvec::SmallVec;

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{Bond, DeploymentIx, Group, GroupKind, Resolved, WhenAllDown};
use crate::state::{CircuitState, Company, View};
use crate::strategy::{
    Candidates, Exclusion, Field, Need, Strategy, distances, exclusion, has_room, lowest_order, order_of,
    over_budget, stay,
};

use super::decision::{Candidate, Decision, Passed};
use super::rank::Ranking;

/// The members of a target: a group's deployments, or the one that was named.
pub(super) fn members(view: View<'_>, target: Resolved) -> Candidates {
    match target {
        Resolved::Group(ix) => {
            view.config.group(ix).map(|group| SmallVec::from_slice(&group.members)).unwrap_or_default()
        }
        // One that was taken out of the router meanwhile is not sent to any more.
        Resolved::Deployment(ix) => {
            view.config.deployment(ix).filter(|known| !known.is_retired).map(|_| ix).into_iter().collect()
        }
    }
}

/// Who may be used now. A deployment that was named by its id is used even while it is benched or full, but not for money
/// that is spent. Advice counts only while somebody is left; and where all are benched, `when_all_down` may name one.
fn eligible(view: View<'_>, now: Millis, target: Resolved, need: Need<'_>) -> Candidates {
    let Resolved::Group(group) = target else {
        let mut named = members(view, target);
        named.retain(|ix| need.refuses(*ix).or_else(|| over_budget(view, now, *ix, need)).is_none());
        return named;
    };
    let all = view.config.group(group).map_or(&[][..], |group| &group.members);
    let mut candidates = Candidates::with_capacity(all.len());
    // One by one: a filter would tell nothing of how many there are.
    for ix in all {
        if exclusion(view, now, *ix, need).is_none() {
            candidates.push(*ix);
        }
    }
    if candidates.is_empty() { last_resort(view, now, all, need) } else { candidates }
}

/// Who may be used where nobody may by himself: those that only advice speaks against, or whom `when_all_down` names.
#[cold]
#[inline(never)]
fn last_resort(view: View<'_>, now: Millis, all: &[DeploymentIx], need: Need<'_>) -> Candidates {
    let is =
        |ix: &DeploymentIx, kind: fn(Exclusion) -> bool| exclusion(view, now, *ix, need).is_some_and(kind);
    let mut candidates: Candidates = all.iter().copied().filter(|ix| is(ix, Exclusion::is_advice)).collect();
    if candidates.is_empty() && view.config.policy.when_all_down == WhenAllDown::LeastRecentlyFailed {
        let failed_at = |ix: &DeploymentIx| view.state.health(*ix).map(|health| health.failed_at);
        // What it takes at once and in a minute still bounds it, as its money does.
        let may = |ix: &DeploymentIx| is(ix, Exclusion::is_bench) && has_room(view, now, *ix, need);
        candidates.extend(all.iter().copied().filter(may).min_by_key(failed_at));
    }
    candidates
}

/// What a choice has to go by.
pub(super) struct Wish<'a> {
    pub(super) target: Resolved,
    /// The strategy that the call asks for; `None` where it leaves that to the config.
    pub(super) strategy: Option<Strategy>,
    /// Whom the host has named.
    pub(super) ranking: Option<&'a Ranking>,
    /// Who has failed in this call.
    pub(super) failed: &'a [DeploymentIx],
    /// Whom not to try at all, for reasons that the state does not show.
    pub(super) leave: &'a dyn Fn(DeploymentIx) -> bool,
    pub(super) need: Need<'a>,
    /// What the call stays by in this target, and the key.
    pub(super) bond: Option<(Bond, NonZeroU64)>,
    /// Is it a further attempt? Then a circuit that is not closed has to be paid for, so that a closed one is better.
    pub(super) again: bool,
    /// How many sends there were before.
    pub(super) attempt: usize,
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// One that has not failed in this call.
    Untried(DeploymentIx),
    /// Only such that have failed in this call: they need a wait, and the retry budget.
    Tried(DeploymentIx),
    /// Nobody.
    Nobody,
}

impl Wish<'_> {
    /// Is somebody not to be tried, though the state allows it?
    #[inline(always)]
    fn leaves(&self, ix: DeploymentIx) -> bool {
        (self.leave)(ix) || self.ranking.is_some_and(|ranking| ranking.leaves_out(ix))
    }
}

/// Whom there is to choose from, whatever the strategy; and have they not failed in this call?
#[inline(always)]
pub(super) fn candidates(view: View<'_>, now: Millis, wish: &Wish<'_>) -> (Candidates, bool) {
    let mut all = eligible(view, now, wish.target, wish.need);
    all.retain(|ix| !(wish.leave)(*ix));
    if let Some(ranking) = wish.ranking {
        all.retain(|ix| !ranking.leaves_out(*ix));
    }
    if all.iter().all(|ix| wish.failed.contains(ix)) {
        // What others say, and what is only guessed, is a reason neither to repeat what has failed here nor to give up.
        for ix in members(view, wish.target) {
            let is_told = exclusion(view, now, ix, wish.need).is_some_and(Exclusion::is_guess);
            if is_told && !(all.contains(&ix) || wish.failed.contains(&ix) || wish.leaves(ix)) {
                all.push(ix);
            }
        }
    }
    let is_untried = all.iter().any(|ix| !wish.failed.contains(ix));
    let mut candidates = all;
    if is_untried {
        candidates.retain(|ix| !wish.failed.contains(ix));
        if wish.again && candidates.iter().any(|ix| is_closed(view, now, *ix)) {
            candidates.retain(|ix| is_closed(view, now, *ix));
        }
    }
    lowest_order(view, wish.target, &mut candidates);
    (candidates, is_untried)
}

/// Picks for the next attempt. What was weighed is added to `record`, where there is one.
pub(super) fn pick(
    view: View<'_>,
    now: Millis,
    wish: &Wish<'_>,
    rng: &mut Rng,
    record: Option<&mut Vec<Decision>>,
) -> Pick {
    let (candidates, is_untried) = candidates(view, now, wish);
    let draw = record.is_some().then(|| rng.clone().unit());
    let routing = view.config.routing_of(wish.target);
    let mut strategy = wish.strategy.unwrap_or(routing.strategy);
    let ranking = wish.ranking.filter(|ranking| ranking.names_one_of(&candidates));
    if strategy == Strategy::Custom && ranking.is_none() {
        strategy = view.config.strategy_instead();
    }
    let ranking = ranking.map_or(&[][..], |ranking| &ranking.order);
    let (need, latency) = (wish.need, &routing.latency);
    let turns = view.config.turns_beside(wish.target);
    let field = Field { candidates: &candidates, view, now, turns, need, latency, ranking };
    // Whom the host has named comes before what a call stays by.
    let bond = wish.bond.filter(|_| ranking.is_empty());
    let picked = match bond {
        Some((_, key)) => stay(&field, &peers(wish, &field), key),
        None => strategy.pick(&field, rng),
    };
    let pick = match picked {
        Some(ix) if is_untried => Pick::Untried(ix),
        Some(ix) => Pick::Tried(ix),
        None => Pick::Nobody,
    };
    if let Some(record) = record {
        let decision = explained(wish, &field, strategy, bond, picked);
        let drawn = decision.candidates.iter().filter(|one| one.weight > 0.0).count();
        // Where several are drawn and compared, no one number decides.
        let is_of_many = matches!(strategy, Strategy::PeakEwma | Strategy::Adaptive);
        let is_one = !is_of_many && bond.is_none();
        let draw = draw.filter(|_| candidates.len() > 1 && drawn > 1 && is_one);
        record.push(Decision { draw, ..decision });
    }
    pick
}

/// Who of the target is of the candidates' level, and not drained: whether they may be used now or not.
#[cold]
fn peers(wish: &Wish<'_>, field: &Field<'_>) -> Candidates {
    let view = field.view;
    let level = field.candidates.first().map(|ix| order_of(view, wish.target, *ix));
    let mut peers = members(view, wish.target);
    peers.retain(|ix| {
        let is_drained = view.config.deployment(*ix).is_none_or(|known| known.weight == Some(0.0));
        !is_drained && Some(order_of(view, wish.target, *ix)) == level
    });
    peers
}

/// Who there is to choose from, where nobody chooses.
#[cold]
pub(super) fn unpicked(view: View<'_>, now: Millis, wish: &Wish<'_>) -> Decision {
    let (candidates, _) = candidates(view, now, wish);
    let latency = &view.config.routing_of(wish.target).latency;
    let (turns, need) = (None, wish.need);
    let field = Field { candidates: &candidates, view, now, turns, need, latency, ranking: &[] };
    let mut decision = explained(wish, &field, Strategy::Custom, None, None);
    decision.candidates.iter_mut().for_each(|one| one.weight = 0.0);
    decision
}

/// Why each member was, or was not, among those to choose from.
#[cold]
fn explained(
    wish: &Wish<'_>,
    field: &Field<'_>,
    strategy: Strategy,
    bond: Option<(Bond, NonZeroU64)>,
    picked: Option<DeploymentIx>,
) -> Decision {
    let Field { candidates: left, view, now, .. } = *field;
    let why = |ix: DeploymentIx, excluded: Option<Exclusion>| {
        if let Some(exclusion) = excluded {
            Passed::Excluded(exclusion)
        } else if (wish.leave)(ix) {
            Passed::Useless
        } else if wish.leaves(ix) {
            Passed::NotNamed
        } else if wish.failed.contains(&ix) {
            Passed::Failed
        } else if wish.again && !is_closed(view, now, ix) {
            Passed::Unproved
        } else {
            Passed::Level
        }
    };
    let (weights, scores) = match bond {
        Some((_, key)) => (
            left.iter().map(|ix| f64::from(Some(*ix) == picked)).collect(),
            distances(field, &peers(wish, field), key),
        ),
        None => (strategy.weights(field), strategy.scores(field)),
    };
    let candidate = |ix: DeploymentIx| {
        let excluded = exclusion(view, now, ix, wish.need);
        let place = left.iter().position(|known| *known == ix);
        Candidate {
            deployment: ix,
            passed: place.is_none().then(|| why(ix, excluded)),
            despite: excluded.filter(|_| place.is_some()),
            weight: place.and_then(|place| weights.get(place)).copied().unwrap_or(0.0),
            score: place.and_then(|place| scores.get(place)).copied().flatten(),
        }
    };
    let candidates = members(view, wish.target).into_iter().map(candidate).collect();
    let Wish { attempt, target, .. } = *wish;
    let bond = bond.map(|(bond, _)| bond);
    Decision { at: now, attempt, target, strategy, bond, candidates, draw: None, picked }
}

/// Who else the group of a deployment has at `now`, beside those of whom the state does not show that they are gone. A
/// routing group that was called by its name counts as one group.
pub(super) fn company(
    view: View<'_>,
    now: Millis,
    (target, deployment): (Resolved, DeploymentIx),
    need: Need<'_>,
    is_gone: &dyn Fn(DeploymentIx) -> bool,
) -> Company {
    let own = || view.config.deployment(deployment).and_then(|known| view.config.group(known.group));
    let pool = match target {
        Resolved::Group(group) => view.config.group(group).filter(|group| group.kind == GroupKind::Pool),
        Resolved::Deployment(_) => None,
    };
    let group = pool.or_else(own);
    let others =
        || group.map_or(&[][..], |group: &Group| &group.members).iter().filter(|ix| **ix != deployment);
    if others().next().is_none() {
        Company::Only
    } else if others().any(|ix| !is_gone(*ix) && exclusion(view, now, *ix, need).is_none()) {
        Company::Others
    } else {
        Company::LastEligible
    }
}

/// Are the circuits of a deployment and of its credential closed? A first send to such a one is free of the retry budget.
pub(super) fn is_closed(view: View<'_>, now: Millis, ix: DeploymentIx) -> bool {
    let closed = |state| state == CircuitState::Closed;
    let credential = || {
        let known = view.config.deployment(ix)?;
        Some(view.state.credential(known.credential)?.at(now))
    };
    view.state.health(ix).is_some_and(|health| closed(health.circuit.at(now)))
        && credential().is_some_and(closed)
}
