//! The timers of a call, as a table: no heap, no callbacks.

use crate::base::time::Millis;

/// Everything that a call can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Timer {
    /// `deadline`: the whole call.
    Call,
    /// The wait before the next attempt.
    Backoff,
    /// `headers_timeout`: the response head.
    Head,
    /// `timeout`: the whole attempt.
    Attempt,
    /// `first_token_timeout` or `stream_timeout`: the first content of a stream.
    FirstContent,
    /// `idle_timeout`: silence in a stream.
    Idle,
    /// When a second attempt may be sent beside the first.
    Hedge,
}

/// When each timer is due.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers([Option<Millis>; 7]);

impl Timers {
    const ALL: [Timer; 7] = [
        Timer::Call,
        Timer::Backoff,
        Timer::Head,
        Timer::Attempt,
        Timer::FirstContent,
        Timer::Idle,
        Timer::Hedge,
    ];

    /// Sets a timer to `now + ms`, or clears it.
    pub(super) fn set(&mut self, timer: Timer, now: Millis, ms: Option<u64>) {
        if let Some(slot) = self.0.get_mut(timer as usize) {
            *slot = ms.map(|ms| now + ms);
        }
    }

    /// Clears everything that belongs to an attempt.
    pub(super) fn clear_attempt(&mut self) {
        for timer in [Timer::Head, Timer::Attempt, Timer::FirstContent, Timer::Idle, Timer::Hedge] {
            self.set(timer, Millis(0), None);
        }
    }

    /// When a timer is due.
    pub(super) fn get(&self, timer: Timer) -> Option<Millis> {
        self.0.get(timer as usize).copied().flatten()
    }

    /// The soonest moment of all.
    pub(super) fn next(&self) -> Option<Millis> {
        self.0.iter().flatten().min().copied()
    }

    /// The first timer that is due at `now`, in the order of the table.
    pub(super) fn due(&self, now: Millis) -> Option<Timer> {
        Self::ALL.into_iter().find(|timer| self.get(*timer).is_some_and(|at| at <= now))
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
        timers.set(Timer::Head, Millis(0), Some(10));
        assert_eq!((timers.next(), timers.due(Millis(9))), (Some(Millis(10)), None));
        assert_eq!(timers.due(Millis(10)), Some(Timer::Head));
        assert_eq!(timers.due(Millis(100)), Some(Timer::Call));
        timers.clear_attempt();
        assert_eq!(timers.next(), Some(Millis(100)));
    }
}
