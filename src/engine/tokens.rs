//! What a request may use of the limits on tokens, told before it is sent: reserved then, settled by what was used.

use crate::base::decimal::decimal;
use crate::base::json::Member;
use crate::config::{Demand, Strategy, Surface};
use crate::price::Capabilities;

use super::inbound::Facts;
use super::router::Router;

/// What an answer is taken to use whose request sets no bound; but no more than [`SHARE`] of the smallest limit, so that
/// a guess alone shuts nobody out.
const OUTPUT_TOKENS: u32 = 1_024;

/// One part in so many of a limit.
const SHARE: u64 = 4;

/// What is known of a request before it is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// The tokens of the request: counted by the host, or as the driver estimates them.
    pub input: u32,
    /// `max_completion_tokens` or `max_tokens`.
    pub output: Option<u32>,
    /// How many choices are asked for.
    pub choices: Option<u32>,
    /// Has the host counted the tokens?
    pub is_counted: bool,
    /// What the model has to be able to do.
    pub abilities: Capabilities,
}

impl Size {
    /// What is asked of a deployment.
    #[must_use]
    pub fn demand(self) -> Demand {
        let Self { input, output, is_counted, abilities, .. } = self;
        Demand { abilities, input, output, is_counted }
    }

    /// The tokens in and out that are reserved; `guess` is what an answer is taken to use whose request sets no bound.
    #[must_use]
    pub fn reserved(self, surface: Surface, guess: u32) -> (u32, u32) {
        let output = match surface {
            Surface::Chat => self.output.unwrap_or(guess).saturating_mul(self.choices.unwrap_or(1).max(1)),
            Surface::Embeddings => 0,
        };
        (self.input, output)
    }
}

impl Router {
    /// Does a limit of the config count tokens, does a strategy go by them, is there a budget, or are windows looked at? Only
    /// then it is worth while to know how many a request may use.
    #[must_use]
    pub fn counts_tokens(&self) -> bool {
        let mut all = self.config().deployments.iter();
        let is_limited =
            all.any(|known| known.tpm.or(known.itpm).or(known.otpm).is_some() && self.config().binds(known));
        is_limited
            || self.config().policy.is_checked
            || self.config().strategies.any(Strategy::goes_by_tokens)
            || !self.config().budgets.is_empty()
    }

    /// What an answer is taken to use whose request sets no bound.
    #[must_use]
    pub fn output_guess(&self) -> u32 {
        let limits = self.config().deployments.iter().flat_map(|known| [known.tpm, known.otpm]);
        let share = limits.flatten().min().map_or(u64::MAX, |least| least / SHARE);
        u32::try_from(share).map_or(OUTPUT_TOKENS, |share| share.min(OUTPUT_TOKENS))
    }
}

impl Facts {
    /// The size of a scanned request of so many tokens.
    #[must_use]
    pub fn size(&self, size: Size) -> Size {
        let number = |member: &Member| {
            let number = decimal(std::str::from_utf8(member.raw()?).ok()?)?;
            (number >= 0.0).then_some(number as u32)
        };
        let [output, older, choices] = self.sizes().map(|found| found.and_then(number));
        Size { output: output.or(older), choices, ..size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_reserves_what_it_may_use_and_an_embedding_what_it_is() {
        let size = Size { input: 101, ..Size::default() };
        assert_eq!(size.reserved(Surface::Chat, 9), (101, 9));
        assert_eq!(size.reserved(Surface::Embeddings, 9), (101, 0));
        let asked = Size { output: Some(50), choices: Some(3), ..size };
        assert_eq!(asked.reserved(Surface::Chat, 9), (101, 150));
        assert_eq!(Size { choices: Some(u32::MAX), ..asked }.reserved(Surface::Chat, 9).1, u32::MAX);
    }
}
