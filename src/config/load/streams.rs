//! The rules for streams, wherever they stand.

use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{CommitAt, MidStream, Observe, StreamRules, StreamUsage};

/// Reads the rules of a scope: the router's or a request's.
pub(in crate::config) fn streams<'e>(reader: &mut Reader<'e>, scope: &Scopes<'_>) -> StreamRules {
    let values = [MidStream::Error, MidStream::Restart, MidStream::Continue];
    let mid_stream = scope.word(reader, "mid_stream", "error restart continue", &values);
    // LiteLLM's switch for the same.
    let goes_on = scope.pick(reader, "enable_mid_stream_fallback_continuation", Reader::flag);
    StreamRules {
        mid_stream: mid_stream.or(goes_on.filter(|on| *on).map(|_| MidStream::Continue)),
        commit: scope.word(reader, "commit", "content head", &[CommitAt::Content, CommitAt::Head]),
        observe: scope.word(
            reader,
            "observe",
            "full head off",
            &[Observe::Full, Observe::Head, Observe::Off],
        ),
        usage: scope.word(reader, "stream_usage", "asked always", &[StreamUsage::Asked, StreamUsage::Always]),
    }
}
