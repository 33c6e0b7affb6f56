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

/// Writes a number in the shortest form that reads as the same number.
#[must_use]
pub fn number_text(number: &Number) -> String {
    // Not by its `Display`, which brings tables of 10 KB that no compression makes smaller.
    if let Some(whole) = number.as_u64() {
        whole.to_string()
    } else if let Some(whole) = number.as_i64() {
        whole.to_string()
    } else {
        number.as_f64().map_or_else(String::new, |number| ryu::Buffer::new().format(number).to_owned())
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
    fn every_number_reads_back() {
        for text in
            ["0", "-1", "18446744073709551615", "-9223372036854775808", "0.1", "0.30000000000000004", "-2.5"]
        {
            let number: Number = serde_json::from_str(text).unwrap();
            assert_eq!(number_text(&number), text);
        }
        for float in [1e-7, 1.5e300, 5e-324, f64::MAX, 123_456_789.125, 1e16] {
            let number = Number::from_f64(float).unwrap();
            assert_eq!(number_text(&number).parse(), Ok(float));
            assert!(serde_json::from_str::<f64>(&number_text(&number)).is_ok());
        }
    }
}
