//! One call, as its driver and its caller see it.

use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{Deployment, RouterConfig};
use crate::engine::CallId;
use crate::error::{Fault, FaultKind};
use crate::plan::{Attempt, AttemptId, Call};

use super::clock::Clock;
use super::traffic::Spec;
use super::world::CallNo;

/// One send and how it went. Moments are milliseconds of the world's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The id of the deployment.
    pub deployment: String,
    /// "provider/model", as it was asked for there.
    pub model: String,
    /// When it was sent.
    pub began_ms: u64,
    /// When it was over; `None` if it never was.
    pub ended_ms: Option<u64>,
    /// The status it was answered with.
    pub status: Option<u16>,
    /// What went wrong, if something did.
    pub fault: Option<Fault>,
    /// What the answer says it used.
    pub usage: Option<Usage>,
}

/// What became of a call. Moments are milliseconds of the world's clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The model as the caller named it.
    pub requested: String,
    /// The call that it is a shadow of.
    pub shadow_of: Option<CallNo>,
    /// Does the router ask for itself?
    pub is_probe: bool,
    /// The experiment and the variant that it belongs to.
    pub trial: Option<(String, String)>,
    /// When it began; `None` while that is still to come.
    pub began_ms: Option<u64>,
    /// When its stream committed.
    pub committed_ms: Option<u64>,
    /// When it was over.
    pub ended_ms: Option<u64>,
    /// How it ended; `None` while it runs, and for one that has vanished.
    pub result: Option<Result<(), Fault>>,
    /// Every send; filled in when the call ends.
    pub attempts: Vec<Tried>,
    /// Sends beyond the first of each group.
    pub retries: u32,
    /// Groups moved to.
    pub fallbacks: u32,
    /// The sends that the router told its driver to give up.
    pub aborted: Vec<u16>,
    /// What each send replaced of the request: `name: value`, with commas between.
    pub overrides: Vec<String>,
    /// The groups that the host was asked about.
    pub asked: Vec<String>,
    /// Whom the host was shown, each time when it was asked whom to choose.
    pub ranked: Vec<Vec<String>>,
    /// What the caller was shown of the answer.
    pub received: String,
    /// Events that came too late or out of order.
    pub stale_events: u32,
    /// Has its request vanished? Then nobody hears how it ends.
    pub has_vanished: bool,
}

impl Outcome {
    /// Was it answered?
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self.result, Some(Ok(())))
    }

    /// The fault that it ended with, if it did.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.result.as_ref().and_then(|result| result.as_ref().err())
    }

    /// The kind of that fault.
    #[must_use]
    pub fn kind(&self) -> Option<FaultKind> {
        self.fault().map(|fault| fault.kind)
    }

    /// How long it took, in milliseconds; `None` if it has not ended.
    #[must_use]
    pub fn ms(&self) -> Option<u64> {
        Some(self.ended_ms?.saturating_sub(self.began_ms?))
    }

    /// The ids of the deployments it was sent to, in order.
    #[must_use]
    pub fn deployments(&self) -> Vec<&str> {
        self.attempts.iter().map(|tried| tried.deployment.as_str()).collect()
    }

    /// The models that were asked for, as "provider/model", in order.
    #[must_use]
    pub fn models(&self) -> Vec<&str> {
        self.attempts.iter().map(|tried| tried.model.as_str()).collect()
    }

    /// Reads what the router knows of a call that is over.
    pub(super) fn read(&mut self, call: &Call, config: &RouterConfig) {
        (self.retries, self.fallbacks) = (call.attempted_retries(), call.attempted_fallbacks());
        self.stale_events = call.stale_events();
        let tried = |attempt: &Attempt| Tried {
            deployment: config
                .deployment(attempt.deployment)
                .map(|known| known.id.clone())
                .unwrap_or_default(),
            model: config.deployment(attempt.deployment).map(Deployment::model_used).unwrap_or_default(),
            began_ms: Clock::ms(attempt.started),
            ended_ms: attempt.ended.map(Clock::ms),
            status: attempt.status,
            fault: attempt.fault.as_deref().cloned(),
            usage: attempt.usage,
        };
        self.attempts = call.attempts().iter().map(tried).collect();
    }

    /// How long it waited before each send but the first, in milliseconds.
    #[must_use]
    pub fn waits_ms(&self) -> Vec<u64> {
        let ends = self.attempts.iter().map(|tried| tried.ended_ms.unwrap_or(tried.began_ms));
        ends.zip(self.attempts.iter().skip(1)).map(|(end, next)| next.began_ms.saturating_sub(end)).collect()
    }
}

/// How much of the end of a stream is kept for the router that has not seen its middle.
const TAIL_BYTES: usize = 16 * 1024;

/// A send that is under way.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) attempt: AttemptId,
    /// Those of a whole answer, those held back, or the last ones of a stream.
    pub(super) bytes: Vec<u8>,
}

/// A call with what its driver keeps about it.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) spec: Spec,
    /// The router's name for it, from its beginning to its end, or until it vanishes.
    pub(super) id: Option<CallId>,
    /// The number of the call in its router, once it has begun.
    pub(super) number: Option<u64>,
    /// The sends that are under way: what comes of any other is not listened to.
    pub(super) open: Vec<Open>,
    /// When the router wants to be woken.
    pub(super) wake_at: Option<Millis>,
    /// When the committed stream last said something that the router does not know of.
    pub(super) heard_at: Option<Millis>,
    /// Does the router write the events of the stream anew?
    pub(super) is_rewritten: bool,
    pub(super) outcome: Outcome,
}

impl Flight {
    pub(super) fn new(spec: Spec) -> Self {
        let outcome = Outcome { requested: spec.model.clone(), ..Outcome::default() };
        let open = Vec::new();
        Self {
            spec,
            id: None,
            number: None,
            open,
            wake_at: None,
            heard_at: None,
            is_rewritten: false,
            outcome,
        }
    }

    pub(super) fn is_committed(&self) -> bool {
        self.outcome.committed_ms.is_some()
    }

    /// Keeps bytes: all of them before the commit, then the last ones.
    pub(super) fn keep(&mut self, attempt: AttemptId, bytes: &[u8]) {
        let is_committed = self.is_committed();
        let Some(open) = self.opened(attempt) else { return };
        open.bytes.extend_from_slice(bytes);
        let surplus = open.bytes.len().saturating_sub(TAIL_BYTES);
        if is_committed && surplus > TAIL_BYTES {
            open.bytes.drain(..surplus);
        }
    }

    /// Takes all bytes of a send.
    pub(super) fn take(&mut self, attempt: AttemptId) -> Vec<u8> {
        self.opened(attempt).map(|open| std::mem::take(&mut open.bytes)).unwrap_or_default()
    }

    fn opened(&mut self, attempt: AttemptId) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.attempt == attempt)
    }

    /// The end of the stream, where the router has not seen its middle.
    pub(super) fn tail(&mut self, attempt: AttemptId) -> Vec<u8> {
        let is_unread = self.is_committed() && !self.spec.objects && !self.is_rewritten;
        let Some(open) = self.opened(attempt).filter(|_| is_unread) else { return Vec::new() };
        let surplus = open.bytes.len().saturating_sub(TAIL_BYTES);
        open.bytes.get(surplus..).unwrap_or_default().to_vec()
    }

    /// Shows bytes to the caller.
    pub(super) fn show(&mut self, bytes: &[u8]) {
        self.outcome.received.push_str(&String::from_utf8_lossy(bytes));
    }

    /// Shows what was held back.
    pub(super) fn show_held(&mut self, attempt: AttemptId) {
        let held = self.take(attempt);
        self.show(&held);
        self.opened(attempt).into_iter().for_each(|open| open.bytes.clone_from(&held));
    }
}
