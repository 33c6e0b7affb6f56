//! How long an error body asks to wait.

use serde_json::Value;

use crate::base::decimal::decimal;
use crate::base::duration;
use crate::base::text::split;

/// The longest wait that is believed: a day.
const LONGEST_MS: u64 = 86_400_000;

/// What stands before a wait in a sentence. Lower case.
const BEFORE: &str =
    "try again in |retry in |retry after |try again after |please wait |resets in ~|resets in ";

/// The wait in a member of an object: Google's `retryDelay` ("34.07s"), Replicate's and LiteLLM's `retry_after`, the time
/// that a model takes to load at Hugging Face. The others are in seconds.
pub(super) fn member(object: &Value) -> Option<u64> {
    if let Some(delay) = object.get("retryDelay") {
        return duration::whole(delay.as_str()?).map(capped);
    }
    let wait = object.get("retry_after").or_else(|| object.get("estimated_time"))?;
    let seconds = wait.as_f64().or_else(|| decimal(wait.as_str()?)).filter(|seconds| *seconds >= 0.0)?;
    Some(capped((seconds * 1_000.0).ceil() as u64))
}

/// The wait in a sentence, which is in lower case.
pub(super) fn sentence(text: &str) -> Option<u64> {
    BEFORE.split('|').find_map(|before| duration::leading(split(text, before)?.1)).map(capped)
}

fn capped(ms: u64) -> u64 {
    ms.min(LONGEST_MS)
}
