//! What the driver reports of a running call: one method per event, each answering with an action's code.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::base::usage::{Tier, Usage};
use crate::dialect::told_usage;
use crate::engine::{self, CallId, Running};
use crate::error::FaultKind;
use crate::plan::{AttemptId, Event};

use super::router::{Router, action};

/// A buffer that has grown larger than this for one event is not kept for the next ones.
const KEPT_BYTES: usize = 64 * 1024;

#[wasm_bindgen]
impl Router {
    /// A head. `headers` has a line `name: value` for each of `coreReadHeaders` that the reply has; it may be empty
    /// where the status is 2xx.
    #[wasm_bindgen(js_name = coreHead)]
    pub fn head(&mut self, call: u32, attempt: u16, status: u16, headers: &str, now: f64) -> u32 {
        let headers = Headers::from_lines(headers);
        self.event(call, Event::Head { attempt: AttemptId(attempt), status, headers }, now)
    }

    /// The body of a head that is not 2xx: its beginning is in the window. `headers` as for `coreHead`.
    #[wasm_bindgen(js_name = coreRefused)]
    pub fn refused(
        &mut self,
        call: u32,
        attempt: u16,
        status: u16,
        headers: &str,
        len: usize,
        now: f64,
    ) -> u32 {
        let reply = (status, Headers::from_lines(headers), self.window.bytes(len));
        let now = Millis::from_f64(now);
        let step = self.engine.borrow_mut().refused(now, CallId(call), AttemptId(attempt), reply);
        self.take(call, step)
    }

    /// A send that came to nothing.
    #[wasm_bindgen(js_name = coreFailed)]
    pub fn failed(&mut self, call: u32, attempt: u16, kind: u8, message: &str, now: f64) -> u32 {
        let kind = FaultKind::from_code(kind).unwrap_or(FaultKind::Connect);
        let step = self.engine.borrow_mut().failed(
            Millis::from_f64(now),
            CallId(call),
            AttemptId(attempt),
            kind,
            message,
        );
        self.take(call, step)
    }

    /// A whole 2xx body, scanned before.
    #[wasm_bindgen(js_name = coreAnswered)]
    pub fn answered(&mut self, call: u32, attempt: u16, now: f64) -> u32 {
        let step = self.engine.borrow_mut().answered(
            Millis::from_f64(now),
            CallId(call),
            AttemptId(attempt),
            (&mut self.scan, self.window.bytes(self.whole.unwrap_or(0))),
        );
        self.take(call, step)
    }

    /// A whole 2xx body that the driver has parsed: it has the list that makes an answer of it. The counts are what it says
    /// it used; -1 for `prompt` if it does not say. `standard` is whether it says that it was served as the standard.
    #[wasm_bindgen(js_name = coreAnsweredWith)]
    #[allow(clippy::too_many_arguments, reason = "an object would cost more than the call itself")]
    pub fn answered_with(
        &mut self,
        call: u32,
        attempt: u16,
        prompt: f64,
        completion: f64,
        total: f64,
        cached: f64,
        reasoning: f64,
        standard: bool,
        now: f64,
    ) -> u32 {
        let [prompt_tokens, completion_tokens] = [prompt as u64, completion as u64];
        let usage = (prompt >= 0.0).then(|| Usage {
            prompt_tokens,
            completion_tokens,
            total_tokens: (total as u64).max(prompt_tokens.saturating_add(completion_tokens)),
            cached_tokens: cached as u64,
            reasoning_tokens: reasoning as u64,
            tier: standard.then_some(Tier::Standard),
            ..Usage::default()
        });
        self.event(call, Event::Body { attempt: AttemptId(attempt), usage }, now)
    }

    /// The same where an answer counts more than that: the JSON texts of its `usage` and its `service_tier`.
    #[wasm_bindgen(js_name = coreAnsweredUsing)]
    pub fn answered_using(&mut self, call: u32, attempt: u16, usage: &str, tier: &str, now: f64) -> u32 {
        let usage = told_usage(usage.as_bytes(), Some(tier.as_bytes()));
        self.event(call, Event::Body { attempt: AttemptId(attempt), usage }, now)
    }

    /// Bytes of a stream, in the window. 0 is "go on"; a committed stream whose terminator is there has no more to say.
    #[wasm_bindgen(js_name = coreStreamBytes)]
    pub fn stream_bytes(&mut self, call: u32, attempt: u16, len: usize, now: f64) -> u32 {
        let bytes = self.window.bytes(len);
        let step = self.engine.borrow_mut().stream_bytes(
            Millis::from_f64(now),
            CallId(call),
            AttemptId(attempt),
            bytes,
        );
        match step {
            Some(step) => self.take(call, step),
            None if self.stream_done(call) => action::OVER,
            None => action::NONE,
        }
    }

    /// What becomes of the events of an attempt's stream: a code of `Output`.
    #[wasm_bindgen(js_name = coreStreamOutput)]
    #[must_use]
    pub fn stream_output(&self, call: u32, attempt: u16) -> u8 {
        self.engine.borrow().stream_output(CallId(call), AttemptId(attempt)) as u8
    }

    /// Takes what there is of a stream for the caller since the last call: how many bytes. They are where `coreTaken`
    /// says, until more is taken.
    #[wasm_bindgen(js_name = coreTake)]
    pub fn take_output(&mut self, call: u32) -> usize {
        if self.taken.capacity() > KEPT_BYTES {
            self.taken = Vec::new();
        }
        self.engine.borrow_mut().take_output(CallId(call), &mut self.taken);
        self.taken.len()
    }

    /// Where the bytes taken last are in linear memory.
    #[wasm_bindgen(js_name = coreTaken)]
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken.as_ptr() as usize
    }

    /// Did the upstream itself tell the caller of the error, inside the stream?
    #[wasm_bindgen(js_name = coreErrorWasTold)]
    #[must_use]
    pub fn error_was_told(&self, call: u32) -> bool {
        self.read(call, |running| running.watch().is_some_and(engine::Watch::had_error)).unwrap_or(false)
    }

    /// Is the terminator of a committed stream there?
    #[wasm_bindgen(js_name = coreStreamDone)]
    #[must_use]
    pub fn stream_done(&self, call: u32) -> bool {
        let is_done = |running: &Running| {
            running.call.shows().is_some() && running.watch().is_some_and(engine::Watch::is_done)
        };
        self.read(call, is_done).unwrap_or(false)
    }

    /// May the driver read on from here by itself, and show only the events that may matter?
    #[wasm_bindgen(js_name = coreMaySkim)]
    #[must_use]
    pub fn may_skim(&self, call: u32) -> bool {
        let may = |running: &Running| running.watch().is_some_and(engine::Watch::may_be_skimmed);
        self.read(call, may).unwrap_or(false)
    }

    /// Do the last bytes of a relayed stream, in the window, hold its terminator?
    #[wasm_bindgen(js_name = coreHasTerminator)]
    #[must_use]
    pub fn has_terminator(&self, call: u32, attempt: u16, len: usize) -> bool {
        self.engine.borrow().has_terminator(CallId(call), AttemptId(attempt), self.window.bytes(len))
    }

    /// The end of a stream; its last bytes are in the window where the middle was not read.
    #[wasm_bindgen(js_name = coreStreamEnd)]
    pub fn stream_end(
        &mut self,
        call: u32,
        attempt: u16,
        len: usize,
        broken: Option<String>,
        now: f64,
    ) -> u32 {
        let (now, id, attempt) = (Millis::from_f64(now), CallId(call), AttemptId(attempt));
        let tail = self.window.bytes(len);
        let step = self.engine.borrow_mut().stream_end(now, id, attempt, tail, broken.as_deref());
        self.take(call, step)
    }

    /// A committed stream was alive at `at`.
    #[wasm_bindgen(js_name = coreAlive)]
    pub fn alive(&mut self, call: u32, attempt: u16, at: f64) {
        self.engine.borrow_mut().alive(Millis::from_f64(at), CallId(call), AttemptId(attempt));
    }

    /// The moment asked for has come.
    #[wasm_bindgen(js_name = coreTick)]
    pub fn tick(&mut self, call: u32, now: f64) -> u32 {
        let step = self.engine.borrow_mut().tick(Millis::from_f64(now), CallId(call));
        self.take(call, step)
    }

    /// The caller gave up.
    #[wasm_bindgen(js_name = coreCancel)]
    pub fn cancel(&mut self, call: u32, now: f64) -> u32 {
        self.event(call, Event::Cancel, now)
    }
}
