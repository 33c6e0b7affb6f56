//! Floor 2′: what goes over the wire, per provider. Pure: bytes and declared facts in, neutral facts out.
//!
//! Not here: who is called and when (`plan`). A dialect never sees the state or a strategy.

mod anthropic;
mod arguments;
mod asked;
mod base64;
mod counts;
mod error_body;
mod files;
mod gemini;
mod ids;
mod marks;
mod mock;
mod notes;
mod openai;
mod outcome;
mod portable;
mod redact;
mod schema;
mod signature;
mod translate;
mod uri;
mod version;
mod wording;

use crate::base::json::{Scanner, Wanted};
use crate::base::remaining::{self, Pair};
use crate::base::usage::Usage;
use crate::config::{Deployment, DialectName, Param, Secret, Surface, provider};
use crate::error::Fault;

pub use error_body::{caller_error, read as read_error, refusal};
pub use files::{File, Files};
pub use marks::Marks;
pub use mock::MockReply;
pub use openai::{REPLY_MEMBERS, Similar};
pub use portable::portable;
pub use redact::{redact, redact_fault, redact_json};
pub use translate::{
    Inbound, Memo, StreamTranslator, Translated, TranslatedReply, has_prefill, is_translated, signs,
    translate_reply, translate_request,
};
pub use wording::Wording;

/// How a request to a deployment differs from what the caller wrote.
#[derive(Debug)]
pub struct Outbound {
    /// Where it goes.
    pub url: String,
    /// Where a request for a stream goes, if elsewhere.
    pub stream_url: Option<String>,
    /// Its headers, credentials among them: only for the deployment's own origin.
    pub headers: Vec<(&'static str, Secret)>,
    /// Headers that the config adds.
    pub extra_headers: Vec<(String, Secret)>,
    /// Members that are always set.
    pub put: Vec<Param>,
    /// Members that are set where the request has none.
    pub defaults: Vec<Param>,
    /// Members that are set where a request goes on from a text that was cut off.
    pub prefill: Vec<Param>,
    /// Members that are merged into objects of the request so that a stream tells its usage.
    pub ask_usage: Vec<Param>,
}

/// What one event of a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// Something that a caller would see, perhaps with usage beside it.
    Content(Option<Usage>),
    /// Nothing that a caller would see: a role, a ping, usage.
    Quiet(Option<Usage>),
    /// A choice has ended, perhaps with usage beside it.
    Finish(Option<Usage>),
    /// One of these three, of another choice than the first.
    LaterChoice(Box<StreamEvent>),
    /// The stream's own terminator.
    Done,
    /// An error inside the stream.
    Error(Box<Fault>),
    /// Not to be understood.
    Malformed,
}

/// The request to a deployment. `in_browser`: it is sent from a page.
#[must_use]
pub fn outbound(deployment: &Deployment, surface: Surface, in_browser: bool) -> Outbound {
    match deployment.dialect {
        DialectName::OpenAi | DialectName::Similar => openai::outbound(deployment, surface),
        DialectName::Anthropic => anthropic::outbound(deployment, in_browser),
        DialectName::Gemini => gemini::outbound(deployment, surface),
    }
}

/// The members that a request to a deployment always has, with the deployment's own values.
#[must_use]
pub fn put(deployment: &Deployment) -> Vec<Param> {
    match deployment.dialect {
        DialectName::OpenAi | DialectName::Similar => openai::put(deployment),
        DialectName::Anthropic | DialectName::Gemini => Vec::new(),
    }
}

/// The members that a request needs beside the text that it is to go on from.
#[must_use]
pub fn prefill_members(deployment: &Deployment) -> Vec<Param> {
    let param = |(name, raw): (&str, &str)| Param { name: name.to_owned(), raw: raw.into() };
    let row = provider(&deployment.provider);
    row.map(|row| row.prefill_members().map(param).collect()).unwrap_or_default()
}

/// May a stream of this deployment be asked for its usage?
#[must_use]
pub fn tells_usage_if_asked(deployment: &Deployment) -> bool {
    openai::tells_usage_if_asked(deployment)
}

/// The members of a reply that have to be found by the scan.
#[must_use]
pub fn reply_members(dialect: DialectName) -> &'static [Wanted] {
    match dialect {
        DialectName::OpenAi | DialectName::Similar | DialectName::Anthropic | DialectName::Gemini => {
            REPLY_MEMBERS
        }
    }
}

/// The headers in which a provider tells what is left of its limits.
#[must_use]
pub fn limit_headers(dialect: DialectName) -> &'static [Pair] {
    match dialect {
        DialectName::OpenAi | DialectName::Similar => remaining::OPENAI,
        DialectName::Anthropic => remaining::ANTHROPIC,
        // It tells nothing of them.
        DialectName::Gemini => &[],
    }
}

/// Is a scanned 2xx body an answer? Its usage, or the fault. `body` is what was scanned, or nothing where it was long: what
/// is said in place of an answer is read there.
pub fn reply(
    dialect: DialectName,
    surface: Surface,
    scan: &mut Scanner,
    body: &[u8],
) -> Result<Option<Usage>, Fault> {
    match dialect {
        DialectName::OpenAi | DialectName::Similar => openai::reply(surface, scan, body),
        DialectName::Anthropic | DialectName::Gemini => {
            Err(Fault::bug("an answer that is translated is not scanned"))
        }
    }
}

/// What an answer of OpenAI's shape says it used, of the JSON text of its `usage` and its `service_tier`.
#[must_use]
pub fn told_usage(usage: &[u8], tier: Option<&[u8]>) -> Option<Usage> {
    openai::told(usage, tier)
}

/// Reads one event of a stream.
#[must_use]
pub fn stream_event(dialect: DialectName, data: &[u8]) -> StreamEvent {
    match dialect {
        DialectName::OpenAi | DialectName::Similar => openai::stream_event(data),
        // A stream that is translated is read by its translator.
        DialectName::Anthropic | DialectName::Gemini => StreamEvent::Malformed,
    }
}
