//! What a store says, which others write to: whatever it is, the router goes on, and tells it what can be told.

use serde_json::Value;
use switchman::base::time::Millis;
use switchman::engine::{Carries, Loaded, OpValue, Router};

use super::config::small;
use super::saved::goes_on;

const NOW: Millis = Millis(1_750_000_000_000);

/// The most that a JavaScript number counts exactly.
const MOST: u64 = (1 << 53) - 1;

const ALL: Carries = Carries { cool: true, usage: true, latency: true, reserve: true, fresh_ms: 5_000 };

/// A JSON list: numbers, bytes (a text of characters up to U+00FF), and `null` for what is not there.
pub(crate) fn run(bytes: &[u8]) -> bool {
    let Ok(Value::Array(said)) = serde_json::from_slice::<Value>(bytes) else { return false };
    let mut router = Router::new(small());
    router.carry(ALL);
    *router.tag() = Some(7);
    for round in 0..3 {
        let now = NOW + round * 6_000;
        let Some(wanted) = router.due(now) else { continue };
        router.merge(now, &wanted, said.iter().skip(round as usize).map(loaded));
        goes_on(&mut router, now);
    }
    while let Some(batch) = router.next_batch() {
        for op in &batch.ops {
            assert!(op.ttl > 0 && op.key.starts_with("sw1/"), "{op:?}");
            match op.value {
                OpValue::Add(amount) => assert!(amount.unsigned_abs() <= MOST, "{op:?}"),
                OpValue::Max(number) => assert!(number <= MOST, "{op:?}"),
                OpValue::Put(_) => {}
            }
        }
        router.drop_batch(batch);
    }
    said.iter().any(|value| !value.is_null())
}

fn loaded(value: &Value) -> Option<Loaded> {
    match value {
        Value::Number(number) => number.as_f64().map(Loaded::Number),
        Value::String(text) => {
            let bytes = text.chars().map(|char| u8::try_from(u32::from(char)).unwrap_or(255));
            Some(Loaded::Bytes(bytes.collect()))
        }
        _ => None,
    }
}
