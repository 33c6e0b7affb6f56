//! Does a fault bench a deployment, or its credential, and for how long? The fault table of `docs/DESIGN.md`.

use crate::base::time::Millis;
use crate::config::{Deployment, ErrorClass, Policy};
use crate::error::{Blame, Fault, FaultKind};

use super::{Bench, Circuit, CircuitState, Company, Health};

/// The longest bench that a `Retry-After` can ask for, and that doubling leads to.
const SHORT_CAP_MS: u64 = 60_000;

/// The first bench for what a moment's wait does not mend: a key, a quota, a missing model.
const LONG_MS: u64 = 300_000;

/// The longest such bench.
const LONG_CAP_MS: u64 = 3_600_000;

/// What is benched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The deployment.
    Deployment,
    /// Its credential, and with it every deployment that has the same.
    Credential,
}

impl Scope {
    /// What a fault speaks of.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        match fault.kind {
            FaultKind::Quota if fault.is_of_model => Self::Deployment,
            FaultKind::Auth | FaultKind::PermissionDenied | FaultKind::Quota => Self::Credential,
            _ => Self::Deployment,
        }
    }
}

/// What the config says of failures of one deployment.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The deployment's own.
    pub deployment: &'a Deployment,
    /// The router's.
    pub policy: &'a Policy,
}

impl Rules<'_> {
    fn cooldown_ms(&self) -> u64 {
        self.deployment.cooldown_ms.unwrap_or(self.policy.cooldown_ms)
    }

    /// The failures of the fault's class that are allowed, and the class: a policy's word, the deployment's first. Only
    /// a deployment's own can count what is no deployment's fault.
    fn by_class(&self, fault: &Fault) -> Option<(ErrorClass, u32)> {
        let is_blamed = fault.kind.verdicts().blame != Blame::None;
        let routers = || self.policy.allowed_fails_policy.of(fault).filter(|_| is_blamed);
        self.deployment.allowed_fails_policy.of(fault).or_else(routers)
    }

    /// The failures of all classes that are allowed.
    fn of_all(&self) -> Option<u32> {
        self.deployment.allowed_fails.or(self.policy.allowed_fails)
    }

    /// Does a fault count against the deployment? It does where nothing is ever benched, too: whoever looks sees it, and
    /// strategies go by it.
    #[must_use]
    pub fn counts(&self, fault: &Fault) -> bool {
        fault.kind.verdicts().blame != Blame::None || self.by_class(fault).is_some()
    }

    fn benches(&self) -> bool {
        !self.policy.disable_cooldowns && self.cooldown_ms() > 0
    }
}

/// Decides whether a fault benches, and for how long; `None` if it does not. The fault itself has not been counted yet.
#[must_use]
pub fn judge(
    health: &Health,
    credential: &Circuit,
    now: Millis,
    fault: &Fault,
    rules: Rules<'_>,
    company: Company,
) -> Option<(Scope, Bench)> {
    if !rules.benches() || !rules.counts(fault) {
        return None;
    }
    let scope = Scope::of(fault);
    let circuit = if scope == Scope::Credential { credential } else { &health.circuit };
    let cooldown_ms = rules.cooldown_ms();
    // A policy that names the class stands in for all that follows of whether; never of how long.
    if let Some((class, allowed)) = rules.by_class(fault) {
        let failed = health.fails.count(now, Some(class)).saturating_add(1);
        if failed <= allowed || company == Company::Only {
            return None;
        }
    } else {
        match fault.kind.verdicts().blame {
            Blame::None => return None,
            Blame::Bench | Blame::BenchLong if company == Company::Only && fault.kind != FaultKind::Quota => {
                // The only deployment tells its real error each time.
                return None;
            }
            Blame::Bench | Blame::BenchLong => {}
            // With nowhere else to go, a deployment that may fail is better than none.
            Blame::Rate if company != Company::Others => return None,
            Blame::Rate if circuit.at(now) == CircuitState::HalfOpen => {}
            Blame::Rate => match rules.of_all() {
                Some(allowed) if health.fails.count(now, None) >= allowed => {}
                None if health.window.would_trip(now) => {}
                _ => return None,
            },
        }
    }
    let period_ms = match fault.kind.verdicts().blame {
        Blame::BenchLong => circuit.longer(LONG_MS, LONG_CAP_MS),
        // The provider's own wish, but neither nothing (that would hammer it) nor for ever.
        Blame::Bench => {
            fault.retry_after_ms.filter(|ms| *ms > 0).map_or(cooldown_ms, |ms| ms.min(SHORT_CAP_MS))
        }
        _ if circuit.at(now) == CircuitState::HalfOpen => {
            circuit.longer(cooldown_ms, SHORT_CAP_MS.max(cooldown_ms))
        }
        _ => cooldown_ms,
    };
    Some((scope, Bench { until: now + period_ms, period_ms, cause: fault.clone() }))
}
