//! The router in the virtual world: what callers see of weights, retries, cooldowns, fallbacks, time limits and streams.
//!
//! A test that begins with `s` and a number holds a scenario of the catalogue that LiteLLM's behaviour was studied by;
//! where the two differ, the test says what is right here. `SEED=n` runs every world with another seed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod adaptive;
mod affinity;
mod asked;
mod budgets;
mod budgets_shared;
mod choice;
mod cooldown;
mod corpus;
mod custom;
mod determinism;
mod eras;
mod errors;
mod estimates;
mod events;
mod experiments;
mod explain;
mod fallback;
mod filters;
mod health;
mod hedging;
mod hostile;
mod limits;
mod manage;
mod metrics;
mod midway;
mod mocks;
mod naming;
mod ops;
mod outage;
mod patterns;
mod policies;
mod probes;
mod props;
mod remaining;
mod reserve;
mod reserve_budgets;
mod resume;
mod retry;
mod routing;
mod saved;
mod shadow;
mod sharing;
mod shelf;
mod sifted;
mod slots;
mod strategies;
mod stream;
mod support;
mod timeout;
mod told;
mod turns;
mod weights;
mod world;
