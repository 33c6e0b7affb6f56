//! Token counts: Gemini tells the tokens of thoughts, and of what its own tools have found, apart from the others.

use super::models::Model;
use crate::base::json::Members;
use crate::base::usage::{Tier, Usage};

/// Reads `usageMetadata`. `None` if it is none.
pub(super) fn usage(raw: &str) -> Option<Usage> {
    let told = Members::read(raw)?;
    let count = |name: &str| told.count(name).unwrap_or(0);
    // Tokens of one kind, in some of the lists that take a count apart.
    let of = |kind: &str, lists: &[&str]| {
        let mut sum = 0_u64;
        for raw in lists.iter().flat_map(|name| told.list(name)) {
            let part = Members::read(raw).unwrap_or_default();
            if part.word("modality") == kind {
                sum = part.count("tokenCount").unwrap_or(0).saturating_add(sum);
            }
        }
        u32::try_from(sum).unwrap_or(u32::MAX)
    };
    // Without its s it is that of embeddings.
    const PROMPT: &[&str] = &["promptTokensDetails", "promptTokenDetails", "toolUsePromptTokensDetails"];
    const ANSWER: &[&str] = &["candidatesTokensDetails"];
    let reasoning_tokens = count("thoughtsTokenCount");
    let prompt_tokens = count("promptTokenCount").saturating_add(count("toolUsePromptTokenCount"));
    let completion_tokens = count("candidatesTokenCount").saturating_add(reasoning_tokens);
    Some(Usage {
        prompt_tokens,
        completion_tokens,
        total_tokens: count("totalTokenCount").max(prompt_tokens.saturating_add(completion_tokens)),
        cached_tokens: count("cachedContentTokenCount"),
        reasoning_tokens,
        input_audio_tokens: of("AUDIO", PROMPT),
        cached_audio_tokens: of("AUDIO", &["cacheTokensDetails"]),
        input_image_tokens: of("IMAGE", PROMPT),
        output_audio_tokens: of("AUDIO", ANSWER),
        output_image_tokens: of("IMAGE", ANSWER),
        tier: Tier::told(told.word("serviceTier")),
        ..Usage::default()
    })
}

/// The searches that are billed: by the query from the third generation on, before it by the answer.
pub(super) fn searches(model: &str, queries: usize) -> u32 {
    let queries = u32::try_from(queries).unwrap_or(u32::MAX);
    if Model::of(model).is_third() { queries } else { queries.min(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_apart_is_added() {
        let usage = usage(
            r#"{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":7,"thoughtsTokenCount":30,"toolUsePromptTokenCount":5,"totalTokenCount":142,
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":50},{"modality":"AUDIO","tokenCount":30},{"modality":"IMAGE","tokenCount":20}],
            "toolUsePromptTokensDetails":[{"modality":"AUDIO","tokenCount":2}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":11}],
            "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":3}],"serviceTier":"flex"}"#,
        )
        .unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (105, 37, 142));
        assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (40, 30));
        assert_eq!(
            (usage.input_audio_tokens, usage.cached_audio_tokens, usage.input_image_tokens),
            (32, 11, 20)
        );
        assert_eq!((usage.output_image_tokens, usage.tier), (3, Some(Tier::Flex)));
    }

    #[test]
    fn what_is_missing_counts_as_nothing() {
        let usage = |raw: &str| {
            usage(raw).map(|usage| (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens))
        };
        assert_eq!(usage(r#"{"promptTokenCount":9,"totalTokenCount":9}"#), Some((9, 0, 9)));
        assert_eq!(usage("{}"), Some((0, 0, 0)));
        assert_eq!(usage("[]"), None);
        assert_eq!(
            (searches("gemini-2.5-flash", 3), searches("gemini-3-pro", 3), searches("gemini-3-pro", 0)),
            (1, 3, 0)
        );
    }
}
