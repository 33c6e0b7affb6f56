//! Google's Gemini (AI Studio): a request for a chat completion or for embeddings is written anew, and the answer is
//! written back.
//!
//! Version v1beta of the API. What is at hand may lack the middle of long strings; a mark stands there, and is copied
//! with the text around it.

mod address;
mod choice;
mod context;
mod embeddings;
mod finish;
mod grounding;
mod logprobs;
mod messages;
mod models;
mod parts;
mod reply;
mod request;
mod schema;
mod stream;
mod thinking;
mod tools;
mod usage;

use super::{Inbound, Memo, Outbound, Translated, TranslatedReply};
use crate::config::{Deployment, Surface};
use crate::error::Fault;

pub(super) use stream::Stream;

pub(super) fn outbound(deployment: &Deployment, surface: Surface) -> Outbound {
    address::outbound(deployment, surface)
}

pub(super) fn translate_request(
    deployment: &Deployment,
    surface: Surface,
    request: &Inbound<'_>,
) -> Result<Translated, Fault> {
    let translated = match surface {
        Surface::Chat => request::translate(deployment, request),
        Surface::Embeddings => embeddings::translate_request(deployment, request),
    };
    translated.map_err(|fault| *fault)
}

pub(super) fn translate_reply(
    surface: Surface,
    memo: &Memo,
    created: u64,
    body: &[u8],
) -> Result<TranslatedReply, Fault> {
    match surface {
        Surface::Chat => reply::translate(memo, created, body),
        Surface::Embeddings => embeddings::translate_reply(memo, body),
    }
}

/// Does it go on from a trailing assistant message? The config's word beats what the model's name tells.
pub(super) fn has_prefill(deployment: &Deployment) -> bool {
    deployment.prefill.unwrap_or_else(|| models::Model::of(&deployment.model).has_prefill())
}
