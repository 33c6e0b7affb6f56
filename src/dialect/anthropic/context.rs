//! What the parts of a request know of the whole.

use super::models::Model;
use crate::error::{Fault, FaultKind};

/// The request that is being written.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) provider: &'a str,
    pub(super) model: Model,
    /// Leave out what this provider has not, rather than refuse the request.
    pub(super) drop_params: bool,
    /// `anthropic-beta` names of what the request uses.
    pub(super) betas: Vec<&'static str>,
}

impl Context<'_> {
    /// Something that this provider has not: an error that another deployment may heal, or nothing where such things are
    /// dropped.
    pub(super) fn refuse(&self, param: &str, what: &str) -> Result<(), Fault> {
        if self.drop_params { Ok(()) } else { Err(self.unsupported(param, what)) }
    }

    /// Something that this provider has not, and that cannot be dropped.
    pub(super) fn unsupported(&self, param: &str, what: &str) -> Fault {
        unsupported(self.provider, param, what)
    }

    /// Uses something that has to be asked for by a header.
    pub(super) fn beta(&mut self, name: &'static str) {
        if !self.betas.contains(&name) {
            self.betas.push(name);
        }
    }
}

pub(super) fn unsupported(provider: &str, param: &str, what: &str) -> Fault {
    Fault {
        param: Some(param.into()),
        ..Fault::new(FaultKind::Unsupported, format!("{what} is not supported by {provider}"))
    }
}

/// A mistake of the request.
pub(super) fn wrong(param: &str, message: &str) -> Fault {
    Fault { param: Some(param.into()), ..Fault::new(FaultKind::BadRequest, format!("`{param}` {message}")) }
}
