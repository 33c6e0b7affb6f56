//! Between OpenAI's format, which callers speak, and that of a provider who speaks another.

use std::rc::Rc;

use super::{Files, StreamEvent, anthropic, gemini, openai};
use crate::base::usage::Usage;
use crate::config::{Deployment, DialectName, Secret, Surface};
use crate::error::{Fault, FaultKind};
use crate::price::Tariff;

/// Must a request be written anew for this dialect, where OpenAI's own is spliced?
#[must_use]
pub fn is_translated(dialect: DialectName) -> bool {
    match dialect {
        DialectName::OpenAi | DialectName::Similar => false,
        DialectName::Anthropic | DialectName::Gemini => true,
    }
}

/// Do answers of this dialect carry signatures, which no other one knows? See [`portable`](super::portable).
#[must_use]
pub fn signs(dialect: DialectName) -> bool {
    dialect == DialectName::Gemini
}

/// A request as the caller wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    /// A JSON object of OpenAI's shape. The middle of a long string may be left out; a mark (U+FDD0, digits, U+FDD1)
    /// stands there, and comes back in what is written. At least 512 bytes of its head and 64 of its tail are there.
    pub body: &'a [u8],
    /// Is the answer to be a stream?
    pub stream: bool,
    /// A text that the answer goes on from.
    pub prefix: Option<&'a str>,
    /// Leave out what the provider has not, rather than refuse the request.
    pub drop_params: bool,
    /// The files that it names by their addresses; `None` where none is fetched.
    pub files: Option<&'a Files>,
}

/// A request as the provider reads it.
#[derive(Clone, Debug)]
pub struct Translated {
    /// JSON.
    pub body: Vec<u8>,
    /// Headers that this request needs; they take the place of those of [`super::Outbound`] with the same name.
    pub headers: Vec<(&'static str, Secret)>,
    /// For the reading of the answer.
    pub memo: Memo,
}

/// What the reading of an answer needs to know of the request. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memo {
    /// The answer is the input of a tool that stands for its schema.
    pub(super) answer_is_tool: bool,
    /// The caller speaks of `functions`, OpenAI's word before `tools`.
    pub(super) is_function_call: bool,
    /// The text of an answer is kept, for annotations that may come behind it.
    pub(super) keeps_text: bool,
    /// Embeddings are asked for in base64.
    pub(super) is_base64: bool,
    /// The model that was asked, for a dialect whose answers do not say it.
    pub(super) model: Rc<str>,
    /// Names of tools on the wire, and the caller's where they differ.
    pub(super) renamed: Rc<[(Box<str>, Box<str>)]>,
    /// What the model costs, where a stream is to tell it with its usage.
    pub price: Option<Tariff>,
}

impl Memo {
    /// The caller's name of a tool.
    pub(super) fn callers_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.renamed.iter().find(|(wire, _)| **wire == *name).map_or(name, |(_, own)| own)
    }

    /// Is a call of this tool the answer?
    pub(super) fn is_answer(&self, name: &str) -> bool {
        self.answer_is_tool && name == anthropic::JSON_TOOL
    }
}

/// Writes a request for a deployment whose dialect [`is_translated`].
///
/// # Errors
/// `BadRequest` where the request cannot be understood, `Unsupported` where it asks for what the provider has not.
pub fn translate_request(
    deployment: &Deployment,
    surface: Surface,
    request: &Inbound<'_>,
) -> Result<Translated, Fault> {
    match deployment.dialect {
        DialectName::OpenAi | DialectName::Similar => Err(Fault::bug("a request of OpenAI's own is spliced")),
        DialectName::Anthropic => anthropic::translate_request(deployment, surface, request),
        DialectName::Gemini => gemini::translate_request(deployment, surface, request),
    }
}

/// An answer as the caller reads it.
#[derive(Clone, Debug)]
pub struct TranslatedReply {
    /// JSON of OpenAI's shape.
    pub body: Vec<u8>,
    /// What the provider says it used.
    pub usage: Option<Usage>,
}

/// Reads a whole 2xx answer. `created` is in seconds since the epoch. Strings may have parts left out, as in
/// [`Inbound::body`].
///
/// # Errors
/// The fault, where the body is no answer.
pub fn translate_reply(
    dialect: DialectName,
    surface: Surface,
    memo: &Memo,
    created: u64,
    body: &[u8],
) -> Result<TranslatedReply, Fault> {
    if body.trim_ascii().is_empty() {
        return Err(Fault::new(FaultKind::BadReply, "the provider's answer is empty"));
    }
    match (dialect, surface) {
        (DialectName::Similar, Surface::Chat) => openai::similar_reply(body),
        (DialectName::OpenAi | DialectName::Similar, _) => {
            Err(Fault::bug("an answer of OpenAI's own is handed on"))
        }
        (DialectName::Anthropic, Surface::Chat) => anthropic::translate_reply(memo, created, body),
        (DialectName::Anthropic, Surface::Embeddings) => Err(Fault::bug("nobody was asked for embeddings")),
        (DialectName::Gemini, _) => gemini::translate_reply(surface, memo, created, body),
    }
}

/// The reader of a stream that is translated.
#[derive(Debug)]
pub struct StreamTranslator(Inner);

#[derive(Debug)]
enum Inner {
    Anthropic(Box<anthropic::Stream>),
    Gemini(Box<gemini::Stream>),
}

impl StreamTranslator {
    /// A stream that has not begun; `None` for a dialect that is not translated. `created` is in seconds since the
    /// epoch. `usage_asked` is whether the caller gets a chunk that tells the usage.
    #[must_use]
    pub fn new(dialect: DialectName, memo: Memo, created: u64, usage_asked: bool) -> Option<Self> {
        match dialect {
            DialectName::OpenAi | DialectName::Similar => None,
            DialectName::Anthropic => {
                Some(Self(Inner::Anthropic(Box::new(anthropic::Stream::new(memo, created, usage_asked)))))
            }
            DialectName::Gemini => {
                Some(Self(Inner::Gemini(Box::new(gemini::Stream::new(memo, created, usage_asked)))))
            }
        }
    }

    /// Reads the data of one event; hands each of OpenAI's chunks (one JSON text without line breaks) to `emit`; says
    /// what the event was.
    pub fn event(&mut self, data: &[u8], emit: &mut dyn FnMut(&[u8])) -> StreamEvent {
        match &mut self.0 {
            Inner::Anthropic(stream) => stream.event(data, emit),
            Inner::Gemini(stream) => stream.event(data, emit),
        }
    }

    /// The bytes have ended by themselves: [`StreamEvent::Done`] where that is how a whole answer ends.
    pub fn end(&mut self, emit: &mut dyn FnMut(&[u8])) -> StreamEvent {
        match &mut self.0 {
            Inner::Anthropic(_) => StreamEvent::Quiet(None),
            Inner::Gemini(stream) => stream.end(emit),
        }
    }
}

/// Can this deployment's model go on from a text that is sent as a trailing assistant message?
#[must_use]
pub fn has_prefill(deployment: &Deployment) -> bool {
    match deployment.dialect {
        DialectName::OpenAi | DialectName::Similar => false,
        DialectName::Anthropic => anthropic::has_prefill(deployment),
        DialectName::Gemini => gemini::has_prefill(deployment),
    }
}
