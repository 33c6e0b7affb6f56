//! The committed price tables, and how a model is found in one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "tables/names.rs"]
mod names;
#[path = "tables/properties.rs"]
mod properties;

use std::sync::LazyLock;

use switchman::price::{Condition, Entry, PriceTable, Rate};

const FIRST: &str = include_str!("../prices/first-tier.txt");
const FULL: &str = include_str!("../prices/full.txt");

static FIRST_TIER: LazyLock<PriceTable> = LazyLock::new(|| PriceTable::new(FIRST).unwrap());
static FULL_TABLE: LazyLock<PriceTable> = LazyLock::new(|| PriceTable::new(FULL).unwrap());

/// The provider and the model of each line.
fn models(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().skip(1).map(|line| line.split(' ').next().unwrap().split_once('/').unwrap())
}

fn standard(entry: &Entry, rate: Rate) -> Option<u64> {
    entry.price.get(rate, Condition::default())
}

#[test]
fn every_line_is_read_and_found_under_its_own_name() {
    for (text, table, least) in [(FIRST, &FIRST_TIER, 1_500), (FULL, &FULL_TABLE, 4_000)] {
        let mut keys: Vec<String> = Vec::new();
        for (provider, model) in models(text) {
            let key = format!("{provider}/{model}");
            assert!(keys.last().is_none_or(|last| *last < key), "{key} is not sorted");
            assert_eq!(key, key.to_ascii_lowercase());
            let entry = table.find(provider, model).unwrap_or_else(|| panic!("{key} cannot be read"));
            assert!(entry != Entry::default(), "{key} says nothing");
            keys.push(key);
        }
        assert!(keys.len() > least, "{} models only", keys.len());
    }
}

/// What was left out of the first tier because a look-up finds the same without it, it does find.
#[test]
fn the_first_tier_says_what_the_full_table_says() {
    let providers: Vec<&str> = models(FIRST).map(|(provider, _)| provider).collect();
    let mut seen = 0;
    for (provider, model) in models(FULL).filter(|(provider, _)| providers.contains(provider)) {
        let Some(short) = FIRST_TIER.find(provider, model) else { continue };
        assert_eq!(Some(short), FULL_TABLE.find(provider, model), "{provider}/{model}");
        seen += 1;
    }
    assert!(seen > models(FIRST).count(), "some were left out");
}

#[test]
fn amounts_are_exact() {
    let rate = |provider, model, rate| standard(&FULL_TABLE.find(provider, model).unwrap(), rate);
    assert_eq!(rate("openai", "gpt-4o-mini", Rate::Input), Some(150_000));
    assert_eq!(rate("openai", "gpt-4o-mini", Rate::Output), Some(600_000));
    assert_eq!(rate("openai", "gpt-4o-mini", Rate::CacheRead), Some(75_000));
    assert_eq!(rate("anthropic", "claude-sonnet-4-5", Rate::CacheWrite1h), Some(6_000_000));
    assert_eq!(rate("cohere", "rerank-v3.5", Rate::Query), Some(2_000_000_000));
    assert_eq!(rate("openai", "whisper-1", Rate::InputSecond), Some(100_000_000));
    assert_eq!(rate("openai", "gpt-4o-mini", Rate::SearchMedium), Some(25_000_000_000));
}

#[test]
fn conditions_come_along() {
    use switchman::price::Tier;
    let price = FULL_TABLE.find("gemini", "gemini-2.5-pro").unwrap().price;
    let long = |tier| Condition { above: 200_000, tier };
    assert_eq!(price.get(Rate::Input, long(Tier::Standard)), Some(2_500_000));
    assert!(price.get(Rate::Input, long(Tier::Batch)).is_some());
    // xAI's higher price begins at the threshold itself.
    let price = FULL_TABLE.find("xai", "grok-4.20").unwrap().price;
    assert_eq!(price.get(Rate::Input, Condition { above: 199_999, ..Condition::default() }), Some(2_500_000));
}

#[test]
fn a_size_that_is_told_in_steps_has_thresholds() {
    let price = FULL_TABLE.find("dashscope", "qwen3-coder-plus").unwrap().price;
    let read = |above| price.get(Rate::CacheRead, Condition { above, ..Condition::default() });
    assert_eq!([0, 32_000, 128_000, 256_000].map(read), [100_000, 180_000, 300_000, 600_000].map(Some));
}

#[test]
fn what_cannot_be_told_has_no_price() {
    let sora = FULL_TABLE.find("openai", "sora-2").unwrap();
    assert!(sora.price.is_empty());
    let research = FULL_TABLE.find("perplexity", "sonar-deep-research").unwrap();
    assert!(research.price.is_empty(), "a token of a citation is no unit of ours");
    assert!(research.max_input_tokens.is_some());
}
