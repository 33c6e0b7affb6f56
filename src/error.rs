//! What can go wrong, as data: the kind of a fault, whose fault it is, and what may be done about it.
//!
//! Not here: how a reply becomes a fault (`plan::classify`, `dialect`), and how a fault becomes a
//! JavaScript error (`wasm::convert`). The verdicts follow the fault table of `docs/DESIGN.md`.

mod kind;

pub use kind::{Blame, FaultKind, Side, Verdicts};

/// What a dialect read out of an error body: neutral, so that the planner needs no dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorHint {
    /// The kind, where the body says it more exactly than the status does.
    pub kind: Option<FaultKind>,
    /// The provider's message: redacted, at most [`MAX_MESSAGE`] bytes.
    pub message: Option<Box<str>>,
    /// The provider's own error code.
    pub code: Option<Box<str>>,
    /// The provider's own error type.
    pub wire_type: Option<Box<str>>,
    /// The parameter that the provider complains about.
    pub param: Option<Box<str>>,
    /// What Azure says of a refused content: its `innererror`, as JSON.
    pub inner: Option<Box<str>>,
    /// How long the body asks to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Does it speak of one model alone, where others of the same kind speak of the account?
    pub is_of_model: bool,
}

/// The most of a provider's message that an error keeps, in bytes.
pub const MAX_MESSAGE: usize = 2048;

/// A fault with what is known about it. It may be survived; an error is what the caller finally sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The status that the provider answered with, if it answered.
    pub status: Option<u16>,
    /// One sentence for people; never holds a credential.
    pub message: Box<str>,
    /// The provider's own code, type and parameter, where it gave them.
    pub code: Option<Box<str>>,
    /// See [`Fault::code`].
    pub wire_type: Option<Box<str>>,
    /// See [`Fault::code`].
    pub param: Option<Box<str>>,
    /// See [`ErrorHint::inner`].
    pub inner: Option<Box<str>>,
    /// How long to wait before another attempt may help, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// What the provider itself says of another attempt (`x-should-retry`).
    pub should_retry: Option<bool>,
    /// See [`ErrorHint::is_of_model`].
    pub is_of_model: bool,
}

impl Fault {
    /// A fault of a kind with a message, and nothing else known.
    pub fn new(kind: FaultKind, message: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            status: None,
            message: message.into(),
            code: None,
            wire_type: None,
            param: None,
            inner: None,
            retry_after_ms: None,
            should_retry: None,
            is_of_model: false,
        }
    }

    /// A broken invariant. It ends the call with a typed error instead of a trap.
    pub fn bug(message: &'static str) -> Self {
        Self::new(FaultKind::Bug, message)
    }

    /// The status told to callers: the provider's own where it is an error and fits the kind.
    #[must_use]
    pub fn caller_status(&self) -> u16 {
        match (self.kind, self.status) {
            // Not the caller's gateway that timed out, nor an answer in disguise.
            (FaultKind::Timeout | FaultKind::BadReply | FaultKind::NoDeployment, _) => self.kind.status(),
            (_, Some(status)) if (400..600).contains(&status) => status,
            _ => self.kind.status(),
        }
    }
}
