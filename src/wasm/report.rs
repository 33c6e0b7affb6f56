//! What the facade reads of the last step and of a call's history: single numbers, for the metadata.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{CallId, Running};
use crate::error::{Fault, FaultKind};
use crate::plan::{Attempt, AttemptId};
use crate::price::amount::dollars;

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

    /// The number of a call's latest send.
    #[wasm_bindgen(js_name = coreAttempt)]
    #[must_use]
    pub fn attempt(&self, call: u32) -> u16 {
        let latest = self.read(call, |running| running.call.attempts().len().saturating_sub(1)).unwrap_or(0);
        u16::try_from(latest).unwrap_or(u16::MAX)
    }

    /// When to tick at the latest, in epoch milliseconds; infinity for never.
    #[wasm_bindgen(js_name = coreWakeAt)]
    #[must_use]
    pub fn wake_at(&self) -> f64 {
        self.last.wake_at
    }

    /// The next attempt to give up; -1 if there is none, or none any more.
    #[wasm_bindgen(js_name = coreAbort)]
    pub fn abort(&mut self) -> i32 {
        self.last.abort.pop().map_or(-1, |attempt| i32::from(attempt.0))
    }

    /// Is this a send that the call still waits for, or shows?
    #[wasm_bindgen(js_name = coreListens)]
    #[must_use]
    pub fn listens(&self, call: u32, attempt: u16) -> bool {
        self.read(call, |running| running.call.listens_to(AttemptId(attempt))).unwrap_or(false)
    }

    /// How a call failed, as the facade makes an error of it; of call 0 the last error without a call.
    #[wasm_bindgen(js_name = coreError)]
    #[must_use]
    pub fn error(&self, call: u32) -> JsValue {
        self.read_fault(call, convert::fault).unwrap_or(JsValue::NULL)
    }

    /// The same as the body of a reply.
    #[wasm_bindgen(js_name = coreErrorBody)]
    #[must_use]
    pub fn error_body(&self, call: u32) -> String {
        self.read_fault(call, convert::fault_body).unwrap_or_default()
    }

    fn read_fault<T>(&self, call: u32, look: impl FnOnce(&Fault) -> T) -> Option<T> {
        if call == 0 {
            return self.last.fault.as_deref().map(look);
        }
        self.read(call, |running| running.result.as_ref()?.as_ref().err().map(|fault| look(fault))).flatten()
    }

    /// A text that an earlier call made ready: a list of models, or one of them.
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

    /// The deployment of a send.
    #[wasm_bindgen(js_name = coreAttemptDeployment)]
    #[must_use]
    pub fn attempt_deployment(&self, call: u32, attempt: u16) -> u16 {
        self.read_attempt(call, attempt, |_, known| known.deployment.0).unwrap_or(u16::MAX)
    }

    /// What went wrong with a send, in words.
    #[wasm_bindgen(js_name = coreAttemptMessage)]
    #[must_use]
    pub fn attempt_message(&self, call: u32, attempt: u16) -> String {
        let message =
            |_: &Running, known: &Attempt| known.fault.as_ref().map(|fault| fault.message.to_string());
        self.read_attempt(call, attempt, message).flatten().unwrap_or_default()
    }

    /// What the answer of a call costs in USD, as far as it has come; NaN if that is not known.
    #[wasm_bindgen(js_name = coreCostOfAnswer)]
    #[must_use]
    pub fn cost_of_answer(&self, call: u32) -> f64 {
        let cost = self.engine.borrow().cost_of_answer(CallId(call));
        cost.map_or(f64::NAN, dollars)
    }

    /// How many calls are running: for leak tests.
    #[wasm_bindgen(js_name = coreRunning)]
    #[must_use]
    pub fn running_calls(&self) -> usize {
        self.engine.borrow().running()
    }
}
