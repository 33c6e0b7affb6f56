//! What calls cost: a send by what it used and the rates of its time, a call by all of its sends.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::base::usage::Usage;
use crate::plan::{AttemptId, Reach};
use crate::price::{Cost, Entry, Pico, Tariff};

use super::calls::{CallId, Running};
use super::guess::Earlier;
use super::pricing::Prices;
use super::router::Router;
use crate::config::RouterConfig;

/// What a send costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// How much.
    pub amount: Pico,
    /// Is it an estimate, because the send was given up or cut off before its provider had told what it used?
    pub is_estimate: bool,
}

/// What a call costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// All that was billed for the call, and for what; `None` where it is not known what the answer costs.
    pub total: Option<Cost>,
    /// How much of the total is an estimate.
    pub estimated: Pico,
    /// What each send costs, in their order; `None` where that is not known.
    pub sends: SmallVec<[Option<Charge>; 2]>,
    /// How many sends beside the answering one may have been billed, nobody knows how much: cut off in the middle, or given
    /// up where nobody has counted what was asked. They are not in the total.
    pub unknown: usize,
}

/// What a send has cost when it was over, which is asked again when its call is told of.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) number: AttemptId,
    /// What it had used by then: with any other usage this is not what it costs.
    pub(super) usage: Usage,
    pub(super) cost: Cost,
}

impl Prices {
    /// What a send costs, and whether that is an estimate. Nothing, where its provider has refused it, was never reached, or
    /// was not asked at all: nobody bills that.
    pub(super) fn cost_of(
        &self,
        config: &RouterConfig,
        version: u64,
        running: &Running,
        number: AttemptId,
    ) -> Option<(Cost, bool)> {
        let attempt =
            running.call.attempts().get(usize::from(number.0)).filter(|sent| sent.ended.is_some())?;
        if attempt.is_unbilled() {
            return Some((Cost::default(), false));
        }
        let is_estimate = attempt.fault.is_some();
        if let Some(Settled { number: known, usage, cost }) = &running.settled
            && (*known, Some(*usage), false) == (number, attempt.usage, is_estimate)
        {
            return Some((cost.clone(), false));
        }
        // What a provider has told before a break is not all that it bills.
        let usage = if is_estimate { running.guess(attempt) } else { attempt.usage };
        let entry = self.entry_at(config, version, running, number)?;
        let whole = || entry.price.needs_no_usage().then(Usage::default);
        let usage = entry.price.timed(usage.or_else(whole)?, attempt.ms());
        Tariff { entry, at: attempt.started }.cost(usage).map(|cost| (cost, is_estimate))
    }

    /// The price of a send's time.
    pub(super) fn tariff(
        &self,
        config: &RouterConfig,
        version: u64,
        running: &Running,
        number: AttemptId,
    ) -> Option<Tariff> {
        let at = running.call.attempts().get(usize::from(number.0))?.started;
        Some(Tariff { entry: self.entry_at(config, version, running, number)?, at })
    }

    /// The parts of a stream before this send, which broke off, each with the price of its time.
    pub(super) fn earlier(
        &self,
        config: &RouterConfig,
        version: u64,
        running: &Running,
        before: AttemptId,
    ) -> Earlier {
        let number = |place| AttemptId(u16::try_from(place).unwrap_or(u16::MAX));
        running.earlier(usize::from(before.0), &|place| self.tariff(config, version, running, number(place)))
    }

    /// All that is known of the model that a send was made to, whoever is behind its deployment by now.
    pub(super) fn entry_at(
        &self,
        config: &RouterConfig,
        version: u64,
        running: &Running,
        number: AttemptId,
    ) -> Option<Rc<Entry>> {
        let place = usize::from(number.0);
        match running.entries.get(place) {
            Some(entry) => entry.clone(),
            None => self.entry(config, version, running.call.attempts().get(place)?.deployment),
        }
    }

    /// Keeps what is known of the models that a call has been sent to, for another config comes.
    pub(super) fn keep(&self, config: &RouterConfig, version: u64, running: &mut Running) {
        let more = running.call.attempts().iter().skip(running.entries.len());
        running.entries.extend(more.map(|sent| self.entry(config, version, sent.deployment)));
    }

    /// What a call costs, as far as it has come.
    pub(super) fn bill(&self, config: &RouterConfig, version: u64, running: &Running) -> Bill {
        let mut bill = Bill::default();
        let answering = usize::from(running.answering().0);
        let (mut others, mut estimated) = (Cost::default(), 0_u64);
        for number in 0..running.call.attempts().len() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let cost = self.cost_of(config, version, running, AttemptId(number));
            bill.sends
                .push(cost.as_ref().map(|(cost, is)| Charge { amount: cost.total(), is_estimate: *is }));
            if let Some((cost, true)) = &cost {
                estimated = estimated.saturating_add(cost.total());
            }
            match cost {
                Some((cost, _)) if usize::from(number) == answering => bill.total = Some(cost),
                Some((cost, _)) => others.add_all(&cost),
                None if usize::from(number) != answering => bill.unknown = bill.unknown.saturating_add(1),
                None => {}
            }
        }
        if let Some(total) = &mut bill.total {
            total.add_all(&others);
            bill.estimated = estimated;
        }
        bill
    }
}

impl Router {
    /// What a call costs, as far as it has come; `None` for one that is not running.
    #[must_use]
    pub fn bill(&self, id: CallId) -> Option<Bill> {
        let running = self.calls.get(id)?;
        Some(self.prices.bill(&self.config, self.version, running))
    }

    /// What a stream costs that has told what it used, though it may not have ended: with its parts that broke off.
    #[must_use]
    pub fn cost_of_answer(&self, id: CallId) -> Option<Pico> {
        let running = self.calls.get(id)?;
        let number = running.answering();
        let attempt = running.call.attempts().get(usize::from(number.0))?;
        let (config, version) = (&self.config, self.version);
        if attempt.reach == Reach::Nobody {
            return Some(0);
        }
        let usage = attempt.usage.or_else(|| running.watch()?.usage())?;
        let own = self.prices.tariff(config, version, running, number)?.cost(usage)?.total();
        let earlier = self.prices.earlier(config, version, running, number).cost(usage)?;
        Some(own.saturating_add(earlier))
    }
}
