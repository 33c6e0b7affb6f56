//! Other prices at certain hours of the week, and dearer ones for what is served in a certain way.

use std::borrow::Cow;

use super::{Condition, Pico, Price, Rate};
use crate::base::time::Millis;

/// Minutes of a day.
const DAY: u16 = 1440;
const MS_A_MINUTE: u64 = 60_000;

/// What a multiplier of one is.
pub const ONE: u64 = 1_000_000;

/// Hours of some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// A bit for each day; the lowest is Monday's.
    pub(super) days: u8,
    /// The first minute of the day, in UTC.
    pub(super) from: u16,
    /// The first minute behind.
    pub(super) to: u16,
}

impl Window {
    /// Does it lie within one day?
    pub(super) fn is_sound(self) -> bool {
        self.from < self.to && self.to <= DAY
    }
}

/// Rates that take the place of all others for the same unit, at certain hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OffPeak {
    /// How far ahead of UTC the clock is that tells the day of the week, in minutes. The hours are UTC's all the same.
    pub(super) ahead: u16,
    pub(super) windows: Vec<Window>,
    pub(super) rates: Vec<(Rate, Pico)>,
}

impl OffPeak {
    /// Without some of its rates.
    pub(super) fn without(&self, is_left_out: impl Fn(Rate) -> bool) -> Self {
        let mut rest = self.clone();
        rest.rates.retain(|(rate, _)| !is_left_out(*rate));
        rest
    }

    fn is_on(&self, now: Millis) -> bool {
        let minutes = now.0 / MS_A_MINUTE;
        let minute = minutes % u64::from(DAY);
        // The epoch began on a Thursday.
        let weekday = ((minutes + u64::from(self.ahead)) / u64::from(DAY) + 3) % 7;
        self.windows.iter().any(|window| {
            window.days >> weekday & 1 == 1
                && (u64::from(window.from)..u64::from(window.to)).contains(&minute)
        })
    }
}

impl Price {
    /// What counts at a moment: some providers charge less at night. A rate of those hours counts whatever the size of
    /// the prompt and the tier.
    #[must_use]
    pub fn at(&self, now: Millis) -> Cow<'_, Self> {
        let Some(off_peak) = self.off_peak.as_deref().filter(|hours| hours.is_on(now)) else {
            return Cow::Borrowed(self);
        };
        let mut price = self.clone();
        for (rate, pico) in &off_peak.rates {
            price.rates.retain(|(known, ..)| known != rate);
            price.set(*rate, Condition::default(), *pico);
        }
        Cow::Owned(price)
    }

    /// All rates but those of searches, times so many millionths; half a unit is rounded up. Regions, geographies and speeds
    /// make tokens dearer; the tools beside them cost what they do everywhere.
    #[must_use]
    pub fn times(&self, millionths: u64) -> Self {
        // In two parts, so that the product fits: 128 bits would bring a kilobyte of code.
        let times = |pico: Pico| {
            let rest = (pico % ONE).saturating_mul(millionths).saturating_add(ONE / 2) / ONE;
            (pico / ONE).saturating_mul(millionths).saturating_add(rest)
        };
        let mut price = self.clone();
        let own = price.rates.iter_mut().map(|(rate, _, pico)| (*rate, pico));
        let nightly = price.off_peak.iter_mut().flat_map(|hours| &mut hours.rates);
        let all = own.chain(nightly.map(|(rate, pico)| (*rate, pico)));
        all.filter(|(rate, _)| !rate.is_search()).for_each(|(_, pico)| *pico = times(*pico));
        price
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 60 * MS_A_MINUTE;
    /// 2026-11-02, a Monday, at midnight.
    const MONDAY: u64 = 1_793_577_600_000;

    fn nightly(ahead: u16, days: u8) -> Price {
        let windows = vec![Window { days, from: 990, to: DAY }, Window { days, from: 0, to: 30 }];
        let rates = vec![(Rate::Input, 5)];
        let off_peak = Some(Box::new(OffPeak { ahead, windows, rates }));
        let mut price = Price { off_peak, ..Price::default() };
        price.set(Rate::Input, Condition::default(), 10);
        price.set(Rate::Input, Condition { above: 1000, ..Condition::default() }, 20);
        price.set(Rate::Output, Condition::default(), 30);
        price
    }

    #[test]
    fn a_price_of_the_night_counts_at_night() {
        let price = nightly(0, 0b1111111);
        let input = |ms| price.at(Millis(MONDAY + ms)).get(Rate::Input, Condition::default());
        for (ms, pico) in [(0, 5), (HOUR / 2 - 1, 5), (HOUR / 2, 10), (16 * HOUR, 10), (17 * HOUR, 5)] {
            assert_eq!(input(ms), Some(pico), "{ms}");
        }
        let night = price.at(Millis(MONDAY));
        assert_eq!(night.rates().count(), 2, "no price by size at night");
        assert_eq!(night.get(Rate::Output, Condition::default()), Some(30));
    }

    #[test]
    fn what_a_deployment_declares_counts_at_night_too() {
        let mut own = Price::default();
        own.set(Rate::Input, Condition::default(), 7);
        let price = own.over(&nightly(0, 127));
        assert_eq!(price.at(Millis(MONDAY)).get(Rate::Input, Condition::default()), Some(7));
        assert_eq!(Price::default().over(&nightly(0, 127)), nightly(0, 127));
    }

    #[test]
    fn the_day_of_the_week_is_that_of_the_place() {
        let input = |ahead, days, ms| {
            nightly(ahead, days).at(Millis(MONDAY + ms)).get(Rate::Input, Condition::default())
        };
        // Monday 17:00 in UTC is Tuesday in Shanghai.
        assert_eq!(input(0, 1, 17 * HOUR), Some(5));
        assert_eq!(input(480, 1, 17 * HOUR), Some(10));
        assert_eq!(input(480, 2, 17 * HOUR), Some(5));
        assert_eq!(input(0, 1 << 6, 0), Some(10), "Sunday was yesterday");
    }

    #[test]
    fn a_multiplier_is_exact_where_it_can_be() {
        let price = nightly(0, 127).times(1_100_000);
        let rates: Vec<Pico> = price.rates().map(|(.., pico)| pico).collect();
        assert_eq!(rates, [11, 22, 33]);
        assert_eq!(price.at(Millis(MONDAY)).get(Rate::Input, Condition::default()), Some(6), "5.5");
        let mut dear = Price::default();
        dear.set(Rate::Output, Condition::default(), Pico::MAX);
        assert_eq!(dear.times(2 * ONE).get(Rate::Output, Condition::default()), Some(Pico::MAX));
    }

    #[test]
    fn a_search_costs_the_same_however_the_tokens_are_served() {
        let mut price = nightly(0, 127);
        price.set(Rate::SearchMedium, Condition::default(), 10);
        price = price.times(6 * ONE);
        assert_eq!(price.get(Rate::SearchMedium, Condition::default()), Some(10));
        assert_eq!(price.get(Rate::Output, Condition::default()), Some(180));
    }
}
