//! Which answers are kept and shown again: the word of the config, and that of a call.
//!
//! LiteLLM's `cache_responses`, `caching_groups`, `cache` and `cache_params`. Differences: an answer is kept for its
//! deployments' credentials and parameters alone, and never one that came from a fallback (see `engine::caching`).

use super::Surface;

/// How long an answer is kept where nothing is set, as LiteLLM keeps it in memory.
const TTL_MS: u64 = 600_000;

/// The word of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caching {
    /// `cache_responses`, or `cache` of `litellm_settings`. Default false.
    pub is_on: bool,
    /// `cache_params.mode: "default_off"`: only for calls that say `use-cache`. Default false.
    pub on_demand: bool,
    /// `cache_params.ttl`, in ms. Default 600 s.
    pub ttl_ms: u64,
    /// `cache_params.namespace`: answers of one are never shown in another.
    pub namespace: Option<String>,
    /// `cache_params.supported_call_types`: are chat completions among them? Default true.
    pub chat: bool,
    /// The same of embeddings.
    pub embeddings: bool,
    /// `caching_groups`: names of groups that share their answers; aliases are followed.
    pub groups: Vec<Vec<String>>,
}

impl Caching {
    /// Are answers of this surface kept at all?
    #[must_use]
    pub fn serves(&self, surface: Surface) -> bool {
        match surface {
            Surface::Chat => self.chat,
            Surface::Embeddings => self.embeddings,
        }
    }

    /// The groups that a group shares its answers with, itself among them, if there are any.
    #[must_use]
    pub fn shared_with(&self, group: &str) -> Option<&[String]> {
        self.groups.iter().find(|names| names.iter().any(|name| name == group)).map(Vec::as_slice)
    }
}

impl Default for Caching {
    fn default() -> Self {
        Self {
            is_on: false,
            on_demand: false,
            ttl_ms: TTL_MS,
            namespace: None,
            chat: true,
            embeddings: true,
            groups: Vec::new(),
        }
    }
}

/// The word of a call: its `cache`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheControl {
    /// `no-cache`: ask the provider, and keep the answer.
    pub no_cache: bool,
    /// `no-store`: do not keep the answer.
    pub no_store: bool,
    /// `use-cache`: what `mode: "default_off"` waits for.
    pub use_cache: bool,
    /// `ttl`: how long the answer is kept, in ms.
    pub ttl_ms: Option<u64>,
    /// `s-maxage`, or `s-max-age`: how old the answer may be that is shown, in ms.
    pub max_age_ms: Option<u64>,
    /// `namespace`: beats the config's.
    pub namespace: Option<String>,
}
