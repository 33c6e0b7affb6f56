//! The class of an error: its codes are believed first, the status second, its text last.

use super::shape::Said;
use super::wording;
use crate::error::FaultKind;

/// Groups of statuses. None at all: an error inside a 200 or a stream.
pub(super) const NONE: u16 = 1;
/// 400, 422, and Cohere's and Groq's 498.
pub(super) const BAD: u16 = 2;
/// 413.
pub(super) const LARGE: u16 = 4;
/// 401, 403 and 451.
pub(super) const DENIED: u16 = 8;
/// 402 and 412.
pub(super) const PAY: u16 = 16;
/// 404 and 410.
pub(super) const MISSING: u16 = 32;
/// 429.
pub(super) const LIMIT: u16 = 64;
/// 5xx.
pub(super) const FAILED: u16 = 128;

const fn group(status: u16) -> u16 {
    match status {
        400 | 422 | 498 => BAD,
        413 => LARGE,
        401 | 403 | 451 => DENIED,
        402 | 412 => PAY,
        404 | 410 => MISSING,
        429 => LIMIT,
        500..=599 => FAILED,
        _ => 0,
    }
}

/// Kinds, the statuses that can mean them, and the codes, types and reasons: lower case, with blanks between them.
const NAMES: [(FaultKind, u16, &str); 14] = [
    (
        FaultKind::ContextWindow,
        NONE | BAD | LARGE,
        "context_length_exceeded context_window_exceeded tokens_limit_reached model_max_prompt_tokens_exceeded 3051 1261",
    ),
    (FaultKind::ContextWindow, NONE | BAD | FAILED, "exceed_context_size_error"),
    (
        FaultKind::ContentPolicy,
        NONE | BAD | DENIED,
        "content_policy_violation content_filter moderation_blocked responsibleaipolicyviolation flagged_input \
        image_content_policy_violation data_inspection_failed datainspectionfailed sensitive 1301 base_resp.1026 \
        base_resp.1027",
    ),
    (
        FaultKind::Quota,
        NONE | BAD | PAY | DENIED | LIMIT,
        "insufficient_quota credit_balance_exhausted billing_error billing_hard_limit_reached billing_not_active \
        contract_spend_limit_reached enforced_spend_limit_reached exceeded_current_quota_error perday arrearage \
        insufficient_balance insufficient_balance_error not_enough_balance 1113 base_resp.1008 errors.3036 \
        errors.4006",
    ),
    (
        FaultKind::Overloaded,
        NONE | LIMIT | FAILED,
        "overloaded_error server_is_overloaded engine_overloaded_error overloaded modelnotreadyexception \
        serviceunavailableexception unavailable queue_exceeded errors.3040",
    ),
    (
        FaultKind::RateLimit,
        NONE | BAD | LARGE | LIMIT | FAILED,
        "rate_limit_exceeded rate_limit_error throttlingexception toomanyrequestsexception resource_exhausted \
        capacity_exceeded request_limit_exceeded 1302 1303 1305 base_resp.1002 base_resp.1039",
    ),
    (
        FaultKind::Auth,
        NONE | BAD | DENIED,
        "invalid_api_key authentication_error api_key_invalid unauthenticated invalid_authentication_error \
        incorrect_api_key_error invalidapikey unrecognizedclientexception invalidsignatureexception \
        expiredtokenexception base_resp.1004 errors.10000",
    ),
    (
        FaultKind::NotFound,
        NONE | BAD | DENIED | MISSING,
        "model_not_found not_found_error deploymentnotfound model_not_available model_not_supported \
        model_decommissioned invalid_model unknown_model resourcenotfoundexception not_found 1211 errors.5007",
    ),
    (
        FaultKind::PermissionDenied,
        NONE | BAD,
        "permission_error permission_denied accessdeniedexception failed_precondition",
    ),
    (FaultKind::Timeout, NONE | FAILED, "timeout_error deadline_exceeded modeltimeoutexception timeout"),
    (FaultKind::TooLarge, NONE | BAD, "request_too_large"),
    // What is wrong with a parameter is said there; its value may be anything.
    (
        FaultKind::BadRequest,
        NONE | BAD,
        "string_above_max_length invalid_value invalid_type unsupported_parameter unsupported_value unknown_parameter \
        missing_required_parameter integer_below_min_value integer_above_max_value",
    ),
    (
        FaultKind::Unavailable,
        NONE,
        "server_error internal_server_error api_error internal internalserverexception modelstreamerrorexception \
        upstream_error",
    ),
    (FaultKind::RateLimit, NONE, "slow_down"),
];

/// What says little, and counts where nothing else is said.
const VAGUE: &str =
    "invalid_request_error invalid_argument validationexception badrequesterror bad_request invalid_prompt";

/// The class that a body tells; `None` leaves it to the status.
pub(super) fn kind(status: Option<u16>, said: &Said, text: &str) -> Option<FaultKind> {
    // An error inside a 200 has the status that it tells itself.
    let status = status.filter(|status| !(200..300).contains(status));
    let may = match (status, said.status) {
        (Some(status), _) => group(status),
        (None, told) => NONE | told.map_or(0, group),
    };
    let named =
        NAMES.iter().find(|(_, gate, names)| gate & may != 0 && said.is_any(names)).map(|(kind, _, _)| *kind);
    // A gateway's own status may hide the provider's.
    let hidden = || (may == FAILED && said.status == Some(429)).then_some(FaultKind::RateLimit);
    named
        .or_else(hidden)
        .or_else(|| wording::kind(may, text))
        .or_else(|| wording::kind(may, &wording::folded(said.behind.as_deref()?)))
        .or_else(|| said.status.filter(|_| status.is_none()).map(FaultKind::of_status))
        .or_else(|| (may == NONE && said.is_any(VAGUE)).then_some(FaultKind::BadRequest))
}

impl Said {
    fn is_any(&self, known: &str) -> bool {
        known.split(' ').any(|known| self.names.iter().any(|name| name.eq_ignore_ascii_case(known)))
    }
}
