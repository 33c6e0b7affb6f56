//! Months of the calendar, in UTC. All other periods are so many milliseconds.

use super::time::Millis;

/// A day, in ms.
pub const DAY_MS: u64 = 86_400_000;

/// The days before 1970-01-01 from the first of March of the year 0, where a cycle of 400 years begins.
const BEFORE_1970: u64 = 719_468;

/// The days of 400 years.
const CYCLE: u64 = 146_097;

/// How many months have gone by since January 1970.
#[must_use]
pub fn month_at(now: Millis) -> u64 {
    let days = (now.0 / DAY_MS).saturating_add(BEFORE_1970);
    let (cycle, day) = (days / CYCLE, days % CYCLE);
    // What leap days add to whole years is taken out before the years are counted.
    let leap_days = day / 1_460 + day / (CYCLE - 1);
    let year = (day + day / 36_524 - leap_days) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    // Years begin in March here, so that a leap day is their last.
    let month = (5 * day_of_year + 2) / 153;
    ((cycle * 400 + year) * 12 + month + 2).saturating_sub(1970 * 12)
}

/// When a month begins, counted as [`month_at`] does.
#[must_use]
pub fn month_begins(month: u64) -> Millis {
    // From March of the year 0 on.
    let months = month.saturating_add(1970 * 12 - 2);
    let (year, month) = (months / 12, months % 12);
    let (cycle, year) = (year / 400, year % 400);
    let days = cycle * CYCLE + 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5;
    Millis(days.saturating_sub(BEFORE_1970).saturating_mul(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The months, one after the other, by the rules that children learn.
    fn lengths() -> impl Iterator<Item = u64> {
        (1970_u64..2500).flat_map(|year| {
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        })
    }

    #[test]
    fn every_month_begins_and_ends_where_it_does() {
        let mut begins = 0;
        for (month, days) in (0..).zip(lengths()) {
            assert_eq!(month_begins(month), Millis(begins), "{month}");
            assert_eq!(month_at(Millis(begins)), month);
            begins += days * DAY_MS;
            assert_eq!(month_at(Millis(begins - 1)), month);
        }
    }
}
