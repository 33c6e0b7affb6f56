//! The list of models over `fetch`, in OpenAI's shape.

use serde::Serialize;

/// A list.
#[derive(Debug, Serialize)]
pub(super) struct List<'a> {
    pub(super) object: &'static str,
    pub(super) data: Vec<Model<'a>>,
}

/// A model. It was not made at any one moment and belongs to nobody but the router.
#[derive(Debug, Serialize)]
pub(super) struct Model<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
}

impl<'a> Model<'a> {
    pub(super) fn named(id: &'a str) -> Self {
        Self { id, object: "model", created: 0, owned_by: "switchman" }
    }
}

/// Plain data has no way to fail to serialise.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
