//! A circuit, of a deployment or of a credential: closed (in use), open (benched until a moment), half-open (one probe at
//! a time may try it; the result closes it or opens it for longer).
//!
//! LiteLLM's `cooldown_time` is the first period. Differences: connection failures count, a bench is only
//! ever extended while open, `Retry-After` is capped and never zero, and repeated failures bench for longer.

use crate::base::time::Millis;
use crate::error::Fault;

use super::{Cell, Lease};

/// The longest bench that another isolate is believed.
const FOREIGN_CAP_MS: u64 = 3_600_000;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circuit {
    bench: Option<Box<Bench>>,
    epoch: u16,
    /// The probe that is under way, and when its lease is over.
    probe: Option<(Lease, Millis)>,
    /// Until when others bench it. Kept apart from its own bench, for what others say is advice: it may be old, or wrong.
    elsewhere: Millis,
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

    /// Is a probe of it under way, beside one that is about to be over?
    #[must_use]
    pub fn is_probed(&self, now: Millis, beside: Option<Lease>) -> bool {
        self.probe.is_some_and(|(lease, expires)| now < expires && Some(lease) != beside)
    }

    /// A half-open circuit is tried: nobody else may until the probe is over, or its lease.
    pub(super) fn probe(&mut self, now: Millis, lease: Lease, expires: Millis) {
        if self.at(now) == CircuitState::HalfOpen && !self.is_probed(now, None) {
            self.probe = Some((lease, expires));
        }
    }

    /// A send is over: if it was the probe, another one may follow.
    #[inline(always)]
    pub(super) fn probed(&mut self, lease: Lease) {
        self.probe = self.probe.filter(|(held, _)| *held != lease);
    }

    /// Its bench, if it is not closed.
    #[must_use]
    pub fn bench(&self) -> Option<&Bench> {
        self.bench.as_deref()
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
            self.probe = None;
            self.bench = Some(Box::new(bench.clone()));
        }
        is_longer
    }

    /// Closes it. Returns whether that changed anything. What only others bench is not closed by that: an answer that was
    /// under way when they told is no proof that they are wrong.
    #[inline(always)]
    pub fn close(&mut self) -> bool {
        self.bench.is_some() && self.reset()
    }

    /// Closes it, whoever benched it. Returns whether that changed anything.
    pub fn reset(&mut self) -> bool {
        let was_benched = self.bench.take().is_some() || self.elsewhere > Millis(0);
        (self.probe, self.elsewhere) = (None, Millis(0));
        if was_benched {
            self.epoch = self.cell().closed().epoch;
        }
        was_benched
    }

    /// One that was saved.
    pub(super) fn restored(epoch: u16, bench: Option<Bench>) -> Self {
        Self { epoch, bench: bench.map(Box::new), ..Self::default() }
    }

    /// Until when others bench it; `None` if they do not.
    #[must_use]
    pub fn elsewhere(&self, now: Millis) -> Option<Millis> {
        Some(self.elsewhere).filter(|until| now < *until)
    }

    /// What is shared of it.
    #[must_use]
    pub fn cell(&self) -> Cell {
        Cell { epoch: self.epoch, until: self.bench.as_ref().map_or(Millis(0), |bench| bench.until) }
    }

    /// Takes in what another isolate says. Its clock may be wrong, so a bench is bounded by the longest there is.
    pub fn merge(&mut self, now: Millis, foreign: Cell) {
        let until = foreign.until.min(now + FOREIGN_CAP_MS);
        if foreign.epoch > self.epoch {
            *self = Self { epoch: foreign.epoch, ..Self::default() };
        }
        // Its own bench comes back as it was told.
        if foreign.epoch == self.epoch && until > self.cell().until {
            self.elsewhere = self.elsewhere.max(until);
        }
    }

    /// Twice the last bench, between `first` and `cap`.
    pub(super) fn longer(&self, first: u64, cap: u64) -> u64 {
        let last = self.bench.as_ref().map_or(0, |bench| bench.period_ms);
        last.saturating_mul(2).clamp(first.min(cap), cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FaultKind;

    fn bench(until: u64, period_ms: u64) -> Bench {
        Bench { until: Millis(until), period_ms, cause: Fault::new(FaultKind::RateLimit, "test") }
    }

    #[test]
    fn a_bench_is_only_ever_extended() {
        let mut circuit = Circuit::default();
        assert!(circuit.open(&bench(60_000, 1)));
        assert!(!circuit.open(&bench(1_000, 1)));
        assert_eq!(circuit.at(Millis(5_000)), CircuitState::Open { until: Millis(60_000) });
    }

    #[test]
    fn a_half_open_circuit_takes_one_probe_at_a_time() {
        let mut circuit = Circuit::default();
        circuit.open(&bench(900, 5_000));
        let (first, second) = (Lease(1), Lease(2));
        circuit.probe(Millis(899), first, Millis(5_000));
        assert!(!circuit.is_probed(Millis(899), None), "it is open still");
        assert_eq!(circuit.at(Millis(900)), CircuitState::HalfOpen);
        circuit.probe(Millis(900), first, Millis(5_000));
        circuit.probe(Millis(901), second, Millis(9_000));
        circuit.probed(second);
        assert!(circuit.is_probed(Millis(4_999), None) && !circuit.is_probed(Millis(4_999), Some(first)));
        assert!(!circuit.is_probed(Millis(5_000), None), "a lease is over by itself");
        circuit.probed(first);
        assert!(!circuit.is_probed(Millis(1_000), None));
        assert_eq!((circuit.longer(1_000, 60_000), circuit.longer(1_000, 7_000)), (10_000, 7_000));
        circuit.probe(Millis(1_000), first, Millis(5_000));
        assert!(circuit.close());
        assert_eq!(
            (circuit.at(Millis(1_000)), circuit.is_probed(Millis(1_000), None)),
            (CircuitState::Closed, false)
        );
    }

    #[test]
    fn cells_of_two_isolates_meet_in_any_order() {
        let (mut one, mut two) = (Circuit::default(), Circuit::default());
        one.open(&bench(9_000, 1));
        two.merge(Millis(1_000), one.cell());
        assert_eq!(two.elsewhere(Millis(8_999)), Some(Millis(9_000)));
        assert_eq!((two.elsewhere(Millis(9_000)), two.at(Millis(1_000))), (None, CircuitState::Closed));
        assert!(!two.close(), "it has no bench of its own");
        one.merge(Millis(1_000), one.cell());
        assert_eq!(one.elsewhere(Millis(1_000)), None, "its own word comes back");
        assert!(two.reset());
        two.merge(Millis(1_000), one.cell());
        assert_eq!(two.elsewhere(Millis(1_000)), None, "a bench of an epoch that is over");
        one.merge(Millis(1_000), two.cell());
        assert_eq!(one.at(Millis(1_000)), CircuitState::Closed);
        one.merge(Millis(1_000), Cell { epoch: 1, until: Millis(u64::MAX) });
        assert_eq!(one.elsewhere(Millis(1_000)), Some(Millis(3_601_000)));
    }
}
