//! A change of the state, as data. Every delta can be lost, late or repeated: that makes a later choice
//! a little worse and never breaks a call.

use crate::base::time::Millis;
use crate::config::{BudgetIx, DeploymentIx, Era, ErrorClass, GroupIx};
use crate::price::Pico;

use super::{Bench, Counts, Lease, Quota, Scope, Ticket};

/// One change. Made by a step of a call, applied by the engine before any other call's step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// A request was sent: it takes a place, a probe where the circuit is half-open, and reserves what it may use.
    Sent {
        /// Where to.
        deployment: DeploymentIx,
        /// Whose.
        lease: Lease,
        /// Is its answer a stream?
        stream: bool,
        /// When its place is free again, whatever becomes of it.
        expires: Millis,
        /// When a probe is lost that has told nothing.
        probe_expires: Millis,
        /// What is reserved.
        reserved: Counts,
        /// Was the store asked for it? Then it knows.
        held: bool,
        /// Does the router ask for itself? That is nobody's turn.
        is_probe: bool,
        /// The group in which it is a turn as well: see [`RouterConfig::turns_beside`].
        ///
        /// [`RouterConfig::turns_beside`]: crate::config::RouterConfig::turns_beside
        turns: Option<GroupIx>,
    },
    /// The answer of a send has begun.
    Begun {
        /// Where it was sent.
        deployment: DeploymentIx,
        /// Whose.
        lease: Lease,
        /// Is it the first content of a stream?
        stream: bool,
        /// How long that took.
        after_ms: u64,
        /// The tokens of a whole answer, where it tells them; else 0.
        tokens: u64,
        /// What was there when it was sent.
        era: Era,
    },
    /// A send is over, well or not: its place is free, and what it used takes the place of what was reserved.
    Ended {
        /// Where it was sent.
        deployment: DeploymentIx,
        /// Whose.
        lease: Lease,
        /// When it was sent.
        sent: Millis,
        /// What was reserved.
        reserved: Counts,
        /// What it used; the reservation, where that is not known.
        used: Counts,
    },
    /// What a request is thought to cost is reserved of its budgets.
    Reserved {
        /// Where it was sent.
        deployment: DeploymentIx,
        /// Whose.
        lease: Lease,
        /// When it is given back, whatever becomes of it.
        expires: Millis,
        /// How much.
        amount: Pico,
        /// The budgets of the call's tags.
        tags: Box<[BudgetIx]>,
    },
    /// A send is over: what it cost takes the place of what was reserved. Merges by adding.
    Paid {
        /// Where it was sent.
        deployment: DeploymentIx,
        /// Whose.
        lease: Lease,
        /// How much.
        amount: Pico,
        /// The budgets that pay. See [`State::payers`](super::State::payers).
        budgets: Box<[BudgetIx]>,
    },
    /// An attempt was answered: counts as a success and closes the circuits. Merges by adding.
    Succeeded {
        /// Who answered.
        deployment: DeploymentIx,
        /// What was there when it was sent.
        era: Era,
    },
    /// An attempt failed in a way that is counted. Merges by adding.
    Failed {
        /// Who failed.
        deployment: DeploymentIx,
        /// How.
        class: ErrorClass,
    },
    /// A circuit opens, or stays open for longer. Merges by the later moment.
    Benched {
        /// Who is benched.
        deployment: DeploymentIx,
        /// The deployment itself, or its credential?
        scope: Scope,
        /// Until when, and why.
        bench: Box<Bench>,
    },
    /// The provider tells what is left of its limits. The last one counts.
    Learned {
        /// Whose limits.
        deployment: DeploymentIx,
        /// What is left.
        quota: Quota,
        /// What was there when it was sent.
        era: Era,
    },
    /// The retry budget of a group grows by a call or pays for a retry. Merges by adding.
    RetryTokens {
        /// Whose budget.
        group: GroupIx,
        /// Thousandths of a token.
        milli: i64,
    },
    /// A call waits for a place in a group, or looks again.
    Waits {
        /// Where.
        group: GroupIx,
        /// Its place in the order.
        ticket: Ticket,
    },
    /// A call waits no more.
    Left {
        /// Where it waited.
        group: GroupIx,
        /// Whose ticket.
        lease: Lease,
    },
}
