//! Where a request goes, with which headers.

use super::context::Context;
use crate::base::json::Members;
use crate::base::text::contains;
use crate::config::{Deployment, Secret};
use crate::dialect::Outbound;

/// The version of the API whose requests `request.rs` writes. A newer one refuses `temperature`.
const VERSION: &str = "2023-06-01";

const BETA: &str = "anthropic-beta";

/// Anthropic's tokens of a login, which are no API keys.
const OAUTH_PREFIX: &str = "sk-ant-oat";
const OAUTH_BETA: &str = "oauth-2025-04-20";

pub(super) fn outbound(deployment: &Deployment, in_browser: bool) -> Outbound {
    // LiteLLM takes the address with any part of the path.
    let base = deployment.api_base.url();
    let base = base.strip_suffix("/messages").unwrap_or(base);
    let base = base.strip_suffix("/v1").unwrap_or(base);
    let mut headers = vec![("anthropic-version", Secret::new(VERSION))];
    if let Some(key) = &deployment.api_key {
        headers.push(match is_login(deployment) {
            true => ("authorization", Secret::new(format!("Bearer {}", key.expose()))),
            false => ("x-api-key", Secret::new(key.expose())),
        });
    }
    headers.extend(beta(deployment, &[]));
    if in_browser {
        // Without it a page gets no answer that it may read (Anthropic's own client sends it, 2026-11).
        headers.push(("anthropic-dangerous-direct-browser-access", Secret::new("true")));
    }
    let extra = deployment.extra_headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(BETA));
    Outbound {
        url: format!("{base}/v1/messages"),
        stream_url: None,
        headers,
        extra_headers: extra.cloned().collect(),
        put: Vec::new(),
        defaults: Vec::new(),
        prefill: Vec::new(),
        ask_usage: Vec::new(),
    }
}

/// The headers that a request needs besides: they take the place of those of the same name.
pub(super) fn of_request(deployment: &Deployment, betas: &[&str]) -> Vec<(&'static str, Secret)> {
    if betas.is_empty() { Vec::new() } else { beta(deployment, betas).into_iter().collect() }
}

fn is_login(deployment: &Deployment) -> bool {
    deployment.api_key.as_ref().is_some_and(|key| key.expose().starts_with(OAUTH_PREFIX))
}

/// One header for all: what the config names, what a login needs, and what the request uses.
fn beta(deployment: &Deployment, used: &[&str]) -> Option<(&'static str, Secret)> {
    let own = deployment.extra_headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(BETA));
    let mut value = own.map(|(_, value)| value.expose().to_owned()).unwrap_or_default();
    let login = is_login(deployment).then_some(OAUTH_BETA);
    for name in login.iter().chain(used) {
        if !value.split(',').any(|known| known.trim() == *name) {
            if !value.is_empty() {
                value.push(',');
            }
            value.push_str(name);
        }
    }
    (!value.is_empty()).then(|| (BETA, Secret::new(value)))
}

/// What a member of Anthropic's own has to be asked for by.
pub(super) fn betas(context: &mut Context<'_>, name: &str, raw: &str) {
    match name {
        "mcp_servers" if !context.betas.iter().any(|beta| beta.starts_with("mcp-client")) => {
            context.beta("mcp-client-2025-04-04");
        }
        "context_management" => {
            context.beta("context-management-2025-06-27");
            if contains(raw, "\"compact_") {
                context.beta("compact-2026-01-12");
            }
        }
        "container" if Members::read(raw).is_some_and(|container| container.get("skills").is_some()) => {
            context.beta("skills-2025-10-02");
        }
        "speed" if raw == "\"fast\"" => context.beta("fast-mode-2026-02-01"),
        "output_format" => context.beta("structured-outputs-2025-11-13"),
        _ => {}
    }
}
