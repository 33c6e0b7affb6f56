//! What a model costs at a moment, served in a certain way.

use std::rc::Rc;

use crate::base::time::Millis;
use crate::base::usage::Usage;

use super::{Cost, Entry, Multiplier, cost};

/// More tokens than any call can use: whoever tells of more tells nonsense, and nobody is billed by it.
const MOST_TOKENS: u64 = 1_000_000_000;

/// The same of searches and images.
const MOST_UNITS: u32 = 1_000_000;

/// A model's price at the time of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// What is known of the model.
    pub entry: Rc<Entry>,
    /// When it was called: some cost less at night.
    pub at: Millis,
}

impl Tariff {
    /// What an answer costs that used this. `None` where that is not known, as of a tier or a way of being served that has no
    /// price here.
    #[must_use]
    pub fn cost(&self, mut usage: Usage) -> Option<Cost> {
        let Usage { searches, search_units, input_images, output_images, .. } = usage;
        let units = searches.max(search_units).max(input_images).max(output_images);
        if usage.prompt_tokens.max(usage.completion_tokens) > MOST_TOKENS || units > MOST_UNITS {
            return None;
        }
        if self.entry.always_searches && searches == 0 && usage.completion_tokens > 0 {
            usage.searches = 1;
        }
        let mut price = self.entry.price.at(self.at);
        let ways = [(usage.is_in_us, Multiplier::GeoUs), (usage.is_fast, Multiplier::Fast)];
        for (_, way) in ways.into_iter().filter(|(is, _)| *is) {
            let millionths = self.entry.multiplier(way)?;
            price = std::borrow::Cow::Owned(price.times(millionths));
        }
        // OpenAI tells the tier that it served; who tells none has served the ordinary one.
        cost(&price, &usage, usage.tier.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::rate::Tier;
    use crate::price::{Condition, Rate};

    fn tariff() -> Tariff {
        let mut entry = Entry::default();
        entry.price.set(Rate::Input, Condition::default(), 100);
        entry.price.set(Rate::Output, Condition::default(), 1_000);
        entry.multipliers.push((Multiplier::GeoUs, 1_100_000));
        Tariff { entry: Rc::new(entry), at: Millis(0) }
    }

    fn total(usage: Usage) -> Option<u64> {
        let usage = Usage { prompt_tokens: 10, completion_tokens: 1, ..usage };
        tariff().cost(usage).map(|cost| cost.total())
    }

    #[test]
    fn a_usage_that_cannot_be_has_no_price() {
        let usage = |completion_tokens| Usage { completion_tokens, ..Usage::default() };
        assert_eq!(tariff().cost(usage(u64::MAX)), None);
        assert_eq!(tariff().cost(usage(MOST_TOKENS)).map(|cost| cost.total()), Some(1_000_000_000_000));
        let mut searching = tariff();
        Rc::make_mut(&mut searching.entry).price.set(Rate::SearchMedium, Condition::default(), 5);
        let searches = |searches| searching.cost(Usage { searches, ..Usage::default() });
        assert_eq!(searches(3).map(|cost| cost.total()), Some(15));
        assert_eq!(searches(u32::MAX), None);
    }

    #[test]
    fn a_model_that_searches_before_each_answer_is_billed_for_that() {
        let mut tariff = tariff();
        let entry = Rc::make_mut(&mut tariff.entry);
        entry.price.set(Rate::SearchMedium, Condition::default(), 5);
        entry.always_searches = true;
        let total = |completion_tokens, searches| {
            let usage = Usage { prompt_tokens: 10, completion_tokens, searches, ..Usage::default() };
            tariff.cost(usage).map(|cost| cost.total())
        };
        assert_eq!((total(1, 0), total(1, 2), total(0, 0)), (Some(2_005), Some(2_010), Some(1_000)));
    }

    #[test]
    fn the_way_of_being_served_counts_and_one_without_a_price_is_not_known() {
        assert_eq!(total(Usage::default()), Some(2_000));
        assert_eq!(total(Usage { is_in_us: true, ..Usage::default() }), Some(2_200));
        assert_eq!(total(Usage { is_fast: true, ..Usage::default() }), None);
        assert_eq!(total(Usage { tier: Some(Tier::Flex), ..Usage::default() }), Some(2_000));
        assert_eq!(total(Usage { tier: Some(Tier::Other), ..Usage::default() }), None);
    }
}
