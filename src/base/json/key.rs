//! A key that has to be unescaped, or that came in pieces, read a byte at a time into bounded memory.

use std::mem;

/// The unescaped key so far.
///
/// Escapes are checked in full: an upstream that reads `"mod\el"` in its own lenient way must not see a `model` where
/// the router saw none.
#[derive(Debug, Default)]
pub(super) struct Key {
    name: Vec<u8>,
    /// The length of the longest name that anyone wants.
    longest: usize,
    /// It is longer than that, or holds half a surrogate pair: no name that anyone wants.
    is_foreign: bool,
    escape: Escape,
    /// Half of a surrogate pair, in case that the other one follows.
    half: Option<u16>,
}

/// How far an escape sequence has come.
#[derive(Debug, Default)]
enum Escape {
    #[default]
    None,
    Backslash,
    /// `\u`, the number of digits read, and their value.
    Unicode(u8, u16),
}

impl Key {
    /// Starts a new key in the memory of the last one, of which no more than `longest` bytes are of interest.
    pub(super) fn begin(&mut self, longest: usize) {
        let mut name = mem::take(&mut self.name);
        name.clear();
        *self = Self { name, longest, ..Self::default() };
    }

    /// Takes in more raw bytes of the key. An error is the index of the byte that makes an escape invalid.
    pub(super) fn push(&mut self, raw: &[u8]) -> Result<(), usize> {
        raw.iter().enumerate().try_for_each(|(at, &byte)| self.byte(byte).ok_or(at))
    }

    /// The unescaped key at its closing quote, or `None` if it is no name that anyone wants. An error means that an
    /// escape is incomplete.
    pub(super) fn finish(&mut self) -> Result<Option<&[u8]>, ()> {
        if !matches!(self.escape, Escape::None) {
            return Err(());
        }
        self.settle_half();
        Ok((!self.is_foreign).then_some(self.name.as_slice()))
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        match mem::take(&mut self.escape) {
            Escape::None if byte == b'\\' => self.escape = Escape::Backslash,
            Escape::None => self.put(&[byte]),
            Escape::Backslash if byte == b'u' => self.escape = Escape::Unicode(0, 0),
            Escape::Backslash => self.put(&[simple_escape(byte)?]),
            Escape::Unicode(digits, unit) => {
                let unit = unit << 4 | char::from(byte).to_digit(16)? as u16;
                if digits == 3 {
                    self.unit(unit);
                } else {
                    self.escape = Escape::Unicode(digits + 1, unit);
                }
            }
        }
        Some(())
    }

    /// Takes in what `\uXXXX` stands for.
    fn unit(&mut self, unit: u16) {
        let mut chars = char::decode_utf16(self.half.take().into_iter().chain([unit]));
        match (chars.next(), chars.next()) {
            (Some(Ok(char)), None) => self.put(char.encode_utf8(&mut [0; 4]).as_bytes()),
            (Some(Err(_)), None) => self.half = Some(unit),
            _ => self.is_foreign = true,
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.settle_half();
        if self.name.len() + bytes.len() <= self.longest {
            self.name.extend_from_slice(bytes);
        } else {
            self.is_foreign = true;
        }
    }

    fn settle_half(&mut self) {
        self.is_foreign |= self.half.take().is_some();
    }
}

/// What stands for a byte behind a backslash, `u` aside.
fn simple_escape(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' | b'/' => Some(byte),
        b'b' => Some(0x08),
        b'f' => Some(0x0C),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}
