//! What a program tells the router beside its calls, at moments that are planned: other configs, how deployments are, and
//! what callers think of answers.

use serde_json::Value;

use super::clock::Due;
use super::upstream::Upstream;
use super::world::{CallNo, World};

/// What the router was told, and what it said to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// Another config.
    Config {
        /// Was it taken? Else it is wrong, and nothing has changed.
        is_taken: bool,
    },
    /// How a deployment is.
    Health {
        /// Its id.
        id: String,
        /// Is it well?
        ok: bool,
        /// Does the router know it?
        is_taken: bool,
    },
    /// What the caller of a call thinks of its answer, from 0 to 1.
    Score {
        /// The call.
        call: CallNo,
        /// The score.
        score: f64,
        /// Does the router remember the call?
        is_taken: bool,
    },
}

impl World {
    /// Sets what the far side of a deployment does that a later config may have. See [`World::upstream`].
    pub fn later_upstream(&mut self, id: &str, upstream: Upstream) {
        self.upstreams.insert(id.to_owned(), upstream);
    }

    /// Uses another config so long from now, while calls run. See [`World::adopt`].
    pub fn adopt_in(&mut self, ms: u64, config: Value) {
        self.clock.schedule(self.clock.now + ms, Due::Adopt(Box::new(config)));
    }

    /// Says so long from now that a deployment is well, or not.
    pub fn set_health_in(&mut self, ms: u64, id: &str, ok: bool) {
        self.clock.schedule(self.clock.now + ms, Due::Health(id.to_owned(), ok));
    }

    /// Gives the answer of a call a score so long from now.
    pub fn feedback_in(&mut self, ms: u64, call: CallNo, score: f64) {
        self.clock.schedule(self.clock.now + ms, Due::Score(call, score));
    }

    /// What the router was told at moments that were planned, in order.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    pub(super) fn remark_config(&mut self, config: &Value) {
        let is_taken = self.adopt(config).is_ok();
        self.remarks.push(Remark::Config { is_taken });
    }

    pub(super) fn remark_health(&mut self, id: String, ok: bool) {
        let is_taken = self.set_health(&id, ok).is_ok();
        self.remarks.push(Remark::Health { id, ok, is_taken });
    }

    pub(super) fn remark_score(&mut self, call: CallNo, score: f64) {
        let number = self.flights.get(call.0).and_then(|flight| flight.number);
        let is_taken = number.is_some_and(|number| self.router.feedback(number, score));
        self.remarks.push(Remark::Score { call, score, is_taken });
    }
}
