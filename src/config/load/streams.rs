//! The rules for streams, wherever they stand.

use serde_json::Value;

use super::hints::{Reach, hint};
use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{CommitAt, MidStream, Observe, StreamRules, StreamUsage};

/// Reads the rules of a scope: the router's or a request's.
pub(in crate::config) fn streams<'e>(reader: &mut Reader<'e>, scope: &Scopes<'_>) -> StreamRules {
    let mid_stream = scope.pick(reader, "mid_stream", |reader, at, value| {
        let words =
            [("error", MidStream::Error), ("restart", MidStream::Restart), ("continue", MidStream::Continue)];
        word(reader, at, value, &words)
    });
    // LiteLLM's switch for the same.
    let goes_on = scope.pick(reader, "enable_mid_stream_fallback_continuation", Reader::flag);
    StreamRules {
        mid_stream: mid_stream.or(goes_on.filter(|on| *on).map(|_| MidStream::Continue)),
        commit: scope.pick(reader, "commit", |reader, at, value| {
            word(reader, at, value, &[("content", CommitAt::Content), ("head", CommitAt::Head)])
        }),
        observe: scope.pick(reader, "observe", |reader, at, value| {
            word(
                reader,
                at,
                value,
                &[("full", Observe::Full), ("head", Observe::Head), ("off", Observe::Off)],
            )
        }),
        usage: scope.pick(reader, "stream_usage", |reader, at, value| {
            word(reader, at, value, &[("asked", StreamUsage::Asked), ("always", StreamUsage::Always)])
        }),
    }
}

/// One of a few words.
fn word<T: Copy>(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, words: &[(&str, T)]) -> Option<T> {
    let text = reader.text(at, value)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let near = hint(&text, known.iter().copied(), Reach::Prefixes);
        reader.problem(at, format!("expected one of {}, got {}{near}", known.join(", "), quote(&text)));
    }
    found.map(|(_, value)| *value)
}
