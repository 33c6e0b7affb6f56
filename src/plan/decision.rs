//! The record of a choice, kept only where somebody asked for it.

use crate::base::time::Millis;
use crate::config::{Bond, DeploymentIx, Resolved, Strategy};
use crate::strategy::Exclusion;

/// Why a deployment that the state would allow was not among those to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The state does not allow it.
    Excluded(Exclusion),
    /// It has failed in this call.
    Failed,
    /// This call has no use for it: it was told of a wrong key, or cannot do what is asked.
    Useless,
    /// The host's own strategy has named others, and not it.
    NotNamed,
    /// A lower `order` level is left.
    Level,
    /// Its circuit is half-open, and for a further attempt there are others whose circuit is closed.
    Unproved,
}

impl Passed {
    /// The name that `explain` gives it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Excluded(exclusion) => exclusion.code(),
            Self::Failed => "failed_in_this_call",
            Self::Useless => "cannot_serve",
            Self::NotNamed => "not_named",
            Self::Level => "higher_order",
            Self::Unproved => "half_open",
        }
    }
}

/// One of those who were there.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub deployment: DeploymentIx,
    /// Why it was passed over; `None` for those to choose from.
    pub passed: Option<Passed>,
    /// What spoke against it, though it was among those to choose from: it was named by its id, or nobody better was left.
    pub despite: Option<Exclusion>,
    /// What it weighed in the draw; 0 for who was passed over.
    pub weight: f64,
    /// What the strategy went by, the lowest being the best; `None` where it goes by nothing, or nothing was known.
    pub score: Option<f64>,
}

impl Candidate {
    /// How long what speaks against it lasts, where that is known.
    #[must_use]
    pub fn wait_ms(&self, at: Millis) -> Option<u64> {
        let excluded = match self.passed {
            Some(Passed::Excluded(exclusion)) => Some(exclusion),
            _ => self.despite,
        };
        excluded?.wait_ms(at)
    }
}

/// One choice: who was there, why some were passed over, and who was taken.
#[derive(Clone, Debug)]
pub struct Decision {
    /// When.
    pub at: Millis,
    /// How many sends the call had made before.
    pub attempt: usize,
    /// Among whom: a group, or one deployment that was named.
    pub target: Resolved,
    /// How one was picked.
    pub strategy: Strategy,
    /// What the call stays by, in place of the strategy: the scores are distances then.
    pub bond: Option<Bond>,
    /// Every member.
    pub candidates: Vec<Candidate>,
    /// The number from 0 up to 1 that decided; `None` where there was nothing to draw.
    pub draw: Option<f64>,
    /// Who was taken; `None` if nobody was left.
    pub picked: Option<DeploymentIx>,
}

impl Decision {
    /// How likely each candidate was to be taken, in their order; 0 for who was passed over.
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        let total: f64 = self.candidates.iter().map(|candidate| candidate.weight).sum();
        let share = |candidate: &Candidate| if total > 0.0 { candidate.weight / total } else { 0.0 };
        self.candidates.iter().map(share).collect()
    }
}
