//! Dialects: requests as a provider reads them, answers and streams as the caller reads them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "dialect/address.rs"]
mod address;
#[path = "translated/anything.rs"]
mod anything;
#[path = "dialect/content.rs"]
mod content;
#[path = "dialect/conversation.rs"]
mod conversation;
#[path = "translated/deployments.rs"]
mod deployments;
#[path = "dialect/errors.rs"]
mod errors;
#[path = "dialect/fold.rs"]
mod fold;
#[path = "translated/folded.rs"]
mod folded;
#[path = "dialect/params.rs"]
mod params;
#[path = "dialect/properties.rs"]
mod properties;
#[path = "dialect/reply.rs"]
mod reply;
#[path = "dialect/stream.rs"]
mod stream;
#[path = "dialect/support.rs"]
mod support;
#[path = "dialect/thinking.rs"]
mod thinking;
#[path = "dialect/tools.rs"]
mod tools;
#[path = "dialect/transcripts.rs"]
mod transcripts;
#[path = "translated/translation.rs"]
mod translation;
