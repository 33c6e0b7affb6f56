//! The timers of a call, as a table: no heap, no callbacks.

use crate::base::time::Millis;
use crate::error::{Fault, FaultKind};

/// What a call as a whole can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Timer {
    /// `deadline`: the whole call.
    Call,
    /// The wait before the next attempt, or before looking again for a place.
    Backoff,
    /// When a second attempt may be sent beside the first.
    Hedge,
    /// The host's time to answer a question.
    Ask,
}

/// What a send can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Limit {
    /// `headers_timeout`: the response head.
    Head,
    /// `timeout`: the whole attempt.
    Total,
    /// `first_token_timeout` or `stream_timeout`: the first content of a stream.
    FirstContent,
    /// `idle_timeout`: silence in a stream.
    Idle,
    /// The host's time to give a token for it.
    Token,
    /// The files that it needs first.
    Files,
}

impl Limit {
    /// What it is called when it is over.
    pub(super) fn fault(self) -> Fault {
        let (kind, what) = match self {
            Self::Head => (FaultKind::Timeout, "no response head within headers_timeout"),
            Self::FirstContent => (FaultKind::Timeout, "no content within the first-token time-out"),
            Self::Idle => (FaultKind::Timeout, "the stream was silent for longer than idle_timeout"),
            Self::Total => (FaultKind::Timeout, "no whole answer within timeout"),
            Self::Token => (FaultKind::Auth, "getToken gave no token in time"),
            Self::Files => (FaultKind::Unsupported, "a file of the request could not be fetched in time"),
        };
        Fault::new(kind, what)
    }
}

/// Whose limits: two sends can be under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Lane {
    /// The send that was there first.
    Main,
    /// The one that was sent beside it.
    Rival,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Call(Timer),
    Send(Lane, Limit),
}

/// When each timer is due.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    call: [Option<Millis>; 4],
    sends: [[Option<Millis>; 6]; 2],
}

impl Timers {
    const LIMITS: [Limit; 6] =
        [Limit::Token, Limit::Files, Limit::Head, Limit::Total, Limit::FirstContent, Limit::Idle];

    /// Sets a timer to `now + ms`, or clears it.
    pub(super) fn set(&mut self, timer: Timer, now: Millis, ms: Option<u64>) {
        if let Some(slot) = self.call.get_mut(timer as usize) {
            *slot = ms.map(|ms| now + ms);
        }
    }

    /// When a timer is due.
    pub(super) fn get(&self, timer: Timer) -> Option<Millis> {
        self.call.get(timer as usize).copied().flatten()
    }

    /// Sets a limit of a send to `now + ms`, or clears it.
    pub(super) fn limit(&mut self, lane: Lane, limit: Limit, now: Millis, ms: Option<u64>) {
        if let Some(slot) = self.sends.get_mut(lane as usize).and_then(|lane| lane.get_mut(limit as usize)) {
            *slot = ms.map(|ms| now + ms);
        }
    }

    /// When a limit of a send is due.
    pub(super) fn limit_at(&self, lane: Lane, limit: Limit) -> Option<Millis> {
        self.sends.get(lane as usize)?.get(limit as usize).copied().flatten()
    }

    /// Clears the limits of a send.
    pub(super) fn clear(&mut self, lane: Lane) {
        if let Some(lane) = self.sends.get_mut(lane as usize) {
            *lane = [None; 6];
        }
    }

    /// The second send takes the place of the first one.
    pub(super) fn promote(&mut self) {
        self.sends.swap(Lane::Main as usize, Lane::Rival as usize);
        self.clear(Lane::Rival);
    }

    /// The soonest moment of all.
    pub(super) fn next(&self) -> Option<Millis> {
        self.call.iter().chain(self.sends.iter().flatten()).flatten().min().copied()
    }

    /// The first that is due at `now`: the deadline before all others.
    pub(super) fn due(&self, now: Millis) -> Option<Due> {
        let is_due = |at: Option<Millis>| at.is_some_and(|at| at <= now);
        let call = |timer| is_due(self.get(timer)).then_some(Due::Call(timer));
        let send = |lane| {
            let late = |limit: &Limit| is_due(self.limit_at(lane, *limit));
            Self::LIMITS.into_iter().find(late).map(|limit| Due::Send(lane, limit))
        };
        call(Timer::Call)
            .or_else(|| call(Timer::Backoff))
            .or_else(|| send(Lane::Main))
            .or_else(|| send(Lane::Rival))
            .or_else(|| call(Timer::Hedge))
            .or_else(|| call(Timer::Ask))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_what_is_next_and_what_is_due() {
        let mut timers = Timers::default();
        assert_eq!((timers.next(), timers.due(Millis(u64::MAX))), (None, None));
        timers.set(Timer::Call, Millis(0), Some(100));
        timers.limit(Lane::Main, Limit::Head, Millis(0), Some(10));
        timers.limit(Lane::Rival, Limit::Head, Millis(0), Some(20));
        assert_eq!((timers.next(), timers.due(Millis(9))), (Some(Millis(10)), None));
        assert_eq!(timers.due(Millis(20)), Some(Due::Send(Lane::Main, Limit::Head)));
        timers.promote();
        assert_eq!((timers.due(Millis(19)), timers.next()), (None, Some(Millis(20))));
        assert_eq!(timers.due(Millis(20)), Some(Due::Send(Lane::Main, Limit::Head)));
        assert_eq!(timers.due(Millis(100)), Some(Due::Call(Timer::Call)));
        timers.clear(Lane::Main);
        assert_eq!(timers.next(), Some(Millis(100)));
    }
}
