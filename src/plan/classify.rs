//! From a refused send to a fault: what the body says first, the status second.

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::error::{ErrorHint, Fault, FaultKind};

/// The fault behind a reply that is not 2xx.
#[must_use]
pub(super) fn refused(now: Millis, status: u16, headers: &Headers, hint: ErrorHint) -> Fault {
    let kind = hint.kind.unwrap_or_else(|| FaultKind::of_status(status));
    let message = hint.message.unwrap_or_else(|| match status {
        // A browser tells a program that there was a redirect, and not which.
        0 => "the provider answered with a redirect, which is refused".into(),
        300..=399 => format!("the provider answered with a redirect ({status}), which is refused").into(),
        200..=299 => format!("the provider answered with no stream (status {status})").into(),
        _ => format!("the provider answered with status {status}").into(),
    });
    // The reset tells when all is back, the body when this request has room.
    let reset = || headers.reset_ms(now).filter(|_| status == 429);
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
        is_of_model: hint.is_of_model,
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
    fn a_success_that_is_refused_is_no_stream() {
        let fault = refused(Millis(0), 200, &Headers::default(), ErrorHint::default());
        assert_eq!(fault.kind, FaultKind::BadReply);
        assert!(fault.message.contains("no stream"), "{}", fault.message);
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
}
