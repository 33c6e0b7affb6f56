//! A body with the middles of its long strings cut out, so that what has to be read as a tree stays small.
//!
//! A dialect that translates needs the structure of a body, and of its strings only the ends: a picture of ten
//! megabytes is a kilobyte of text to it. [`Skeleton`] reads windows and keeps everything but those middles; the
//! dialect writes its own body around the marks that stand in their places; [`Bones::expand`] says which bytes of
//! the original belong there. A mark is U+FDD0, the number of the hole, U+FDD1: both are noncharacters, which no
//! text should hold. One that does is cut out as a hole of its own, so that a body cannot forge a mark.

use std::ops::Range;

use memchr::{memchr_iter, memchr2};

use super::splice::Splice;

/// How much of a long string is kept in front of its hole, in bytes; a little more where a character would be cut.
const HEAD: usize = 512;

/// How much is kept behind the hole, in bytes, less a character that would be cut.
const TAIL: usize = 96;

/// Holes smaller than this are not worth their marks.
const LEAST_HOLE: usize = 256;

const OPEN: &[u8] = "\u{fdd0}".as_bytes();
const CLOSE: &[u8] = "\u{fdd1}".as_bytes();

/// Values that are read as JSON themselves, or written as text: a hole in them could not be filled again.
const WHOLE: [&[u8]; 3] = [b"arguments", b"input", b"partial_json"];

/// Reads a body that arrives in windows of any size. It is not checked: whoever parses the skeleton does that.
#[derive(Debug, Default)]
pub struct Skeleton {
    kept: Vec<u8>,
    holes: Vec<Range<u32>>,
    at: u32,
    string: Option<Text>,
    /// The last string, if nothing but white space and a colon came after it: the key of what follows.
    key_is_whole: bool,
    depth: u32,
    /// The depth inside which every string is kept whole.
    whole_from: Option<u32>,
}

/// The string that is being read.
#[derive(Debug)]
struct Text {
    /// Where it begins in what is kept, behind its quote.
    kept_from: usize,
    /// May its middle be cut out?
    may_cut: bool,
    /// Where the hole begins, once the head is full.
    hole_from: Option<u32>,
    /// The last bytes behind the hole so far, each with whether a character begins there.
    tail: Vec<(u8, bool)>,
    token: Token,
}

/// Where in a character, or in its escape, the reader stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Token {
    /// Before a character.
    #[default]
    Start,
    /// Behind a backslash.
    Escape,
    /// In the digits of `\u`: how many are left, and their value so far.
    Hex(u8, u16),
    /// Behind the first half of a pair of escapes.
    HalfPair,
    /// In a character of several bytes: how many are left, and what came so far.
    Wide(u8, u32),
}

/// What was kept of a body, and which holes are in it.
#[derive(Debug, Default)]
pub struct Bones {
    /// The body as JSON, with marks.
    pub json: Vec<u8>,
    holes: Vec<Range<u32>>,
    /// Where the original ends, and what was appended to it.
    end: u32,
}

impl Skeleton {
    /// Takes in the next bytes of the body.
    pub fn push(&mut self, window: &[u8]) {
        let mut rest = window;
        while let Some((&byte, behind)) = rest.split_first() {
            let skipped = self.skip(rest);
            if skipped > 0 {
                rest = rest.get(skipped..).unwrap_or_default();
                continue;
            }
            if self.string.is_some() {
                self.in_string(byte);
            } else {
                self.between(byte);
            }
            self.at = self.at.saturating_add(1);
            rest = behind;
        }
    }

    /// Passes over plain text in a hole, which is most of a large body: how many bytes.
    fn skip(&mut self, rest: &[u8]) -> usize {
        let Some(text) = self.string.as_mut().filter(|text| text.token == Token::Start) else { return 0 };
        let Some(hole_from) = text.hole_from else { return 0 };
        let len = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let run = rest.get(..len).unwrap_or_default();
        let last = run.get(len.saturating_sub(2 * TAIL)..).unwrap_or_default();
        // A hole that may turn out too small is filled from here: nothing of it may be dropped.
        let is_hole = (self.at - hole_from) as usize + len >= LEAST_HOLE + 2 * TAIL;
        if is_hole && last.len() == 2 * TAIL {
            text.tail.clear();
            text.keep_tail(last);
        } else {
            text.keep_tail(run);
        }
        self.at = self.at.saturating_add(len as u32);
        len
    }

    /// What is left of the body.
    #[must_use]
    pub fn finish(mut self) -> Bones {
        // A string without an end: whoever parses this will say so.
        if let Some(text) = self.string.take() {
            self.close(text);
        }
        Bones { json: self.kept, holes: self.holes, end: self.at }
    }

    fn between(&mut self, byte: u8) {
        self.kept.push(byte);
        match byte {
            b'"' => {
                let may_cut = self.whole_from.is_none() && !self.key_is_whole;
                let kept_from = self.kept.len();
                let token = Token::Start;
                self.string = Some(Text { kept_from, may_cut, hole_from: None, tail: Vec::new(), token });
            }
            b'{' | b'[' => {
                self.depth = self.depth.saturating_add(1);
                if self.key_is_whole && self.whole_from.is_none() {
                    self.whole_from = Some(self.depth);
                }
                self.key_is_whole = false;
            }
            b'}' | b']' => {
                if self.whole_from == Some(self.depth) {
                    self.whole_from = None;
                }
                self.depth = self.depth.saturating_sub(1);
                self.key_is_whole = false;
            }
            b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => self.key_is_whole = false,
        }
    }

    fn in_string(&mut self, byte: u8) {
        let Some(text) = &mut self.string else { return };
        let begins = text.token == Token::Start;
        if begins && byte == b'"' {
            if let Some(text) = self.string.take() {
                let from = text.kept_from;
                self.close(text);
                self.key_is_whole = self.kept.get(from..).is_some_and(|key| WHOLE.contains(&key));
                self.kept.push(b'"');
            }
            return;
        }
        let (token, is_mark) = text.token.next(byte);
        text.token = token;
        match text.hole_from {
            None if begins && text.may_cut && self.kept.len() - text.kept_from >= HEAD => {
                text.hole_from = Some(self.at);
                text.tail.push((byte, true));
            }
            None => self.kept.push(byte),
            Some(_) if begins => text.keep_tail(&[byte]),
            Some(_) => text.tail.push((byte, false)),
        }
        if is_mark && text.hole_from.is_none() {
            self.cut_out_a_mark();
        }
    }

    /// Ends a string: what follows its hole, if it has one, is its tail.
    fn close(&mut self, text: Text) {
        let Some(hole_from) = text.hole_from else { return };
        let len = (self.at - hole_from) as usize;
        let enough = text.tail.len().saturating_sub(TAIL);
        let from = text.tail.iter().enumerate().skip(enough).find(|(_, (_, begins))| *begins);
        let tail_at = from.map_or(text.tail.len(), |(at, _)| at);
        let hole_len = len - (text.tail.len() - tail_at);
        let kept = if hole_len >= LEAST_HOLE {
            self.mark(hole_from..self.at - (text.tail.len() - tail_at) as u32);
            tail_at
        } else {
            // Nothing has been dropped of a tail as short as this.
            0
        };
        let before = self.kept.len();
        self.kept.extend(text.tail.iter().skip(kept).map(|(byte, _)| *byte));
        self.cut_out_marks(before, hole_from + (len - (text.tail.len() - kept)) as u32);
    }

    /// The character just kept is the one that marks begin with.
    fn cut_out_a_mark(&mut self) {
        let end = self.at + 1;
        let len = if self.kept.ends_with(OPEN) { OPEN.len() } else { r"\ufdd0".len() };
        self.kept.truncate(self.kept.len() - len);
        self.mark(end - len as u32..end);
    }

    /// The same for a tail that was kept in one piece; it begins at `at` in the body.
    fn cut_out_marks(&mut self, from: usize, at: u32) {
        let tail = self.kept.split_off(from);
        let mut done = 0;
        let mut token = Token::Start;
        for (index, byte) in tail.iter().enumerate() {
            let (next, is_mark) = token.next(*byte);
            token = next;
            if !is_mark {
                continue;
            }
            let end = index + 1;
            let is_plain = tail.get(..end).is_some_and(|text| text.ends_with(OPEN));
            let start = end - if is_plain { OPEN.len() } else { r"\ufdd0".len() };
            self.kept.extend_from_slice(tail.get(done..start).unwrap_or_default());
            self.mark(at + start as u32..at + end as u32);
            done = end;
        }
        self.kept.extend_from_slice(tail.get(done..).unwrap_or_default());
    }

    fn mark(&mut self, hole: Range<u32>) {
        self.kept.extend_from_slice(OPEN);
        self.kept.extend_from_slice(self.holes.len().to_string().as_bytes());
        self.kept.extend_from_slice(CLOSE);
        self.holes.push(hole);
    }
}

impl Text {
    /// Keeps bytes that may be the string's last ones: plain text, or the first byte of an escape.
    fn keep_tail(&mut self, bytes: &[u8]) {
        // A byte that goes on with a character begins none.
        self.tail.extend(bytes.iter().map(|byte| (*byte, byte & 0xc0 != 0x80)));
        // Cut now and then, not for each byte.
        if self.tail.len() >= 8 * TAIL {
            self.tail.drain(..self.tail.len() - 2 * TAIL);
        }
    }
}

impl Token {
    /// The place behind a byte, and whether that byte ends U+FDD0.
    fn next(self, byte: u8) -> (Self, bool) {
        match self {
            Self::Start => (Self::begin(byte), false),
            Self::HalfPair if byte == b'\\' => (Self::Escape, false),
            Self::HalfPair => (Self::begin(byte), false),
            Self::Escape if byte == b'u' => (Self::Hex(4, 0), false),
            Self::Escape => (Self::Start, false),
            Self::Hex(left, value) => {
                let digit = char::from(byte).to_digit(16).unwrap_or(0) as u16;
                let value = value << 4 | digit;
                match left {
                    2.. => (Self::Hex(left - 1, value), false),
                    _ if (0xd800..0xdc00).contains(&value) => (Self::HalfPair, false),
                    _ => (Self::Start, value == 0xfdd0),
                }
            }
            Self::Wide(left, value) => {
                let value = value << 8 | u32::from(byte);
                if left > 1 {
                    (Self::Wide(left - 1, value), false)
                } else {
                    (Self::Start, value == 0x00ef_b790)
                }
            }
        }
    }

    #[inline(always)]
    fn begin(byte: u8) -> Self {
        match byte {
            b'\\' => Self::Escape,
            0xc0..=0xdf => Self::Wide(1, u32::from(byte)),
            0xe0..=0xef => Self::Wide(2, u32::from(byte)),
            0xf0..=0xff => Self::Wide(3, u32::from(byte)),
            _ => Self::Start,
        }
    }
}

impl Bones {
    /// Takes bytes in that stand behind the original, and behind those that were appended before: answers the mark that stands
    /// for them.
    pub fn append(&mut self, len: u32) -> String {
        let end = self.end.saturating_add(len);
        self.holes.push(self.end..end);
        self.end = end;
        format!("\u{fdd0}{}\u{fdd1}", self.holes.len() - 1)
    }

    /// The body that a dialect wrote, as pieces of the original and of what it wrote. A mark is filled as often as it
    /// stands there.
    #[must_use]
    pub fn expand(&self, written: Vec<u8>) -> Splice {
        let mut splice = Splice::default();
        let mut done = 0;
        // Looked for only where there is something to fill in.
        let lead = OPEN.first().copied().unwrap_or_default();
        let has_holes = !self.holes.is_empty();
        let opened = memchr_iter(lead, if has_holes { &written } else { &[] });
        let opened = opened.filter(|at| written.get(*at..).is_some_and(|rest| rest.starts_with(OPEN)));
        let mut parts = Vec::new();
        for at in opened {
            let rest = written.get(at + OPEN.len()..).unwrap_or_default();
            let Some((number, close)) = number(rest) else { continue };
            let Some(hole) = self.holes.get(number) else { continue };
            parts.push((done..at, Some(hole.clone())));
            done = at + OPEN.len() + close;
        }
        parts.push((done..written.len(), None));
        for (put, hole) in parts {
            splice.put(&[written.get(put).unwrap_or_default()]);
            if let Some(hole) = hole {
                splice.keep(u64::from(hole.start)..u64::from(hole.end));
            }
        }
        splice
    }
}

/// The number of a mark whose beginning was found, and how long the rest of it is.
fn number(rest: &[u8]) -> Option<(usize, usize)> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let close = digits + CLOSE.len();
    if digits == 0 || digits > 9 || rest.get(digits..close) != Some(CLOSE) {
        return None;
    }
    let number = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
    Some((number, close))
}
