//! What the oracle knows of deployments, credentials and groups: by its own counting.

use std::collections::VecDeque;

use switchman::base::time::Millis;
use switchman::config::{Deployment, DeploymentIx, GroupIx, RouterConfig};
use switchman::state::{Bench, Counts, Lease, Scope};

use super::circuit::OwnCircuit;
use super::{Broken, rule};

/// So much of a retry budget is there at first, and at most.
const CAPACITY: i64 = 20_000;

/// One place that a send takes.
struct Place {
    lease: Lease,
    expires: Millis,
    has_begun: bool,
}

/// What one send used, or is thought to use.
struct Used {
    lease: Lease,
    at: Millis,
    counts: Counts,
}

#[derive(Default)]
struct OwnDeployment {
    circuit: OwnCircuit,
    places: Vec<Place>,
    used: VecDeque<Used>,
}

/// The books.
pub(super) struct Books {
    deployments: Vec<OwnDeployment>,
    credentials: Vec<OwnCircuit>,
    /// Thousandths of tokens, and when they were counted.
    budgets: Vec<(i64, Millis)>,
}

impl Books {
    pub(super) fn new(config: &RouterConfig) -> Self {
        let count = config.deployments.len();
        Self {
            deployments: (0..count).map(|_| OwnDeployment::default()).collect(),
            credentials: vec![OwnCircuit::default(); count],
            budgets: vec![(CAPACITY, Millis(0)); config.groups.len()],
        }
    }

    fn of(&self, ix: DeploymentIx) -> &OwnDeployment {
        &self.deployments[usize::from(ix.0)]
    }

    fn credential(&self, known: &Deployment) -> &OwnCircuit {
        &self.credentials[usize::from(known.credential.0)]
    }

    /// Takes a place; tells whether it is a probe, of the deployment or of its credential.
    pub(super) fn take(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        ix: DeploymentIx,
        (lease, expires, probe_expires): (Lease, Millis, Millis),
        counts: Counts,
    ) -> bool {
        let own = &mut self.deployments[usize::from(ix.0)];
        own.places.retain(|place| place.expires > now);
        own.places.push(Place { lease, expires, has_begun: false });
        own.used.push_back(Used { lease, at: now, counts });
        let is_probe = own.circuit.sent(now, lease, probe_expires);
        let credential = usize::from(config.deployments[usize::from(ix.0)].credential.0);
        self.credentials[credential].sent(now, lease, probe_expires) || is_probe
    }

    pub(super) fn begun(&mut self, lease: Lease) {
        let places = self.deployments.iter_mut().flat_map(|own| &mut own.places);
        places.filter(|place| place.lease == lease).for_each(|place| place.has_begun = true);
        // Whoever answers has told what a probe is for.
        self.deployments.iter_mut().for_each(|own| own.circuit.over(lease));
        self.credentials.iter_mut().for_each(|circuit| circuit.over(lease));
    }

    pub(super) fn over(&mut self, lease: Lease, used: Counts) {
        for own in &mut self.deployments {
            own.places.retain(|place| place.lease != lease);
            own.circuit.over(lease);
            own.used.iter_mut().filter(|one| one.lease == lease).for_each(|one| one.counts = used);
        }
        self.credentials.iter_mut().for_each(|circuit| circuit.over(lease));
    }

    /// Tells whether a circuit closes.
    pub(super) fn succeeded(&mut self, config: &RouterConfig, ix: DeploymentIx) -> bool {
        let credential = usize::from(config.deployments[usize::from(ix.0)].credential.0);
        let both =
            [self.deployments[usize::from(ix.0)].circuit.close(), self.credentials[credential].close()];
        both.contains(&true)
    }

    pub(super) fn benched(&mut self, config: &RouterConfig, ix: DeploymentIx, scope: Scope, bench: &Bench) {
        let credential = usize::from(config.deployments[usize::from(ix.0)].credential.0);
        match scope {
            Scope::Deployment => self.deployments[usize::from(ix.0)].circuit.benched(bench),
            Scope::Credential => self.credentials[credential].benched(bench),
        }
    }

    /// Puts tokens into a budget, or takes them out: never more than there are.
    pub(super) fn tokens(&mut self, now: Millis, group: GroupIx, milli: i64) -> Result<(), Broken> {
        let own = self.budget(group, now);
        rule!(own + milli >= 0, "a retry is paid with {own} thousandths of a token");
        self.budgets[usize::from(group.0)] = ((own + milli).min(CAPACITY), now);
        Ok(())
    }

    /// What is in a budget: ten tokens a second come back.
    pub(super) fn budget(&self, group: GroupIx, now: Millis) -> i64 {
        let (milli, at) = self.budgets[usize::from(group.0)];
        let back = i64::try_from(now.since(at)).unwrap_or(i64::MAX).saturating_mul(10);
        milli.saturating_add(back).min(CAPACITY)
    }

    pub(super) fn open(&self, ix: DeploymentIx, now: Millis) -> usize {
        self.of(ix).places.iter().filter(|place| place.expires > now).count()
    }

    /// How many sends of all wait for their answer to begin.
    pub(super) fn heads(&self, now: Millis) -> usize {
        let places = self.deployments.iter().flat_map(|own| &own.places);
        places.filter(|place| place.expires > now && !place.has_begun).count()
    }

    pub(super) fn until(&self, ix: DeploymentIx) -> Option<Millis> {
        self.of(ix).circuit.until()
    }

    pub(super) fn is_probed(&self, ix: DeploymentIx, now: Millis) -> bool {
        self.of(ix).circuit.is_probed(now)
    }

    pub(super) fn is_benched(&self, ix: DeploymentIx, now: Millis) -> bool {
        self.of(ix).circuit.is_benched(now)
    }

    pub(super) fn credential_of(&self, known: &Deployment) -> &OwnCircuit {
        self.credential(known)
    }

    pub(super) fn credential_until(&self, known: &Deployment) -> Option<Millis> {
        self.credential(known).until()
    }

    pub(super) fn is_credential_probed(&self, known: &Deployment, now: Millis) -> bool {
        self.credential(known).is_probed(now)
    }

    /// What was used in the last so many milliseconds.
    pub(super) fn used(&self, ix: DeploymentIx, now: Millis, window_ms: u64) -> Counts {
        let recent = self.of(ix).used.iter().rev().take_while(|one| now.since(one.at) < window_ms);
        recent.fold(Counts::default(), |all, one| all.plus(one.counts))
    }

    /// When the last place is given back.
    pub(super) fn last_expiry(&self) -> Option<Millis> {
        self.deployments.iter().flat_map(|own| &own.places).map(|place| place.expires).max()
    }
}
