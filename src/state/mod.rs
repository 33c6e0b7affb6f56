//! Floor 2: what has been learnt while running. Pure: it changes only by [`Delta`]s, and is read at a moment.
//!
//! Not here: who decides on a delta (`plan`), and how deltas leave the isolate (`engine`).

mod adopt;
mod apply;
mod budget;
mod cell;
mod circuit;
mod delta;
mod fails;
mod group;
mod health;
mod judge;
mod open;
mod pace;
mod quota;
mod rated;
mod recent;
mod saved;
mod shared;
mod sketch;
mod spend;
mod tally;
mod trial;
mod turns;
mod usage;
mod window;

use crate::base::time::Millis;
use crate::config::{BudgetIx, DeploymentIx, GroupIx, RouterConfig};
use crate::price::Pico;

pub use budget::{CALL_DEPOSIT, RETRY_PRICE, RetryBudget};
pub use cell::Cell;
pub use circuit::{Bench, Circuit, CircuitState, Company};
pub use delta::Delta;
pub use fails::Fails;
pub use group::{GroupState, Ticket};
pub use health::{Health, Mark};
pub use judge::{Rules, Scope, judge};
pub use open::{Lease, OpenSend, OpenSends};
pub use pace::{Pace, Timing, Track};
pub use quota::{Left, Quota};
pub use rated::Rated;
pub use recent::Recent;
pub use saved::Unreadable;
pub use sketch::Sketch;
pub use spend::{Purse, Short, Spend};
pub use tally::{GroupTally, Histogram, Outcomes, TOKENS, Tallies, Tally};
pub use trial::{Sample, Trial};
pub use turns::{STEP, Turns};
pub use usage::{Counts, Measure, Usage, still_counts};
pub use window::Window;

/// What a change did to a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It opened, or stays open for longer.
    Opened(Scope),
    /// It closed.
    Closed(Scope),
    /// It is half-open, and the one send that tries it is under way.
    Probed(Scope),
}

/// Everything that one router has learnt. Its size is bounded by the number of deployments and groups.
#[derive(Clone, Debug, Default)]
pub struct State {
    deployments: Vec<Health>,
    /// The circuits of credentials, by the deployment that is the first to have each.
    credentials: Vec<Circuit>,
    groups: Vec<GroupState>,
    /// By the positions of the budgets.
    spends: Vec<Spend>,
    /// Deployments whose circuit has changed and has not been told to the store.
    untold: Vec<DeploymentIx>,
    /// Does the store keep limits for all isolates?
    is_reserved_elsewhere: bool,
    /// What has become of the calls of each variant of an experiment, by its tag.
    trials: Vec<(u64, Trial)>,
    /// What has happened, for who watches from outside. Nothing is decided by it.
    pub tallies: Tallies,
}

impl State {
    /// The state of a router that has seen nothing.
    #[must_use]
    pub fn new(config: &RouterConfig) -> Self {
        Self {
            deployments: vec![Health::default(); config.deployments.len()],
            credentials: vec![Circuit::default(); config.deployments.len()],
            groups: vec![GroupState::default(); config.groups.len()],
            spends: vec![Spend::default(); config.budgets.all().count()],
            untold: Vec::new(),
            is_reserved_elsewhere: false,
            trials: Vec::new(),
            tallies: Tallies::default(),
        }
    }

    /// Begins anew with a deployment: it was added, perhaps in the slot of one that is no more.
    pub fn enter_deployment(&mut self, deployment: DeploymentIx) {
        enter(&mut self.deployments, deployment.0);
        enter(&mut self.credentials, deployment.0);
        self.untold.retain(|known| *known != deployment);
        self.tallies.forget_deployment(deployment);
    }

    /// Begins anew with a group. See [`State::enter_deployment`].
    pub fn enter_group(&mut self, group: GroupIx) {
        enter(&mut self.groups, group.0);
        self.tallies.forget_group(group);
    }

    /// The health of a deployment; `None` only for an index of another config.
    #[must_use]
    pub fn health(&self, deployment: DeploymentIx) -> Option<&Health> {
        self.deployments.get(usize::from(deployment.0))
    }

    /// The circuit of a credential, named by the deployment that is the first to have it.
    #[must_use]
    pub fn credential(&self, first: DeploymentIx) -> Option<&Circuit> {
        self.credentials.get(usize::from(first.0))
    }

    /// What is known of a group; `None` only for an index of another config.
    #[must_use]
    pub fn group(&self, group: GroupIx) -> Option<&GroupState> {
        self.groups.get(usize::from(group.0))
    }

    /// How a budget stands, beside a send that is about to be over and keeps so much; `None` only for a position of another config.
    #[must_use]
    pub fn purse(
        &self,
        config: &RouterConfig,
        now: Millis,
        ix: BudgetIx,
        beside: Option<(Lease, Pico)>,
    ) -> Option<Purse> {
        let declared = config.budgets.get(ix)?;
        self.spends.get(usize::from(ix.0)).map(|spend| spend.at(now, declared, beside))
    }

    /// Which budgets pay for a send: those that it has reserved of, for by its end the deployment may be gone, or another
    /// provider's. Those that it is under `now` where these are among them: a reservation may have run out in some.
    #[must_use]
    pub fn payers(&self, config: &RouterConfig, lease: Lease, now: Vec<BudgetIx>) -> Box<[BudgetIx]> {
        let all = config.budgets.all().zip(&self.spends);
        let holding: Vec<_> = all.filter(|(_, spend)| spend.holds(lease)).map(|((ix, _), _)| ix).collect();
        let is_as_it_was = holding.iter().all(|ix| now.contains(ix));
        if is_as_it_was { now.into() } else { holding.into() }
    }

    /// Has a group retry tokens left at `now`?
    #[must_use]
    pub fn may_retry(&self, group: GroupIx, now: Millis) -> bool {
        self.group(group).is_some_and(|group| group.budget.can_pay(now))
    }

    /// How many sends wait for the beginning of their answer.
    #[must_use]
    pub fn waiting_heads(&self, now: Millis) -> usize {
        self.deployments.iter().flat_map(|health| health.open.waiting(now)).count()
    }

    /// Does the store keep limits for all isolates, so that it has to be asked for a place?
    #[must_use]
    pub fn is_reserved_elsewhere(&self) -> bool {
        self.is_reserved_elsewhere
    }

    /// See [`State::is_reserved_elsewhere`].
    pub fn reserve_elsewhere(&mut self, is: bool) {
        self.is_reserved_elsewhere = is;
    }

    /// A caller has given an answer of a deployment a score from 0 to 1. All that its group was given before fades.
    pub fn rate(&mut self, config: &RouterConfig, deployment: DeploymentIx, score: f32) {
        let group = config.deployment(deployment).and_then(|known| config.group(known.group));
        for ix in group.map_or(&[][..], |group| &group.members) {
            if let Some(health) = self.deployments.get_mut(usize::from(ix.0)) {
                health.rated.fade();
            }
        }
        if let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) {
            health.rated.add(score);
        }
    }

    /// Notes what was said of a deployment from outside. That it is well closes its circuit.
    pub fn mark(&mut self, deployment: DeploymentIx, mark: Mark) {
        let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) else { return };
        health.mark = Some(mark);
        let changed = mark.ok && health.circuit.reset();
        self.tell(deployment, changed);
    }
}

fn enter<T: Clone + Default>(slots: &mut Vec<T>, at: u16) {
    let at = usize::from(at);
    if at >= slots.len() {
        slots.resize(at + 1, T::default());
    }
    if let Some(slot) = slots.get_mut(at) {
        *slot = T::default();
    }
}

/// What a step may read: the config and the state, never to be changed from there.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What was declared.
    pub config: &'a RouterConfig,
    /// What was learnt.
    pub state: &'a State,
}
