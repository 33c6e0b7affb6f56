//! The kinds of rates, and the names that LiteLLM gives them in its price table and in configs.

pub use crate::base::usage::Tier;

/// The unit that a rate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rate {
    /// A token of the prompt that was not cached.
    Input,
    /// A token of the answer.
    Output,
    /// A token of the prompt that came from the provider's cache.
    CacheRead,
    /// A token of the prompt that was written to the cache, for five minutes.
    CacheWrite,
    /// The same, for an hour.
    CacheWrite1h,
    /// A token of reasoning; where there is none, it costs what a token of the answer does.
    Reasoning,
    /// A token of audio in the prompt.
    InputAudio,
    /// A token of audio in the answer.
    OutputAudio,
    /// A token of audio in the prompt that came from the cache.
    CacheReadAudio,
    /// A token of an image in the prompt.
    InputImageToken,
    /// A token of an image in the answer.
    OutputImageToken,
    /// An image in the prompt.
    InputImage,
    /// An image in the answer.
    OutputImage,
    /// A second of audio that was read.
    InputSecond,
    /// A second of audio that was made.
    OutputSecond,
    /// A character of the prompt.
    InputCharacter,
    /// A character of the answer.
    OutputCharacter,
    /// A search unit of a rerank call.
    Query,
    /// A call, whatever is in it.
    Request,
    /// A web search with a small, a medium or a large context.
    SearchLow,
    /// See [`Rate::SearchLow`].
    SearchMedium,
    /// See [`Rate::SearchLow`].
    SearchHigh,
}

/// When a rate counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The prompt has more tokens than this; 0: whatever its size.
    pub above: u32,
    /// The tier that answered.
    pub tier: Tier,
}

/// The names of the rates, without their conditions.
const NAMES: [(&str, Rate); 25] = [
    ("input_cost_per_token", Rate::Input),
    ("output_cost_per_token", Rate::Output),
    ("cache_read_input_token_cost", Rate::CacheRead),
    ("input_cost_per_token_cache_hit", Rate::CacheRead),
    ("cache_creation_input_token_cost_above_1hr", Rate::CacheWrite1h),
    ("cache_creation_input_token_cost", Rate::CacheWrite),
    ("output_cost_per_reasoning_token", Rate::Reasoning),
    ("input_cost_per_audio_token", Rate::InputAudio),
    ("output_cost_per_audio_token", Rate::OutputAudio),
    ("cache_read_input_audio_token_cost", Rate::CacheReadAudio),
    ("input_cost_per_image_token", Rate::InputImageToken),
    ("output_cost_per_image_token", Rate::OutputImageToken),
    ("input_cost_per_image", Rate::InputImage),
    ("output_cost_per_image", Rate::OutputImage),
    ("input_cost_per_second", Rate::InputSecond),
    ("output_cost_per_second", Rate::OutputSecond),
    ("input_cost_per_audio_per_second", Rate::InputSecond),
    ("cost_per_second", Rate::InputSecond),
    ("input_cost_per_character", Rate::InputCharacter),
    ("output_cost_per_character", Rate::OutputCharacter),
    ("input_cost_per_query", Rate::Query),
    ("input_cost_per_request", Rate::Request),
    ("search_context_size_low", Rate::SearchLow),
    ("search_context_size_medium", Rate::SearchMedium),
    ("search_context_size_high", Rate::SearchHigh),
];

/// The tiers' endings.
const TIERS: [(&str, Tier); 3] =
    [("_priority", Tier::Priority), ("_flex", Tier::Flex), ("_batches", Tier::Batch)];

impl Rate {
    /// What this is a part of, where that is tokens of the prompt or of the answer: its rate counts where there is none for
    /// this.
    #[must_use]
    pub fn base(self) -> Option<Self> {
        match self {
            Self::CacheRead
            | Self::CacheWrite
            | Self::CacheWrite1h
            | Self::InputAudio
            | Self::CacheReadAudio
            | Self::InputImageToken => Some(Self::Input),
            Self::Reasoning | Self::OutputAudio | Self::OutputImageToken => Some(Self::Output),
            _ => None,
        }
    }

    /// Is it for a token?
    #[must_use]
    pub fn is_token(self) -> bool {
        matches!(self, Self::Input | Self::Output) || self.base().is_some()
    }

    /// Is it for a search?
    #[must_use]
    pub fn is_search(self) -> bool {
        matches!(self, Self::SearchLow | Self::SearchMedium | Self::SearchHigh)
    }

    /// Reads a name of LiteLLM's, such as `input_cost_per_token_above_200k_tokens_priority`.
    ///
    /// `None` for a rate that is not known here; it must not be taken for another one.
    #[must_use]
    pub fn parse(name: &str) -> Option<(Self, Condition)> {
        let (name, tier) = TIERS
            .iter()
            .find_map(|(ending, tier)| Some((name.strip_suffix(ending)?, *tier)))
            .unwrap_or((name, Tier::Standard));
        let (name, above) = match name.strip_suffix("k_tokens").and_then(|rest| rest.rsplit_once("_above_")) {
            Some((name, thousands)) => (name, thousands.parse::<u32>().ok()?.checked_mul(1000)?),
            None => (name, 0),
        };
        let rate = NAMES.iter().find(|(known, _)| *known == name)?.1;
        Some((rate, Condition { above, tier }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_condition() {
        let read = |name| Rate::parse(name).map(|(rate, when)| (rate, when.above, when.tier));
        assert_eq!(read("input_cost_per_token"), Some((Rate::Input, 0, Tier::Standard)));
        let long = "cache_read_input_token_cost_above_272k_tokens_priority";
        assert_eq!(read(long), Some((Rate::CacheRead, 272_000, Tier::Priority)));
        let hour = "cache_creation_input_token_cost_above_1hr_above_200k_tokens";
        assert_eq!(read(hour), Some((Rate::CacheWrite1h, 200_000, Tier::Standard)));
        assert_eq!(read("output_cost_per_token_batches"), Some((Rate::Output, 0, Tier::Batch)));
    }

    #[test]
    fn what_is_not_known_is_not_taken_for_another() {
        let twelve = "cache_creation_input_token_cost_above_12hr";
        for name in [
            twelve,
            "input_cost_per_token_ultrafast",
            "output_cost_per_second_1080p",
            "input_cost_per_token_above_k_tokens",
        ] {
            assert_eq!(Rate::parse(name), None, "{name}");
        }
    }
}
