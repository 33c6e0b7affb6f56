//! The kinds of faults: whose fault each is, what it is called, and what may be done about it.

use std::fmt;

/// What went wrong. The discriminant is the code that crosses to JavaScript; append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum FaultKind {
    /// The key was refused (401).
    Auth = 1,
    /// The key is known and may not do this (403).
    PermissionDenied = 2,
    /// The account is out of quota or credit (402, 429 `insufficient_quota`): waiting a minute will not help.
    Quota = 3,
    /// The model or deployment does not exist at the provider (404).
    NotFound = 4,
    /// Too many requests or tokens for now (429).
    RateLimit = 5,
    /// The provider or our own time limit was too slow (408, 504).
    Timeout = 6,
    /// The provider failed (5xx).
    Unavailable = 7,
    /// The provider has no capacity (503, 529).
    Overloaded = 8,
    /// No answer at all: refused, reset, name not found, or the host's `fetch` threw.
    Connect = 9,
    /// The prompt does not fit the model's context window.
    ContextWindow = 10,
    /// The provider refused the content.
    ContentPolicy = 11,
    /// The request is wrong and would be wrong everywhere (400, 422).
    BadRequest = 12,
    /// The body is larger than the provider or the router takes (413).
    TooLarge = 13,
    /// The provider answered something that is not an answer: HTML, cut JSON, nothing.
    BadReply = 14,
    /// No deployment of the group may be used now.
    NoDeployment = 15,
    /// The caller asked for a model that the router does not know.
    UnknownModel = 16,
    /// The caller's signal was aborted.
    Cancelled = 17,
    /// A broken invariant of the router itself.
    Bug = 18,
    /// The path is none that the router serves.
    UnknownPath = 19,
    /// The path is served, with another method.
    MethodNotAllowed = 20,
    /// The request asks for what this provider has not, and another one of the group may have.
    Unsupported = 21,
    /// A function of the host's has failed, and calls are not to go on without its word.
    Hook = 22,
}

/// Whose fault it is. Faults of the caller's side never touch a deployment's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The request itself.
    Caller,
    /// The router: its limits, its state, its bugs.
    Router,
    /// The provider or the way to it.
    Upstream,
}

impl Side {
    /// The name used at the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Router => "router",
            Self::Upstream => "upstream",
        }
    }
}

/// How a kind of fault counts against the deployment that showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Not at all: the deployment did nothing wrong.
    None,
    /// Benched at once for what the provider asks, or `cooldown_time`.
    Bench,
    /// Benched at once for long: waiting a moment will not mend a key, a quota or a missing model.
    BenchLong,
    /// Counted; benched when too many of the recent attempts failed.
    Rate,
}

/// What may be done about a fault. The three are independent of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdicts {
    /// Another attempt in the same group may help.
    pub retry: bool,
    /// How the deployment is blamed.
    pub blame: Blame,
    /// The next group may be tried.
    pub fallback: bool,
}

/// One row of the fault table: everything that is fixed for a kind.
struct Row {
    /// The class name of the error, as in LiteLLM and the OpenAI clients.
    class: &'static str,
    /// The status told to callers where the provider gave none that fits.
    status: u16,
    /// OpenAI's `error.type`.
    wire_type: &'static str,
    /// OpenAI's `error.code`.
    code: &'static str,
    side: Side,
    verdicts: Verdicts,
}

const fn row(
    class: &'static str,
    status: u16,
    wire_type: &'static str,
    code: &'static str,
    side: Side,
    verdicts: Verdicts,
) -> Row {
    Row { class, status, wire_type, code, side, verdicts }
}

const fn may(retry: bool, blame: Blame, fallback: bool) -> Verdicts {
    Verdicts { retry, blame, fallback }
}

impl FaultKind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Self; 22] = [
        Self::Auth,
        Self::PermissionDenied,
        Self::Quota,
        Self::NotFound,
        Self::RateLimit,
        Self::Timeout,
        Self::Unavailable,
        Self::Overloaded,
        Self::Connect,
        Self::ContextWindow,
        Self::ContentPolicy,
        Self::BadRequest,
        Self::TooLarge,
        Self::BadReply,
        Self::NoDeployment,
        Self::UnknownModel,
        Self::Cancelled,
        Self::Bug,
        Self::UnknownPath,
        Self::MethodNotAllowed,
        Self::Unsupported,
        Self::Hook,
    ];

    const fn row(self) -> Row {
        use Blame::{Bench, BenchLong, None, Rate};
        use Side::{Caller, Router, Upstream};
        const INVALID: &str = "invalid_request_error";
        match self {
            Self::Auth => {
                let (name, code) = ("authentication_error", "invalid_api_key");
                row("AuthenticationError", 401, name, code, Upstream, may(true, BenchLong, true))
            }
            Self::PermissionDenied => {
                let (name, code) = ("permission_error", "permission_denied");
                row("PermissionDeniedError", 403, name, code, Upstream, may(true, BenchLong, true))
            }
            Self::Quota => {
                let code = "insufficient_quota";
                row("RateLimitError", 429, code, code, Upstream, may(true, BenchLong, true))
            }
            Self::NotFound => {
                row("NotFoundError", 404, INVALID, "model_not_found", Upstream, may(true, BenchLong, true))
            }
            Self::RateLimit => {
                let code = "rate_limit_exceeded";
                row("RateLimitError", 429, "rate_limit_error", code, Upstream, may(true, Bench, true))
            }
            Self::Timeout => row("Timeout", 408, "timeout_error", "timeout", Upstream, may(true, Rate, true)),
            Self::Unavailable => row(
                "InternalServerError",
                500,
                "server_error",
                "server_error",
                Upstream,
                may(true, Rate, true),
            ),
            Self::Overloaded => {
                let code = "overloaded";
                row(
                    "ServiceUnavailableError",
                    503,
                    "service_unavailable_error",
                    code,
                    Upstream,
                    may(true, Rate, true),
                )
            }
            Self::Connect => {
                let code = "connection_error";
                row("APIConnectionError", 502, "api_connection_error", code, Upstream, may(true, Rate, true))
            }
            Self::ContextWindow => {
                let code = "context_length_exceeded";
                row("ContextWindowExceededError", 400, INVALID, code, Caller, may(false, None, true))
            }
            Self::ContentPolicy => {
                let code = "content_policy_violation";
                row("ContentPolicyViolationError", 400, INVALID, code, Caller, may(false, None, false))
            }
            Self::BadRequest => {
                row("BadRequestError", 400, INVALID, "bad_request", Caller, may(false, None, false))
            }
            Self::TooLarge => {
                row("BadRequestError", 413, INVALID, "request_too_large", Caller, may(false, None, false))
            }
            Self::BadReply => row("APIError", 502, "api_error", "bad_reply", Upstream, may(true, Rate, true)),
            Self::NoDeployment => {
                let code = "no_deployments_available";
                row("NoDeploymentsAvailable", 429, "router_error", code, Router, may(false, None, true))
            }
            Self::UnknownModel => {
                row("NotFoundError", 404, INVALID, "model_not_found", Caller, may(false, None, false))
            }
            Self::Cancelled => {
                row("AbortError", 499, "cancelled", "cancelled", Caller, may(false, None, false))
            }
            Self::Bug => {
                row("InternalError", 500, "router_error", "internal_error", Router, may(false, None, false))
            }
            Self::UnknownPath => {
                row("NotFoundError", 404, INVALID, "unknown_url", Caller, may(false, None, false))
            }
            Self::MethodNotAllowed => {
                row("BadRequestError", 405, INVALID, "method_not_allowed", Caller, may(false, None, false))
            }
            Self::Unsupported => {
                let code = "unsupported_parameter";
                row("UnsupportedParamsError", 400, INVALID, code, Caller, may(true, None, true))
            }
            Self::Hook => {
                row("HookFailedError", 500, "router_error", "hook_failed", Router, may(false, None, false))
            }
        }
    }

    /// The error class that callers see, as LiteLLM and the OpenAI clients name it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        self.row().class
    }

    /// The HTTP status told to callers where the provider's own does not fit the kind.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().status
    }

    /// OpenAI's `error.type`.
    #[must_use]
    pub const fn wire_type(self) -> &'static str {
        self.row().wire_type
    }

    /// OpenAI's `error.code`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn side(self) -> Side {
        self.row().side
    }

    /// What may be done about it.
    #[must_use]
    pub const fn verdicts(self) -> Verdicts {
        self.row().verdicts
    }

    /// What a status means where nothing says it more exactly.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Auth,
            402 => Self::Quota,
            403 => Self::PermissionDenied,
            404 | 410 => Self::NotFound,
            // 499 is a server's word for a client that went away. We did not.
            408 | 499 | 504 | 524 => Self::Timeout,
            413 => Self::TooLarge,
            429 => Self::RateLimit,
            503 | 529 => Self::Overloaded,
            // A conflict, or "too early": passes by itself, as OpenAI's own clients assume when they retry it.
            409 | 425 | 500..=599 => Self::Unavailable,
            400..=499 => Self::BadRequest,
            // A redirect is refused: it could carry the key to another origin. Anything else is no answer.
            _ => Self::BadReply,
        }
    }

    /// The kind for a code that came back from JavaScript.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == code)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_come_back() {
        for (position, kind) in FaultKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, position + 1);
            assert_eq!(FaultKind::from_code(kind as u8), Some(kind));
        }
        assert_eq!(FaultKind::from_code(0), None);
        assert_eq!(FaultKind::from_code(200), None);
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
            (499, FaultKind::Timeout),
            (500, FaultKind::Unavailable),
            (503, FaultKind::Overloaded),
            (504, FaultKind::Timeout),
            (529, FaultKind::Overloaded),
            (0, FaultKind::BadReply),
        ];
        for (status, kind) in cases {
            assert_eq!(FaultKind::of_status(status), kind, "{status}");
        }
    }

    #[test]
    fn faults_of_the_caller_never_blame_a_deployment() {
        for kind in FaultKind::ALL.into_iter().filter(|kind| kind.side() != Side::Upstream) {
            assert_eq!(kind.verdicts().blame, Blame::None, "{kind:?}");
            // What one provider cannot do, another may.
            assert_eq!(kind.verdicts().retry, kind == FaultKind::Unsupported, "{kind:?}");
        }
    }
}
