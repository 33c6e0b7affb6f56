//! Configs and the options of calls: what is accepted holds together, and what is not is told.

#[path = "../../tests/config/whole.rs"]
mod whole;

use serde_json::Value;
use switchman::config::{CallOptions, RouterConfig, check_settings, load};
use whole::assert_whole;

/// A config with the host's words beside it (`{"config":…,"host":…}`), or one alone, or a call's options.
pub(crate) fn run(bytes: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return false };
    let (config, host) = match (value.get("config"), value.get("host")) {
        (Some(config), Some(host)) => (config, host),
        _ => (&value, &Value::Null),
    };
    let environment = |name: &str| name.contains('A').then(|| "7".to_owned());
    let loaded = load(config, host, &environment);
    match &loaded {
        Ok(loaded) => assert_whole(&loaded.config),
        Err(problems) => assert!(!problems.is_empty()),
    }
    let _ = check_settings(&value);
    let options = CallOptions::parse(&small(), &value);
    assert!(options.as_ref().err().is_none_or(|problems| !problems.is_empty()));
    loaded.is_ok() || options.is_ok()
}

/// A config with something of everything that is kept of what was learnt.
pub(crate) fn small() -> RouterConfig {
    thread_local! {
        static SMALL: RouterConfig = {
            let written: Value = serde_json::from_str(include_str!("../small.json")).expect("it is JSON");
            load(&written, &Value::Null, &|_| None).expect("a plain config").config
        };
    }
    SMALL.with(RouterConfig::clone)
}
