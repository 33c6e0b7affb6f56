//! The store shim: the injected object through which state leaves the isolate. Asynchronous and off the hot
//! path, so it is driven here by Rust futures, under the host's `waitUntil`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::base::time::Millis;
use crate::engine::{self, MaxOp};

use super::convert;
use super::router::Router;

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
}

#[wasm_bindgen]
impl Router {
    /// Looks at the store if the view of it is old: a promise to be kept alive beside the call, else `undefined`.
    /// It never rejects: a store that fails must not fail a call.
    #[wasm_bindgen(js_name = coreRevalidate)]
    #[must_use]
    pub fn revalidate(&self, store: Store, now: f64) -> Option<Promise> {
        let now = Millis::from_f64(now);
        let keys = self.engine.borrow_mut().due_keys(now)?;
        let engine = Rc::clone(&self.engine);
        Some(future_to_promise(async move {
            let keys: Array = keys.iter().map(|key| JsValue::from_str(key)).collect();
            if merge(&engine, &store, keys, now).await.is_err() {
                engine.borrow_mut().count_store_failure();
            }
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Tells the store what it has not been told: a promise to be kept alive, else `undefined`. It never rejects.
    #[wasm_bindgen(js_name = coreFlush)]
    #[must_use]
    pub fn flush(&self, store: Store) -> Option<Promise> {
        let (batch, ops) = self.engine.borrow_mut().untold_writes()?;
        let engine = Rc::clone(&self.engine);
        Some(future_to_promise(async move {
            let ops: Array = ops.iter().map(op).collect();
            let written = match store.apply(&batch, ops) {
                Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
                Err(error) => Err(error),
            };
            if written.is_err() {
                engine.borrow_mut().count_store_failure();
            }
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Is there anything to flush?
    #[wasm_bindgen(js_name = coreHasUntold)]
    #[must_use]
    pub fn has_untold(&self) -> bool {
        self.engine.borrow().state().has_untold()
    }

    /// How often the store has failed.
    #[wasm_bindgen(js_name = coreStoreFailures)]
    #[must_use]
    pub fn store_failures(&self) -> f64 {
        self.engine.borrow().store_failures() as f64
    }
}

/// Loads and merges; garbage is skipped.
async fn merge(
    engine: &Rc<RefCell<engine::Router>>,
    store: &Store,
    keys: Array,
    now: Millis,
) -> Result<(), JsValue> {
    let loaded = JsFuture::from(Promise::resolve(&store.load(keys)?)).await?;
    let values: &Array = loaded.dyn_ref().ok_or(JsValue::NULL)?;
    // Read before the router is borrowed: an array may be a proxy, and run anything.
    let numbers: Vec<Option<f64>> = values.iter().map(|value| value.as_f64()).collect();
    let mut engine = engine.borrow_mut();
    for (position, number) in numbers.into_iter().enumerate() {
        if let Some(number) = number {
            engine.merge_cell(now, position, number);
        }
    }
    Ok(())
}

fn op(op: &MaxOp) -> JsValue {
    convert::object(&[
        ("key", (&*op.key).into()),
        ("kind", "max".into()),
        ("value", (op.value as f64).into()),
        ("ttl", f64::from(op.ttl).into()),
    ])
}
