//! The host that is asked before a call moves to another target.

use crate::config::{DeploymentIx, Resolved, RouterConfig};
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

/// Whom the host leaves of the deployments of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sifter {
    /// These, at once.
    Leaves(&'static [&'static str]),
    /// These, after so many milliseconds.
    LeavesAfter(u64, &'static [&'static str]),
    /// It fails at once.
    Fails,
    /// It says nothing.
    #[default]
    Silent,
}

impl World {
    /// Sets what the host says of a group from now on.
    pub fn guard(&mut self, group: &str, guard: Guard) {
        self.guards.insert(group.to_owned(), guard);
    }

    /// Asks the host.
    pub(super) fn ask(&mut self, call: CallNo) {
        let running = self.id(call).and_then(|id| self.router.running_call(id));
        let target = running.and_then(|running| running.call.asked_target());
        let name = target.map(|target| name_of(self.router.config(), target)).unwrap_or_default();
        let (after_ms, yes) = match self.guards.get(&name).copied().unwrap_or_default() {
            Guard::Allows => (Some(0), true),
            Guard::Refuses => (Some(0), false),
            Guard::AllowsAfter(ms) => (Some(ms), true),
            Guard::Silent => (None, false),
        };
        self.ask_host(call, name, after_ms, Ask::MayFallback, if yes { Answer::Yes } else { Answer::No });
    }

    /// Sets whom the host leaves from now on.
    pub fn sifter(&mut self, sifter: Sifter) {
        self.sifter = sifter;
    }

    /// Asks the host whom it leaves.
    pub(super) fn ask_filter(&mut self, call: CallNo) {
        let Some(id) = self.id(call) else { return };
        let config = self.router.config();
        let name_of = |ix: &DeploymentIx| config.deployment(*ix).map_or("", |known| &known.id);
        let offered: Vec<DeploymentIx> = self
            .router
            .contenders(self.clock.told(), id)
            .into_iter()
            .flat_map(|(_, all)| all)
            .map(|one| one.deployment)
            .collect();
        let names: Vec<&str> = offered.iter().map(name_of).collect();
        let kept = |ids: &[&str]| {
            let kept = offered.iter().copied().filter(|ix| ids.contains(&name_of(ix)));
            Answer::Ranking(kept.collect())
        };
        let (after_ms, answer) = match self.sifter {
            Sifter::Leaves(ids) => (Some(0), kept(ids)),
            Sifter::LeavesAfter(ms, ids) => (Some(ms), kept(ids)),
            Sifter::Fails => (Some(0), Answer::Failed),
            Sifter::Silent => (None, Answer::Failed),
        };
        let told = format!("filter {}", names.join(" "));
        self.ask_host(call, told, after_ms, Ask::Filter, answer);
    }

    fn ask_host(&mut self, call: CallNo, what: String, after_ms: Option<u64>, ask: Ask, answer: Answer) {
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        flight.outcome.asked.push(what);
        let number = flight.outcome.asked.len();
        if let Some(ms) = after_ms {
            self.clock.schedule(self.clock.now + ms, Due::Answer(call, number, ask, answer));
        }
    }

    /// The host answers.
    pub(super) fn answer(&mut self, call: CallNo, ask: Ask, value: Answer) {
        let Some(id) = self.id(call) else { return };
        let told = format!("the host answers {ask:?} with {value:?}");
        let step = self.router.step(self.clock.told(), id, Event::Answered { ask, value });
        self.take(call, told, step);
    }
}

fn name_of(config: &RouterConfig, target: Resolved) -> String {
    let name = match target {
        Resolved::Group(ix) => config.group(ix).map(|known| &known.name),
        Resolved::Deployment(ix) => config.deployment(ix).map(|known| &known.id),
    };
    name.cloned().unwrap_or_default()
}
