//! Whatever an error body holds, reading it answers; and what a caller wrote does not decide what it is.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::dialect::{read_error, refusal};
use switchman::error::{Blame, FaultKind};

/// Words that mean something in an error body.
const WORDS: &[&str] = &[
    "error",
    "errors",
    "message",
    "Message",
    "detail",
    "details",
    "code",
    "error_code",
    "type",
    "status",
    "param",
    "base_resp",
    "status_code",
    "status_msg",
    "metadata",
    "raw",
    "innererror",
    "violations",
    "quotaId",
    "PerDayPerModel",
    "retryDelay",
    "34.5s",
    "retry_after",
    "reason",
    "__type",
    "429",
    "400",
    "insufficient_quota",
    "rate_limit_error",
    "prompt is too long",
    "try again in 1.5s",
    "#:",
    "*",
    "",
];

fn json_of() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (400..600_u16).prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(WORDS), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Value>()),
        ]
    })
}

/// More cases: `ERROR_CASES=1000000 cargo test --release --test dialect errors`.
fn settings() -> ProptestConfig {
    let cases = std::env::var("ERROR_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn any_bytes_are_read(
        bytes in prop::collection::vec(any::<u8>(), 0..200), status in prop::option::of(any::<u16>()), name in ".{0,9}",
    ) {
        let _ = read_error(status, &bytes);
        let _ = refusal(status.unwrap_or(400), Some(&name), &bytes);
    }

    #[test]
    fn any_json_is_read(body in json_of(), status in prop::option::of(300..600_u16)) {
        let hint = read_error(status, body.to_string().as_bytes());
        prop_assert!(hint.retry_after_ms.is_none_or(|ms| ms <= 86_400_000));
        prop_assert!(hint.kind != Some(FaultKind::Bug));
    }

    #[test]
    fn an_echo_in_a_wrong_request_benches_nobody(
        before in "[a-z]{1,9}[:.]? ", parts in prop::collection::vec(prop::sample::select(ECHOES), 1..5),
        status in prop::sample::select(vec![400_u16, 422]),
    ) {
        let message = format!("{before}{}", parts.join(" "));
        let body = json!({ "error": { "message": message, "type": "invalid_request_error" } }).to_string();
        let kind = read_error(Some(status), body.as_bytes()).kind.unwrap_or(FaultKind::of_status(status));
        prop_assert_eq!(kind.verdicts().blame, Blame::None, "{} for {}", kind, message);
    }
}

/// What somebody may write so that it is echoed.
const ECHOES: &[&str] = &[
    "Incorrect API key provided",
    "insufficient_quota",
    "rate limit",
    "Your credit balance is too low",
    "a/b is not a valid model ID",
    "Model not found",
    "overloaded",
    "429 Too Many Requests",
    "Insufficient Balance",
    "The provided model identifier is invalid.",
    "RESOURCE_EXHAUSTED",
    "try again in 900s",
];

#[test]
fn shapes_give_their_message_and_their_names() {
    for (body, message, code, wire_type) in [
        (json!({ "error": "no", "code": "x" }), "no", Some("x"), None),
        (json!({ "error": "Unauthorized", "message": "no key" }), "no key", None, None),
        (json!({ "error": "invalid_grant", "error_description": "revoked" }), "revoked", None, None),
        (
            json!({ "message": { "detail": [{ "loc": ["body"], "msg": "no" }] }, "code": null }),
            "no",
            None,
            None,
        ),
        (json!({ "detail": { "error": "no" } }), "no", None, None),
        (json!({ "errors": [{ "code": 7003, "message": "no" }] }), "no", Some("7003"), None),
        (json!({ "base_resp": { "status_code": 1000, "status_msg": "no" } }), "no", Some("1000"), None),
        (json!({ "error_code": "BAD_REQUEST", "message": "no" }), "no", Some("BAD_REQUEST"), None),
        (
            json!([{ "error": { "code": 400, "message": "no", "status": "INVALID_ARGUMENT" } }]),
            "no",
            None,
            Some("INVALID_ARGUMENT"),
        ),
        (json!({ "error": { "message": "no", "type": "t", "code": 7 } }), "no", Some("7"), Some("t")),
        (
            json!({ "error": { "message": "Provider returned error", "code": 500, "metadata": { "raw": "{\"error\":{\"message\":\"why\"}}" } } }),
            "Provider returned error: why",
            Some("500"),
            None,
        ),
    ] {
        let hint = read_error(Some(500), body.to_string().as_bytes());
        assert_eq!(hint.message.as_deref(), Some(message), "{body}");
        assert_eq!((hint.code.as_deref(), hint.wire_type.as_deref()), (code, wire_type), "{body}");
    }
}

#[test]
fn a_status_in_the_body_stands_in_for_one_that_is_not_there() {
    let kind = |status, body: Value| read_error(status, body.to_string().as_bytes()).kind;
    let said = |code: u16| json!({ "error": { "code": code, "message": "m" } });
    assert_eq!(kind(None, said(502)), Some(FaultKind::Unavailable));
    assert_eq!(kind(Some(200), said(404)), Some(FaultKind::NotFound));
    assert_eq!(kind(Some(400), said(502)), None, "the status of the reply is believed");
    assert_eq!(kind(Some(500), said(429)), Some(FaultKind::RateLimit), "unless a gateway hides it");
    assert_eq!(kind(None, json!({ "error": { "message": "m" } })), None);
    assert_eq!(refusal(400, Some("ThrottlingException:"), b"{}").kind, Some(FaultKind::RateLimit));
}

#[test]
fn an_inner_error_is_kept() {
    let body = br#"{"error":{"code":"x","message":"m","innererror":{"code":"ResponsibleAIPolicyViolation","a":[1]}}}"#;
    let hint = read_error(Some(400), body);
    assert_eq!(hint.kind, Some(FaultKind::ContentPolicy));
    assert_eq!(hint.inner.as_deref(), Some(r#"{"a":[1],"code":"ResponsibleAIPolicyViolation"}"#));
}
