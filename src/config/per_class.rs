//! Numbers by class of error, as LiteLLM's `retry_policy` and `allowed_fails_policy` name the classes.

use crate::error::{Fault, FaultKind};

/// A class of errors that a policy can name. Each stands for a key: `TimeoutErrorRetries`, `TimeoutErrorAllowedFails`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum ErrorClass {
    /// 400, 413, 422, and with them what is too long or refused, unless that has a number of its own.
    BadRequest,
    /// 401 and 403.
    Authentication,
    /// 408, 504, and our own time limits.
    Timeout,
    /// 429, with an account that is empty.
    RateLimit,
    /// Content that the provider refused.
    ContentPolicyViolation,
    /// 5xx that is none of the others, no connection, and what is no answer.
    InternalServer,
    /// 503 and 529.
    ServiceUnavailable,
    /// 502.
    BadGateway,
    /// 404.
    NotFound,
    /// Every class without a number of its own; only of retries.
    Default,
}

impl ErrorClass {
    /// Every class, in the order of the numbers.
    pub const ALL: [Self; 10] = [
        Self::BadRequest,
        Self::Authentication,
        Self::Timeout,
        Self::RateLimit,
        Self::ContentPolicyViolation,
        Self::InternalServer,
        Self::ServiceUnavailable,
        Self::BadGateway,
        Self::NotFound,
        Self::Default,
    ];

    /// The beginning of its key in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequestError",
            Self::Authentication => "AuthenticationError",
            Self::Timeout => "TimeoutError",
            Self::RateLimit => "RateLimitError",
            Self::ContentPolicyViolation => "ContentPolicyViolationError",
            Self::InternalServer => "InternalServerError",
            Self::ServiceUnavailable => "ServiceUnavailableError",
            Self::BadGateway => "BadGatewayError",
            Self::NotFound => "NotFoundError",
            Self::Default => "Default",
        }
    }

    /// The classes of a fault, the most exact first; `None` in the second place where there is only one.
    #[must_use]
    pub fn of(fault: &Fault) -> (Self, Option<Self>) {
        match fault.kind {
            FaultKind::Auth | FaultKind::PermissionDenied => (Self::Authentication, None),
            FaultKind::Quota | FaultKind::RateLimit => (Self::RateLimit, None),
            FaultKind::NotFound | FaultKind::UnknownModel => (Self::NotFound, None),
            FaultKind::Timeout => (Self::Timeout, None),
            FaultKind::Overloaded => (Self::ServiceUnavailable, Some(Self::InternalServer)),
            FaultKind::Unavailable if fault.status == Some(502) => {
                (Self::BadGateway, Some(Self::InternalServer))
            }
            FaultKind::Unavailable | FaultKind::Connect | FaultKind::BadReply => (Self::InternalServer, None),
            FaultKind::ContentPolicy => (Self::ContentPolicyViolation, Some(Self::BadRequest)),
            FaultKind::ContextWindow
            | FaultKind::BadRequest
            | FaultKind::TooLarge
            | FaultKind::Unsupported => (Self::BadRequest, None),
            FaultKind::NoDeployment
            | FaultKind::Cancelled
            | FaultKind::Bug
            | FaultKind::UnknownPath
            | FaultKind::MethodNotAllowed
            | FaultKind::Hook => (Self::Default, None),
        }
    }
}

/// A number for each class that has one.
// Kept as one more, so that 0 is none: half as large, and it is copied often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerClass([u32; ErrorClass::ALL.len()]);

impl PerClass {
    /// Sets the number of a class.
    pub fn set(&mut self, class: ErrorClass, number: u32) {
        if let Some(slot) = self.0.get_mut(class as usize) {
            *slot = number.saturating_add(1);
        }
    }

    /// The number of a class itself.
    #[must_use]
    pub fn get(&self, class: ErrorClass) -> Option<u32> {
        self.0.get(class as usize).and_then(|number| number.checked_sub(1))
    }

    /// Does it say nothing at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|number| *number == 0)
    }

    /// The class of a fault that has a number, and the number: the most exact class first.
    #[must_use]
    pub fn of(&self, fault: &Fault) -> Option<(ErrorClass, u32)> {
        let (first, second) = ErrorClass::of(fault);
        let named = |class: ErrorClass| self.get(class).map(|number| (class, number));
        named(first).or_else(|| second.and_then(named)).or_else(|| named(ErrorClass::Default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_class_with_a_number_decides() {
        let mut policy = PerClass::default();
        let fault = |kind| Fault::new(kind, "");
        assert!(policy.is_empty() && policy.of(&fault(FaultKind::Timeout)).is_none());
        policy.set(ErrorClass::BadRequest, 1);
        policy.set(ErrorClass::Default, 7);
        let number = |policy: &PerClass, kind| policy.of(&fault(kind)).map(|(_, number)| number);
        assert_eq!(number(&policy, FaultKind::ContentPolicy), Some(1));
        assert_eq!(number(&policy, FaultKind::Timeout), Some(7));
        policy.set(ErrorClass::ContentPolicyViolation, 0);
        assert_eq!(number(&policy, FaultKind::ContentPolicy), Some(0));
        let gateway = Fault { status: Some(502), ..fault(FaultKind::Unavailable) };
        policy.set(ErrorClass::InternalServer, 3);
        assert_eq!(policy.of(&gateway), Some((ErrorClass::InternalServer, 3)));
        policy.set(ErrorClass::BadGateway, 4);
        assert_eq!(policy.of(&gateway), Some((ErrorClass::BadGateway, 4)));
    }

    #[test]
    fn the_numbers_stand_in_the_order_of_the_classes() {
        for (place, class) in ErrorClass::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, place);
        }
    }
}
