//! Rates that a deployment declares, by LiteLLM's names: `input_cost_per_token`, `cache_read_input_token_cost`,
//! `output_cost_per_token_above_200k_tokens_priority` and so on, `search_context_cost_per_query`, `tiered_pricing`.
//!
//! Not here: the rates of the table, and how the two are joined (`price`).

use serde_json::Value;

use super::problems::{Path, quote};
use super::read::{Members, Reader};
use crate::base::decimal::Decimal;
use crate::base::json::number_text;
use crate::price::amount::pico;
use crate::price::{Condition, Pico, Price, Rate};

/// Reads every rate among `members`, over those that are known already.
pub(super) fn rates(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members, price: &mut Price) {
    let given = || members.iter().filter(|(_, value)| !value.is_null());
    for (name, value) in given() {
        let at = at.key(name);
        if let Some((rate, condition)) = Rate::parse(name) {
            reader.usd(&at, value).into_iter().for_each(|pico| price.set(rate, condition, pico));
        } else if name == "search_context_cost_per_query"
            && let Some(sizes) = reader.object(&at, value)
        {
            listed(reader, &at, sizes, 0, price);
        }
    }
    // After the others: where there are tiers, they are what counts.
    for (_, value) in given().filter(|(name, _)| *name == "tiered_pricing") {
        tiers(reader, &at.key("tiered_pricing"), value, price);
    }
}

/// `tiered_pricing`: rates by the size of the prompt, each with the `range` of tokens that it is for. The tier of a prompt
/// counts for all of it; a prompt of exactly the number where two meet belongs to the lower.
fn tiers(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, price: &mut Price) {
    for (index, tier) in reader.list(at, value).unwrap_or_default().iter().enumerate() {
        let at = at.item(index);
        let Some(members) = reader.object(&at, tier) else { continue };
        let at_range = at.key("range");
        let from = match members.get("range").and_then(Value::as_array).map(Vec::as_slice) {
            Some([from, _]) => reader.count(&at_range.item(0), from),
            _ => {
                reader.problem(&at_range, "expected a list of two numbers of tokens");
                None
            }
        };
        if let Some(from) = from {
            listed(reader, &at, members, from, price);
        }
    }
}

/// Rates that stand together, for prompts of more than `above` tokens.
fn listed(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members, above: u32, price: &mut Price) {
    for (name, value) in members.iter().filter(|(name, value)| *name != "range" && !value.is_null()) {
        let at = at.key(name);
        match Rate::parse(name) {
            Some((rate, Condition { above: 0, tier })) => {
                let pico = reader.usd(&at, value);
                pico.into_iter().for_each(|pico| price.set(rate, Condition { above, tier }, pico));
            }
            _ => reader.report.notice(&at, format!("{} is no rate that is known here", quote(name))),
        }
    }
}

impl Reader<'_> {
    /// An amount of US dollars: a number, or one in a string, which LiteLLM takes too.
    pub(super) fn usd(&mut self, at: &Path<'_>, value: &Value) -> Option<Pico> {
        let text = match value {
            Value::Number(number) => number_text(number),
            Value::String(_) => self.any_text(at, value)?.trim().to_owned(),
            other => {
                self.expected("a number", at, other);
                return None;
            }
        };
        let found = pico(&text);
        if found.is_none() {
            let wrong = match Decimal::read(&text) {
                None => "expected a number, got a string that is none",
                Some(number) if number.is_negative => "must not be negative",
                Some(_) => "is too large",
            };
            self.problem(at, wrong);
        }
        found
    }
}
