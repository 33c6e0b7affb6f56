//! One line of a price table. The table is text, so that it is small when it is compressed, and so that a difference
//! can be read; `scripts/prices.mjs` writes it.
//!
//! ```text
//! #1 litellm 1.109.1
//! openai/gpt-4o-mini 128k/16K Cfltscvdy i.15o.6c.075!i.25o1c.125%i.075o.3
//! ```
//!
//! The first line tells the version of the format, and where the data is from. Each of the others has up to four fields
//! with a blank between them; empty ones at the end are left out. The lines are sorted by the bytes of the first field.
//!
//! 1. The key: "provider/model", lower-case, with LiteLLM's names.
//! 2. The window: the most tokens in, a slash, the most tokens out; either may be missing. `k` is a thousand, `K` 1024.
//! 3. The mode, a capital letter, and what the model can do, small ones: see [`Mode`] and [`Capability`].
//! 4. The price, in groups. A rate is a letter of [`LETTERS`] and an amount in USD per million units, with at most six
//!    digits behind the point: so a millionth of it is a whole number of 1e-12 USD. Marks in front of rates tell when
//!    they count; the first mark behind a rate begins another group:
//!    - `>200`: the prompt has more than 200,000 tokens; `>=200`: it has so many or more;
//!    - `~` flex, `!` priority, `%` batch;
//!    - `@12345:0-60,67:0-1440`: at certain minutes of the day in UTC, on certain days of the week from Monday 1;
//!      `@+480,…`: the day is that of a clock so many minutes ahead;
//!    - `*e1.1`: no rate, but what all rates are multiplied by in a case: see [`Multiplier`].

use super::hours::{OffPeak, Window};
use super::{Capability, Condition, Entry, Mode, Multiplier, Pico, Price, Rate, Tier};

/// What the text of a table begins with.
pub(super) const HEAD: &str = "#1 ";

/// The letters of the rates.
const LETTERS: [(u8, Rate); 22] = [
    (b'i', Rate::Input),
    (b'o', Rate::Output),
    (b'c', Rate::CacheRead),
    (b'w', Rate::CacheWrite),
    (b'h', Rate::CacheWrite1h),
    (b'r', Rate::Reasoning),
    (b'a', Rate::InputAudio),
    (b'b', Rate::OutputAudio),
    (b'd', Rate::CacheReadAudio),
    (b'm', Rate::InputImageToken),
    (b'n', Rate::OutputImageToken),
    (b'p', Rate::InputImage),
    (b'q', Rate::OutputImage),
    (b's', Rate::InputSecond),
    (b't', Rate::OutputSecond),
    (b'k', Rate::InputCharacter),
    (b'l', Rate::OutputCharacter),
    (b'u', Rate::Query),
    (b'v', Rate::Request),
    (b'x', Rate::SearchLow),
    (b'y', Rate::SearchMedium),
    (b'z', Rate::SearchHigh),
];

/// Reads what stands behind the key. `None` for what is no such line.
pub(super) fn entry(fields: &str) -> Option<Entry> {
    let mut fields = fields.split(' ');
    let (window, flags, price) =
        (fields.next()?, fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    if fields.next().is_some() {
        return None;
    }
    let mut entry = Entry::default();
    (entry.max_input_tokens, entry.max_output_tokens) = read_window(window)?;
    for letter in flags.bytes() {
        match Mode::of_letter(letter) {
            Some(mode) => entry.mode = Some(mode),
            None => entry.capabilities.set(Capability::of_letter(letter)?, true),
        }
    }
    let mut reader = Rates::default();
    reader.read(Text(price.as_bytes()))?;
    (entry.price, entry.multipliers) = (reader.price, reader.multipliers);
    Some(entry)
}

fn read_window(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let (input, output) = text.split_once('/').unwrap_or((text, ""));
    Some((tokens(input)?, tokens(output)?))
}

fn tokens(text: &str) -> Option<Option<u32>> {
    if text.is_empty() {
        return Some(None);
    }
    let mut rest = Text(text.as_bytes());
    let count = rest.whole()?;
    let unit = if rest.skip(b'k') {
        1000
    } else if rest.skip(b'K') {
        1024
    } else {
        1
    };
    rest.0.is_empty().then_some(Some(u32::try_from(count.checked_mul(unit)?).ok()?))
}

/// The rates that have been read.
#[derive(Default)]
struct Rates {
    price: Price,
    multipliers: Vec<(Multiplier, u64)>,
    when: Condition,
    at_hours: bool,
    /// Was a rate read since the last mark?
    is_behind_rate: bool,
}

impl Rates {
    fn read(&mut self, mut rest: Text<'_>) -> Option<()> {
        while let Some(byte) = rest.next() {
            match byte {
                b'>' => {
                    let is_inclusive = rest.skip(b'=');
                    let above = rest.whole()?.checked_mul(1000)?.checked_sub(u64::from(is_inclusive))?;
                    self.group().above = u32::try_from(above).ok()?;
                }
                b'~' => self.group().tier = Tier::Flex,
                b'!' => self.group().tier = Tier::Priority,
                b'%' => self.group().tier = Tier::Batch,
                b'@' => {
                    self.group();
                    self.at_hours = true;
                    self.price.off_peak = Some(Box::new(hours(&mut rest)?));
                }
                b'*' => {
                    let letter = rest.next()?;
                    let way = Multiplier::LETTERS.iter().find(|(known, _)| *known == letter)?.1;
                    self.multipliers.push((way, rest.amount()?));
                }
                letter => {
                    let rate = LETTERS.iter().find(|(known, _)| *known == letter)?.1;
                    self.set(rate, rest.amount()?);
                }
            }
        }
        Some(())
    }

    /// The condition of the group that a mark belongs to.
    fn group(&mut self) -> &mut Condition {
        if std::mem::take(&mut self.is_behind_rate) {
            self.when = Condition::default();
            self.at_hours = false;
        }
        &mut self.when
    }

    fn set(&mut self, rate: Rate, pico: Pico) {
        self.is_behind_rate = true;
        match self.price.off_peak.as_deref_mut().filter(|_| self.at_hours) {
            Some(off_peak) => off_peak.rates.push((rate, pico)),
            None => self.price.set(rate, self.when, pico),
        }
    }
}

fn hours(rest: &mut Text<'_>) -> Option<OffPeak> {
    let mut off_peak = OffPeak::default();
    if rest.skip(b'+') {
        off_peak.ahead = u16::try_from(rest.whole()?).ok()?;
        rest.skip(b',').then_some(())?;
    }
    loop {
        let mut days = 0;
        while let Some(day @ b'1'..=b'7') = rest.0.first() {
            days |= 1 << (day - b'1');
            rest.next();
        }
        rest.skip(b':').then_some(())?;
        let from = u16::try_from(rest.whole()?).ok()?;
        rest.skip(b'-').then_some(())?;
        let to = u16::try_from(rest.whole()?).ok()?;
        off_peak.windows.push(Some(Window { days, from, to }).filter(|window| window.is_sound())?);
        if !rest.skip(b',') {
            return Some(off_peak);
        }
    }
}

/// What is left of a line.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_there = self.0.first() == Some(&byte);
        if is_there {
            self.next();
        }
        is_there
    }

    /// A digit, if one is next.
    fn digit(&mut self) -> Option<u64> {
        let digit = self.0.first().filter(|byte| byte.is_ascii_digit())?;
        let value = u64::from(digit - b'0');
        self.next();
        Some(value)
    }

    fn whole(&mut self) -> Option<u64> {
        let mut number = self.digit()?;
        while let Some(digit) = self.digit() {
            number = number.checked_mul(10)?.checked_add(digit)?;
        }
        Some(number)
    }

    /// A decimal, in millionths.
    fn amount(&mut self) -> Option<u64> {
        let mut number = if self.0.first() == Some(&b'.') { 0 } else { self.whole()? };
        number = number.checked_mul(1_000_000)?;
        if self.skip(b'.') {
            let mut unit = 100_000;
            number = number.checked_add(self.digit()? * unit)?;
            while let Some(digit) = self.digit() {
                unit /= 10;
                // A seventh digit would be lost.
                (unit > 0).then_some(())?;
                number = number.checked_add(digit * unit)?;
            }
        }
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Millis;

    fn price(text: &str) -> Vec<(Rate, u32, Tier, Pico)> {
        let entry = entry(&format!("  {text}")).unwrap();
        entry.price.rates().map(|(rate, when, pico)| (rate, when.above, when.tier, pico)).collect()
    }

    #[test]
    fn a_line_tells_everything() {
        let entry = entry("128k/16K Cfv i.15o.6").unwrap();
        assert_eq!((entry.max_input_tokens, entry.max_output_tokens), (Some(128_000), Some(16_384)));
        assert_eq!(entry.mode, Some(Mode::Chat));
        assert!(entry.capabilities.has(Capability::FunctionCalling));
        assert!(!entry.capabilities.has(Capability::AudioInput));
        assert_eq!(price("i.15o.6").first(), Some(&(Rate::Input, 0, Tier::Standard, 150_000)));
    }

    #[test]
    fn marks_tell_when_a_rate_counts() {
        assert_eq!(
            price("i1>200i2c.000001!i3!>=200i4~o5"),
            [
                (Rate::Input, 0, Tier::Standard, 1_000_000),
                (Rate::Input, 200_000, Tier::Standard, 2_000_000),
                (Rate::CacheRead, 200_000, Tier::Standard, 1),
                (Rate::Input, 0, Tier::Priority, 3_000_000),
                (Rate::Input, 199_999, Tier::Priority, 4_000_000),
                (Rate::Output, 0, Tier::Flex, 5_000_000),
            ]
        );
    }

    #[test]
    fn hours_and_multipliers_are_read() {
        let entry = entry("  i1o2@+480,12345:0-60,67:0-1440i.5*e1.1*f2").unwrap();
        assert_eq!(entry.multiplier(Multiplier::ResidencyEu), Some(1_100_000));
        assert_eq!(entry.multiplier(Multiplier::Fast), Some(2_000_000));
        assert_eq!(entry.multiplier(Multiplier::GeoUs), None);
        let input = |ms| entry.price.at(Millis(ms)).get(Rate::Input, Condition::default());
        // The epoch began on a Thursday, at midnight.
        assert_eq!((input(0), input(3_600_000)), (Some(500_000), Some(1_000_000)));
    }

    #[test]
    fn what_is_no_line_is_none() {
        for wrong in [
            "k C i1",
            "1m C i1",
            "1/2/3 C i1",
            "99999999999 C i1",
            "1 C i1 more",
            "1 C? i1",
            "1 Cz i1",
            "1 C i",
            "1 C i.",
            "1 C i1.0000001",
            "1 C i99999999999999999999",
            "1 C e1",
            "1 C >i1",
            "1 C >=0i1",
            "1 C >5000000i1",
            "1 C *z1",
            "1 C *",
            "1 C @i1",
            "1 C @1:0-0i1",
            "1 C @1:9-1441i1",
            "1 C @+9i1",
            "1 C i1\u{e9}",
        ] {
            assert_eq!(entry(wrong), None, "{wrong}");
        }
        assert_eq!(entry(""), Some(Entry::default()));
    }
}
