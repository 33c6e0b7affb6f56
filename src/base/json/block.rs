//! Sixty-four bytes of a body as bit masks: bit *i* of a mask speaks of byte *i*.

use super::lane::Lane;

/// Bytes in a block: as many as a mask has bits.
pub(super) const WIDTH: usize = 64;

/// Sixty-four bytes, ready to be compared.
///
/// Written out lane by lane: arrays and iterators of lanes would pass through memory in a build for size.
#[derive(Clone, Copy)]
pub(super) struct Block(Lane, Lane, Lane, Lane);

impl Block {
    #[inline(always)]
    pub(super) fn load(bytes: &[u8; WIDTH]) -> Self {
        let word =
            |at: usize| bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        let lane = |at| Lane::load(word(at), word(at + 8));
        Self(lane(0), lane(16), lane(32), lane(48))
    }

    /// Whether the block holds no quote, no backslash and no control character: a string goes on right through it.
    #[inline(always)]
    pub(super) fn is_plain_text(self) -> bool {
        !self.equal(b'"').or(self.equal(b'\\')).or(self.control()).union().any()
    }

    #[inline(always)]
    pub(super) fn is_ascii(self) -> bool {
        self.union().bits() == 0
    }

    #[inline(always)]
    pub(super) fn quotes(self) -> u64 {
        self.equal(b'"').bits()
    }

    #[inline(always)]
    pub(super) fn backslashes(self) -> u64 {
        self.equal(b'\\').bits()
    }

    /// Bytes below 0x20, which a string may only hold escaped.
    #[inline(always)]
    pub(super) fn controls(self) -> u64 {
        self.control().bits()
    }

    /// `{`, `}`, `[` and `]`.
    #[inline(always)]
    pub(super) fn brackets(self) -> u64 {
        let Self(a, b, c, d) = self;
        // Square and curly brackets differ by bit 0x20 alone.
        let curly = Self(a.with_0x20(), b.with_0x20(), c.with_0x20(), d.with_0x20());
        curly.equal(b'{').or(curly.equal(b'}')).bits()
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> Self {
        let Self(a, b, c, d) = self;
        Self(a.equal(byte), b.equal(byte), c.equal(byte), d.equal(byte))
    }

    #[inline(always)]
    fn control(self) -> Self {
        let Self(a, b, c, d) = self;
        Self(a.control(), b.control(), c.control(), d.control())
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        let Self(a, b, c, d) = self;
        Self(a.or(other.0), b.or(other.1), c.or(other.2), d.or(other.3))
    }

    /// What holds in any of the lanes.
    #[inline(always)]
    fn union(self) -> Lane {
        let Self(a, b, c, d) = self;
        a.or(b).or(c.or(d))
    }

    #[inline(always)]
    fn bits(self) -> u64 {
        let Self(a, b, c, d) = self;
        a.bits() | b.bits() << 16 | c.bits() << 32 | d.bits() << 48
    }
}

/// Which bytes of a block lie inside a string: from the opening quote on, up to the closing one.
///
/// `quotes` are the unescaped ones; `begun` says that the block starts inside a string.
#[inline(always)]
pub(super) fn inside_strings(quotes: u64, begun: bool) -> u64 {
    // Bit i of a running xor is the parity of the quotes up to byte i.
    let mut parity = quotes ^ quotes << 1;
    parity ^= parity << 2;
    parity ^= parity << 4;
    parity ^= parity << 8;
    parity ^= parity << 16;
    parity ^= parity << 32;
    if begun { !parity } else { parity }
}

/// Which bytes are escaped by the backslash before them. `carry` says so of the first byte, and afterwards of the
/// byte behind the `len` bytes (at least one) of this block.
#[inline(always)]
pub(super) fn escaped(backslashes: u64, len: usize, carry: &mut bool) -> u64 {
    let mut escaped = u64::from(*carry);
    let mut rest = backslashes & !escaped;
    while rest != 0 {
        let next = (rest & rest.wrapping_neg()) << 1;
        escaped |= next;
        // An escaped backslash escapes nothing.
        rest &= (rest - 1) & !next;
    }
    *carry = (backslashes & !escaped) >> (len - 1) & 1 == 1;
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &[u8], holds: impl Fn(u8) -> bool) -> u64 {
        (0..WIDTH).filter(|&i| holds(text[i])).fold(0, |mask, i| mask | 1 << i)
    }

    #[test]
    fn masks_know_every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            // Different neighbours in both directions, so that a borrow or a carry between bytes would show.
            for start in [0, byte.wrapping_sub(31), 127, 200] {
                let text: [u8; WIDTH] =
                    std::array::from_fn(|i| if i % 3 == 1 { byte } else { start.wrapping_add(i as u8) });
                let block = Block::load(&text);
                assert_eq!(block.quotes(), mask(&text, |b| b == b'"'));
                assert_eq!(block.backslashes(), mask(&text, |b| b == b'\\'));
                assert_eq!(block.controls(), mask(&text, |b| b < 0x20));
                assert_eq!(block.brackets(), mask(&text, |b| b"{}[]".contains(&b)));
                assert_eq!(block.is_ascii(), text.is_ascii());
                let special = block.quotes() | block.backslashes() | block.controls();
                assert_eq!(block.is_plain_text(), special == 0);
            }
        }
    }

    #[test]
    fn escapes_pair_up_and_carry_over() {
        let cases: [(u64, usize, bool, u64, bool); 8] = [
            (0b0000, 64, false, 0b0000, false),
            (0b0001, 64, false, 0b0010, false),
            (0b0011, 64, false, 0b0010, false),
            (0b0111, 64, false, 0b1010, false),
            (0b0111, 64, true, 0b0101, false),
            (0b0100, 3, false, 0b1000, true),
            (0b0110, 3, false, 0b0100, false),
            (1 << 63, 64, true, 1, true),
        ];
        for (backslashes, len, mut carry, expected, carried) in cases {
            let begun = carry;
            let found = escaped(backslashes, len, &mut carry);
            assert_eq!((found, carry), (expected, carried), "{backslashes:b} {len} {begun}");
        }
    }

    #[test]
    fn strings_run_from_quote_to_quote() {
        assert_eq!(inside_strings(0b0100_0010, false), 0b0011_1110);
        assert_eq!(inside_strings(0b0100_0010, true), !0b0011_1110);
        assert_eq!(inside_strings(1 << 63, false), 1 << 63);
    }
}
