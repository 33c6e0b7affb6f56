//! The store shim: the injected object through which state leaves the isolate. Asynchronous and off the hot
//! path, so it is driven here by Rust futures, under the host's `waitUntil`. The facade sees to it that every promise of
//! the store settles, so that no future is left.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::base::time::Millis;
use crate::engine::{self, Batch, CallId, Carries, Hold, Loaded, Op, OpValue, Reservation, Wanted};

use super::convert;
use super::router::Router;

/// So many batches are written under one request at most: the next one goes on.
const ROUNDS: u32 = 8;

/// No value of ours has more bytes.
const MOST_BYTES: u32 = 4_096;

#[wasm_bindgen]
extern "C" {
    /// What the program injects as `host.store`; see the store shim in `js/index.d.ts`.
    #[wasm_bindgen(typescript_type = "Store")]
    pub type Store;

    /// Reads values; a plain value counts as a resolved promise.
    #[wasm_bindgen(method, catch)]
    fn load(this: &Store, keys: Array) -> Result<JsValue, JsValue>;

    /// Writes a batch. A repeated batch id is to be recognised.
    #[wasm_bindgen(method, catch)]
    fn apply(this: &Store, batch: &str, ops: Array) -> Result<JsValue, JsValue>;

    /// Lets a number grow, if it does not grow beyond a limit.
    #[wasm_bindgen(method, catch)]
    fn reserve(this: &Store, key: &str, amount: f64, limit: f64, ttl: u32) -> Result<JsValue, JsValue>;
}

/// What a store has said about a place for one send.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Reserved {
    call: u32,
    reservation: Reservation,
    answers: Vec<Option<bool>>,
}

#[wasm_bindgen]
impl Router {
    /// There is a store, and this is what it can do.
    #[wasm_bindgen(js_name = coreCarry)]
    pub fn carry(&self, cool: bool, usage: bool, latency: bool, reserve: bool, fresh_ms: f64) {
        let fresh_ms = Millis::from_f64(fresh_ms).0;
        self.engine.borrow_mut().carry(Carries { cool, usage, latency, reserve, fresh_ms });
    }

    /// Looks at the store if the view of it is old: a promise to be kept alive beside the call, else `undefined`.
    /// It never rejects: a store that fails must not fail a call.
    #[wasm_bindgen(js_name = coreRevalidate)]
    #[must_use]
    pub fn revalidate(&self, store: Store, now: f64) -> Option<Promise> {
        let now = Millis::from_f64(now);
        self.draw_tag();
        let wanted = self.engine.borrow_mut().due(now)?;
        let engine = Rc::clone(&self.engine);
        Some(promise(Box::pin(async move {
            match load(&store, &wanted).await {
                Ok(values) => engine.borrow_mut().merge(now, &wanted, values),
                Err(_) => engine.borrow_mut().not_loaded(),
            }
            JsValue::UNDEFINED
        })))
    }

    /// Tells the store what it has not been told: a promise to be kept alive, else `undefined`. It never rejects.
    #[wasm_bindgen(js_name = coreFlush)]
    #[must_use]
    pub fn flush(&self, store: Store) -> Option<Promise> {
        self.draw_tag();
        let first = self.engine.borrow_mut().next_batch()?;
        let engine = Rc::clone(&self.engine);
        engine.borrow_mut().flushing(true);
        Some(promise(Box::pin(async move {
            let mut next = Some(first);
            // One that takes nothing is told the rest another time.
            for _ in 0..ROUNDS {
                let Some(batch) = next else { break };
                let is_told = tell(&engine, &store, batch).await;
                next = if is_told { engine.borrow_mut().next_batch() } else { None };
            }
            if let Some(batch) = next {
                tell(&engine, &store, batch).await;
            }
            engine.borrow_mut().flushing(false);
            JsValue::UNDEFINED
        })))
    }

    /// Asks the store for the place that a call waits for: a promise of its word, for `coreReserved`. It never rejects.
    #[wasm_bindgen(js_name = coreReserve)]
    #[must_use]
    pub fn reserve(&self, store: Store, call: u32) -> Option<Promise> {
        let reservation = self.engine.borrow_mut().reservation(CallId(call))?;
        // All are asked before one is waited for.
        let ask = |hold: &Hold| {
            let told = store.reserve(&hold.key, hold.amount as f64, hold.limit as f64, hold.ttl);
            told.map(|told| JsFuture::from(Promise::resolve(&told)))
        };
        let asked: Vec<_> = reservation.holds.iter().map(ask).collect();
        Some(promise(Box::pin(async move {
            let mut answers = Vec::with_capacity(asked.len());
            for told in asked {
                let answer = match told {
                    Ok(told) => told.await.ok().and_then(|answer| answer.as_bool()),
                    Err(_) => None,
                };
                answers.push(answer);
            }
            Reserved { call, reservation, answers }.into()
        })))
    }

    /// Takes in what the store has said: the code of the step that follows, if it still matters.
    #[wasm_bindgen(js_name = coreReserved)]
    pub fn store_answered(&mut self, told: Reserved, now: f64) -> u32 {
        let Reserved { call, reservation, answers } = told;
        let failed = answers.iter().filter(|answer| answer.is_none()).count();
        let step = {
            let mut engine = self.engine.borrow_mut();
            (0..failed).for_each(|_| engine.count_store_failure());
            engine.reserved(Millis::from_f64(now), CallId(call), &reservation, &answers)
        };
        self.take(call, step)
    }

    /// Is there anything to tell, and nobody under way who will?
    #[wasm_bindgen(js_name = coreIsFlushDue)]
    #[must_use]
    pub fn is_flush_due(&self) -> bool {
        self.engine.borrow().is_flush_due()
    }

    /// What was learnt, as bytes that hold no secret.
    #[wasm_bindgen(js_name = coreExport)]
    #[must_use]
    pub fn export(&self, now: f64) -> Vec<u8> {
        self.engine.borrow_mut().export(Millis::from_f64(now))
    }

    /// Takes in what `coreExport` gave. Throws the reason why the bytes are no state, as a text; then nothing has changed.
    #[wasm_bindgen(js_name = coreImport)]
    pub fn import(&self, bytes: &[u8], now: f64) -> Result<(), JsValue> {
        let imported = self.engine.borrow_mut().import(Millis::from_f64(now), bytes);
        imported.map_err(|error| JsValue::from_str(&error.to_string()))
    }

    /// Draws what names this router to others: not at module scope, where Workers have no entropy. Without any it is 0.
    fn draw_tag(&self) {
        self.engine.borrow_mut().tag().get_or_insert_with(|| getrandom::u64().unwrap_or(0));
    }
}

/// A promise of what is done. In a box, because the driving of a future is compiled anew for each type of one.
fn promise(work: Pin<Box<dyn Future<Output = JsValue>>>) -> Promise {
    future_to_promise(async move { Ok(work.await) })
}

/// Writes a batch; one that is refused once more, under the same id. Says whether it was taken.
async fn tell(engine: &Rc<RefCell<engine::Router>>, store: &Store, batch: Batch) -> bool {
    for _ in 0..2 {
        let ops: Array = batch.ops.iter().map(op).collect();
        let written = match store.apply(&batch.id, ops) {
            Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
            Err(error) => Err(error),
        };
        if written.is_ok() {
            return true;
        }
        engine.borrow_mut().count_store_failure();
    }
    engine.borrow_mut().drop_batch(batch);
    false
}

/// The values under the keys that are wanted; what no value of ours can be is left out.
async fn load(store: &Store, wanted: &[Wanted]) -> Result<Vec<Option<Loaded>>, JsValue> {
    let keys: Array = wanted.iter().flat_map(Wanted::keys).map(JsValue::from_str).collect();
    let count = keys.length();
    let values = JsFuture::from(Promise::resolve(&store.load(keys)?)).await?;
    if !convert::is_list(&values)? {
        return Err(JsValue::NULL);
    }
    // Read before the router is borrowed, and with care: an array may be a proxy, and run anything.
    (0..count).map(|place| Ok(loaded(&Reflect::get_u32(&values, place)?))).collect()
}

fn loaded(value: &JsValue) -> Option<Loaded> {
    if let Some(number) = value.as_f64() {
        return Some(Loaded::Number(number));
    }
    // A proxy of bytes is none: it throws where its length is asked for.
    let length = Reflect::get(value, &JsValue::from_str("length")).ok().and_then(|length| length.as_f64())?;
    let bytes = value.dyn_ref::<Uint8Array>().filter(|_| length <= f64::from(MOST_BYTES))?;
    Some(Loaded::Bytes(bytes.to_vec()))
}

fn op(op: &Op) -> JsValue {
    let (kind, value) = match &op.value {
        OpValue::Add(amount) => ("add", (*amount as f64).into()),
        OpValue::Max(number) => ("max", (*number as f64).into()),
        OpValue::Put(bytes) => ("put", Uint8Array::from(bytes.as_slice()).into()),
    };
    convert::object(&[
        ("key", (&*op.key).into()),
        ("kind", kind.into()),
        ("value", value),
        ("ttl", f64::from(op.ttl).into()),
    ])
}
