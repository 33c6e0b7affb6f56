//! The circuit of one deployment: closed (in use), open (benched until a moment), half-open (may be tried
//! again; the next result closes it or opens it for longer).
//!
//! LiteLLM's `cooldown_time` is the first period. Differences: connection failures count, a bench is only
//! ever extended while open, `Retry-After` is capped and never zero, and repeated failures bench for longer.

use crate::base::time::Millis;
use crate::error::{Blame, Fault, FaultKind};

use super::{Cell, Window};

/// The longest bench that a `Retry-After` can ask for, and that doubling leads to.
const SHORT_CAP_MS: u64 = 60_000;

/// The first bench for what a moment's wait does not mend: a key, a quota, a missing model.
const LONG_MS: u64 = 300_000;

/// The longest such bench.
const LONG_CAP_MS: u64 = 3_600_000;

/// A decision to bench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bench {
    /// Until when.
    pub until: Millis,
    /// How long this bench is, so that the next one can be longer.
    pub period_ms: u64,
    /// What caused it; already redacted.
    pub cause: Fault,
}

/// Who else the group has: the last eligible deployment is not benched for what may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// Others of the group may be used now.
    Others,
    /// Others exist, and none may be used now.
    LastEligible,
    /// The group has no other deployment.
    Only,
}

/// What a circuit says at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    /// In use.
    Closed,
    /// Benched.
    Open {
        /// Until when.
        until: Millis,
    },
    /// The bench is over; no success since.
    HalfOpen,
}

/// The circuit. Starts closed.
#[derive(Clone, Debug, Default)]
pub struct Circuit {
    bench: Option<Box<Bench>>,
    epoch: u16,
}

impl Circuit {
    /// What it says at `now`.
    #[must_use]
    pub fn at(&self, now: Millis) -> CircuitState {
        match &self.bench {
            None => CircuitState::Closed,
            Some(bench) if now < bench.until => CircuitState::Open { until: bench.until },
            Some(_) => CircuitState::HalfOpen,
        }
    }

    /// Why it is not closed.
    #[must_use]
    pub fn cause(&self) -> Option<&Fault> {
        self.bench.as_ref().map(|bench| &bench.cause)
    }

    /// Opens it, or extends it: a bench is never shortened while it lasts. Returns whether that changed anything.
    pub fn open(&mut self, bench: &Bench) -> bool {
        let is_longer = self.bench.as_ref().is_none_or(|known| known.until <= bench.until);
        if is_longer {
            self.bench = Some(Box::new(bench.clone()));
        }
        is_longer
    }

    /// Closes it. Returns whether that changed anything.
    pub fn close(&mut self) -> bool {
        let was_benched = self.bench.take().is_some();
        if was_benched {
            self.epoch = self.cell().closed().epoch;
        }
        was_benched
    }

    /// What is shared of it.
    #[must_use]
    pub fn cell(&self) -> Cell {
        Cell { epoch: self.epoch, until: self.bench.as_ref().map_or(Millis(0), |bench| bench.until) }
    }

    /// Takes in what another isolate says. Its clock may be wrong, so a bench is bounded by the longest there is.
    pub fn merge(&mut self, now: Millis, foreign: Cell) {
        let until = foreign.until.min(now + LONG_CAP_MS);
        if foreign.epoch > self.epoch {
            self.epoch = foreign.epoch;
            self.bench = None;
        }
        if foreign.epoch == self.epoch && until > now && until > self.cell().until {
            let cause = Fault::new(FaultKind::Unavailable, "another isolate saw it fail");
            self.bench = Some(Box::new(Bench { until, period_ms: until.since(now), cause }));
        }
    }

    /// Decides whether a fault benches a deployment, and for how long; `None` if it does not.
    #[must_use]
    pub fn judge(
        &self,
        window: &Window,
        now: Millis,
        fault: &Fault,
        cooldown_ms: u64,
        company: Company,
    ) -> Option<Bench> {
        if cooldown_ms == 0 {
            return None;
        }
        let period_ms = match fault.kind.verdicts().blame {
            Blame::None => return None,
            Blame::Bench if company == Company::Only => return None,
            // The provider's own wish, but neither nothing (that would hammer it) nor for ever.
            Blame::Bench => {
                fault.retry_after_ms.filter(|ms| *ms > 0).map_or(cooldown_ms, |ms| ms.min(SHORT_CAP_MS))
            }
            // The only deployment tells its real error each time.
            Blame::BenchLong if company == Company::Only => return None,
            Blame::BenchLong => self.longer(LONG_MS, LONG_CAP_MS),
            // With nowhere else to go, a deployment that may fail is better than none.
            Blame::Rate if company != Company::Others => return None,
            Blame::Rate if self.at(now) == CircuitState::HalfOpen => {
                self.longer(cooldown_ms, SHORT_CAP_MS.max(cooldown_ms))
            }
            Blame::Rate if window.would_trip(now) => cooldown_ms,
            Blame::Rate => return None,
        };
        Some(Bench { until: now + period_ms, period_ms, cause: fault.clone() })
    }

    /// Twice the last bench, between `first` and `cap`.
    fn longer(&self, first: u64, cap: u64) -> u64 {
        let last = self.bench.as_ref().map_or(0, |bench| bench.period_ms);
        last.saturating_mul(2).clamp(first.min(cap), cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind, retry_after_ms: Option<u64>) -> Fault {
        Fault { retry_after_ms, ..Fault::new(kind, "test") }
    }

    fn judge(circuit: &Circuit, kind: FaultKind, retry_after: Option<u64>, company: Company) -> Option<u64> {
        let fault = fault(kind, retry_after);
        circuit.judge(&Window::default(), Millis(1_000), &fault, 5_000, company).map(|bench| bench.period_ms)
    }

    #[test]
    fn a_429_benches_for_what_the_provider_asks_within_a_cap_and_never_for_nothing() {
        let closed = Circuit::default();
        assert_eq!(judge(&closed, FaultKind::RateLimit, None, Company::Others), Some(5_000));
        assert_eq!(judge(&closed, FaultKind::RateLimit, Some(0), Company::Others), Some(5_000));
        assert_eq!(judge(&closed, FaultKind::RateLimit, Some(7_000), Company::LastEligible), Some(7_000));
        assert_eq!(judge(&closed, FaultKind::RateLimit, Some(3_600_000), Company::Others), Some(60_000));
        assert_eq!(judge(&closed, FaultKind::RateLimit, Some(7_000), Company::Only), None);
    }

    #[test]
    fn a_refused_key_benches_for_long_and_longer_each_time() {
        let mut circuit = Circuit::default();
        let mut periods = Vec::new();
        for _ in 0..6 {
            let cause = fault(FaultKind::Auth, None);
            let bench = circuit.judge(&Window::default(), Millis(0), &cause, 5_000, Company::Others).unwrap();
            periods.push(bench.period_ms / 1_000);
            circuit.open(&bench);
        }
        assert_eq!(periods, [300, 600, 1_200, 2_400, 3_600, 3_600]);
    }

    #[test]
    fn a_half_open_circuit_opens_again_at_the_first_failure_for_twice_as_long() {
        let mut circuit = Circuit::default();
        let cause = fault(FaultKind::Unavailable, None);
        circuit.open(&Bench { until: Millis(900), period_ms: 5_000, cause });
        assert_eq!(circuit.at(Millis(899)), CircuitState::Open { until: Millis(900) });
        assert_eq!(circuit.at(Millis(900)), CircuitState::HalfOpen);
        assert_eq!(judge(&circuit, FaultKind::Connect, None, Company::Others), Some(10_000));
        assert_eq!(judge(&circuit, FaultKind::Connect, None, Company::LastEligible), None);
        circuit.close();
        assert_eq!(judge(&circuit, FaultKind::Connect, None, Company::Others), None);
    }

    #[test]
    fn a_bench_is_only_ever_extended() {
        let mut circuit = Circuit::default();
        let bench =
            |until| Bench { until: Millis(until), period_ms: 1, cause: fault(FaultKind::RateLimit, None) };
        circuit.open(&bench(60_000));
        circuit.open(&bench(1_000));
        assert_eq!(circuit.at(Millis(5_000)), CircuitState::Open { until: Millis(60_000) });
    }

    #[test]
    fn a_cooldown_of_zero_never_benches() {
        let fault = fault(FaultKind::Auth, None);
        assert_eq!(Circuit::default().judge(&Window::default(), Millis(0), &fault, 0, Company::Others), None);
    }

    #[test]
    fn cells_of_two_isolates_meet_in_any_order() {
        let bench =
            |until| Bench { until: Millis(until), period_ms: 1, cause: fault(FaultKind::RateLimit, None) };
        let (mut one, mut two) = (Circuit::default(), Circuit::default());
        one.open(&bench(9_000));
        two.merge(Millis(1_000), one.cell());
        assert_eq!(two.at(Millis(1_000)), CircuitState::Open { until: Millis(9_000) });
        two.close();
        two.merge(Millis(1_000), one.cell());
        assert_eq!(two.at(Millis(1_000)), CircuitState::Closed, "a bench of an epoch that is over");
        one.merge(Millis(1_000), two.cell());
        assert_eq!(one.at(Millis(1_000)), CircuitState::Closed);
        one.merge(Millis(1_000), Cell { epoch: 1, until: Millis(u64::MAX) });
        assert_eq!(one.at(Millis(1_000)), CircuitState::Open { until: Millis(3_601_000) });
    }
}
