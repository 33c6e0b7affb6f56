//! Carries out what the router's steps say, as the driver in JavaScript does. It decides nothing.

use crate::config::DeploymentIx;
use crate::engine::{CallId, Mocked, Output};
use crate::error::Fault;
use crate::plan::{Action, Ask, AttemptId, Step};

use super::clock::Due;
use super::flight::{Flight, Open};
use super::log::Entry;
use super::reply::Part;
use super::upstream::Upstream;
use super::world::{CallNo, World};

impl World {
    /// Carries out one step.
    pub(super) fn take(&mut self, call: CallNo, event: String, step: Step) {
        let now_ms = self.now_ms();
        let is_end = matches!(step.action, Some(Action::Done(_)));
        if is_end {
            self.show_rewritten(call);
        }
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        for attempt in &step.abort {
            flight.outcome.aborted.push(attempt.0);
            flight.open.retain(|open| open.attempt != *attempt);
        }
        if flight.wake_at != step.wake_at {
            flight.wake_at = step.wake_at;
            step.wake_at
                .into_iter()
                .for_each(|at| self.clock.schedule(self.clock.when_told(at), Due::Wake(call, at)));
        }
        let is_send = matches!(step.action, Some(Action::Send { .. }));
        match &step.action {
            Some(Action::Send { attempt, deployment } | Action::Resume { attempt, deployment }) => {
                self.send(call, *attempt, *deployment);
            }
            Some(Action::Commit { attempt }) => {
                let output = flight.id.map(|id| self.router.stream_output(id, *attempt));
                flight.is_rewritten = output == Some(Output::Events);
                flight.outcome.committed_ms.get_or_insert(now_ms);
                flight.show_held(*attempt);
            }
            Some(Action::Done(result)) => {
                let result = result.as_ref().map(|_| ()).map_err(|fault| (**fault).clone());
                self.end(call, result);
            }
            Some(Action::Ask(Ask::MayFallback)) => self.ask(call),
            Some(Action::Ask(Ask::Filter)) => self.ask_filter(call),
            Some(Action::Ask(Ask::Reserve)) => self.ask_store(call),
            Some(Action::Ask(Ask::Rank)) => self.ask_to_rank(call),
            // No router of this version makes the other steps.
            Some(Action::Load { .. } | Action::Ask(_)) | None => {}
        }
        self.log.push(Entry { at_ms: now_ms, call: call.0, event, step });
        if is_send {
            self.shadow(call);
        }
    }

    /// Begins the shadows of a call that was sent for the first time.
    fn shadow(&mut self, call: CallNo) {
        let Some(flight) = self.flights.get(call.0) else { return };
        let (Some(id), spec) = (flight.id, flight.spec.clone().as_objects()) else { return };
        for nth in 0.. {
            let Some(shadow) = self.router.shadow(self.clock.told(), id, nth) else { return };
            let Some((id, step)) = shadow else { continue };
            let begun = self.add(spec.clone());
            let now_ms = self.now_ms();
            self.with(begun, |flight| {
                flight.id = Some(id);
                (flight.outcome.began_ms, flight.outcome.shadow_of) = (Some(now_ms), Some(call));
            });
            self.take(begun, "shadow".to_owned(), step);
        }
    }

    fn send(&mut self, call: CallNo, attempt: AttemptId, deployment: DeploymentIx) {
        let Some(id) = self.router.config().deployment(deployment).map(|known| known.id.clone()) else {
            return;
        };
        self.sends.push((call, id.clone()));
        let (now, now_ms) = (self.clock.now, self.now_ms());
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        // What has failed is not waited for; a first send that is slow may be.
        let running = flight.id.and_then(|id| self.router.running_call(id));
        flight.open.retain(|open| running.is_some_and(|running| running.call.listens_to(open.attempt)));
        let overrides = running.map(|running| running.call.overrides()).unwrap_or_default();
        let told = overrides.iter().map(|param| format!("{}: {}", param.name, param.raw));
        flight.outcome.overrides.push(told.collect::<Vec<_>>().join(", "));
        flight.open.push(Open { attempt, bytes: Vec::new() });
        flight.heard_at = None;
        if let Some(mocked) = flight.id.and_then(|id| self.router.mocked(now, id, attempt)) {
            return self.play_mock(call, attempt, mocked);
        }
        let upstream = self.upstreams.entry(id).or_insert_with(Upstream::ok);
        let reply = upstream.reply(now_ms, &mut self.rng);
        for (after_ms, part) in reply.play(flight.spec.surface, flight.spec.stream, &mut self.rng) {
            self.clock.schedule(now + after_ms, Due::Part(call, attempt, part));
        }
    }

    /// Nothing is sent: what stands for an answer comes in its time.
    fn play_mock(&mut self, call: CallNo, attempt: AttemptId, mocked: Mocked) {
        let (delay_ms, parts) = match mocked {
            Mocked::Silence => return,
            Mocked::Refused(why) => (0, vec![Part::Wrong(why)]),
            Mocked::Answer { body, delay_ms } => {
                (delay_ms, vec![Part::Head(200), Part::Chunk(body), Part::End])
            }
        };
        for part in parts {
            self.clock.schedule(self.clock.now + delay_ms, Due::Part(call, attempt, part));
        }
    }

    /// The call is over: what is worth keeping is read, and the router forgets it.
    pub(super) fn end(&mut self, call: CallNo, result: Result<(), Fault>) {
        let now_ms = self.now_ms();
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        let outcome = &mut flight.outcome;
        (outcome.ended_ms, outcome.result) = (Some(now_ms), Some(result));
        flight.open.clear();
        flight.wake_at = None;
        let Some(id) = flight.id.take() else { return };
        if let Some(running) = self.router.running_call(id) {
            outcome.read(&running.call, self.router.config());
        }
        self.router.release(id);
    }

    pub(super) fn id(&self, call: CallNo) -> Option<CallId> {
        self.flights.get(call.0)?.id
    }

    pub(super) fn with(&mut self, call: CallNo, change: impl FnMut(&mut Flight)) {
        self.flights.get_mut(call.0).into_iter().for_each(change);
    }
}
