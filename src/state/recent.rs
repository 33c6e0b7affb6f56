//! How long the recent answers of one deployment took to begin: what a second send waits for, and what tells a stall.

/// How many are kept.
const KEPT: usize = 64;

/// Fewer say nothing.
const LEAST: usize = 20;

/// The last times to the beginning of an answer, in ms. Streams begin with their first content, others end as they
/// begin: the two are never mixed.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    kept: Vec<u32>,
    next: usize,
}

impl Recent {
    /// Adds one.
    pub fn add(&mut self, ms: u64) {
        let ms = u32::try_from(ms).unwrap_or(u32::MAX);
        if self.kept.len() < KEPT {
            self.kept.push(ms);
        } else if let Some(slot) = self.kept.get_mut(self.next % KEPT) {
            *slot = ms;
        }
        self.next = self.next.wrapping_add(1) % KEPT;
    }

    /// The time within which `percent` of 100 began; `None` while there are too few to tell.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<u64> {
        if self.kept.len() < LEAST {
            return None;
        }
        // The library's sorting and selecting would weigh more than all the rest of this file.
        let mut sorted: Vec<u32> = Vec::with_capacity(KEPT);
        for ms in &self.kept {
            sorted.insert(sorted.partition_point(|other| other < ms), *ms);
        }
        let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len());
        sorted.get(rank - 1).copied().map(u64::from)
    }

    /// Their mean; `None` without any.
    #[must_use]
    pub fn mean(&self) -> Option<u64> {
        let count = u64::try_from(self.kept.len()).ok().filter(|count| *count > 0)?;
        Some(self.kept.iter().map(|ms| u64::from(*ms)).sum::<u64>() / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_last_ones_and_need_enough_of_them() {
        let mut recent = Recent::default();
        assert_eq!((recent.percentile(95), recent.mean()), (None, None));
        (1..=19).for_each(|ms| recent.add(ms));
        assert_eq!((recent.percentile(95), recent.mean()), (None, Some(10)));
        recent.add(20);
        assert_eq!(
            (recent.percentile(95), recent.percentile(99), recent.percentile(50)),
            (Some(19), Some(20), Some(10))
        );
        (0..64).for_each(|_| recent.add(7));
        assert_eq!(recent.percentile(99), Some(7));
    }
}
