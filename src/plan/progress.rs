//! Where a call stands, as far as a listener is told of it: compared before and after a step.

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::Resolved;

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::decision::Decision;
use super::event::{Ask, AttemptId};

/// What one step can change.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Of each send: has its content begun, and is it over?
    pub attempts: SmallVec<[(bool, bool); 4]>,
    /// The target that is tried.
    pub target: Resolved,
    /// The target of the last send; before the first one, what was asked for.
    pub sent_to: Resolved,
    /// Has the second send been made?
    pub hedged: bool,
    /// Until when the call waits before it tries again.
    pub waits_until: Option<Millis>,
    /// How often the host was asked in vain whom to choose.
    pub failed_ranks: u32,
    /// How often the host was asked about candidates in vain.
    pub failed_asks: u32,
    /// Is it over?
    pub is_over: bool,
}

impl Call {
    /// Where the call stands.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let attempts = self.attempts.iter().map(|known| (known.content_at.is_some(), known.ended.is_some()));
        // Who waits for a place does not try again: it has not begun.
        let waits = self.phase == Phase::Waiting && self.waits.is_none();
        Progress {
            attempts: attempts.collect(),
            target: self.target,
            sent_to: self.sent_to,
            hedged: self.has_hedged,
            waits_until: self.timers.get(Timer::Backoff).filter(|_| waits),
            failed_ranks: self.failed_ranks,
            failed_asks: self.screen.failures,
            is_over: self.is_over(),
        }
    }

    /// Sends beyond the first of each group, but for a second one that was made beside a slow first one.
    #[must_use]
    pub fn attempted_retries(&self) -> u32 {
        let beside = u32::from(self.has_hedged);
        let sends = u32::try_from(self.attempts.len()).unwrap_or(u32::MAX);
        sends.saturating_sub(self.hops_with_sends).saturating_sub(beside)
    }

    /// How many groups were moved to.
    #[must_use]
    pub fn attempted_fallbacks(&self) -> u32 {
        u32::try_from(self.targets.taken()).unwrap_or(u32::MAX)
    }

    /// Is it over?
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// What the host or the store is being asked.
    #[must_use]
    pub fn asking(&self) -> Option<Ask> {
        if let Phase::Asking(ask) = self.phase { Some(ask) } else { None }
    }

    /// Does it wait before its next send?
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.phase == Phase::Waiting
    }

    /// When the call is over at the latest; `None` without a deadline.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        self.timers.get(Timer::Call)
    }

    /// Every choice so far; empty unless `explain` was asked for.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        self.decisions.as_deref().unwrap_or_default()
    }

    /// The send whose stream the caller is being given.
    #[must_use]
    pub fn shows(&self) -> Option<AttemptId> {
        if let Phase::Committed(attempt) = self.phase { Some(attempt) } else { None }
    }

    /// Events that came too late or out of order. They change nothing.
    #[must_use]
    pub fn stale_events(&self) -> u32 {
        self.stale_events
    }

    /// The target that is tried.
    #[must_use]
    pub fn target(&self) -> Resolved {
        self.target
    }

    /// How many targets were sent to.
    #[must_use]
    pub fn hops(&self) -> u32 {
        self.hops_with_sends
    }

    /// The send that was made beside a slow first one, while both are under way.
    #[must_use]
    pub fn rival(&self) -> Option<AttemptId> {
        self.rival
    }

    /// The class of what went wrong last, if anything has.
    #[must_use]
    pub fn last_error(&self) -> Option<&'static str> {
        self.attempts.iter().rev().find_map(|known| known.fault.as_ref()).map(|fault| fault.kind.class())
    }
}
