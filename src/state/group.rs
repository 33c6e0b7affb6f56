//! What is known of a group as a whole: its retry budget, and who waits for a place in it.
//!
//! Nobody is woken by another request (on Workers a promise belongs to the request that made it): whoever waits looks
//! again by itself, and a ticket only says who goes first.

use crate::base::time::Millis;
use crate::config::DeploymentIx;

use super::{Lease, RetryBudget, Turns};

/// The place of a waiting call in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The lowest goes first …
    pub priority: u32,
    /// … and of equal ones who came first …
    pub since: Millis,
    /// … and of those at once, whose call has the lower number.
    pub lease: Lease,
    /// When it is worth nothing, unless it is renewed.
    pub expires: Millis,
}

impl Ticket {
    fn order(&self) -> (u32, Millis, Lease) {
        (self.priority, self.since, self.lease)
    }
}

/// One group.
#[derive(Clone, Debug, Default)]
pub struct GroupState {
    /// Pays for retries and second sends.
    pub budget: RetryBudget,
    /// How far its deployments are on in their turns.
    pub turns: Turns,
    tickets: Vec<Ticket>,
    /// When the turns of its deployments come, where they are of other groups, whose measures are others.
    own: Vec<(DeploymentIx, u128)>,
}

impl GroupState {
    /// When the turn of a deployment of another group comes, in the measure of this one.
    #[must_use]
    pub fn turn_of(&self, deployment: DeploymentIx) -> u128 {
        self.own.iter().find(|(known, _)| *known == deployment).map_or(0, |(_, turn)| *turn)
    }

    /// Takes its turn.
    pub(super) fn take_turn(&mut self, deployment: DeploymentIx, weight: f64) {
        let next = self.turns.take(self.turn_of(deployment), weight);
        self.own.retain(|(known, _)| *known != deployment);
        self.own.push((deployment, next));
    }

    /// How many wait at `now` before this ticket.
    #[must_use]
    pub fn ahead(&self, now: Millis, ticket: &Ticket) -> usize {
        let before = |other: &&Ticket| other.expires > now && other.order() < ticket.order();
        self.tickets.iter().filter(before).count()
    }

    /// How many wait at `now`.
    #[must_use]
    pub fn waiting(&self, now: Millis) -> usize {
        self.tickets.iter().filter(|ticket| ticket.expires > now).count()
    }

    /// A call waits, or goes on waiting.
    pub(super) fn wait(&mut self, now: Millis, ticket: Ticket) {
        self.tickets.retain(|known| known.lease != ticket.lease && known.expires > now);
        self.tickets.push(ticket);
    }

    /// A call waits no more.
    pub(super) fn leave(&mut self, lease: Lease) {
        self.tickets.retain(|known| known.lease != lease);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(priority: u32, since: u64, call: u64) -> Ticket {
        Ticket { priority, since: Millis(since), lease: Lease::new(call, 0), expires: Millis(since + 1_000) }
    }

    #[test]
    fn the_most_urgent_goes_first_then_who_came_first() {
        let mut group = GroupState::default();
        let all = [ticket(5, 0, 1), ticket(0, 10, 2), ticket(5, 10, 3), ticket(5, 10, 4)];
        all.iter().for_each(|one| group.wait(Millis(10), *one));
        let ahead = |group: &GroupState| all.map(|one| group.ahead(Millis(20), &one));
        assert_eq!(ahead(&group), [1, 0, 2, 3]);
        group.leave(Lease::new(2, 0));
        assert_eq!(ahead(&group), [0, 0, 1, 2]);
        assert_eq!(group.ahead(Millis(1_000), &all[3]), 1, "a ticket that nobody renews is worth nothing");
        assert_eq!(group.waiting(Millis(1_005)), 2);
    }
}
