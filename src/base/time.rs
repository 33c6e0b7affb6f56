//! Time as an argument: milliseconds since the Unix epoch.

use std::ops::Add;

/// A moment, in milliseconds since the Unix epoch. Epoch time can be shared between isolates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// From JavaScript's `Date.now()`. What is no moment (NaN, negative, infinite) is the epoch.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        // 2^53 - 1: the last integer that JavaScript counts exactly, in the year 287396.
        const LAST: f64 = 9_007_199_254_740_991.0;
        if value.is_finite() && value > 0.0 { Self(value.min(LAST) as u64) } else { Self(0) }
    }

    /// For JavaScript.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// Milliseconds from `earlier` to this moment; 0 if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<u64> for Millis {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_from_a_clock_is_harmless() {
        for value in [f64::NAN, f64::NEG_INFINITY, f64::INFINITY, -1.0] {
            assert!(Millis::from_f64(value) <= Millis(9_007_199_254_740_991));
        }
        assert_eq!(Millis(5) + u64::MAX, Millis(u64::MAX));
        assert_eq!(Millis(5).since(Millis(9)), 0);
    }
}
