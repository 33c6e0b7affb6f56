//! What is known of the candidates of a choice, for a strategy of the host's own.

use crate::base::time::Millis;
use crate::config::{CallOptions, Demand, DeploymentIx, GroupIx, Resolved};
use crate::error::Fault;
use crate::plan::{Ask, to_rank};
use crate::price::amount::dollars;
use crate::price::{Condition, Rate};
use crate::state::{Counts, Timing};
use crate::strategy::Candidates;

use super::calls::CallId;
use super::router::Router;

/// One candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contender {
    /// Who.
    pub deployment: DeploymentIx,
    /// Its `order` level, as one of the target.
    pub order: Option<u32>,
    /// Its weight; 1 where none is declared.
    pub weight: f64,
    /// `rpm`, `tpm` and `max_parallel_requests`.
    pub limits: [Option<u64>; 3],
    /// Its sends under way.
    pub open_sends: usize,
    /// What it has used in the last minute.
    pub used: Counts,
    /// How long it is expected to take, in ms: to the first content of a stream, for a token of a whole answer, and to an
    /// answer that tells no tokens. `None` where nothing was timed of late.
    pub times_ms: [Option<f64>; 3],
    /// How many of its attempts of the last minute were answered, and how many failed.
    pub window: (u32, u32),
    /// What a token of a short prompt costs, and one of the answer, in USD.
    pub costs: [Option<f64>; 2],
}

impl Contender {
    /// Appends it as numbers, in the order of the members; not a number where something is not known. `js/rank.js` reads them.
    fn write(&self, rows: &mut Vec<f64>) {
        let whole = |number: Option<u64>| number.map_or(f64::NAN, |number| number as f64);
        let [rpm, tpm, parallel] = self.limits.map(whole);
        let Counts { requests, input, output } = self.used;
        let [first_token, token, answer] = self.times_ms.map(|ms| ms.unwrap_or(f64::NAN));
        let [input_cost, output_cost] = self.costs.map(|usd| usd.unwrap_or(f64::NAN));
        rows.extend([
            f64::from(self.deployment.0),
            whole(self.order.map(u64::from)),
            self.weight,
            rpm,
            tpm,
            parallel,
            self.open_sends as f64,
            requests as f64,
            input as f64,
            output as f64,
            first_token,
            token,
            answer,
            f64::from(self.window.0),
            f64::from(self.window.1),
            input_cost,
            output_cost,
        ]);
    }
}

/// Writes candidates of a group as numbers: the group, and each of them.
pub fn write(group: GroupIx, contenders: impl Iterator<Item = Contender>, rows: &mut Vec<f64>) {
    rows.clear();
    rows.push(f64::from(group.0));
    contenders.for_each(|one| one.write(rows));
}

impl Router {
    /// Those whom a running call asks the host to rank, or of whom it asks whom the host leaves, and their group; `None` while
    /// it asks nothing.
    #[must_use]
    pub fn contenders(&self, now: Millis, id: CallId) -> Option<(GroupIx, impl Iterator<Item = Contender>)> {
        let now = self.now.max(now);
        let call = &self.calls.get(id)?.call;
        let (group, shown) = match (call.asking(), call.target()) {
            (Some(Ask::Filter), Resolved::Deployment(ix)) => {
                (self.config.deployment(ix)?.group, call.candidates(self.view()))
            }
            (Some(Ask::Filter), Resolved::Group(group)) => (group, call.candidates(self.view())),
            (_, target) => (group_of(target)?, Candidates::from_slice(call.shown())),
        };
        Some((group, shown.into_iter().filter_map(move |ix| self.contender(now, group, ix))))
    }

    /// Those whom a call to a model would ask the host to rank, and their group; `None` where the strategy is not its own.
    ///
    /// # Errors
    /// Too many names of models are in use: what a call would hear.
    pub fn look_to_rank(
        &mut self,
        now: Millis,
        model: &str,
        stream: bool,
        demand: Demand,
        options: &CallOptions,
    ) -> Result<Option<(GroupIx, impl Iterator<Item = Contender>)>, Fault> {
        let now = self.advance(now);
        self.heed(options);
        let target = self.meant(model, options, true)?.to();
        let (target, _) = self.assign(target, options, self.begun());
        let look = self.look(now, target, (stream, demand), options, None);
        let found = to_rank(self.view(), now, target, &look).zip(target.and_then(group_of));
        let shown = |(found, group): (Candidates, GroupIx)| {
            (group, found.into_iter().filter_map(move |ix| self.contender(now, group, ix)))
        };
        Ok(found.map(shown))
    }

    fn contender(&self, now: Millis, group: GroupIx, ix: DeploymentIx) -> Option<Contender> {
        let known = self.config.deployment(ix)?;
        let health = self.state.health(ix)?;
        let cell = self.state.health(known.limit_cell(ix)).unwrap_or(health);
        let rules = self.config.latency_of(known);
        let ms = |timing| health.pace.of(timing).expected_us(now, rules).map(|us| us as f64 / 1_000.0);
        let price = known.known.as_ref().map(|entry| entry.price.at(now));
        let cost = |rate| price.as_ref()?.get(rate, Condition::default()).map(dollars);
        let parallel = known.max_parallel.or(self.config.policy.default_max_parallel);
        Some(Contender {
            deployment: ix,
            order: self.config.order_in(Resolved::Group(group), ix),
            weight: known.weight.unwrap_or(1.0),
            limits: [known.rpm, known.tpm, parallel.filter(|most| *most < u32::MAX).map(u64::from)],
            open_sends: cell.open.count(now, None),
            used: cell.usage.at(now),
            times_ms: [Timing::FirstContent, Timing::PerToken, Timing::Whole].map(ms),
            window: health.window.counts(now),
            costs: [Rate::Input, Rate::Output].map(cost),
        })
    }
}

fn group_of(target: Resolved) -> Option<GroupIx> {
    if let Resolved::Group(group) = target { Some(group) } else { None }
}
