//! Token counts of OpenAI's shape, with the names that other servers of that shape give them.

use crate::base::decimal::decimal;
use crate::base::json::{Members, inside};
use crate::base::usage::{SearchContext, Tier, Usage};

/// Reads a `usage` object; what is missing or no number counts as 0. `tier` is the answer's `service_tier`, as it stands
/// there.
///
/// Read besides OpenAI's own names: DeepSeek's `prompt_cache_hit_tokens`, Moonshot's and Mistral's counts of cached
/// tokens, DashScope's of written ones, Perplexity's searches and reasoning, what OpenRouter and LiteLLM's proxy hand
/// on of Anthropic's counts, and the names of transcriptions and images (`input_tokens`, `seconds`).
pub(super) fn usage(wire: &Members<'_>, tier: Option<&str>) -> Usage {
    let prompt = part(
        wire,
        &["prompt_tokens_details", "input_tokens_details", "input_token_details", "prompt_token_details"],
    );
    let completion = part(wire, &["completion_tokens_details", "output_tokens_details"]);
    let total = count(wire, &["total_tokens"]);
    let mut prompt_tokens = count(wire, &["prompt_tokens", "input_tokens"]);
    let mut completion_tokens = count(wire, &["completion_tokens", "output_tokens"]);
    let reasoning_tokens = either(&completion, wire, &["reasoning_tokens"]);
    if prompt_tokens == 0 && completion_tokens == 0 {
        // Voyage and Jina tell nothing else of embeddings.
        prompt_tokens = total;
    } else if is_apart(reasoning_tokens, completion_tokens, total.saturating_sub(prompt_tokens)) {
        completion_tokens = completion_tokens.saturating_add(reasoning_tokens);
    }
    let written = part(&prompt, &["cache_creation_token_details", "cache_creation"]);
    let searches = SEARCHES.iter().map(|(object, name)| count(&part(wire, &[object]), &[name]));
    let searches = searches.fold(count(&prompt, &["web_search_requests"]), u64::max);
    let search_context = context(wire.word("search_context_size"));
    let search = u64::from(search_context.is_some());
    let seconds = wire.get("seconds").and_then(decimal).unwrap_or(0.0);
    Usage {
        prompt_tokens,
        completion_tokens,
        total_tokens: total.max(prompt_tokens.saturating_add(completion_tokens)),
        cached_tokens: either(&prompt, wire, &CACHED),
        reasoning_tokens,
        cache_write_tokens: small(either(&prompt, wire, &WRITTEN)),
        cache_write_1h_tokens: small(count(&written, &["ephemeral_1h_input_tokens"])),
        input_audio_tokens: small(count(&prompt, &["audio_tokens"])),
        cached_audio_tokens: small(count(&part(&prompt, &["cached_tokens_details"]), &["audio_tokens"])),
        input_image_tokens: small(count(&prompt, &["image_tokens"])),
        output_audio_tokens: small(count(&completion, &["audio_tokens"])),
        output_image_tokens: small(count(&completion, &["image_tokens"])),
        searches: small(searches.max(count(wire, &["num_search_queries"])).max(search)),
        search_units: small(count(wire, &["search_units"])),
        input_ms: (seconds * 1_000.0).round() as u32,
        search_context,
        tier: tier.or_else(|| wire.get("service_tier")).and_then(inside).and_then(Tier::told),
        ..Usage::default()
    }
}

const CACHED: [&str; 4] =
    ["cached_tokens", "prompt_cache_hit_tokens", "num_cached_tokens", "cache_read_input_tokens"];
const WRITTEN: [&str; 3] = ["cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens"];
const SEARCHES: [(&str, &str); 2] =
    [("server_tool_use", "web_search_requests"), ("server_side_tool_usage_details", "web_search_calls")];

/// Is the reasoning counted beside the completion, as xAI and Perplexity do, and not in it? The total tells; and a part
/// is never more than the whole. `rest` is the total without the prompt.
fn is_apart(reasoning: u64, completion: u64, rest: u64) -> bool {
    reasoning > completion || (reasoning > 0 && rest == completion.saturating_add(reasoning))
}

fn context(word: &str) -> Option<SearchContext> {
    match word {
        "low" => Some(SearchContext::Low),
        "medium" => Some(SearchContext::Medium),
        "high" => Some(SearchContext::High),
        _ => None,
    }
}

/// The first of these members that is an object; an empty one if none is.
fn part<'a>(of: &Members<'a>, names: &[&str]) -> Members<'a> {
    names.iter().find_map(|name| of.object(name)).unwrap_or_default()
}

/// The first of these counts that is not 0. `null` and fractions happen in the wild.
fn count(of: &Members<'_>, names: &[&str]) -> u64 {
    let number = |raw: &str| raw.parse().ok().or_else(|| decimal(raw).map(|number| number as u64));
    names.iter().filter_map(|name| number(of.get(name)?)).find(|count| *count > 0).unwrap_or(0)
}

fn either(details: &Members<'_>, wire: &Members<'_>, names: &[&str]) -> u64 {
    match count(details, names) {
        0 => count(wire, names),
        count => count,
    }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(wire: Value) -> Usage {
        read_with(wire, None)
    }

    fn read_with(wire: Value, tier: Option<&str>) -> Usage {
        usage(&Members::check(&wire.to_string()).unwrap(), tier)
    }

    #[test]
    fn reasoning_beside_the_completion_is_added_once() {
        let told = |total: u64, reasoning: u64| {
            let details = json!({ "reasoning_tokens": reasoning });
            let wire = json!({ "prompt_tokens": 10, "completion_tokens": 20, "total_tokens": total, "completion_tokens_details": details });
            let usage = read(wire);
            (usage.completion_tokens, usage.total_tokens, usage.reasoning_tokens)
        };
        // xAI: the total has it. OpenAI: the completion has it.
        assert_eq!(told(45, 15), (35, 45, 15));
        assert_eq!(told(30, 15), (20, 30, 15));
        // No total, or none that says anything.
        assert_eq!(told(0, 15), (20, 30, 15));
        assert_eq!(told(99, 15), (20, 99, 15));
        assert_eq!(told(30, 0), (20, 30, 0));
        // Perplexity: more reasoning than completion.
        let deep = json!({ "prompt_tokens": 33, "completion_tokens": 7163, "total_tokens": 7196, "num_search_queries": 18, "reasoning_tokens": 73997 });
        let usage = read(deep);
        assert_eq!(
            (usage.completion_tokens, usage.total_tokens, usage.reasoning_tokens, usage.searches),
            (81_160, 81_193, 73_997, 18)
        );
    }

    #[test]
    fn cached_and_written_tokens_have_many_names() {
        for wire in [
            json!({ "prompt_tokens": 9, "prompt_tokens_details": { "cached_tokens": 4, "cache_write_tokens": 3 } }),
            json!({ "prompt_tokens": 9, "prompt_cache_hit_tokens": 4, "prompt_tokens_details": { "cache_creation_tokens": 3 } }),
            json!({ "prompt_tokens": 9, "cached_tokens": 4, "prompt_tokens_details": { "cache_creation_input_tokens": 3, "cached_tokens": 0 } }),
            json!({ "prompt_tokens": 9, "prompt_token_details": { "cached_tokens": 4 }, "cache_creation_input_tokens": 3 }),
            json!({ "prompt_tokens": 9, "num_cached_tokens": 4, "cache_creation_input_tokens": 3, "prompt_tokens_details": null }),
        ] {
            let usage = read(wire.clone());
            assert_eq!((usage.cached_tokens, usage.cache_write_tokens), (4, 3), "{wire}");
        }
        let hour = json!({ "prompt_tokens_details": { "cache_creation_token_details": { "ephemeral_1h_input_tokens": 2 } } });
        assert_eq!(read(hour).cache_write_1h_tokens, 2);
    }

    #[test]
    fn what_is_billed_apart_is_read() {
        let usage = read(json!({
            "prompt_tokens": 100, "completion_tokens": 50,
            "prompt_tokens_details": { "audio_tokens": 30, "image_tokens": 20, "cached_tokens": 10, "cached_tokens_details": { "audio_tokens": 5 } },
            "completion_tokens_details": { "audio_tokens": 40, "image_tokens": 1 },
            "server_tool_use": { "web_search_requests": 2 }, "search_context_size": "high", "search_units": 3, "seconds": 12.345,
        }));
        let audio = (usage.input_audio_tokens, usage.cached_audio_tokens, usage.output_audio_tokens);
        assert_eq!(audio, (30, 5, 40));
        assert_eq!((usage.input_image_tokens, usage.output_image_tokens), (20, 1));
        assert_eq!((usage.searches, usage.search_context), (2, Some(SearchContext::High)));
        assert_eq!((usage.search_units, usage.input_ms), (3, 12_345));
        // A search is told of by its size alone.
        assert_eq!(read(json!({ "search_context_size": "low" })).searches, 1);
        let transcript = read(
            json!({ "type": "tokens", "input_tokens": 14, "input_token_details": { "audio_tokens": 14 }, "output_tokens": 45 }),
        );
        assert_eq!(
            (transcript.prompt_tokens, transcript.input_audio_tokens, transcript.total_tokens),
            (14, 14, 59)
        );
        assert_eq!(read(json!({ "total_tokens": 8 })).prompt_tokens, 8);
    }

    #[test]
    fn the_tier_is_that_of_the_answer() {
        let tier = |word: Value| read_with(json!({}), Some(&word.to_string())).tier;
        for (word, told) in [
            ("default", Some(Tier::Standard)),
            ("flex", Some(Tier::Flex)),
            ("priority", Some(Tier::Priority)),
            ("batch", Some(Tier::Batch)),
            ("auto", Some(Tier::Standard)),
            ("scale", Some(Tier::Other)),
        ] {
            assert_eq!(tier(json!(word)), told, "{word}");
        }
        assert_eq!(tier(Value::Null), None);
        assert_eq!(read(json!({ "service_tier": "flex" })).tier, Some(Tier::Flex));
    }

    #[test]
    fn nonsense_counts_as_nothing() {
        let usage = read(
            json!({ "prompt_tokens": -5, "completion_tokens": "9", "total_tokens": null, "seconds": -1, "prompt_tokens_details": [] }),
        );
        assert_eq!(usage, Usage::default());
        let most =
            read(json!({ "prompt_tokens": 1e300, "prompt_tokens_details": { "audio_tokens": 1e300 } }));
        assert_eq!((most.prompt_tokens, most.input_audio_tokens), (u64::MAX, u32::MAX));
    }
}
