//! What of the state is told to other isolates, and what becomes of what they tell: advice, never a change of what was
//! learnt here.

use crate::base::time::Millis;
use crate::config::{BudgetIx, DeploymentIx};
use crate::price::Pico;

use super::{Cell, Counts, Sketch, State};

impl State {
    /// Takes in the circuit of a deployment as another isolate sees it.
    pub fn merge(&mut self, now: Millis, deployment: DeploymentIx, foreign: Cell) {
        if let Some(health) = self.health_mut(deployment) {
            health.circuit.merge(now, foreign);
        }
    }

    /// Takes in what others have used of a deployment's limits in the last minute; it counts for `ttl_ms`. `fresh` is what
    /// of it the provider has not told here.
    pub fn merge_usage(
        &mut self,
        now: Millis,
        deployment: DeploymentIx,
        foreign: Counts,
        fresh: Counts,
        ttl_ms: u64,
    ) {
        if let Some(health) = self.health_mut(deployment) {
            health.usage.merge(now, foreign, ttl_ms);
            health.quota.spend(fresh);
        }
    }

    /// Takes in what others have spent of a budget in a period; it counts until then.
    pub fn merge_spend(&mut self, ix: BudgetIx, window: u64, amount: Pico, until: Millis) {
        if let Some(spend) = self.spends.get_mut(usize::from(ix.0)) {
            spend.merge(window, amount, until);
        }
    }

    /// Takes in how long the answers of a deployment took elsewhere.
    pub fn merge_sketch(&mut self, deployment: DeploymentIx, foreign: &Sketch) {
        if let Some(health) = self.health_mut(deployment) {
            health.streams.merge(&foreign.streams);
            health.answers.merge(&foreign.answers);
        }
    }

    /// How long the answers of a deployment took here; `None` where too few came to tell.
    #[must_use]
    pub fn sketch(&self, now: Millis, deployment: DeploymentIx, tag: u32) -> Option<Sketch> {
        let health = self.health(deployment)?;
        let (streams, answers) = (health.streams.sketch(), health.answers.sketch());
        let is_worth_it = !streams.is_empty() || !answers.is_empty();
        is_worth_it.then_some(Sketch { tag, at: now, streams, answers })
    }

    /// Is there a circuit that the store has not been told of?
    #[must_use]
    pub fn has_untold(&self) -> bool {
        !self.untold.is_empty()
    }

    /// The circuits that the store has not been told of; they count as told from now on.
    pub fn take_untold(&mut self) -> Vec<(DeploymentIx, Cell)> {
        let untold = std::mem::take(&mut self.untold);
        untold.into_iter().filter_map(|ix| Some((ix, self.health(ix)?.circuit.cell()))).collect()
    }

    pub(super) fn tell(&mut self, deployment: DeploymentIx, changed: bool) {
        if changed && !self.untold.contains(&deployment) {
            self.untold.push(deployment);
        }
    }
}
