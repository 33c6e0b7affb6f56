//! Seeded randomness: the same seed and the same events give the same actions.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg32;

/// A random stream of one call. Cheap to make: a call gets its own, so that calls do not disturb each other.
#[derive(Clone, Debug)]
pub struct Rng(Pcg32);

impl Rng {
    /// The stream of call number `call` under a router's `seed`.
    #[must_use]
    pub fn for_call(seed: u64, call: u64) -> Self {
        Self(Pcg32::seed_from_u64(seed ^ call.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// The next 32 random bits.
    #[inline(always)]
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number in `[0, 1)`.
    #[inline(always)]
    pub fn unit(&mut self) -> f64 {
        f64::from(self.bits()) / 4_294_967_296.0
    }

    /// A position in `0..len`; 0 for an empty range.
    #[inline(always)]
    pub fn below(&mut self, len: usize) -> usize {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        // Multiply-shift: the bias is below 2^-16 for 65,536 deployments.
        usize::try_from((u64::from(self.bits()).saturating_mul(len)) >> 32).unwrap_or(0)
    }

    /// A position drawn in proportion to its weight; `None` when no weight is above 0.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
        let usable = |weight: &f64| weight.is_finite() && *weight > 0.0;
        let total: f64 = weights.clone().filter(usable).sum();
        if total <= 0.0 {
            return None;
        }
        let mut left = self.unit() * total;
        let mut last = None;
        for (position, weight) in weights.enumerate().filter(|(_, weight)| usable(weight)) {
            last = Some(position);
            if left < weight {
                break;
            }
            left -= weight;
        }
        last
    }
}

/// The natural logarithm of a number that is above 0 and not endless. Written here, so that it is the same to the last bit
/// on every platform: what is drawn must not depend on a library's.
#[must_use]
pub fn ln(number: f64) -> f64 {
    // The number is two to the power of `exponent`, times a part from 0.7 to 1.42.
    let bits = number.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as f64 - 1023.0;
    let part = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let (part, exponent) = if part > 1.42 { (part / 2.0, exponent + 1.0) } else { (part, exponent) };
    let ratio = (part - 1.0) / (part + 1.0);
    let square = ratio * ratio;
    let sum =
        [17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0].iter().fold(0.0, |sum, n| sum * square + 1.0 / n);
    2.0 * ratio * sum + exponent * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_call_give_the_same_stream() {
        let draw = |seed, call| {
            let mut rng = Rng::for_call(seed, call);
            [rng.bits(), rng.bits(), rng.bits()]
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn a_weight_of_nothing_is_never_drawn() {
        let weights = [0.0, 3.0, f64::NAN, 1.0, -4.0];
        let mut counts = [0_u32; 5];
        for call in 0..4_000 {
            counts[Rng::for_call(1, call).weighted(weights.into_iter()).unwrap()] += 1;
        }
        assert_eq!((counts[0], counts[2], counts[4]), (0, 0, 0));
        assert!((2_880..3_120).contains(&counts[1]), "{counts:?}");
        assert_eq!(Rng::for_call(1, 1).weighted([0.0, 0.0].into_iter()), None);
    }

    #[test]
    fn the_logarithm_is_right_to_twelve_digits() {
        for number in [1e-300, 1.2e-7, 0.3, 0.7, 1.0, 1.41, 1.43, 2.0, 9.99, 1e9] {
            let (found, right) = (ln(number), f64::ln(number));
            assert!((found - right).abs() <= 1e-12 * right.abs().max(1.0), "{number}: {found} {right}");
        }
    }

    #[test]
    fn every_position_below_is_reached() {
        let mut seen = [false; 3];
        for call in 0..64 {
            seen[Rng::for_call(3, call).below(3)] = true;
        }
        assert_eq!(seen, [true; 3]);
    }
}
