//! Small binary records: numbers with their lowest byte first, and short texts. For what is kept or shared, and read again
//! by a router that may be newer or older, or given something else altogether: every reading may fail, and none panics.
//!
//! Nothing here is inlined: it is used in many places, and never often.

/// Puts a record together.
#[derive(Clone, Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// A byte.
    #[inline(never)]
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    /// Two bytes.
    #[inline(never)]
    pub fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Four bytes.
    #[inline(never)]
    pub fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes.
    #[inline(never)]
    pub fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A text, cut to the letters that fit into 65,535 bytes, behind its length.
    #[inline(never)]
    pub fn text(&mut self, text: &str) {
        let text = text.get(..text.floor_char_boundary(usize::from(u16::MAX))).unwrap_or_default();
        self.u16(u16::try_from(text.len()).unwrap_or_default());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// What has been put together so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The record.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Takes a record apart. Every reading is `None` where the record has ended.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `N` bytes.
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    /// See [`Writer::u8`].
    #[inline(never)]
    pub fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    /// See [`Writer::u16`].
    #[inline(never)]
    pub fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    /// See [`Writer::u32`].
    #[inline(never)]
    pub fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// See [`Writer::u64`].
    #[inline(never)]
    pub fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    /// See [`Writer::text`]. `None` for what is no UTF-8, too.
    #[inline(never)]
    pub fn text(&mut self) -> Option<&'a str> {
        let len = usize::from(self.u16()?);
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// Has everything been read?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_beyond_it() {
        let mut writer = Writer::default();
        writer.u8(7);
        writer.u16(65_535);
        writer.text("grün");
        writer.u32(70_000);
        writer.u64(u64::MAX);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!((reader.u8(), reader.u16(), reader.text()), (Some(7), Some(65_535), Some("grün")));
        assert_eq!((reader.u32(), reader.u64()), (Some(70_000), Some(u64::MAX)));
        assert!(reader.is_empty());
        assert_eq!((reader.u8(), reader.u64(), reader.text()), (None, None, None));
    }

    #[test]
    fn a_text_is_cut_between_its_letters() {
        let mut writer = Writer::default();
        writer.text(&"ü".repeat(40_000));
        writer.u8(7);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.text().map(str::len), Some(65_534));
        assert_eq!(reader.u8(), Some(7));
    }

    #[test]
    fn a_text_that_is_cut_or_none_is_told() {
        for bytes in [&[3, 0, b'a'][..], &[2, 0, 0xff, 0xff], &[1]] {
            assert_eq!(Reader::new(bytes).text(), None, "{bytes:?}");
        }
    }
}
