//! Limits that the store keeps for all isolates: what it is asked for before a send, and what becomes of it after.
//!
//! It counts in minutes of the clock, under keys of their own: `<deployment>/rpm/<minute>` and so on. A reservation that is
//! larger or smaller than what was used is mended by the next batch.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, RouterConfig};
use crate::state::{Counts, Delta, Measure};
use crate::strategy::bounds;

use super::book::MINUTE_MS;
use super::ops::{Facet, Op, OpValue, key};
use super::{Sync, USAGE_TTL_S};

/// One thing to ask the store for: that a number grows, if it does not grow beyond its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which number.
    pub key: String,
    /// By how much.
    pub amount: u64,
    /// What it must not exceed.
    pub limit: u64,
    /// How long the store keeps it, in seconds.
    pub ttl: u32,
    measure: Measure,
}

/// All that a send needs to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    deployment: DeploymentIx,
    at: Millis,
    /// One for each limit of the deployment; all are needed.
    pub holds: Vec<Hold>,
}

impl Reservation {
    pub(in crate::engine) fn of(
        config: &RouterConfig,
        deployment: DeploymentIx,
        at: Millis,
        needs: Counts,
    ) -> Self {
        let known = config.deployment(deployment);
        let cell = known.map_or(deployment, |known| known.limit_cell(deployment));
        let minute = at.0 / MINUTE_MS;
        let holds = known.into_iter().flat_map(|known| bounds(known, needs));
        let holds = holds.filter_map(|(limit, measure, amount)| {
            let key = key(config, cell, Facet::Held(measure, minute))?;
            (amount > 0).then_some(Hold { key, amount, limit, ttl: USAGE_TTL_S, measure })
        });
        Self { deployment, at, holds: holds.collect() }
    }

    /// At which deployment, and when it was asked for.
    pub(in crate::engine) fn place(&self) -> (DeploymentIx, Millis) {
        (self.deployment, self.at)
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

impl Sync {
    /// Gives back what the store has given of a reservation.
    pub(in crate::engine) fn give_back(
        &mut self,
        config: &RouterConfig,
        reservation: &Reservation,
        answers: &[Option<bool>],
    ) {
        let given = reservation.holds.iter().zip(answers).filter(|(_, answer)| **answer == Some(true));
        let changes = given.map(|(hold, _)| (hold.measure, signed(hold.amount).saturating_neg()));
        self.books.hold(config, reservation.deployment, reservation.at, changes);
    }

    /// Notes what a send has used that the store was not asked for, and what it was asked for in vain.
    pub(super) fn note_held(&mut self, config: &RouterConfig, now: Millis, delta: &Delta) {
        let nothing = Counts::default();
        let (deployment, at, before, after) = match delta {
            Delta::Sent { deployment, reserved, held: false, .. } => (*deployment, now, nothing, *reserved),
            Delta::Ended { deployment, sent, reserved, used, .. } => (*deployment, *sent, *reserved, *used),
            _ => return,
        };
        if !self.carries.reserve || before == after {
            return;
        }
        let Some(known) = config.deployment(deployment).filter(|known| config.binds(known)) else { return };
        let changes =
            bounds(known, after).zip(bounds(known, before)).map(|((_, measure, after), (.., before))| {
                (measure, signed(after).saturating_sub(signed(before)))
            });
        self.books.hold(config, deployment, at, changes);
    }

    /// The changes of a minute's reservations, as operations.
    pub(super) fn tell_held(
        &self,
        config: &RouterConfig,
        ix: DeploymentIx,
        minute: u64,
        held: [i64; 4],
        ops: &mut Vec<Op>,
    ) {
        let measures = [Measure::Requests, Measure::Tokens, Measure::Input, Measure::Output];
        for (measure, change) in measures.into_iter().zip(held) {
            if change != 0
                && let Some(key) = key(config, ix, Facet::Held(measure, minute))
            {
                ops.push(Op { key, value: OpValue::Add(change), ttl: USAGE_TTL_S });
            }
        }
    }
}
