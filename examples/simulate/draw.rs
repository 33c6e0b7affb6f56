//! Random choices of a case: all of them come out of one seed.

use serde_json::{Map, Value};
use switchman::base::rng::Rng;

/// A source of random choices.
pub(crate) struct Draw(Rng);

impl Draw {
    /// The choices of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        // Apart from the streams that the world and the router make of the same seed.
        Self(Rng::for_call(!seed, 0x51_3d))
    }

    /// Yes, in so many of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.0.below(100) < percent
    }

    /// A number from the first to the second, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = usize::try_from(high.saturating_sub(low)).unwrap_or(usize::MAX);
        low + self.0.below(span.saturating_add(1)) as u64
    }

    /// One of a list that is not empty.
    pub(crate) fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.0.below(list.len())].clone()
    }

    /// Some of a list, in an order of their own, at most so many.
    pub(crate) fn some<T: Clone>(&mut self, list: &[T], most: usize) -> Vec<T> {
        let mut left = list.to_vec();
        let count = self.0.below(most.min(left.len()) + 1);
        (0..count).map(|_| left.swap_remove(self.0.below(left.len()))).collect()
    }

    /// A span of time: mostly of the usual lengths, now and then a very short or a very long one.
    pub(crate) fn ms(&mut self) -> u64 {
        match self.0.below(6) {
            0 => self.between(0, 50),
            1 | 2 => self.between(50, 1_500),
            3 | 4 => self.between(1_500, 15_000),
            _ => self.between(15_000, 90_000),
        }
    }

    /// The same in seconds, never 0.
    pub(crate) fn seconds(&mut self) -> f64 {
        self.ms().max(1) as f64 / 1_000.0
    }
}

/// A JSON object of which each member may be missing.
pub(crate) struct Members<'a> {
    draw: &'a mut Draw,
    found: Map<String, Value>,
}

impl<'a> Members<'a> {
    pub(crate) fn new(draw: &'a mut Draw) -> Self {
        Self { draw, found: Map::new() }
    }

    /// Adds a member in so many of 100 cases.
    pub(crate) fn maybe<V: Into<Value>>(
        mut self,
        name: &str,
        percent: usize,
        value: impl FnOnce(&mut Draw) -> V,
    ) -> Self {
        if self.draw.chance(percent) {
            self.found.insert(name.to_owned(), value(self.draw).into());
        }
        self
    }

    pub(crate) fn done(self) -> Map<String, Value> {
        self.found
    }
}
