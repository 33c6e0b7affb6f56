//! What a call is for.

use std::rc::Rc;

use crate::config::{CallOptions, Demand, Param, Resolved, Surface};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct CallSpec {
    /// The model as the caller named it.
    pub requested: Box<str>,
    /// What that means; `None` if nothing.
    pub target: Option<Resolved>,
    /// It stands in for a name that nobody knows.
    pub is_default: bool,
    /// What it replaces of the request.
    pub overrides: Option<Rc<[Param]>>,
    /// Which API.
    pub surface: Surface,
    /// Is the answer a stream?
    pub stream: bool,
    /// Are the events of the stream read for the caller, who gets objects?
    pub objects: bool,
    /// What the request may use, where that is known: tokens in and out.
    pub tokens: Option<(u32, u32)>,
    /// What it needs of a deployment.
    pub demand: Demand,
    /// What the caller asks of the router.
    pub options: Box<CallOptions>,
    /// The variant of an experiment that it belongs to.
    pub trial: Option<u64>,
    /// The number of the call that it is a shadow of, if it is one.
    pub shadow_of: Option<u64>,
    /// Does the router ask for itself, to find out how a deployment is?
    pub is_probe: bool,
}
