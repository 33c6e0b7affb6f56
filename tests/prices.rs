//! Costs worked by hand: `fixtures/costs/<provider>.json` holds rates, a usage as the provider tells it, and the working.
//!
//! Not here: the table of prices, and the comparison with LiteLLM (`npm run prices:litellm`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use switchman::base::usage::{Tier, Usage};
use switchman::config::{DialectName, Surface, load};
use switchman::dialect::{Memo, told_usage, translate_reply};
use switchman::price::{Cost, Price, amount, cost};

/// A cost that was worked by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    provider: String,
    #[serde(rename = "model")]
    _model: String,
    /// What the provider's price page says.
    #[serde(rename = "rule")]
    _rule: String,
    /// By LiteLLM's names, as a deployment declares them.
    rates: Map<String, Value>,
    dialect: Option<String>,
    usage: Value,
    /// What the router counts where the answer does not.
    #[serde(default)]
    counted: BTreeMap<String, u32>,
    /// The tier that was asked for.
    tier: Option<String>,
    /// By part: `units × rate = amount`.
    working: BTreeMap<String, Vec<String>>,
    usd: Option<String>,
}

fn cases() -> Vec<Case> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/costs");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(file).unwrap();
            serde_json::from_str::<Vec<Case>>(&text).unwrap_or_else(|error| panic!("{file:?}: {error}"))
        })
        .collect()
}

impl Case {
    fn price(&self) -> Price {
        let mut params = json!({ "model": "openai/any", "api_key": "none" });
        params.as_object_mut().unwrap().extend(self.rates.clone());
        let config = json!({ "model_list": [{ "model_name": "any", "litellm_params": params }] });
        let mut loaded = load(&config, &Value::Null, &|_| None).unwrap();
        assert!(loaded.notices.is_empty(), "{}: {:?}", self.name, loaded.notices);
        loaded.config.deployments.remove(0).price.unwrap_or_default()
    }

    fn usage(&self) -> Usage {
        let mut usage = match self.dialect.as_deref() {
            Some("anthropic") => {
                let reply = json!({ "type": "message", "content": [], "usage": self.usage }).to_string();
                let memo = Memo::default();
                let reply =
                    translate_reply(DialectName::Anthropic, Surface::Chat, &memo, 0, reply.as_bytes());
                reply.unwrap().usage.unwrap()
            }
            None => told_usage(self.usage.to_string().as_bytes(), None).unwrap(),
            Some(other) => panic!("{}: no dialect {other}", self.name),
        };
        for (name, count) in &self.counted {
            let place = match name.as_str() {
                "input_ms" => &mut usage.input_ms,
                "input_characters" => &mut usage.input_characters,
                "input_images" => &mut usage.input_images,
                "output_images" => &mut usage.output_images,
                "search_units" => &mut usage.search_units,
                other => panic!("{}: no count {other}", self.name),
            };
            *place = *count;
        }
        usage
    }

    fn cost(&self) -> Option<Cost> {
        let usage = self.usage();
        let asked = self.tier.as_deref().and_then(Tier::told).unwrap_or_default();
        cost(&self.price(), &usage, usage.tier.unwrap_or(asked))
    }
}

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
