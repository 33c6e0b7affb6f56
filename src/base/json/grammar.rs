//! The top level of an object, read from the masks of its blocks: which bytes are keys, which are values.

use super::found::Found;
use super::key::Key;
use super::nest::{Misfit, Nest};
use super::number::Number;
use super::{Kind, ScanError, Table};

/// Where a block has unescaped quotes, backslashes, and brackets outside strings.
pub(super) struct Masks {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    pub(super) brackets: u64,
}

/// A walk along the body that hops from quote to quote inside strings and from bracket to bracket inside nested
/// values, and looks at every byte between them. Offsets count from the start of the body.
#[derive(Debug, Default)]
pub(super) struct Grammar {
    pub(super) found: Found,
    /// The length of the byte order mark.
    pub(super) bom: u64,
    state: State,
    /// In a number: what has been read of it.
    number: Number,
    /// In `true`, `false` or `null`: what must follow.
    literal: &'static [u8],
    nest: Nest,
    key: Key,
    /// A part of the open key is in `key` already, as it lay in an earlier block.
    is_key_begun: bool,
    /// Where the latest key began, and the index of its name if that is wanted.
    key_start: u64,
    key_wanted: Option<usize>,
}

/// What has just been read, and so what may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Start,
    /// The first byte of a byte order mark; its second.
    Bom1,
    Bom2,
    /// `{`
    Open,
    Comma,
    InKey,
    Key,
    Colon,
    InString,
    InNested,
    InNumber,
    InLiteral,
    Value,
    End,
}

impl Grammar {
    /// Starts over; memory is kept.
    pub(super) fn reset(&mut self, wanted: Table) {
        let mut found = std::mem::take(&mut self.found);
        found.reset(wanted);
        *self = Self { found, ..Self::default() };
    }

    /// Whether the body may end here.
    pub(super) fn finish(&self) -> Result<(), ScanError> {
        match self.state {
            State::End => Ok(()),
            State::Start => Err(ScanError::Empty),
            _ => Err(ScanError::Truncated),
        }
    }

    /// Whether the text of the open string matters, so that none of it may be skipped.
    #[inline(always)]
    pub(super) fn is_keeping_text(&self) -> bool {
        self.state == State::InKey || self.found.is_keeping()
    }

    /// The error for a byte that cannot stand where it stands.
    pub(super) fn mistake(&self, at: u64) -> ScanError {
        match self.state {
            State::Start | State::Bom1 | State::Bom2 => ScanError::NotAnObject,
            _ => ScanError::Syntax { at },
        }
    }

    /// Reads bytes of one block, the first of which lies at offset `base`.
    pub(super) fn walk(&mut self, bytes: &[u8], base: u64, masks: &Masks) -> Result<(), ScanError> {
        let part = |from, to| bytes.get(from..to).unwrap_or_default();
        // Where the open key or value begins in this block.
        let (mut at, mut from) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            match self.state {
                State::InKey => {
                    let Some(quote) = next(bytes, masks.quotes, at) else { break };
                    let is_plain = next_bit(masks.backslashes, from).is_none_or(|at| at > quote);
                    self.end_key(part(from, quote), base + from as u64, is_plain)?;
                    at = quote + 1;
                }
                State::InString => {
                    let Some(quote) = next(bytes, masks.quotes, at) else { break };
                    at = quote + 1;
                    self.end_value(part(from, at), base + at as u64);
                }
                State::InNested => {
                    let Some(bracket) = next(bytes, masks.brackets, at) else { break };
                    at = bracket + 1;
                    let byte = bytes.get(bracket).copied().unwrap_or_default();
                    if self.bracket(byte, base + bracket as u64)? == 1 {
                        self.end_value(part(from, at), base + at as u64);
                    }
                }
                State::InNumber => match self.number.then(byte) {
                    Some(number) => {
                        self.number = number;
                        at += 1;
                    }
                    None if self.number.is_whole() => self.end_value(part(from, at), base + at as u64),
                    None => return Err(self.mistake(base + at as u64)),
                },
                State::InLiteral => {
                    let rest = self.literal.strip_prefix(&[byte]);
                    self.literal = rest.ok_or(self.mistake(base + at as u64))?;
                    at += 1;
                    if self.literal.is_empty() {
                        self.end_value(part(from, at), base + at as u64);
                    }
                }
                _ => {
                    self.byte(byte, base + at as u64)?;
                    // A key goes without its quotes, a value with them.
                    from = if self.state == State::InKey { at + 1 } else { at };
                    at += 1;
                }
            }
        }
        let rest = part(from, bytes.len());
        match self.state {
            State::InKey => self.add_to_key(rest, base + from as u64)?,
            State::InString | State::InNested | State::InNumber | State::InLiteral => self.found.keep(rest),
            _ => {}
        }
        Ok(())
    }

    /// One byte that is not inside a key or a value.
    fn byte(&mut self, byte: u8, at: u64) -> Result<(), ScanError> {
        let is_space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.state = match (self.state, byte) {
            (State::Start, 0xEF) if at == 0 => State::Bom1,
            (State::Bom1, 0xBB) => State::Bom2,
            (State::Bom2, 0xBF) => {
                self.bom = at + 1;
                State::Start
            }
            (State::Bom1 | State::Bom2, _) => return Err(self.mistake(at)),
            (state, _) if is_space => state,
            (State::Start, b'{') => {
                self.bracket(byte, at)?;
                self.found.tail = at + 1;
                State::Open
            }
            (State::Open | State::Comma, b'"') => {
                self.key_start = at;
                self.is_key_begun = false;
                State::InKey
            }
            (State::Key, b':') => State::Colon,
            (State::Colon, _) => self.begin_value(byte, at)?,
            (State::Value, b',') => {
                self.found.comma(at);
                State::Comma
            }
            (State::Open | State::Value, b'}') => {
                self.bracket(byte, at)?;
                State::End
            }
            _ => return Err(self.mistake(at)),
        };
        Ok(())
    }

    fn begin_value(&mut self, byte: u8, at: u64) -> Result<State, ScanError> {
        let (kind, state, literal): (_, _, &[u8]) = match byte {
            b'"' => (Kind::String, State::InString, b""),
            b'{' => (Kind::Object, State::InNested, b""),
            b'[' => (Kind::Array, State::InNested, b""),
            b't' => (Kind::True, State::InLiteral, b"rue"),
            b'f' => (Kind::False, State::InLiteral, b"alse"),
            b'n' => (Kind::Null, State::InLiteral, b"ull"),
            _ => {
                self.number = Number::begin(byte).ok_or(self.mistake(at))?;
                (Kind::Number, State::InNumber, b"")
            }
        };
        self.literal = literal;
        if !self.found.begin(self.key_wanted, self.key_start, at, kind) {
            return Err(ScanError::TooManyDuplicates { at });
        }
        if state == State::InNested {
            self.bracket(byte, at)?;
        }
        Ok(state)
    }

    /// The last part of a value.
    fn end_value(&mut self, raw: &[u8], end: u64) {
        self.found.keep(raw);
        self.found.end(end);
        self.state = State::Value;
    }

    /// The last part of a key's raw text, which lies at offset `at`. `is_plain` says that it holds no escape.
    fn end_key(&mut self, raw: &[u8], at: u64, is_plain: bool) -> Result<(), ScanError> {
        self.key_wanted = if is_plain && !self.is_key_begun {
            self.found.index_of(raw)
        } else {
            self.add_to_key(raw, at)?;
            let name = self.key.finish().map_err(|()| ScanError::Syntax { at: at + raw.len() as u64 })?;
            name.and_then(|name| self.found.index_of(name))
        };
        self.state = State::Key;
        Ok(())
    }

    fn add_to_key(&mut self, raw: &[u8], at: u64) -> Result<(), ScanError> {
        if !self.is_key_begun {
            self.is_key_begun = true;
            self.key.begin(self.found.longest_name());
        }
        self.key.push(raw).map_err(|ix| ScanError::Syntax { at: at + ix as u64 })
    }

    /// Takes in a bracket and gives the number of those open.
    fn bracket(&mut self, bracket: u8, at: u64) -> Result<u32, ScanError> {
        self.nest.take(bracket).map_err(|misfit| match misfit {
            Misfit::TooDeep => ScanError::TooDeep { at },
            Misfit::Mismatch => ScanError::Syntax { at },
        })
    }
}

/// As [`next_bit`], of a block that may be cut. Not a closure, which a build for size calls for every hop.
#[inline(always)]
fn next(bytes: &[u8], mask: u64, from: usize) -> Option<usize> {
    next_bit(mask, from).filter(|&at| at < bytes.len())
}

/// The lowest bit of `mask` that is set from `from` (at most 63) on.
#[inline(always)]
fn next_bit(mask: u64, from: usize) -> Option<usize> {
    let rest = mask >> from << from;
    (rest != 0).then(|| rest.trailing_zeros() as usize)
}
