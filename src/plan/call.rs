//! One call, from its start to its end.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{BudgetIx, DeploymentIx, FallbackTarget, GroupIx, Param, Resolved, StreamRules};
use crate::error::{ErrorHint, Fault, FaultKind};
use crate::price::Pico;
use crate::state::{CALL_DEPOSIT, Counts, Delta, Lease, Scope, View};

use super::attempt::Attempt;
use super::classify::refused;
use super::deadline::{Due, Lane, Timer, Timers};
use super::decision::Decision;
use super::event::{Action, Answer, Ask, AttemptId, Event, Step, StreamOutcome};
use super::fallback::{Targets, allowed, group_of};
use super::rank::Ranked;
use super::refusal::{mock_fault, unknown_model};
use super::reserve::Refusal;
use super::screen::Screen;
use super::spec::CallSpec;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    New,
    Sending(AttemptId),
    Waiting,
    Asking(Ask),
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
    /// The target of the last send; before the first one, what was asked for.
    pub(super) sent_to: Resolved,
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
    /// The number of the call in its router: it names its sends.
    pub(super) number: u64,
    /// The send beside the present one.
    pub(super) rival: Option<AttemptId>,
    /// There is one second send in a call.
    pub(super) has_hedged: bool,
    /// The place of the send that has just failed.
    pub(super) beside: Option<Lease>,
    /// The same, and what it keeps of budgets, if not all that it has reserved.
    pub(super) refunded: Option<(Lease, Pico)>,
    /// The lowest `order` level that is still to be used in the present group.
    pub(super) level: u32,
    /// What it has not used of its reservation, and at whose limits that counts.
    pub(super) unused: Option<(DeploymentIx, Counts)>,
    /// Who was benched in this step, and for what: the state does not show it yet.
    pub(super) benched: Option<(DeploymentIx, Scope, FaultKind)>,
    /// Of the budgets of its tags the one that has the least room, in this step.
    pub(super) tag: Option<BudgetIx>,
    /// Where the call waits for a place, if it does.
    pub(super) waits: Option<GroupIx>,
    /// The target that the host is asked about, and the fault that leads to it.
    pub(super) asked: Option<Box<(FallbackTarget, Fault)>>,
    /// Which deployment the store is asked about, and since when.
    pub(super) reserving: Option<(DeploymentIx, Millis)>,
    /// Of whom the store has said that a limit or a budget is reached.
    pub(super) full: SmallVec<[Refusal; 2]>,
    /// Has the store been asked about the send that is about to be made?
    pub(super) is_held: bool,
    /// Whom the host has named of the present target.
    pub(super) ranked: Ranked,
    /// How often it was asked for that in vain.
    pub(super) failed_ranks: u32,
    /// Who may not serve the call.
    pub(super) screen: Screen,
    /// Every choice, where somebody wants to know.
    pub(super) decisions: Option<Vec<Decision>>,
}

impl Call {
    /// A call that has not started. Unknown and forbidden models end it at its first step.
    #[must_use]
    pub fn new(spec: CallSpec, view: View<'_>, rng: Rng, now: Millis, number: u64) -> Self {
        let target = spec.target.unwrap_or(Resolved::Group(GroupIx(u16::MAX)));
        Self {
            targets: Targets::new(target, view.config, &spec.options),
            decisions: spec.options.explain.then(Vec::new),
            rules: spec.options.streams.or(view.config.policy.streams),
            is_committed: false,
            may_continue: false,
            overrides: spec.overrides.clone(),
            spec,
            phase: Phase::New,
            rng,
            started: now,
            timers: Timers::default(),
            target,
            sent_to: target,
            failed: SmallVec::new(),
            retries: 0,
            attempts: SmallVec::new(),
            hops_with_sends: 0,
            sent_in_hop: false,
            last_fault: None,
            stale_events: 0,
            number,
            rival: None,
            has_hedged: false,
            beside: None,
            refunded: None,
            level: 0,
            unused: None,
            benched: None,
            tag: None,
            waits: None,
            asked: None,
            reserving: None,
            full: SmallVec::new(),
            is_held: false,
            ranked: Ranked::NotAsked,
            failed_ranks: 0,
            screen: Screen::default(),
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

    /// Is this the send that the call waits for, or whose stream the caller is being given?
    #[must_use]
    #[inline(always)]
    pub fn listens_to(&self, attempt: AttemptId) -> bool {
        self.is_sending(attempt) || self.phase == Phase::Committed(attempt)
    }

    /// Is this a send that was made beside another one, which is under way still?
    #[must_use]
    pub fn is_beside(&self, attempt: AttemptId) -> bool {
        self.rival == Some(attempt)
    }

    /// Is this a send whose answer is waited for? There may be two.
    #[inline(always)]
    fn is_sending(&self, attempt: AttemptId) -> bool {
        self.phase == Phase::Sending(attempt) || self.rival == Some(attempt)
    }

    /// Takes one event and answers with the one step that follows from it.
    pub fn step(&mut self, now: Millis, view: View<'_>, event: Event) -> Step {
        let mut step = Step::default();
        let expected = match &event {
            Event::Start => self.phase == Phase::New,
            Event::Head { attempt, .. }
            | Event::Body { attempt, .. }
            | Event::Refused { attempt, .. }
            | Event::Fetching { attempt }
            | Event::Ready { attempt } => self.is_sending(*attempt),
            Event::Content { attempt } | Event::Failed { attempt, .. } | Event::StreamEnd { attempt, .. } => {
                self.listens_to(*attempt)
            }
            Event::Tick | Event::Cancel => !matches!(self.phase, Phase::New | Phase::Ended),
            Event::Answered { ask, .. } => self.phase == Phase::Asking(*ask),
            // Nothing is loaded in the way of a call.
            Event::Loaded => false,
        };
        if !expected {
            self.stale_events = self.stale_events.saturating_add(1);
            step.wake_at = self.timers.next();
            return step;
        }
        (self.beside, self.refunded, self.unused, self.benched) = (None, None, None, None);
        self.look_at_tags(now, view);
        self.screen(view);
        match event {
            Event::Start => self.start(now, view, &mut step),
            Event::Fetching { attempt } => self.fetching(now, attempt),
            Event::Ready { attempt } => self.ready(now, view, attempt),
            Event::Head { attempt, status, headers } => {
                self.head(now, attempt, status, headers, &mut step);
                if self.spec.stream && (200..300).contains(&status) {
                    self.stream_head(now, view, attempt, &mut step);
                }
            }
            Event::Content { attempt } => self.content(now, view, attempt, &mut step),
            Event::Body { attempt, usage } => self.answered(now, view, attempt, usage, &mut step),
            Event::Failed { attempt, fault } => self.fault(now, view, attempt, fault, &mut step),
            Event::Refused { attempt, status, headers, hint } => {
                let fault = refused(now, status, &headers, hint);
                self.fault(now, view, attempt, fault, &mut step);
            }
            Event::StreamEnd { attempt, outcome: StreamOutcome::Complete { usage } } => {
                self.answered(now, view, attempt, usage, &mut step);
            }
            Event::StreamEnd { attempt, outcome: StreamOutcome::Broken(fault) } => {
                self.fault(now, view, attempt, fault, &mut step);
            }
            Event::Tick => self.tick(now, view, &mut step),
            Event::Cancel => self.end_early(
                now,
                view,
                Fault::new(FaultKind::Cancelled, "the caller cancelled the call"),
                &mut step,
            ),
            Event::Answered { ask, value } => self.heard(now, view, ask, &value, &mut step),
            Event::Loaded => {}
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
        let has_caller = !self.spec.is_probe && self.spec.shadow_of.is_none();
        if let Some(group) = self.group(view).filter(|_| has_caller) {
            step.deltas.push(Delta::RetryTokens { group, milli: CALL_DEPOSIT });
        }
        if let Some(fault) = mock_fault(&self.spec.options) {
            return self.fall_back(now, view, fault, step);
        }
        self.try_target(now, view, step);
    }

    fn tick(&mut self, now: Millis, view: View<'_>, step: &mut Step) {
        match self.timers.due(now) {
            None => {}
            Some(Due::Call(Timer::Call)) => {
                let fault = Fault::new(FaultKind::Timeout, "the call did not end before its deadline");
                self.end_early(now, view, fault, step);
            }
            Some(Due::Call(Timer::Backoff)) => {
                self.timers.set(Timer::Backoff, now, None);
                self.try_target(now, view, step);
            }
            Some(Due::Call(Timer::Hedge)) => self.hedge(now, view, step),
            Some(Due::Call(Timer::Ask)) => {
                if let Phase::Asking(ask) = self.phase {
                    self.heard(now, view, ask, &Answer::Failed, step);
                }
            }
            Some(Due::Send(lane, limit)) => {
                let main = match self.phase {
                    Phase::Sending(attempt) | Phase::Committed(attempt) => Some(attempt),
                    _ => None,
                };
                let Some(attempt) = (if lane == Lane::Rival { self.rival } else { main }) else { return };
                step.abort.push(attempt);
                let known = self.attempts.get_mut(usize::from(attempt.0));
                if let Some(refusal) = known.and_then(|known| known.refusal.take()) {
                    let (status, headers) = *refusal;
                    let fault = refused(now, status, &headers, ErrorHint::default());
                    return self.fault(now, view, attempt, fault, step);
                }
                self.fault(now, view, attempt, limit.fault(), step);
            }
        }
    }

    /// Ends the call whatever it was doing. A deadline counts against the deployments that were too slow.
    fn end_early(&mut self, now: Millis, view: View<'_>, fault: Fault, step: &mut Step) {
        let main = match self.phase {
            Phase::Sending(attempt) | Phase::Committed(attempt) => Some(attempt),
            _ => None,
        };
        for attempt in main.into_iter().chain(self.rival.take()) {
            step.abort.push(attempt);
            let Some(known) = self.attempts.get_mut(usize::from(attempt.0)) else { continue };
            known.fault = Some(Box::new(fault.clone()));
            let (deployment, era) = (known.deployment, known.era);
            self.close(now, view, attempt, step);
            if fault.kind == FaultKind::Timeout {
                self.learn(now, view, (deployment, era), &fault, step);
            }
        }
        self.done(Err(fault), step);
    }

    pub(super) fn done(&mut self, result: Result<AttemptId, Fault>, step: &mut Step) {
        self.leave_queue(step);
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
