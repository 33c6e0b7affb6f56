//! Floor 2: what has been learnt while running. Pure: it changes only by [`Delta`]s, and is read at a moment.
//!
//! Not here: who decides on a delta (`plan`), and how deltas leave the isolate (`engine`).

mod budget;
mod cell;
mod circuit;
mod delta;
mod window;

use crate::base::time::Millis;
use crate::config::{DeploymentIx, GroupIx, RouterConfig};

pub use budget::{CALL_DEPOSIT, RETRY_PRICE, RetryBudget};
pub use cell::Cell;
pub use circuit::{Bench, Circuit, CircuitState, Company};
pub use delta::Delta;
pub use window::Window;

/// The health of one deployment.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// May it be used?
    pub circuit: Circuit,
    /// How its recent attempts ended.
    pub window: Window,
}

/// Everything that one router has learnt. Its size is bounded by the number of deployments and groups.
#[derive(Clone, Debug, Default)]
pub struct State {
    deployments: Vec<Health>,
    groups: Vec<RetryBudget>,
    /// Deployments whose circuit has changed and has not been told to the store.
    untold: Vec<DeploymentIx>,
}

impl State {
    /// The state of a router that has seen nothing.
    #[must_use]
    pub fn new(config: &RouterConfig) -> Self {
        Self {
            deployments: vec![Health::default(); config.deployments.len()],
            groups: vec![RetryBudget::default(); config.groups.len()],
            untold: Vec::new(),
        }
    }

    /// The health of a deployment; `None` only for an index of another config.
    #[must_use]
    pub fn health(&self, deployment: DeploymentIx) -> Option<&Health> {
        self.deployments.get(usize::from(deployment.0))
    }

    /// Has a group retry tokens left at `now`?
    #[must_use]
    pub fn may_retry(&self, group: GroupIx, now: Millis) -> bool {
        self.groups.get(usize::from(group.0)).is_some_and(|budget| budget.can_pay(now))
    }

    /// Takes in the circuit of a deployment as another isolate sees it.
    pub fn merge(&mut self, now: Millis, deployment: DeploymentIx, foreign: Cell) {
        if let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) {
            health.circuit.merge(now, foreign);
        }
    }

    /// Is there anything that the store has not been told?
    #[must_use]
    pub fn has_untold(&self) -> bool {
        !self.untold.is_empty()
    }

    /// The circuits that the store has not been told of; they count as told from now on.
    pub fn take_untold(&mut self) -> Vec<(DeploymentIx, Cell)> {
        let untold = std::mem::take(&mut self.untold);
        untold.into_iter().filter_map(|ix| Some((ix, self.health(ix)?.circuit.cell()))).collect()
    }

    fn tell(&mut self, deployment: DeploymentIx, changed: bool) {
        if changed && !self.untold.contains(&deployment) {
            self.untold.push(deployment);
        }
    }

    /// Applies one change. Deltas about deployments or groups of another config are ignored.
    pub fn apply(&mut self, now: Millis, delta: &Delta) {
        match delta {
            Delta::Succeeded { deployment } => {
                if let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) {
                    health.window.succeeded(now);
                    let changed = health.circuit.close();
                    self.tell(*deployment, changed);
                }
            }
            Delta::Failed { deployment } => {
                if let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) {
                    health.window.failed(now);
                }
            }
            Delta::Benched { deployment, bench } => {
                if let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) {
                    let changed = health.circuit.open(bench);
                    health.window = Window::default();
                    self.tell(*deployment, changed);
                }
            }
            Delta::RetryTokens { group, milli } => {
                if let Some(budget) = self.groups.get_mut(usize::from(group.0)) {
                    budget.add(now, *milli);
                }
            }
        }
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
