//! Pretend time: what is to happen, and when.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::time::Millis;
use crate::engine::{CallId, ProbeWish, Reservation};
use crate::plan::{Answer, Ask, AttemptId};

use super::reply::Part;
use super::world::CallNo;

/// When a world begins: in June 2025. Epoch time, because dates in `Retry-After` are.
pub(super) const START: Millis = Millis(1_750_000_000_000);

/// How many events a call may cause. Far more than any script needs: who comes so far runs in a circle.
const EVENTS_PER_CALL: u64 = 100_000;

/// What is to happen at a moment.
#[derive(Debug)]
pub(super) enum Due {
    Begin(CallNo),
    Cancel(CallNo),
    /// A wake-up, and the moment that was asked for.
    Wake(CallNo, Millis),
    Part(CallNo, AttemptId, Part),
    /// The host's clock is set: forward or, below 0, back.
    Set(i64),
    /// Another config is used.
    Adopt(Box<Value>),
    /// A deployment is said to be well, or not.
    Health(String, bool),
    /// The answer of a call is given a score.
    Score(CallNo, f64),
    /// The host asks how deployments are, and gives them so long.
    Probe(ProbeWish, u64),
    /// The host's answer to the question of this number.
    Answer(CallNo, usize, Ask, Answer),
    /// The host's answer to the question of this number, whom to choose.
    Ranked(CallNo, usize, Answer),
    /// The store's answer to what a call has asked it for.
    Reserved(CallNo, CallId, Box<(Reservation, Vec<Option<bool>>)>),
}

/// A clock that stands still until it is told to jump.
#[derive(Debug)]
pub(super) struct Clock {
    pub(super) now: Millis,
    /// How far the clock that the host tells is ahead of it.
    ahead_ms: i64,
    /// By moment; at the same moment, in the order in which it was scheduled.
    queue: BTreeMap<(Millis, u64), Due>,
    scheduled: u64,
    events_left: u64,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { now: START, ahead_ms: 0, queue: BTreeMap::new(), scheduled: 0, events_left: 0 }
    }

    /// Allows the events of one more call.
    pub(super) fn allow_call(&mut self) {
        self.events_left = self.events_left.saturating_add(EVENTS_PER_CALL);
    }

    /// Plans something; what should have happened before happens now.
    pub(super) fn schedule(&mut self, at: Millis, due: Due) {
        self.scheduled = self.scheduled.saturating_add(1);
        self.queue.insert((at.max(self.now), self.scheduled), due);
    }

    /// When the next thing happens.
    pub(super) fn next_at(&self) -> Option<Millis> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next thing that was planned, and when it is due. The clock stands still until it is moved.
    pub(super) fn take(&mut self) -> Option<(Millis, Due)> {
        if self.is_exhausted() {
            return None;
        }
        let ((at, _), due) = self.queue.pop_first()?;
        self.events_left = self.events_left.saturating_sub(1);
        Some((at, due))
    }

    /// Moves on, and never back.
    pub(super) fn move_to(&mut self, at: Millis) {
        self.now = self.now.max(at);
    }

    /// What the host's clock tells: it may be set, forward and back.
    pub(super) fn told(&self) -> Millis {
        Millis(self.now.0.saturating_add_signed(self.ahead_ms))
    }

    /// Sets the host's clock.
    pub(super) fn set(&mut self, by_ms: i64) {
        self.ahead_ms = self.ahead_ms.saturating_add(by_ms);
    }

    /// When it will be, if the host's clock is not set, that the host tells a moment.
    pub(super) fn when_told(&self, at: Millis) -> Millis {
        self.now + at.since(self.told())
    }

    /// Would more happen than calls can cause?
    pub(super) fn is_exhausted(&self) -> bool {
        self.events_left == 0 && !self.queue.is_empty()
    }

    /// A moment in milliseconds since the beginning.
    pub(super) fn ms(at: Millis) -> u64 {
        at.since(START)
    }
}
