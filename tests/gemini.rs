//! Google's Gemini: requests as it reads them, answers and streams as the caller reads them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "gemini/address.rs"]
mod address;
#[path = "translated/anything.rs"]
mod anything;
#[path = "gemini/content.rs"]
mod content;
#[path = "gemini/conversation.rs"]
mod conversation;
#[path = "translated/deployments.rs"]
mod deployments;
#[path = "gemini/embeddings.rs"]
mod embeddings;
#[path = "gemini/fold.rs"]
mod fold;
#[path = "translated/folded.rs"]
mod folded;
#[path = "gemini/params.rs"]
mod params;
#[path = "gemini/properties.rs"]
mod properties;
#[path = "gemini/reply.rs"]
mod reply;
#[path = "gemini/signatures.rs"]
mod signatures;
#[path = "gemini/stream.rs"]
mod stream;
#[path = "gemini/support.rs"]
mod support;
#[path = "gemini/tools.rs"]
mod tools;
#[path = "translated/translation.rs"]
mod translation;
