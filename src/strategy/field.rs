//! What a strategy picks from, and the rule that most of them have in common: the lowest score is taken.

use smallvec::SmallVec;

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{DeploymentIx, GroupIx, LatencyRules};
use crate::state::View;

use super::filter::Need;

/// A choice that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Whom there is to choose from.
    pub candidates: &'a [DeploymentIx],
    /// What is known of them.
    pub view: View<'a>,
    /// When.
    pub now: Millis,
    /// The group in which they take turns, where that is not each one's own.
    pub turns: Option<GroupIx>,
    /// What the request needs.
    pub need: Need<'a>,
    /// How times are compared.
    pub latency: &'a LatencyRules,
    /// Whom the host has named, the best first, where it was asked.
    pub ranking: &'a [DeploymentIx],
}

/// What a strategy goes by; the lowest is taken. The largest number is "not known".
pub(super) type Score = fn(&Field<'_>, DeploymentIx) -> u64;

/// The score of who is not known.
pub(super) const UNKNOWN: u64 = u64::MAX;

impl Field<'_> {
    /// The scores of the candidates, in their order.
    pub(super) fn scores(&self, score: Score) -> SmallVec<[u64; 16]> {
        self.candidates.iter().map(|ix| score(self, *ix)).collect()
    }

    /// Picks the one with the lowest score; of several, one at random: LiteLLM takes the first, so that a group at rest
    /// sends everything to one.
    pub(super) fn lowest(&self, score: Score, rng: &mut Rng) -> Option<DeploymentIx> {
        if let [only] = self.candidates {
            return Some(*only);
        }
        let scores = self.scores(score);
        let least = scores.iter().copied().min()?;
        let alike = scores.iter().filter(|score| **score == least).count();
        let mut left = rng.below(alike);
        let mut place = 0;
        for (at, _) in scores.iter().enumerate().filter(|(_, score)| **score == least) {
            place = at;
            if left == 0 {
                break;
            }
            left -= 1;
        }
        self.candidates.get(place).copied()
    }

    /// What each candidate weighs in that draw.
    pub(super) fn of_lowest(&self, score: Score) -> Vec<f64> {
        let scores = self.scores(score);
        let least = scores.iter().copied().min();
        scores.iter().map(|score| if Some(*score) == least { 1.0 } else { 0.0 }).collect()
    }
}
