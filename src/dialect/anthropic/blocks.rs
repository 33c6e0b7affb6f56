//! A list of content blocks that is being written.

use std::ops::Range;

use crate::base::json::{Writer, is_blank, quoted, text};

/// Content blocks, without the brackets around them.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    out: Writer,
    /// Where the raw text of the last block lies, if that is a text.
    last_text: Option<Range<usize>>,
    /// The last block has a cache breakpoint of its own, or may have none.
    is_last_sealed: bool,
    /// The first block is thinking.
    begins_with_thinking: bool,
    has_calls: bool,
}

impl Blocks {
    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    pub(super) fn out(&self) -> &Writer {
        &self.out
    }

    /// A text block; `raw` is a JSON string. What is blank is left out, because Anthropic refuses it.
    pub(super) fn text(&mut self, raw: &str, cache: Option<&str>) {
        if is_blank(raw) {
            return;
        }
        self.out.raw(r#"{"type":"text","text":"#).push(raw).push("}");
        let end = self.out.len().saturating_sub(1);
        self.last_text = Some(end.saturating_sub(raw.len())..end);
        self.is_last_sealed = false;
        self.cache(cache);
    }

    /// Where the JSON of the next block goes, whole. A cache breakpoint may follow it.
    pub(super) fn next(&mut self) -> &mut Writer {
        self.last_text = None;
        self.is_last_sealed = false;
        &mut self.out
    }

    /// A block that is Anthropic's already.
    pub(super) fn native(&mut self, raw: &str, has_cache: bool) {
        self.next().raw(raw);
        self.is_last_sealed = has_cache;
    }

    /// The thinking of an earlier answer, which goes back as it came.
    pub(super) fn thinking(&mut self, raw: &str) {
        self.begins_with_thinking |= self.is_empty();
        self.native(raw, true);
    }

    /// Where a call of a tool goes.
    pub(super) fn call(&mut self) -> &mut Writer {
        self.has_calls = true;
        self.next()
    }

    pub(super) fn begins_with_thinking(&self) -> bool {
        self.begins_with_thinking
    }

    pub(super) fn has_calls(&self) -> bool {
        self.has_calls
    }

    /// A cache breakpoint on the last block.
    pub(super) fn cache(&mut self, raw: Option<&str>) {
        let Some(raw) = raw.filter(|_| !self.is_empty() && !self.is_last_sealed) else { return };
        self.out.reopen().member("cache_control", raw).push("}");
        self.is_last_sealed = true;
    }

    /// Cuts white space at the end of the last block, if that is a text: Anthropic refuses it where an answer is to
    /// go on from there.
    pub(super) fn trim_end(&mut self) {
        let Some(place) = self.last_text.clone() else { return };
        let raw = self.out.bytes().get(place.clone()).and_then(|raw| std::str::from_utf8(raw).ok());
        let Some(text) = raw.and_then(text) else { return };
        let trimmed = text.trim_end();
        if trimmed.len() < text.len() {
            let raw = quoted(trimmed);
            self.last_text = Some(place.start..place.start.saturating_add(raw.len()));
            self.out.replace(place, &raw);
        }
    }

    /// Other blocks behind these.
    pub(super) fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
        } else if !other.is_empty() {
            self.out.append(&other.out);
            let shift = self.out.len().saturating_sub(other.out.len());
            let moved =
                |place: Range<usize>| place.start.saturating_add(shift)..place.end.saturating_add(shift);
            self.last_text = other.last_text.map(moved);
            self.is_last_sealed = other.is_last_sealed;
            self.has_calls |= other.has_calls;
        }
    }

    /// Is the last block a text?
    pub(super) fn ends_in_text(&self) -> bool {
        self.last_text.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(blocks: &Blocks) -> &str {
        std::str::from_utf8(blocks.out.bytes()).unwrap()
    }

    #[test]
    fn blank_texts_are_left_out_and_breakpoints_are_not_doubled() {
        let mut blocks = Blocks::default();
        blocks.text(r#"" \n""#, Some("{}"));
        blocks.cache(Some("{}"));
        assert!(blocks.is_empty());
        blocks.text(r#""a""#, Some(r#"{"type":"ephemeral"}"#));
        blocks.cache(Some("{}"));
        assert_eq!(written(&blocks), r#"{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}"#);
    }

    #[test]
    fn only_the_end_of_a_last_text_is_trimmed() {
        let mut blocks = Blocks::default();
        blocks.text(r#"" a ""#, None);
        blocks.text(r#""b\u00e9\n ""#, None);
        blocks.cache(Some("1"));
        blocks.trim_end();
        blocks.trim_end();
        assert_eq!(
            written(&blocks),
            r#"{"type":"text","text":" a "},{"type":"text","text":"bé","cache_control":1}"#
        );
        let mut more = Blocks::default();
        more.text(r#""c ""#, None);
        blocks.append(more);
        blocks.trim_end();
        assert!(written(&blocks).ends_with(r#","cache_control":1},{"type":"text","text":"c"}"#));
        blocks.native("{}", true);
        blocks.trim_end();
        assert!(written(&blocks).ends_with("},{}"));
    }
}
