//! A slow reading of the same rules, with `serde_json` as the judge of the top level.

use serde::de::IgnoredAny;

/// Whether `serde_json` takes the body once everything that the scan leaves to the upstream is out of the way: nested
/// values become `[]` (if their strings and brackets are sound), and escapes in top-level values become plain text.
pub(crate) fn is_acceptable(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let (mut flat, mut open, mut in_string, mut is_value) = (Vec::new(), Vec::new(), false, false);
    let mut bytes = body.iter().copied();
    while let Some(byte) = bytes.next() {
        let is_nested = open.len() > 1;
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if !in_string => return false,
            b'\\' => {
                let Some(next) = bytes.next() else { return false };
                if next < 0x20 {
                    return false;
                }
                if !is_nested {
                    flat.extend(if is_value { *b"xx" } else { [byte, next] });
                }
                continue;
            }
            0..0x20 if in_string => return false,
            _ if in_string => {}
            b'{' | b'[' => {
                open.push(byte + 2);
                if open.len() == 2 {
                    flat.extend(b"[]");
                }
            }
            b'}' | b']' => {
                let opened = open.pop();
                if opened != Some(byte) {
                    return false;
                }
            }
            b':' if !is_nested => is_value = true,
            b',' if !is_nested => is_value = false,
            _ => {}
        }
        if !is_nested && open.len() <= 1 {
            flat.push(byte);
        }
    }
    let start = flat.iter().find(|byte| !byte.is_ascii_whitespace());
    start == Some(&b'{') && serde_json::from_slice::<IgnoredAny>(&flat).is_ok()
}
