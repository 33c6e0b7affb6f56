//! What callers think of the answers of a deployment: scores from 0 to 1, of which old ones fade.

/// What is left of every score of a group each time that another one comes to it: about the last hundred count. (Discounted
/// Thompson sampling: Raj and Kalyani 2017.)
const LEFT: f32 = 0.99;

/// The scores of one deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rated {
    good: f32,
    bad: f32,
}

impl Rated {
    /// Scores that were kept; `None` for what cannot be any.
    #[must_use]
    pub fn restored(good: f32, bad: f32) -> Option<Self> {
        let can_be = |sum: f32| (0.0..=1.0 / (1.0 - LEFT) + 1.0).contains(&sum);
        (can_be(good) && can_be(bad)).then_some(Self { good, bad })
    }

    /// How much of it is good, and how much is bad.
    #[must_use]
    pub fn parts(self) -> (f32, f32) {
        (self.good, self.bad)
    }

    /// The two parameters of what is believed of its scores, a Beta distribution. Of who has none everything is thought
    /// equally likely: Beta(1, 1), as in Chapelle and Li 2011.
    #[must_use]
    pub fn belief(self) -> (f64, f64) {
        (f64::from(self.good) + 1.0, f64::from(self.bad) + 1.0)
    }

    /// What is expected of its next answer, from 0 to 1.
    #[must_use]
    pub fn expected(self) -> f64 {
        let (good, bad) = self.belief();
        good / (good + bad)
    }

    pub(super) fn fade(&mut self) {
        self.good *= LEFT;
        self.bad *= LEFT;
    }

    pub(super) fn add(&mut self, score: f32) {
        self.good += score;
        self.bad += 1.0 - score;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_scores_fade_and_the_sum_is_bounded() {
        let mut rated = Rated::default();
        assert_eq!((rated.belief(), rated.expected()), ((1.0, 1.0), 0.5));
        let mut score = |score| {
            rated.fade();
            rated.add(score);
            rated
        };
        (0..10_000).for_each(|_| _ = score(1.0));
        let sure = score(1.0);
        assert!(sure.expected() > 0.98 && sure.parts().0 < 101.0, "{sure:?}");
        assert_eq!(Rated::restored(sure.good, sure.bad), Some(sure));
        (0..300).for_each(|_| _ = score(0.0));
        assert!(score(0.0).expected() < 0.1);
        for (good, bad) in [(-1.0, 0.0), (f32::NAN, 0.0), (0.0, f32::INFINITY), (1e9, 0.0)] {
            assert_eq!(Rated::restored(good, bad), None, "{good} {bad}");
        }
    }
}
