//! A request body as bytes: find the top-level members we own, and plan what to cut and put.
//!
//! A body arrives in windows and never lies whole in linear memory: one freed 60 MB allocation would keep the
//! wasm memory that large for the life of the isolate. It is never parsed into a tree either, so that number
//! precision, key order, white space and fields nobody has heard of yet pass through untouched.
//!
//! [`Scanner`] reads the windows and notes where the [`Wanted`] members lie; [`splice`] turns edits of them into a
//! list of byte ranges to keep and bytes to put between. What neither does: build values, look below the top level, or
//! check what only the upstream needs to care about (see [`Scanner`] for how much is checked).
//!
//! Where another wire format is to be written, the text lies at hand, with the middle of long strings left out:
//! [`Members`] looks into it, level by level, and a [`Writer`] writes the new one.

mod block;
mod found;
mod grammar;
mod key;
// Sixteen bytes compared at once. wasm has no cheap way to do so but simd128; elsewhere two words serve.
#[cfg_attr(all(target_arch = "wasm32", target_feature = "simd128"), path = "json/lane_simd.rs")]
#[cfg_attr(not(all(target_arch = "wasm32", target_feature = "simd128")), path = "json/lane_words.rs")]
mod lane;
mod members;
mod nest;
mod number;
mod read;
mod scalar;
mod scanner;
mod skeleton;
mod splice;
mod writer;

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use thiserror::Error;

pub use members::{Members, begun_items, inside, is_blank, is_object, items, kind, text, unescaped};
pub use read::{is_json, value};
pub use scalar::{number_text, quoted, quoted_text, written};
pub use scanner::Scanner;
pub use skeleton::{Bones, Skeleton};
pub use splice::{Edit, Piece, Splice, splice};
pub use writer::Writer;

/// How many brackets may be open at once, the body's own `{` included.
pub const MAX_DEPTH: u32 = 128;

/// How many repeated wanted keys a body may carry before it is refused.
///
/// No honest body repeats a key; without a bound, sixty megabytes of `"model":1,` would become gigabytes of
/// [`Member`]s.
pub const MAX_DUPLICATES: usize = 64;

/// The longest value that is kept of a name that is looked for because of what becomes of it, in bytes.
const SHORT: u32 = 256;

/// A top-level member to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The key, unescaped. Compared byte for byte with the unescaped key of the body.
    pub name: &'static str,
    /// How many bytes of the value's raw JSON to keep for [`Member::raw`]; 0 keeps none. A longer value is found
    /// all the same, only its text is not kept.
    pub capture: u32,
}

/// What sort of JSON value a member has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the seven JSON values")]
pub enum Kind {
    String,
    Number,
    Object,
    Array,
    True,
    False,
    Null,
}

/// The members to look for, shared by all scans of one kind.
#[derive(Debug, Clone, Default)]
pub struct Table(Rc<[(Cow<'static, str>, u32)]>);

impl Table {
    /// `fixed` members, and after them `more` names whose values are kept if they are short. A name that is there already is
    /// not added again.
    #[must_use]
    pub fn new(fixed: &'static [Wanted], more: impl IntoIterator<Item = String>) -> Self {
        let fixed = fixed.iter().map(|wanted| (Cow::Borrowed(wanted.name), wanted.capture));
        let mut rows: Vec<(Cow<'static, str>, u32)> = fixed.collect();
        for name in more {
            if rows.iter().all(|(known, _)| *known != name) {
                rows.push((Cow::Owned(name), SHORT));
            }
        }
        Self(rows.into())
    }

    fn name(&self, ix: usize) -> Option<&str> {
        self.0.get(ix).map(|(name, _)| &**name)
    }

    fn capture(&self, ix: usize) -> Option<u32> {
        self.0.get(ix).map(|(_, capture)| *capture)
    }

    fn index_of(&self, name: &[u8]) -> Option<usize> {
        self.0.iter().position(|(known, _)| known.as_bytes() == name)
    }

    fn longest_name(&self) -> usize {
        self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<&'static [Wanted]> for Table {
    fn from(fixed: &'static [Wanted]) -> Self {
        Self::new(fixed, [])
    }
}

impl<const N: usize> From<&'static [Wanted; N]> for Table {
    fn from(fixed: &'static [Wanted; N]) -> Self {
        Self::new(fixed, [])
    }
}

/// A wanted member as it stands in the body. Offsets count bytes from the first byte ever pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Index into the table the scanner was given.
    pub wanted: usize,
    /// Offset of the key's opening quote.
    pub key_start: u64,
    /// The raw value: quotes and brackets included, surrounding white space not.
    pub value: Range<u64>,
    /// What sort of value it is.
    pub kind: Kind,
    /// Which top-level member of the body this is, counted from 0 over wanted and unwanted ones.
    ordinal: u32,
    /// The comma in front; means nothing when `ordinal` is 0.
    comma_before: u64,
    /// The comma behind; `None` for the last member.
    comma_after: Option<u64>,
    raw: Option<Vec<u8>>,
}

impl Member {
    /// The value's raw JSON, or `None` if it was longer than [`Wanted::capture`].
    #[must_use]
    pub fn raw(&self) -> Option<&[u8]> {
        self.raw.as_deref()
    }
}

/// Why a body is not one JSON object. Says where, never quotes the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ScanError {
    /// Nothing but white space.
    #[error("the body is empty")]
    Empty,
    /// The first thing in the body is not `{`.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// The body ends before its object does.
    #[error("the body ends in the middle of its JSON object")]
    Truncated,
    /// A byte that cannot stand where it stands.
    #[error("the body is not valid JSON at byte {at}")]
    Syntax {
        /// Offset of the byte.
        at: u64,
    },
    /// More than [`MAX_DEPTH`] brackets open.
    #[error("the body is nested more than {MAX_DEPTH} levels deep at byte {at}")]
    TooDeep {
        /// Offset of the first bracket too many.
        at: u64,
    },
    /// More than [`MAX_DUPLICATES`] repeated wanted keys.
    #[error("the body repeats its keys more than {MAX_DUPLICATES} times, at byte {at}")]
    TooManyDuplicates {
        /// Offset of the first value too many.
        at: u64,
    },
}

/// Reads a raw JSON string, quotes included; `None` if it is anything else, or not valid.
#[must_use]
pub fn string_value(raw: &[u8]) -> Option<String> {
    // As any value, because that reader is in the program anyway.
    match value(raw) {
        Some(serde_json::Value::String(text)) => Some(text),
        _ => None,
    }
}
