//! The fixed window through which bodies are scanned. A body is never held whole in linear memory: memory
//! that has grown once stays grown for the isolate's life.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::json::{Piece, Splice};

/// The size of the window, in bytes.
pub(super) const WINDOW_BYTES: usize = 64 * 1024;

/// The linear memory, for views on the window. A view is detached whenever the memory grows.
#[wasm_bindgen(js_name = linearMemory)]
#[must_use]
pub fn linear_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Bytes that JavaScript writes and Rust reads, in the same turn: so one window serves all routers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window(&'static [u8]);

thread_local! {
    // Nothing to drop: so there is no moment at which it is gone, and no code for that moment.
    static SHARED: Cell<Option<Window>> = const { Cell::new(None) };
}

impl Default for Window {
    fn default() -> Self {
        let window = SHARED.get().unwrap_or_else(|| Self(vec![0; WINDOW_BYTES].leak()));
        SHARED.set(Some(window));
        window
    }
}

impl Window {
    /// Where JavaScript writes.
    pub(super) fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// The first bytes; a length beyond the window means all of it.
    pub(super) fn bytes(&self, len: usize) -> &[u8] {
        self.0.get(..len).unwrap_or(self.0)
    }
}

/// A splice as numbers: (0 = of the caller's body, 1 = of the inserts), start, end.
pub(super) fn pieces(splice: &Splice) -> Vec<u32> {
    let mut numbers = Vec::with_capacity(splice.pieces().len().saturating_mul(3));
    let number = |offset: u64| u32::try_from(offset).unwrap_or(u32::MAX);
    for piece in splice.pieces() {
        match piece {
            Piece::Keep(range) => numbers.extend([0, number(range.start), number(range.end)]),
            Piece::Put(range) => numbers.extend([1, range.start, range.end]),
        }
    }
    numbers
}
