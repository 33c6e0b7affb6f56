//! What is particular to a streamed call: when it commits, how far it is watched, and what follows when it breaks.

use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{CommitAt, MidStream, Observe, StreamUsage};
use crate::error::Fault;
use crate::state::{Delta, View};

use super::call::{Call, Phase};
use super::deadline::{Lane, Limit};
use super::event::{Action, AttemptId, Step};

impl Call {
    /// A stream begins: it may be an answer already, or commit.
    pub(super) fn stream_head(&mut self, now: Millis, view: View<'_>, attempt: AttemptId, step: &mut Step) {
        if self.observe(view, attempt) == Observe::Off {
            return self.answered(now, view, attempt, None, step);
        }
        if self.rules.commit == Some(CommitAt::Head) && !self.is_committed {
            self.win(now, view, attempt, step);
            self.is_committed = true;
            self.phase = Phase::Committed(attempt);
            step.action = Some(Action::Commit { attempt });
        }
    }

    /// How far a stream is watched. What is read for the caller is read to its end.
    fn observe(&self, view: View<'_>, attempt: AttemptId) -> Observe {
        let deployment = self.attempts.get(usize::from(attempt.0)).map(|known| known.deployment);
        let is_read = deployment
            .and_then(|ix| view.config.deployment(ix))
            .is_none_or(|known| self.spec.objects || known.is_translated);
        if is_read || self.mid_stream() != MidStream::Error {
            return Observe::Full;
        }
        self.rules.observe.unwrap_or_default()
    }

    /// What follows when the stream breaks after the commit.
    #[must_use]
    pub fn mid_stream(&self) -> MidStream {
        self.rules.mid_stream.unwrap_or_default()
    }

    /// Whether a stream whose bytes are handed on is made to tell its usage.
    #[must_use]
    pub fn stream_usage(&self) -> StreamUsage {
        self.rules.usage.unwrap_or_default()
    }

    /// Has the caller been given a part of a stream?
    #[must_use]
    pub fn is_committed(&self) -> bool {
        self.is_committed
    }

    /// Tells whether the text that the caller has could be gone on from, should the stream break.
    pub fn note_may_continue(&mut self, may: bool) {
        self.may_continue = may;
    }

    /// Notes what a stream had told of its usage when it broke off. One that came to its end has told all.
    pub fn note_usage(&mut self, attempt: AttemptId, usage: Option<Usage>) {
        if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
            known.usage = known.usage.or(usage);
        }
    }

    /// Notes how many tokens a stream has written, before it is told whether that was all.
    pub fn note_written(&mut self, attempt: AttemptId, written: u32) {
        if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
            known.written = Some(written);
        }
    }

    /// The first content commits. Later content only shows that the stream is alive.
    pub(super) fn content(&mut self, now: Millis, view: View<'_>, attempt: AttemptId, step: &mut Step) {
        let observe = self.observe(view, attempt);
        let Some(known) = self.attempts.get(usize::from(attempt.0)) else { return };
        let (deployment, lease, era) = (known.deployment, known.lease, known.era);
        let after_ms = now.since(known.started);
        if known.content_at.is_none() {
            self.win(now, view, attempt, step);
            self.timers.clear(Lane::Main);
            step.deltas.push(Delta::Begun { deployment, lease, stream: true, after_ms, tokens: 0, era });
            if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
                known.content_at = Some(now);
            }
            if observe == Observe::Head {
                return self.answered(now, view, attempt, None, step);
            }
            if self.phase == Phase::Sending(attempt) {
                self.is_committed = true;
                self.phase = Phase::Committed(attempt);
                step.action = Some(Action::Commit { attempt });
            }
        }
        let idle_ms = view.config.deployment(deployment).and_then(|known| self.limits(view, known).idle_ms);
        self.timers.limit(Lane::Main, Limit::Idle, now, idle_ms);
    }

    /// May a stream that broke be gone on with, or begun again? Only where another send could mend it.
    pub(super) fn may_resume(&self, fault: &Fault) -> bool {
        let allows = match self.mid_stream() {
            MidStream::Error => false,
            MidStream::Restart => true,
            MidStream::Continue => self.may_continue,
        };
        allows && self.may_retry(fault)
    }

    /// Could another send mend the fault? A deployment that will not go on from another's text says nothing of the
    /// next one.
    #[inline(always)]
    pub(super) fn may_retry(&self, fault: &Fault) -> bool {
        let is_mendable = fault.should_retry == Some(true) || fault.kind.verdicts().retry;
        is_mendable || (self.is_committed && matches!(self.phase, Phase::Sending(_)))
    }

    /// Does the next send need a deployment that can go on from a text?
    pub(super) fn needs_prefill(&self) -> bool {
        self.is_committed && self.mid_stream() == MidStream::Continue
    }
}
