//! What is asked of the loader when a config that is in use is to be changed: ids of a deployment that may be added, and
//! settings.

use serde_json::Value;

use super::defaults::defaults;
use super::env::Environment;
use super::keys;
use super::models::models;
use super::problems::{Path, Problem, Report};
use super::read::{LONGEST_MS, Members, Reader, kind_of};
use super::scopes::Scopes;
use crate::config::{Policy, Strategy, Timeouts};

/// What stands in front of the paths of a deployment that is not in the list yet.
const ALONE: &str = "model_list[0]";

/// The ids that a deployment would have if it were the only one of its kind; several where it lists organisations. `config`
/// is the config it may be added to, and `env` as for [`load`](super::load).
///
/// # Errors
/// Everything that is wrong with the deployment, with paths that begin with `deployment`.
pub fn ids_of(
    config: &Value,
    deployment: &Value,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<String>, Vec<Problem>> {
    let none = Members::new();
    let top = config.as_object().unwrap_or(&none);
    let mut report = Report::default();
    let environment = Environment::new(top.get("environment_variables"), env, &mut report);
    let mut reader = Reader::with_env(report, &environment);
    let settings = Scopes::of_settings(&mut reader, top);
    let mut defaults = defaults(&mut reader, &settings);
    // Whether it does is not asked here.
    defaults.host_gives_tokens = true;
    let list = Value::Array(vec![deployment.clone()]);
    let found = models(&mut reader, Some(&list), &defaults, false).config.deployments;
    let (mut problems, _) = reader.report.finish();
    for problem in &mut problems {
        if let Some(rest) = problem.path.strip_prefix(ALONE) {
            problem.path = format!("deployment{rest}");
        }
    }
    if problems.is_empty() { Ok(found.into_iter().map(|known| known.id).collect()) } else { Err(problems) }
}

/// What is wrong with the names of settings that are to be changed. Their values are looked at when the config that has
/// them is loaded.
#[must_use]
pub fn check_settings(changes: &Value) -> Vec<Problem> {
    let Value::Object(members) = changes else {
        let message = format!("expected an object, got {}", kind_of(changes));
        return vec![Problem { path: "settings".to_owned(), message }];
    };
    let mut reader = Reader::without_env();
    reader.check_keys(&Path::Root, members, &keys::ROUTER);
    reader.report.finish().0
}

/// The settings that are in use: as they are written in the config, each from the first place that has it, and those that
/// have a default as they count. Without `default_litellm_params`, which may hold credentials.
#[must_use]
pub fn settings(config: &Value, policy: &Policy) -> Members {
    let none = Members::new();
    let top = config.as_object().unwrap_or(&none);
    let mut reader = Reader::without_env();
    let scopes = Scopes::of_settings(&mut reader, top);
    let mut told = Members::new();
    for name in keys::settings().filter(|name| *name != "default_litellm_params") {
        if let Some((_, value)) = scopes.each(name).next() {
            told.insert(name.to_owned(), value.clone());
        }
    }
    let mut tell = |name: &str, value: Value| _ = told.insert(name.to_owned(), value);
    // One that is written and not carried out is not the one that counts.
    let strategy = policy.routing.strategy;
    let written = scopes.each("routing_strategy").find_map(|(_, value)| Strategy::named(value.as_str()?));
    if written != Some(strategy) {
        tell("routing_strategy", strategy.name().into());
    }
    tell("num_retries", policy.num_retries.into());
    tell("max_fallbacks", policy.max_fallbacks.into());
    tell("max_attempts", policy.max_attempts.into());
    tell("retry_after", seconds(Some(policy.retry_after_ms)));
    tell("cooldown_time", seconds(Some(policy.cooldown_ms)));
    tell("disable_cooldowns", policy.disable_cooldowns.into());
    tell("drop_params", policy.drop_params.into());
    let Timeouts { total_ms, stream_ms, headers_ms, first_token_ms, idle_ms, deadline_ms } = policy.timeouts;
    for (name, ms) in [
        ("timeout", total_ms),
        ("stream_timeout", stream_ms),
        ("headers_timeout", headers_ms),
        ("first_token_timeout", first_token_ms),
        ("idle_timeout", idle_ms),
        ("deadline", deadline_ms),
    ] {
        tell(name, seconds(ms));
    }
    told
}

/// Milliseconds as seconds; `null` where nothing is set, and 0 for what is kept as the longest time there is.
fn seconds(ms: Option<u64>) -> Value {
    let ms = ms.map(|ms| if ms == LONGEST_MS { 0 } else { ms });
    ms.map_or(Value::Null, |ms| (ms as f64 / 1_000.0).into())
}
