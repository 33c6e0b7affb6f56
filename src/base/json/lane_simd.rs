//! Sixteen bytes in a wasm vector. The same interface as `lane_words.rs`.

use core::arch::wasm32::{
    i64x2, u8x16_bitmask, u8x16_eq, u8x16_le, u8x16_splat, v128, v128_any_true, v128_or,
};

/// Sixteen bytes, or the outcome of comparing them: all ones where it holds.
#[derive(Clone, Copy)]
pub(super) struct Lane(v128);

impl Lane {
    #[inline(always)]
    pub(super) fn load(low: [u8; 8], high: [u8; 8]) -> Self {
        Self(i64x2(i64::from_le_bytes(low), i64::from_le_bytes(high)))
    }

    /// Where the byte is `byte`.
    #[inline(always)]
    pub(super) fn equal(self, byte: u8) -> Self {
        Self(u8x16_eq(self.0, u8x16_splat(byte)))
    }

    /// Where the byte is below 0x20.
    #[inline(always)]
    pub(super) fn control(self) -> Self {
        Self(u8x16_le(self.0, u8x16_splat(0x1F)))
    }

    /// The bytes with bit 0x20 set.
    #[inline(always)]
    pub(super) fn with_0x20(self) -> Self {
        Self(v128_or(self.0, u8x16_splat(0x20)))
    }

    /// Where either holds.
    #[inline(always)]
    pub(super) fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    /// Whether the comparison holds anywhere.
    #[inline(always)]
    pub(super) fn any(self) -> bool {
        v128_any_true(self.0)
    }

    /// The top bit of every byte: of a comparison, where it holds; of bytes, which are not ASCII.
    #[inline(always)]
    pub(super) fn bits(self) -> u64 {
        u64::from(u8x16_bitmask(self.0))
    }
}
