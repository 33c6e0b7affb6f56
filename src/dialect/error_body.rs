//! Reads error bodies of OpenAI's shape and its many neighbours, and writes the ones callers get.
//!
//! Structured codes are believed first, the status second, text last; and texts that say "the prompt is
//! too long" only under a status that can mean it, so that an echoed prompt cannot spoof a class.

mod class;
mod retry;
mod shape;
mod wording;

use serde_json::Value;

use crate::base::json::{Members, quoted_text, value};
use crate::error::{ErrorHint, Fault, FaultKind};

use shape::Said;

/// Reads a body. `status` is `None` for an error inside a 200 or a stream. Nothing is
/// redacted or cut yet: half a key is not recognised any more.
#[must_use]
pub fn read(status: Option<u16>, body: &[u8]) -> ErrorHint {
    hint_of(status, said(status, body))
}

/// What a body says. A byte order mark is no part of it.
fn said(status: Option<u16>, body: &[u8]) -> Said {
    let body = body.strip_prefix(MARK).unwrap_or(body);
    match value(body) {
        Some(value) => Said::read(&value),
        // Half an answer is no error: what it says is for nobody's log.
        None if is_success(status) && matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) => {
            Said::default()
        }
        None => Said::plain(body),
    }
}

const MARK: &[u8] = b"\xef\xbb\xbf";

fn is_success(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}

/// Reads the body of a refusal, whose headers may name the error (`x-amzn-errortype`).
#[must_use]
pub fn refusal(status: u16, name: Option<&str>, body: &[u8]) -> ErrorHint {
    let mut said = said(Some(status), body);
    if let Some(name) = name {
        said.name(name);
    }
    hint_of(Some(status), said)
}

/// Reads a body that is JSON; see [`read`].
#[must_use]
pub(super) fn hint(status: Option<u16>, body: &Value) -> ErrorHint {
    hint_of(status, Said::read(body))
}

/// Is a chunk without choices an error? MiniMax says so in `base_resp`, and vLLM beside the message.
pub(super) fn is_told(chunk: &Members<'_>) -> bool {
    let is_failed = |told: Members<'_>| told.count("status_code").is_some_and(|code| code != 0);
    let is_error = chunk.get("error").is_some() || chunk.word("object") == "error";
    is_error || chunk.object("base_resp").is_some_and(is_failed)
}

/// The fault of a whole 2xx body that is no answer: the error that it tells of in whatever shape, else what it lacks.
pub(super) fn in_place(body: &[u8], lacks: &str) -> Fault {
    let Some(body) = value(body.strip_prefix(MARK).unwrap_or(body)) else {
        return Fault::new(FaultKind::BadReply, lacks);
    };
    let mut hint = hint(None, &body);
    // What is not known for an error may be anything.
    if hint.kind.is_none() && body.get("error").is_none_or(Value::is_null) {
        hint.message = Some(match hint.message {
            Some(said) => [lacks, ": ", &said].concat().into(),
            None => lacks.into(),
        });
    }
    in_disguise(hint)
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
        retry_after_ms: hint.retry_after_ms,
        is_of_model: hint.is_of_model,
        ..Fault::new(hint.kind.unwrap_or(FaultKind::BadReply), message)
    }
}

fn hint_of(status: Option<u16>, said: Said) -> ErrorHint {
    let text = said.message.as_deref().map(wording::folded).unwrap_or_default();
    let kind = class::kind(status, &said, &text);
    // What is used up for long comes back later than a body says that it is looked at anew.
    let may_wait = match kind.or_else(|| status.map(FaultKind::of_status)) {
        Some(FaultKind::Quota) | None => false,
        Some(kind) => kind.verdicts().retry,
    };
    let wait = || said.retry_after_ms.or_else(|| retry::sentence(&text));
    ErrorHint {
        kind,
        retry_after_ms: if may_wait { wait() } else { None },
        message: said.message.map(Into::into),
        code: said.code.map(Into::into),
        wire_type: said.wire_type.map(Into::into),
        param: said.param.map(Into::into),
        inner: said.inner.map(Into::into),
        is_of_model: said.is_of_model,
    }
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
        assert_eq!(kind_of(429, &body("rate_limit_exceeded")), Some(FaultKind::RateLimit));
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
        assert_eq!(limit("ramp_limit_exceeded").kind, Some(FaultKind::RateLimit));
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
    fn googles_statuses_are_known() {
        let read = |status: Option<u16>, name: &str, message: &str, details: &str| {
            let code = status.unwrap_or(503);
            let body = format!(
                r#"{{"error":{{"code":{code},"message":"{message}","status":"{name}","details":{details}}}}}"#
            );
            let hint = read(status, body.as_bytes());
            assert_eq!((hint.code.as_deref(), hint.wire_type.as_deref()), (None, Some(name)));
            (hint.kind, hint.retry_after_ms)
        };
        let info = r#"[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]"#;
        let delay = r#"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.074824224s"}"#;
        let quota = |id: &str| {
            let quota = r#"{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"},{"quotaId":""#;
            format!(r#"[{quota}{id}"}}]}},{delay}]"#)
        };
        let (long, refused) =
            ("The input token count (12) exceeds the maximum number of tokens allowed (9).", "no");
        for (status, name, message, details, kind, wait) in [
            (Some(400), "INVALID_ARGUMENT", "API key not valid.", info, Some(FaultKind::Auth), None),
            (Some(400), "INVALID_ARGUMENT", refused, "[]", None, None),
            (Some(400), "INVALID_ARGUMENT", long, "[]", Some(FaultKind::ContextWindow), None),
            (Some(400), "FAILED_PRECONDITION", refused, "[]", Some(FaultKind::PermissionDenied), None),
            (
                Some(429),
                "RESOURCE_EXHAUSTED",
                refused,
                &quota("PerMinute"),
                Some(FaultKind::RateLimit),
                Some(34_075),
            ),
            (
                Some(429),
                "RESOURCE_EXHAUSTED",
                refused,
                &quota("RequestsPerDayPerModel"),
                Some(FaultKind::Quota),
                None,
            ),
            (Some(499), "CANCELLED", refused, "[]", None, None),
            (Some(503), "UNAVAILABLE", refused, "[]", Some(FaultKind::Overloaded), None),
            (None, "UNAVAILABLE", refused, "[]", Some(FaultKind::Overloaded), None),
        ] {
            assert_eq!(read(status, name, message, details), (kind, wait), "{name} {message}");
        }
    }

    #[test]
    fn a_body_in_place_of_an_answer_tells_what_it_has_to_tell() {
        for (body, kind, message) in [
            (r#"{"error":"no"}"#, FaultKind::BadReply, "no"),
            (r#"{"error":null,"message":"no"}"#, FaultKind::BadReply, "lacks: no"),
            (r#"{"detail":[{"loc":["body"],"msg":"no"}]}"#, FaultKind::BadReply, "lacks: no"),
            (r#"{"errors":["no"]}"#, FaultKind::BadReply, "lacks: no"),
            (r#"{"code":1302,"msg":"no","success":false}"#, FaultKind::RateLimit, "no"),
            (r#"{"title":"Too Many","status":429,"detail":"no"}"#, FaultKind::RateLimit, "no"),
            (r#"[{"error":{"status":"UNAVAILABLE","message":"no"}}]"#, FaultKind::Overloaded, "no"),
            (r#""no""#, FaultKind::BadReply, "lacks: no"),
            // An answer in words of somebody else's, and none at all.
            (
                r#"{"message":{"role":"assistant","content":"a secret"},"done":true}"#,
                FaultKind::BadReply,
                "lacks",
            ),
            (
                r#"{"type":"message","content":[{"type":"text","text":"a secret"}]}"#,
                FaultKind::BadReply,
                "lacks",
            ),
            ("{}", FaultKind::BadReply, "lacks"),
            ("null", FaultKind::BadReply, "lacks"),
            (r#"{"choi"#, FaultKind::BadReply, "lacks"),
        ] {
            let fault = in_place(body.as_bytes(), "lacks");
            assert_eq!((fault.kind, &*fault.message), (kind, message), "{body}");
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
        assert_eq!(read(Some(400), b"\xef\xbb\xbf{\"error\":\"no\"}").message.as_deref(), Some("no"));
        assert_eq!(read(Some(200), br#"{"choices":[{"message":{"content":"a secr"#).message, None);
        assert_eq!(read(Some(500), b"{no").message.as_deref(), Some("{no"));
    }
}
