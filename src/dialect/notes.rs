//! Citations as annotations: which part of the text stands on which page.

use crate::base::json::{Members, Writer};

/// A place in the text of an answer, in characters; `None` behind something that was left out.
pub(super) type Place = Option<u64>;

/// The place behind a text, which is the inside of a raw string.
pub(super) fn behind(place: Place, text: &str) -> Place {
    let mut rest = text.as_bytes();
    let mut count = place?;
    while let [first, behind @ ..] = rest {
        rest = match (first, behind) {
            (b'\\', _) => {
                let is_code = behind.first() == Some(&b'u');
                let width = match (is_pair(rest), is_code) {
                    (true, _) => 12,
                    (false, true) => 6,
                    (false, false) => 2,
                };
                rest.get(width..).unwrap_or_default()
            }
            // U+FDD0, the mark of what was left out.
            (0xEF, [0xB7, 0x90, ..]) => return None,
            // What goes on with a character was counted with its first byte.
            (0x80..0xC0, _) => {
                rest = behind;
                continue;
            }
            _ => behind,
        };
        count = count.saturating_add(1);
    }
    Some(count)
}

/// An escaped pair of surrogates is one character.
fn is_pair(text: &[u8]) -> bool {
    let head = [b'8', b'9', b'a', b'A', b'b', b'B'];
    matches!(text, [b'\\', b'u', b'd' | b'D', high, _, _, b'\\', b'u', ..] if head.contains(high))
}

/// Writes a citation of something that has an address, as an item of `annotations`. What has none is left out:
/// OpenAI's annotations have no word for it.
pub(super) fn write(out: &mut Writer, citation: &str, from: Place, to: Place) {
    let Some(citation) = Members::read(citation) else { return };
    let Some(url) = citation.string("url").or_else(|| citation.string("source")) else { return };
    annotation(out, url, citation.string("title"), from, to);
}

/// Writes an item of `annotations`; `url` and `title` are raw strings.
pub(super) fn annotation(out: &mut Writer, url: &str, title: Option<&str>, from: Place, to: Place) {
    // A place that nobody knows is told as none at all.
    let (from, to) = from.zip(to).unwrap_or((0, 0));
    out.raw(r#"{"type":"url_citation""#).key("url_citation").raw("{").key("start_index").number(from);
    out.key("end_index").number(to).member("url", url);
    out.member("title", title.unwrap_or(r#""""#)).push("}}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_through_escapes() {
        for (raw, count) in [
            ("", Some(0)),
            ("aé😀", Some(3)),
            (r#"a\n\"\\"#, Some(4)),
            (r"\u00e9\ud83d\ude00x", Some(3)),
            ("a\u{FDD0}12\u{FDD1}", None),
        ] {
            assert_eq!(behind(Some(0), raw), count, "{raw}");
        }
        assert_eq!(behind(None, "a"), None);
    }
}
