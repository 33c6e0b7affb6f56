//! What the parts of a request know of the whole.

use super::models::Model;
use crate::dialect::Files;
pub(super) use crate::dialect::outcome::{Outcome, unknown, unsupported, wrong};
use crate::error::Fault;

/// The request that is being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) provider: &'a str,
    pub(super) model: Model,
    /// Who signs the thoughts of this model; see `signature.rs`.
    pub(super) signer: &'a str,
    /// Leave out what this provider has not, rather than refuse the request.
    pub(super) drop_params: bool,
    /// Files by their addresses; `None` where none is fetched.
    pub(super) files: Option<&'a Files>,
}

impl Context<'_> {
    /// Something that this provider has not: an error that another deployment may heal, or nothing where such things are
    /// dropped.
    pub(super) fn refuse(&self, param: &str, what: &str) -> Outcome {
        if self.drop_params { Ok(()) } else { Err(self.unsupported(param, what)) }
    }

    /// As [`refuse`](Self::refuse), by the name of what it is.
    pub(super) fn refuse_named(&self, param: &str, kind: &str, name: &str) -> Outcome {
        if self.drop_params { Ok(()) } else { Err(unknown(self.provider, param, kind, name)) }
    }

    /// Something that this provider has not, and that cannot be dropped.
    pub(super) fn unsupported(&self, param: &str, what: &str) -> Box<Fault> {
        unsupported(self.provider, param, what)
    }
}
