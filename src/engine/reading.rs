//! What reads the answer of one send. Two sends may be under way at once, each with its own answer.

use crate::config::Param;
use crate::dialect::Memo;
use crate::plan::AttemptId;

use super::calls::Running;
use super::watch::Watch;

/// The reading of one send's answer.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) attempt: AttemptId,
    /// The reader of its stream, once that has begun.
    pub(super) watch: Option<Watch>,
    /// What the reading needs to know of the request, where that was translated.
    pub(super) memo: Memo,
}

impl Running {
    /// The attempt whose answer the caller gets; as long as there is none, the latest.
    #[must_use]
    pub fn answering(&self) -> AttemptId {
        let latest = || u16::try_from(self.call.attempts().len().saturating_sub(1)).unwrap_or(u16::MAX);
        let answer = self.result.as_ref().and_then(|result| result.as_ref().ok().copied());
        answer.or(self.call.shows()).unwrap_or_else(|| AttemptId(latest()))
    }

    /// The reader of the stream that the caller is given, or was.
    #[must_use]
    pub fn watch(&self) -> Option<&Watch> {
        self.watch_of(self.answering())
    }

    /// The reader of a send's stream.
    #[must_use]
    #[inline(always)]
    pub fn watch_of(&self, attempt: AttemptId) -> Option<&Watch> {
        self.reading(attempt)?.watch.as_ref()
    }

    #[inline(always)]
    pub(super) fn watch_mut(&mut self, attempt: AttemptId) -> Option<&mut Watch> {
        self.readings.iter_mut().find(|known| known.attempt == attempt)?.watch.as_mut()
    }

    #[inline(always)]
    pub(super) fn reading(&self, attempt: AttemptId) -> Option<&Reading> {
        self.readings.iter().find(|known| known.attempt == attempt)
    }

    /// The reading of a send; a new one, if there is none.
    pub(super) fn reading_mut(&mut self, attempt: AttemptId) -> Option<&mut Reading> {
        let place = self.readings.iter().position(|known| known.attempt == attempt);
        let place = place.unwrap_or_else(|| {
            self.readings.push(Reading { attempt, watch: None, memo: Memo::default() });
            self.readings.len().saturating_sub(1)
        });
        self.readings.get_mut(place)
    }

    /// Tells whether the text that the caller has could be gone on from, where note is taken of it.
    pub(super) fn note_may_continue(&mut self, can_continue: Option<bool>) {
        if let Some(can) = can_continue {
            // A target may ask for something else than one plain text.
            let asks = |param: &Param| matches!(&*param.name, "response_format" | "n");
            let is_text = self.is_text && !self.call.overrides().iter().any(asks);
            self.call.note_may_continue(is_text && can);
        }
    }

    /// Forgets the readings of sends that were given up or have failed. Those of a call that is over are still told of.
    pub(super) fn forget_readings(&mut self) {
        let call = &self.call;
        if !call.is_over() {
            self.readings.retain(|known| call.listens_to(known.attempt));
        }
    }
}
