//! Stable ids and checksums. FNV-1a (Fowler, Noll, Vo; constants from their reference page): not for
//! security, but equal on every platform and in every version.

use std::num::NonZeroU64;

use super::rng::ln;

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The id of a deployment: 32 hex digits made from what names it. No part may be a secret.
#[must_use]
pub fn deployment_id(parts: &[&str]) -> String {
    let mut hash = OFFSET;
    let mut eat = |byte: u8| hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
    for part in parts {
        part.bytes().for_each(&mut eat);
        // A byte that is in no UTF-8 text, so that ("ab", "c") and ("a", "bc") differ.
        eat(0xff);
    }
    format!("{hash:032x}")
}

/// Tells bytes that were cut or changed from those that were written. Against accidents, not against intent.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// A number that stands for some bytes, and is spread over all bits; of a text that goes on, `seed` is that of its beginning.
/// Never 0.
#[must_use]
pub fn key(seed: u64, bytes: &[u8]) -> NonZeroU64 {
    let eat = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = mixed(bytes.iter().fold(seed ^ 0xcbf2_9ce4_8422_2325, eat));
    NonZeroU64::new(hash).unwrap_or(NonZeroU64::MIN)
}

/// Spreads a number over all bits: the finaliser of splitmix64 (Steele, Lea and Flood 2014).
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// A number above 0 and up to 1, for a key.
fn unit(key: u64) -> f64 {
    ((key >> 11) as f64 + 1.0) / 9_007_199_254_740_992.0
}

/// How far two keys are from each other, 0 or more. Of several that are measured from one key, each is the nearest in
/// proportion to its weight, and one that goes takes only what was nearest to it: rendezvous hashing (Thaler and Ravishankar
/// 1998), with weights.
#[must_use]
pub fn distance(one: u64, other: u64, weight: f64) -> f64 {
    -ln(unit(mixed(one ^ other))) / weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fixed_and_spread() {
        assert_eq!(key(0, b"a"), key(0, b"a"));
        assert_ne!(key(0, b"a"), key(1, b"a"));
        assert_ne!(key(0, b"ab"), key(0, b"ba"));
        let low = (0..4_000_u64).filter(|n| unit(key(0, &n.to_le_bytes()).get()) < 0.25).count();
        assert!((900..1_100).contains(&low), "{low}");
        assert_eq!((unit(u64::MAX), unit(0) > 0.0), (1.0, true));
    }

    #[test]
    fn ids_are_fixed_and_depend_on_every_part() {
        assert_eq!(deployment_id(&[]), "6c62272e07bb014262b821756295c58d");
        assert_eq!(deployment_id(&["a"]).len(), 32);
        assert_ne!(deployment_id(&["ab", "c"]), deployment_id(&["a", "bc"]));
    }
}
