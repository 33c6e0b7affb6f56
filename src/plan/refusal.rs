//! Faults that a call meets before anything is sent.

use crate::base::text::named;
use crate::config::CallOptions;
use crate::error::{Fault, FaultKind};
use crate::state::View;

/// The fault that LiteLLM's test switches pretend of the first group.
pub(super) fn mock_fault(options: &CallOptions) -> Option<Fault> {
    let (kind, name) = if options.mock_testing_fallbacks {
        (FaultKind::Unavailable, "mock_testing_fallbacks")
    } else if options.mock_testing_context_fallbacks {
        (FaultKind::ContextWindow, "mock_testing_context_fallbacks")
    } else if options.mock_testing_content_policy_fallbacks {
        (FaultKind::ContentPolicy, "mock_testing_content_policy_fallbacks")
    } else {
        return None;
    };
    Some(Fault::new(kind, format!("{name}: the first group is taken to have failed")))
}

/// An error that helps: what is known, bounded.
pub(super) fn unknown_model(requested: &str, view: View<'_>) -> String {
    let names: Vec<&str> = view.config.listed().into_iter().take(20).collect();
    let requested = named(requested);
    if requested.is_empty() {
        return format!("the request names no `model`; known are: {}", names.join(", "));
    }
    format!("the model `{requested}` is not known; known are: {}", names.join(", "))
}

/// The error of a call whose hook has failed, where it is not to go on without. What the hook has thrown is the host's to
/// know: it may be anything.
#[must_use]
pub fn hook_failed(hook: &'static str) -> Fault {
    let message = format!("`{hook}` failed or said nothing in time, and `hookFailure` is \"closed\"");
    Fault { param: Some(hook.into()), ..Fault::new(FaultKind::Hook, message) }
}
