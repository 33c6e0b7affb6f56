//! The list of models over `fetch`, in OpenAI's shape.

use std::fmt;

use crate::base::json::quoted_text;

/// A list.
#[derive(Debug)]
pub(super) struct List<'a> {
    pub(super) object: &'static str,
    pub(super) data: Vec<Model<'a>>,
}

/// A model. It was not made at any one moment and belongs to nobody but the router.
#[derive(Debug)]
pub(super) struct Model<'a> {
    id: &'a str,
}

impl<'a> Model<'a> {
    pub(super) fn named(id: &'a str) -> Self {
        Self { id }
    }
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"object":"{}","data":["#, self.object)?;
        for (position, model) in self.data.iter().enumerate() {
            f.write_str(if position > 0 { "," } else { "" })?;
            model.fmt(f)?;
        }
        f.write_str("]}")
    }
}

impl fmt::Display for Model<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = quoted_text(self.id);
        write!(f, r#"{{"id":{id},"object":"model","created":0,"owned_by":"switchman"}}"#)
    }
}

/// What displays itself as JSON.
pub(super) fn json(value: &impl fmt::Display) -> String {
    value.to_string()
}
