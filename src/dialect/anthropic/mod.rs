//! Anthropic's Messages: a request for a chat completion is written anew, and the answer is written back.
//!
//! Version 2023-06-01 of the API. What is at hand may lack the middle of long strings; a mark stands there, and is
//! copied with the text around it.

mod blocks;
mod content;
mod context;
mod finish;
mod headers;
mod media;
mod messages;
mod models;
mod reply;
mod request;
mod sampling;
mod schema;
mod stream;
mod thinking;
mod tools;
mod usage;

use super::{Inbound, Outbound, Translated};
use crate::config::{Deployment, Surface};
use crate::error::Fault;

pub(super) use reply::translate as translate_reply;
pub(super) use stream::Stream;
pub(super) use tools::JSON_TOOL;

pub(super) fn outbound(deployment: &Deployment, in_browser: bool) -> Outbound {
    headers::outbound(deployment, in_browser)
}

pub(super) fn translate_request(
    deployment: &Deployment,
    surface: Surface,
    request: &Inbound<'_>,
) -> Result<Translated, Fault> {
    match surface {
        Surface::Chat => request::translate(deployment, request).map_err(|fault| *fault),
        Surface::Embeddings => Err(*context::unsupported(&deployment.provider, "model", "an embedding")),
    }
}

/// Does it go on from a trailing assistant message? The config's word beats what the model's name tells.
pub(super) fn has_prefill(deployment: &Deployment) -> bool {
    deployment.prefill.unwrap_or_else(|| models::Model::of(&deployment.model).has_prefill())
}
