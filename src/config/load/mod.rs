//! From LiteLLM-shaped JSON to a [`RouterConfig`], or to everything that is wrong with it.
//!
//! Takes a router's arguments at the top level, or a whole `config.yaml` as an object; with both, arguments
//! beat `router_settings`, which beats `litellm_settings`. Deliberate differences to LiteLLM: mistakes are
//! found here and not at the first call, all at once; an id holds no secret; duplicate ids, circles of
//! aliases and fallbacks to nowhere are mistakes; a key of the environment goes to its own provider only.
//!
//! Not here: what the options mean (`policy`, `fallback`, `deployment`), and the options of one call (`options`).

mod address;
pub(super) mod affinity;
mod aliases;
mod budget;
pub(super) mod caching;
mod callbacks;
mod conditional;
mod defaults;
mod edit;
mod entry;
mod env;
mod error_rules;
mod experiments;
mod facts;
pub(super) mod fallbacks;
mod files;
pub(super) mod filter;
pub(super) mod hints;
mod host;
mod keys;
mod limits;
pub(super) mod members;
pub(super) mod mock;
mod models;
mod params;
pub(super) mod policies;
mod pools;
mod price;
pub(super) mod problems;
pub(super) mod read;
pub(super) mod scopes;
mod secrets;
pub(super) mod settings;
mod silent;
pub(super) mod strategy;
pub(super) mod streams;
mod target;

use serde_json::Value;

use super::{Callbacks, RouterConfig};
pub use edit::{check_settings, ids_of, settings};
use env::Environment;
use fallbacks::Book;
pub use problems::{Notice, Problem};
use problems::{Path, Report};
use read::{Reader, kind_of};
use scopes::Scopes;

/// A config that was accepted.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The config itself.
    pub config: RouterConfig,
    /// Whom the facade tells of calls.
    pub callbacks: Callbacks,
    /// Options that were accepted and have no effect, or another one than their writer may expect.
    pub notices: Vec<Notice>,
}

/// Reads a config.
///
/// `config` is the first argument of the router's constructor and `host` the second, without its functions
/// (`null` if there is none). `env` answers the host's environment variables, for `os.environ/NAME` values
/// and for the keys of providers that the config gives none for; the config's `environment_variables` win.
///
/// # Errors
/// Every mistake at once, each with its place. No message holds a credential.
pub fn load(
    config: &Value,
    host: &Value,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded, Vec<Problem>> {
    let Value::Object(top) = config else {
        let message = format!("expected an object, got {}", kind_of(config));
        return Err(vec![Problem { path: "config".to_owned(), message }]);
    };
    let mut report = Report::default();
    let environment = Environment::new(top.get("environment_variables"), env, &mut report);
    let mut reader = Reader::with_env(report, &environment);
    let reader = &mut reader;
    let settings = Scopes::of_settings(reader, top);
    proxy_settings(reader, top.get("general_settings"));

    let mut defaults = defaults::defaults(reader, &settings);
    defaults.host_gives_tokens = host.get("getToken").and_then(Value::as_bool).unwrap_or(false);
    let policy = settings::policy(reader, &settings, defaults.timeouts);
    let callbacks = callbacks::callbacks(reader, &settings);
    let files = files::files(reader, &settings);
    let mut caching = caching::caching(reader, &settings);
    let skip = settings.pick(reader, "ignore_invalid_deployments", Reader::flag).unwrap_or(false);
    let mut models = models::models(reader, top.get("model_list"), &defaults, skip);
    // Without a single group every name would be unknown, which says nothing new.
    if !models.config.groups.is_empty() {
        let pools = pools::declare(reader, &settings, &mut models);
        aliases::aliases(reader, &settings, &mut models);
        pools::fill(reader, &settings, &pools, &mut models, &policy);
        affinity::of_groups(reader, &settings, &mut models);
        policies::group_policies(reader, &settings, &mut models);
        caching.groups = caching::groups(reader, &settings, &mut models);
        experiments::experiments(reader, &settings, &mut models);
        silent::check(reader, &mut models);
        models.config.rules = conditional::rules(reader, &settings, &mut models);
        fallbacks::keep_named(&settings, &mut models.config);
        let book = Book { config: &models.config, doomed: &models.doomed };
        models.config.fallbacks = fallbacks::table(reader, &settings, &book);
    }
    budget::budgets(reader, &settings, &mut models.config);
    let is_empty = top.get("model_list").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let host = host::host(reader, host, &mut models.config, is_empty);
    if !host.custom_strategy {
        strategy::needs_host(reader, &settings);
    }
    let mut config = RouterConfig { policy, caching, files, host, ..models.config };
    config.leave_out_forbidden();
    config.leave_out_variants();
    config.share_budgets();
    config.note_strategies();
    config.note_filters();
    let (problems, notices) = std::mem::take(&mut reader.report).finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Loaded { config, callbacks, notices })
}

/// `general_settings`: all of them are the proxy server's.
fn proxy_settings(reader: &mut Reader<'_>, value: Option<&Value>) {
    let at = Path::Root.key("general_settings");
    let Some(value) = value.filter(|value| !value.is_null()) else { return };
    let Some(members) = reader.object(&at, value) else { return };
    for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
        reader.without_effect(&at.key(name), name, keys::Kind::Foreign);
    }
}
