//! Amounts as text: decimal numbers of US dollars, read and written without a float, so that no digit is lost.

use super::Pico;
use crate::base::decimal::Decimal;

/// How many places a pico dollar is behind the point.
const PLACES: usize = 12;

/// One US dollar.
const DOLLAR: Pico = 1_000_000_000_000;

/// Reads a decimal number of US dollars, such as `1.5e-7`: exact down to 1e-12 USD and 18 digits, rounded there, and not
/// to 0 unless it is. `None` for what is no decimal number, is negative, or is beyond 18 million dollars.
#[must_use]
pub fn pico(text: &str) -> Option<Pico> {
    let Decimal { is_negative, digits, exponent } = Decimal::read(text)?;
    if digits == 0 {
        return Some(0);
    }
    if is_negative {
        return None;
    }
    let mut amount = digits;
    let shift = exponent.saturating_add(PLACES as i32);
    for _ in 0..shift.clamp(0, 20) {
        amount = amount.checked_mul(10)?;
    }
    // The last digit that goes decides, whatever was behind it: half a pico is up.
    let mut last = 0;
    for _ in 0..shift.saturating_neg().clamp(0, 20) {
        last = amount % 10;
        amount /= 10;
    }
    Some(amount.saturating_add(u64::from(last >= 5)).max(1))
}

/// Writes an amount as a JSON number of US dollars: every digit, and no more.
#[must_use]
pub fn usd(pico: Pico) -> String {
    let mut text = (pico / DOLLAR).to_string();
    let part = pico % DOLLAR;
    if part > 0 {
        let digits = part.to_string();
        text.push('.');
        text.extend(std::iter::repeat_n('0', PLACES.saturating_sub(digits.len())));
        text.push_str(digits.trim_end_matches('0'));
    }
    text
}

/// An amount as a float of US dollars: the one that [`usd`] reads as, up to 9007 dollars.
#[must_use]
pub fn dollars(pico: Pico) -> f64 {
    pico as f64 / DOLLAR as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_read_to_the_pico() {
        for (text, amount) in [
            ("1.5e-7", 150_000),
            ("0.00000015", 150_000),
            ("0.00000125", 1_250_000),
            ("3E-06", 3_000_000),
            ("15", 15_000_000_000_000),
            ("0", 0),
            ("-0.0", 0),
            ("0e99", 0),
            ("1e-12", 1),
            ("2.5e-12", 3),
            ("2.49e-12", 2),
            ("2.4499999e-12", 2),
            // Not free.
            ("1e-13", 1),
            ("1e-300", 1),
            ("0.0002833333333333333", 283_333_333),
            ("18446744", 18_446_744_000_000_000_000),
        ] {
            assert_eq!(pico(text), Some(amount), "{text}");
        }
        for text in ["", "free", "-1e-6", "1e8", "1e300", "99999999", "0x1", "NaN", "1_0"] {
            assert_eq!(pico(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_written_with_the_digits_they_have() {
        for (amount, text) in [
            (0, "0"),
            (1, "0.000000000001"),
            (123_000_000, "0.000123"),
            (DOLLAR, "1"),
            (12 * DOLLAR + DOLLAR / 4, "12.25"),
            (u64::MAX, "18446744.073709551615"),
        ] {
            assert_eq!(usd(amount), text);
        }
        assert_eq!(dollars(123_000_000).to_string(), "0.000123");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(amount in any::<u64>().prop_map(|amount| amount % 1_000_000_000_000_000_000)) {
            let text = usd(amount);
            prop_assert_eq!(pico(&text), Some(amount));
            if amount < 1 << 53 {
                prop_assert_eq!(Ok(dollars(amount)), text.parse::<f64>());
            }
        }
    }
}
