//! One call, from its start to its end.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::base::headers::Headers;
use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{
    CallOptions, Deployment, DeploymentIx, GroupIx, Param, Resolved, StreamRules, Surface, Timeouts,
};
use crate::error::{ErrorHint, Fault, FaultKind};
use crate::state::{CALL_DEPOSIT, Delta, View};

use super::attempt::Attempt;
use super::classify::refused;
use super::deadline::{Timer, Timers};
use super::event::{Action, AttemptId, Event, Step, StreamOutcome};
use super::fallback::{Targets, allowed, group_of};
use super::refusal::{mock_fault, unknown_model};

/// How long the body of an error is waited for.
const ERROR_BODY_MS: u64 = 2_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct CallSpec {
    /// The model as the caller named it.
    pub requested: Box<str>,
    /// What that means; `None` if nothing.
    pub target: Option<Resolved>,
    /// Which API.
    pub surface: Surface,
    /// Is the answer a stream?
    pub stream: bool,
    /// Are the events of the stream read for the caller, who gets objects?
    pub objects: bool,
    /// What the caller asks of the router.
    pub options: Box<CallOptions>,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    New,
    Sending(AttemptId),
    Waiting,
    Committed(AttemptId),
    Ended,
}

/// The state of one call. Owns its attempts, its timers and its randomness, and nothing that is shared.
#[derive(Clone, Debug)]
pub struct Call {
    pub(super) spec: CallSpec,
    pub(super) phase: Phase,
    pub(super) rng: Rng,
    pub(super) started: Millis,
    pub(super) timers: Timers,
    pub(super) targets: Targets,
    /// The target that is tried now, and who of it has failed.
    pub(super) target: Resolved,
    /// What that target replaces of the request.
    pub(super) overrides: Option<Rc<[Param]>>,
    pub(super) failed: SmallVec<[DeploymentIx; 8]>,
    pub(super) retries: u32,
    pub(super) attempts: SmallVec<[Attempt; 2]>,
    pub(super) hops_with_sends: u32,
    pub(super) sent_in_hop: bool,
    pub(super) last_fault: Option<Box<Fault>>,
    pub(super) stale_events: u32,
    /// What is done with the stream.
    pub(super) rules: StreamRules,
    /// Has the caller been given a part of a stream? Then whatever follows must be told of.
    pub(super) is_committed: bool,
    /// Could the text that the caller has be gone on from?
    pub(super) may_continue: bool,
    /// The head of the present send, if it is not 2xx and its body has not come yet.
    pub(super) refusal: Option<Box<(u16, Headers)>>,
}

impl Call {
    /// A call that has not started. Unknown and forbidden models end it at its first step.
    #[must_use]
    pub fn new(spec: CallSpec, view: View<'_>, rng: Rng, now: Millis) -> Self {
        let target = spec.target.unwrap_or(Resolved::Group(GroupIx(u16::MAX)));
        Self {
            targets: Targets::new(target, view.config, &spec.options),
            rules: spec.options.streams.or(view.config.policy.streams),
            is_committed: false,
            may_continue: false,
            spec,
            phase: Phase::New,
            rng,
            started: now,
            timers: Timers::default(),
            target,
            overrides: None,
            failed: SmallVec::new(),
            retries: 0,
            attempts: SmallVec::new(),
            hops_with_sends: 0,
            sent_in_hop: false,
            last_fault: None,
            stale_events: 0,
            refusal: None,
        }
    }

    /// What was asked for.
    #[must_use]
    pub fn spec(&self) -> &CallSpec {
        &self.spec
    }

    /// Members of the request that the present target replaces.
    #[must_use]
    pub fn overrides(&self) -> &[Param] {
        self.overrides.as_deref().unwrap_or_default()
    }

    /// Every send so far.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// When the call began.
    #[must_use]
    pub fn started(&self) -> Millis {
        self.started
    }

    /// Sends beyond the first of each group.
    #[must_use]
    pub fn attempted_retries(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX).saturating_sub(self.hops_with_sends)
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

    /// Is this the send that the call waits for, or whose stream the caller is being given?
    #[must_use]
    pub fn listens_to(&self, attempt: AttemptId) -> bool {
        self.phase == Phase::Sending(attempt) || self.phase == Phase::Committed(attempt)
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

    /// Takes one event and answers with the one step that follows from it.
    pub fn step(&mut self, now: Millis, view: View<'_>, event: Event) -> Step {
        let mut step = Step::default();
        let expected = match &event {
            Event::Start => self.phase == Phase::New,
            Event::Head { attempt, .. } | Event::Body { attempt, .. } | Event::Refused { attempt, .. } => {
                self.phase == Phase::Sending(*attempt)
            }
            Event::Content { attempt } | Event::Failed { attempt, .. } | Event::StreamEnd { attempt, .. } => {
                self.listens_to(*attempt)
            }
            Event::Tick | Event::Cancel => !matches!(self.phase, Phase::New | Phase::Ended),
            // Nothing asks yet, so nothing can be answered.
            Event::Loaded | Event::Answered { .. } => false,
        };
        if !expected {
            self.stale_events = self.stale_events.saturating_add(1);
            step.wake_at = self.timers.next();
            return step;
        }
        match event {
            Event::Start => self.start(now, view, &mut step),
            Event::Head { attempt, status, headers } => {
                self.head(now, attempt, status, headers);
                if self.spec.stream && (200..300).contains(&status) {
                    self.stream_head(now, view, attempt, &mut step);
                }
            }
            Event::Content { attempt } => self.content(now, view, attempt, &mut step),
            Event::Body { attempt, usage } => self.answered(now, attempt, usage, &mut step),
            Event::Failed { attempt, fault } => self.fault(now, view, attempt, fault, &mut step),
            Event::Refused { attempt, status, headers, hint } => {
                let fault = refused(now, status, &headers, hint);
                self.fault(now, view, attempt, fault, &mut step);
            }
            Event::StreamEnd { attempt, outcome: StreamOutcome::Complete { usage } } => {
                self.answered(now, attempt, usage, &mut step);
            }
            Event::StreamEnd { attempt, outcome: StreamOutcome::Broken(fault) } => {
                self.fault(now, view, attempt, fault, &mut step);
            }
            Event::Tick => self.tick(now, view, &mut step),
            Event::Cancel => self.end_early(
                now,
                Fault::new(FaultKind::Cancelled, "the caller cancelled the call"),
                &mut step,
            ),
            Event::Loaded | Event::Answered { .. } => {}
        }
        step.wake_at = self.timers.next();
        step
    }

    fn start(&mut self, now: Millis, view: View<'_>, step: &mut Step) {
        let known = self.spec.target.is_some_and(|target| allowed(view.config, target));
        if !known {
            let message = unknown_model(&self.spec.requested, view);
            return self.done(Err(Fault::new(FaultKind::UnknownModel, message)), step);
        }
        let deadline = self.spec.options.timeouts.or(view.config.policy.timeouts).deadline_ms;
        self.timers.set(Timer::Call, now, deadline.filter(|ms| *ms > 0));
        if let Some(group) = self.group(view) {
            step.deltas.push(Delta::RetryTokens { group, milli: CALL_DEPOSIT });
        }
        if let Some(fault) = mock_fault(&self.spec.options) {
            return self.fall_back(now, view, fault, step);
        }
        self.try_target(now, view, step);
    }

    pub(super) fn send(&mut self, now: Millis, view: View<'_>, deployment: DeploymentIx, step: &mut Step) {
        let bound = view.config.host.subrequests.unwrap_or(u32::MAX);
        let bound = bound.min(self.spec.options.max_attempts.unwrap_or(view.config.policy.max_attempts));
        let Some(known) = view.config.deployment(deployment) else {
            return self.done(Err(Fault::bug("a deployment vanished")), step);
        };
        let is_late = self.timers.get(Timer::Call).is_some_and(|deadline| deadline <= now);
        if is_late || u32::try_from(self.attempts.len()).unwrap_or(u32::MAX) >= bound {
            let fault = self.last_fault.take().map(|fault| *fault);
            let fault = fault
                .unwrap_or_else(|| Fault::new(FaultKind::NoDeployment, "the call may send nothing more"));
            return self.done(Err(fault), step);
        }
        let attempt = AttemptId(u16::try_from(self.attempts.len()).unwrap_or(u16::MAX));
        self.attempts.push(Attempt::sent(deployment, now));
        if !self.sent_in_hop {
            self.sent_in_hop = true;
            self.hops_with_sends = self.hops_with_sends.saturating_add(1);
        }
        self.refusal = None;
        self.timers.clear_attempt();
        self.timers.set(Timer::Backoff, now, None);
        if let Some(ms) =
            known.timeouts.deadline_ms.filter(|_| self.spec.options.timeouts.deadline_ms.is_none())
        {
            // The deployment's word on the whole call beats the router's, not the request's.
            self.timers.set(Timer::Call, self.started, Some(ms).filter(|ms| *ms > 0));
        }
        let limits = self.limits(view, known);
        self.timers.set(Timer::Head, now, limits.headers_ms);
        if self.spec.stream {
            self.timers.set(Timer::FirstContent, now, Some(limits.first_content_ms()));
        } else {
            self.timers.set(Timer::Attempt, now, limits.total_ms);
        }
        self.phase = Phase::Sending(attempt);
        step.action = Some(if self.is_committed {
            Action::Resume { attempt, deployment }
        } else {
            Action::Send { attempt, deployment }
        });
    }

    pub(super) fn limits(&self, view: View<'_>, deployment: &Deployment) -> Timeouts {
        self.spec.options.timeouts.or(deployment.timeouts).or(view.config.policy.timeouts)
    }

    fn head(&mut self, now: Millis, attempt: AttemptId, status: u16, headers: Headers) {
        self.timers.set(Timer::Head, now, None);
        if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
            known.head_at = Some(now);
            known.status = Some(status);
        }
        if !(200..300).contains(&status) {
            // What the body adds is not worth a long wait: the status says enough.
            let soon = now + ERROR_BODY_MS;
            let due = self.timers.get(Timer::Attempt).map_or(soon, |due| due.min(soon));
            self.timers.set(Timer::Attempt, due, Some(0));
            self.refusal = Some(Box::new((status, headers)));
        }
    }

    pub(super) fn answered(
        &mut self,
        now: Millis,
        attempt: AttemptId,
        usage: Option<Usage>,
        step: &mut Step,
    ) {
        if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
            known.ended = Some(now);
            known.usage = usage;
            step.deltas.push(Delta::Succeeded { deployment: known.deployment });
        }
        self.phase = Phase::Ended;
        self.timers = Timers::default();
        step.action = Some(Action::Done(Ok(attempt)));
    }

    fn tick(&mut self, now: Millis, view: View<'_>, step: &mut Step) {
        match self.timers.due(now) {
            None | Some(Timer::Hedge) => {}
            Some(Timer::Call) => {
                let fault = Fault::new(FaultKind::Timeout, "the call did not end before its deadline");
                self.end_early(now, fault, step);
            }
            Some(Timer::Backoff) => {
                self.timers.set(Timer::Backoff, now, None);
                self.try_target(now, view, step);
            }
            Some(timer @ (Timer::Head | Timer::Attempt | Timer::FirstContent | Timer::Idle)) => {
                let (Phase::Sending(attempt) | Phase::Committed(attempt)) = self.phase else { return };
                step.abort.push(attempt);
                if let Some(refusal) = self.refusal.take() {
                    let (status, headers) = *refusal;
                    let fault = refused(now, status, &headers, ErrorHint::default());
                    return self.fault(now, view, attempt, fault, step);
                }
                let what = match timer {
                    Timer::Head => "no response head within headers_timeout",
                    Timer::FirstContent => "no content within the first-token time-out",
                    Timer::Idle => "the stream was silent for longer than idle_timeout",
                    _ => "no whole answer within timeout",
                };
                self.fault(now, view, attempt, Fault::new(FaultKind::Timeout, what), step);
            }
        }
    }

    /// Ends the call whatever it was doing. A deadline counts against the deployment that was too slow.
    fn end_early(&mut self, now: Millis, fault: Fault, step: &mut Step) {
        if let Phase::Sending(attempt) | Phase::Committed(attempt) = self.phase {
            step.abort.push(attempt);
            if let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) {
                known.ended = Some(now);
                known.fault = Some(Box::new(fault.clone()));
                if fault.kind == FaultKind::Timeout {
                    step.deltas.push(Delta::Failed { deployment: known.deployment });
                }
            }
        }
        self.done(Err(fault), step);
    }

    pub(super) fn done(&mut self, result: Result<AttemptId, Fault>, step: &mut Step) {
        self.phase = Phase::Ended;
        self.timers = Timers::default();
        step.action = Some(Action::Done(result.map_err(Box::new)));
    }

    pub(super) fn group(&self, view: View<'_>) -> Option<GroupIx> {
        match self.target {
            Resolved::Group(group) => Some(group),
            Resolved::Deployment(ix) => group_of(view.config, ix),
        }
    }
}
