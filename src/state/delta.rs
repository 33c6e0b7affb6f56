//! A change of the state, as data. Every delta can be lost, late or repeated: that makes a later choice
//! a little worse and never breaks a call.

use crate::config::{DeploymentIx, GroupIx};

use super::Bench;

/// One change. Made by a step of a call, applied by the engine before any other call's step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// An attempt was answered: counts as a success and closes the circuit. Merges by adding.
    Succeeded {
        /// Who answered.
        deployment: DeploymentIx,
    },
    /// An attempt failed in a way that is counted. Merges by adding.
    Failed {
        /// Who failed.
        deployment: DeploymentIx,
    },
    /// The circuit opens, or stays open for longer. Merges by the later moment.
    Benched {
        /// Who is benched.
        deployment: DeploymentIx,
        /// Until when, and why.
        bench: Box<Bench>,
    },
    /// The retry budget of a group grows by a call or pays for a retry. Merges by adding.
    RetryTokens {
        /// Whose budget.
        group: GroupIx,
        /// Thousandths of a token.
        milli: i64,
    },
}
