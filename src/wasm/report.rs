//! What the facade reads of the last step and of a call's history: single numbers, for the metadata.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::Running;
use crate::error::FaultKind;
use crate::plan::Attempt;

use super::convert;
use super::router::Router;

#[wasm_bindgen]
impl Router {
    /// The call of the last step; 0 if there is none.
    #[wasm_bindgen(js_name = coreCall)]
    #[must_use]
    pub fn call(&self) -> u32 {
        self.last.call
    }

    /// The attempt that the last step is about.
    #[wasm_bindgen(js_name = coreAttempt)]
    #[must_use]
    pub fn attempt(&self) -> u16 {
        self.last.attempt
    }

    /// The deployment to send to.
    #[wasm_bindgen(js_name = coreTarget)]
    #[must_use]
    pub fn deployment(&self) -> u16 {
        self.last.deployment
    }

    /// When to tick at the latest, in epoch milliseconds; infinity for never.
    #[wasm_bindgen(js_name = coreWakeAt)]
    #[must_use]
    pub fn wake_at(&self) -> f64 {
        self.last.wake_at
    }

    /// The attempt to give up; -1 for none.
    #[wasm_bindgen(js_name = coreAbort)]
    #[must_use]
    pub fn abort(&self) -> i32 {
        self.last.abort.map_or(-1, i32::from)
    }

    /// The last error, as the facade makes one of it.
    #[wasm_bindgen(js_name = coreError)]
    #[must_use]
    pub fn error(&self) -> JsValue {
        self.last.fault.as_deref().map_or(JsValue::NULL, convert::fault)
    }

    /// The last error as the body of a reply.
    #[wasm_bindgen(js_name = coreErrorBody)]
    #[must_use]
    pub fn error_body(&self) -> String {
        self.last.fault.as_deref().map(convert::fault_body).unwrap_or_default()
    }

    /// A text that an earlier call made ready: a list of models, or the inserts of a splice.
    #[wasm_bindgen(js_name = coreReply)]
    #[must_use]
    pub fn reply(&mut self) -> String {
        std::mem::take(&mut self.last.reply)
    }

    /// The names of the error classes, by `FaultKind` code; the first is empty.
    #[wasm_bindgen(js_name = coreFaultClasses)]
    #[must_use]
    pub fn fault_classes() -> Vec<String> {
        let classes = FaultKind::ALL.iter().map(|kind| kind.class().to_owned());
        std::iter::once(String::new()).chain(classes).collect()
    }

    /// The number of a call within its router.
    #[wasm_bindgen(js_name = coreNumber)]
    #[must_use]
    pub fn number(&self, call: u32) -> f64 {
        self.read(call, |running| running.number as f64).unwrap_or(0.0)
    }

    /// Is the answer a stream?
    #[wasm_bindgen(js_name = coreIsStream)]
    #[must_use]
    pub fn is_stream(&self, call: u32) -> bool {
        self.read(call, |running| running.call.spec().stream).unwrap_or(false)
    }

    /// The model as the caller named it.
    #[wasm_bindgen(js_name = coreRequested)]
    #[must_use]
    pub fn requested(&self, call: u32) -> String {
        self.read(call, |running| running.call.spec().requested.to_string()).unwrap_or_default()
    }

    /// How many sends there were.
    #[wasm_bindgen(js_name = coreAttempts)]
    #[must_use]
    pub fn attempts(&self, call: u32) -> u32 {
        let count = self.read(call, |running| running.call.attempts().len()).unwrap_or(0);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Sends beyond the first of each group.
    #[wasm_bindgen(js_name = coreRetries)]
    #[must_use]
    pub fn retries(&self, call: u32) -> u32 {
        self.read(call, |running| running.call.attempted_retries()).unwrap_or(0)
    }

    /// Groups moved to.
    #[wasm_bindgen(js_name = coreFallbacks)]
    #[must_use]
    pub fn fallbacks(&self, call: u32) -> u32 {
        self.read(call, |running| running.call.attempted_fallbacks()).unwrap_or(0)
    }

    /// The deployment of a send.
    #[wasm_bindgen(js_name = coreAttemptDeployment)]
    #[must_use]
    pub fn attempt_deployment(&self, call: u32, attempt: u16) -> u16 {
        self.read_attempt(call, attempt, |_, known| known.deployment.0).unwrap_or(u16::MAX)
    }

    /// The status of a send; 0 if there was none.
    #[wasm_bindgen(js_name = coreAttemptStatus)]
    #[must_use]
    pub fn attempt_status(&self, call: u32, attempt: u16) -> u16 {
        self.read_attempt(call, attempt, |_, known| known.status).flatten().unwrap_or(0)
    }

    /// How long a send took, in milliseconds.
    #[wasm_bindgen(js_name = coreAttemptMs)]
    #[must_use]
    pub fn attempt_ms(&self, call: u32, attempt: u16) -> f64 {
        self.read_attempt(call, attempt, |_, known| known.ms() as f64).unwrap_or(0.0)
    }

    /// Milliseconds from the start of the call to the first content of a send; -1 if there was none.
    #[wasm_bindgen(js_name = coreFirstTokenMs)]
    #[must_use]
    pub fn first_token_ms(&self, call: u32, attempt: u16) -> f64 {
        let since_start = |running: &Running, known: &Attempt| {
            known.content_at.map(|at| at.since(running.call.started()) as f64)
        };
        self.read_attempt(call, attempt, since_start).flatten().unwrap_or(-1.0)
    }

    /// The code of what went wrong with a send; 0 if nothing did.
    #[wasm_bindgen(js_name = coreAttemptFault)]
    #[must_use]
    pub fn attempt_fault(&self, call: u32, attempt: u16) -> u8 {
        let kind = |_: &Running, known: &Attempt| known.fault.as_ref().map_or(0, |fault| fault.kind as u8);
        self.read_attempt(call, attempt, kind).unwrap_or(0)
    }

    /// What went wrong with a send, in words.
    #[wasm_bindgen(js_name = coreAttemptMessage)]
    #[must_use]
    pub fn attempt_message(&self, call: u32, attempt: u16) -> String {
        let message = |_: &Running, known: &Attempt| known.fault.as_ref().map(|fault| fault.message.to_string());
        self.read_attempt(call, attempt, message).flatten().unwrap_or_default()
    }

    /// What the answer of a send says it used; `null` if it does not say.
    #[wasm_bindgen(js_name = coreUsage)]
    #[must_use]
    pub fn usage(&self, call: u32, attempt: u16) -> JsValue {
        let usage = self.read_attempt(call, attempt, |_, known| known.usage).flatten();
        usage.map_or(JsValue::NULL, |usage| convert::to_js(&usage))
    }

    /// How many calls are running: for leak tests.
    #[wasm_bindgen(js_name = coreRunning)]
    #[must_use]
    pub fn running_calls(&self) -> usize {
        self.engine.borrow().running()
    }
}
