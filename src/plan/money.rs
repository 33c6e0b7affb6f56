//! What a call spends: reserved when it sends, settled when a send is over.

use crate::base::time::Millis;
use crate::config::{BudgetIx, Purpose, RouterConfig};
use crate::price::Pico;
use crate::state::{Counts, Delta, Lease, View};
use crate::strategy::{estimate, estimate_at, tightest};

use super::attempt::Attempt;
use super::call::Call;
use super::event::{AttemptId, Step};

/// For how long at most a reservation counts: longer than calls take by default.
const LEASE_MS: u64 = 3_600_000;

impl Call {
    /// The budgets of the call's tags.
    pub(super) fn tag_budgets(&self, view: View<'_>) -> Vec<BudgetIx> {
        budgets_of(view.config, &self.spec.options.tags)
    }

    /// The send that is about to be over, and what it keeps of what it has reserved, if not all of it.
    pub(super) fn refund(&self, attempt: AttemptId) -> Option<(Lease, Pico)> {
        let sent = self.attempts.get(usize::from(attempt.0))?;
        keeps(sent).map(|amount| (sent.lease, amount))
    }

    /// When what is reserved now is given back, whatever becomes of the call. Nobody waits for the answer of a request that has
    /// vanished; one without a deadline is given up in time.
    #[must_use]
    pub fn lease_ends(&self, now: Millis) -> Millis {
        let lease = now + LEASE_MS;
        self.deadline().map_or(lease, |deadline| deadline.min(lease))
    }

    /// Finds the budget of the call's tags that has the least room.
    pub(super) fn look_at_tags(&mut self, now: Millis, view: View<'_>) {
        if !self.spec.options.tags.is_empty() {
            self.tag = tightest(view, now, &self.tag_budgets(view), self.refunded);
        }
    }

    /// Reserves what a send is thought to cost.
    pub(super) fn reserve_budgets(
        &mut self,
        now: Millis,
        view: View<'_>,
        attempt: AttemptId,
        expires: Millis,
        step: &mut Step,
    ) {
        let counts = self.need().counts;
        let Some(sent) = self.attempts.get(usize::from(attempt.0)) else { return };
        let Some(known) = view.config.deployment(sent.deployment) else { return };
        let tags = self.tag_budgets(view).into_boxed_slice();
        if known.budgets.is_empty() && tags.is_empty() {
            return;
        }
        let (deployment, lease) = (sent.deployment, sent.lease);
        let amount = estimate(known, now, counts).unwrap_or(0);
        let expires = expires.min(self.lease_ends(now));
        step.deltas.push(Delta::Reserved { deployment, lease, expires, amount, tags });
        if let Some(sent) = self.attempts.get_mut(usize::from(attempt.0)) {
            (sent.budgeted, sent.priced) = (Some(amount), known.known.clone());
        }
    }

    /// Settles a send whose cost is not known: it cost what was reserved, but for one of which more is known. Where the cost
    /// is known, that takes its place before the change is applied.
    pub(super) fn settle_budgets(&mut self, view: View<'_>, attempt: AttemptId, step: &mut Step) {
        let Some(sent) = self.attempts.get(usize::from(attempt.0)) else { return };
        let Some(reserved) = sent.budgeted else { return };
        let amount = keeps(sent).unwrap_or(reserved);
        let (deployment, lease) = (sent.deployment, sent.lease);
        let now_under = [view.config.budgets_of(deployment), &self.tag_budgets(view)].concat();
        let budgets = view.state.payers(view.config, lease, now_under);
        step.deltas.push(Delta::Paid { deployment, lease, amount, budgets });
    }
}

/// What a send that has failed is thought to have cost: nothing, where nobody bills it; else its prompt, and what is known to
/// have been read of its answer, at the price at which it was sent. `None` where it may have cost all that was reserved.
fn keeps(sent: &Attempt) -> Option<Pico> {
    sent.fault.as_ref()?;
    if sent.is_unbilled() {
        return Some(0);
    }
    let output = if sent.content_at.is_some() { sent.written?.into() } else { 0 };
    let counts = Counts { output, ..sent.reserved };
    let known = sent.priced.as_ref().and_then(|entry| estimate_at(entry, sent.started, counts));
    Some(known.unwrap_or(0))
}

/// The budgets of tags, each once.
#[must_use]
pub fn budgets_of(config: &RouterConfig, tags: &[String]) -> Vec<BudgetIx> {
    tags.iter().filter_map(|tag| config.budgets.find(Purpose::Tag, tag)).collect()
}
