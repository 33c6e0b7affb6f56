//! A credential: a value that can be used, and neither printed nor serialised.

use std::fmt;

/// A secret string. It has no `Display` and no `Serialize`, and its `Debug` tells only that it is set,
/// so that no log, error, metric or snapshot can hold it by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<Box<str>>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that puts it into a request header, and for redaction.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"set\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_only_that_it_is_set() {
        let secret = Secret::new("sk-marked");
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)).matches("marked").count(), 0);
    }
}
