//! What came of all calls of a world, in numbers.

use std::collections::BTreeMap;

use super::flight::Outcome;
use super::world::World;

/// The calls of a world, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many were made.
    pub calls: usize,
    /// How many were answered.
    pub answered: usize,
    /// How many failed, by the class of the error.
    pub faults: BTreeMap<&'static str, usize>,
    /// How many are neither: still running, or vanished.
    pub unfinished: usize,
    /// How many sends went to each deployment; those that got none count 0.
    pub sends: BTreeMap<String, usize>,
    /// Sends beyond the first of each group.
    pub retries: u32,
    /// Moves to another group.
    pub fallbacks: u32,
    /// How long the answered calls took, in milliseconds, shortest first.
    pub took_ms: Vec<u64>,
}

impl Summary {
    /// How many failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.faults.values().sum()
    }

    /// The sends to a deployment as a share of all, from 0 to 1.
    #[must_use]
    pub fn share(&self, deployment: &str) -> f64 {
        let all: usize = self.sends.values().sum();
        let own = self.sends.get(deployment).copied().unwrap_or(0);
        if all == 0 { 0.0 } else { own as f64 / all as f64 }
    }

    /// The time within which so many per cent of the answered calls were over; `None` if none was answered.
    #[must_use]
    pub fn percentile_ms(&self, percent: usize) -> Option<u64> {
        let rank = (self.took_ms.len() * percent.min(100)).div_ceil(100);
        self.took_ms.get(rank.saturating_sub(1)).copied()
    }

    fn count(&mut self, outcome: &Outcome) {
        self.calls += 1;
        self.retries = self.retries.saturating_add(outcome.retries);
        self.fallbacks = self.fallbacks.saturating_add(outcome.fallbacks);
        match &outcome.result {
            None => self.unfinished += 1,
            Some(Ok(())) => {
                self.answered += 1;
                self.took_ms.extend(outcome.ms());
            }
            Some(Err(fault)) => *self.faults.entry(fault.kind.class()).or_default() += 1,
        }
    }
}

impl World {
    /// Counts what has happened so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for deployment in &self.router().config().deployments {
            summary.sends.insert(deployment.id.clone(), 0);
        }
        for id in self.sent() {
            *summary.sends.entry(id.to_owned()).or_default() += 1;
        }
        self.outcomes().for_each(|outcome| summary.count(outcome));
        summary.took_ms.sort_unstable();
        summary
    }
}
