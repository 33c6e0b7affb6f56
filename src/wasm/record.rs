//! What is told of a call in numbers, all at once: one look instead of thirty. `js/report.js` reads them, at the same places.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::usage::Usage;
use crate::engine::{Bill, CallId, Running, Watch};
use crate::price::amount::dollars;
use crate::price::{Cost, Part, Pico};

use super::router::Router;

#[wasm_bindgen]
impl Router {
    /// Writes what is known of a call to where `coreRowsAt` says, in the same turn, and gives how many numbers there are.
    ///
    /// Seventeen of the call: its number; retries, and groups moved to; the attempt whose answer the caller gets, and as long
    /// as there is none, the latest; malformed events that were skipped; prompt, completion, total, cached and reasoning
    /// tokens, the first of them -1 if nothing is told, and 1 if some of that is an estimate; the cost in USD, NaN if it is
    /// not known, how many sends beside the answering one may have been billed nobody knows how much, and how much of the
    /// cost is an estimate; how many sends there are, parts of the cost, and other counts that are not 0. Then eight of each
    /// send: its deployment, its status (0 if there was none), the code of its fault (0 if there is none), how many
    /// milliseconds it took, how many after the start of the call it had content (-1 if it had none) and began, its cost (NaN
    /// if that is not known), and 1 if that is an estimate. Then a pair for each part of the cost: the place of its name in
    /// `coreCostNames`, and USD. Then a pair for each other count: the place of its name in `coreUsageNames`, and the count.
    #[wasm_bindgen(js_name = coreRecord)]
    pub fn record(&mut self, call: u32) -> usize {
        let out = &mut self.rows;
        out.clear();
        let engine = self.engine.borrow();
        let id = CallId(call);
        match (engine.running_call(id), engine.bill(id)) {
            (Some(running), Some(bill)) => write(running, &bill, out),
            // One that was forgotten has no sends.
            _ => out.resize(OF_CALL, 0.0),
        }
        out.len()
    }

    /// The names of what something is paid for.
    #[wasm_bindgen(js_name = coreCostNames)]
    #[must_use]
    pub fn cost_names() -> Vec<String> {
        Part::ALL.iter().map(|part| part.name().to_owned()).collect()
    }

    /// The names of the counts of a usage beside those of tokens that every answer has.
    #[wasm_bindgen(js_name = coreUsageNames)]
    #[must_use]
    pub fn usage_names() -> Vec<String> {
        Usage::default().details().iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

/// How many numbers there are of the call itself.
const OF_CALL: usize = 17;

fn write(running: &Running, bill: &Bill, out: &mut Vec<f64>) {
    let amount = |pico: Option<Pico>| pico.map_or(f64::NAN, dollars);
    let call = &running.call;
    let sends = call.attempts();
    let used = running.usage();
    let (usage, is_estimate) = used.unwrap_or_default();
    let prompt = if used.is_some() { usage.prompt_tokens as f64 } else { -1.0 };
    let total = bill.total.as_ref();
    let parts = || total.into_iter().flat_map(Cost::parts);
    let details = usage.details();
    let counts = || details.iter().enumerate().filter(|(_, (_, count))| *count > 0);
    out.extend([
        running.number as f64,
        f64::from(call.attempted_retries()),
        f64::from(call.attempted_fallbacks()),
        f64::from(running.answering().0),
        f64::from(running.watch().map_or(0, Watch::malformed)),
        prompt,
        usage.completion_tokens as f64,
        usage.total_tokens as f64,
        usage.cached_tokens as f64,
        usage.reasoning_tokens as f64,
        f64::from(u8::from(is_estimate)),
        amount(total.map(Cost::total)),
        bill.unknown as f64,
        dollars(bill.estimated),
        sends.len() as f64,
        parts().count() as f64,
        counts().count() as f64,
    ]);
    let started = call.started();
    for (place, sent) in sends.iter().enumerate() {
        let charge = bill.sends.get(place).copied().flatten();
        out.extend([
            f64::from(sent.deployment.0),
            f64::from(sent.status.unwrap_or(0)),
            sent.fault.as_ref().map_or(0.0, |fault| f64::from(fault.kind as u8)),
            sent.ms() as f64,
            sent.content_at.map_or(-1.0, |at| at.since(started) as f64),
            sent.started.since(started) as f64,
            amount(charge.map(|charge| charge.amount)),
            f64::from(u8::from(charge.is_some_and(|charge| charge.is_estimate))),
        ]);
    }
    for (part, pico) in parts() {
        out.extend([f64::from(part as u8), dollars(pico)]);
    }
    for (place, (_, count)) in counts() {
        out.extend([place as f64, f64::from(*count)]);
    }
}
