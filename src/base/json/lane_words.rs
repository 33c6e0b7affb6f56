//! Sixteen bytes in two words. The same interface as `lane_simd.rs`, for targets without simd128.

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW_7: u64 = 0x7F7F_7F7F_7F7F_7F7F;
const TOP: u64 = 0x8080_8080_8080_8080;

/// Sixteen bytes, or the outcome of comparing them: the top bit of a byte is set where it holds, the rest is 0.
#[derive(Clone, Copy)]
pub(super) struct Lane([u64; 2]);

impl Lane {
    #[inline(always)]
    pub(super) fn load(low: [u8; 8], high: [u8; 8]) -> Self {
        Self([u64::from_le_bytes(low), u64::from_le_bytes(high)])
    }

    /// Where the byte is `byte`.
    #[inline(always)]
    pub(super) fn equal(self, byte: u8) -> Self {
        let pattern = ONES * u64::from(byte);
        // A byte is 0 where it equals; adding 0x7F to seven bits carries into the top bit unless they are all 0.
        Self(self.0.map(|word| {
            let differs = word ^ pattern;
            !(((differs & LOW_7) + LOW_7) | differs) & TOP
        }))
    }

    /// Where the byte is below 0x20.
    #[inline(always)]
    pub(super) fn control(self) -> Self {
        // 0x60 carries into the top bit of every byte from 0x20 up.
        Self(self.0.map(|word| !(((word & LOW_7) + ONES * 0x60) | word) & TOP))
    }

    /// The bytes with bit 0x20 set.
    #[inline(always)]
    pub(super) fn with_0x20(self) -> Self {
        Self(self.0.map(|word| word | (ONES * 0x20)))
    }

    /// Where either holds.
    #[inline(always)]
    pub(super) fn or(self, other: Self) -> Self {
        let (Self([a, b]), Self([c, d])) = (self, other);
        Self([a | c, b | d])
    }

    /// Whether the comparison holds anywhere.
    #[inline(always)]
    pub(super) fn any(self) -> bool {
        let Self([a, b]) = self;
        a | b != 0
    }

    /// The top bit of every byte: of a comparison, where it holds; of bytes, which are not ASCII.
    #[inline(always)]
    pub(super) fn bits(self) -> u64 {
        // The factor brings bit 8 * i, for each i, to bit 56 + i, and no two products meet.
        let gather = |word: u64| ((word & TOP) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        let Self([a, b]) = self;
        gather(a) | gather(b) << 8
    }
}
