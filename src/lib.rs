//! Switchman: an LLM router that lives inside the caller's program.
//!
//! The crate is the core: it decides which deployment is tried, when, and when to stop, as a pure step
//! machine without clock, randomness or I/O of its own. `src/wasm` binds it to JavaScript, where the
//! package's driver carries the steps out. A module imports only from lower floors.

// ── floor 0 ──
pub mod base;
pub mod error;
// ── floor 1 ──
pub mod config;
pub mod price;
// ── floor 2 ──
pub mod state;
// ── floor 2′: provider wire formats; knows base, config and error only ──
pub mod dialect;
// ── floor 3 ──
pub mod strategy;
// ── floor 4 ──
pub mod plan;
// ── floor 5 ──
pub mod engine;
// ── the virtual world: a driver of its own, in pretend time ──
#[cfg(not(target_arch = "wasm32"))]
pub mod sim;
// ── floor 6: the only place that knows JavaScript ──
#[cfg(target_arch = "wasm32")]
pub mod wasm;
