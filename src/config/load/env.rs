//! Where `os.environ/NAME` values come from.

use serde_json::Value;

use super::problems::{Path, Report};
use super::read::{Members, kind_of};
use crate::base::json::number_text;
use crate::base::text::contains;

/// What stands before the name of a variable.
pub(super) const REFERENCE: &str = "os.environ/";

/// The host's environment under the config's own `environment_variables`, which win, as in LiteLLM.
pub(super) struct Environment<'a> {
    host: &'a dyn Fn(&str) -> Option<String>,
    /// Texts by name.
    own: Members,
}

impl<'a> Environment<'a> {
    pub(super) fn new(
        own: Option<&Value>,
        host: &'a dyn Fn(&str) -> Option<String>,
        report: &mut Report,
    ) -> Self {
        let at = Path::Root.key("environment_variables");
        let mut environment = Self { host, own: Members::new() };
        let members = match own {
            None | Some(Value::Null) => return environment,
            Some(Value::Object(members)) => members,
            Some(other) => {
                report.problem(&at, format!("expected an object, got {}", kind_of(other)));
                return environment;
            }
        };
        for (name, value) in members {
            let text = match value {
                Value::Null => None,
                Value::String(text) => match text.strip_prefix(REFERENCE) {
                    // LiteLLM leaves a variable unset whose source is: so does this.
                    Some(source) => host(source),
                    None => Some(text.clone()),
                },
                Value::Bool(flag) => Some(flag.to_string()),
                Value::Number(number) => Some(number_text(number)),
                Value::Array(_) | Value::Object(_) => {
                    report.problem(&at.key(name), format!("expected a string, got {}", kind_of(value)));
                    None
                }
            };
            if let Some(text) = text {
                if may_be_secret(name) {
                    report.secret(&text);
                }
                environment.own.insert(name.clone(), text.into());
            }
        }
        environment
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        let own = self.own.get(name).and_then(Value::as_str);
        own.map(str::to_owned).or_else(|| (self.host)(name))
    }
}

/// Does a name say that its value is a credential?
pub(super) fn may_be_secret(name: &str) -> bool {
    const MARKS: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "AUTH"];
    let name = name.to_ascii_uppercase();
    MARKS.iter().any(|mark| contains(&name, mark))
}
