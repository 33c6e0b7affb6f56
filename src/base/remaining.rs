//! What response headers say is left of a provider's limits. Pure: the moment is an argument.

use super::decimal::decimal;
use super::duration;
use super::headers::Headers;
use super::text::split;
use super::time::Millis;

/// A header that tells what is left, and the one that tells when it is counted anew.
pub type Pair = (&'static str, &'static str);

/// OpenAI's, which most servers of its shape have as well: requests, then tokens.
pub const OPENAI: &[Pair] = &[
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
];

/// Anthropic's: requests, then tokens of several kinds.
pub const ANTHROPIC: &[Pair] = &[
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
];

/// When a limit is counted anew that does not say so: limits are of a minute as a rule.
const USUAL_RESET_MS: u64 = 60_000;

/// A reset further away is taken for this: a day.
const LATEST_RESET_MS: u64 = 86_400_000;

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// How much.
    pub amount: u64,
    /// In how many milliseconds it is counted anew.
    pub resets_in_ms: u64,
}

/// What is left of a provider's limits, as far as a reply tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remaining {
    /// Of the requests.
    pub requests: Option<Rest>,
    /// Of the tokens; where several kinds are told, of that of which least is left.
    pub tokens: Option<Rest>,
}

impl Remaining {
    /// How long what is used up takes to come back; `None` if nothing is used up.
    #[must_use]
    pub fn reset_ms(self) -> Option<u64> {
        let used_up = [self.requests, self.tokens].into_iter().flatten().filter(|rest| rest.amount == 0);
        used_up.map(|rest| rest.resets_in_ms).max()
    }
}

impl Headers {
    /// What is left of the provider's limits; `None` if nothing is told of them.
    #[must_use]
    pub fn remaining(&self, now: Millis) -> Option<Remaining> {
        if self.is_empty() {
            return None;
        }
        [OPENAI, ANTHROPIC].into_iter().find_map(|pairs| {
            let mut rests = pairs.iter().map(|pair| self.rest(now, *pair));
            let requests = rests.next().flatten();
            let tokens = rests.flatten().min_by_key(|rest| rest.amount);
            (requests.is_some() || tokens.is_some()).then_some(Remaining { requests, tokens })
        })
    }

    /// When a provider that refuses a request for want of a limit will take it again: what is used up comes back then,
    /// and nothing else that is told of limits is about the refusal. OpenRouter and GitHub tell of one limit alone.
    #[must_use]
    pub fn reset_ms(&self, now: Millis) -> Option<u64> {
        let alone = || until(self.get("x-ratelimit-reset")?.trim(), now).map(|ms| ms.min(LATEST_RESET_MS));
        self.remaining(now).and_then(Remaining::reset_ms).or_else(alone)
    }

    fn rest(&self, now: Millis, (left, reset): Pair) -> Option<Rest> {
        let amount = decimal(self.get(left)?.trim()).filter(|amount| *amount >= 0.0)? as u64;
        let resets_in_ms = self.get(reset).and_then(|text| until(text.trim(), now));
        Some(Rest { amount, resets_in_ms: resets_in_ms.unwrap_or(USUAL_RESET_MS).min(LATEST_RESET_MS) })
    }
}

/// Milliseconds from `now` to a reset: a duration as Go writes it ("6m0s", "20ms"), a moment (RFC 3339), or a number,
/// of seconds or, where it is large, since the epoch.
fn until(text: &str, now: Millis) -> Option<u64> {
    match decimal(text) {
        Some(number) if number < 0.0 => None,
        Some(number) if number < 1e9 => Some((number * 1_000.0).ceil() as u64),
        Some(number) if number < 1e12 => Some(Millis((number * 1_000.0) as u64).since(now)),
        Some(number) => Some(Millis(number as u64).since(now)),
        None => duration::whole(text).or_else(|| Some(moment(text)?.since(now))),
    }
}

/// A moment as RFC 3339 writes it.
fn moment(text: &str) -> Option<Millis> {
    let (date, time) = split(text, "T").or_else(|| split(text, "t"))?;
    let [year, month, day] = numbers(date, '-')?;
    let at = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = time.split_at_checked(at)?;
    let (whole, fraction) = split(clock, ".").unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(whole, ':')?;
    let millis = decimal(&["0.", fraction].concat())? * 1_000.0;
    let zone_minutes = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign, zone) => {
            let (hours, minutes) = split(zone, ":")?;
            let minutes = number(hours)? * 60 + number(minutes)?;
            if sign == "-" { -minutes } else { minutes }
        }
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - zone_minutes;
    let millis = (minutes * 60 + second).checked_mul(1_000)?.checked_add(millis as i64)?;
    u64::try_from(millis).ok().map(Millis)
}

fn numbers(text: &str, mark: char) -> Option<[i64; 3]> {
    let mut parts = text.split(mark).map(number);
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// A number of up to four digits, which no sum of a date makes too large.
fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| (0..10_000).contains(number))
}

/// Days from the epoch to a date of the Gregorian calendar. The year is taken to begin in March, so that a leap day is
/// its last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-05-01T12:00:00Z.
    const NOON: Millis = Millis(1_714_564_800_000);

    fn remaining(lines: &str) -> Option<Remaining> {
        Headers::from_lines(lines).remaining(NOON)
    }

    fn rest(amount: u64, resets_in_ms: u64) -> Option<Rest> {
        Some(Rest { amount, resets_in_ms })
    }

    #[test]
    fn durations_moments_and_numbers_are_read() {
        for (text, ms) in [
            ("6m0s", 360_000),
            ("1s", 1_000),
            ("20ms", 20),
            ("8.64s", 8_640),
            ("1h2m3.5s", 3_723_500),
            ("1m2.5s", 62_500),
            ("120\u{b5}s", 1),
            ("0s", 0),
            ("2", 2_000),
            ("0.5", 500),
            ("1714564810", 10_000),
            ("1714564810500", 10_500),
            ("2024-05-01T12:00:07Z", 7_000),
            ("2024-05-01T12:00:07.25Z", 7_250),
            ("2024-05-01T14:00:07+02:00", 7_000),
            ("2024-05-01T07:30:07-04:30", 7_000),
            ("2024-05-02t00:00:00z", 43_200_000),
            ("2024-04-30T00:00:00Z", 0),
        ] {
            assert_eq!(until(text, NOON), Some(ms), "{text}");
        }
        for text in ["", "soon", "s", "-1s", "-1", "1x", "1s2", "2024-05-01", "2024-13-01T00:00:00Z"] {
            assert_eq!(until(text, NOON), None, "{text}");
        }
        for zone in ["+00:9223372036854775807", "-00:9223372036854775807", "+153722867280912931:00", "+-1:00"]
        {
            assert_eq!(until(&format!("2024-05-01T12:00:07{zone}"), NOON), None, "{zone}");
        }
        assert_eq!(until("2024-05-01T12:00:07", NOON), None, "nobody knows where");
    }

    #[test]
    fn dates_agree_with_the_calendar() {
        for (date, day) in
            [("1970-01-01", 0), ("2000-02-29", 11_016), ("2000-03-01", 11_017), ("2024-05-01", 19_844)]
        {
            let at = moment(&format!("{date}T00:00:00Z")).unwrap();
            assert_eq!(at, Millis(day * 86_400_000), "{date}");
        }
    }

    #[test]
    fn each_dialect_tells_in_its_own_names() {
        let openai = "x-ratelimit-remaining-requests: 59\nx-ratelimit-reset-requests: 1s\n\
            x-ratelimit-remaining-tokens: 149984\nx-ratelimit-reset-tokens: 6m0s\n";
        let told = remaining(openai).unwrap();
        assert_eq!((told.requests, told.tokens), (rest(59, 1_000), rest(149_984, 360_000)));
        assert_eq!(told.reset_ms(), None);
        let anthropic = "anthropic-ratelimit-requests-remaining: 0\n\
            anthropic-ratelimit-requests-reset: 2024-05-01T12:00:30Z\n\
            anthropic-ratelimit-input-tokens-remaining: 900\n\
            anthropic-ratelimit-input-tokens-reset: 2024-05-01T12:00:40Z\n\
            anthropic-ratelimit-output-tokens-remaining: 80\n\
            anthropic-ratelimit-output-tokens-reset: 2024-05-01T12:00:20Z\n";
        let told = remaining(anthropic).unwrap();
        assert_eq!((told.requests, told.tokens), (rest(0, 30_000), rest(80, 20_000)));
        assert_eq!(told.reset_ms(), Some(30_000));
    }

    #[test]
    fn what_is_not_told_or_not_understood_is_not_known() {
        assert_eq!(remaining(""), None);
        assert_eq!(remaining("retry-after: 3\n"), None);
        assert_eq!(remaining("x-ratelimit-remaining-requests: many\n"), None);
        assert_eq!(remaining("x-ratelimit-remaining-requests: -1\n"), None);
        let told = remaining("x-ratelimit-remaining-tokens: 7\nx-ratelimit-reset-tokens: later\n").unwrap();
        assert_eq!((told.requests, told.tokens), (None, rest(7, USUAL_RESET_MS)));
        let told =
            remaining("x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 900h\n").unwrap();
        assert_eq!(told.reset_ms(), Some(LATEST_RESET_MS));
    }
}
