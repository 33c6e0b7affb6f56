//! The router's side of the store: what to ask it, what to tell it, and what becomes of its words. The binding carries
//! it out, beside the calls.

use crate::base::time::Millis;
use crate::plan::{Answer, Ask, Event, Step};
use crate::state::{Unreadable, View};

use super::calls::CallId;
use super::router::Router;
use super::sync::{Batch, Carries, Loaded, Reservation, Wanted};

impl Router {
    /// There is a store, and this is what it can do.
    pub fn carry(&mut self, carries: Carries) {
        self.state.reserve_elsewhere(carries.reserve);
        self.sync.carry(carries);
    }

    /// A random number that names this router among those of the same config and seed; `None` before it is set.
    pub fn tag(&mut self) -> &mut Option<u64> {
        self.sync.tag()
    }

    /// What to load, if the view of the store is old. Said once, until it is old again.
    pub fn due(&mut self, now: Millis) -> Option<Vec<Wanted>> {
        let now = self.advance(now);
        self.sync.due(&self.config, &self.state, now)
    }

    /// Takes in what the store said under the keys of [`Router::due`], in their order; `None` for each that says nothing of
    /// use.
    pub fn merge(
        &mut self,
        now: Millis,
        wanted: &[Wanted],
        values: impl IntoIterator<Item = Option<Loaded>>,
    ) {
        let now = self.advance(now);
        self.sync.merge(&self.config, &mut self.state, now, wanted, values);
        self.sync.loaded();
    }

    /// The store could not be asked. Nothing else follows from it.
    pub fn not_loaded(&mut self) {
        self.sync.loaded();
        self.count_store_failure();
    }

    /// Is there anything to tell, and nobody under way who will?
    #[must_use]
    pub fn is_flush_due(&self) -> bool {
        self.sync.is_flush_due(&self.state, self.now)
    }

    /// Somebody is under way with batches, or back.
    pub fn flushing(&mut self, is_under_way: bool) {
        let since = is_under_way.then_some(self.now);
        self.sync.flushing(since);
    }

    /// What the store has not been told, circuits first; `None` if there is nothing. To be asked for again.
    pub fn next_batch(&mut self) -> Option<Batch> {
        self.sync.batch(&self.config, &mut self.state, self.now)
    }

    /// A batch was refused twice: it is given up, and counted.
    pub fn drop_batch(&mut self, batch: Batch) {
        self.sync.drop_batch(&self.config, batch);
    }

    /// Counts a store that failed.
    pub fn count_store_failure(&mut self) {
        self.sync.failures = self.sync.failures.saturating_add(1);
    }

    /// How often the store has failed, and how many batches were given up.
    #[must_use]
    pub fn store_failures(&self) -> (u64, u64) {
        (self.sync.failures, self.sync.dropped)
    }

    /// What the store is to be asked for a call that waits for its word; `None` if it waits for none.
    #[must_use]
    pub fn reservation(&mut self, id: CallId) -> Option<Reservation> {
        let view = View { config: &self.config, state: &self.state };
        Reservation::of(view, &self.calls.get(id)?.call, &mut self.sync)
    }

    /// The store has answered, in the order of [`Reservation::holds`]; `None` for no answer. One "no" is enough, and what
    /// was given beside it is given back; so is what comes when the call has no use for it any more.
    pub fn reserved(
        &mut self,
        now: Millis,
        id: CallId,
        reservation: &Reservation,
        answers: &[Option<bool>],
    ) -> Step {
        let now = self.advance(now);
        let refusal = reservation.refusal(answers);
        let call = self.calls.get(id).map(|running| &running.call);
        let awaiting = call.filter(|call| call.reserving() == Some(reservation.place()));
        // A call that did not wait for the answer has gone on as if it were a yes.
        let known = awaiting.map(|call| call.attempts().len());
        let value = if let Some(is_for_money) = refusal {
            if is_for_money { Answer::OverBudget } else { Answer::No }
        } else if answers.contains(&None) {
            Answer::Failed
        } else {
            Answer::Yes
        };
        let event = Event::Answered { ask: Ask::Reserve, value };
        let step = if known.is_some() { self.step(now, id, event) } else { Step::default() };
        let sent = self.calls.get(id).and_then(|running| {
            let (deployment, at) = reservation.place();
            let mut sends = running.call.attempts().iter().skip(known.unwrap_or(0));
            let sent = sends.find(|sent| sent.deployment == deployment && sent.started >= at)?;
            Some((sent.lease, sent.ended.is_some(), running.call.lease_ends(now)))
        });
        match sent.filter(|_| refusal.is_none()) {
            Some((lease, false, expires)) => {
                self.sync.note_given(&self.config, now, (lease, expires), reservation, answers);
            }
            // What it has cost was told already.
            Some((_, true, _)) => self.sync.give_back_budgets(&self.config, now, reservation, answers),
            None => self.sync.give_back(&self.config, now, reservation, answers),
        }
        step
    }

    /// What was learnt, as bytes that hold no secret. See [`State::save`](crate::state::State::save).
    #[must_use]
    pub fn export(&mut self, now: Millis) -> Vec<u8> {
        let now = self.advance(now);
        self.state.save(&self.config, now)
    }

    /// Takes in what [`Router::export`] gave.
    ///
    /// # Errors
    /// The bytes are none of its; nothing is changed.
    pub fn import(&mut self, now: Millis, bytes: &[u8]) -> Result<(), Unreadable> {
        let now = self.advance(now);
        self.state.restore(&self.config, now, bytes)?;
        self.sync.recognise_paid(&self.config, &self.state, now);
        Ok(())
    }
}
