//! Server-sent events, decoded and encoded incrementally.
//!
//! The rules are those of the HTML Standard ("Interpreting an event stream") with three differences, all on the side
//! of not losing what a provider sent: a last event without a blank line behind it is delivered, an event that is
//! named but has no data line is not, and `id` and `retry` are ignored. What the data means is a dialect's business.

mod decode;
mod encode;

use thiserror::Error;

pub use decode::Decoder;
pub use encode::encode;

/// One event of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// The value of its last `event` line, or `None` if there was none or it was empty. What is not UTF-8 in it has
    /// become U+FFFD.
    pub name: Option<&'a str>,
    /// The values of its `data` lines, joined by line feeds. May be empty.
    pub data: &'a [u8],
}

/// An event, or a line, grew beyond the decoder's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an event of the stream is longer than {limit} bytes")]
pub struct TooLong {
    /// The decoder's limit in bytes.
    pub limit: usize,
}
