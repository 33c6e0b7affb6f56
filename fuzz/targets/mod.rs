//! What is fuzzed. A target takes any bytes, has them read in every way that must come to the same, and panics where it does
//! not. It says whether the bytes meant anything, so that a corpus of rubbish is told apart from one that gets somewhere.
//!
//! Not here: the fuzzer (`src/`), and the run over the committed inputs (`tests/fuzz.rs`).

mod anthropic;
mod body;
mod config;
#[path = "../../tests/translated/deployments.rs"]
mod deployments;
mod errors;
mod gemini;
mod headers;
mod json;
mod openai;
mod pieces;
mod portable;
mod saved;
mod sse;
mod store;
mod translated;

/// A decoder, or several that read the same language.
pub(crate) type Target = fn(&[u8]) -> bool;

/// All of them, by the names of their corpora.
pub(crate) const ALL: [(&str, Target); 14] = [
    ("sse", sse::run),
    ("headers", headers::run),
    ("json", json::run),
    ("body", body::run),
    ("openai", openai::run),
    ("anthropic_request", anthropic::request),
    ("anthropic_answer", anthropic::answer),
    ("gemini_request", gemini::request),
    ("gemini_answer", gemini::answer),
    ("portable", portable::run),
    ("errors", errors::run),
    ("config", config::run),
    ("saved", saved::run),
    ("store", store::run),
];
