//! What the parts of a request know of the whole.

use super::models::Model;
use crate::error::{Fault, FaultKind};

/// What a part of the translation comes to. Boxed, because a fault is large and rare.
pub(super) type Outcome<T = ()> = Result<T, Box<Fault>>;

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

pub(super) fn unsupported(provider: &str, param: &str, what: &str) -> Box<Fault> {
    fault(FaultKind::Unsupported, param, format!("{what} is not supported by {provider}"))
}

/// A mistake of the request.
pub(super) fn wrong(param: &str, message: &str) -> Box<Fault> {
    fault(FaultKind::BadRequest, param, format!("`{param}` {message}"))
}

fn fault(kind: FaultKind, param: &str, message: String) -> Box<Fault> {
    Box::new(Fault { param: Some(param.into()), ..Fault::new(kind, message) })
}
