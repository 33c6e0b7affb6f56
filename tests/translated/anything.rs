//! Random JSON of words that mean something somewhere, so that it gets further than the first check.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

/// One of the words, which stand with blanks between, or any text.
pub(crate) fn word(words: &'static str) -> impl Strategy<Value = String> {
    let words: Vec<&str> = words.split_whitespace().chain(["", " ", "é😀"]).collect();
    prop_oneof![
        9 => proptest::sample::select(words).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

/// Any JSON, of the words.
pub(crate) fn anything(words: &'static str) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => word(words).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-3.0..3.0).prop_map(|number: f64| json!(number)),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((word(words), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A text of a message: nothing, blanks, or words.
pub(crate) fn string() -> impl Strategy<Value = Value> {
    prop_oneof![Just(json!("")), Just(json!(" \n")), "[a-zé ]{1,8}".prop_map(Value::from)]
}

/// The same cases every time; more of them, and others, for a long run.
pub(crate) fn config() -> ProptestConfig {
    let told = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: told("TRANSLATED_CASES").unwrap_or(400),
        rng_seed: RngSeed::Fixed(told("TRANSLATED_SEED").unwrap_or(0x5eed).into()),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
