//! What stays of the state when another config takes the place of the one in use.

use crate::config::{Budgets, Changes, DeploymentIx};

use super::{Circuit, Health, State};

impl State {
    /// Follows a change of the config: what was learnt of a deployment stays with it, and what was learnt of a credential
    /// with that. A new key starts clean.
    pub fn adopt(&mut self, changes: &Changes) {
        changes.released.iter().for_each(|deployment| self.release(*deployment));
        let was = self.credentials.clone();
        changes.groups.iter().for_each(|group| self.enter_group(*group));
        changes.deployments.iter().for_each(|deployment| self.enter_deployment(*deployment));
        changes.moved.iter().for_each(|deployment| self.forget(*deployment));
        self.credentials.fill(Circuit::default());
        for (from, to) in &changes.credentials {
            let known = was.get(usize::from(from.0));
            if let (Some(known), Some(circuit)) = (known, self.credentials.get_mut(usize::from(to.0))) {
                *circuit = known.clone();
            }
        }
    }

    /// Follows a change of the budgets: what was spent stays with the provider, the deployment or the tag. Where the
    /// duration has changed, it begins anew, for its periods are others.
    pub fn adopt_budgets(&mut self, old: &Budgets, new: &Budgets) {
        let mut was = std::mem::take(&mut self.spends);
        for (_, declared) in new.all() {
            let identity = declared.identity();
            let known = old.all().find(|(_, known)| known.identity() == identity).map(|(ix, _)| ix);
            let kept = known.and_then(|ix| was.get_mut(usize::from(ix.0))).map(std::mem::take);
            self.spends.push(kept.unwrap_or_default());
        }
    }

    /// Gives back the probes of credentials that sends of a deployment hold which has them no more: their ends tell of others.
    fn release(&mut self, deployment: DeploymentIx) {
        let Some(health) = self.deployments.get(usize::from(deployment.0)) else { return };
        for open in health.open.all() {
            self.credentials.iter_mut().for_each(|circuit| circuit.probed(open.lease));
        }
    }

    /// Forgets what was learnt of a deployment that is another model, or elsewhere, by now. Its bench is closed for
    /// everyone; its sends that are under way still take their places.
    fn forget(&mut self, deployment: DeploymentIx) {
        let Some(health) = self.deployments.get_mut(usize::from(deployment.0)) else { return };
        let Health { mut circuit, open, usage, .. } = std::mem::take(health);
        let changed = circuit.close();
        *health = Health { circuit, open, usage, ..Health::default() };
        self.tallies.forget_deployment(deployment);
        self.tell(deployment, changed);
    }
}
