//! What the parts of a request know of the whole.

use super::models::Model;
use crate::dialect::Files;
pub(super) use crate::dialect::outcome::{Outcome, unsupported, wrong};
use crate::error::Fault;

/// The request that is being written.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) provider: &'a str,
    pub(super) model: Model,
    /// Leave out what this provider has not, rather than refuse the request.
    pub(super) drop_params: bool,
    /// Files by their addresses; `None` where none is fetched.
    pub(super) files: Option<&'a Files>,
    /// `anthropic-beta` names of what the request uses.
    pub(super) betas: Vec<&'static str>,
}

impl Context<'_> {
    /// Something that this provider has not: an error that another deployment may heal, or nothing where such things are
    /// dropped.
    pub(super) fn refuse(&self, param: &str, what: &str) -> Outcome {
        if self.drop_params { Ok(()) } else { Err(self.unsupported(param, what)) }
    }

    /// Something that this provider has not, and that cannot be dropped.
    pub(super) fn unsupported(&self, param: &str, what: &str) -> Box<Fault> {
        unsupported(self.provider, param, what)
    }

    /// Uses something that has to be asked for by a header.
    pub(super) fn beta(&mut self, name: &'static str) {
        if !self.betas.contains(&name) {
            self.betas.push(name);
        }
    }
}
