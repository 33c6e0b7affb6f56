//! The far side of a deployment: which reply a send meets, by script, by the clock, or by chance.

use std::collections::VecDeque;
use std::ops::Range;

use crate::base::rng::Rng;

use super::reply::Reply;

/// How long something takes, in milliseconds. Whole numbers only: the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Latency {
    /// Always so long.
    Fixed(u64),
    /// Anything from the first to the second, all equally likely.
    Between(u64, u64),
    /// Mostly the usual time, and rarely another one.
    Mostly {
        /// The usual time.
        usual_ms: u64,
        /// The rare one.
        rare_ms: u64,
        /// How rare, from 0 to 1.
        share: f64,
    },
    /// As times of servers are spread: their logarithms are distributed normally.
    LogNormal {
        /// Half of them are shorter.
        median_ms: u64,
        /// How wide they are spread; about 0.5 for servers.
        sigma: f64,
    },
}

impl Latency {
    pub(super) fn draw(self, rng: &mut Rng) -> u64 {
        match self {
            Self::Fixed(ms) => ms,
            Self::Between(low, high) => {
                let span = usize::try_from(high.saturating_sub(low)).unwrap_or(usize::MAX);
                low.saturating_add(rng.below(span.saturating_add(1)) as u64)
            }
            Self::Mostly { usual_ms, rare_ms, share } => {
                if rng.unit() < share {
                    rare_ms
                } else {
                    usual_ms
                }
            }
            Self::LogNormal { median_ms, sigma } => {
                let drawn = (0..12).map(|_| rng.unit()).sum::<f64>() - 6.0;
                (median_ms as f64 * exp(drawn * sigma)) as u64
            }
        }
    }
}

/// e to a small power, by sums and products alone: those of a library differ by machines.
fn exp(power: f64) -> f64 {
    const SQUARINGS: u32 = 20;
    let root = 1.0 + power / f64::from(1_u32 << SQUARINGS);
    (0..SQUARINGS).fold(root, |root, _| root * root)
}

/// What a deployment's far side does. The first of these that has something to say gives the reply: the
/// script, the periods, the chances, the usual.
#[derive(Clone, Debug)]
pub struct Upstream {
    usual: Reply,
    script: VecDeque<Reply>,
    periods: Vec<(Range<u64>, Reply)>,
    chances: Vec<(f64, Reply)>,
}

impl Upstream {
    /// Answers each send in the same way.
    #[must_use]
    pub fn always(reply: Reply) -> Self {
        Self { usual: reply, script: VecDeque::new(), periods: Vec::new(), chances: Vec::new() }
    }

    /// Answers well.
    #[must_use]
    pub fn ok() -> Self {
        Self::always(Reply::ok())
    }

    /// Answers the next sends by these replies, one each.
    #[must_use]
    pub fn first(mut self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.script.extend(replies);
        self
    }

    /// Answers sends in a period so: from the first to before the second, in milliseconds of the world's clock.
    #[must_use]
    pub fn during(mut self, period_ms: Range<u64>, reply: Reply) -> Self {
        self.periods.push((period_ms, reply));
        self
    }

    /// Answers a share of the sends so (0 is never, 1 is always), drawn for each.
    #[must_use]
    pub fn sometimes(mut self, share: f64, reply: Reply) -> Self {
        self.chances.push((share, reply));
        self
    }

    /// The reply to a send at `now_ms`.
    pub(super) fn reply(&mut self, now_ms: u64, rng: &mut Rng) -> Reply {
        if let Some(reply) = self.script.pop_front() {
            return reply;
        }
        if let Some((_, reply)) = self.periods.iter().find(|(period, _)| period.contains(&now_ms)) {
            return reply.clone();
        }
        for (share, reply) in &self.chances {
            if rng.unit() < *share {
                return reply.clone();
            }
        }
        self.usual.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_normal_latency_is_as_wide_as_it_says() {
        assert!((exp(1.0) - std::f64::consts::E).abs() < 1e-5 && (exp(-2.0) - 0.135_335).abs() < 1e-5);
        let mut rng = Rng::for_call(1, 1);
        let latency = Latency::LogNormal { median_ms: 1_000, sigma: 0.5 };
        let mut drawn: Vec<u64> = (0..10_000).map(|_| latency.draw(&mut rng)).collect();
        drawn.sort_unstable();
        // One and two sigma from the median: 15.9 and 97.7 of a hundred are shorter.
        for (rank, expected) in [(1_587, 606_u64), (5_000, 1_000), (9_772, 2_718)] {
            assert!(drawn[rank].abs_diff(expected) < expected / 20, "{rank}: {}", drawn[rank]);
        }
    }
}
