//! Stable ids and checksums. FNV-1a (Fowler, Noll, Vo; constants from their reference page): not for
//! security, but equal on every platform and in every version.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_fixed_and_depend_on_every_part() {
        assert_eq!(deployment_id(&[]), "6c62272e07bb014262b821756295c58d");
        assert_eq!(deployment_id(&["a"]).len(), 32);
        assert_ne!(deployment_id(&["ab", "c"]), deployment_id(&["a", "bc"]));
    }
}
