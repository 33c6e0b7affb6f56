//! How long the recent answers of one deployment took to begin: what a second send waits for, and what tells a stall.

/// How many are kept.
const KEPT: usize = 64;

/// Fewer say nothing.
const LEAST: usize = 20;

/// How many are told to others.
pub(super) const POINTS: usize = 20;

/// The last times to the beginning of an answer, in ms. Streams begin with their first content, others end as they
/// begin: the two are never mixed.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    kept: Vec<u32>,
    next: usize,
    /// The same, in order: they are looked at far more often than they change.
    sorted: Vec<u32>,
    /// What others have told, in order; stands in while there are too few of its own.
    foreign: Vec<u32>,
    /// The time within which nearly all of them began; `None` as for [`Recent::percentile`]. It is looked at by every choice.
    usual: Option<u32>,
}

impl Recent {
    /// Adds one.
    pub fn add(&mut self, ms: u64) {
        let ms = u32::try_from(ms).unwrap_or(u32::MAX);
        if self.kept.len() < KEPT {
            self.kept.push(ms);
        } else if let Some(slot) = self.kept.get_mut(self.next % KEPT) {
            let oldest = std::mem::replace(slot, ms);
            let place = self.sorted.partition_point(|other| *other < oldest);
            if place < self.sorted.len() {
                self.sorted.remove(place);
            }
        }
        self.sorted.insert(self.sorted.partition_point(|other| *other < ms), ms);
        self.next = self.next.wrapping_add(1) % KEPT;
        if self.kept.len() >= LEAST {
            self.foreign = Vec::new();
        }
        self.note_usual();
    }

    fn note_usual(&mut self) {
        self.usual = self.percentile(99).and_then(|ms| u32::try_from(ms).ok());
    }

    /// The time within which 99 of 100 began; `None` while there are too few to tell.
    #[must_use]
    pub fn usual_ms(&self) -> Option<u64> {
        self.usual.map(u64::from)
    }

    /// The time within which `percent` of 100 began; `None` while there are too few to tell.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<u64> {
        // Of its own, one more than there are: of 64 the 61st would be passed by six of a hundred that follow.
        let (known, more) = if self.kept.len() < LEAST { (&self.foreign, 0) } else { (&self.sorted, 1) };
        let rank = ((known.len() + more) * percent).div_ceil(100).min(known.len());
        known.get(rank.saturating_sub(1)).copied().map(u64::from)
    }

    /// Their mean; `None` without any.
    #[must_use]
    pub fn mean(&self) -> Option<u64> {
        let all = if self.kept.is_empty() { &self.foreign } else { &self.kept };
        let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
        Some(all.iter().map(|ms| u64::from(*ms)).sum::<u64>() / count)
    }

    /// What is told to others: of enough times of its own, so many in order that stand for all of them.
    pub(super) fn sketch(&self) -> Vec<u32> {
        if self.kept.len() < LEAST {
            return Vec::new();
        }
        let sorted = &self.sorted;
        let point =
            |point: usize| sorted.get((sorted.len() * point).div_ceil(POINTS).saturating_sub(1)).copied();
        (1..=POINTS).filter_map(point).collect()
    }

    /// Takes in what others have told.
    pub(super) fn merge(&mut self, sketch: &[u32]) {
        if self.kept.len() < LEAST && sketch.len() <= POINTS {
            self.foreign = in_order(sketch);
            self.note_usual();
        }
    }

    /// Its own, the oldest first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        let oldest = if self.kept.len() < KEPT { 0 } else { self.next };
        let at = move |place: usize| self.kept.get((oldest + place) % KEPT).copied().unwrap_or_default();
        (0..self.kept.len()).map(at)
    }
}

/// By insertion: the library's sorting and selecting would weigh more than all the rest of this file.
fn in_order(times: &[u32]) -> Vec<u32> {
    let mut sorted: Vec<u32> = Vec::with_capacity(times.len());
    for ms in times {
        sorted.insert(sorted.partition_point(|other| other < ms), *ms);
    }
    sorted
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
            (Some(20), Some(20), Some(11))
        );
        (0..64).for_each(|_| recent.add(7));
        assert_eq!(recent.percentile(99), Some(7));
    }

    #[test]
    fn what_others_told_stands_in_until_there_is_enough() {
        let mut busy = Recent::default();
        (1..=64).for_each(|ms| busy.add(ms * 10));
        let sketch = busy.sketch();
        assert_eq!((sketch.len(), sketch[0], sketch[19]), (20, 40, 640));
        let mut fresh = Recent::default();
        assert!(fresh.sketch().is_empty(), "what it has been told it does not tell");
        fresh.merge(&sketch);
        assert_eq!((fresh.percentile(50), fresh.percentile(99)), (Some(320), Some(640)));
        fresh.add(5);
        assert_eq!((fresh.mean(), fresh.percentile(99)), (Some(5), Some(640)));
        (0..20).for_each(|_| fresh.add(5));
        assert_eq!(fresh.percentile(99), Some(5));
        fresh.merge(&busy.sketch());
        assert_eq!(fresh.percentile(99), Some(5));
    }

    #[test]
    fn they_are_told_in_their_order() {
        let mut recent = Recent::default();
        (0..70).for_each(|ms| recent.add(ms));
        assert!(recent.iter().eq(6..70));
    }
}
