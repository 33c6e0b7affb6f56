//! Reports to the router what happens to a call, as the driver in JavaScript does.

use crate::base::headers::Headers;
use crate::base::json::Scanner;
use crate::dialect::reply_members;
use crate::engine::{CallId, Output, Watch};
use crate::error::FaultKind;
use crate::plan::{Action, AttemptId, Event};

use super::clock::Due;
use super::reply::Part;
use super::world::{CallNo, World};

impl World {
    pub(super) fn begin(&mut self, call: CallNo) {
        let now_ms = self.now_ms();
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        flight.outcome.began_ms = Some(now_ms);
        let mut spec = flight.spec.clone();
        let ruled = spec.about.as_ref().and_then(|about| self.router.ruled(&spec.model, about));
        if let Some(model) = ruled.map(str::to_owned) {
            spec.model = model;
        }
        let options = match self.router.options(&spec.options) {
            Ok(options) => options,
            Err(fault) => return self.end(call, Err(fault)),
        };
        match self.router.begin(self.clock.told(), spec.request(options)) {
            Ok((id, step)) => {
                let own = |(name, variant): (&str, &str)| (name.to_owned(), variant.to_owned());
                let trial = self.router.trial(id).map(own);
                let number = self.router.running_call(id).map(|running| running.number);
                self.with(call, |flight| {
                    (flight.id, flight.number) = (Some(id), number);
                    flight.outcome.trial.clone_from(&trial);
                });
                if let Some(ms) = spec.cancel_after_ms {
                    self.clock.schedule(self.clock.now + ms, Due::Cancel(call));
                }
                self.take(call, format!("begin {}", spec.model), step);
            }
            Err(fault) => self.end(call, Err(fault)),
        }
    }

    pub(super) fn cancel(&mut self, call: CallNo) {
        let Some(id) = self.id(call) else { return };
        let step = self.router.step(self.clock.told(), id, Event::Cancel);
        self.take(call, "cancel".to_owned(), step);
    }

    pub(super) fn wake(&mut self, call: CallNo) {
        let Some(id) = self.id(call) else { return };
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        flight.wake_at = None;
        // The router hears of a relayed stream's life only before it would take it for dead.
        let shown = self.router.running_call(id).and_then(|running| running.call.shows());
        if let (Some(at), Some(attempt)) = (flight.heard_at, shown) {
            self.router.alive(at, id, attempt);
        }
        let step = self.router.tick(self.clock.told(), id);
        self.take(call, "tick".to_owned(), step);
    }

    /// Something comes over the wire.
    pub(super) fn part(&mut self, call: CallNo, attempt: AttemptId, part: Part) {
        let (Some(id), now) = (self.id(call), self.clock.told()) else { return };
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        let number = attempt.0;
        match part {
            Part::Vanish => (flight.id, flight.outcome.has_vanished) = (None, true),
            Part::Head(status) => self.part(call, attempt, Part::Telling(status, Headers::default())),
            Part::Telling(status, headers) => {
                let step = self.router.step(now, id, Event::Head { attempt, status, headers });
                self.take(call, format!("head {number} {status}"), step);
            }
            Part::Refusal { status, headers, body } => {
                let step = self.router.refused(now, id, attempt, (status, headers, &body));
                self.take(call, format!("refused {number} {status}"), step);
            }
            Part::Wrong(why) => {
                let step = self.router.failed(now, id, attempt, FaultKind::BadRequest, why);
                self.take(call, format!("failed {number}"), step);
            }
            Part::Broken(words) if flight.is_committed() => {
                let tail = flight.tail(attempt);
                let step = self.router.stream_end(now, id, attempt, &tail, Some(&words));
                self.take(call, format!("broken {number}"), step);
            }
            Part::Broken(words) => {
                let step = self.router.failed(now, id, attempt, FaultKind::Connect, &words);
                self.take(call, format!("failed {number}"), step);
            }
            Part::Chunk(bytes) if flight.spec.stream => self.chunk(call, id, attempt, &bytes),
            Part::Chunk(bytes) => flight.keep(attempt, &bytes),
            Part::End if flight.spec.stream => {
                let tail = flight.tail(attempt);
                let step = self.router.stream_end(now, id, attempt, &tail, None);
                self.take(call, format!("end {number}"), step);
            }
            Part::End => {
                let body = flight.take(attempt);
                self.body(call, id, attempt, body);
            }
        }
    }

    fn body(&mut self, call: CallNo, id: CallId, attempt: AttemptId, body: Vec<u8>) {
        let running = self.router.running_call(id);
        let tried = running.and_then(|running| running.call.attempts().get(usize::from(attempt.0)));
        let deployment = tried.and_then(|tried| self.router.config().deployment(tried.deployment));
        let Some(dialect) = deployment.map(|known| known.dialect) else { return };
        let mut scan = Scanner::new(reply_members(dialect));
        scan.push(&body);
        let step = self.router.answered(self.clock.told(), id, attempt, (&mut scan, &body));
        if let Some(Action::Done(Ok(_))) = step.action {
            self.with(call, |flight| flight.show(&body));
        }
        self.take(call, format!("body {}", attempt.0), step);
    }

    /// Shows what the router has written for the caller of a committed stream.
    pub(super) fn show_rewritten(&mut self, call: CallNo) {
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        let Some(id) = flight.id else { return };
        let Some(running) = self.router.running_call(id) else { return };
        let is_shown = running.call.shows().is_some() || !running.rest.is_empty();
        if flight.is_rewritten && is_shown {
            flight.heard_at = Some(self.clock.told());
            let mut said = Vec::new();
            self.router.take_output(id, &mut said);
            flight.show(&said);
        }
    }

    /// Bytes of a stream. Nothing is shown before the commit. After it the router reads on only for objects.
    fn chunk(&mut self, call: CallNo, id: CallId, attempt: AttemptId, bytes: &[u8]) {
        let now = self.clock.told();
        let Some(flight) = self.flights.get_mut(call.0) else { return };
        let (was_committed, objects) = (flight.is_committed(), flight.spec.objects);
        let is_rewritten = self.router.stream_output(id, attempt) == Output::Events;
        flight.is_rewritten = is_rewritten;
        if !is_rewritten {
            flight.keep(attempt, bytes);
        }
        if was_committed && !is_rewritten {
            flight.heard_at = Some(now);
            flight.show(bytes);
            if !objects {
                return;
            }
        }
        if let Some(step) = self.router.stream_bytes(now, id, attempt, bytes) {
            self.take(call, format!("chunk {} of {} bytes", attempt.0, bytes.len()), step);
        }
        self.show_rewritten(call);
        let watch = self.router.running_call(id).and_then(|running| running.watch_of(attempt));
        if was_committed && watch.is_some_and(Watch::is_done) {
            let step = self.router.stream_end(now, id, attempt, &[], None);
            self.take(call, format!("end {}", attempt.0), step);
        }
    }
}
