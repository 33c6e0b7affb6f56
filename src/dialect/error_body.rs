//! Reads error bodies of OpenAI's shape and its many neighbours, and writes the ones callers get.
//!
//! Structured codes are believed first, the status second, text last; and texts that say "the prompt is
//! too long" only under a status that can mean it, so that an echoed prompt cannot spoof a class.

use serde_json::Value;

use crate::base::json::{number_text, quoted_text, value, written};
use crate::base::text::contains;
use crate::error::{ErrorHint, Fault, FaultKind};

/// What an error body says, whatever its shape.
#[derive(Default)]
struct Said {
    message: Option<String>,
    code: Option<String>,
    wire_type: Option<String>,
    param: Option<String>,
    inner: Option<String>,
}

/// Reads a body. `status` is `None` for an error inside a 200 or a stream. Nothing is
/// redacted or cut yet: half a key is not recognised any more.
#[must_use]
pub fn read(status: Option<u16>, body: &[u8]) -> ErrorHint {
    match value(body) {
        Some(value) => hint(status, &value),
        None => hint_of(status, Said { message: plain_text(body), ..Said::default() }),
    }
}

/// Reads a body that is JSON; see [`read`].
#[must_use]
pub(super) fn hint(status: Option<u16>, body: &Value) -> ErrorHint {
    hint_of(status, said(body))
}

/// An error object inside a 200 or a stream.
pub(super) fn in_disguise(hint: ErrorHint) -> Fault {
    let message =
        hint.message.unwrap_or_else(|| "the provider answered with an error in place of an answer".into());
    Fault {
        code: hint.code,
        wire_type: hint.wire_type,
        param: hint.param,
        inner: hint.inner,
        ..Fault::new(hint.kind.unwrap_or(FaultKind::BadReply), message)
    }
}

fn hint_of(status: Option<u16>, said: Said) -> ErrorHint {
    ErrorHint {
        kind: kind(status, &said),
        message: said.message.map(Into::into),
        code: said.code.map(Into::into),
        wire_type: said.wire_type.map(Into::into),
        param: said.param.map(Into::into),
        inner: said.inner.map(Into::into),
        retry_after_ms: None,
    }
}

fn said(value: &Value) -> Said {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number_text(number)),
        _ => None,
    };
    // Some providers wrap the object in an array of one.
    let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let inner = match value.get("error") {
        Some(Value::String(message)) => {
            return Said { message: Some(message.clone()), code: text(value.get("code")), ..Said::default() };
        }
        Some(object @ Value::Object(_)) => object,
        _ => value.get("errors").and_then(Value::as_array).and_then(|list| list.first()).unwrap_or(value),
    };
    let message =
        ["message", "Message", "detail", "error_message"].iter().find_map(|name| text(inner.get(*name)));
    let validation =
        || inner.get("detail").and_then(Value::as_array)?.first()?.get("msg")?.as_str().map(str::to_owned);
    let innermost =
        inner.get("innererror").or_else(|| inner.get("inner_error")).filter(|inner| inner.is_object());
    Said {
        message: message.or_else(validation),
        code: text(inner.get("code"))
            .or_else(|| text(inner.get("error_code")))
            .or_else(|| text(inner.get("details").and_then(|details| details.get("error_code")))),
        wire_type: text(inner.get("type")),
        param: text(inner.get("param")),
        inner: innermost.map(|inner| String::from_utf8(written(inner)).unwrap_or_default()),
    }
}

/// The class that the body tells; `None` leaves it to the status.
fn kind(status: Option<u16>, said: &Said) -> Option<FaultKind> {
    let names = [said.code.as_deref(), said.wire_type.as_deref()];
    let is = |known: &[&str]| names.iter().flatten().any(|name| known.contains(name));
    let may_be = |known: &[u16]| status.is_none_or(|status| known.contains(&status));
    if may_be(&[400, 413, 422]) {
        if is(&["context_length_exceeded"]) {
            return Some(FaultKind::ContextWindow);
        }
        let is_refused = |said: &str| contains(said, "ResponsibleAIPolicyViolation");
        if is(&["content_policy_violation", "content_filter", "moderation_blocked"])
            || said.inner.as_deref().is_some_and(is_refused)
        {
            return Some(FaultKind::ContentPolicy);
        }
    }
    let is_quota = is(&[
        "insufficient_quota",
        "credit_balance_exhausted",
        "billing_error",
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
    ]);
    if is_quota && may_be(&[400, 402, 403, 429]) {
        return Some(FaultKind::Quota);
    }
    if status.is_none() || status == Some(200) {
        let rows: [(&[&str], FaultKind); 8] = [
            (&["rate_limit_exceeded", "rate_limit_error", "429"], FaultKind::RateLimit),
            (&["overloaded_error", "server_is_overloaded", "503", "529"], FaultKind::Overloaded),
            (&["invalid_api_key", "authentication_error", "401"], FaultKind::Auth),
            (&["permission_error", "403"], FaultKind::PermissionDenied),
            (&["model_not_found", "not_found_error", "404"], FaultKind::NotFound),
            (&["timeout_error", "408", "504"], FaultKind::Timeout),
            (&["request_too_large", "413"], FaultKind::TooLarge),
            (&["server_error", "internal_server_error", "api_error", "500", "502"], FaultKind::Unavailable),
        ];
        if let Some((_, kind)) = rows.into_iter().find(|(names, _)| is(names)) {
            return Some(kind);
        }
        if is(&["invalid_request_error"]) {
            return Some(by_text(said).unwrap_or(FaultKind::BadRequest));
        }
    }
    if may_be(&[400, 413, 422]) { by_text(said) } else { None }
}

/// Wordings that mean a class where no code says so. Lower case.
fn by_text(said: &Said) -> Option<FaultKind> {
    const TOO_LONG: &[&str] = &[
        "maximum context length is",
        "maximum context limit",
        "prompt is too long",
        "exceed context limit",
        "longer than the model's context length",
        "exceeds the available context size",
        "input tokens exceed the configured limit",
        "too many input tokens",
    ];
    const REFUSED: &[&str] = &[
        "violating our usage policy",
        "safety system",
        "content management policy",
        "content filtering policy",
    ];
    const BILLED: &[&str] = &["credit balance is too low", "reached your specified api usage limits"];
    if said.code.as_deref() == Some("string_above_max_length") {
        return None;
    }
    let text = said.message.as_deref()?.to_ascii_lowercase();
    let has = |known: &[&str]| known.iter().any(|wording| contains(&text, wording));
    if has(TOO_LONG) {
        Some(FaultKind::ContextWindow)
    } else if has(REFUSED) {
        Some(FaultKind::ContentPolicy)
    } else if has(BILLED) {
        Some(FaultKind::Quota)
    } else {
        None
    }
}

/// A body that is no JSON; markup says nothing to a caller.
fn plain_text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    (!text.is_empty() && !text.starts_with('<')).then(|| text.to_owned())
}

/// What a caller over `fetch` reads, in OpenAI's shape: the provider's own words where it gave them.
#[must_use]
pub fn caller_error(fault: &Fault) -> String {
    let message = quoted_text(&fault.message);
    let wire_type = quoted_text(fault.wire_type.as_deref().unwrap_or(fault.kind.wire_type()));
    let param = fault.param.as_deref().map_or_else(|| "null".to_owned(), quoted_text);
    let code = quoted_text(fault.code.as_deref().unwrap_or(fault.kind.code()));
    let inner = fault.inner.as_deref().map(|inner| format!(r#","innererror":{inner}"#)).unwrap_or_default();
    format!(r#"{{"error":{{"message":{message},"type":{wire_type},"param":{param},"code":{code}{inner}}}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(status: u16, body: &str) -> Option<FaultKind> {
        read(Some(status), body.as_bytes()).kind
    }

    #[test]
    fn codes_are_believed_first() {
        let body =
            |code: &str| format!(r#"{{"error":{{"message":"m","type":"t","param":null,"code":"{code}"}}}}"#);
        assert_eq!(kind_of(400, &body("context_length_exceeded")), Some(FaultKind::ContextWindow));
        assert_eq!(kind_of(400, &body("content_filter")), Some(FaultKind::ContentPolicy));
        assert_eq!(kind_of(429, &body("insufficient_quota")), Some(FaultKind::Quota));
        assert_eq!(kind_of(429, &body("rate_limit_exceeded")), None);
        assert_eq!(kind_of(500, &body("context_length_exceeded")), None);
        assert_eq!(kind_of(200, &body("rate_limit_exceeded")), Some(FaultKind::RateLimit));
    }

    #[test]
    fn a_type_stands_for_the_status_where_there_is_none() {
        let kind = |name: &str| {
            let body = format!(r#"{{"type":"error","error":{{"type":"{name}","message":"m"}}}}"#);
            read(None, body.as_bytes()).kind
        };
        for (name, expected) in [
            ("overloaded_error", FaultKind::Overloaded),
            ("api_error", FaultKind::Unavailable),
            ("rate_limit_error", FaultKind::RateLimit),
            ("authentication_error", FaultKind::Auth),
            ("billing_error", FaultKind::Quota),
            ("permission_error", FaultKind::PermissionDenied),
            ("not_found_error", FaultKind::NotFound),
            ("timeout_error", FaultKind::Timeout),
            ("invalid_request_error", FaultKind::BadRequest),
        ] {
            assert_eq!(kind(name), Some(expected), "{name}");
        }
        assert_eq!(kind("brand_new_error"), None);
    }

    #[test]
    fn an_echoed_prompt_cannot_spoof_a_class() {
        let text = r#"{"error":{"message":"you said: This model's maximum context length is 1"}}"#;
        assert_eq!(kind_of(400, text), Some(FaultKind::ContextWindow));
        assert_eq!(kind_of(500, text), None);
        assert_eq!(kind_of(429, text), None);
    }

    #[test]
    fn anthropics_types_and_wordings_are_known() {
        let body = |wire_type: &str, message: &str| {
            format!(
                r#"{{"type":"error","error":{{"type":"{wire_type}","message":"{message}"}},"request_id":"r"}}"#
            )
        };
        let invalid = |message: &str| kind_of(400, &body("invalid_request_error", message));
        for (message, kind) in [
            ("prompt is too long: 210000 tokens > 200000 maximum", Some(FaultKind::ContextWindow)),
            ("input length and `max_tokens` exceed context limit: 1 + 2 > 3", Some(FaultKind::ContextWindow)),
            ("Output blocked by content filtering policy", Some(FaultKind::ContentPolicy)),
            ("Your credit balance is too low to access the Anthropic API.", Some(FaultKind::Quota)),
            ("You have reached your specified API usage limits.", Some(FaultKind::Quota)),
            ("max_tokens: Field required", None),
        ] {
            assert_eq!(invalid(message), kind, "{message}");
        }
        assert_eq!(kind_of(402, &body("billing_error", "m")), Some(FaultKind::Quota));
        let limit = |code: &str| {
            let error =
                format!(r#"{{"type":"rate_limit_error","message":"m","details":{{"error_code":"{code}"}}}}"#);
            read(Some(429), format!(r#"{{"type":"error","error":{error}}}"#).as_bytes())
        };
        assert_eq!(limit("enforced_spend_limit_reached").kind, Some(FaultKind::Quota));
        assert_eq!(limit("ramp_limit_exceeded").kind, None);
        assert_eq!(limit("ramp_limit_exceeded").code.as_deref(), Some("ramp_limit_exceeded"));
        // Inside a stream no status tells.
        for (wire_type, kind) in [
            ("overloaded_error", FaultKind::Overloaded),
            ("rate_limit_error", FaultKind::RateLimit),
            ("api_error", FaultKind::Unavailable),
            ("timeout_error", FaultKind::Timeout),
            ("not_found_error", FaultKind::NotFound),
            ("authentication_error", FaultKind::Auth),
            ("permission_error", FaultKind::PermissionDenied),
            ("billing_error", FaultKind::Quota),
            ("request_too_large", FaultKind::TooLarge),
            ("invalid_request_error", FaultKind::BadRequest),
        ] {
            assert_eq!(read(None, body(wire_type, "m").as_bytes()).kind, Some(kind), "{wire_type}");
        }
    }

    #[test]
    fn every_shape_gives_its_message() {
        let shapes = [
            r#"{"error":{"message":"no"}}"#,
            r#"{"error":"no","code":"x"}"#,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"no"}}"#,
            r#"{"message":"no","type":"t"}"#,
            r#"{"Message":"no"}"#,
            r#"{"detail":"no"}"#,
            r#"{"detail":[{"loc":["body"],"msg":"no"}]}"#,
            r#"{"errors":[{"code":1,"message":"no"}]}"#,
            r#"[{"error":{"message":"no"}}]"#,
            "no",
        ];
        for shape in shapes {
            assert_eq!(read(Some(400), shape.as_bytes()).message.as_deref(), Some("no"), "{shape}");
        }
        assert_eq!(read(Some(500), b"<html><body>oops</body></html>").message, None);
        assert_eq!(read(Some(500), b""), ErrorHint::default());
    }
}
