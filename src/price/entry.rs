//! What is known of a model at a provider.

use super::Price;

/// One line of a price table. What is `None` or empty is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it costs; empty where that is not known, or cannot be told by rates.
    pub price: Price,
    /// The most tokens that it reads.
    pub max_input_tokens: Option<u32>,
    /// The most tokens that it writes.
    pub max_output_tokens: Option<u32>,
    /// What it is for.
    pub mode: Option<Mode>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// What its price is multiplied by where a call is served in a certain way, in millionths: see
    /// [`Price::times`](super::Price::times).
    pub multipliers: Vec<(Multiplier, u64)>,
    /// Does it search the web once before each answer, and not tell? No line says so: whoever knows the provider does.
    pub always_searches: bool,
}

impl Entry {
    /// What the price is multiplied by, in millionths.
    #[must_use]
    pub fn multiplier(&self, way: Multiplier) -> Option<u64> {
        self.multipliers.iter().find(|(known, _)| *known == way).map(|(_, millionths)| *millionths)
    }
}

/// Why a call costs a multiple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplier {
    /// OpenAI's European address.
    ResidencyEu,
    /// OpenAI's American address, if data has to stay there.
    ResidencyUs,
    /// Vertex AI in any one region.
    Regional,
    /// Anthropic's answer says `inference_geo: "us"`.
    GeoUs,
    /// Anthropic's `speed: "fast"`.
    Fast,
}

impl Multiplier {
    pub(super) const LETTERS: [(u8, Self); 5] = [
        (b'e', Self::ResidencyEu),
        (b'u', Self::ResidencyUs),
        (b'r', Self::Regional),
        (b'g', Self::GeoUs),
        (b'f', Self::Fast),
    ];
}

/// Makes an enumeration whose members have a letter in the table and a name of LiteLLM's.
macro_rules! lettered {
    ($(#[$about:meta])* $name:ident { $($member:ident $letter:literal $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the name says it")]
        pub enum $name { $($member,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$member,)*];

            /// LiteLLM's name for it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }

            /// By LiteLLM's name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }

            pub(super) fn of_letter(letter: u8) -> Option<Self> {
                match letter { $($letter => Some(Self::$member),)* _ => None }
            }
        }
    };
}

lettered! {
    /// What a model is for.
    Mode {
        Chat b'C' "chat",
        Completion b'P' "completion",
        Responses b'R' "responses",
        Embedding b'E' "embedding",
        Rerank b'K' "rerank",
        Moderation b'M' "moderation",
        ImageGeneration b'I' "image_generation",
        ImageEdit b'J' "image_edit",
        Transcription b'T' "audio_transcription",
        Speech b'S' "audio_speech",
        Realtime b'L' "realtime",
        Video b'V' "video_generation",
        Ocr b'O' "ocr",
    }
}

lettered! {
    /// What a model can do: LiteLLM's `supports_…`.
    Capability {
        FunctionCalling b'f' "supports_function_calling",
        ParallelFunctionCalling b'l' "supports_parallel_function_calling",
        ToolChoice b't' "supports_tool_choice",
        ResponseSchema b's' "supports_response_schema",
        PromptCaching b'c' "supports_prompt_caching",
        Reasoning b'r' "supports_reasoning",
        AssistantPrefill b'p' "supports_assistant_prefill",
        Vision b'v' "supports_vision",
        PdfInput b'd' "supports_pdf_input",
        AudioInput b'a' "supports_audio_input",
        AudioOutput b'b' "supports_audio_output",
        VideoInput b'm' "supports_video_input",
        WebSearch b'w' "supports_web_search",
        UrlContext b'k' "supports_url_context",
        ComputerUse b'u' "supports_computer_use",
        SystemMessages b'y' "supports_system_messages",
    }
}

/// A set of capabilities. What is not in it may still be there: nobody has said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u32);

impl Capabilities {
    /// Those of a list of letters, as a price table writes them.
    #[must_use]
    pub fn of_letters(letters: &str) -> Self {
        let mut all = Self::default();
        letters.bytes().filter_map(Capability::of_letter).for_each(|one| all.set(one, true));
        all
    }

    /// Is it known that the model can do this?
    #[must_use]
    pub fn has(self, one: Capability) -> bool {
        self.0 & Self::bit(one) != 0
    }

    /// Puts one in, or takes it out.
    pub fn set(&mut self, one: Capability, has: bool) {
        self.0 = if has { self.0 | Self::bit(one) } else { self.0 & !Self::bit(one) };
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this one only.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn bit(one: Capability) -> u32 {
        1 << one as u32
    }
}
