//! Whose turn it is, for `round-robin`: each send moves its deployment on by a step, which is the shorter the more the
//! deployment weighs, and who is the least far on comes next. Fair queueing does the same with packets.

/// The step of a deployment of weight 1. Long enough to tell weights of a billion apart.
pub const STEP: u64 = 1 << 43;

/// A weight that is lower counts as this one, so that a turn is always a number that can be told.
const LEAST: f64 = 1e-6;

/// How far a group is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns(u128);

impl Turns {
    /// How far in the future a turn is. Who has been away for long is due, and no more than that: what was missed is not
    /// made up for.
    #[must_use]
    pub fn until(self, turn: u128) -> u64 {
        u64::try_from(turn.saturating_sub(self.0)).unwrap_or(u64::MAX)
    }

    /// Takes the turn of a deployment, and answers when it is due next.
    pub(super) fn take(&mut self, turn: u128, weight: f64) -> u128 {
        // A little further with each send, so that of those that are due who came first is first again. A repeated change
        // makes the next turn come later, and nothing else.
        self.0 = self.0.max(turn).saturating_add(1);
        let step = (STEP as f64 / weight.max(LEAST)) as u128;
        self.0.saturating_add(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whom so many turns go to, by weights; the first of several.
    fn served(weights: &[f64], turns: usize) -> String {
        let (mut group, mut next) = (Turns::default(), vec![0; weights.len()]);
        let mut one = || {
            let place = (0..weights.len()).min_by_key(|place| group.until(next[*place])).unwrap();
            next[place] = group.take(next[place], weights[place]);
            ["a", "b", "c"][place]
        };
        (0..turns).map(|_| one()).collect()
    }

    #[test]
    fn turns_are_spread_evenly_by_weight() {
        assert_eq!(served(&[1.0, 1.0, 1.0], 7), "abcabca");
        assert_eq!(served(&[2.0, 1.0, 1.0], 8), "abcaabca");
        assert_eq!(served(&[0.5, 1.0], 6), "abbabb");
        let many = served(&[5.0, 1.0, 1.0], 700);
        assert_eq!((many.matches('a').count(), many.matches('b').count()), (500, 100));
        assert!(!many.contains("aaaaaaaa"));
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let (mut group, mut a) = (Turns::default(), 0);
        (0..100).for_each(|_| a = group.take(a, 1.0));
        let mut b = 0;
        b = group.take(b, 1.0);
        assert_eq!((group.until(a), group.until(b)), (STEP - 1, STEP));
    }

    #[test]
    fn a_weight_of_nothing_is_no_fault() {
        let mut group = Turns::default();
        assert_eq!((group.take(u128::MAX, 0.0), group.until(0)), (u128::MAX, 0));
    }
}
