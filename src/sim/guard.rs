//! The host that is asked before a call moves to another target.

use crate::config::{Resolved, RouterConfig};
use crate::plan::{Answer, Ask, Event};

use super::clock::Due;
use super::world::{CallNo, World};

/// What the host says of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// Yes, at once.
    #[default]
    Allows,
    /// No, at once.
    Refuses,
    /// Yes, after so many milliseconds.
    AllowsAfter(u64),
    /// Nothing.
    Silent,
}

impl World {
    /// Sets what the host says of a group from now on.
    pub fn guard(&mut self, group: &str, guard: Guard) {
        self.guards.insert(group.to_owned(), guard);
    }

    /// Asks the host.
    pub(super) fn ask(&mut self, call: CallNo) {
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        let running = flight.id.and_then(|id| self.router.running_call(id));
        let target = running.and_then(|running| running.call.asked_target());
        let name = target.map(|target| name_of(self.router.config(), target)).unwrap_or_default();
        let (after_ms, yes) = match self.guards.get(&name).copied().unwrap_or_default() {
            Guard::Allows => (Some(0), true),
            Guard::Refuses => (Some(0), false),
            Guard::AllowsAfter(ms) => (Some(ms), true),
            Guard::Silent => (None, false),
        };
        flight.outcome.asked.push(name);
        let number = flight.outcome.asked.len();
        if let Some(ms) = after_ms {
            self.clock.schedule(self.clock.now + ms, Due::Answer(call, number, yes));
        }
    }

    /// The host answers.
    pub(super) fn answer(&mut self, call: CallNo, yes: bool) {
        let Some(id) = self.id(call) else { return };
        let value = if yes { Answer::Yes } else { Answer::No };
        let step = self.router.step(self.clock.told(), id, Event::Answered { ask: Ask::MayFallback, value });
        self.take(call, format!("the host says {}", if yes { "yes" } else { "no" }), step);
    }
}

fn name_of(config: &RouterConfig, target: Resolved) -> String {
    let name = match target {
        Resolved::Group(ix) => config.group(ix).map(|known| &known.name),
        Resolved::Deployment(ix) => config.deployment(ix).map(|known| &known.id),
    };
    name.cloned().unwrap_or_default()
}
