//! Costs worked by hand: `fixtures/costs/<provider>.json` holds rates, a usage as the provider tells it, and the working.
//!
//! Not here: the table of prices, and the comparison with LiteLLM (`npm run prices:litellm`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "prices/cases.rs"]
mod cases;
#[path = "prices/streams.rs"]
mod streams;

use std::collections::{BTreeMap, BTreeSet};

use switchman::price::{Cost, amount};

use cases::{Case, cases};

/// A decimal number in units of 1e-12, of which a count has few digits behind its point.
fn exact(text: &str) -> u128 {
    u128::from(amount::pico(text).unwrap_or_else(|| panic!("{text}")))
}

/// What a line of a working comes to, after its multiplication was checked.
fn line(case: &str, text: &str) -> u64 {
    let (product, result) = text.split_once(" = ").unwrap_or_else(|| panic!("{case}: {text}"));
    let (units, rate) = product.split_once(" × ").unwrap_or_else(|| panic!("{case}: {text}"));
    assert_eq!(exact(units) * exact(rate), exact(result) * 1_000_000_000_000, "{case}: {text}");
    amount::pico(result).unwrap()
}

#[test]
fn every_cost_is_what_was_worked_by_hand() {
    for case in cases() {
        let name = format!("{}/{}", case.provider, case.name);
        let mut worked: BTreeMap<&str, u64> = BTreeMap::new();
        for (part, lines) in &case.working {
            worked.insert(part, lines.iter().map(|text| line(&name, text)).sum());
        }
        let sum = worked.values().sum::<u64>();
        let Some(usd) = &case.usd else {
            assert_eq!((case.cost(), worked.len()), (None, 0), "{name}");
            continue;
        };
        assert_eq!(amount::usd(sum), *usd, "{name}: the sum of the working");
        let bill = case.cost().unwrap_or_else(|| panic!("{name}: the cost is not known"));
        let parts: BTreeMap<&str, u64> = bill.parts().map(|(part, amount)| (part.name(), amount)).collect();
        assert_eq!(parts, worked, "{name}");
        assert_eq!(amount::usd(bill.total()), *usd, "{name}");
    }
}

#[test]
fn there_are_sixty_costs_of_twelve_providers_and_the_scenarios_among_them() {
    let cases = cases();
    let providers: BTreeSet<&str> = cases.iter().map(|case| case.provider.as_str()).collect();
    assert!(cases.len() >= 60 && providers.len() >= 12, "{} of {providers:?}", cases.len());
    for scenario in ["s17_", "s18_", "s19_", "s106_", "s107_", "s108_"] {
        assert!(cases.iter().any(|case| case.name.starts_with(scenario)), "{scenario}");
    }
    let names: BTreeSet<_> = cases.iter().map(|case| (&case.provider, &case.name)).collect();
    assert_eq!(names.len(), cases.len(), "no name twice");
}

#[test]
fn s17_the_smaller_model_is_cheaper() {
    let total = |name: &str| {
        cases().iter().find(|case| case.name == name).and_then(Case::cost).map(|bill| bill.total()).unwrap()
    };
    assert!(total("s17_cheaper_model") < total("s17_dearer_model"));
}

#[test]
fn attempts_add_up() {
    let all = cases();
    let bills: Vec<Cost> = all.iter().filter_map(Case::cost).collect();
    let mut sum = Cost::default();
    bills.iter().for_each(|bill| sum.add_all(bill));
    assert_eq!(sum.total(), bills.iter().map(Cost::total).sum::<u64>());
    let parts: BTreeSet<&str> = sum.parts().map(|(part, _)| part.name()).collect();
    assert_eq!(parts.len(), sum.parts().count(), "a part is there once");
    assert_eq!(parts.len(), 12, "every part occurs: {parts:?}");
}
