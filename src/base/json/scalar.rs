//! Values as JSON text. Written out: a serialiser for all types weighs more than the few that are written here.

use serde_json::Number;

/// Writes `text` as a JSON string, quotes included.
#[must_use]
pub fn quoted(text: &str) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    for byte in text.bytes() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            0..0x20 => {
                let low = HEX.get(usize::from(byte & 15)).copied().unwrap_or(b'0');
                out.extend([b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend([b'\\', short]);
    }
    out.push(b'"');
    out
}

/// Writes `text` as a JSON string, quotes included, as text.
#[must_use]
pub fn quoted_text(text: &str) -> String {
    // Nothing but ASCII was added to what was valid.
    String::from_utf8(quoted(text)).unwrap_or_default()
}

/// Writes a number so that it reads as the same one: as people write it, where 15 digits and 22 decimal places are
/// enough; else with all the digits that it has in the decimal system.
#[must_use]
pub fn number_text(number: &Number) -> String {
    // Not by its `Display`: finding the shortest text of every float takes tables that no compression makes smaller.
    if let Some(whole) = number.as_u64() {
        whole.to_string()
    } else if let Some(whole) = number.as_i64() {
        whole.to_string()
    } else {
        float_text(number.as_f64().unwrap_or_default())
    }
}

fn float_text(float: f64) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let size = float.abs();
    let mut scale = 1.0;
    for places in 0..=22_usize {
        // Both are exact and so is what a reader makes of them: IEEE 754 rounds a quotient once.
        let digits = (size * scale).round();
        if digits < EXACT && digits / scale == size {
            return placed(float < 0.0, (digits as u64).to_string().into_bytes(), places);
        }
        scale *= 10.0;
    }
    let bits = size.to_bits();
    let exponent = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    // A size is `mantissa` times two to the power of `exponent`.
    let (mantissa, exponent) = match exponent {
        0 => (fraction, -1_074),
        _ => (fraction | 1 << 52, exponent - 1_075),
    };
    let mut digits = mantissa.to_string().into_bytes();
    // A half is five tenths.
    let factor = if exponent < 0 { 5 } else { 2 };
    for _ in 0..exponent.unsigned_abs() {
        let mut carry = 0;
        for digit in digits.iter_mut().rev() {
            let product = (*digit - b'0') * factor + carry;
            *digit = b'0' + product % 10;
            carry = product / 10;
        }
        if carry > 0 {
            digits.insert(0, b'0' + carry);
        }
    }
    let places = if exponent < 0 { exponent.unsigned_abs() as usize } else { 0 };
    placed(float < 0.0, digits, places)
}

/// Digits with a point before the last `places` of them.
fn placed(is_negative: bool, mut digits: Vec<u8>, places: usize) -> String {
    while digits.len() <= places {
        digits.insert(0, b'0');
    }
    let point = digits.len() - places;
    digits.insert(point, b'.');
    let text = String::from_utf8(digits).unwrap_or_default();
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}{text}", if is_negative { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_written_as_serde_json_writes_it() {
        let all: String =
            (0..0x250_u32).filter_map(char::from_u32).chain("\u{2028}\u{1F600}".chars()).collect();
        assert_eq!(quoted_text(&all), serde_json::to_string(&all).unwrap());
        assert_eq!(quoted(""), b"\"\"");
    }

    #[test]
    fn every_number_reads_back() {
        for text in [
            "0",
            "-1",
            "18446744073709551615",
            "-9223372036854775808",
            "0.1",
            "0.7",
            "-2.5",
            "0.000015",
            "100.25",
        ] {
            let number: Number = serde_json::from_str(text).unwrap();
            assert_eq!(number_text(&number), text);
        }
        let random = (0..200_u64).map(|seed| f64::from_bits(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let known = [
            0.1 + 0.2,
            1e-7,
            1.5e300,
            5e-324,
            f64::MIN_POSITIVE,
            f64::MAX,
            123_456_789.125,
            1e16,
            1e22,
            1e23,
            -1e-30,
        ];
        for float in random.chain(known).filter(|float| float.is_finite()) {
            let text = number_text(&Number::from_f64(float).unwrap());
            assert_eq!(text.parse(), Ok(float), "{text}");
            assert!(
                serde_json::from_str::<serde_json::Value>(&format!("[{text}]")).is_ok()
                    || float.abs() > 1e300,
                "{text}"
            );
        }
    }
}
