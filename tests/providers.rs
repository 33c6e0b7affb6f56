//! The table of providers: every line of it by what goes out, what comes in, and what that costs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "providers/answers.rs"]
mod answers;
#[path = "providers/azure.rs"]
mod azure;
#[path = "providers/documented.rs"]
mod documented;
#[path = "providers/members.rs"]
mod members;
#[path = "providers/messages.rs"]
mod messages;
#[path = "providers/rows.rs"]
mod rows;
#[path = "providers/support.rs"]
mod support;
#[path = "providers/values.rs"]
mod values;
