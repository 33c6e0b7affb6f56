//! What is known of one attempt's stream while its bytes go by, and what of it goes to the caller.
//!
//! Before the commit every event is read. After it, where the caller gets the upstream's own bytes, most are only
//! looked at for the words that can mean an end, usage or an error, so that a long answer costs next to nothing.

use crate::base::sse::Decoder;
use crate::base::usage::Usage;
use crate::config::DialectName;
use crate::dialect::{self, Similar, StreamEvent, StreamTranslator};
use crate::error::{Fault, FaultKind};
use crate::plan::StreamOutcome;

use super::glance::may_matter;
use super::output::{HELD_BYTES, HELD_EVENTS, Output};
use super::told::Told;

/// The largest single event, in bytes.
const EVENT_BYTES: usize = 4 * 1024 * 1024;

/// How events are read.
#[derive(Debug)]
enum Reader {
    /// They are chunks already.
    Chunks(DialectName),
    /// They are chunks in nearly the same words.
    Similar(Similar),
    /// They are translated into chunks.
    Translated(Box<StreamTranslator>),
}

/// The reader of one stream.
#[derive(Debug)]
pub struct Watch {
    decoder: Decoder,
    seen: Seen,
}

#[derive(Debug)]
struct Seen {
    reader: Reader,
    output: Output,
    /// The chunk that tells only the usage is kept back, where it came because the router asked for it.
    hides_usage: bool,
    has_content: bool,
    has_finish: bool,
    /// There is more than one choice, and they end one by one.
    has_several: bool,
    is_done: bool,
    usage: Option<Usage>,
    fault: Option<Box<Fault>>,
    error_event: bool,
    malformed: u32,
    events: u32,
    bytes: usize,
    /// What the caller has been told, where that may be gone on from.
    told: Option<Box<Told>>,
    /// What is for the caller and has not been taken yet.
    out: Vec<u8>,
}

impl Watch {
    /// A reader of a stream of chunks that has not begun.
    #[must_use]
    pub fn new(dialect: DialectName, output: Output) -> Self {
        Self::reading(Reader::Chunks(dialect), output)
    }

    /// A reader of a stream of chunks that are put in OpenAI's words.
    #[must_use]
    pub fn rewording(output: Output) -> Self {
        Self::reading(Reader::Similar(Similar::default()), output)
    }

    /// A reader of a stream that is translated. Its usage is told as the translator says.
    #[must_use]
    pub fn translating(translator: StreamTranslator, output: Output) -> Self {
        Self::reading(Reader::Translated(Box::new(translator)), output)
    }

    fn reading(reader: Reader, output: Output) -> Self {
        let seen = Seen {
            reader,
            output,
            hides_usage: false,
            has_content: false,
            has_finish: false,
            has_several: false,
            is_done: false,
            usage: None,
            fault: None,
            error_event: false,
            malformed: 0,
            events: 0,
            bytes: 0,
            told: None,
            out: Vec::new(),
        };
        Self { decoder: Decoder::new(EVENT_BYTES), seen }
    }

    /// Keeps back the chunk that tells only the usage.
    #[must_use]
    pub fn hiding_usage(mut self) -> Self {
        self.seen.hides_usage = true;
        self
    }

    /// Takes note of what the caller is told, from what was told before. A `marker` is told first.
    #[must_use]
    pub fn telling(mut self, told: Told, marker: Option<Vec<u8>>) -> Self {
        if let Some(marker) = marker {
            self.seen.output.write(&marker, &mut self.seen.out);
        }
        self.seen.told = Some(Box::new(told));
        self
    }

    /// What becomes of the events.
    #[must_use]
    pub fn output(&self) -> Output {
        self.seen.output
    }

    /// What the caller has been told, if note was taken of it.
    #[must_use]
    pub fn told(&self) -> Option<&Told> {
        self.seen.told.as_deref()
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.seen.bytes = self.seen.bytes.saturating_add(bytes.len());
        let seen = &mut self.seen;
        if self.decoder.push(bytes, &mut |event| seen.event(event.data)).is_err() {
            seen.fail(Fault::new(FaultKind::BadReply, "the provider sent an event larger than 4 MiB"));
        }
    }

    /// Reads the end of a stream whose middle was not read: a new reader takes the last bytes. What cannot be
    /// understood at their beginning is the rest of an event.
    pub fn tail(&mut self, bytes: &[u8]) {
        let Reader::Chunks(dialect) = self.seen.reader else { return };
        let seen = &self.seen;
        let known = (seen.usage, seen.has_content, seen.has_finish, seen.has_several);
        *self = Self::new(dialect, seen.output);
        let seen = &mut self.seen;
        (seen.usage, seen.has_content, seen.has_finish, seen.has_several) = known;
        self.push(bytes);
    }

    /// Has something been seen that commits the stream: content, its end, or as much as may be held back?
    #[must_use]
    pub fn may_commit(&self) -> bool {
        let seen = &self.seen;
        seen.has_content || seen.has_finish || seen.events >= HELD_EVENTS || seen.bytes >= HELD_BYTES
    }

    /// An error inside the stream.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.seen.fault.as_deref()
    }

    /// Has the caller seen an error event in the stream? Only who gets the upstream's own bytes has.
    #[must_use]
    pub fn had_error(&self) -> bool {
        self.seen.error_event && self.seen.output == Output::Bytes
    }

    /// Is the terminator there? Nothing after it counts.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.seen.is_done
    }

    /// May events that mean nothing to the router go to the caller unread from here on? Those of chunks alone: what is
    /// translated or gone on from has to be read.
    #[must_use]
    pub fn may_be_skimmed(&self) -> bool {
        let seen = &self.seen;
        let is_open =
            seen.has_content && !seen.is_done && seen.fault.is_none() && self.decoder.is_between_events();
        is_open && seen.told.is_none() && matches!(seen.reader, Reader::Chunks(_))
    }

    /// What the provider has told of its usage so far.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.seen.usage
    }

    /// Events that could not be understood, and were skipped.
    #[must_use]
    pub fn malformed(&self) -> u32 {
        self.seen.malformed
    }

    /// What there is for the caller since the last call, in place of what `into` held. Nobody may have read it.
    pub fn take(&mut self, into: &mut Vec<u8>) {
        into.clear();
        // The two buffers take turns, so that an event costs no memory.
        std::mem::swap(&mut self.seen.out, into);
    }

    /// How the stream ended, once no more bytes come. `broken` is what the connection said, if it broke. Some servers
    /// of OpenAI's shape leave out the terminator, in the other dialects none does; and where there are several choices,
    /// only the terminator tells that all have ended.
    pub fn end(&mut self, broken: Option<Fault>) -> StreamOutcome {
        let cut_in_event = self.decoder.pending() > 0;
        let seen = &mut self.seen;
        self.decoder.finish(&mut |event| seen.event(event.data));
        if broken.is_none() && !cut_in_event {
            seen.end();
        }
        if let Some(fault) = &seen.fault {
            return StreamOutcome::Broken((**fault).clone());
        }
        // Everything is there after the terminator, whatever the connection does then; but an end alone is no answer.
        let is_answer = seen.has_content || seen.has_finish;
        let may_lack_terminator = !matches!(seen.reader, Reader::Translated(_)) && !seen.has_several;
        let has_ended = seen.has_finish && may_lack_terminator && broken.is_none() && !cut_in_event;
        if is_answer && (seen.is_done || has_ended) {
            seen.done();
            return StreamOutcome::Complete { usage: seen.usage };
        }
        StreamOutcome::Broken(broken.unwrap_or_else(|| {
            Fault::new(FaultKind::BadReply, "the provider's stream ended before its answer did")
        }))
    }
}

impl Seen {
    fn event(&mut self, data: &[u8]) {
        if self.is_done || self.fault.is_some() {
            return;
        }
        self.events = self.events.saturating_add(1);
        match &mut self.reader {
            Reader::Chunks(dialect) => {
                let dialect = *dialect;
                self.chunk(dialect, data);
            }
            Reader::Similar(reader) => {
                let data = reader.chunk(data);
                self.chunk(DialectName::OpenAi, &data);
            }
            Reader::Translated(translator) => {
                let (out, output, told) = (&mut self.out, self.output, &mut self.told);
                let event = translator.event(data, &mut |chunk| output.tell(chunk, told, out));
                self.note(event);
            }
        }
    }

    #[inline(always)]
    fn chunk(&mut self, dialect: DialectName, data: &[u8]) {
        if self.has_content && self.told.is_none() && !may_matter(data) {
            return self.keep(data);
        }
        let event = dialect::stream_event(dialect, data);
        // After the finish only usage comes, which nobody asked for.
        let is_hidden = self.hides_usage && self.has_finish && matches!(event, StreamEvent::Quiet(Some(_)));
        let is_chunk = !matches!(event, StreamEvent::Done | StreamEvent::Error(_) | StreamEvent::Malformed);
        if is_chunk && !is_hidden {
            self.keep(data);
        }
        self.note(event);
    }

    /// The bytes have ended by themselves: in one dialect that is how an answer ends.
    fn end(&mut self) {
        if let (Reader::Translated(translator), false) =
            (&mut self.reader, self.is_done || self.fault.is_some())
        {
            let (out, output, told) = (&mut self.out, self.output, &mut self.told);
            let event = translator.end(&mut |chunk| output.tell(chunk, told, out));
            self.note(event);
        }
    }

    fn note(&mut self, event: StreamEvent) {
        if let StreamEvent::Content(told) | StreamEvent::Quiet(told) | StreamEvent::Finish(told) = &event {
            self.usage = told.or(self.usage);
        }
        match event {
            StreamEvent::Content(_) => self.has_content = true,
            StreamEvent::Finish(_) => self.has_finish = true,
            StreamEvent::Quiet(_) => {}
            StreamEvent::LaterChoice(event) => {
                self.has_several = true;
                self.note(*event);
            }
            StreamEvent::Done => self.done(),
            StreamEvent::Error(fault) => {
                self.error_event = true;
                self.fault = Some(fault);
            }
            StreamEvent::Malformed => self.malformed = self.malformed.saturating_add(1),
        }
    }

    fn done(&mut self) {
        if !self.is_done && self.output == Output::Events && (self.has_content || self.has_finish) {
            self.output.write(b"[DONE]", &mut self.out);
        }
        self.is_done = true;
    }

    fn keep(&mut self, chunk: &[u8]) {
        self.output.tell(chunk, &mut self.told, &mut self.out);
    }

    fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert_with(|| Box::new(fault));
    }
}

#[cfg(test)]
mod tests;
