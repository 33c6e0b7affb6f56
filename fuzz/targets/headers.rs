//! What headers and sentences say of waiting: numbers, durations, dates; and the path of a request.

use switchman::base::decimal::{Decimal, decimal};
use switchman::base::duration::{leading, whole};
use switchman::base::headers::Headers;
use switchman::base::time::Millis;
use switchman::engine::route;
use switchman::price::amount::{pico, usd};

const DAY_MS: u64 = 86_400_000;

/// The epoch, a day of 2024, and the last moment there is.
const MOMENTS: [Millis; 3] = [Millis(0), Millis(1_714_564_800_000), Millis(u64::MAX)];

pub(crate) fn run(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let headers = Headers::from_lines(&text);
    let mut told = false;
    for now in MOMENTS {
        let (wait, reset, remaining) =
            (headers.retry_after_ms(now), headers.reset_ms(now), headers.remaining(now));
        assert!(reset.is_none_or(|ms| ms <= DAY_MS), "{reset:?}");
        let rests = remaining.iter().flat_map(|all| [all.requests, all.tokens]).flatten();
        rests.for_each(|rest| assert!(rest.resets_in_ms <= DAY_MS, "{rest:?}"));
        told |= wait.is_some() || reset.is_some() || remaining.is_some();
    }
    told |= headers.should_retry().is_some();
    for line in text.lines() {
        let value = line.split_once(": ").map_or(line, |(_, value)| value);
        number(value);
        amount(value);
        assert!(whole(value).is_none_or(|ms| leading(value) == Some(ms)), "{value:?}");
        let _ = route("GET", value);
    }
    told
}

/// Held against the standard library's reader.
fn number(text: &str) {
    let exact = text.parse::<f64>().ok().filter(|number| number.is_finite());
    match decimal(text) {
        Some(number) => {
            let exact = exact.unwrap_or_else(|| panic!("{text:?} is {number:e}"));
            // What is smaller than any ordinary number is 0.
            let is_near = (number - exact).abs() <= exact.abs() * 1e-14 || exact.abs() < 1e-290;
            assert!(is_near, "{text:?} is {number:e}, not {exact:e}");
        }
        None => assert!(exact.is_none() || Decimal::read(text).is_none_or(is_remote), "{text:?} is a number"),
    }
}

/// An exponent that no number of headers has: its power of ten is no number.
fn is_remote(number: Decimal) -> bool {
    number.exponent.unsigned_abs() > 250
}

/// An amount of money is written as it was read.
fn amount(text: &str) {
    if let Some(read) = pico(text) {
        assert_eq!(pico(&usd(read)), Some(read), "{text:?}");
    }
}
