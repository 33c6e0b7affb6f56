//! `success_callback`, `failure_callback`, `callbacks` and `turn_off_message_logging`, and the variables of the environment
//! that a callback's service is reached by.
//!
//! Deliberate differences to LiteLLM: a callback that is not there, and one whose variables are not set, is told in a notice
//! at once, and fails no call; `otel` without an endpoint prints nothing.

use serde_json::Value;

use super::env::may_be_secret;
use super::hints::{Reach, hint};
use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::callbacks::{Callbacks, Exporter};
use crate::config::secret::Secret;

/// A service that can be told of calls.
struct Known {
    /// What it may be called in a config; the first is its own name.
    words: &'static str,
    /// The variables that it needs; of those with a bar between them, one.
    needs: &'static str,
    /// Those that it has a default for.
    reads: &'static str,
}

/// Every one. `js/callbacks/outlets.js` has the same names.
const KNOWN: [Known; 3] = [
    Known {
        words: "otel",
        needs: "OTEL_EXPORTER_OTLP_ENDPOINT|OTEL_EXPORTER_OTLP_TRACES_ENDPOINT|OTEL_EXPORTER_OTLP_METRICS_ENDPOINT|\
            OTEL_ENDPOINT",
        reads: "OTEL_EXPORTER_OTLP_HEADERS OTEL_EXPORTER_OTLP_TRACES_HEADERS OTEL_EXPORTER_OTLP_METRICS_HEADERS \
            OTEL_HEADERS OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES OTEL_SDK_DISABLED OTEL_TRACES_EXPORTER \
            OTEL_METRICS_EXPORTER OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    },
    Known {
        words: "langfuse langfuse_otel",
        needs: "LANGFUSE_PUBLIC_KEY LANGFUSE_SECRET_KEY",
        reads: "LANGFUSE_HOST LANGFUSE_BASE_URL LANGFUSE_OTEL_HOST LANGFUSE_TRACING_ENVIRONMENT LANGFUSE_RELEASE",
    },
    Known { words: "helicone", needs: "HELICONE_API_KEY", reads: "HELICONE_API_BASE" },
];

/// What each option tells of: answers, failures.
const OPTIONS: [(&str, bool, bool); 3] =
    [("success_callback", true, false), ("failure_callback", false, true), ("callbacks", true, true)];

/// Reads the callbacks.
pub(super) fn callbacks(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> Callbacks {
    let mut exporters: Vec<Exporter> = Vec::new();
    for (option, on_success, on_failure) in OPTIONS {
        for known in settings.pick(reader, option, named).unwrap_or_default() {
            let name = known.name();
            if !exporters.iter().any(|exporter| exporter.name == name) {
                let variables = known.variables(reader);
                exporters.push(Exporter { name, on_success: false, on_failure: false, variables });
            }
            for exporter in exporters.iter_mut().filter(|exporter| exporter.name == name) {
                exporter.on_success |= on_success;
                exporter.on_failure |= on_failure;
            }
        }
    }
    let content_off = settings.pick(reader, "turn_off_message_logging", Reader::flag).unwrap_or(false);
    Callbacks { exporters, content_off }
}

/// The services that an option names: a name, or a list of them.
fn named(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<&'static Known>> {
    let mut found = Vec::new();
    let mut read = |reader: &mut Reader<'_>, at: &Path<'_>, word: &str| {
        let known = KNOWN.iter().find(|known| known.words().any(|name| name == word));
        match known.map(|known| (known, known.missing(reader))) {
            Some((known, None)) => found.push(known),
            Some((_, Some(variable))) => {
                let message =
                    format!("{} is told of nothing: the environment has no {variable}", quote(word));
                reader.report.notice(at, message);
            }
            None => {
                let near = hint(word, KNOWN.iter().flat_map(Known::words), Reach::Prefixes);
                reader
                    .report
                    .notice(at, format!("there is no callback {} in this version{near}", quote(word)));
            }
        }
    };
    match value {
        Value::String(_) => {
            let word = reader.text(at, value)?;
            read(reader, at, &word);
        }
        Value::Array(_) => reader.texts(at, value, &mut read)?,
        other => {
            reader.expected("a name or a list of names", at, other);
            return None;
        }
    }
    Some(found)
}

impl Known {
    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split_ascii_whitespace()
    }

    fn name(&self) -> &'static str {
        self.words().next().unwrap_or_default()
    }

    /// The first variable that is needed and not set.
    fn missing(&self, reader: &Reader<'_>) -> Option<&'static str> {
        let is_set = |name: &str| variable(reader, name).is_some();
        let mut missing = self.needs.split_ascii_whitespace().filter(|names| !names.split('|').any(is_set));
        missing.next().and_then(|names| names.split('|').next())
    }

    /// The variables that are set.
    fn variables(&self, reader: &mut Reader<'_>) -> Vec<(&'static str, Secret)> {
        let mut variables = Vec::new();
        for name in self.needs.split([' ', '|']).chain(self.reads.split_ascii_whitespace()) {
            let Some(value) = variable(reader, name) else { continue };
            if may_be_secret(name) || name.ends_with("HEADERS") {
                reader.report.secret(&value);
            }
            variables.push((name, Secret::new(value)));
        }
        variables
    }
}

/// A variable of the environment; an empty one counts as not set.
fn variable(reader: &Reader<'_>, name: &str) -> Option<String> {
    reader.variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
