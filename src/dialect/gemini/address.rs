//! Where a request goes, and with which headers.

use crate::config::{Deployment, Secret, Surface};
use crate::dialect::{Outbound, ids};

/// The key goes into a header: an address is written into logs.
pub(super) fn outbound(deployment: &Deployment, surface: Surface) -> Outbound {
    let base = deployment.api_base.url();
    // An address with a path is taken as LiteLLM takes it: the version of the API is in it.
    let version = if base == deployment.api_base.origin() { "/v1beta/" } else { "/" };
    let model = model(&deployment.model);
    let url = |method: &str| [base, version, &model, method].concat();
    let (whole, stream) = match surface {
        Surface::Chat => (":generateContent", Some(":streamGenerateContent?alt=sse")),
        Surface::Embeddings => (":batchEmbedContents", None),
    };
    let mut headers = Vec::new();
    if let Some(key) = &deployment.api_key {
        headers.push(("x-goog-api-key", Secret::new(key.expose())));
    }
    Outbound {
        url: url(whole),
        stream_url: stream.map(url),
        headers,
        extra_headers: deployment.extra_headers.clone(),
        put: Vec::new(),
        defaults: Vec::new(),
        prefill: Vec::new(),
        ask_usage: Vec::new(),
    }
}

/// The name of a model as Google's API has it: `models/gemini-2.5-flash`. A caller may choose it, where a pattern lets
/// him, so that what no name has is replaced: it must not lead to another place.
pub(super) fn model(name: &str) -> String {
    let is_kind = |(kind, _): &(&str, &str)| matches!(*kind, "models" | "tunedModels");
    let (kind, name) = name.split_once('/').filter(is_kind).unwrap_or(("models", name));
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'@');
    if name.bytes().all(is_safe) {
        return [kind, "/", name].concat();
    }
    [kind, "/", &ids::id(name)].concat()
}
