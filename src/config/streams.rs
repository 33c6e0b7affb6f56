//! What is done with streams: when they commit, how far they are watched, and what follows when one breaks.

/// `mid_stream`: what follows when a stream breaks after the caller has seen a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MidStream {
    /// The stream ends with the error. The default.
    #[default]
    Error,
    /// A marker, and then another deployment's answer from its beginning.
    Restart,
    /// A marker, and then the rest of the text by a deployment that can go on from it; an error where that cannot be.
    Continue,
}

/// `commit`: when a stream is the caller's, so that another deployment can no longer take over unseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommitAt {
    /// With the first event that carries something a caller would see. The default.
    #[default]
    Content,
    /// With the response head: for callers behind proxies that do not wait for long.
    Head,
}

/// `observe`: how far a stream is watched. Objects and translated streams are read in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observe {
    /// To its end: usage, terminator, errors inside, silence. The default.
    #[default]
    Full,
    /// Until it commits; what comes after is handed on unread, and how it ends is not known.
    Head,
    /// Not at all: a head of 2xx is an answer, and its body is handed on at once.
    Off,
}

/// `stream_usage`: whether a stream whose bytes are handed on is made to tell its usage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamUsage {
    /// Only if the caller asks. The default.
    #[default]
    Asked,
    /// Always; the caller then sees the chunk that tells it.
    Always,
}

/// The rules for streams at one scope; `None` is "not set here".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamRules {
    /// See [`MidStream`].
    pub mid_stream: Option<MidStream>,
    /// See [`CommitAt`].
    pub commit: Option<CommitAt>,
    /// See [`Observe`].
    pub observe: Option<Observe>,
    /// See [`StreamUsage`].
    pub usage: Option<StreamUsage>,
}

impl StreamRules {
    /// These rules, and `wider` where they say nothing.
    #[must_use]
    pub fn or(self, wider: Self) -> Self {
        Self {
            mid_stream: self.mid_stream.or(wider.mid_stream),
            commit: self.commit.or(wider.commit),
            observe: self.observe.or(wider.observe),
            usage: self.usage.or(wider.usage),
        }
    }
}
