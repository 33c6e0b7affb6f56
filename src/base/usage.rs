//! What an answer used, as a provider told it. Never estimated, never invented.

/// What a provider was asked for: the same tokens at another speed and price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// The ordinary one.
    #[default]
    Standard,
    /// Cheaper and slower, one call at a time.
    Flex,
    /// Dearer and quicker.
    Priority,
    /// Cheaper, answered within a day.
    Batch,
    /// One whose prices are not known here.
    Other,
}

impl Tier {
    /// Reads `service_tier` as an answer tells it: OpenAI's words, and those of Anthropic and Groq. `None` where there is no
    /// word.
    #[must_use]
    pub fn told(word: &str) -> Option<Self> {
        Some(match word {
            "default" | "standard" | "on_demand" | "auto" => Self::Standard,
            "flex" => Self::Flex,
            // OpenAI's newer word for the same.
            "priority" | "fast" => Self::Priority,
            "batch" => Self::Batch,
            "" => return None,
            _ => Self::Other,
        })
    }
}

/// How much of the web a search brought into the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "three sizes")]
pub enum SearchContext {
    Low,
    Medium,
    High,
}

/// What a reply says it used. OpenAI's counting: the prompt includes cached and written tokens, audio and images; the
/// completion includes reasoning, audio and images. Where a provider counts apart, the reader of its dialect adds up.
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
    /// Tokens of the prompt that were written to the provider's cache, for however long.
    pub cache_write_tokens: u32,
    /// Those of them that were written for an hour.
    pub cache_write_1h_tokens: u32,
    /// Tokens of the prompt that were audio.
    pub input_audio_tokens: u32,
    /// Those of them that came from the cache.
    pub cached_audio_tokens: u32,
    /// Tokens of the prompt that were images.
    pub input_image_tokens: u32,
    /// Tokens of the completion that were audio.
    pub output_audio_tokens: u32,
    /// Tokens of the completion that were images.
    pub output_image_tokens: u32,
    /// Searches of the web.
    pub searches: u32,
    /// Units that a rerank call is billed by.
    pub search_units: u32,
    /// Milliseconds of audio that were read.
    pub input_ms: u32,
    /// Milliseconds of audio or video that were made.
    pub output_ms: u32,
    /// Characters that were read, where they are what is billed.
    pub input_characters: u32,
    /// Characters that were written, where they are what is billed.
    pub output_characters: u32,
    /// Images that were read, where they are what is billed.
    pub input_images: u32,
    /// Images that were made.
    pub output_images: u32,
    /// How large the context of the searches was; `None` where nothing is told.
    pub search_context: Option<SearchContext>,
    /// The tier that answered; `None` where nothing is told.
    pub tier: Option<Tier>,
    /// It was served in the United States, for those who pay for that: Anthropic's `inference_geo`.
    pub is_in_us: bool,
    /// It was served quicker than in any tier: Anthropic's `speed`.
    pub is_fast: bool,
}

impl Usage {
    /// Adds what another part of the same answer has used.
    pub fn add(&mut self, more: &Self) {
        macro_rules! add {
            ($($count:ident)*) => { $(self.$count = self.$count.saturating_add(more.$count);)* };
        }
        add! {
            prompt_tokens completion_tokens total_tokens cached_tokens reasoning_tokens cache_write_tokens
            cache_write_1h_tokens input_audio_tokens cached_audio_tokens input_image_tokens output_audio_tokens
            output_image_tokens searches
        }
    }

    /// What is counted beside the five counts of tokens that every answer has, with the names that callers read.
    #[must_use]
    pub fn details(&self) -> [(&'static str, u32); 15] {
        [
            ("cache_write_tokens", self.cache_write_tokens),
            ("cache_write_1h_tokens", self.cache_write_1h_tokens),
            ("input_audio_tokens", self.input_audio_tokens),
            ("cached_audio_tokens", self.cached_audio_tokens),
            ("input_image_tokens", self.input_image_tokens),
            ("output_audio_tokens", self.output_audio_tokens),
            ("output_image_tokens", self.output_image_tokens),
            ("web_searches", self.searches),
            ("search_units", self.search_units),
            ("input_ms", self.input_ms),
            ("output_ms", self.output_ms),
            ("input_characters", self.input_characters),
            ("output_characters", self.output_characters),
            ("input_images", self.input_images),
            ("output_images", self.output_images),
        ]
    }
}
