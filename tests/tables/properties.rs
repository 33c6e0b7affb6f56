//! Whatever a table and a name are made of, a look-up answers, and never with another model's line.

use proptest::prelude::*;
use switchman::price::PriceTable;

use super::FULL_TABLE;

fn key() -> impl Strategy<Value = String> {
    "[a-z]{1,3}/[a-z0-9.:@-]{1,6}(-20[0-9]{6})?"
}

proptest! {
    #[test]
    fn every_line_of_a_sorted_table_is_found(
        lines in proptest::collection::btree_map(key(), "[0-9]{1,6}k", 0..40),
    ) {
        let mut text = "#1 test\n".to_owned();
        for (key, window) in &lines {
            text.push_str(&format!("{key} {window}\n"));
        }
        let table = PriceTable::new(text).unwrap();
        for (key, window) in &lines {
            let (provider, model) = key.split_once('/').unwrap();
            let tokens: u32 = window.trim_end_matches('k').parse().unwrap();
            prop_assert_eq!(table.find(provider, model).unwrap().max_input_tokens, Some(tokens * 1000));
        }
    }

    #[test]
    fn nonsense_is_no_model(text in "(#1 )?[ -~\n\u{e4}\u{20ac}]{0,200}", provider in ".{0,6}", model in ".{0,12}") {
        if let Some(table) = PriceTable::new(text) {
            let _ = table.find(&provider, &model);
        }
        let _ = FULL_TABLE.find(&provider, &model);
    }

    #[test]
    fn what_is_cut_off_does_no_harm(at in 0_usize..4_000, provider in "[a-z_]{1,8}", model in "[a-z0-9-]{1,12}") {
        let text = super::FIRST.get(..at).unwrap_or_default();
        if let Some(table) = PriceTable::new(text) {
            let _ = table.find(&provider, &model);
            let _ = table.find("anthropic", "claude-haiku-4-5");
        }
    }

    #[test]
    fn a_longer_name_is_another_model(ending in "[a-z]{1,8}") {
        let name = format!("gpt-4o-mini-{ending}");
        let is_listed = super::models(super::FULL).any(|(provider, model)| {
            provider == "openai" && model.starts_with(&name)
        });
        prop_assume!(!is_listed && ending != "latest");
        prop_assert!(FULL_TABLE.find("openai", &name).is_none());
    }
}
