//! What a caller asks of the router.

use crate::config::{CallOptions, Demand, Surface};
use crate::plan::CallSpec;

use super::inbound::Facts;
use super::naming::Meant;

/// What a caller asks for.
#[derive(Debug)]
pub struct Request {
    /// Which API.
    pub surface: Surface,
    /// The model as the caller named it.
    pub model: Box<str>,
    /// Is the answer a stream?
    pub stream: bool,
    /// Does the caller get objects, which have to be read, and not the bytes of a stream?
    pub objects: bool,
    /// Did the caller ask for the usage of a stream?
    pub usage_asked: bool,
    /// Is one plain text asked for: no structured output, no several choices?
    pub is_text: bool,
    /// What it may use, where that is known: tokens in and out.
    pub tokens: Option<(u32, u32)>,
    /// What it needs of a deployment, where that is looked at.
    pub demand: Demand,
    /// What the caller asks of the router.
    pub options: CallOptions,
    /// What the scan of the body found, if the request came over `fetch`: it may steer less.
    pub facts: Option<Facts>,
}

impl Request {
    /// What of it the plan needs. The model and the options are taken out.
    pub(super) fn take_spec(&mut self, meant: &Meant) -> CallSpec {
        CallSpec {
            requested: std::mem::take(&mut self.model),
            target: meant.to(),
            is_default: meant.is_default,
            overrides: meant.target.as_ref().and_then(|target| target.overrides.clone()),
            surface: self.surface,
            stream: self.stream,
            objects: self.objects,
            tokens: self.tokens,
            demand: self.demand,
            options: Box::new(std::mem::take(&mut self.options)),
            trial: None,
            shadow_of: None,
            is_probe: false,
        }
    }
}
