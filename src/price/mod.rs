//! Floor 1: what providers charge. A [`Price`] is a short list of rates, each for one kind of unit, one size of
//! prompt and one service tier; amounts are whole numbers of 1e-12 USD, so that sums are exact.
//!
//! Knows `base` only: which usage is billed, and to whom, is decided above.

pub mod rate;

pub use rate::{Condition, Rate, Tier};

/// An amount of money: 1e-12 USD. 64 bits reach 18 million dollars; sums saturate there.
pub type Pico = u64;

/// What one model costs at one provider. Unknown is not free: a rate that is not listed is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Each rate with the condition under which it counts. No two are alike in both.
    rates: Vec<(Rate, Condition, Pico)>,
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

    /// Is nothing known?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }
}
