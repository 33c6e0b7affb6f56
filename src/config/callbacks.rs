//! Whom the config's callbacks tell of calls: data for the facade, which tells them.

use super::secret::Secret;

/// The callbacks of a config.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callbacks {
    /// Those that are known and have what they need, each once.
    pub exporters: Vec<Exporter>,
    /// `turn_off_message_logging`: no prompt and no answer is recorded, whatever the host says. Default false.
    pub content_off: bool,
}

/// One service that is told of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exporter {
    /// Its first name, which the facade knows it by.
    pub name: &'static str,
    /// Is it told of calls that were answered?
    pub on_success: bool,
    /// Is it told of calls that failed, or were given up?
    pub on_failure: bool,
    /// What the environment says about it, by the names of variables; those that are not set are not there.
    pub variables: Vec<(&'static str, Secret)>,
}
