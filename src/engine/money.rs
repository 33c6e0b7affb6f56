//! Where prices meet budgets: what sends may cost, before they are chosen, and what they cost, once they are over.

use crate::config::{CallOptions, DeploymentIx, RouterConfig, Strategy};
use crate::plan::AttemptId;
use crate::state::Delta;

use super::billing::{Charge, Settled};
use super::calls::Running;
use super::pricing::Prices;
use super::router::Router;

impl Router {
    /// Prepares for a strategy that only a call asks for: from now on what it goes by is kept.
    #[inline(always)]
    pub(super) fn heed(&mut self, options: &CallOptions) {
        if let Some(strategy) = options.strategy {
            self.prepare(strategy);
        }
    }

    #[cold]
    fn prepare(&mut self, strategy: Strategy) {
        self.asked.insert(strategy);
        if self.config.strategies.insert(strategy) {
            self.price_deployments();
        }
    }

    /// Tells deployments what they cost, where a choice goes by it: for budgets, by the strategy, or by what
    /// models can do.
    pub(super) fn price_deployments(&mut self) {
        let goes_by_price = self.config.strategies.any(Strategy::goes_by_price);
        if self.config.budgets.is_empty() && !goes_by_price && !self.config.policy.is_checked {
            return;
        }
        for place in 0..self.config.deployments.len() {
            let entry = u16::try_from(place).ok().and_then(|place| self.entry_of(DeploymentIx(place)));
            if let Some(deployment) = self.config.deployments.get_mut(place) {
                deployment.known = entry;
            }
        }
    }
}

impl Prices {
    /// What the send costs that a change is the end of, where that is known. What is settled of it is corrected.
    pub(super) fn settle(
        &self,
        config: &RouterConfig,
        version: u64,
        running: &mut Running,
        delta: &mut Delta,
    ) -> Option<Charge> {
        let (Delta::Ended { lease, .. } | Delta::Paid { lease, .. }) = delta else { return None };
        let number = AttemptId(lease.attempt());
        let (cost, is_estimate) = self.cost_of(config, version, running, number)?;
        let charge = Charge { amount: cost.total(), is_estimate };
        let sent = running.call.attempts().get(usize::from(number.0));
        if let (false, Some(usage)) = (is_estimate, sent.and_then(|sent| sent.usage)) {
            running.settled = Some(Settled { number, usage, cost });
        }
        if let Delta::Paid { amount, .. } = delta {
            *amount = charge.amount;
        }
        Some(charge)
    }
}
