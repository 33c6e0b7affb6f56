//! Probes in the virtual world.

use crate::base::time::Millis;
use crate::engine::{Probe, ProbeWish};
use crate::error::Fault;

use super::clock::Due;
use super::flight::Flight;
use super::traffic::Spec;
use super::world::{CallNo, World};

impl World {
    /// Asks all that are due so long from now. A wish that names what is not known asks nobody.
    pub fn probe_in(&mut self, ms: u64, wish: ProbeWish, timeout_ms: u64) {
        self.clock.allow_call();
        self.clock.schedule(self.clock.now + ms, Due::Probe(wish, timeout_ms));
    }

    /// Asks all that are due at this moment. Nothing more happens until the world runs. Gives each with its call; without
    /// one those that are passed over.
    ///
    /// # Errors
    /// A group or a deployment is not known.
    pub fn probe(
        &mut self,
        wish: &ProbeWish,
        timeout_ms: u64,
    ) -> Result<Vec<(Probe, Option<CallNo>)>, Fault> {
        self.probed = self.clock.told();
        let due = self.router.probes(self.probed, wish)?;
        let asked = due.into_iter().map(|probe| {
            let call = probe.passed.is_none().then(|| self.ask_deployment(probe, timeout_ms));
            (probe, call)
        });
        Ok(asked.collect())
    }

    /// When the host asked last, by its clock; the epoch if it never has.
    #[must_use]
    pub fn probed(&self) -> Millis {
        self.probed
    }

    fn ask_deployment(&mut self, probe: Probe, timeout_ms: u64) -> CallNo {
        let id = self.router.config().deployment(probe.deployment).map_or("", |known| &known.id).to_owned();
        let mut flight = Flight::new(Spec { surface: probe.surface, ..Spec::stream(&id) });
        flight.spec.stream = self.router.probe_body(probe).contains("stream");
        (flight.outcome.began_ms, flight.outcome.is_probe) = (Some(self.now_ms()), true);
        self.clock.allow_call();
        self.flights.push(flight);
        let call = CallNo(self.flights.len().saturating_sub(1));
        match self.router.begin_probe(self.clock.told(), probe, timeout_ms) {
            Ok((id, step)) => {
                self.with(call, |flight| flight.id = Some(id));
                self.take(call, "probe".to_owned(), step);
            }
            Err(fault) => self.end(call, Err(fault)),
        }
        call
    }
}
