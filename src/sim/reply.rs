//! What a send meets: an answer, or one of the ways in which upstreams fail.

use crate::base::headers::Headers;

use super::upstream::Latency;
use super::wire;

/// What the wire does at one moment.
#[derive(Clone, Debug)]
pub enum Part {
    /// A 2xx head.
    Head(u16),
    /// A 2xx head that tells something.
    Telling(u16, Headers),
    /// A head that is no answer, with its body: any other status, or 200 with JSON in place of a stream.
    Refusal {
        /// The status.
        status: u16,
        /// The headers that the router reads.
        headers: Headers,
        /// The body.
        body: Vec<u8>,
    },
    /// Some bytes of the body.
    Chunk(Vec<u8>),
    /// The body is over.
    End,
    /// There is no connection, or it breaks: what the host says of it.
    Broken(String),
    /// The request cannot be carried out: why.
    Wrong(&'static str),
    /// The request vanishes: its driver reports nothing any more, neither events nor ticks.
    Vanish,
}

/// How a reply goes on after its beginning.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// To its proper end.
    Whole,
    /// It never comes: no head.
    Silent,
    /// So many words, then silence.
    Stalls,
    /// So many words, then the connection breaks.
    Cut,
    /// So many words, then an end without a terminator.
    Ends,
    /// So many words, then an error in the body.
    Error(Vec<u8>),
    /// A page in place of an answer.
    Garbage,
    Refusal {
        status: u16,
        headers: Headers,
        body: Vec<u8>,
    },
    NoConnection(String),
    Vanish,
    Parts(Vec<(u64, Part)>),
}

/// One reply. Its first sign comes after the latency (100 ms); streams go on every 20 ms.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) latency: Latency,
    pub(super) gap_ms: u64,
    pub(super) words: u32,
    pub(super) kind: Kind,
    /// Those of a head of 2xx.
    pub(super) headers: Headers,
}

impl Reply {
    fn new(kind: Kind, words: u32) -> Self {
        Self { latency: Latency::Fixed(100), gap_ms: 20, words, kind, headers: Headers::default() }
    }

    /// A good answer of five words.
    #[must_use]
    pub fn ok() -> Self {
        Self::new(Kind::Whole, 5)
    }

    /// A refusal with a status and a body that says no more than that.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let body = wire::error("simulated", None);
        Self::new(Kind::Refusal { status, headers: Headers::default(), body }, 0)
    }

    /// A refusal whose body holds this error code.
    #[must_use]
    pub fn refusal(status: u16, code: &str) -> Self {
        Self::status(status).body(wire::error("simulated", Some(code)))
    }

    /// No connection: refused, or no such name. `words` are the host's.
    #[must_use]
    pub fn no_connection(words: &str) -> Self {
        Self::new(Kind::NoConnection(words.to_owned()), 0)
    }

    /// No head, ever.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(Kind::Silent, 0)
    }

    /// A head and so many words, then silence.
    #[must_use]
    pub fn stalls_after(words: u32) -> Self {
        Self::new(Kind::Stalls, words)
    }

    /// A head and so many words, then the connection breaks.
    #[must_use]
    pub fn cut_after(words: u32) -> Self {
        Self::new(Kind::Cut, words)
    }

    /// A head and so many words, then an end without a terminator (whole answers: half a body).
    #[must_use]
    pub fn ends_after(words: u32) -> Self {
        Self::new(Kind::Ends, words)
    }

    /// A 200, so many words, then an error with this code in the body (whole answers: nothing but the error).
    #[must_use]
    pub fn error_after(words: u32, code: &str) -> Self {
        Self::new(Kind::Error(wire::error("simulated", Some(code))), words)
    }

    /// A 200 with a page of HTML.
    #[must_use]
    pub fn garbage() -> Self {
        Self::new(Kind::Garbage, 0)
    }

    /// The request vanishes after the latency: its driver never reports again.
    #[must_use]
    pub fn vanishes() -> Self {
        Self::new(Kind::Vanish, 0)
    }

    /// What the wire does, moment by moment: milliseconds after the send, and what happens then.
    #[must_use]
    pub fn parts(parts: impl IntoIterator<Item = (u64, Part)>) -> Self {
        Self::new(Kind::Parts(parts.into_iter().collect()), 0)
    }

    /// Sets the latency to a fixed number of milliseconds.
    #[must_use]
    pub fn in_ms(self, ms: u64) -> Self {
        self.latency(Latency::Fixed(ms))
    }

    /// Sets the latency.
    #[must_use]
    pub fn latency(self, latency: Latency) -> Self {
        Self { latency, ..self }
    }

    /// Sets how many milliseconds lie between the chunks of a stream.
    #[must_use]
    pub fn gap_ms(self, gap_ms: u64) -> Self {
        Self { gap_ms, ..self }
    }

    /// Sets how many words come.
    #[must_use]
    pub fn words(self, words: u32) -> Self {
        Self { words, ..self }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match &mut self.kind {
            Kind::Refusal { headers, .. } => headers.add(name, value),
            _ => self.headers.add(name, value),
        }
        self
    }

    /// Replaces the body of a refusal.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        if let Kind::Refusal { body, .. } = &mut self.kind {
            *body = bytes.into();
        }
        self
    }
}
