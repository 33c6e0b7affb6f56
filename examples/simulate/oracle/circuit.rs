//! A circuit, as the books keep it.

use switchman::base::time::Millis;
use switchman::error::FaultKind;
use switchman::state::{Bench, Lease};

/// A bench, and who tries it when it is over.
#[derive(Clone, Default)]
pub(super) struct OwnCircuit {
    pub(super) bench: Option<(Millis, FaultKind)>,
    probe: Option<(Lease, Millis)>,
}

impl OwnCircuit {
    pub(super) fn until(&self) -> Option<Millis> {
        self.bench.map(|(until, _)| until)
    }

    pub(super) fn is_benched(&self, now: Millis) -> bool {
        self.until().is_some_and(|until| now < until)
    }

    pub(super) fn is_probed(&self, now: Millis) -> bool {
        self.probe.is_some_and(|(_, expires)| now < expires)
    }

    /// A bench is never shortened.
    pub(super) fn benched(&mut self, bench: &Bench) {
        if self.until().is_none_or(|until| until <= bench.until) {
            (self.bench, self.probe) = (Some((bench.until, bench.cause.kind)), None);
        }
    }

    /// Tells whether it was not closed.
    pub(super) fn close(&mut self) -> bool {
        self.probe = None;
        self.bench.take().is_some()
    }

    /// Tells whether the send is a probe.
    pub(super) fn sent(&mut self, now: Millis, lease: Lease, expires: Millis) -> bool {
        let is_probe = self.bench.is_some() && !self.is_benched(now) && !self.is_probed(now);
        if is_probe {
            self.probe = Some((lease, expires));
        }
        is_probe
    }

    pub(super) fn over(&mut self, lease: Lease) {
        self.probe = self.probe.filter(|(held, _)| *held != lease);
    }
}
