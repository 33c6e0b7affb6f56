//! Failures by class, for `allowed_fails` and `allowed_fails_policy`.
//!
//! LiteLLM counts for as long as a cooldown lasts (5 s) and never starts anew; here for a minute, and a success starts
//! anew.

use crate::base::time::Millis;
use crate::config::ErrorClass;

/// For how long a failure counts.
const WINDOW_MS: u64 = 60_000;

/// How often a deployment has failed since its last success, by class, within a minute.
#[derive(Clone, Debug, Default)]
pub struct Fails {
    since: Millis,
    counts: Vec<(ErrorClass, u32)>,
}

impl Fails {
    /// Counts one more.
    pub(super) fn add(&mut self, now: Millis, class: ErrorClass) {
        if !self.is_fresh(now) {
            *self = Self { since: now, counts: Vec::new() };
        }
        match self.counts.iter_mut().find(|(known, _)| *known == class) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.counts.push((class, 1)),
        }
    }

    /// How many of a class; `None` is of all.
    #[must_use]
    pub fn count(&self, now: Millis, class: Option<ErrorClass>) -> u32 {
        let counted = self.counts.iter().filter(|(known, _)| class.is_none_or(|class| class == *known));
        if self.is_fresh(now) { counted.map(|(_, count)| *count).sum() } else { 0 }
    }

    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
    }

    fn is_fresh(&self, now: Millis) -> bool {
        now.since(self.since) < WINDOW_MS && !self.counts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_count_by_class_for_a_minute() {
        let mut fails = Fails::default();
        fails.add(Millis(1_000), ErrorClass::Timeout);
        fails.add(Millis(2_000), ErrorClass::Timeout);
        fails.add(Millis(3_000), ErrorClass::RateLimit);
        let count = |fails: &Fails, ms, class| fails.count(Millis(ms), class);
        assert_eq!(count(&fails, 60_999, Some(ErrorClass::Timeout)), 2);
        assert_eq!(count(&fails, 60_999, None), 3);
        assert_eq!(count(&fails, 61_000, None), 0);
        fails.add(Millis(61_000), ErrorClass::Timeout);
        assert_eq!(count(&fails, 61_000, None), 1);
        fails.clear();
        assert_eq!(count(&fails, 61_000, None), 0);
    }
}
