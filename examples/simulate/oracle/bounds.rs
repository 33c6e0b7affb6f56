//! How often a call may send, and when no more.

use switchman::plan::Action;
use switchman::sim::Entry;

use super::{Broken, Oracle, rule};

impl Oracle {
    /// What a step may say at all, of a call that stands where it does.
    pub(super) fn check_bounds(&mut self, entry: &Entry) -> Result<(), Broken> {
        let (call, step) = (self.calls.of(entry.call), &entry.step);
        rule!(!call.is_over, "an event of a call that is over");
        let most = call.options.max_attempts.unwrap_or(self.config.policy.max_attempts);
        let most = most.min(self.config.host.subrequests.unwrap_or(u32::MAX)) as usize;
        for attempt in &step.abort {
            let is_open = call.open().any(|send| send.attempt == *attempt);
            rule!(is_open, "send {} is given up, and was over", attempt.0);
        }
        match &step.action {
            Some(Action::Send { attempt, .. } | Action::Resume { attempt, .. }) => {
                rule!(usize::from(attempt.0) == call.sends.len(), "send {} is not the next one", attempt.0);
                rule!(call.sends.len() < most, "{} sends, and {most} are allowed", call.sends.len() + 1);
                let is_late = call.deadline().is_some_and(|deadline| deadline <= self.now);
                rule!(!is_late, "a send after the deadline");
                let resumes = matches!(step.action, Some(Action::Resume { .. }));
                rule!(resumes == call.is_committed(), "sent anew after the commit, or resumed before it");
                let goes_on = call.mid_stream != switchman::config::MidStream::Error;
                rule!(!resumes || goes_on, "a stream is gone on with that should have ended");
                self.tally.resumes += usize::from(resumes);
            }
            Some(Action::Commit { attempt }) => {
                rule!(call.shown != Some(*attempt), "a second commit of send {}", attempt.0);
                let is_open = call.open().any(|send| send.attempt == *attempt);
                rule!(is_open, "a stream is shown that was given up");
                self.tally.commits += 1;
            }
            Some(Action::Done(result)) => {
                rule!(step.wake_at.is_none(), "a call that is over wants to be woken");
                self.tally.ended(result);
                return Ok(());
            }
            Some(Action::Ask(_)) => self.tally.asked += 1,
            Some(Action::Load { .. }) => return Err("a call waits for the store".to_owned()),
            None => {}
        }
        // Whoever has a deadline is woken by then. A send may bring another one along.
        if let Some(deadline) = call
            .deadline()
            .filter(|_| !matches!(step.action, Some(Action::Send { .. } | Action::Resume { .. })))
        {
            let is_woken = step.wake_at.is_some_and(|at| at <= deadline);
            rule!(is_woken, "nobody wakes the call by its deadline, {deadline:?}");
        }
        Ok(())
    }
}
