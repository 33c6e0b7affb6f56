//! Token counts as a provider told them. Never estimated, never invented.

/// What a reply says it used. OpenAI's counting: the prompt includes cached tokens, the completion includes reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read, cached ones included.
    pub prompt_tokens: u64,
    /// Tokens written, reasoning included.
    pub completion_tokens: u64,
    /// Both, as the provider adds them.
    pub total_tokens: u64,
    /// Tokens of the prompt that came from the provider's cache.
    pub cached_tokens: u64,
    /// Tokens of the completion that were reasoning.
    pub reasoning_tokens: u64,
}
