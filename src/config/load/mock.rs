//! Answers without a provider: `mock_response`, `mock_delay`, `mock_timeout`, of a deployment or of a call.
//!
//! Difference to LiteLLM: a text is always a text, also one that is the name of an exception.

use super::read::Reader;
use super::scopes::Scopes;
use crate::config::Mock;

/// Reads the three of a scope. What only looks like a test is a problem: it would reach, and pay, a real provider.
pub(in crate::config) fn mock<'e>(reader: &mut Reader<'e>, scope: &Scopes<'_>) -> Option<Box<Mock>> {
    let response = scope.pick(reader, "mock_response", Reader::any_text).map(String::into_boxed_str);
    let delay_ms = scope.pick(reader, "mock_delay", Reader::seconds);
    let timeout = scope.pick(reader, "mock_timeout", Reader::flag).unwrap_or(false);
    if response.is_none() && !timeout {
        // A response that could not be read has been reported already.
        let has_response = scope.each("mock_response").next().is_some();
        for (at, _) in scope.each("mock_delay").filter(|_| !has_response) {
            reader.problem(&at, "delays a `mock_response`, and there is none");
        }
        return None;
    }
    Some(Box::new(Mock { response, delay_ms: delay_ms.unwrap_or(0), timeout }))
}
