//! LiteLLM's answers without a provider.

/// What each send of a call is answered with instead of being sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mock {
    /// `mock_response`: the text of the answer. `None` only where `timeout` is set.
    pub response: Option<Box<str>>,
    /// `mock_delay`: how long it takes, in ms.
    pub delay_ms: u64,
    /// `mock_timeout`: no answer comes before the time limit.
    pub timeout: bool,
}
