//! The members found: what is kept of them while their bytes go by.

use super::{Kind, MAX_DUPLICATES, Member, Table};

/// The wanted members so far, and what a splice must know of the object around them.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) wanted: Table,
    pub(super) members: Vec<Member>,
    /// Top-level members, wanted or not.
    pub(super) count: u32,
    /// Where one more member can be added: behind the last value, or behind the `{` of an empty object.
    pub(super) tail: u64,
    /// The open member, or the one just ended, is the last of `members`.
    is_wanted: bool,
    /// How many bytes of the open value may be kept.
    room: usize,
    last_comma: u64,
}

impl Found {
    /// Starts over; memory is kept.
    pub(super) fn reset(&mut self, wanted: Table) {
        let mut members = std::mem::take(&mut self.members);
        members.clear();
        *self = Self { wanted, members, ..Self::default() };
    }

    /// The index of a name, if it is wanted.
    pub(super) fn index_of(&self, name: &[u8]) -> Option<usize> {
        self.wanted.index_of(name)
    }

    /// The length of the longest wanted name.
    pub(super) fn longest_name(&self) -> usize {
        self.wanted.longest_name()
    }

    /// A member begins: `wanted` is the index of its name, if it is wanted. False if it is one duplicate too many.
    pub(super) fn begin(
        &mut self,
        wanted: Option<usize>,
        key_start: u64,
        value_start: u64,
        kind: Kind,
    ) -> bool {
        let ordinal = self.count;
        self.count = self.count.saturating_add(1);
        let Some((wanted, capture)) = wanted.and_then(|ix| Some((ix, self.wanted.capture(ix)?))) else {
            return true;
        };
        // There is room for each name once, and for the duplicates.
        if self.members.len() >= self.wanted.len() + MAX_DUPLICATES {
            return false;
        }
        self.is_wanted = true;
        self.room = capture as usize;
        self.members.push(Member {
            wanted,
            key_start,
            value: value_start..value_start,
            kind,
            ordinal,
            comma_before: self.last_comma,
            comma_after: None,
            raw: (capture > 0).then(Vec::new),
        });
        true
    }

    /// Whether the bytes of the open value are kept.
    #[inline(always)]
    pub(super) fn is_keeping(&self) -> bool {
        self.is_wanted && self.members.last().is_some_and(|member| member.raw.is_some())
    }

    /// Takes in bytes of the open value.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        let room = self.room;
        let Some(member) = self.open() else { return };
        if member.raw.as_ref().is_some_and(|raw| raw.len() + bytes.len() > room) {
            member.raw = None;
        }
        if let Some(raw) = &mut member.raw {
            raw.extend_from_slice(bytes);
        }
    }

    /// The open value ends in front of `end`.
    pub(super) fn end(&mut self, end: u64) {
        self.tail = end;
        if let Some(member) = self.open() {
            member.value.end = end;
        }
    }

    /// A comma: the next member will be another one.
    pub(super) fn comma(&mut self, at: u64) {
        self.last_comma = at;
        if let Some(member) = self.open() {
            member.comma_after = Some(at);
        }
        self.is_wanted = false;
    }

    #[inline(always)]
    fn open(&mut self) -> Option<&mut Member> {
        self.members.last_mut().filter(|_| self.is_wanted)
    }
}
