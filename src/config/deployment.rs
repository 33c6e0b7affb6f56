//! One configured endpoint: model, key, address and its own limits.

use std::fmt;
use std::rc::Rc;

use crate::base::text::has;
use crate::price::{Entry, Price};

use super::{
    Budget, BudgetList, DeploymentIx, DialectName, GroupIx, Labels, Layout, MemberList, Mock, ModelFacts,
    PerClass, Rule, Secret, Timeouts,
};

/// Where a deployment is reached. A credential goes to this origin and to no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiBase {
    url: String,
    origin_len: usize,
}

impl ApiBase {
    /// Checks an address: `http` or `https`, a host, no user name, query, fragment, blank or control character.
    /// A trailing slash is dropped.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let rest = rest.ok_or("must start with https:// or http://")?;
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
            return Err("must not contain blanks, control characters or backslashes");
        }
        if has(text, b'?') || has(text, b'#') {
            return Err("must not contain a query or a fragment");
        }
        let authority = rest.split('/').next().unwrap_or(rest);
        if has(authority, b'@') {
            return Err("must not contain a user name or password; use api_key");
        }
        if authority.is_empty() || authority.starts_with(':') {
            return Err("has no host");
        }
        // What follows the last colon is a port, unless that colon is inside the brackets of an IPv6 address.
        let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err("has a port that is none");
        }
        let origin_len = text.len() - rest.len() + authority.len();
        Ok(Self { url: text.trim_end_matches('/').to_owned(), origin_len })
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What stands behind the origin.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.get(self.origin_len..).unwrap_or_default()
    }

    /// Leaves out the rest of the path.
    pub(super) fn keep_of_path(&mut self, len: usize) {
        let kept = self.path().get(..len).map_or(self.url.len(), |path| self.origin_len + path.len());
        self.url.truncate(kept);
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.url.get(..self.origin_len).unwrap_or(&self.url)
    }
}

/// A request parameter that a deployment sets, as raw JSON; the request's own value wins.
/// Its `Debug` tells no value: people put keys into anything.
#[derive(Clone, PartialEq, Eq)]
pub struct Param {
    /// The member's name.
    pub name: String,
    /// Its value, as JSON text.
    pub raw: Box<str>,
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({} bytes)", self.name, self.raw.len())
    }
}

/// Where copies of the calls to a deployment go, whose answers are thrown away.
#[derive(Clone, Debug, PartialEq)]
pub struct Silent {
    /// The groups, by the names of the config.
    pub models: Vec<String>,
    /// The share of the calls that are copied, from 0 to 1.
    pub share: f64,
}

/// How a deployment shows its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer …`, of its key.
    Bearer,
    /// `api-key: …`, of its key: Azure's way.
    ApiKey,
    /// `authorization: Bearer …`, of a token that the host's `getToken` gives.
    Host,
}

/// Counts what was put in the place of a deployment's model and of its credential since the router began. A send that began
/// under another number says nothing of what is there now. Wraps around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Era {
    /// Other providers, models and addresses.
    pub model: u16,
    /// Other credentials.
    pub credential: u16,
}

/// The place of a deployment in the model list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The position of its entry.
    pub entry: usize,
    /// The position in the entry's list of organisations, where it has one.
    pub organization: Option<usize>,
}

/// One entry of the model list. In this order in memory: what every choice looks at of every candidate comes first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Deployment {
    /// `weight`; 0 is drained, `None` counts as 1 where any member of the group has one.
    pub weight: Option<f64>,
    /// `rpm`: requests a minute.
    pub rpm: Option<u64>,
    /// `tpm`: tokens a minute.
    pub tpm: Option<u64>,
    /// `itpm`: tokens of requests a minute.
    pub itpm: Option<u64>,
    /// `otpm`: tokens of answers a minute.
    pub otpm: Option<u64>,
    /// The budgets that it is under. Set when all of them are known.
    pub budgets: BudgetList,
    /// `order`: lower levels first; those without one come last.
    pub order: Option<u32>,
    /// `max_parallel_requests`: calls in flight at once; `None`: the router's default decides. The config's 0 is no cap,
    /// and is kept as the largest number.
    pub max_parallel: Option<u32>,
    /// The declared deployment that this one was made from, for one name that a pattern matched.
    pub parent: Option<DeploymentIx>,
    /// The group it serves.
    pub group: GroupIx,
    /// The first deployment that has the same credential: its position names the credential. Set by
    /// [`share_credentials`](super::share_credentials).
    pub credential: DeploymentIx,
    /// Its limits are bounds by the strategy of its routing group, whatever the router's `limit_mode`.
    pub is_bound: bool,
    /// It is no part of the router any more; calls that began before may still have to tell of it.
    pub is_retired: bool,
    /// What is there now. Set by [`RouterConfig::adopt`](super::RouterConfig::adopt).
    pub era: Era,
    /// Stable over restarts and key rotations; made from group, provider, model, address, organisation,
    /// region and ordinal, or declared as `model_info.id`. Holds no secret.
    pub id: String,
    /// Who sells the API, as written before the slash of `model`.
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// `litellm_params.model`, as it is written.
    pub written: String,
    /// Where it stands in the model list.
    pub place: Place,
    /// The wire format it speaks.
    pub dialect: DialectName,
    /// Where it is reached.
    pub api_base: ApiBase,
    /// How addresses are made of that.
    pub layout: Layout,
    /// What stands before its model's name there, where that has no slash.
    pub model_path: &'static str,
    /// `api_version`, where one is sent.
    pub version: Option<Box<str>>,
    /// `api_key`, or a token that the config gives; `None` where the server wants none, or the host gives it.
    pub api_key: Option<Secret>,
    /// How it is shown.
    pub auth: Auth,
    /// `organization`.
    pub organization: Option<String>,
    /// `extra_headers`: as secret as a key, for people put keys there.
    pub extra_headers: Vec<(String, Secret)>,
    /// `max_budget` and `budget_duration`: what it may cost.
    pub max_budget: Option<Budget>,
    /// What its model costs, if that matters to the choice: where there are budgets. Set by the router.
    pub known: Option<Rc<Entry>>,
    /// `num_retries` for calls in which this deployment failed first.
    pub num_retries: Option<u32>,
    /// `retry_policy` for calls in which this deployment failed first.
    pub retry_policy: PerClass,
    /// `cooldown_time` in ms; 0 is "never bench".
    pub cooldown_ms: Option<u64>,
    /// `model_info.allowed_fails`: beats the router's.
    pub allowed_fails: Option<u32>,
    /// `model_info.allowed_fails_policy`: beats everything else about failures.
    pub allowed_fails_policy: PerClass,
    /// Its own time limits.
    pub timeouts: Timeouts,
    /// `drop_params`: leave out what the provider cannot do. `None`: the router decides.
    pub drop_params: Option<bool>,
    /// `model_info.supports_assistant_prefill`: can the model go on from a text that is sent as a trailing message of
    /// the assistant's? `None`: what is known of the provider decides.
    pub prefill: Option<bool>,
    /// Are its answers in other words than the caller's, so that they are translated?
    pub is_translated: bool,
    /// What it answers with instead of being reached.
    pub mock: Option<Box<Mock>>,
    /// `base_model`: the model whose price and abilities it has, where its own name tells nothing of them.
    pub base_model: Option<String>,
    /// The rates that it declares; they go [over](Price::over) those of its model.
    pub price: Option<Price>,
    /// What it says of its model's window, mode and abilities; beats the price table.
    pub facts: ModelFacts,
    /// `silent_model` and `silent_share`: where copies of its calls go.
    pub silent: Option<Rc<Silent>>,
    /// What it says of itself to requests.
    pub labels: Labels,
    /// Request parameters that it sets where the request does not.
    pub params: Vec<Param>,
    /// What it says itself of members of requests.
    pub members: MemberList,
    /// What becomes of members of requests.
    pub rules: Rc<[Rule]>,
}

impl Deployment {
    /// "provider/model", as told in `model_used`.
    #[must_use]
    pub fn model_used(&self) -> String {
        format!("{}/{}", self.provider, self.model)
    }

    /// Does it declare a limit that has to be counted?
    #[must_use]
    // Apart, the choice that asks it of every candidate has fewer instructions.
    #[inline(never)]
    pub fn has_limits(&self) -> bool {
        self.rpm.is_some() || self.tpm.is_some() || self.itpm.is_some() || self.otpm.is_some()
    }

    /// Where its limits are counted: what is declared once is one limit, however many models it serves. `ix` is its own
    /// position.
    #[must_use]
    pub fn limit_cell(&self, ix: DeploymentIx) -> DeploymentIx {
        self.parent.unwrap_or(ix)
    }

    /// Is this its `litellm_params.model`, with the provider in front or as it is written?
    pub(super) fn is_written(&self, model: &str) -> bool {
        let rest = model.strip_prefix(self.provider.as_str()).and_then(|rest| rest.strip_prefix('/'));
        self.written == model || rest.is_some_and(|rest| rest == self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_origin() {
        let base = ApiBase::parse("https://api.example.com:8443/openai/v1/").unwrap();
        assert_eq!(
            (base.origin(), base.url()),
            ("https://api.example.com:8443", "https://api.example.com:8443/openai/v1")
        );
        assert_eq!(ApiBase::parse("http://[::1]:80").unwrap().origin(), "http://[::1]:80");
    }

    #[test]
    fn an_address_that_could_hide_another_host_is_refused() {
        for bad in [
            "api.example.com",
            "ftp://a",
            "https://",
            "https://:80/",
            "https://u:p@evil",
            "https://a:x",
            "https://a:70000",
            "https://[::1]:",
            "https://a/?x=1",
            "https://a#b",
            "https://a\\@b",
            "https://a b",
            "https://a\r\nb",
        ] {
            assert!(ApiBase::parse(bad).is_err(), "{bad}");
        }
    }
}
