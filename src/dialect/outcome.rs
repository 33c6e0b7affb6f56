//! What a part of a translation comes to, and how it refuses.

use crate::base::text::named;
use crate::error::{Fault, FaultKind};

/// What a part of the translation comes to. Boxed, because a fault is large and rare.
pub(super) type Outcome<T = ()> = Result<T, Box<Fault>>;

/// What a provider has not, so that another deployment may be asked.
pub(super) fn unsupported(provider: &str, param: &str, what: &str) -> Box<Fault> {
    fault(FaultKind::Unsupported, param, format!("{what} is not supported by {provider}"))
}

/// A member, a part or a tool that a provider has not, by its name.
#[inline(never)]
pub(super) fn unknown(provider: &str, param: &str, kind: &str, name: &str) -> Box<Fault> {
    unsupported(provider, param, &format!("{kind}`{}`", named(name)))
}

/// A mistake of the request.
pub(super) fn wrong(param: &str, message: &str) -> Box<Fault> {
    fault(FaultKind::BadRequest, param, format!("`{param}` {message}"))
}

fn fault(kind: FaultKind, param: &str, message: String) -> Box<Fault> {
    Box::new(Fault { param: Some(param.into()), ..Fault::new(kind, message) })
}
