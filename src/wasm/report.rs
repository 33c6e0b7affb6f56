//! What the facade reads of the last step and of a call's history: single numbers, for the metadata.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::FaultKind;

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
        self.running(call).map_or(0.0, |running| running.number as f64)
    }

    /// Is the answer a stream?
    #[wasm_bindgen(js_name = coreIsStream)]
    #[must_use]
    pub fn is_stream(&self, call: u32) -> bool {
        self.running(call).is_some_and(|running| running.call.spec().stream)
    }

    /// The model as the caller named it.
    #[wasm_bindgen(js_name = coreRequested)]
    #[must_use]
    pub fn requested(&self, call: u32) -> String {
        self.running(call).map(|running| running.call.spec().requested.to_string()).unwrap_or_default()
    }

    /// How many sends there were.
    #[wasm_bindgen(js_name = coreAttempts)]
    #[must_use]
    pub fn attempts(&self, call: u32) -> u32 {
        self.running(call).map_or(0, |running| u32::try_from(running.call.attempts().len()).unwrap_or(u32::MAX))
    }

    /// Sends beyond the first of each group.
    #[wasm_bindgen(js_name = coreRetries)]
    #[must_use]
    pub fn retries(&self, call: u32) -> u32 {
        self.running(call).map_or(0, |running| running.call.attempted_retries())
    }

    /// Groups moved to.
    #[wasm_bindgen(js_name = coreFallbacks)]
    #[must_use]
    pub fn fallbacks(&self, call: u32) -> u32 {
        self.running(call).map_or(0, |running| running.call.attempted_fallbacks())
    }

    /// The deployment of a send.
    #[wasm_bindgen(js_name = coreAttemptDeployment)]
    #[must_use]
    pub fn attempt_deployment(&self, call: u32, attempt: u16) -> u16 {
        self.attempt_of(call, attempt).map_or(u16::MAX, |known| known.deployment.0)
    }

    /// The status of a send; 0 if there was none.
    #[wasm_bindgen(js_name = coreAttemptStatus)]
    #[must_use]
    pub fn attempt_status(&self, call: u32, attempt: u16) -> u16 {
        self.attempt_of(call, attempt).and_then(|known| known.status).unwrap_or(0)
    }

    /// How long a send took, in milliseconds.
    #[wasm_bindgen(js_name = coreAttemptMs)]
    #[must_use]
    pub fn attempt_ms(&self, call: u32, attempt: u16) -> f64 {
        self.attempt_of(call, attempt).map_or(0.0, |known| known.ms() as f64)
    }

    /// Milliseconds from the start of the call to the first content of a send; -1 if there was none.
    #[wasm_bindgen(js_name = coreFirstTokenMs)]
    #[must_use]
    pub fn first_token_ms(&self, call: u32, attempt: u16) -> f64 {
        let (Some(running), Some(known)) = (self.running(call), self.attempt_of(call, attempt)) else { return -1.0 };
        known.content_at.map_or(-1.0, |at| at.since(running.call.started()) as f64)
    }

    /// The code of what went wrong with a send; 0 if nothing did.
    #[wasm_bindgen(js_name = coreAttemptFault)]
    #[must_use]
    pub fn attempt_fault(&self, call: u32, attempt: u16) -> u8 {
        self.attempt_of(call, attempt).and_then(|known| known.fault.as_ref()).map_or(0, |fault| fault.kind as u8)
    }

    /// What went wrong with a send, in words.
    #[wasm_bindgen(js_name = coreAttemptMessage)]
    #[must_use]
    pub fn attempt_message(&self, call: u32, attempt: u16) -> String {
        let fault = self.attempt_of(call, attempt).and_then(|known| known.fault.as_ref());
        fault.map(|fault| fault.message.to_string()).unwrap_or_default()
    }

    /// What the answer of a send says it used; `null` if it does not say.
    #[wasm_bindgen(js_name = coreUsage)]
    #[must_use]
    pub fn usage(&self, call: u32, attempt: u16) -> JsValue {
        let usage = self.attempt_of(call, attempt).and_then(|known| known.usage.as_ref());
        usage.map_or(JsValue::NULL, convert::to_js)
    }

    /// How many calls are running: for leak tests.
    #[wasm_bindgen(js_name = coreRunning)]
    #[must_use]
    pub fn running_calls(&self) -> usize {
        self.engine.running()
    }
}
