//! Citations as annotations: which part of the text stands on which page.

use crate::base::json::{Kind, Members, Writer, kind};

/// The mark of what was left out of a text.
const LEFT_OUT: char = '\u{FDD0}';

/// A place in the text of an answer, in characters; `None` behind something that was left out.
pub(super) type Place = Option<u64>;

/// The place behind a text, which is the inside of a raw string.
pub(super) fn behind(place: Place, text: &str) -> Place {
    let mut rest = text;
    let mut count = place?;
    while let Some(first) = rest.chars().next() {
        let width = match first {
            LEFT_OUT => return None,
            '\\' if is_pair(rest) => 12,
            '\\' if rest.starts_with("\\u") => 6,
            '\\' => 2,
            other => other.len_utf8(),
        };
        rest = rest.get(width..).unwrap_or_default();
        count = count.saturating_add(1);
    }
    Some(count)
}

/// An escaped pair of surrogates is one character.
fn is_pair(text: &str) -> bool {
    let high = text.get(..4).is_some_and(|head| {
        matches!(head.as_bytes(), [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'A' | b'b' | b'B'])
    });
    high && text.get(6..8) == Some("\\u")
}

/// Writes a citation of something that has an address, as an item of `annotations`. What has none is left out:
/// OpenAI's annotations have no word for it.
pub(super) fn write(out: &mut Writer, citation: &str, from: Place, to: Place) {
    let Some(citation) = Members::read(citation) else { return };
    let Some(url) = citation.string("url").or_else(|| citation.string("source")) else { return };
    let title = citation.get("title").filter(|raw| kind(raw) == Kind::String).unwrap_or(r#""""#);
    // A place that nobody knows is told as none at all.
    let (from, to) = from.zip(to).unwrap_or((0, 0));
    out.raw(r#"{"type":"url_citation""#).key("url_citation").raw("{").key("start_index").number(from);
    out.key("end_index").number(to).member("url", url).member("title", title).push("}}");
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
