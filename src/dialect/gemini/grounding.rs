//! What an answer was found in, as annotations: which part of the text stands on which page.

use crate::base::json::{Members, Writer, text};
use crate::base::text::contains;
use crate::dialect::notes::{self, Place};

/// Writes items of `annotations`, of a `groundingMetadata`. `said` is the text of the answer, the inside of a JSON
/// string.
pub(super) fn write(out: &mut Writer, metadata: &Members<'_>, said: &str) {
    let chunks = metadata.list("groundingChunks");
    let supports = metadata.list("groundingSupports");
    if chunks.is_empty() || supports.is_empty() {
        return;
    }
    let raw = ["\"", said, "\""].concat();
    let said = text(&raw).filter(|said| !contains(said, "\u{FDD0}") && !said.is_empty());
    // Google counts bytes of UTF-8, OpenAI characters. A text with a hole has neither.
    let place = |bytes: Option<u64>| -> Place {
        let bytes = usize::try_from(bytes.unwrap_or(0)).ok()?;
        let before = said.as_deref()?.get(..bytes)?.bytes();
        // Bytes that go on with a character do not begin one.
        Some(before.fold(0, |count, byte| count + u64::from(byte & 0xC0 != 0x80)))
    };
    for support in supports {
        let support = Members::read(support).unwrap_or_default();
        let segment = support.inner("segment");
        let (from, to) = (place(segment.count("startIndex")), place(segment.count("endIndex")));
        for at in support.list("groundingChunkIndices") {
            let chunk = at.parse().ok().and_then(|at: usize| chunks.get(at).copied()).unwrap_or_default();
            let page = Members::read(chunk).and_then(|chunk| chunk.object("web")).unwrap_or_default();
            if let Some(url) = page.string("uri") {
                notes::annotation(out, url, page.string("title"), from, to);
            }
        }
    }
}
