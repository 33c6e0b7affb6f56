//! Floor 1: what providers charge. A [`Price`] is a short list of rates, each for one kind of unit, one size of
//! prompt and one service tier; amounts are whole numbers of 1e-12 USD, so that sums are exact.
//!
//! Knows `base` only: which usage is billed, and to whom, is decided above.

pub mod amount;
mod cost;
mod entry;
mod hours;
mod line;
mod names;
pub mod rate;
mod sheet;
mod table;
mod tariff;
mod tokens;

pub use cost::{Cost, Part, cost};
pub use entry::{Capabilities, Capability, Entry, Mode, Multiplier};
pub use hours::ONE;
pub use rate::{Condition, Rate, Tier};
pub use table::PriceTable;
pub use tariff::Tariff;
pub use tokens::tokens_cost;

use hours::OffPeak;

use crate::base::usage::Usage;

/// An amount of money: 1e-12 USD. 64 bits reach 18 million dollars; sums saturate there.
pub type Pico = u64;

/// What one model costs at one provider. Unknown is not free: a rate that is not listed is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Each rate with the condition under which it counts. No two are alike in both.
    rates: Vec<(Rate, Condition, Pico)>,
    /// Rates of certain hours.
    off_peak: Option<Box<OffPeak>>,
}

impl Price {
    /// Sets a rate; the last one for the same condition counts.
    pub fn set(&mut self, rate: Rate, condition: Condition, pico: Pico) {
        match self.rates.iter_mut().find(|(has, when, _)| (*has, *when) == (rate, condition)) {
            Some(known) => known.2 = pico,
            None => self.rates.push((rate, condition, pico)),
        }
    }

    /// The rate listed for exactly this condition.
    #[must_use]
    pub fn get(&self, rate: Rate, condition: Condition) -> Option<Pico> {
        self.rates.iter().find(|(has, when, _)| (*has, *when) == (rate, condition)).map(|known| known.2)
    }

    /// All rates, in the order in which they were set.
    pub fn rates(&self) -> impl Iterator<Item = (Rate, Condition, Pico)> + '_ {
        self.rates.iter().copied()
    }

    /// These rates, and for what they say nothing of, those of `wider`: what a deployment declares, over its model's.
    ///
    /// Who declares the rate of the prompt or of the answer means all of its tokens: cached ones, audio or reasoning do not
    /// come from elsewhere then. Who declares the rate of cached tokens alone means these.
    #[must_use]
    pub fn over(&self, wider: &Self) -> Self {
        let has = |wanted: Rate| self.rates().any(|(rate, _, _)| rate == wanted);
        let is_known = |rate: Rate| has(rate) || rate.base().is_some_and(has);
        let mut price = self.clone();
        price.rates.extend(wider.rates().filter(|(rate, _, _)| !is_known(*rate)));
        price.off_peak = wider.off_peak.as_ref().map(|hours| Box::new(hours.without(is_known)));
        price
    }

    /// Has it a rate for tokens?
    #[must_use]
    pub fn bills_tokens(&self) -> bool {
        self.rates().any(|(rate, _, _)| rate.is_token())
    }

    /// Is it the time of a call that is billed, by the second, as on hardware that is rented?
    #[must_use]
    pub fn bills_time(&self) -> bool {
        !self.bills_tokens()
            && self.rates().any(|(rate, _, _)| matches!(rate, Rate::InputSecond | Rate::OutputSecond))
    }

    /// Is an answer billed whatever it used: by the time of its call, or by the call?
    #[must_use]
    pub fn needs_no_usage(&self) -> bool {
        let is_whole = |rate: Rate| matches!(rate, Rate::InputSecond | Rate::OutputSecond | Rate::Request);
        !self.is_empty() && self.rates().all(|(rate, _, _)| is_whole(rate))
    }

    /// A usage with the time of its call, in ms, where that is what is billed and the usage has none of its own.
    #[must_use]
    pub fn timed(&self, usage: Usage, ms: u64) -> Usage {
        if !self.bills_time() || usage.input_ms > 0 || usage.output_ms > 0 {
            return usage;
        }
        let ms = u32::try_from(ms).unwrap_or(u32::MAX);
        match self.rates().any(|(rate, _, _)| rate == Rate::InputSecond) {
            true => Usage { input_ms: ms, ..usage },
            false => Usage { output_ms: ms, ..usage },
        }
    }

    /// Is nothing known?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(rates: &[(&str, Pico)]) -> Price {
        let mut price = Price::default();
        for (name, pico) in rates {
            let (rate, condition) = Rate::parse(name).unwrap();
            price.set(rate, condition, *pico);
        }
        price
    }

    #[test]
    fn what_a_deployment_declares_counts_for_all_of_it() {
        let table = price(&[
            ("input_cost_per_token", 10),
            ("input_cost_per_token_above_200k_tokens", 20),
            ("cache_read_input_token_cost", 1),
            ("output_cost_per_token", 30),
            ("output_cost_per_reasoning_token", 40),
            ("search_context_size_low", 5),
        ]);
        // Its own prompt: neither the table's long prompts nor its cache. Output and searches are the table's.
        let own = price(&[("input_cost_per_token", 0)]);
        let rest = [
            ("output_cost_per_token", 30),
            ("output_cost_per_reasoning_token", 40),
            ("search_context_size_low", 5),
        ];
        assert_eq!(own.over(&table), price(&[&[("input_cost_per_token", 0)], &rest[..]].concat()));
        // Its own cache, and nothing else.
        let cache = price(&[("cache_read_input_token_cost", 2)]).over(&table);
        assert_eq!(cache.get(Rate::CacheRead, Condition::default()), Some(2));
        assert_eq!(cache.rates().count(), 6);
        assert_eq!(Price::default().over(&table), table);
    }

    #[test]
    fn time_is_billed_where_tokens_are_not() {
        let rented = price(&[("input_cost_per_second", 100), ("output_cost_per_second", 200)]);
        assert_eq!(rented.timed(Usage::default(), 1_500).input_ms, 1_500);
        assert_eq!(price(&[("output_cost_per_second", 200)]).timed(Usage::default(), 7).output_ms, 7);
        // What was heard is not how long it took.
        let heard = Usage { input_ms: 9, ..Usage::default() };
        assert_eq!(rented.timed(heard, 1_500), heard);
        let tokens = price(&[("output_cost_per_second", 200), ("input_cost_per_token", 1)]);
        assert_eq!(tokens.timed(Usage::default(), 7), Usage::default());
        assert!(rented.needs_no_usage() && price(&[("input_cost_per_request", 1)]).needs_no_usage());
        assert!(!tokens.needs_no_usage() && !Price::default().needs_no_usage());
    }
}
