//! How long to wait before the same deployment is tried again.
//!
//! LiteLLM's numbers: 0.5 s, doubling, at most 8 s, plus up to 0.75 s of jitter (`INITIAL_RETRY_DELAY`,
//! `MAX_RETRY_DELAY`, `JITTER`). Differences: no wait after the last attempt nor before an untried
//! deployment, and a `Retry-After` of any length is a floor instead of being ignored above a minute.

use crate::base::rng::Rng;

const FIRST_MS: u64 = 500;
const LONGEST_MS: u64 = 8_000;
const JITTER_MS: f64 = 750.0;

/// The wait before retry number `retry` (0 is the first), in milliseconds.
#[must_use]
pub(super) fn backoff_ms(retry: u32, least_ms: u64, retry_after_ms: Option<u64>, rng: &mut Rng) -> u64 {
    let doubled = FIRST_MS.saturating_mul(1_u64.checked_shl(retry).unwrap_or(u64::MAX));
    let wait = doubled.min(LONGEST_MS).max(least_ms).max(retry_after_ms.unwrap_or(0));
    wait.saturating_add((rng.unit() * JITTER_MS) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_half_a_second_with_jitter() {
        for call in 0..200 {
            let mut rng = Rng::for_call(5, call);
            assert!((500..1_250).contains(&backoff_ms(0, 0, None, &mut rng)));
            assert!((1_000..1_750).contains(&backoff_ms(1, 0, None, &mut rng)));
            assert!((8_000..8_750).contains(&backoff_ms(60, 0, None, &mut rng)));
            assert!((8_000..8_750).contains(&backoff_ms(200, 0, None, &mut rng)));
            assert!((3_000..3_750).contains(&backoff_ms(0, 3_000, None, &mut rng)));
            assert!((120_000..120_750).contains(&backoff_ms(0, 0, Some(120_000), &mut rng)));
            assert!((1_000..1_750).contains(&backoff_ms(1, 0, Some(0), &mut rng)));
        }
    }
}
