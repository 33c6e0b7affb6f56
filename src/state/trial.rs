//! What has become of the calls of one variant of an experiment.

use crate::config::RouterConfig;

use super::State;

/// How often something was measured, and what on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// How often.
    pub count: u64,
    sum: f64,
    squares: f64,
}

impl Sample {
    /// What was kept of a sample; `None` for what cannot be one.
    #[must_use]
    pub fn restored([count, sum, squares]: [u64; 3]) -> Option<Self> {
        let (sum, squares) = (f64::from_bits(sum), f64::from_bits(squares));
        (sum.is_finite() && squares.is_finite() && squares >= 0.0).then_some(Self { count, sum, squares })
    }

    /// What is kept of it.
    #[must_use]
    pub fn parts(self) -> [u64; 3] {
        [self.count, self.sum.to_bits(), self.squares.to_bits()]
    }

    /// Adds one.
    pub fn add(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        self.sum += value;
        self.squares += value * value;
    }

    /// The mean; `None` of nothing.
    #[must_use]
    pub fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// How far the mean may be from the right one; `None` of fewer than two.
    #[must_use]
    pub fn standard_error(self) -> Option<f64> {
        let count = self.count as f64;
        let spread = (self.squares - self.sum * self.sum / count).max(0.0) / (count - 1.0);
        (self.count > 1).then(|| (spread / count).sqrt())
    }
}

/// The counts of one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trial {
    /// Its calls that are over.
    pub calls: u64,
    /// Those of them that failed.
    pub failures: u64,
    /// The scores that callers gave.
    pub feedback: Sample,
    /// How long those took that were answered, in ms.
    pub latency_ms: Sample,
    /// What those cost of which it is known, in USD.
    pub cost_usd: Sample,
}

impl Trial {
    /// Its samples, in the order in which they are kept.
    pub(super) fn samples(&mut self) -> [&mut Sample; 3] {
        [&mut self.feedback, &mut self.latency_ms, &mut self.cost_usd]
    }
}

impl State {
    /// What has become of the calls of a variant.
    #[must_use]
    pub fn trial(&self, tag: u64) -> Trial {
        self.trials.iter().find(|(known, _)| *known == tag).map(|(_, trial)| *trial).unwrap_or_default()
    }

    /// The same, to be changed; `None` for a variant that the config does not have.
    pub fn trial_mut(&mut self, config: &RouterConfig, tag: u64) -> Option<&mut Trial> {
        config.variant(tag)?;
        // Those of a config that is no more go when another one is counted for the first time.
        if !self.trials.iter().any(|(known, _)| *known == tag) {
            self.trials.retain(|(known, _)| config.variant(*known).is_some());
            self.trials.push((tag, Trial::default()));
        }
        self.trials.iter_mut().find(|(known, _)| *known == tag).map(|(_, trial)| trial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_tells_its_mean_and_how_sure_that_is() {
        let mut sample = Sample::default();
        assert_eq!((sample.mean(), sample.standard_error()), (None, None));
        sample.add(2.0);
        assert_eq!((sample.mean(), sample.standard_error()), (Some(2.0), None));
        [4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().for_each(|value| sample.add(value));
        assert_eq!(sample.mean(), Some(5.0));
        // The spread is 32 / 7, of eight.
        let error = sample.standard_error().unwrap();
        assert!((error - (32.0_f64 / 7.0 / 8.0).sqrt()).abs() < 1e-12, "{error}");
        assert_eq!(Sample::restored(sample.parts()), Some(sample));
        assert_eq!(Sample::restored([1, f64::NAN.to_bits(), 0]), None);
    }
}
