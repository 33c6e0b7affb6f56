//! The splice plan: which bytes of a scanned body to keep, and what to put between them.

use std::ops::Range;

use super::grammar::Grammar;
use super::{Member, Scanner, quoted};

/// One change to a scanned body. An index beyond the scanner's table changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Gives a wanted member this raw JSON as its value, and adds the member at the end if there is none. Of repeated
    /// members the last, which counts, is changed and the others are cut: two readers of the body must not be able
    /// to see two values.
    Replace {
        /// Index into the scanner's table.
        wanted: usize,
        /// The value, as JSON.
        raw: &'a [u8],
    },
    /// Adds this raw JSON behind the last item of a wanted member that is an array with items. Of repeated members the
    /// last, which counts, is changed.
    Extend {
        /// Index into the scanner's table.
        wanted: usize,
        /// The item, as JSON.
        raw: &'a [u8],
    },
    /// Takes a wanted member out, every repetition of it too.
    Cut {
        /// Index into the scanner's table.
        wanted: usize,
    },
    /// Gives a wanted member another name, its value left as it is. Of repeated members the last, which counts, is renamed
    /// and the others are cut.
    Rename {
        /// Index into the scanner's table.
        wanted: usize,
        /// The new name, not escaped.
        name: &'a str,
    },
    /// Adds a member at the end, whether or not the body has one of that name: use [`Edit::Replace`] if it may.
    Append {
        /// The key, not escaped.
        name: &'a str,
        /// The value, as JSON.
        raw: &'a [u8],
    },
}

/// A piece of the new body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the scanned body.
    Keep(Range<u64>),
    /// These bytes of [`Splice::inserts`].
    Put(Range<u32>),
}

/// A new body as pieces of the old one with new bytes between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splice {
    pieces: Vec<Piece>,
    inserts: Vec<u8>,
}

impl Splice {
    /// The pieces, in the order of the new body.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The new bytes, in one piece.
    #[must_use]
    pub fn inserts(&self) -> &[u8] {
        &self.inserts
    }

    /// The length of the new body, in bytes.
    #[must_use]
    pub fn out_len(&self) -> u64 {
        let len = |piece: &Piece| match piece {
            Piece::Keep(range) => range.end - range.start,
            Piece::Put(range) => u64::from(range.end - range.start),
        };
        self.pieces.iter().map(len).sum()
    }

    /// The new body, if the whole scanned one is at hand. Kept pieces that `body` does not have are left out.
    #[must_use]
    pub fn apply(&self, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in &self.pieces {
            let bytes = match piece {
                Piece::Keep(range) => body.get(range.start as usize..range.end as usize),
                Piece::Put(range) => self.inserts.get(range.start as usize..range.end as usize),
            };
            out.extend_from_slice(bytes.unwrap_or_default());
        }
        out
    }

    pub(super) fn keep(&mut self, range: Range<u64>) {
        if range.start < range.end {
            self.pieces.push(Piece::Keep(range));
        }
    }

    pub(super) fn put(&mut self, bytes: &[&[u8]]) {
        let start = self.inserts.len() as u32;
        bytes.iter().for_each(|bytes| self.inserts.extend_from_slice(bytes));
        let end = self.inserts.len() as u32;
        match self.pieces.last_mut() {
            Some(Piece::Put(last)) => last.end = end,
            _ => self.pieces.push(Piece::Put(start..end)),
        }
    }
}

/// What becomes of a found member.
#[derive(Clone, Copy)]
enum Fate<'a> {
    Keep,
    Cut,
    Put(&'a [u8]),
    Extend(&'a [u8]),
    Rename(&'a str),
}

/// Plans how `edits` change the body that `scan` has read. Every other byte stays, but for a byte order mark.
///
/// Of several edits of one wanted member the last counts. Added members come in the order of `edits`. Together the
/// edits may add up to 4 GiB. The scan must have [finished](Scanner::finish) without an error: there is no use in a
/// plan for a body that is no JSON object.
#[must_use]
pub fn splice(scan: &Scanner, edits: &[Edit<'_>]) -> Splice {
    let Grammar { found, bom, .. } = scan.grammar();
    let mut fates = vec![Fate::Keep; found.members.len()];
    let mut added: Vec<(&str, &[u8])> = Vec::new();
    for (ix, edit) in edits.iter().enumerate() {
        match *edit {
            Edit::Append { name, raw } => added.push((name, raw)),
            Edit::Cut { wanted } => cut(&mut fates, &found.members, wanted),
            Edit::Extend { wanted, raw } => {
                let last = found.members.iter().rposition(|member| member.wanted == wanted);
                if let Some(fate) = last.and_then(|last| fates.get_mut(last)) {
                    *fate = Fate::Extend(raw);
                }
            }
            Edit::Rename { wanted, name } => {
                cut(&mut fates, &found.members, wanted);
                let last = found.members.iter().rposition(|member| member.wanted == wanted);
                if let Some(fate) = last.and_then(|last| fates.get_mut(last)) {
                    *fate = Fate::Rename(name);
                }
            }
            Edit::Replace { wanted, raw } => {
                cut(&mut fates, &found.members, wanted);
                let last = found.members.iter().rposition(|member| member.wanted == wanted);
                if let Some(fate) = last.and_then(|last| fates.get_mut(last)) {
                    *fate = Fate::Put(raw);
                } else if !edits.iter().skip(ix + 1).any(|later| later.wanted() == Some(wanted)) {
                    added.extend(found.wanted.name(wanted).map(|absent| (absent, raw)));
                }
            }
        }
    }

    let mut splice = Splice::default();
    let mut done = *bom;
    // How many members are cut: from the first on without a gap, and in all.
    let (mut leading, mut cuts) = (0, 0);
    for (member, fate) in found.members.iter().zip(fates) {
        let range = match fate {
            Fate::Keep => continue,
            Fate::Put(_) => member.value.clone(),
            Fate::Rename(_) => member.key_start..member.value.start,
            Fate::Extend(_) => member.value.end.saturating_sub(1)..member.value.end,
            // The comma goes with the member behind it, unless nothing stays in front of that.
            Fate::Cut if member.ordinal == leading => {
                leading += 1;
                member.key_start..member.comma_after.map_or(member.value.end, |comma| comma + 1)
            }
            Fate::Cut => member.comma_before..member.value.end,
        };
        splice.keep(done..range.start);
        done = range.end;
        match fate {
            Fate::Put(raw) => splice.put(&[raw]),
            Fate::Extend(raw) => splice.put(&[b",", raw, b"]"]),
            Fate::Rename(name) => splice.put(&[&quoted(name), b":"]),
            _ => cuts += 1,
        }
    }
    if !added.is_empty() {
        splice.keep(done..found.tail);
        done = found.tail;
    }
    for (ix, (name, raw)) in added.into_iter().enumerate() {
        let is_first = ix == 0 && cuts == found.count;
        splice.put(&[if is_first { b"" } else { b"," }, &quoted(name), b":", raw]);
    }
    splice.keep(done..scan.len());
    splice
}

fn cut(fates: &mut [Fate<'_>], members: &[Member], wanted: usize) {
    for (fate, _) in fates.iter_mut().zip(members).filter(|(_, member)| member.wanted == wanted) {
        *fate = Fate::Cut;
    }
}

impl Edit<'_> {
    fn wanted(&self) -> Option<usize> {
        match *self {
            Self::Replace { wanted, .. }
            | Self::Extend { wanted, .. }
            | Self::Rename { wanted, .. }
            | Self::Cut { wanted } => Some(wanted),
            Self::Append { .. } => None,
        }
    }
}
