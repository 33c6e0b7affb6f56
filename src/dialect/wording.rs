//! How a provider that speaks OpenAI's words wants messages, tools and schemas: read out of its line in the table of
//! providers. [`portable`](super::portable) writes them so.

use crate::base::text::{contains, cut, has, is_listed};
use crate::config::{Deployment, provider};

/// How requests are put for one model of a provider.
#[derive(Debug)]
pub struct Wording(Vec<&'static str>);

impl Wording {
    /// That of a deployment. `openai/` with an address of its own means any server: what is OpenAI's holds there only where a
    /// transcript comes from elsewhere, so not where the provider `is_alone`.
    #[must_use]
    #[inline(never)]
    pub fn of(deployment: &Deployment, is_alone: bool) -> Self {
        let is_any =
            deployment.provider == "openai" && !contains(deployment.api_base.url(), "api.openai.com");
        match is_any && is_alone {
            true => Self(vec!["d"]),
            false => Self::at(&deployment.provider, Some(deployment.known_model())),
        }
    }

    /// That of a provider, for a model or for any.
    #[must_use]
    #[inline(never)]
    pub fn at(name: &str, model: Option<&str>) -> Self {
        Self(provider(name).map(|row| row.wording(model)).unwrap_or_default())
    }

    /// Does the provider's line have a word?
    #[inline(never)]
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    /// Is a member refused, wherever it stands?
    #[inline(never)]
    pub(super) fn cuts(&self, name: &str) -> bool {
        let (known, other) = self.renamed();
        known != name && other != name && self.lists().any(|names| is_listed(names, name))
    }

    /// The member of messages that has another name, and that name; empty if there is none.
    #[inline(never)]
    pub(super) fn renamed(&self) -> (&'static str, &'static str) {
        self.lists().find(|names| has(names, b'>')).map(|names| cut(names, b'>')).unwrap_or_default()
    }

    fn lists(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(|word| match word.as_bytes() {
            [b'^', ..] => word.get(1..),
            _ => None,
        })
    }

    /// The length that ids of calls may have, and whether it is the only one: letters and digits then.
    pub(super) fn ids(&self) -> Option<(usize, bool)> {
        match self.has("9") {
            true => Some((9, true)),
            false => self.has("40").then_some((40, false)),
        }
    }

    /// The members that are refused or have another name; `null` for all that are nothing.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.lists().flat_map(|names| names.split(',')).map(|name| cut(name, b'>').0)
    }
}
