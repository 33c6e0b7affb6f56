//! What calls cost: a send by what it used and the rates of its time, a call by all of its sends.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::error::FaultKind;
use crate::plan::{Attempt, AttemptId};
use crate::price::{Cost, Entry, Pico, Tariff};

use super::calls::{CallId, Running};
use super::pricing::Prices;
use super::router::Router;
use crate::config::RouterConfig;

/// What a call costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// All that was billed for the call, and for what; `None` where it is not known what the answer costs.
    pub total: Option<Cost>,
    /// What each send costs, in their order; `None` where that is not known.
    pub sends: SmallVec<[Option<Pico>; 2]>,
    /// How many sends beside the answering one may have been billed, nobody knows how much: given up in the middle, or cut
    /// off. They are not in the total.
    pub unknown: usize,
}

impl Prices {
    /// What a send costs. Nothing, where its provider has refused it or was never reached: nobody bills that.
    pub(super) fn cost_of(
        &self,
        config: &RouterConfig,
        version: u64,
        running: &Running,
        number: AttemptId,
    ) -> Option<Cost> {
        let attempt = running.call.attempts().get(usize::from(number.0))?;
        if attempt.fault.is_some() {
            // What a provider has told before a break is not all that it bills.
            return is_unbilled(attempt).then(Cost::default);
        }
        let usage = attempt.usage.filter(|_| attempt.ended.is_some())?;
        let entry = self.entry_at(config, version, running, number)?;
        let usage = entry.price.timed(usage, attempt.ms());
        Tariff { entry, at: attempt.started }.cost(usage)
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
        let mut others = Cost::default();
        for number in 0..running.call.attempts().len() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let cost = self.cost_of(config, version, running, AttemptId(number));
            bill.sends.push(cost.as_ref().map(Cost::total));
            match cost {
                Some(cost) if usize::from(number) == answering => bill.total = Some(cost),
                Some(cost) => others.add_all(&cost),
                None if usize::from(number) != answering => bill.unknown = bill.unknown.saturating_add(1),
                None => {}
            }
        }
        if let Some(total) = &mut bill.total {
            total.add_all(&others);
        }
        bill
    }
}

/// Was nothing made that could be billed: a refusal, a connection that never was, a request that was never sent?
fn is_unbilled(attempt: &Attempt) -> bool {
    let is_refused = attempt.status.is_some_and(|status| !(200..300).contains(&status));
    let never_sent =
        |kind| matches!(kind, FaultKind::Connect | FaultKind::Unsupported | FaultKind::BadRequest);
    let fault = attempt.fault.as_ref();
    is_refused || attempt.head_at.is_none() && fault.is_some_and(|fault| never_sent(fault.kind))
}

impl Router {
    /// What a call costs, as far as it has come; `None` for one that is not running.
    #[must_use]
    pub fn bill(&self, id: CallId) -> Option<Bill> {
        let running = self.calls.get(id)?;
        Some(self.prices.bill(&self.config, self.version, running))
    }

    /// What a stream costs that has told what it used, though it may not have ended.
    #[must_use]
    pub fn cost_of_answer(&self, id: CallId) -> Option<Cost> {
        let running = self.calls.get(id)?;
        let number = running.answering();
        let attempt = running.call.attempts().get(usize::from(number.0))?;
        let usage = attempt.usage.or_else(|| running.watch()?.usage())?;
        let entry = self.prices.entry_at(&self.config, self.version, running, number)?;
        Tariff { entry, at: attempt.started }.cost(usage)
    }
}
