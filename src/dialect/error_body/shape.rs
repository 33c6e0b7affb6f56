//! What an error body says, whatever its shape.
//!
//! Known shapes: an `error` that is an object or a text; a flat object; FastAPI's `detail`; Cloudflare's `errors`;
//! Databricks' `error_code`; MiniMax's `base_resp`; the first item of a list of them; and what a gateway hands on of
//! another body.

use serde_json::Value;

use super::retry;
use crate::base::json::{number_text, value, written};
use crate::base::text::{contains, split};

/// How deep a message may lie in a body.
const DEEPEST: u8 = 5;

/// Where a message may stand, the best place first.
const MESSAGES: &str =
    "message Message msg error_description detail error errors error_message errorMessage status_msg title";

/// Where the names of an error may stand, its code first.
const NAMES: &str = "code error_code __type status_code type error_type status reason";

/// Where a body may repeat the status.
const STATUSES: &str = "code status status_code statusCode http_code http_status_code error_code";

/// What an error body says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
    pub(super) wire_type: Option<String>,
    pub(super) param: Option<String>,
    /// Azure's `innererror`, as JSON.
    pub(super) inner: Option<String>,
    /// Everything that may name the class.
    pub(super) names: Vec<String>,
    /// The status that the body repeats.
    pub(super) status: Option<u16>,
    pub(super) retry_after_ms: Option<u64>,
    /// Is it the quota of one model that is used up?
    pub(super) is_of_model: bool,
    /// The message of the body that a gateway hands on.
    pub(super) behind: Option<String>,
}

impl Said {
    /// A body that is no JSON; markup says nothing to a caller.
    pub(super) fn plain(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        let message = (!text.is_empty() && !text.starts_with('<')).then(|| text.to_owned());
        Self { message, ..Self::default() }
    }

    pub(super) fn read(body: &Value) -> Self {
        let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
        let (error, mark) = error(body);
        let of = |name: &str| text(error.get(name)?);
        let first = |names: &str| names.split(' ').find_map(of);
        let mut said = Self {
            message: message(error, DEEPEST).or_else(|| message(body, DEEPEST)),
            code: first("code error_code __type status_code"),
            wire_type: first("type error_type"),
            param: of("param"),
            retry_after_ms: retry::member(error).or_else(|| retry::member(body)),
            ..Self::default()
        };
        // Google's code is the number of the status, and its status the name.
        if said.wire_type.is_none() && error.get("code").is_some_and(Value::is_number) {
            said.wire_type = error.get("status").and_then(Value::as_str).map(str::to_owned);
            said.code = said.code.filter(|_| said.wire_type.is_none());
        }
        said.note(error, mark);
        said.note(body, "");
        if let Some(inner) =
            error.get("innererror").or_else(|| error.get("inner_error")).filter(|inner| inner.is_object())
        {
            said.note(inner, "");
            said.inner = String::from_utf8(written(inner)).ok();
        }
        match error.get("details") {
            Some(Value::Array(details)) => details.iter().for_each(|detail| said.detail(detail)),
            Some(details @ Value::Object(_)) => {
                said.note(details, "");
                said.code = said.code.or_else(|| text(details.get("error_code")?));
            }
            _ => {}
        }
        if let Some(metadata) = error.get("metadata") {
            said.metadata(metadata);
        }
        said
    }

    /// Takes note of a name that stands outside the body.
    pub(super) fn name(&mut self, name: &str) {
        let name = bare(name);
        self.code = self.code.take().or_else(|| Some(name.to_owned()));
        self.names.push(name.to_owned());
    }

    /// Takes note of the names in an object, and of the status that it repeats.
    fn note(&mut self, object: &Value, mark: &str) {
        let of = |name: &str| text(object.get(name)?);
        self.names.extend(NAMES.split(' ').filter_map(of).map(|name| [mark, bare(&name)].concat()));
        let status = |name: &str| of(name)?.parse().ok().filter(|status| (400..600).contains(status));
        self.status = self.status.or_else(|| STATUSES.split(' ').find_map(status));
    }

    /// One of Google's details.
    fn detail(&mut self, detail: &Value) {
        self.note(detail, "");
        self.retry_after_ms = self.retry_after_ms.or_else(|| retry::member(detail));
        for violation in detail.get("violations").and_then(Value::as_array).into_iter().flatten() {
            let quota = violation.get("quotaId").and_then(Value::as_str).filter(|id| contains(id, "PerDay"));
            if let Some(quota) = quota {
                self.names.push("PerDay".to_owned());
                self.is_of_model = contains(quota, "PerModel");
            }
        }
    }

    /// What OpenRouter says beside an error: that an input was refused, and what the provider's own body was.
    fn metadata(&mut self, metadata: &Value) {
        if metadata.get("flagged_input").is_some() {
            self.names.push("flagged_input".to_owned());
        }
        let Some(raw) = metadata.get("raw") else { return };
        let parsed = raw.as_str().and_then(|raw| value(raw.as_bytes()));
        let behind = parsed.as_ref().unwrap_or(raw);
        let (error, mark) = error(behind);
        self.note(error, mark);
        self.behind = message(error, DEEPEST);
        if let (Some(message), Some(behind)) = (&mut self.message, &self.behind) {
            message.push_str(": ");
            message.push_str(behind);
        }
    }
}

/// The object that tells of the error, and what is put before its names: numbers mean one thing here and another there.
fn error(body: &Value) -> (&Value, &'static str) {
    let is_object = |value: &&Value| value.is_object();
    let object = |name: &str| body.get(name).filter(is_object);
    if let Some(error) = object("error") {
        return (error, "");
    }
    if let Some(error) = body.get("errors").and_then(|list| list.get(0)).filter(is_object) {
        return (error, "errors.");
    }
    object("base_resp").map_or_else(|| (object("detail").unwrap_or(body), ""), |error| (error, "base_resp."))
}

fn message(value: &Value, depth: u8) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(list) => message(list.first()?, depth),
        Value::Object(_) => MESSAGES.split(' ').find_map(|name| message(value.get(name)?, depth)),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number_text(number)),
        _ => None,
    }
}

/// The name in `com.amazon.coral.service#ThrottlingException:http://…`.
fn bare(name: &str) -> &str {
    let name = split(name, ":").map_or(name, |(name, _)| name);
    split(name, "#").map_or(name, |(_, name)| name)
}
