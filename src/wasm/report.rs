//! What the facade reads of the last step and of a call's history: single numbers, for the metadata.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::json::Writer;
use crate::base::usage::Usage;
use crate::engine::{CallId, Running};
use crate::error::{Fault, FaultKind};
use crate::plan::{Attempt, AttemptId};
use crate::price::amount::dollars;
use crate::price::{Cost, Part, Pico};

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

    /// The attempt whose answer the caller gets; as long as there is none, the latest.
    #[wasm_bindgen(js_name = coreAnswering)]
    #[must_use]
    pub fn answering(&self, call: u32) -> u16 {
        self.read(call, |running| running.answering().0).unwrap_or(0)
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
        let message =
            |_: &Running, known: &Attempt| known.fault.as_ref().map(|fault| fault.message.to_string());
        self.read_attempt(call, attempt, message).flatten().unwrap_or_default()
    }

    /// One count of what the answer of a call says it used, all parts of it together: 0 prompt, 1 completion, 2 total, 3
    /// cached, 4 reasoning tokens, 5 whether some of it is an estimate; -1 if it does not say.
    #[wasm_bindgen(js_name = coreUsage)]
    #[must_use]
    pub fn usage(&self, call: u32, which: u8) -> f64 {
        let count = |(usage, is_estimate): (Usage, bool)| match which {
            0 => usage.prompt_tokens,
            1 => usage.completion_tokens,
            2 => usage.total_tokens,
            3 => usage.cached_tokens,
            4 => usage.reasoning_tokens,
            _ => is_estimate.into(),
        };
        let usage = self.read(call, Running::usage).flatten();
        usage.map_or(-1.0, |usage| count(usage) as f64)
    }

    /// The other counts of what the answer of a call says it used, as a JSON object of those that are not 0; empty if there
    /// are none.
    #[wasm_bindgen(js_name = coreUsageDetails)]
    #[must_use]
    pub fn usage_details(&self, call: u32) -> String {
        let usage = self.read(call, Running::usage).flatten().map(|(usage, _)| usage).unwrap_or_default();
        let mut out = Writer::default();
        for (name, count) in usage.details().into_iter().filter(|(_, count)| *count > 0) {
            if out.is_empty() {
                out.raw("{");
            }
            out.key(name).number(count.into());
        }
        if !out.is_empty() {
            out.push("}");
        }
        String::from_utf8(out.into_bytes()).unwrap_or_default()
    }

    /// What a call costs in USD, NaN for what is not known: all of it; how many sends beside the answering one may have been
    /// billed, nobody knows how much; how much of it is an estimate; how many sends there are, each one's cost, and 1 if
    /// that is an estimate; then what the total is for, in pairs of the place of a name in `coreCostNames` and an amount.
    #[wasm_bindgen(js_name = coreCosts)]
    #[must_use]
    pub fn costs(&self, call: u32) -> Vec<f64> {
        let bill = self.engine.borrow().bill(CallId(call)).unwrap_or_default();
        let amount = |pico: Option<Pico>| pico.map_or(f64::NAN, dollars);
        let total = bill.total.as_ref();
        let mut told = Vec::with_capacity(16);
        told.extend([amount(total.map(Cost::total)), bill.unknown as f64]);
        told.extend([dollars(bill.estimated), bill.sends.len() as f64]);
        for sent in &bill.sends {
            let is_estimate = sent.is_some_and(|charge| charge.is_estimate);
            told.extend([amount(sent.map(|charge| charge.amount)), f64::from(u8::from(is_estimate))]);
        }
        for (part, pico) in total.into_iter().flat_map(Cost::parts) {
            told.extend([f64::from(part as u8), dollars(pico)]);
        }
        told
    }

    /// What a call costs in USD, as far as it has come; NaN if that is not known.
    #[wasm_bindgen(js_name = coreCost)]
    #[must_use]
    pub fn cost(&self, call: u32) -> f64 {
        let bill = self.engine.borrow().bill(CallId(call)).unwrap_or_default();
        bill.total.map_or(f64::NAN, |cost| dollars(cost.total()))
    }

    /// The names of what something is paid for.
    #[wasm_bindgen(js_name = coreCostNames)]
    #[must_use]
    pub fn cost_names() -> Vec<String> {
        Part::ALL.iter().map(|part| part.name().to_owned()).collect()
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
