//! Streams of running calls: their bytes go in, and what the call makes of them comes out.

use crate::base::time::Millis;
use crate::dialect;
use crate::error::{Fault, FaultKind};
use crate::plan::{AttemptId, Event, Step, StreamOutcome};

use super::calls::CallId;
use super::router::Router;
use super::watch::{Output, Watch};

impl Router {
    /// Reads bytes of a stream. `None` means "go on"; a step comes back for the first content, and for an error.
    pub fn stream_bytes(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        bytes: &[u8],
        objects: bool,
    ) -> Option<Step> {
        let (_, deployment) = self.attempt(id, attempt)?;
        let dialect = deployment.dialect;
        let running = self.calls.get_mut(id).filter(|running| running.call.listens_to(attempt))?;
        let usage_asked = running.usage_asked;
        let output = if objects { Output::Objects { usage_asked } } else { Output::Bytes };
        let watch = running.watch.get_or_insert_with(|| Watch::new(dialect, output));
        watch.push(bytes);
        if let Some(fault) = watch.fault() {
            let outcome = StreamOutcome::Broken(fault.clone());
            return Some(self.stream_ended(now, id, attempt, outcome));
        }
        let first = watch.may_commit()
            && running.call.attempts().last().is_some_and(|known| known.content_at.is_none());
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
        let Some((_, deployment)) = self.attempt(id, attempt) else { return Step::default() };
        let dialect = deployment.dialect;
        let broken =
            broken.map(|message| Fault::new(FaultKind::Connect, dialect::redact(message, self.secrets())));
        let Some(running) = self.calls.get_mut(id) else { return Step::default() };
        // The reader is the present send's: what one that was given up still says must not reach it.
        if !running.call.listens_to(attempt) {
            let fault = Fault::new(FaultKind::Connect, "a send that was given up has ended");
            return self.step(now, id, Event::StreamEnd { attempt, outcome: StreamOutcome::Broken(fault) });
        }
        let watch = running.watch.get_or_insert_with(|| Watch::new(dialect, Output::Bytes));
        if !tail.is_empty() {
            watch.tail(tail);
        }
        let outcome = watch.end(broken);
        self.stream_ended(now, id, attempt, outcome)
    }

    fn stream_ended(&mut self, now: Millis, id: CallId, attempt: AttemptId, outcome: StreamOutcome) -> Step {
        let outcome = match outcome {
            StreamOutcome::Broken(fault) => StreamOutcome::Broken(self.redacted(fault)),
            complete @ StreamOutcome::Complete { .. } => complete,
        };
        self.step(now, id, Event::StreamEnd { attempt, outcome })
    }
}
