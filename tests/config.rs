//! Loading a config: what is accepted and what it means, and every mistake with its place.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "config/accepted.rs"]
mod accepted;
#[path = "config/adopt.rs"]
mod adopt;
#[path = "config/affinity.rs"]
mod affinity;
#[path = "config/budgets.rs"]
mod budgets;
#[path = "config/caching.rs"]
mod caching;
#[path = "config/callbacks.rs"]
mod callbacks;
#[path = "config/deployments.rs"]
mod deployments;
#[path = "config/error_rules.rs"]
mod error_rules;
#[path = "config/facts.rs"]
mod facts;
#[path = "config/files.rs"]
mod files;
#[path = "config/filters.rs"]
mod filters;
#[path = "config/limits.rs"]
mod limits;
#[path = "config/names.rs"]
mod names;
#[path = "config/options.rs"]
mod options;
#[path = "config/overrides.rs"]
mod overrides;
#[path = "config/policies.rs"]
mod policies;
#[path = "config/pools.rs"]
mod pools;
#[path = "config/prices.rs"]
mod prices;
#[path = "config/properties.rs"]
mod properties;
#[path = "config/refused.rs"]
mod refused;
#[path = "config/secrets.rs"]
mod secrets;
#[path = "config/settings.rs"]
mod settings;
#[path = "config/strategies.rs"]
mod strategies;
#[path = "config/support.rs"]
mod support;
#[path = "config/whole.rs"]
mod whole;
