//! Under which names a model is found, and under which it must not be.

use switchman::price::Rate;

use super::{FIRST_TIER, FULL_TABLE, standard};

/// A provider, a name, and the name in the table that is meant; `None` for a model that is not listed.
const NAMES: [(&str, &str, Option<&str>); 64] = [
    ("openai", "gpt-4o-mini", Some("gpt-4o-mini")),
    ("OpenAI", "GPT-4o-Mini", Some("gpt-4o-mini")),
    ("openai", "openai/gpt-4o-mini", Some("gpt-4o-mini")),
    ("openai", "gpt-4o-mini-2024-07-18", Some("gpt-4o-mini")),
    ("openai", "gpt-4o-2024-05-13", Some("gpt-4o-2024-05-13")),
    ("openai", "gpt-4o-2024-11-20", Some("gpt-4o")),
    ("openai", "gpt-5-2031-01-31", Some("gpt-5")),
    ("openai", "gpt-5-latest", Some("gpt-5")),
    ("openai", "ft:gpt-4o-mini-2024-07-18:acme:support:abc123", Some("ft:gpt-4o-mini-2024-07-18")),
    ("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123", Some("ft:gpt-4o-mini-2024-07-18")),
    ("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123:ckpt-step-90", Some("ft:gpt-4o-mini-2024-07-18")),
    ("openai", "ft:gpt-3.5-turbo:acme::1", Some("ft:gpt-3.5-turbo")),
    // Two states of one model that cost the same.
    ("openai", "gpt-4o-audio-preview", Some("gpt-4o-audio-preview-2025-06-03")),
    ("text-completion-openai", "gpt-3.5-turbo-instruct", Some("gpt-3.5-turbo-instruct")),
    ("anthropic", "claude-sonnet-4-5-20250929", Some("claude-sonnet-4-5-20250929")),
    ("anthropic", "claude-sonnet-4-5-20310131", Some("claude-sonnet-4-5")),
    ("anthropic", "claude-sonnet-4-5-latest", Some("claude-sonnet-4-5")),
    ("anthropic", "claude-haiku-4-5@20251001", Some("claude-haiku-4-5")),
    ("gemini", "gemini-2.5-flash", Some("gemini-2.5-flash")),
    ("gemini", "models/gemini-2.5-flash", Some("gemini-2.5-flash")),
    ("gemini", "gemini-2.5-flash-001", Some("gemini-2.5-flash")),
    ("vertex_ai", "publishers/google/models/gemini-2.5-flash", Some("gemini-2.5-flash")),
    ("vertex_ai_beta", "gemini-2.5-flash", Some("gemini-2.5-flash")),
    ("vertex_ai", "claude-haiku-5-5@default", Some("claude-haiku-5-5@default")),
    ("bedrock", "anthropic.claude-opus-4-6-v1", Some("anthropic.claude-opus-4-6-v1")),
    ("bedrock", "anthropic.claude-opus-4-6-v1:0", Some("anthropic.claude-opus-4-6-v1")),
    ("bedrock_converse", "eu.anthropic.claude-opus-4-6-v1", Some("eu.anthropic.claude-opus-4-6-v1")),
    ("bedrock", "sa.anthropic.claude-opus-4-6-v1", Some("anthropic.claude-opus-4-6-v1")),
    ("bedrock", "converse/us.anthropic.claude-opus-4-6-v1", Some("us.anthropic.claude-opus-4-6-v1")),
    ("bedrock", "eu-west-3/anthropic.claude-opus-4-6-v1", Some("anthropic.claude-opus-4-6-v1")),
    (
        "bedrock",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1",
        Some("us.anthropic.claude-opus-4-6-v1"),
    ),
    ("fireworks_ai", "gpt-oss-120b", Some("accounts/fireworks/models/gpt-oss-120b")),
    (
        "fireworks_ai",
        "accounts/fireworks/models/gpt-oss-120b",
        Some("accounts/fireworks/models/gpt-oss-120b"),
    ),
    (
        "together_ai",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        Some("meta-llama/llama-3.3-70b-instruct-turbo"),
    ),
    ("groq", "openai/gpt-oss-20b", Some("openai/gpt-oss-20b")),
    ("azure", "eu/gpt-4o-2024-08-06", Some("eu/gpt-4o-2024-08-06")),
    ("cohere_chat", "command-r7b-12-2024", Some("command-r7b-12-2024")),
    ("cohere", "rerank-v3.5", Some("rerank-v3.5")),
    ("xai", "grok-4.20", Some("grok-4.20")),
    ("mistral", "mistral-large-latest", Some("mistral-large-latest")),
    ("deepseek", "deepseek-chat", Some("deepseek-chat")),
    // Another model, or one that nobody knows: never a guess.
    ("openai", "gpt-4o-mini-realtime", None),
    ("openai", "gpt-4o-mini-2024-13-18", None),
    ("openai", "gpt-4o-mini-20240718-preview", None),
    ("openai", "gpt-4o-minimum", None),
    ("openai", "gpt-4", Some("gpt-4")),
    ("openai", "gpt-4-2", None),
    ("openai", "gpt", None),
    ("openai", "ft:gpt-unheard-of:acme::1", None),
    ("openai", "ft:o3:acme::1", None),
    // Two states of it that do not cost the same.
    ("openai", "ft:gpt-4o:acme::1", None),
    ("openai", "", None),
    ("openai", "gpt-4o-mini ", None),
    ("openai", "gpt-4o-mini 128k/16K", None),
    ("openai", "claude-sonnet-4-5", None),
    ("anthropic", "claude-sonnet-4-5-fast", None),
    ("anthropic", "claude", None),
    ("bedrock", "us-gov-west-1/anthropic.claude-opus-4-6-v1", None),
    ("bedrock", "xx.anthropic.claude-opus-4-6-v1", None),
    ("bedrock", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x1y2", None),
    ("hosted_vllm", "meta-llama/llama-3.3-70b-instruct", None),
    ("openrouter", "openai/gpt-4o-mini", None),
    ("nobody", "gpt-4o-mini", None),
    ("", "", None),
];

#[test]
fn a_model_is_found_by_what_it_may_be_called() {
    for (provider, name, meant) in NAMES {
        for table in [&FIRST_TIER, &FULL_TABLE] {
            let found = table.find(provider, name);
            let owner = match provider {
                "OpenAI" | "text-completion-openai" => "openai",
                "bedrock_converse" => "bedrock",
                "cohere_chat" => "cohere",
                "vertex_ai_beta" => "vertex_ai",
                other => other,
            };
            let expected = meant.map(|meant| {
                FULL_TABLE.find(owner, meant).unwrap_or_else(|| panic!("{owner}/{meant} is not in the table"))
            });
            assert_eq!(found, expected, "{provider}/{name}");
        }
    }
}

#[test]
fn a_state_of_a_model_with_a_price_of_its_own_keeps_it() {
    let input = |name| standard(&FIRST_TIER.find("openai", name).unwrap(), Rate::Input);
    assert_eq!(input("gpt-4o"), Some(2_500_000));
    assert_eq!(input("gpt-4o-2024-05-13"), Some(5_000_000));
    let us = standard(&FIRST_TIER.find("bedrock", "us.anthropic.claude-opus-4-6-v1").unwrap(), Rate::Input);
    let global = standard(&FIRST_TIER.find("bedrock", "anthropic.claude-opus-4-6-v1").unwrap(), Rate::Input);
    assert_eq!((global, us), (Some(5_000_000), Some(5_500_000)));
}
