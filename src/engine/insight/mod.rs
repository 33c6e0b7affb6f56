//! Looking inside: a choice without a call, the whole decision, the state of everything, and what happens as it happens.
//!
//! All of it but the metrics is told as JSON: it has the same shape in the tests and for JavaScript, and costs the binding
//! nothing. No key and no word of a caller is in it: only ids, names, numbers, and classes of errors.

mod choice;
mod explain;
mod exposition;
mod journal;
mod metrics;
mod snapshot;
mod write;

pub(super) use journal::{Journal, Stage};
