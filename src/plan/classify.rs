//! From a refused send to a fault: what the body says first, the status second.

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::error::{ErrorHint, Fault, FaultKind};

/// What a status means where the body says nothing more exact.
#[must_use]
pub(super) fn kind_of_status(status: u16) -> FaultKind {
    match status {
        401 => FaultKind::Auth,
        402 => FaultKind::Quota,
        403 => FaultKind::PermissionDenied,
        404 => FaultKind::NotFound,
        408 | 504 | 524 => FaultKind::Timeout,
        413 => FaultKind::TooLarge,
        429 => FaultKind::RateLimit,
        503 | 529 => FaultKind::Overloaded,
        // A conflict, or "too early": passes by itself, as OpenAI's own clients assume when they retry it.
        409 | 425 | 500..=599 => FaultKind::Unavailable,
        400..=499 => FaultKind::BadRequest,
        // A redirect is refused: it could carry the key to another origin. Anything else is no answer.
        _ => FaultKind::BadReply,
    }
}

/// The fault behind a reply that is not 2xx.
#[must_use]
pub(super) fn refused(now: Millis, status: u16, headers: &Headers, hint: ErrorHint) -> Fault {
    let kind = hint.kind.unwrap_or_else(|| kind_of_status(status));
    let message = hint.message.unwrap_or_else(|| match status {
        // A browser tells a program that there was a redirect, and not which.
        0 => "the provider answered with a redirect, which is refused".into(),
        300..=399 => format!("the provider answered with a redirect ({status}), which is refused").into(),
        _ => format!("the provider answered with status {status}").into(),
    });
    // What is used up comes back then; nothing else that is told of limits is about this refusal.
    let reset = || headers.remaining(now).filter(|_| status == 429)?.reset_ms();
    Fault {
        kind,
        status: Some(status),
        message,
        code: hint.code,
        wire_type: hint.wire_type,
        param: hint.param,
        inner: hint.inner,
        retry_after_ms: headers.retry_after_ms(now).or(hint.retry_after_ms).or_else(reset),
        should_retry: headers.should_retry(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_called_one_with_and_without_its_status() {
        let message = |status| refused(Millis(0), status, &Headers::default(), ErrorHint::default()).message;
        for status in [0, 301, 307] {
            assert!(message(status).contains("redirect"), "{status}");
        }
        assert!(!message(204).contains("redirect"));
    }

    #[test]
    fn the_body_beats_the_status() {
        let hint = ErrorHint { kind: Some(FaultKind::Quota), ..ErrorHint::default() };
        assert_eq!(refused(Millis(0), 429, &Headers::default(), hint).kind, FaultKind::Quota);
        assert_eq!(
            refused(Millis(0), 429, &Headers::default(), ErrorHint::default()).kind,
            FaultKind::RateLimit
        );
    }

    #[test]
    fn every_status_has_a_kind() {
        let cases = [
            (302, FaultKind::BadReply),
            (400, FaultKind::BadRequest),
            (401, FaultKind::Auth),
            (403, FaultKind::PermissionDenied),
            (404, FaultKind::NotFound),
            (408, FaultKind::Timeout),
            (418, FaultKind::BadRequest),
            (422, FaultKind::BadRequest),
            (500, FaultKind::Unavailable),
            (503, FaultKind::Overloaded),
            (504, FaultKind::Timeout),
            (529, FaultKind::Overloaded),
            (0, FaultKind::BadReply),
        ];
        for (status, kind) in cases {
            assert_eq!(kind_of_status(status), kind, "{status}");
        }
    }
}
