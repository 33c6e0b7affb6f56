//! Another config takes the place of the one in use, while calls run.

use crate::config::RouterConfig;
use crate::error::{Fault, FaultKind};

use super::inbound::request_members;
use super::naming::complete;
use super::router::Router;

impl Router {
    /// Uses another config from now on. Calls that run go on, and nothing more is sent to deployments that are no more.
    ///
    /// # Errors
    /// Too many deployments were taken out while calls run that may still have to tell of them. Then nothing has changed.
    pub fn adopt(&mut self, config: RouterConfig) -> Result<(), Fault> {
        let moment = self.version.wrapping_add(1);
        let since = self.calls.oldest().unwrap_or(moment);
        let Some((mut config, changes)) = config.adopt(&self.config, moment, since) else {
            let message =
                "too many deployments are still in use by running calls; try again when those are over";
            return Err(Fault::new(FaultKind::NoDeployment, message));
        };
        config.forget_keys(since);
        for running in self.calls.all_mut() {
            self.prices.keep(&self.config, self.version, running);
        }
        config.deployments.iter_mut().for_each(complete);
        self.members = request_members(&config, &[]);
        self.state.adopt_budgets(&self.config.budgets, &config.budgets);
        self.sync.adopt_budgets(&config.budgets);
        config.strategies = config.strategies.and(self.asked);
        self.config = config;
        self.version = moment;
        self.state.adopt(&changes);
        self.price_deployments();
        // Other keys are to be looked at now.
        self.sync.look_again();
        Ok(())
    }
}
