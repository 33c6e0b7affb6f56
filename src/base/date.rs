//! Dates in headers, in the three forms that HTTP knows. What reads them in a library comes with the standard
//! library's clock and formatting of durations, 4 KB for one header.

use super::text::has;
use super::time::Millis;

const MONTHS: &str = "janfebmaraprmayjunjulaugsepoctnovdec";

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`. The name of
/// the day is passed over. `None` for anything else, and for what is before 1970.
#[must_use]
pub fn http_date(text: &str) -> Option<Millis> {
    let is_old = !has(text, b',');
    let mut words = text.split([' ', '-', ',']).filter(|word| !word.is_empty()).skip(1);
    let (first, second, third, fourth) = (words.next()?, words.next()?, words.next()?, words.next()?);
    // The oldest form has no comma, no zone, and its year at the end.
    let (day, month, year, time, zone) = match is_old {
        true => (second, first, fourth, third, "GMT"),
        false => (first, second, third, fourth, words.next()?),
    };
    if zone != "GMT" || words.next().is_some() {
        return None;
    }
    let month = MONTHS.as_bytes().chunks(3).position(|known| known.eq_ignore_ascii_case(month.as_bytes()))?;
    let day = number(day, 31)?;
    let year = match (year.len(), number(year, 9_999)?) {
        (4, year) => year,
        // Two digits: RFC 9110 leaves the century to the reader. Nobody asks to wait since 1970.
        (2, year) if year < 70 => year + 2_000,
        (2, year) => year + 1_900,
        _ => return None,
    };
    let mut clock = time.split(':').map(|part| if part.len() == 2 { number(part, 60) } else { None });
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if clock.next().is_some() || hour > 23 || minute > 59 || day == 0 {
        return None;
    }
    let days = days_to(year, u64::try_from(month).ok()?)?.checked_add(day - 1)?;
    Some(Millis((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000))
}

fn number(text: &str, most: u64) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number <= most)
}

/// Days from 1970 to the first of a month (0 to 11).
fn days_to(year: u64, month: u64) -> Option<u64> {
    // Counted from March, so that the odd day is the last of a year; 719,468 of them are before 1970.
    let (year, month) = if month < 2 { (year.checked_sub(1)?, month + 10) } else { (year, month - 2) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_a_date_are_read() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(http_date(text), Some(Millis(784_111_777_000)), "{text}");
        }
    }

    #[test]
    fn every_day_of_two_centuries_is_counted() {
        let mut days = 0;
        for year in 1970..2170_u64 {
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, length) in lengths.into_iter().enumerate() {
                let name = &MONTHS[month * 3..month * 3 + 3];
                let date = format!("Mon, {length} {name} {year} 00:00:01 GMT");
                days += length;
                assert_eq!(http_date(&date), Some(Millis((days - 1) * 86_400_000 + 1_000)), "{date}");
            }
        }
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nob 1994 08:49:37 GMT",
            "Sun, 06 Nov 194 08:49:37 GMT",
            "Sun, 06 Nov 1894 08:49:37 GMT",
            "Thu, 01 Jan 0000 00:00:00 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
