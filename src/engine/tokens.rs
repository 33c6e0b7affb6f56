//! What a request may use of the limits on tokens, told before it is sent: reserved then, settled by what was used.

use crate::base::decimal::decimal;
use crate::base::json::Member;
use crate::config::{Strategy, Surface};

use super::inbound::Facts;
use super::router::Router;

/// What an answer is taken to use whose request sets no bound; but no more than [`SHARE`] of the smallest limit, so that
/// a guess alone shuts nobody out.
const OUTPUT_TOKENS: u32 = 1_024;

/// One part in so many of a limit.
const SHARE: u64 = 4;

/// So many bytes of a request are taken for a token.
const BYTES_PER_TOKEN: u64 = 4;

/// What is known of a request before it is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// The tokens of the request.
    pub input: u32,
    /// `max_completion_tokens` or `max_tokens`.
    pub output: Option<u32>,
    /// How many choices are asked for.
    pub choices: Option<u32>,
}

impl Size {
    /// The tokens of a request of so many bytes, where nobody has counted them.
    #[must_use]
    pub fn estimate(bytes: u64) -> u32 {
        u32::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX)
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
    /// Does a limit of the config count tokens, does a strategy go by them, or is there a budget? Only then it is worth while
    /// to know how many a request may use.
    #[must_use]
    pub fn counts_tokens(&self) -> bool {
        let mut all = self.config().deployments.iter();
        let is_limited =
            all.any(|known| known.tpm.or(known.itpm).or(known.otpm).is_some() && self.config().binds(known));
        is_limited
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
        let size = Size { input: Size::estimate(401), ..Size::default() };
        assert_eq!(size.reserved(Surface::Chat, 9), (101, 9));
        assert_eq!(size.reserved(Surface::Embeddings, 9), (101, 0));
        let asked = Size { output: Some(50), choices: Some(3), ..size };
        assert_eq!(asked.reserved(Surface::Chat, 9), (101, 150));
        assert_eq!(Size { choices: Some(u32::MAX), ..asked }.reserved(Surface::Chat, 9).1, u32::MAX);
    }
}
