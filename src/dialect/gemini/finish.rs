//! Why a candidate ended.

use crate::dialect::Memo;
use crate::error::{Fault, FaultKind};

/// What the provider refused to go on with.
const REFUSED: &[&str] = &[
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
];

/// What the model failed at.
const FAILED: &[&str] = &[
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
];

/// OpenAI's word. `calls` are those of the caller's tools.
pub(super) fn reason(told: &str, calls: u64, memo: &Memo) -> &'static str {
    match told {
        "MAX_TOKENS" => "length",
        told if REFUSED.contains(&told) => "content_filter",
        _ if calls == 0 => "stop",
        _ if memo.is_function_call => "function_call",
        _ => "tool_calls",
    }
}

/// The fault of an answer that ended so before anything was said.
pub(super) fn fault(told: &str) -> Option<Fault> {
    if REFUSED.contains(&told) {
        Some(refused(told))
    } else if FAILED.contains(&told) {
        let message = format!("the model has said nothing: {told}");
        Some(Fault::new(FaultKind::BadReply, message))
    } else {
        None
    }
}

/// The provider has refused the content.
pub(super) fn refused(reason: &str) -> Fault {
    Fault::new(FaultKind::ContentPolicy, format!("the content was blocked by the provider: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_word() {
        let plain = Memo::default();
        for (told, word, kind) in [
            ("STOP", "stop", None),
            ("MAX_TOKENS", "length", None),
            ("SAFETY", "content_filter", Some(FaultKind::ContentPolicy)),
            ("SPII", "content_filter", Some(FaultKind::ContentPolicy)),
            ("IMAGE_SAFETY", "content_filter", Some(FaultKind::ContentPolicy)),
            ("MALFORMED_FUNCTION_CALL", "stop", Some(FaultKind::BadReply)),
            ("OTHER", "stop", None),
            ("SOMETHING_NEW", "stop", None),
        ] {
            assert_eq!(
                (reason(told, 0, &plain), fault(told).map(|fault| fault.kind)),
                (word, kind),
                "{told}"
            );
        }
        assert_eq!((reason("STOP", 1, &plain), reason("MAX_TOKENS", 1, &plain)), ("tool_calls", "length"));
        let function = Memo { is_function_call: true, ..Memo::default() };
        assert_eq!(reason("STOP", 2, &function), "function_call");
    }
}
