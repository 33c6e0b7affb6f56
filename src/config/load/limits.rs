//! How far the limits of deployments bind: `limit_mode`, and what stands for it in a config of LiteLLM's.

use serde_json::Value;

use super::affinity::turn_on;
use super::keys::Kind;
use super::problems::Path;
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{Affinity, LimitMode};

/// Strategies that pass over deployments at their limit.
const BINDING: [&str; 4] =
    ["usage-based-routing", "usage-based-routing-v2", "cost-based-routing", "latency-based-routing"];

/// Does a strategy pass over deployments at their limit?
pub(super) fn binds(strategy: &str) -> bool {
    BINDING.contains(&strategy)
}

/// The value of `optional_pre_call_checks` that makes limits bind.
const LIMITS: &str = "enforce_model_rate_limits";

/// The one that makes budgets bind, which they do anyway.
const BUDGETS: &str = "router_budget_limiting";

/// Every value of `optional_pre_call_checks`.
const CHECKS: &str = "enforce_model_rate_limits prompt_caching router_budget_limiting \
    responses_api_deployment_check deployment_affinity session_affinity \
    forward_client_headers_by_model_group encrypted_content_affinity";

/// Reads `limit_mode`. Where it is not given, limits bind as far as something in the config makes them bind in LiteLLM.
/// And by what calls stay with a deployment, which stands among the same checks.
pub(super) fn limit_mode(
    reader: &mut Reader<'_>,
    settings: &Scopes<'_>,
    strategy: Option<&str>,
    is_checked: bool,
) -> (LimitMode, Affinity) {
    let given = settings.word(reader, "limit_mode", "hard soft", &[LimitMode::Hard, LimitMode::Soft]);
    let listed = settings.pick(reader, "optional_pre_call_checks", optional_checks);
    let (is_listed, affinity) = listed.unwrap_or_default();
    let binds = is_checked || is_listed || strategy.is_some_and(binds);
    (given.unwrap_or(if binds { LimitMode::Hard } else { LimitMode::Soft }), affinity)
}

/// A list of checks: is that of the limits among them, and which are about affinity?
fn optional_checks(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<(bool, Affinity)> {
    let (mut is_listed, mut affinity) = (false, Affinity::default());
    reader.texts(at, value, &mut |reader, at, name| {
        if name == LIMITS {
            is_listed = true;
        } else if name == BUDGETS || turn_on(&mut affinity, name) {
        } else if CHECKS.split_ascii_whitespace().any(|known| known == name) {
            reader.without_effect(at, name, Kind::Later);
        } else {
            reader.no_such(at, "check", name, CHECKS);
        }
    })?;
    Some((is_listed, affinity))
}
