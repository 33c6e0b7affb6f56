//! The providers that are known by name: one row each.

/// The wire format that a deployment speaks. Implemented in `dialect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialectName {
    /// OpenAI's chat completions and embeddings.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
}

/// What a provider's name implies.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    /// The text before the slash of `model`, or `custom_llm_provider`.
    pub name: &'static str,
    /// The wire format.
    pub dialect: DialectName,
    /// The address where the config gives no `api_base`; `None` where it must give one.
    pub api_base: Option<&'static str>,
    /// The environment variables that hold the key where the config gives no `api_key`.
    pub key_variable: Option<&'static str>,
    /// Members, as names and JSON, that a request needs so that the model goes on from a trailing message of the
    /// assistant's. (vLLM would begin a new message otherwise.)
    pub prefill_members: &'static [(&'static str, &'static str)],
    /// Beginnings of model names that mean this provider when no prefix is given.
    pub model_prefixes: &'static [&'static str],
}

const fn openai_compatible(name: &'static str) -> Provider {
    Provider {
        name,
        dialect: DialectName::OpenAi,
        api_base: None,
        key_variable: None,
        prefill_members: &[],
        model_prefixes: &[],
    }
}

/// Every provider that is known by name. Anything else is reached as `openai/<model>` with an `api_base`.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "openai",
        dialect: DialectName::OpenAi,
        api_base: Some("https://api.openai.com/v1"),
        key_variable: Some("OPENAI_API_KEY"),
        prefill_members: &[],
        model_prefixes: &["gpt-", "o1", "o3", "o4", "chatgpt-", "text-embedding-", "ft:gpt-", "ft:o"],
    },
    Provider {
        name: "anthropic",
        dialect: DialectName::Anthropic,
        api_base: Some("https://api.anthropic.com"),
        key_variable: Some("ANTHROPIC_API_KEY"),
        prefill_members: &[],
        model_prefixes: &["claude-"],
    },
    openai_compatible("openai_like"),
    openai_compatible("custom_openai"),
    Provider {
        prefill_members: &[("add_generation_prompt", "false"), ("continue_final_message", "true")],
        ..openai_compatible("hosted_vllm")
    },
    openai_compatible("lm_studio"),
    openai_compatible("llamafile"),
];

/// The row of a provider.
#[must_use]
pub fn provider(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|row| row.name == name)
}

/// The provider that the beginning of a model's name tells.
#[must_use]
pub(super) fn provider_of(model: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|row| row.model_prefixes.iter().any(|prefix| model.starts_with(prefix)))
}
