//! The scan: windows into blocks, blocks into masks. What the bytes mean is `grammar.rs`'s business.

use super::block::{Block, WIDTH, escaped, inside_strings};
use super::grammar::{Grammar, Masks};
use super::{Member, ScanError, Table};

/// Finds wanted members at the top level of a JSON object that arrives in windows of any size.
///
/// Checked in full: brackets match in kind; strings end and hold no raw control character; at the top level every
/// key (with its escapes), colon, comma, number and literal; nothing but white space around the object. A UTF-8
/// byte order mark at the start is accepted. Not checked: UTF-8, escapes inside values, and the grammar between
/// the strings and brackets of nested values, all of which the upstream reads for itself.
///
/// Memory is bounded whatever comes: by the table of [`Wanted`](super::Wanted) and by
/// [`MAX_DUPLICATES`](super::MAX_DUPLICATES).
#[derive(Debug, Default)]
pub struct Scanner {
    grammar: Grammar,
    len: u64,
    has_wide_bytes: bool,
    failure: Option<ScanError>,
    /// Whether the next block starts inside a string, and whether with an escaped byte.
    in_string: bool,
    is_escaped: bool,
}

impl Scanner {
    /// A scanner that looks for `wanted`.
    #[must_use]
    pub fn new(wanted: impl Into<Table>) -> Self {
        let mut scanner = Self::default();
        scanner.grammar.reset(wanted.into());
        scanner
    }

    /// Starts over with another body; memory is kept.
    pub fn reset(&mut self, wanted: impl Into<Table>) {
        let mut grammar = std::mem::take(&mut self.grammar);
        grammar.reset(wanted.into());
        *self = Self { grammar, ..Self::default() };
    }

    /// Takes in the next bytes of the body. What is wrong with them is kept for [`finish`](Self::finish).
    pub fn push(&mut self, window: &[u8]) {
        let len = self.len + window.len() as u64;
        if self.failure.is_none() {
            self.failure = self.scan(window).err();
        }
        self.len = len;
    }

    /// Tells whether the bytes pushed are one JSON object. What was found counts only if they are.
    #[inline(always)]
    pub fn finish(&mut self) -> Result<(), ScanError> {
        self.failure.map_or_else(|| self.grammar.finish(), Err)
    }

    /// The wanted members found, in the order of the body, repeated ones included.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.grammar.found.members
    }

    /// The member that counts for the wanted name of that index: of repeated ones the last, as in `JSON.parse`.
    #[must_use]
    pub fn last(&self, wanted_index: usize) -> Option<&Member> {
        self.members().iter().rfind(|member| member.wanted == wanted_index)
    }

    /// The index of a name in the table, if it is wanted.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.grammar.found.index_of(name.as_bytes())
    }

    /// Whether every byte is below 0x80, so that offsets in bytes are offsets in characters too.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        !self.has_wide_bytes
    }

    /// Bytes pushed.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an empty body is an error, which `finish` tells")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Top-level members of the body, wanted or not, repeated ones included.
    #[must_use]
    pub fn member_count(&self) -> u32 {
        self.grammar.found.count
    }

    /// What is known of the object as a whole.
    pub(super) fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    fn scan(&mut self, window: &[u8]) -> Result<(), ScanError> {
        let mut rest = window;
        // Not by `chunks`, whose iterator a build for size calls for every block.
        while !rest.is_empty() {
            let (block, bytes) = match rest.split_first_chunk() {
                Some((whole, behind)) => {
                    rest = behind;
                    (Block::load(whole), whole.as_slice())
                }
                None => (Block::load(&padded(rest)), std::mem::take(&mut rest)),
            };
            self.has_wide_bytes |= !block.is_ascii();
            // Most of most bodies is the inside of long strings.
            let is_skippable = self.in_string && !self.grammar.is_keeping_text();
            if is_skippable && block.is_plain_text() {
                self.is_escaped = false;
            } else {
                self.block(block, bytes, is_skippable)?;
            }
            self.len += bytes.len() as u64;
        }
        Ok(())
    }

    /// `bytes` are those of the block that count, at least one.
    #[inline(always)]
    fn block(&mut self, block: Block, bytes: &[u8], is_skippable: bool) -> Result<(), ScanError> {
        let valid = u64::MAX >> (WIDTH - bytes.len());
        let backslashes = block.backslashes() & valid;
        let escaped = escaped(backslashes, bytes.len(), &mut self.is_escaped);
        let quotes = block.quotes() & valid & !escaped;
        let inside = inside_strings(quotes, self.in_string);
        self.in_string = inside >> (WIDTH - 1) == 1;

        // The first byte that is wrong whatever surrounds it. There may be another mistake before it.
        let wrong = (block.controls() & inside | backslashes & !inside) & valid;
        // The string goes on through the block, escapes and all.
        if is_skippable && quotes | wrong == 0 {
            return Ok(());
        }
        let end = bytes.len().min(wrong.trailing_zeros() as usize);
        let masks = Masks { quotes, backslashes, brackets: block.brackets() & !inside };
        self.grammar.walk(bytes.get(..end).unwrap_or_default(), self.len, &masks)?;
        if end < bytes.len() { Err(self.grammar.mistake(self.len + end as u64)) } else { Ok(()) }
    }
}

fn padded(bytes: &[u8]) -> [u8; WIDTH] {
    let mut padded = [b' '; WIDTH];
    padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    padded
}
