//! A store in the virtual world, and how a router talks to it: well, or with a store that does its worst.

use std::collections::{BTreeMap, BTreeSet};

use switchman::engine::{Batch, Carries, Loaded, OpValue, Wanted};

use crate::support::Scene;

/// Everything that a store can carry, looked at again after five seconds.
pub(crate) const ALL: Carries =
    Carries { cool: true, usage: true, latency: true, reserve: false, fresh_ms: 5_000 };

/// The store.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) values: BTreeMap<String, Loaded>,
    seen: BTreeSet<String>,
}

impl Shelf {
    /// Carries a batch out, once.
    pub(crate) fn write(&mut self, batch: &Batch) {
        if self.seen.insert(batch.id.clone()) {
            self.write_again(batch);
        }
    }

    /// Carries a batch out, whether it has come before or not.
    pub(crate) fn write_again(&mut self, batch: &Batch) {
        for op in &batch.ops {
            assert!(op.ttl > 0 && op.key.starts_with("sw1/"), "{op:?}");
            let known = match self.values.get(&op.key) {
                Some(Loaded::Number(number)) => Some(*number),
                _ => None,
            };
            let value = match &op.value {
                OpValue::Add(amount) => Loaded::Number(known.unwrap_or(0.0) + *amount as f64),
                OpValue::Max(number) => Loaded::Number(known.unwrap_or(0.0).max(*number as f64)),
                OpValue::Put(bytes) => Loaded::Bytes(bytes.clone()),
            };
            self.values.insert(op.key.clone(), value);
        }
    }

    pub(crate) fn read(&self, wanted: &[Wanted]) -> Vec<Option<Loaded>> {
        wanted.iter().flat_map(Wanted::keys).map(|key| self.values.get(key).cloned()).collect()
    }
}

/// A router that has a store.
pub(crate) fn isolate(mut scene: Scene, tag: u64, carries: Carries) -> Scene {
    scene.with_router(|router, _| {
        router.carry(carries);
        *router.tag() = Some(tag);
    });
    scene
}

/// Tells the store everything, and looks at it if that is due.
pub(crate) fn sync(scene: &mut Scene, shelf: &mut Shelf) {
    for batch in batches(scene) {
        shelf.write(&batch);
    }
    if let Some(wanted) = due(scene) {
        let values = shelf.read(&wanted);
        scene.with_router(|router, now| router.merge(now, &wanted, values));
    }
}

/// Everything that the store is to be told.
pub(crate) fn batches(scene: &mut Scene) -> Vec<Batch> {
    scene.with_router(|router, _| std::iter::from_fn(|| router.next_batch()).collect())
}

pub(crate) fn due(scene: &mut Scene) -> Option<Vec<Wanted>> {
    scene.with_router(|router, now| router.due(now))
}
