//! Events into bytes.

use memchr::memchr2;

/// Writes one event, with the blank line behind it.
///
/// Data of several lines becomes several `data` lines; a reader joins them by line feeds, whichever of LF, CR LF and
/// CR separated them. Nothing that stands behind a line break in `name` is written: it would be read as another field.
pub fn encode(out: &mut Vec<u8>, name: Option<&str>, data: &[u8]) {
    if let Some(name) = name {
        let line = name.split(['\r', '\n']).next().unwrap_or_default();
        field(out, b"event: ", line.as_bytes());
    }
    let mut rest = data;
    while let Some((line, behind)) = split_line(rest) {
        field(out, b"data: ", line);
        rest = behind;
    }
    field(out, b"data: ", rest);
    out.push(b'\n');
}

/// A line and what is behind its line break.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = text.split_at_checked(memchr2(b'\r', b'\n', text)?)?;
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..))?;
    Some((line, rest))
}

fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(value);
    out.push(b'\n');
}
