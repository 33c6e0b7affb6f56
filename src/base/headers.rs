//! What response headers say about waiting. Pure: the moment is an argument.

use std::time::{Duration, UNIX_EPOCH};

use super::decimal::decimal;
use super::text::split;
use super::time::Millis;

/// The headers that the router reads of a reply that is not 2xx; a driver need report no others, and of one that is 2xx
/// only those of [`remaining`](super::remaining).
pub const READ: &[&str] =
    &["retry-after-ms", "retry-after", "x-should-retry", "x-ratelimit-reset", "x-amzn-errortype"];

/// The headers of a reply that the router itself reads, in the order given. Names are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Box<str>, Box<str>)>);

impl Headers {
    /// Reads `name: value` lines, as a driver reports them. A line without a colon is skipped.
    #[must_use]
    pub fn from_lines(lines: &str) -> Self {
        let mut headers = Self::default();
        for (name, value) in lines.lines().filter_map(|line| split(line, ": ")) {
            headers.add(name, value);
        }
        headers
    }

    /// Adds a header; the name is compared without regard to case.
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_ascii_lowercase().into(), value.into()));
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// How long the provider asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date.
    #[must_use]
    pub fn retry_after_ms(&self, now: Millis) -> Option<u64> {
        let millis = self.get("retry-after-ms").and_then(|text| scaled(text, 1.0));
        millis.or_else(|| {
            self.get("retry-after").and_then(|text| scaled(text, 1_000.0).or_else(|| until(text, now)))
        })
    }

    /// What the provider says of another attempt: `x-should-retry`, as OpenAI's and Anthropic's clients read it.
    #[must_use]
    pub fn should_retry(&self) -> Option<bool> {
        match self.get("x-should-retry")?.trim() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// Parses a number that is not negative, and scales it to milliseconds.
fn scaled(text: &str, scale: f64) -> Option<u64> {
    let number = decimal(text.trim())?;
    (number >= 0.0).then(|| (number * scale).ceil().min(1e15) as u64)
}

/// Milliseconds from `now` to an HTTP date; 0 for one that has passed.
fn until(text: &str, now: Millis) -> Option<u64> {
    let then = httpdate::parse_http_date(text.trim()).ok()?;
    let since_epoch = then.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Some(Millis(u64::try_from(since_epoch.as_millis()).ok()?).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&str, &str)], now: u64) -> Option<u64> {
        let mut list = Headers::default();
        headers.iter().for_each(|(name, value)| list.add(name, value));
        list.retry_after_ms(Millis(now))
    }

    #[test]
    fn every_form_of_waiting_is_read() {
        assert_eq!(wait(&[("Retry-After", "2")], 0), Some(2_000));
        assert_eq!(wait(&[("retry-after", " 1.5 ")], 0), Some(1_500));
        assert_eq!(wait(&[("retry-after", "9"), ("Retry-After-Ms", "250")], 0), Some(250));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], 784_111_770_000), Some(7_000));
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], 984_111_770_000), Some(0));
    }

    #[test]
    fn nonsense_is_no_wait() {
        for text in ["", "soon", "-1", "NaN", "inf", "1e400"] {
            assert_eq!(wait(&[("retry-after", text)], 0), None, "{text}");
        }
        assert_eq!(wait(&[], 0), None);
    }
}
