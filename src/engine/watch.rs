//! What is known of one attempt's stream while its bytes go by.
//!
//! Before the commit every event is read. After it most are only looked at for the words that can mean an
//! end, usage or an error, so that a long answer costs next to nothing.

use memchr::memchr_iter;

use crate::base::sse::Decoder;
use crate::base::usage::Usage;
use crate::config::DialectName;
use crate::dialect::{self, StreamEvent};
use crate::error::{Fault, FaultKind};
use crate::plan::StreamOutcome;

/// The largest single event, in bytes.
const EVENT_BYTES: usize = 4 * 1024 * 1024;

/// A stream commits after so many events without content …
pub const HELD_EVENTS: u32 = 256;

/// … or so many bytes.
pub const HELD_BYTES: usize = 256 * 1024;

/// What becomes of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// The caller gets the upstream's own bytes: the events are only read.
    Bytes,
    /// The caller gets the events as objects. The chunk that tells only the usage is kept back unless asked for.
    Objects {
        /// Did the caller ask for the usage chunk?
        usage_asked: bool,
    },
}

/// The reader of one stream.
#[derive(Debug)]
pub struct Watch {
    decoder: Decoder,
    seen: Seen,
}

#[derive(Debug)]
struct Seen {
    dialect: DialectName,
    output: Output,
    has_content: bool,
    has_finish: bool,
    is_done: bool,
    usage: Option<Usage>,
    fault: Option<Box<Fault>>,
    error_event: bool,
    malformed: u32,
    events: u32,
    bytes: usize,
    /// The data of the events for the caller, a line each.
    objects: Vec<u8>,
}

impl Watch {
    /// A reader of a stream that has not begun.
    #[must_use]
    pub fn new(dialect: DialectName, output: Output) -> Self {
        let seen = Seen {
            dialect,
            output,
            has_content: false,
            has_finish: false,
            is_done: false,
            usage: None,
            fault: None,
            error_event: false,
            malformed: 0,
            events: 0,
            bytes: 0,
            objects: Vec::new(),
        };
        Self { decoder: Decoder::new(EVENT_BYTES), seen }
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
        let known = (self.seen.usage, self.seen.has_content, self.seen.has_finish);
        *self = Self::new(self.seen.dialect, self.seen.output);
        (self.seen.usage, self.seen.has_content, self.seen.has_finish) = known;
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

    /// Was there an error event in the stream? A caller who gets the upstream's own bytes has seen it.
    #[must_use]
    pub fn had_error(&self) -> bool {
        self.seen.error_event
    }

    /// Is the terminator there? Nothing after it counts.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.seen.is_done
    }

    /// Events that could not be understood, and were skipped.
    #[must_use]
    pub fn malformed(&self) -> u32 {
        self.seen.malformed
    }

    /// The objects read since the last call: JSON texts, a line each; empty if there are none. After the first content
    /// a text is handed on unread, so it may be malformed.
    pub fn take_objects(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.seen.objects)
    }

    /// How the stream ended, once no more bytes come. `broken` is what the connection said, if it broke.
    pub fn end(&mut self, broken: Option<Fault>) -> StreamOutcome {
        let cut_in_event = self.decoder.pending() > 0;
        let seen = &mut self.seen;
        self.decoder.finish(&mut |event| seen.event(event.data));
        if let Some(fault) = &seen.fault {
            return StreamOutcome::Broken((**fault).clone());
        }
        // Everything is there after the terminator, whatever the connection does then; but an end alone is no answer.
        let is_answer = seen.has_content || seen.has_finish;
        if is_answer && (seen.is_done || (seen.has_finish && broken.is_none() && !cut_in_event)) {
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
        if self.has_content && !may_matter(data) {
            return self.keep(data);
        }
        let event = dialect::stream_event(self.dialect, data);
        if let StreamEvent::Content(told) | StreamEvent::Quiet(told) | StreamEvent::Finish(told) = &event {
            self.usage = told.or(self.usage);
        }
        match event {
            StreamEvent::Content(_) => {
                self.has_content = true;
                self.keep(data);
            }
            StreamEvent::Finish(_) => {
                self.has_finish = true;
                self.keep(data);
            }
            // After the finish only usage comes, which nobody asked for.
            StreamEvent::Quiet(Some(_))
                if self.has_finish && self.output == (Output::Objects { usage_asked: false }) => {}
            StreamEvent::Quiet(_) => self.keep(data),
            StreamEvent::Done => self.is_done = true,
            StreamEvent::Error(fault) => {
                self.error_event = true;
                self.fault = Some(fault);
            }
            StreamEvent::Malformed => self.malformed = self.malformed.saturating_add(1),
        }
    }

    fn keep(&mut self, data: &[u8]) {
        if self.output == Output::Bytes {
            return;
        }
        if !self.objects.is_empty() {
            self.objects.push(b'\n');
        }
        // A line break in JSON is white space, or a mistake either way.
        self.objects.extend(data.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
    }

    fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert_with(|| Box::new(fault));
    }
}

/// Could this event mean an end, usage or an error? The words may also be a text's: then the event is read for
/// nothing.
fn may_matter(data: &[u8]) -> bool {
    let tells = |at: usize| tells(data.get(at..).unwrap_or_default());
    !data.starts_with(b"{") || memchr_iter(b'"', data).any(tells)
}

/// Does a text begin with a member that may matter: usage, an error, or a `finish_reason` that is not `null`?
fn tells(text: &[u8]) -> bool {
    if let Some(usage) = text.strip_prefix(b"\"usage\":") {
        usage.trim_ascii_start().starts_with(b"{")
    } else if let Some(reason) = text.strip_prefix(b"\"finish_reason\":") {
        !reason.trim_ascii_start().starts_with(b"null")
    } else {
        text.starts_with(b"\"error\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    const TEXT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n";
    const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3}}\n\n";
    const DONE: &str = "data: [DONE]\n\n";

    fn watch(output: Output, parts: &[&str]) -> Watch {
        let mut watch = Watch::new(DialectName::OpenAi, output);
        parts.iter().for_each(|part| watch.push(part.as_bytes()));
        watch
    }

    #[test]
    fn a_role_is_held_back_and_content_commits() {
        assert!(!watch(Output::Bytes, &[ROLE]).may_commit());
        assert!(watch(Output::Bytes, &[ROLE, TEXT]).may_commit());
        assert!(watch(Output::Bytes, &[&ROLE.repeat(256)]).may_commit());
    }

    #[test]
    fn only_a_terminator_is_a_clean_end() {
        let mut whole = watch(Output::Bytes, &[ROLE, TEXT, STOP, USAGE, DONE]);
        let StreamOutcome::Complete { usage: Some(usage) } = whole.end(None) else { panic!("{whole:?}") };
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (2, 3));
        assert!(matches!(watch(Output::Bytes, &[ROLE, TEXT]).end(None), StreamOutcome::Broken(_)));
        assert!(matches!(watch(Output::Bytes, &[ROLE, DONE]).end(None), StreamOutcome::Broken(_)));
        assert!(matches!(
            watch(Output::Bytes, &[ROLE, TEXT, STOP]).end(None),
            StreamOutcome::Complete { .. }
        ));
        assert!(matches!(
            watch(Output::Bytes, &[ROLE, TEXT, STOP, "data: {\"cho"]).end(None),
            StreamOutcome::Broken(_)
        ));
        let error = "data: {\"error\":{\"message\":\"x\",\"code\":\"server_error\"}}\n\n";
        let StreamOutcome::Broken(fault) = watch(Output::Bytes, &[ROLE, TEXT, error, DONE]).end(None) else {
            panic!()
        };
        assert_eq!(fault.kind, FaultKind::Unavailable);
    }

    fn lines(watch: &mut Watch) -> usize {
        let objects = String::from_utf8(watch.take_objects()).unwrap();
        let read: Vec<serde_json::Value> =
            objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        read.len()
    }

    #[test]
    fn objects_leave_out_what_was_not_asked_for_and_what_is_malformed() {
        let parts = [ROLE, "data: {oops\n\n", TEXT, STOP, USAGE, DONE];
        let mut quiet = watch(Output::Objects { usage_asked: false }, &parts);
        assert_eq!(lines(&mut quiet), 3);
        assert_eq!(quiet.malformed(), 1);
        let mut asked = watch(Output::Objects { usage_asked: true }, &parts);
        assert_eq!(lines(&mut asked), 4);
    }

    #[test]
    fn the_tail_alone_tells_the_end() {
        let mut tail = watch(Output::Bytes, &[ROLE, TEXT]);
        tail.tail(format!("ice_reason\":null}}]}}\n\n{TEXT}{STOP}{USAGE}{DONE}").as_bytes());
        assert!(matches!(tail.end(None), StreamOutcome::Complete { usage: Some(_) }));
    }
}
