//! What a fault teaches of the deployment that showed it.

use crate::base::time::Millis;
use crate::config::{Deployment, DeploymentIx, Era, ErrorClass, Resolved};
use crate::error::{Blame, Fault, FaultKind};
use crate::state::{Delta, Rules, Scope, View, judge};
use crate::strategy::{is_asked_anyway, order_of};

use super::call::Call;
use super::event::Step;
use super::select::company;

impl Call {
    /// Records a fault against a deployment, which may bench it or its credential.
    pub(super) fn learn(
        &mut self,
        now: Millis,
        view: View<'_>,
        (deployment, era): (DeploymentIx, Era),
        fault: &Fault,
        step: &mut Step,
    ) {
        if let Some(scope) = self.judged(now, view, (deployment, era), fault, step) {
            self.benched = Some((deployment, scope, fault.kind));
        }
    }

    fn judged(
        &self,
        now: Millis,
        view: View<'_>,
        (deployment, era): (DeploymentIx, Era),
        fault: &Fault,
        step: &mut Step,
    ) -> Option<Scope> {
        let known = view.config.deployment(deployment).filter(|known| is_about(known, era, fault))?;
        let rules = Rules { deployment: known, policy: &view.config.policy };
        if self.spec.options.mock_testing_rate_limit_error || !rules.counts(fault) {
            return None;
        }
        let health = view.state.health(deployment)?;
        let credential = view.state.credential(known.credential)?;
        let is_gone = |ix| self.has_benched(view, ix);
        let company = company(view, now, (self.target, deployment), self.need(), &is_gone);
        let bench = judge(health, credential, now, fault, rules, company);
        step.deltas.push(Delta::Failed { deployment, class: ErrorClass::of(fault).0 });
        let (scope, bench) = bench?;
        step.deltas.push(Delta::Benched { deployment, scope, bench: Box::new(bench) });
        Some(scope)
    }

    /// Has a deployment told this call of a wrong key, an empty account or a missing model, can it not do what is asked,
    /// or does it want no repetition? No wait mends that.
    pub(super) fn is_lost(&self, deployment: DeploymentIx) -> bool {
        let mut faults = self.attempts.iter().filter(|attempt| attempt.deployment == deployment);
        faults.any(|attempt| {
            attempt.fault.as_ref().is_some_and(|fault| {
                fault.kind == FaultKind::Unsupported
                    || fault.should_retry == Some(false)
                    || fault.kind.verdicts().blame == Blame::BenchLong
            })
        })
    }

    /// Whom the next send of this call must not go to, for what it has met.
    pub(super) fn leaves(&self, now: Millis, view: View<'_>, ix: DeploymentIx) -> bool {
        let is_benched = matches!(self.target, Resolved::Group(_)) && self.has_benched(view, ix);
        let prefill = || view.config.deployment(ix).is_some_and(|known| known.prefill == Some(true));
        let is_passed = self.level > 0 && order_of(view, self.target, ix) < self.level;
        let is_of_use = !self.needs_prefill() || prefill();
        is_passed
            || is_benched
            || self.is_full(now, ix)
            || self.is_lost(ix)
            || self.is_late(now, view, ix)
            || !is_of_use
    }

    /// Was a deployment benched in this step, or its credential?
    fn has_benched(&self, view: View<'_>, ix: DeploymentIx) -> bool {
        let Some((who, scope, kind)) = self.benched else { return false };
        let (Some(known), Some(benched)) = (view.config.deployment(ix), view.config.deployment(who)) else {
            return false;
        };
        let shares = scope == Scope::Credential && known.credential == benched.credential;
        ix == who || (shares && !is_asked_anyway(view, known, kind))
    }
}

/// Does a fault of a send that was made in an era speak of what is there now? Not once the deployment has been taken out, is
/// another model, or has another key, where the fault is one of the key.
fn is_about(known: &Deployment, era: Era, fault: &Fault) -> bool {
    let is_of_key = Scope::of(fault) == Scope::Credential;
    !known.is_retired
        && known.era.model == era.model
        && (known.era.credential == era.credential || !is_of_key)
}
