//! How the chunks of a stream reach the caller.

use super::told::Told;

/// A stream commits after so many events without content …
pub const HELD_EVENTS: u32 = 256;

/// … or so many bytes.
pub const HELD_BYTES: usize = 256 * 1024;

/// What becomes of the events. The discriminant is the code that crosses to JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Output {
    /// The caller gets the upstream's own bytes: the events are only read.
    Bytes = 0,
    /// The caller gets objects: JSON texts, a line each.
    Objects = 1,
    /// The caller gets server-sent events that are written anew.
    Events = 2,
}

impl Output {
    /// Writes a chunk for the caller; where note is taken of what the caller is told, only what is new of it.
    pub(super) fn tell(self, chunk: &[u8], told: &mut Option<Box<Told>>, out: &mut Vec<u8>) {
        match told {
            Some(told) => {
                if let Some(chunk) = told.tell(chunk) {
                    self.write(&chunk, out);
                }
            }
            None => self.write(chunk, out),
        }
    }

    /// Writes a chunk, or a terminator, as the caller gets it.
    pub(super) fn write(self, chunk: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Bytes => return,
            Self::Objects if out.is_empty() => {}
            Self::Objects => out.push(b'\n'),
            Self::Events => out.extend_from_slice(b"data: "),
        }
        // A line break in JSON is white space, or a mistake either way.
        let line = |byte: &u8| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte };
        if memchr::memchr2(b'\n', b'\r', chunk).is_none() {
            out.extend_from_slice(chunk);
        } else {
            out.extend(chunk.iter().map(line));
        }
        if self == Self::Events {
            out.extend_from_slice(b"\n\n");
        }
    }
}
