//! What plain tokens cost: the bill of most requests before they are sent, and in one look at the rates, for a choice asks it of
//! every candidate. Whatever is more than that is left to [`cost`](super::cost).

use super::{Pico, Price, Rate, Tier};

/// What so many tokens in and out cost, served in the standard tier. `None` where that takes more than rates for tokens, or
/// is not known.
#[must_use]
pub fn tokens_cost(price: &Price, input: u64, output: u64) -> Option<Pico> {
    let (mut of_input, mut of_output) = (None, None);
    for (rate, when, pico) in price.rates() {
        let best = match rate {
            Rate::Input => &mut of_input,
            Rate::Output => &mut of_output,
            Rate::Request => return None,
            _ => continue,
        };
        let above = u64::from(when.above);
        let counts = when.tier == Tier::Standard && (above == 0 || input > above);
        if counts && best.is_none_or(|(known, _)| above >= known) {
            *best = Some((above, pico));
        }
    }
    if input == 0 && output == 0 {
        return None;
    }
    let part = |tokens: u64, rate: Option<(u64, Pico)>| {
        if tokens == 0 { Some(0) } else { rate.map(|(_, pico)| tokens.saturating_mul(pico)) }
    };
    Some(part(input, of_input)?.saturating_add(part(output, of_output)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::usage::Usage;
    use crate::price::{Condition, cost};

    #[test]
    fn it_is_the_bill_of_the_same_tokens() {
        let kinds =
            [Rate::Input, Rate::Output, Rate::Reasoning, Rate::CacheRead, Rate::Request, Rate::InputSecond];
        let whens = [
            Condition::default(),
            Condition { above: 200, ..Condition::default() },
            Condition { above: 500, ..Condition::default() },
            Condition { tier: Tier::Priority, ..Condition::default() },
        ];
        let all: Vec<_> =
            kinds.iter().flat_map(|kind| whens.iter().map(move |when| (*kind, *when))).collect();
        let mut told = 0;
        for case in 0..2_000_usize {
            let mut price = Price::default();
            for (place, (kind, when)) in all.iter().enumerate() {
                if ((case * 2_654_435_761) >> (place % 30)) & 3 == 0 {
                    price.set(*kind, *when, 10 + (place * 7 + case) as u64 % 90);
                }
            }
            for (input, output) in [(0, 0), (0, 9), (200, 0), (201, 3), (501, 100)] {
                let usage = Usage { prompt_tokens: input, completion_tokens: output, ..Usage::default() };
                if let Some(found) = tokens_cost(&price, input, output) {
                    told += 1;
                    assert_eq!(cost(&price, &usage, Tier::Standard).map(|cost| cost.total()), Some(found));
                }
            }
        }
        assert!(told > 500, "{told}");
    }
}
