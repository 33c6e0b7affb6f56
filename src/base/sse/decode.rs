//! Bytes into events.

use std::mem;

use memchr::{memchr, memchr2};

use super::{Event, TooLong};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Splits a byte stream, however it is cut into chunks, into events.
///
/// Lines may end in LF, CR LF or CR, and the stream may begin with a byte order mark. An event that lies in one chunk
/// and has one data line is handed on without a copy; only what a chunk leaves unfinished is buffered.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    /// The line that the latest chunk broke off in.
    line: Vec<u8>,
    /// Of the unfinished event: its data lines, whether there are any, and its name.
    data: Vec<u8>,
    has_data: bool,
    name: String,
    /// How much of a byte order mark the stream has begun with; `None` once that is settled.
    mark: Option<usize>,
    /// The last byte was a CR; an LF that follows belongs to it.
    after_cr: bool,
    is_too_long: bool,
}

impl Decoder {
    /// A decoder for one stream. `max_event_bytes` bounds what it holds of an event: the data, the name, and the line
    /// being read, whatever that may be. 0 refuses everything but blank lines.
    #[must_use]
    pub fn new(max_event_bytes: usize) -> Self {
        Self {
            limit: max_event_bytes,
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            name: String::new(),
            mark: Some(0),
            after_cr: false,
            is_too_long: false,
        }
    }

    /// Takes in a chunk and hands on the events that it completes.
    ///
    /// # Errors
    /// An event is beyond the limit. Those before it have been handed on; the stream cannot be picked up again, and
    /// every later push fails as well.
    pub fn push(&mut self, chunk: &[u8], on_event: &mut dyn FnMut(Event<'_>)) -> Result<(), TooLong> {
        let mut rest = self.without_mark(chunk);
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = if let [b'\n', rest @ ..] = rest { rest } else { rest };
        }
        // The only data line so far of an event that began in this chunk.
        let mut data: Option<&[u8]> = None;
        while let Some((part, behind)) = memchr2(b'\r', b'\n', rest).and_then(|at| rest.split_at_checked(at))
        {
            self.check(data, part)?;
            self.after_cr = matches!(behind, [b'\r']);
            rest = match behind {
                [b'\r', b'\n', rest @ ..] | [_, rest @ ..] => rest,
                [] => behind,
            };
            if !self.line.is_empty() {
                self.line.extend_from_slice(part);
                let mut line = mem::take(&mut self.line);
                self.line(Line::read(&line), on_event);
                line.clear();
                self.line = line;
                continue;
            }
            match (Line::read(part), data) {
                (Line::Data(value), None) if !self.has_data => data = Some(value),
                (Line::Data(value), _) => {
                    data.take().into_iter().for_each(|first| self.add(first));
                    self.add(value);
                }
                (Line::Blank, Some(value)) => {
                    self.deliver(value, on_event);
                    data = None;
                }
                (line, _) => self.line(line, on_event),
            }
        }
        self.check(data, rest)?;
        self.line.extend_from_slice(rest);
        data.into_iter().for_each(|data| self.add(data));
        Ok(())
    }

    /// The stream has ended: hands on an event that no blank line has completed, even if its last line is cut short.
    pub fn finish(&mut self, on_event: &mut dyn FnMut(Event<'_>)) {
        let line = mem::take(&mut self.line);
        self.line(Line::read(&line), on_event);
        self.line(Line::Blank, on_event);
    }

    /// Bytes held of an event that is not finished.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.line.len() + self.data.len() + self.name.len()
    }

    /// Does the next byte begin an event?
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.pending() == 0 && !self.has_data && !self.after_cr
    }

    /// Fails if so much more of an event is too much.
    #[inline(always)]
    fn check(&mut self, data: Option<&[u8]>, part: &[u8]) -> Result<(), TooLong> {
        let size = self.pending() + data.map_or(0, <[u8]>::len) + part.len();
        if size > self.limit || self.is_too_long {
            *self = Self { is_too_long: true, ..Self::new(self.limit) };
            return Err(TooLong { limit: self.limit });
        }
        Ok(())
    }

    /// The chunk without its part of a byte order mark at the start of the stream.
    fn without_mark<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let Some(seen) = self.mark else { return chunk };
        let (before, expected) = BYTE_ORDER_MARK.split_at_checked(seen).unwrap_or_default();
        let same = expected.iter().zip(chunk).take_while(|(a, b)| a == b).count();
        self.mark = (same == chunk.len()).then_some(seen + same);
        if self.mark.is_none() && same < expected.len() {
            // It was none: what looked like one is the start of the first line.
            self.line.extend_from_slice(before);
            return chunk;
        }
        chunk.get(same..).unwrap_or_default()
    }

    /// A line that does not lie in the chunk at hand, or does not need to.
    fn line(&mut self, line: Line<'_>, on_event: &mut dyn FnMut(Event<'_>)) {
        match line {
            Line::Data(value) => self.add(value),
            Line::Name(name) => {
                self.name.clear();
                self.name.push_str(&String::from_utf8_lossy(name));
            }
            Line::Blank if self.has_data => {
                let mut data = mem::take(&mut self.data);
                self.deliver(&data, on_event);
                data.clear();
                self.data = data;
            }
            Line::Blank => self.name.clear(),
            Line::Other => {}
        }
    }

    fn add(&mut self, value: &[u8]) {
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
    }

    #[inline(always)]
    fn deliver(&mut self, data: &[u8], on_event: &mut dyn FnMut(Event<'_>)) {
        let name = (!self.name.is_empty()).then_some(self.name.as_str());
        on_event(Event { name, data });
        self.name.clear();
        self.has_data = false;
    }
}

/// What a line says.
enum Line<'a> {
    Data(&'a [u8]),
    Name(&'a [u8]),
    Blank,
    /// A comment, or a field that means nothing here.
    Other,
}

impl<'a> Line<'a> {
    #[inline(always)]
    fn read(line: &'a [u8]) -> Self {
        // Most lines, looked at byte by byte: they are many, and a search and a comparison each call something.
        if let [b'd', b'a', b't', b'a', b':', value @ ..] = line {
            return Self::Data(if let [b' ', value @ ..] = value { value } else { value });
        }
        let colon = memchr(b':', line).unwrap_or(line.len());
        let (field, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.strip_prefix(b": ").or(value.get(1..)).unwrap_or_default();
        match field {
            b"data" => Self::Data(value),
            b"event" => Self::Name(value),
            _ if line.is_empty() => Self::Blank,
            _ => Self::Other,
        }
    }
}
