//! The host that is asked whom to choose, where the strategy is its own.

use crate::plan::{Answer, Ask, Event};

use super::clock::Due;
use super::world::{CallNo, World};

/// What the host says of the candidates of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranker {
    /// This one first, and then whoever else there is.
    Picks(String),
    /// These, in this order, and nobody else.
    Ranks(Vec<String>),
    /// Nothing.
    Nobody,
    /// It fails.
    Fails,
    /// It never answers.
    Silent,
    /// The same, so many milliseconds later.
    After(u64, Box<Self>),
}

impl Ranker {
    /// One first, and then whoever else there is.
    #[must_use]
    pub fn picks(id: &str) -> Self {
        Self::Picks(id.to_owned())
    }

    /// Some in this order, and nobody else.
    #[must_use]
    pub fn ranks(ids: &[&str]) -> Self {
        Self::Ranks(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    /// What is said so many milliseconds later.
    #[must_use]
    pub fn after(self, ms: u64) -> Self {
        Self::After(ms, Box::new(self))
    }
}

impl World {
    /// Sets what the host says of a group from now on. Of one that was never set it says that nobody is to be chosen.
    pub fn ranker(&mut self, group: &str, ranker: Ranker) {
        self.rankers.insert(group.to_owned(), ranker);
    }

    /// Asks the host. Names of those that it was not shown are of no account.
    pub(super) fn ask_to_rank(&mut self, call: CallNo) {
        let Some(id) = self.id(call) else { return };
        let config = self.router.config();
        let target = self.router.running_call(id).map(|running| running.call.target());
        let group = target.and_then(|target| config.declared_group(target)).and_then(|ix| config.group(ix));
        let ranker = group.and_then(|group| self.rankers.get(&group.name)).unwrap_or(&Ranker::Nobody);
        let (after_ms, ranker) = match ranker {
            Ranker::After(ms, ranker) => (*ms, &**ranker),
            ranker => (0, ranker),
        };
        let shown = self.router.contenders(self.clock.told(), id);
        let shown: Vec<_> = shown.into_iter().flat_map(|(_, shown)| shown).collect();
        let name = |ix| config.deployment(ix).map(|known| known.id.clone()).unwrap_or_default();
        let ids: Vec<String> = shown.iter().map(|one| name(one.deployment)).collect();
        let find = |wanted: &String| {
            let place = ids.iter().position(|id| id == wanted)?;
            shown.get(place).map(|one| one.deployment)
        };
        let answer = match ranker {
            Ranker::Picks(wanted) => Some(find(wanted).map_or(Answer::No, Answer::Choice)),
            Ranker::Ranks(wanted) => Some(Answer::Ranking(wanted.iter().filter_map(find).collect())),
            Ranker::Nobody => Some(Answer::No),
            Ranker::Fails => Some(Answer::Failed),
            Ranker::Silent | Ranker::After(..) => None,
        };
        let number = self.flights.get_mut(call.0).map_or(0, |flight| {
            flight.outcome.ranked.push(ids);
            flight.outcome.ranked.len()
        });
        if let Some(answer) = answer {
            self.clock.schedule(self.clock.now + after_ms, Due::Ranked(call, number, answer));
        }
    }

    /// The host answers.
    pub(super) fn ranked(&mut self, call: CallNo, value: Answer) {
        let Some(id) = self.id(call) else { return };
        let told = format!("the host names {value:?}");
        let step = self.router.step(self.clock.told(), id, Event::Answered { ask: Ask::Rank, value });
        self.take(call, told, step);
    }
}
