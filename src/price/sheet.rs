//! The rates that count for one call: those of its tier and of the size of its prompt.

use super::{Pico, Price, Rate, Tier};

/// A price, as one call is billed by it.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    price: &'a Price,
    tier: Tier,
    /// Tokens of the prompt, cached ones included.
    prompt: u64,
}

/// Which of several rates that count is taken.
#[derive(Clone, Copy)]
enum First {
    /// The one for the kind that is named first, whatever its condition.
    Kind,
    /// The one with the narrowest condition, whatever its kind.
    Condition,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(price: &'a Price, tier: Tier, prompt: u64) -> Self {
        Self { price, tier, prompt }
    }

    /// Are tokens what this model is billed by?
    pub(super) fn bills_tokens(&self) -> bool {
        self.price.bills_tokens()
    }

    /// The rate for the first of these kinds that is listed: above the highest limit that the prompt is above; there,
    /// of this tier, else the standard.
    pub(super) fn rate(&self, kinds: &[Rate]) -> Option<Pico> {
        self.find(kinds, First::Kind)
    }

    /// The rate for reasoning. Where a tier or a long prompt has a rate for the output only, that counts for reasoning too.
    pub(super) fn reasoning(&self) -> Option<Pico> {
        self.find(&[Rate::Reasoning, Rate::Output], First::Condition)
    }

    fn find(&self, kinds: &[Rate], first: First) -> Option<Pico> {
        let standard = |tier: Tier| tier == Tier::Standard;
        let own = |tier: Tier| tier == self.tier;
        if self.tier != Tier::Batch {
            return self.best(kinds, first, &|tier| own(tier) || standard(tier));
        }
        // A batch's own rates count whatever the size of the prompt. Where there is none, its tokens cost half.
        let are_tokens = kinds.first().is_some_and(|kind| kind.is_token());
        let standard = || self.best(kinds, first, &standard);
        let half = || standard().map(|rate| if are_tokens { rate.div_ceil(2) } else { rate });
        self.best(kinds, first, &own).or_else(half)
    }

    fn best(&self, kinds: &[Rate], first: First, counts: &dyn Fn(Tier) -> bool) -> Option<Pico> {
        let mut best: Option<([u64; 3], Pico)> = None;
        for (rate, when, pico) in self.price.rates() {
            let Some(place) = kinds.iter().position(|kind| *kind == rate) else { continue };
            let is_met = when.above == 0 || self.prompt > u64::from(when.above);
            if !is_met || !counts(when.tier) {
                continue;
            }
            let kind = kinds.len().saturating_sub(place) as u64;
            let condition = [u64::from(when.above), u64::from(when.tier == self.tier)];
            let rank = match (first, condition) {
                (First::Kind, [above, tier]) => [kind, above, tier],
                (First::Condition, [above, tier]) => [above, tier, kind],
            };
            if best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, pico));
            }
        }
        best.map(|(_, pico)| pico)
    }
}
