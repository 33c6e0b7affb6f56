//! Numbers as people write them, in headers and in variables of the environment.
//!
//! Not here: JSON, which `serde_json` reads. The standard library's reader would do as well, but rounds the last bit
//! of every number right, for which it brings 15 KB of code and tables.

/// The most digits that count: a number of so many fits 64 bits.
const MOST_DIGITS: u64 = 1_000_000_000_000_000_000;

/// A decimal number as it is written: `digits` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Does it have a minus in front?
    pub is_negative: bool,
    /// The first 18 or 19 digits that count.
    pub digits: u64,
    /// The power of ten.
    pub exponent: i32,
}

impl Decimal {
    /// Reads a sign, digits with at most one point, an exponent. `None` for anything else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (is_negative, mut rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mut digits, mut exponent) = (0_u64, 0_i32);
        let (mut has_digits, mut has_point) = (false, false);
        while let [byte, behind @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    has_digits = true;
                    if digits < MOST_DIGITS {
                        digits = digits.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
                        exponent = exponent.saturating_sub(i32::from(has_point));
                    } else {
                        exponent = exponent.saturating_add(i32::from(!has_point));
                    }
                }
                b'.' if !has_point => has_point = true,
                b'e' | b'E' if has_digits => {
                    exponent = exponent.saturating_add(power(behind)?);
                    break;
                }
                _ => return None,
            }
            rest = behind;
        }
        has_digits.then_some(Self { is_negative, digits, exponent })
    }
}

/// The power of ten behind an `e`; one beyond 32 bits is as large as they hold.
fn power(text: &[u8]) -> Option<i32> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let mut size = 0_i32;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        size = size.saturating_mul(10).saturating_add(i32::from(digit));
    }
    (!digits.is_empty()).then_some(if is_negative { -size } else { size })
}

/// Reads a decimal number. `None` for what [`Decimal`] is none, and for what is too large to be a finite number.
///
/// Exact where the digits are at most 15 and the exponent is within 22; else good to 15 digits.
#[must_use]
pub fn decimal(text: &str) -> Option<f64> {
    let Decimal { is_negative, digits, exponent } = Decimal::read(text)?;
    let scale = 10_f64.powi(exponent.saturating_abs());
    let size = match digits {
        // Whatever the power of ten is.
        0 => 0.0,
        _ if exponent < 0 => digits as f64 / scale,
        _ => digits as f64 * scale,
    };
    size.is_finite().then_some(if is_negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_exactly() {
        for text in [
            "0",
            "-0",
            "1",
            "+1",
            "007",
            "1.5",
            "-2.25",
            ".5",
            "5.",
            "0.1",
            "0.7",
            "1e3",
            "1E+3",
            "2.5e-3",
            "1e22",
            "123456789012345",
            "0.000123456789012345",
            "60.000",
            "9007199254740991",
            "1e-7",
            "3e-22",
        ] {
            assert_eq!(decimal(text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn long_numbers_are_near() {
        for text in [
            "3.14159265358979323846264338327950288",
            "123456789012345678901234567890",
            "1e300",
            "1.7e308",
            "4.9e-300",
            "0.1234567890123456789",
            "18446744073709551615",
        ] {
            let (read, exact): (f64, f64) = (decimal(text).unwrap(), text.parse().unwrap());
            assert!((read - exact).abs() <= exact.abs() * 1e-15, "{text}: {read:e}");
        }
        for text in ["1e-400", "1e-99999999999", "0e400", "-0E99999999999", "0.0e-99999999999"] {
            assert_eq!(decimal(text), Some(0.0), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "+",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1e5.0",
            "1.2.3",
            "--1",
            "+-1",
            " 1",
            "1 ",
            "0x10",
            "1_000",
            "inf",
            "NaN",
            "1e400",
            "1e99999999999",
            "1e-99999999999x",
            "1e-",
            "1e--1",
            "١",
            "1,5",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
