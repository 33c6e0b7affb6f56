//! Streams of running calls: their bytes go in, and what the call makes of them comes out.

use crate::base::time::Millis;
use crate::config::{DialectName, MidStream, StreamUsage};
use crate::dialect::{self, StreamTranslator};
use crate::error::{Fault, FaultKind};
use crate::plan::{AttemptId, Event, Step, StreamOutcome};

use super::calls::CallId;
use super::output::Output;
use super::router::Router;
use super::told::Told;
use super::watch::Watch;

impl Router {
    /// What becomes of the events of the present attempt's stream.
    #[must_use]
    pub fn stream_output(&self, id: CallId, attempt: AttemptId) -> Output {
        let Some((_, deployment)) = self.attempt(id, attempt) else { return Output::Bytes };
        let Some(call) = self.calls.get(id).map(|running| &running.call) else { return Output::Bytes };
        if call.spec().objects {
            Output::Objects
        } else if deployment.is_translated || call.mid_stream() != MidStream::Error {
            Output::Events
        } else {
            Output::Bytes
        }
    }

    /// The reader of an attempt's stream, before its first byte.
    fn new_watch(&self, now: Millis, id: CallId, attempt: AttemptId) -> Option<Watch> {
        let output = self.stream_output(id, attempt);
        let (_, deployment) = self.attempt(id, attempt)?;
        let running = self.calls.get(id)?;
        let usage_shown = running.usage_asked || running.call.stream_usage() == StreamUsage::Always;
        let (dialect, mut memo) = (
            self.dialect_of(id, attempt)?,
            running.reading(attempt).map(|known| known.memo.clone()).unwrap_or_default(),
        );
        if usage_shown && deployment.is_translated {
            memo.price = self.prices.tariff(&self.config, self.version, running, attempt);
        }
        let watch = match StreamTranslator::new(dialect, memo, now.0 / 1_000, usage_shown) {
            Some(translator) => Watch::translating(translator, output),
            None if dialect == DialectName::Similar => Watch::rewording(output),
            None => Watch::new(dialect, output),
        };
        // Objects always ask for the usage, for the metadata.
        let hides = output == Output::Objects && !usage_shown && !dialect::is_translated(dialect);
        let watch = if hides { watch.hiding_usage() } else { watch };
        let told = running.told.clone().filter(Told::is_anything);
        let earlier = || self.prices.earlier(&self.config, self.version, running, attempt);
        let mark = |told: &Told, event| told.marker(event, &deployment.model_used(), attempt.0);
        Some(match (running.call.mid_stream(), told) {
            (MidStream::Error, _) => watch,
            (_, None) => watch.telling(Told::default(), None),
            (MidStream::Restart, Some(told)) => {
                let marker = mark(&told, "restart");
                watch.telling(Told::default().behind(earlier()), Some(marker))
            }
            (MidStream::Continue, Some(told)) => {
                let marker = mark(&told, "continue");
                watch.telling(told.continued().behind(earlier()), Some(marker))
            }
        })
    }

    fn start_watch(&mut self, now: Millis, id: CallId, attempt: AttemptId) {
        if self.calls.get(id).is_some_and(|running| running.watch_of(attempt).is_none()) {
            let watch = self.new_watch(now, id, attempt);
            if let Some(reading) = self.calls.get_mut(id).and_then(|running| running.reading_mut(attempt)) {
                reading.watch = watch;
            }
        }
    }

    /// The text that a call's next send is to go on from, if there is one.
    #[must_use]
    pub fn resumed_text(&self, id: CallId) -> Option<&str> {
        let running = self.calls.get(id)?;
        let goes_on = running.call.is_committed() && running.call.mid_stream() == MidStream::Continue;
        running.told.as_ref().filter(|_| goes_on).map(Told::text).filter(|text| !text.is_empty())
    }

    /// What there is of a call's stream for the caller since the last look, in place of what `into` held. Nothing of a
    /// stream that has not committed is to be shown.
    pub fn take_output(&mut self, id: CallId, into: &mut Vec<u8>) {
        into.clear();
        let Some(running) = self.calls.get_mut(id) else { return };
        if !running.rest.is_empty() {
            *into = std::mem::take(&mut running.rest);
            return;
        }
        let attempt = running.answering();
        if let Some(watch) = running.watch_mut(attempt) {
            watch.take(into);
        }
    }

    /// Reads bytes of a stream. `None` means "go on"; a step comes back for the first content, and for an error.
    pub fn stream_bytes(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        bytes: &[u8],
    ) -> Option<Step> {
        self.calls.get(id).filter(|running| running.call.listens_to(attempt))?;
        self.start_watch(now, id, attempt);
        let running = self.calls.get_mut(id)?;
        let watch = running.watch_mut(attempt)?;
        watch.push(bytes);
        let may_commit = watch.may_commit();
        let can_continue = watch.told().map(Told::can_continue);
        if let Some(fault) = watch.fault() {
            let outcome = StreamOutcome::Broken(fault.clone());
            running.note_may_continue(can_continue);
            return Some(self.stream_ended(now, id, attempt, outcome));
        }
        running.note_may_continue(can_continue);
        let first = may_commit
            && running
                .call
                .attempts()
                .get(usize::from(attempt.0))
                .is_some_and(|known| known.content_at.is_none());
        first.then(|| self.step(now, id, Event::Content { attempt }))
    }

    /// Do the last bytes of a committed stream hold its terminator? Then nothing more is to be waited for.
    #[must_use]
    pub fn has_terminator(&self, id: CallId, attempt: AttemptId, tail: &[u8]) -> bool {
        self.attempt(id, attempt).is_some_and(|(_, deployment)| {
            let mut watch = Watch::new(deployment.dialect, Output::Bytes);
            watch.push(tail);
            watch.is_done()
        })
    }

    /// Reports that no more bytes come. `tail` is the end of a stream whose middle was not read; `broken` is what
    /// the connection said, if it broke.
    pub fn stream_end(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        tail: &[u8],
        broken: Option<&str>,
    ) -> Step {
        let broken =
            broken.map(|message| Fault::new(FaultKind::Connect, dialect::redact(message, self.secrets())));
        let Some(running) = self.calls.get(id) else { return Step::default() };
        // What a send that was given up still says is not read.
        if !running.call.listens_to(attempt) {
            let fault = Fault::new(FaultKind::Connect, "a send that was given up has ended");
            return self.step(now, id, Event::StreamEnd { attempt, outcome: StreamOutcome::Broken(fault) });
        }
        self.start_watch(now, id, attempt);
        let Some(watch) = self.calls.get_mut(id).and_then(|running| running.watch_mut(attempt)) else {
            return Step::default();
        };
        if !tail.is_empty() {
            watch.tail(tail);
        }
        let outcome = watch.end(broken);
        self.stream_ended(now, id, attempt, outcome)
    }

    fn stream_ended(&mut self, now: Millis, id: CallId, attempt: AttemptId, outcome: StreamOutcome) -> Step {
        let outcome = match outcome {
            StreamOutcome::Broken(fault) => StreamOutcome::Broken(self.told(id, attempt, fault)),
            complete @ StreamOutcome::Complete { .. } => complete,
        };
        self.step(now, id, Event::StreamEnd { attempt, outcome })
    }
}
