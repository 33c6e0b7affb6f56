//! Where a call stands, as far as a listener is told of it: compared before and after a step.

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::Resolved;

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::AttemptId;

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
            is_over: self.is_over(),
        }
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
