//! A strategy of the host's own: it is asked once for each group that a call comes to, and for each `order` level of it, and what
//! it says serves the retries there. Of those that it names, who may be used is looked at anew at each send.

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved};
use crate::error::{Fault, FaultKind};
use crate::state::View;
use crate::strategy::{Candidates, Strategy};

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::{Action, Answer, Ask, Step};
use super::refusal::hook_failed;
use super::select::{Wish, candidates, unpicked};

/// How long the host may think about whom to choose.
const RANK_MS: u64 = 1_000;

/// What an error is called where the host has named nobody who may be used.
pub(super) const NOBODY: &str = "strategy_chose_nobody";

/// Whom the host has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranking {
    /// The best first.
    pub(super) order: SmallVec<[DeploymentIx; 16]>,
    /// May nobody else be used?
    pub(super) is_whole: bool,
}

impl Ranking {
    /// What an answer means; `None` for one that could not be had.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let (order, is_whole) = match answer {
            Answer::Failed => return None,
            Answer::Choice(ix) => (SmallVec::from_slice(&[*ix]), false),
            Answer::Ranking(order) => (order.clone(), true),
            Answer::Yes | Answer::No | Answer::OverBudget | Answer::Number(_) => (SmallVec::new(), true),
        };
        Some(Self { order, is_whole })
    }

    /// May somebody not be used for it?
    pub(super) fn leaves_out(&self, ix: DeploymentIx) -> bool {
        self.is_whole && !self.order.contains(&ix)
    }

    /// Does it name one of these?
    pub(super) fn names_one_of(&self, candidates: &[DeploymentIx]) -> bool {
        self.order.iter().any(|named| candidates.contains(named))
    }
}

/// What is known of the host's word on the present target.
#[derive(Clone, Debug, Default)]
pub(super) enum Ranked {
    /// It has not been asked.
    #[default]
    NotAsked,
    /// It is asked about these.
    Asked(Box<Candidates>),
    /// It has said so.
    By(Box<Ranking>),
    /// It was asked in vain.
    InVain,
}

impl Ranked {
    /// What it has said, if it has.
    pub(super) fn ranking(&self) -> Option<&Ranking> {
        if let Self::By(ranking) = self { Some(ranking) } else { None }
    }
}

impl Call {
    /// The strategy of the present target: the call's own, the routing group's, or the router's.
    #[must_use]
    #[inline(always)]
    pub(super) fn strategy(&self, view: View<'_>) -> Strategy {
        self.spec.options.strategy.unwrap_or_else(|| view.config.routing_of(self.target).strategy)
    }

    /// Is the host to be asked whom to choose of the present target? Not of a deployment that was named.
    #[inline(always)]
    pub(super) fn must_rank(&self, view: View<'_>) -> bool {
        self.strategy(view) == Strategy::Custom
            && matches!(self.ranked, Ranked::NotAsked)
            && matches!(self.target, Resolved::Group(_))
    }

    /// Asks the host whom to choose of the present target, if it is to be asked and somebody is there: then the step is made.
    #[inline(always)]
    pub(super) fn asks_rank(&mut self, now: Millis, view: View<'_>, step: &mut Step) -> bool {
        self.must_rank(view) && self.ask_rank(now, view, step)
    }

    #[inline(never)]
    fn ask_rank(&mut self, now: Millis, view: View<'_>, step: &mut Step) -> bool {
        let candidates = self.to_rank(now, view);
        if candidates.is_empty() {
            return false;
        }
        self.ranked = Ranked::Asked(Box::new(candidates));
        self.phase = Phase::Asking(Ask::Rank);
        self.timers.set(Timer::Backoff, now, None);
        self.timers.set(Timer::Ask, now, Some(RANK_MS));
        step.action = Some(Action::Ask(Ask::Rank));
        true
    }

    /// Whom the host is asked about.
    #[must_use]
    pub fn shown(&self) -> &[DeploymentIx] {
        if let Ranked::Asked(candidates) = &self.ranked { candidates } else { &[] }
    }

    /// Whom the host is to choose among: those that any other strategy would choose among now.
    fn to_rank(&self, now: Millis, view: View<'_>) -> Candidates {
        let leave = |ix| self.leaves(now, view, ix);
        candidates(view, now, &self.wish(&leave)).0
    }

    fn wish<'a>(&'a self, leave: &'a dyn Fn(DeploymentIx) -> bool) -> Wish<'a> {
        let (target, strategy, failed) = (self.target, self.spec.options.strategy, &self.failed);
        let (need, attempt) = (self.need(), self.attempts.len());
        Wish { target, strategy, ranking: None, failed, leave, need, bond: None, again: false, attempt }
    }

    /// Notes whom the host would be asked to rank, where somebody wants to know and it is not asked.
    pub fn note_unranked(&mut self, now: Millis, view: View<'_>) {
        let mut decisions = self.decisions.take();
        if let Some(record) = &mut decisions {
            let leave = |ix| self.leaves(now, view, ix);
            record.push(unpicked(view, now, &self.wish(&leave)));
        }
        self.decisions = decisions;
    }

    /// The host has said whom it would choose, or nothing in time: then the choice is made as without it, or the call ends.
    /// The state has moved meanwhile, so that who may be used is looked at anew.
    pub(super) fn rank(&mut self, now: Millis, view: View<'_>, answer: &Answer, step: &mut Step) {
        self.timers.set(Timer::Ask, now, None);
        self.ranked = match Ranking::of(answer) {
            Some(ranking) => Ranked::By(Box::new(ranking)),
            None => {
                self.failed_ranks = self.failed_ranks.saturating_add(1);
                if view.config.host.fails_closed {
                    return self.done(Err(hook_failed("customRoutingStrategy")), step);
                }
                Ranked::InVain
            }
        };
        self.try_target(now, view, step);
    }

    /// The error where the host's word alone keeps everybody of the present target out; `None` if that is not so.
    pub(super) fn chose_nobody(&self, now: Millis, view: View<'_>) -> Option<Fault> {
        let is_whole = self.ranked.ranking().is_some_and(|ranking| ranking.is_whole);
        (is_whole && !self.to_rank(now, view).is_empty()).then(|| chose_nobody(view, self.target))
    }
}

/// The error where a strategy of the host's own has named nobody who may be used.
pub(super) fn chose_nobody(view: View<'_>, target: Resolved) -> Fault {
    let name = match target {
        Resolved::Group(ix) => view.config.group(ix).map_or("", |group| &group.name),
        Resolved::Deployment(ix) => view.config.deployment(ix).map_or("", |known| &known.id),
    };
    let message = format!("the custom routing strategy named no deployment of `{name}` that may be used now");
    Fault { code: Some(NOBODY.into()), ..Fault::new(FaultKind::NoDeployment, message) }
}
