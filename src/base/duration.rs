//! Durations as headers and sentences write them: numbers with units behind them.

use super::decimal::decimal;

/// The names of the units, and their milliseconds.
const UNITS: [(&str, f64); 7] = [
    ("ms millisecond milliseconds", 1.0),
    ("s sec secs second seconds", 1_000.0),
    ("m min mins minute minutes", 60_000.0),
    ("h hr hrs hour hours", 3_600_000.0),
    ("d day days", 86_400_000.0),
    ("us \u{b5}s \u{3bc}s", 0.001),
    ("ns", 0.000_001),
];

/// The milliseconds of a duration as Go writes it ("6m0s", "20ms"): nothing else may stand beside it.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    let (ms, rest) = read(text)?;
    rest.is_empty().then_some(ms)
}

/// The milliseconds of a duration that a text begins with: "7m12.5s. Then", "6 seconds".
#[must_use]
pub fn leading(text: &str) -> Option<u64> {
    read(text).map(|(ms, _)| ms)
}

/// The milliseconds, rounded up, and what is behind them.
fn read(text: &str) -> Option<(u64, &str)> {
    let (mut total, mut rest) = part(text)?;
    while let Some((ms, behind)) = part(rest) {
        total += ms;
        rest = behind;
    }
    Some((total.ceil() as u64, rest))
}

/// A number and its unit, perhaps with a blank between them.
fn part(text: &str) -> Option<(f64, &str)> {
    let digits = text.find(|char: char| !char.is_ascii_digit() && char != '.')?;
    let (number, behind) = text.split_at_checked(digits)?;
    let behind = behind.strip_prefix(' ').unwrap_or(behind);
    // Of the letters that are not ASCII a unit has one; tables of all would be kilobytes.
    let letters =
        behind.find(|char: char| char.is_ascii() && !char.is_ascii_alphabetic()).unwrap_or(behind.len());
    let (unit, rest) = behind.split_at_checked(letters)?;
    let (_, scale) = UNITS.iter().find(|(names, _)| names.split(' ').any(|name| name == unit))?;
    Some((decimal(number)? * scale, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_sentences_are_read() {
        for (text, ms) in [
            ("6m0s", 360_000),
            ("20ms", 20),
            ("1h2m3.5s", 3_723_500),
            ("120\u{b5}s", 1),
            ("34.074824224s", 34_075),
            ("0s", 0),
        ] {
            assert_eq!((whole(text), leading(text)), (Some(ms), Some(ms)), "{text}");
        }
        for (text, ms) in [
            ("1.2s. Visit a page", Some(1_200)),
            ("6 seconds.", Some(6_000)),
            ("7m12.345s.", Some(432_345)),
            ("1 hour", Some(3_600_000)),
            ("2 days, or so", Some(172_800_000)),
            ("a while", None),
            ("5", None),
            ("5 tokens", None),
            ("", None),
            (".s", None),
        ] {
            assert_eq!(leading(text), ms, "{text}");
        }
        for text in ["", "soon", "s", "-1s", "1x", "1s2", "1s.", "6 seconds.", "1.2.3s"] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(leading(&format!("{}h", "9".repeat(400))), None);
    }
}
