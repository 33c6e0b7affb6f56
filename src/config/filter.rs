//! What deployments and requests say of each other: tags, regions, abilities and windows.
//!
//! LiteLLM's `tags`, `enable_tag_filtering`, `allowed_model_region` and `enable_pre_call_checks`. Differences: a request
//! without tags is not served by tagged deployments, unless the config says so; an answer's length counts with the prompt.

use crate::price::Capabilities;

use super::RouterConfig;

/// What a deployment says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// `tags`.
    pub tags: Vec<String>,
    /// `region_name`; empty if it has none.
    pub region: String,
    /// `model_info.enable_tag_filtering`: does its group go by tags, whatever the router does?
    pub goes_by_tags: Option<bool>,
    /// `model_info.allow_fail_open`: it serves requests whose tags nobody has.
    pub fails_open: bool,
}

/// How the router goes by tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRules {
    /// `enable_tag_filtering`. Default false.
    pub is_on: bool,
    /// `tag_filtering_match_any`: is one tag in common enough? Default true, as in LiteLLM.
    pub match_any: bool,
    /// `tag_routing_prefix`: a tag of a request that begins so loses it, and no other pool stands in for it.
    pub prefix: String,
    /// `untagged_requests: "any"`: requests without tags are served by all, as in LiteLLM. Default: by those that have none.
    pub any_for_untagged: bool,
}

impl Default for TagRules {
    fn default() -> Self {
        Self { is_on: false, match_any: true, prefix: String::new(), any_for_untagged: false }
    }
}

/// What the options of a call say of who may serve it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `tags` and `metadata.tags`: `a`, `a&b` for both, `&a` for one that is needed, `!a` for one that must not be there.
    pub tags: Vec<String>,
    /// One of them had the router's prefix.
    pub is_certain: bool,
    /// `enable_tag_filtering: true`.
    pub by_tags: bool,
    /// `allowed_model_region`: one of these.
    pub regions: Vec<String>,
}

impl Wanted {
    /// Its regions alone.
    #[must_use]
    pub fn regions_only(&self) -> Box<Self> {
        Box::new(Self { regions: self.regions.clone(), ..Self::default() })
    }
}

/// What a request itself asks of a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// What the model has to be able to do.
    pub abilities: Capabilities,
    /// The tokens of the request; 0 if nobody knows.
    pub input: u32,
    /// The bound that it sets for its answer.
    pub output: Option<u32>,
    /// Has the host counted them? Else it is an estimate.
    pub is_counted: bool,
}

impl RouterConfig {
    /// Notes whether what deployments say of themselves can keep anybody away.
    pub(super) fn note_filters(&mut self) {
        let goes_by_tags = self.deployments.iter().any(|known| known.labels.goes_by_tags == Some(true));
        self.policy.has_filters = self.policy.tags.is_on || self.policy.is_checked || goes_by_tags;
    }
}
