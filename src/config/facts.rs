//! What a deployment says of its model in `model_info`, by LiteLLM's names.

use crate::price::{Capabilities, Entry, Mode};

/// Facts that count before those of a price table. What is `None` or in no set is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelFacts {
    /// `max_input_tokens`.
    pub max_input_tokens: Option<u32>,
    /// `max_output_tokens`.
    pub max_output_tokens: Option<u32>,
    /// `mode`.
    pub mode: Option<Mode>,
    /// Those of `supports_…` that are true.
    pub able: Capabilities,
    /// Those that are false.
    pub unable: Capabilities,
}

impl ModelFacts {
    /// Puts them in the place of what a table says.
    pub fn put_over(&self, entry: &mut Entry) {
        entry.max_input_tokens = self.max_input_tokens.or(entry.max_input_tokens);
        entry.max_output_tokens = self.max_output_tokens.or(entry.max_output_tokens);
        entry.mode = self.mode.or(entry.mode);
        entry.capabilities = entry.capabilities.without(self.unable).or(self.able);
    }
}
