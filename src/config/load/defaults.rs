//! `default_litellm_params`: what every deployment is given that says nothing else.

use super::keys::{self, Kind};
use super::params::{Extras, extras};
use super::price::rates;
use super::problems::quote;
use super::read::Reader;
use super::scopes::Scopes;
use super::settings::timeouts;
use crate::config::Timeouts;
use crate::price::{Price, Rate};

/// What the defaults hold.
#[derive(Default)]
pub(super) struct Defaults {
    pub(super) extras: Extras,
    pub(super) timeouts: Timeouts,
    pub(super) price: Price,
    /// Does the host have a `getToken`?
    pub(super) host_gives_tokens: bool,
}

/// Reads the defaults. What can only belong to one deployment (its model, its key, its weight) is a problem.
pub(super) fn defaults(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> Defaults {
    settings
        .pick(reader, "default_litellm_params", |reader, at, value| {
            let members = reader.object(at, value)?;
            for (name, value) in members {
                let is_own = keys::PARAMS.kind(name) == Some(Kind::Used) && !is_common(name);
                if is_own && !value.is_null() {
                    let name_shown = quote(name);
                    reader.problem(
                        &at.key(name),
                        format!("{name_shown} must be given to each deployment that needs it"),
                    );
                }
            }
            let extras = extras(reader, at, members);
            let timeouts = timeouts(reader, &Scopes::new([(*at, members)]));
            let mut price = Price::default();
            rates(reader, at, members, &mut price);
            Some(Defaults { extras, timeouts, price, host_gives_tokens: false })
        })
        .unwrap_or_default()
}

/// May an option of a deployment be given to all of them at once?
fn is_common(name: &str) -> bool {
    const COMMON: [&str; 12] = [
        "timeout",
        "stream_timeout",
        "request_timeout",
        "headers_timeout",
        "first_token_timeout",
        "idle_timeout",
        "deadline",
        "extra_headers",
        "headers",
        "extra_body",
        "tiered_pricing",
        "search_context_cost_per_query",
    ];
    COMMON.contains(&name) || Rate::parse(name).is_some()
}
