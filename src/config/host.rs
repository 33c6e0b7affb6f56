//! What the embedding program allows. Nothing here can be set by a request.

use super::options::may_move_credential;

/// Which router keys inside a request body that came over `fetch` may steer the router.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// None: they are stripped and counted.
    #[default]
    Nothing,
    /// All of them, except what could move a credential (`api_base`, `base_url`, `api_key`).
    Everything,
    /// These.
    Names(Vec<String>),
}

impl Trust {
    /// May this key of a request body steer? What could move a credential never may.
    #[must_use]
    pub fn allows(&self, key: &str) -> bool {
        match self {
            _ if may_move_credential(key) => false,
            Self::Nothing => false,
            Self::Everything => true,
            Self::Names(names) => names.iter().any(|name| name == key),
        }
    }
}

/// The rules of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRules {
    /// `trustRequestOptions`.
    pub trust: Trust,
    /// `allowDirectModels`: deployment ids count as models over `fetch`. Default false.
    pub allow_direct_models: bool,
    /// `allowedModels`: group names that may be planned at all, aliases already followed; `None` is all.
    pub allowed_models: Option<Vec<String>>,
    /// `maxBodyBytes`: the largest request or answer that is read whole. Default 32 MB.
    pub max_body_bytes: u64,
    /// `subrequests`: how many sends one call may make; `None` is no bound. Default: by runtime.
    pub subrequests: Option<u32>,
    /// `mayFallback`: is the host asked before a call moves to another target?
    pub may_fallback: bool,
    /// `customRoutingStrategy`: the host ranks the candidates where the strategy is `custom`. Default false.
    pub custom_strategy: bool,
    /// `filterDeployments`: is the host asked who of a target may be used?
    pub filters: bool,
    /// `hookFailure: "closed"`: does a call end whose hook fails? Default false: it goes on as without the hook.
    pub fails_closed: bool,
    /// `tokenCounter`: does the host count the tokens of requests?
    pub token_counter: bool,
    /// `storeName`: routers of the same name share what a store holds. Default "default".
    pub store_name: String,
    /// The router runs in a page. Some providers answer a page only if it says that it means it.
    pub in_browser: bool,
}

impl Default for HostRules {
    fn default() -> Self {
        Self {
            trust: Trust::Nothing,
            allow_direct_models: false,
            allowed_models: None,
            max_body_bytes: 32 * 1024 * 1024,
            subrequests: None,
            may_fallback: false,
            custom_strategy: false,
            filters: false,
            fails_closed: false,
            token_counter: false,
            store_name: "default".to_owned(),
            in_browser: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_a_credential_is_never_trusted() {
        for key in ["api_base", "base_url", "api_key"] {
            assert!(!Trust::Everything.allows(key), "{key}");
            assert!(!Trust::Names(vec![key.to_owned()]).allows(key), "{key}");
        }
        assert!(Trust::Everything.allows("fallbacks"));
        assert!(Trust::Names(vec!["tags".to_owned()]).allows("tags"));
        assert!(!Trust::Names(vec!["tags".to_owned()]).allows("fallbacks"));
        assert!(!Trust::Nothing.allows("tags"));
    }
}
