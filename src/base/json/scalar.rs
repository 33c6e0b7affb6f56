//! Values as JSON text. Written out: a serialiser for all types weighs more than the few that are written here.

use serde_json::{Number, Value};

/// Writes `text` as a JSON string, quotes included.
#[must_use]
pub fn quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

/// Writes `text` as a JSON string behind what is there.
pub(super) fn quote(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
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
}

/// Writes `text` as a JSON string, quotes included, as text.
#[must_use]
pub fn quoted_text(text: &str) -> String {
    // Nothing but ASCII was added to what was valid.
    String::from_utf8(quoted(text)).unwrap_or_default()
}

/// Writes a number so that it reads as the same one: as people write it, where 15 digits and 22 decimal places are
/// enough; else with 17 digits, which tell every float from the next.
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
    rounded(float < 0.0, digits, places)
}

/// Digits with a point before the last `places` of them, of which the first 17 tell every float from the next.
fn rounded(is_negative: bool, mut digits: Vec<u8>, mut places: usize) -> String {
    const MOST: usize = 17;
    let zeros = digits.len().saturating_sub(MOST);
    let rounds_up = digits.get(MOST).is_some_and(|next| *next >= b'5');
    digits.truncate(MOST);
    if rounds_up {
        for digit in digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
        // Nothing but nines: the next power of ten.
        if digits.first() == Some(&b'0') {
            digits.insert(0, b'1');
        }
    }
    let kept = places.min(zeros);
    places -= kept;
    digits.resize(digits.len() + zeros - kept, b'0');
    placed(is_negative, digits, places)
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

/// Writes a value.
#[must_use]
pub fn written(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, value);
    out
}

fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Number(number) => out.extend_from_slice(number_text(number).as_bytes()),
        Value::String(text) => quote(out, text),
        Value::Array(items) => {
            let mut before = b'[';
            for item in items {
                out.push(before);
                before = b',';
                write(out, item);
            }
            out.extend_from_slice(if items.is_empty() { b"[]" } else { b"]" });
        }
        Value::Object(members) => {
            let mut before = b'{';
            for (name, member) in members {
                out.push(before);
                before = b',';
                quote(out, name);
                out.push(b':');
                write(out, member);
            }
            out.extend_from_slice(if members.is_empty() { b"{}" } else { b"}" });
        }
    }
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
    fn values_are_written_as_serde_json_writes_them() {
        for text in ["null", "[true,false,[],{},\"\\n\"]", "{\"a\":{\"b\":1.5},\"c\":[-1,[2]]}"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(written(&value), text.as_bytes());
        }
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
                serde_json::from_str::<Value>(&format!("[{text}]")).is_ok() || float.abs() > 1e300,
                "{text}"
            );
        }
    }
}
