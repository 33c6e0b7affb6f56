//! What the oracle knows of deployments, credentials and groups: by its own counting.

use std::collections::{BTreeMap, VecDeque};

use switchman::base::time::Millis;
use switchman::config::{DeploymentIx, GroupIx, GroupKind, RouterConfig};
use switchman::state::{Bench, Counts, Lease, Scope};

use super::circuit::OwnCircuit;
use super::eras::{Fate, OwnEra, What, what};
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
    what: What,
    era: OwnEra,
    circuit: OwnCircuit,
    places: Vec<Place>,
    used: VecDeque<Used>,
    /// What was said of it from outside, and until when that counts.
    mark: Option<(bool, Millis)>,
    /// What callers think of its answers: how much is good, and how much is bad.
    rated: (f32, f32),
}

/// The books.
pub(super) struct Books {
    deployments: Vec<OwnDeployment>,
    /// By the keys themselves, and where they go.
    credentials: BTreeMap<String, OwnCircuit>,
    closed: OwnCircuit,
    /// Thousandths of tokens, and when they were counted.
    budgets: Vec<(i64, Millis)>,
}

impl Books {
    pub(super) fn new(config: &RouterConfig) -> Self {
        let mut books = Self {
            deployments: Vec::new(),
            credentials: BTreeMap::new(),
            closed: OwnCircuit::default(),
            budgets: Vec::new(),
        };
        books.adopt(None, config);
        books
    }

    /// Follows a change of the config: what is learnt stays with the id of a deployment that is the same model, and what is
    /// learnt of a key with it, as long as somebody keeps it.
    pub(super) fn adopt(&mut self, before: Option<&RouterConfig>, config: &RouterConfig) {
        let mut keys = BTreeMap::new();
        self.deployments.resize_with(config.deployments.len(), OwnDeployment::default);
        let mut released = Vec::new();
        for place in 0..config.deployments.len() {
            let ix = DeploymentIx(u16::try_from(place).unwrap_or(u16::MAX));
            let (own, is) = (&mut self.deployments[place], what(config, ix));
            let fate = is.fate(&own.what);
            let has_key = is.key == own.what.key;
            match fate {
                Fate::Entered => {
                    let era = OwnEra { model: own.era.model + 1, ..own.era };
                    *own = OwnDeployment { era, ..OwnDeployment::default() };
                }
                Fate::Gone => {}
                Fate::Moved => {
                    (own.circuit, own.mark, own.rated) = (OwnCircuit::default(), None, (0.0, 0.0));
                    own.era.model += 1;
                }
                Fate::Kept => {}
            }
            if !has_key && fate != Fate::Entered {
                own.era.key += 1;
                released.extend(own.places.iter().map(|place| place.lease));
            }
            if has_key && matches!(fate, Fate::Moved | Fate::Kept) {
                let circuit = self.credentials.get(&is.key).cloned().unwrap_or_default();
                keys.insert(is.key.clone(), circuit);
            }
            own.what = is;
        }
        self.credentials = keys;
        for lease in released {
            self.credentials.values_mut().for_each(|circuit| circuit.over(lease));
        }
        for (place, group) in config.groups.iter().enumerate() {
            let was = before.and_then(|before| before.groups.get(place));
            let is_same = was.is_some_and(|was| was.name == group.name && was.kind == group.kind);
            if place >= self.budgets.len() {
                self.budgets.push((CAPACITY, Millis(0)));
            } else if !is_same && group.kind != GroupKind::Retired {
                self.budgets[place] = (CAPACITY, Millis(0));
            }
        }
    }

    fn of(&self, ix: DeploymentIx) -> &OwnDeployment {
        &self.deployments[usize::from(ix.0)]
    }

    /// What stands in a slot now.
    pub(super) fn era(&self, ix: DeploymentIx) -> OwnEra {
        self.of(ix).era
    }

    /// The circuit of a deployment's key, to be changed; `None` for one that is gone.
    fn credential_mut(&mut self, ix: DeploymentIx) -> Option<&mut OwnCircuit> {
        let What { id, key, .. } = &self.deployments[usize::from(ix.0)].what;
        id.as_ref()?;
        if !self.credentials.contains_key(key) {
            self.credentials.insert(key.clone(), OwnCircuit::default());
        }
        self.credentials.get_mut(key)
    }

    /// Notes what was said of a deployment. That it is well closes its circuit.
    pub(super) fn mark(&mut self, ix: DeploymentIx, ok: bool, until: Millis) {
        let own = &mut self.deployments[usize::from(ix.0)];
        own.mark = Some((ok, until));
        if ok {
            own.circuit.close();
        }
    }

    /// Was it said that a deployment is not well?
    pub(super) fn is_marked_down(&self, ix: DeploymentIx, now: Millis) -> bool {
        self.of(ix).mark.is_some_and(|(ok, until)| !ok && now < until)
    }

    /// An answer of a deployment is given a score: what its group was given before fades.
    pub(super) fn rate(&mut self, ix: DeploymentIx, members: &[DeploymentIx], score: f64) {
        for member in members {
            let (good, bad) = &mut self.deployments[usize::from(member.0)].rated;
            (*good, *bad) = (*good * 0.99, *bad * 0.99);
        }
        let (good, bad) = &mut self.deployments[usize::from(ix.0)].rated;
        (*good, *bad) = (*good + score as f32, *bad + 1.0 - score as f32);
    }

    pub(super) fn rated(&self, ix: DeploymentIx) -> (f32, f32) {
        self.of(ix).rated
    }

    /// Takes a place, and uses so much, where that is counted; tells whether it is a probe, of the deployment or of its credential.
    pub(super) fn take(
        &mut self,
        now: Millis,
        ix: DeploymentIx,
        (lease, expires, probe_expires): (Lease, Millis, Millis),
        counts: Option<Counts>,
    ) -> bool {
        let own = &mut self.deployments[usize::from(ix.0)];
        own.places.retain(|place| place.expires > now);
        own.places.push(Place { lease, expires, has_begun: false });
        own.used.extend(counts.map(|counts| Used { lease, at: now, counts }));
        let is_probe = own.circuit.sent(now, lease, probe_expires);
        self.credential_mut(ix).is_some_and(|circuit| circuit.sent(now, lease, probe_expires)) || is_probe
    }

    pub(super) fn begun(&mut self, lease: Lease) {
        let places = self.deployments.iter_mut().flat_map(|own| &mut own.places);
        places.filter(|place| place.lease == lease).for_each(|place| place.has_begun = true);
        // Whoever answers has told what a probe is for.
        self.deployments.iter_mut().for_each(|own| own.circuit.over(lease));
        self.credentials.values_mut().for_each(|circuit| circuit.over(lease));
    }

    /// Gives a place back. `counts` tells whether a limit of a deployment is counted now.
    pub(super) fn over(&mut self, lease: Lease, used: Counts, counts: impl Fn(DeploymentIx) -> bool) {
        for (place, own) in (0..).zip(&mut self.deployments) {
            own.places.retain(|place| place.lease != lease);
            own.circuit.over(lease);
            if counts(DeploymentIx(place)) {
                own.used.iter_mut().filter(|one| one.lease == lease).for_each(|one| one.counts = used);
            }
        }
        self.credentials.values_mut().for_each(|circuit| circuit.over(lease));
    }

    /// Tells whether a circuit closes. What was sent in another era says nothing of what is there now.
    pub(super) fn succeeded(&mut self, ix: DeploymentIx, era: OwnEra) -> bool {
        let now = self.era(ix);
        if now.model != era.model {
            return false;
        }
        let own = self.deployments[usize::from(ix.0)].circuit.close();
        let is_same_key = now.key == era.key;
        own | (is_same_key && self.credential_mut(ix).is_some_and(OwnCircuit::close))
    }

    pub(super) fn benched(&mut self, ix: DeploymentIx, scope: Scope, bench: &Bench) {
        match scope {
            Scope::Deployment => self.deployments[usize::from(ix.0)].circuit.benched(bench),
            Scope::Credential => {
                self.credential_mut(ix).into_iter().for_each(|circuit| circuit.benched(bench));
            }
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

    /// The circuit of a deployment's key.
    pub(super) fn credential_of(&self, ix: DeploymentIx) -> &OwnCircuit {
        let What { id, key, .. } = &self.of(ix).what;
        id.as_ref().and_then(|_| self.credentials.get(key)).unwrap_or(&self.closed)
    }

    pub(super) fn credential_until(&self, ix: DeploymentIx) -> Option<Millis> {
        self.credential_of(ix).until()
    }

    pub(super) fn is_credential_probed(&self, ix: DeploymentIx, now: Millis) -> bool {
        self.credential_of(ix).is_probed(now)
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
