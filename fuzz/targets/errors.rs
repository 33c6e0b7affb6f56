//! Error bodies: whatever a provider says becomes a class, a message without keys, and an error that a caller can read.

use serde_json::Value;
use switchman::config::Secret;
use switchman::dialect::{caller_error, read_error, redact_fault, refusal};
use switchman::error::{ErrorHint, Fault, FaultKind, MAX_MESSAGE};

const STATUSES: [Option<u16>; 5] = [None, Some(400), Some(403), Some(429), Some(500)];

pub(crate) fn run(bytes: &[u8]) -> bool {
    let mut hints = STATUSES.map(|status| read_error(status, bytes)).to_vec();
    hints.push(refusal(429, Some("ThrottlingException:http://x"), bytes));
    hints.dedup();
    hints.iter().for_each(error);
    hints.iter().any(|hint| *hint != ErrorHint::default())
}

fn error(hint: &ErrorHint) {
    let hint = hint.clone();
    let fault = Fault {
        code: hint.code,
        wire_type: hint.wire_type,
        param: hint.param,
        inner: hint.inner,
        retry_after_ms: hint.retry_after_ms,
        ..Fault::new(hint.kind.unwrap_or(FaultKind::BadReply), hint.message.unwrap_or_default())
    };
    let secret = Secret::new("hunter2");
    let clean = redact_fault(fault, std::iter::once(&secret));
    assert!(clean.message.len() <= MAX_MESSAGE, "{} bytes", clean.message.len());
    let told = caller_error(&clean);
    assert!(!told.contains("hunter2"), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert!(told["error"]["message"].is_string() && told["error"]["type"].is_string(), "{told}");
}
