//! Floor 0: time, randomness, bytes and hashes. Knows nothing of routing.

pub mod bytes;
pub mod calendar;
pub mod decimal;
pub mod duration;
pub mod hash;
pub mod headers;
pub mod index;
pub mod json;
pub mod remaining;
pub mod rng;
pub mod sse;
pub mod text;
pub mod time;
pub mod usage;
