//! What the user says of a provider's errors, before the tables of the dialects are asked.

use crate::base::text::contains;
use crate::error::FaultKind;

/// Every condition that is set has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRule {
    /// The provider that answered, as the deployment names it.
    pub provider: Option<String>,
    /// The status of its answer. An error inside a 200 or a stream has none.
    pub status: Option<u16>,
    /// The code or the type in the body, without regard to case.
    pub code: Option<String>,
    /// A part of the message, in lower case.
    pub message_contains: Option<String>,
    /// What such an error is.
    pub kind: FaultKind,
}

/// An error as a provider tells it.
#[derive(Clone, Copy, Debug)]
pub struct ToldError<'a> {
    /// Who told it.
    pub provider: &'a str,
    /// With which status.
    pub status: Option<u16>,
    /// Its code and its type.
    pub names: [Option<&'a str>; 2],
    /// Its message.
    pub message: &'a str,
}

/// The kind of the first rule whose conditions hold.
#[must_use]
pub fn ruled(rules: &[ErrorRule], told: ToldError<'_>) -> Option<FaultKind> {
    if rules.is_empty() {
        return None;
    }
    let message = told.message.to_ascii_lowercase();
    let holds = |rule: &&ErrorRule| {
        let is_named =
            |code: &String| told.names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(code));
        rule.provider.as_ref().is_none_or(|provider| provider == told.provider)
            && (rule.status.is_none() || rule.status == told.status)
            && rule.code.as_ref().is_none_or(is_named)
            && rule.message_contains.as_ref().is_none_or(|part| contains(&message, part))
    };
    rules.iter().find(holds).map(|rule| rule.kind)
}
