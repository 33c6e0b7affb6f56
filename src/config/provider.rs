//! The providers that are known by name: one row each.

/// The wire format that a deployment speaks. Implemented in `dialect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialectName {
    /// OpenAI's chat completions and embeddings.
    OpenAi,
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
    /// Beginnings of model names that mean this provider when no prefix is given.
    pub model_prefixes: &'static [&'static str],
}

const fn openai_compatible(name: &'static str) -> Provider {
    Provider { name, dialect: DialectName::OpenAi, api_base: None, key_variable: None, model_prefixes: &[] }
}

/// Every provider that is known by name. Anything else is reached as `openai/<model>` with an `api_base`.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "openai",
        dialect: DialectName::OpenAi,
        api_base: Some("https://api.openai.com/v1"),
        key_variable: Some("OPENAI_API_KEY"),
        model_prefixes: &["gpt-", "o1", "o3", "o4", "chatgpt-", "text-embedding-", "ft:gpt-", "ft:o"],
    },
    openai_compatible("openai_like"),
    openai_compatible("custom_openai"),
    openai_compatible("hosted_vllm"),
    openai_compatible("lm_studio"),
    openai_compatible("llamafile"),
];

/// The row of a provider.
#[must_use]
pub fn provider(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|row| row.name == name)
}
