//! How fast a deployment has been of late, for the strategies that go by it.
//!
//! Three things are timed, and never compared with each other: how long streams take to their first content, how long whole
//! answers take for a token, and how long those take that tell no tokens, as embeddings. A failure counts in all three, for
//! what is slow and what is broken are both to be avoided.
//!
//! LiteLLM keeps the plain mean of the last ten in one list, and of failures the time-outs alone, as 1,000 seconds.

use crate::base::bytes::{Reader, Writer};
use crate::base::time::Millis;
use crate::config::{LatencyRules, Surface};

/// After so long a time counts half beside a new one.
const HALF_LIFE_MS: u64 = 2_500;

/// What one time weighs beside the others when it is new.
const WHOLE: u64 = 1 << 16;

/// A failure counts as so many times the usual time.
const FAILED_TIMES: u64 = 10;

/// A failure lifts the peak to so many times what it was.
const FAILED_PEAKS: u64 = 4;

/// After so long half of a peak is left, where nothing is timed.
const DECAY_MS: u64 = 10_000;

/// The same of what a peak has over a shorter time that follows it.
const FOLLOW_MS: u64 = 2_000;

/// How many times of a kind are kept over a restart.
const SAVED: usize = 10;

/// A failure among them.
const FAILED: u32 = u32::MAX;

/// What is timed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Timing {
    /// From the send to the first content of a stream.
    FirstContent,
    /// A whole answer, by its tokens.
    #[default]
    PerToken,
    /// A whole answer that tells no tokens.
    Whole,
}

impl Timing {
    /// What is timed of requests of a kind.
    #[must_use]
    pub fn of(surface: Surface, stream: bool) -> Self {
        match surface {
            Surface::Embeddings => Self::Whole,
            Surface::Chat if stream => Self::FirstContent,
            Surface::Chat => Self::PerToken,
        }
    }

    /// What a failure counts as while nothing is known of a deployment, in microseconds.
    const fn failed_us(self) -> u64 {
        match self {
            Self::PerToken => 500_000,
            Self::FirstContent | Self::Whole => 10_000_000,
        }
    }
}

/// One time, or a failure.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Millis,
    /// `None` is a failure.
    us: Option<u32>,
}

/// What is known of one kind of times.
#[derive(Clone, Debug, Default)]
pub struct Track {
    kept: Vec<Sample>,
    next: usize,
    last: Millis,
    score_us: u32,
    newest_us: u32,
    peak_us: u32,
    took_ms: u32,
}

impl Track {
    /// What is expected, in microseconds: of a token where tokens are timed. `None` where nothing was timed within the
    /// rules' `ttl_ms`.
    #[must_use]
    pub fn expected_us(&self, now: Millis, rules: LatencyRules) -> Option<u64> {
        let is_known = !self.kept.is_empty() && now.since(self.last) < rules.ttl_ms;
        is_known.then_some(self.score_us.into())
    }

    /// A mean that follows a longer time at once and a shorter one slowly, and that falls while nothing is timed, in
    /// microseconds. `None` as for [`Track::expected_us`].
    #[must_use]
    pub fn peak_us(&self, now: Millis, rules: LatencyRules) -> Option<u64> {
        self.expected_us(now, rules)?;
        let idle_ms = now.since(self.last);
        // What it falls to is nothing; no exponential, which would weigh more than all the rest.
        u64::from(self.peak_us).saturating_mul(DECAY_MS).checked_div(DECAY_MS.saturating_add(idle_ms))
    }

    /// How long a send takes to its answer, by those that were answered; 0 where none was.
    #[must_use]
    pub fn took_ms(&self) -> u64 {
        self.took_ms.into()
    }

    /// What was timed last, in microseconds; the most there is for a failure.
    #[must_use]
    pub fn newest_us(&self) -> u64 {
        self.newest_us.into()
    }

    /// Are half of the times that are kept this long at least, in microseconds, or failures?
    #[must_use]
    pub fn is_mostly_over(&self, us: u64) -> bool {
        let is_over = |sample: &&Sample| sample.us.is_none_or(|own| u64::from(own) >= us);
        self.kept.iter().filter(is_over).count() * 2 >= self.kept.len()
    }

    /// When something was timed last.
    #[must_use]
    pub fn last(&self) -> Millis {
        self.last
    }

    fn add(&mut self, now: Millis, timing: Timing, rules: LatencyRules, us: Option<u32>) {
        self.follow(now, timing, us);
        let sample = Sample { at: now.max(self.last), us };
        (self.last, self.newest_us) = (sample.at, us.unwrap_or(u32::MAX));
        // The rules may have been changed meanwhile.
        if self.kept.len() > rules.samples.into() {
            self.kept = self.oldest_first().skip(self.kept.len() - usize::from(rules.samples)).collect();
            self.next = 0;
        }
        if self.kept.len() < rules.samples.into() {
            self.kept = self.oldest_first().chain([sample]).collect();
            self.next = 0;
        } else if let Some(slot) = self.kept.get_mut(self.next) {
            *slot = sample;
            self.next = (self.next + 1) % self.kept.len();
        }
        let score = self.scored(timing, rules);
        self.score_us = u32::try_from(score).unwrap_or(u32::MAX);
    }

    fn follow(&mut self, now: Millis, timing: Timing, us: Option<u32>) {
        let passed_ms = now.since(self.last);
        let peak = u64::from(self.peak_us);
        let failed = || peak.saturating_mul(FAILED_PEAKS).max(timing.failed_us());
        let us = us.map_or_else(failed, u64::from);
        let kept = peak.saturating_sub(us).saturating_mul(FOLLOW_MS) / FOLLOW_MS.saturating_add(passed_ms);
        self.peak_us = u32::try_from(us.saturating_add(kept)).unwrap_or(u32::MAX);
    }

    fn oldest_first(&self) -> impl Iterator<Item = Sample> + '_ {
        let (newer, older) = self.kept.split_at(self.next.min(self.kept.len()));
        older.iter().chain(newer).copied()
    }

    /// Worked out when something is added, so that a choice only reads it.
    fn scored(&self, timing: Timing, rules: LatencyRules) -> u64 {
        let counted = || self.kept.iter().filter(|sample| self.last.since(sample.at) < rules.ttl_ms);
        let weight = |at: Millis| WHOLE >> (self.last.since(at) / HALF_LIFE_MS).min(16);
        let (mut sum, mut good, mut all) = (0_u64, 0_u64, 0_u64);
        for sample in counted() {
            let weight = weight(sample.at);
            all = all.saturating_add(weight);
            if let Some(us) = sample.us {
                good = good.saturating_add(weight);
                sum = sum.saturating_add(weight.saturating_mul(us.into()));
            }
        }
        let usual = sum.checked_div(good);
        let failed = usual.map_or(timing.failed_us(), |usual| usual.max(1).saturating_mul(FAILED_TIMES));
        if let Some(milli) = rules.percentile_milli.filter(|_| timing == Timing::FirstContent) {
            let mut sorted: Vec<u64> = Vec::with_capacity(self.kept.len());
            for sample in counted() {
                let us = sample.us.map_or(failed, u64::from);
                sorted.insert(sorted.partition_point(|other| *other < us), us);
            }
            let rank = (sorted.len() * usize::from(milli)).div_ceil(1_000).max(1) - 1;
            return sorted.get(rank).copied().unwrap_or(failed);
        }
        let missed = all.saturating_sub(good).saturating_mul(failed);
        sum.saturating_add(missed).checked_div(all).unwrap_or(failed)
    }
}

impl Track {
    fn save(&self, out: &mut Writer) {
        let skipped = self.kept.len().saturating_sub(SAVED);
        out.u64(self.last.0);
        out.u32(self.peak_us);
        out.u32(self.took_ms);
        out.u8(u8::try_from(self.kept.len() - skipped).unwrap_or(0));
        for Sample { at, us } in self.oldest_first().skip(skipped) {
            out.u32(u32::try_from(self.last.since(at)).unwrap_or(u32::MAX));
            out.u32(us.unwrap_or(FAILED));
        }
    }

    /// What [`Track::save`] wrote; times of the future were timed by another clock.
    fn restored(reader: &mut Reader<'_>, now: Millis, timing: Timing, rules: LatencyRules) -> Option<Self> {
        let last = Millis(reader.u64()?).min(now);
        let (peak_us, took_ms) = (reader.u32()?, reader.u32()?);
        let mut track = Self::default();
        for _ in 0..reader.u8()? {
            let (age_ms, us) = (reader.u32()?, reader.u32()?);
            let at = Millis(last.0.saturating_sub(age_ms.into()));
            track.add(at, timing, rules, Some(us).filter(|us| *us != FAILED));
        }
        (track.peak_us, track.took_ms) = (peak_us, took_ms);
        Some(track)
    }
}

/// How fast a deployment has been.
#[derive(Clone, Debug, Default)]
pub struct Pace([Track; 3]);

impl Pace {
    /// What is known of one kind of times.
    #[must_use]
    pub fn of(&self, timing: Timing) -> &Track {
        let [first, token, whole] = &self.0;
        match timing {
            Timing::FirstContent => first,
            Timing::PerToken => token,
            Timing::Whole => whole,
        }
    }

    /// When anything was timed last; the epoch if nothing was.
    #[must_use]
    pub fn last(&self) -> Millis {
        let [first, token, whole] = &self.0;
        first.last.max(token.last).max(whole.last)
    }

    /// Times an answer that began, or a whole one that tells so many tokens.
    pub(super) fn timed(&mut self, now: Millis, rules: LatencyRules, stream: bool, ms: u64, tokens: u64) {
        let [first, token, whole] = &mut self.0;
        let (track, timing) = match (stream, tokens) {
            (true, _) => (first, Timing::FirstContent),
            (false, 0) => (whole, Timing::Whole),
            (false, _) => (token, Timing::PerToken),
        };
        let parts = if timing == Timing::PerToken { tokens } else { 1 };
        let us = ms.saturating_mul(1_000) / parts;
        // A moving mean: the last ones count most.
        let took =
            if track.took_ms == 0 { ms } else { (u64::from(track.took_ms) * 3).saturating_add(ms) / 4 };
        track.took_ms = u32::try_from(took).unwrap_or(u32::MAX);
        track.add(now, timing, rules, Some(u32::try_from(us).unwrap_or(u32::MAX)));
    }

    /// Writes what is worth keeping: the last times of each kind.
    pub(super) fn save(&self, out: &mut Writer) {
        self.0.iter().for_each(|track| track.save(out));
    }

    /// Reads what [`Pace::save`] wrote.
    pub(super) fn restored(reader: &mut Reader<'_>, now: Millis, rules: LatencyRules) -> Option<Self> {
        let mut read = |timing| Track::restored(reader, now, timing, rules);
        Some(Self([read(Timing::FirstContent)?, read(Timing::PerToken)?, read(Timing::Whole)?]))
    }

    /// Counts a failure.
    pub(super) fn failed(&mut self, now: Millis, rules: LatencyRules) {
        let kinds = [Timing::FirstContent, Timing::PerToken, Timing::Whole];
        self.0.iter_mut().zip(kinds).for_each(|(track, timing)| track.add(now, timing, rules, None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: LatencyRules = LatencyRules::DEFAULT;

    fn expected(pace: &Pace, timing: Timing, ms: u64) -> Option<u64> {
        pace.of(timing).expected_us(Millis(ms), RULES)
    }

    #[test]
    fn the_three_kinds_of_times_are_never_mixed() {
        let mut pace = Pace::default();
        pace.timed(Millis(0), RULES, true, 300, 0);
        pace.timed(Millis(0), RULES, false, 2_000, 100);
        pace.timed(Millis(0), RULES, false, 50, 0);
        let kinds = [Timing::FirstContent, Timing::PerToken, Timing::Whole];
        assert_eq!(kinds.map(|kind| expected(&pace, kind, 1)), [Some(300_000), Some(20_000), Some(50_000)]);
        assert_eq!(kinds.map(|kind| pace.of(kind).took_ms()), [300, 2_000, 50]);
        assert_eq!(expected(&pace, Timing::Whole, RULES.ttl_ms), None, "too old");
    }

    #[test]
    fn the_last_ten_count_and_of_old_ones_little_beside_a_new_one() {
        let mut pace = Pace::default();
        (0..20).for_each(|ms| pace.timed(Millis(ms), RULES, true, if ms < 10 { 9_000 } else { 100 }, 0));
        assert_eq!(expected(&pace, Timing::FirstContent, 20), Some(100_000));
        pace.timed(Millis(20), RULES, true, 1_100, 0);
        assert_eq!(expected(&pace, Timing::FirstContent, 20), Some(200_000));
        pace.timed(Millis(40_000), RULES, true, 500, 0);
        let now = expected(&pace, Timing::FirstContent, 40_000).unwrap();
        assert!((480_000..=500_000).contains(&now), "{now}");
        let few = LatencyRules { samples: 2, ..RULES };
        pace.timed(Millis(40_000), few, true, 700, 0);
        assert_eq!(expected(&pace, Timing::FirstContent, 40_000), Some(600_000));
    }

    #[test]
    fn a_failure_counts_as_ten_times_the_usual_and_one_success_is_not_enough() {
        let mut pace = Pace::default();
        pace.failed(Millis(0), RULES);
        assert_eq!(expected(&pace, Timing::FirstContent, 0), Some(10_000_000));
        pace.timed(Millis(0), RULES, true, 100, 0);
        assert_eq!(expected(&pace, Timing::FirstContent, 0), Some(550_000));
        (0..8).for_each(|_| pace.timed(Millis(0), RULES, true, 100, 0));
        assert_eq!(expected(&pace, Timing::FirstContent, 0), Some(190_000));
        pace.timed(Millis(0), RULES, true, 100, 0);
        assert_eq!(expected(&pace, Timing::FirstContent, 0), Some(100_000), "it has left the list");
    }

    #[test]
    fn a_peak_is_followed_up_at_once_and_down_slowly() {
        let mut pace = Pace::default();
        let peak = |pace: &Pace, ms| pace.of(Timing::FirstContent).peak_us(Millis(ms), RULES);
        assert_eq!(peak(&pace, 0), None);
        pace.timed(Millis(0), RULES, true, 100, 0);
        pace.timed(Millis(0), RULES, true, 2_000, 0);
        pace.timed(Millis(0), RULES, true, 100, 0);
        assert_eq!([0, 10_000, 30_000].map(|ms| peak(&pace, ms)), [2_000_000, 1_000_000, 500_000].map(Some));
        pace.timed(Millis(10_000), RULES, true, 100, 0);
        assert_eq!(peak(&pace, 10_000), Some(416_666));
        pace.failed(Millis(10_000), RULES);
        assert_eq!(peak(&pace, 10_000), Some(10_000_000));
    }

    #[test]
    fn a_percentile_is_of_first_contents_alone() {
        let rules = LatencyRules { percentile_milli: Some(950), ..RULES };
        let mut pace = Pace::default();
        for ms in [100, 1_500, 100, 100, 100, 100, 100, 100, 100, 100] {
            pace.timed(Millis(0), rules, true, ms, 0);
            pace.timed(Millis(0), rules, false, ms, 1);
        }
        assert_eq!(expected(&pace, Timing::FirstContent, 0), Some(1_500_000));
        assert_eq!(expected(&pace, Timing::PerToken, 0), Some(240_000));
    }
}
