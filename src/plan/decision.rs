//! The record of a choice, kept only where somebody asked for it.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved};
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
            Self::Level => "higher_order",
            Self::Unproved => "half_open",
        }
    }
}

/// One choice: who was there, why some were passed over, and who was taken.
#[derive(Clone, Debug)]
pub struct Decision {
    /// When.
    pub at: Millis,
    /// Among whom: a group, or one deployment that was named.
    pub target: Resolved,
    /// Every member, and why it was passed over; `None` for those to choose from.
    pub candidates: Vec<(DeploymentIx, Option<Passed>)>,
    /// Who was taken; `None` if nobody was left.
    pub picked: Option<DeploymentIx>,
}
