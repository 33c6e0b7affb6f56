//! Limits that a store keeps for all isolates: it is asked before a send, for a moment, and its "no" is final.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved};
use crate::error::Fault;
use crate::state::{Counts, Timing, View};
use crate::strategy::{Need, has_room};

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::{Action, Answer, Ask, Step};
use super::nobody::nobody;
use super::select::Pick;

/// How long the store may think. After that the call decides by what is known here.
const RESERVE_MS: u64 = 25;

/// The store counts in minutes of the clock.
const MINUTE_MS: u64 = 60_000;

impl Call {
    /// Has a store to be asked before something is sent to a deployment? Where limits are bounds, it is chosen and not
    /// named, and the store keeps limits.
    pub(super) fn must_reserve(&self, view: View<'_>, ix: DeploymentIx) -> bool {
        view.state.is_reserved_elsewhere()
            && matches!(self.target, Resolved::Group(_))
            && view.config.deployment(ix).is_some_and(|known| view.config.binds(known))
    }

    /// Asks the store for a place at a deployment.
    pub(super) fn reserve(&mut self, now: Millis, deployment: DeploymentIx, step: &mut Step) {
        self.reserving = Some((deployment, now));
        self.phase = Phase::Asking(Ask::Reserve);
        self.timers.set(Timer::Backoff, now, None);
        self.timers.set(Timer::Ask, now, Some(RESERVE_MS));
        step.action = Some(Action::Ask(Ask::Reserve));
    }

    /// The store has answered, or said nothing in time: then the send goes by what is known here.
    pub(super) fn reserved(&mut self, now: Millis, view: View<'_>, answer: &Answer, step: &mut Step) {
        let Some((deployment, _)) = self.reserving.take() else { return };
        self.timers.set(Timer::Ask, now, None);
        if *answer == Answer::No {
            let until = Millis((now.0 / MINUTE_MS).saturating_add(1).saturating_mul(MINUTE_MS));
            self.full.push((deployment, until));
        } else if has_room(view, now, deployment, self.need()) {
            self.is_held = true;
            return self.send_now(now, view, deployment, step);
        }
        // Else others have taken here what was left, while the store was asked.
        // Whoever has failed in this call is tried again after a wait that was paid for, and not in place of another.
        let was_tried = self.failed.contains(&deployment);
        match self.choose(now, view, false, &|call, ix| call.leaves(now, view, ix)) {
            Pick::Untried(next) => self.send(now, view, next, step),
            Pick::Tried(next) if was_tried => self.send(now, view, next, step),
            Pick::Tried(_) | Pick::Nobody => {
                let fault = self.nobody(now, view);
                self.fall_back(now, view, fault, step);
            }
        }
    }

    /// What a send of this call needs.
    pub(super) fn need(&self) -> Need<'_> {
        let (input, output) = self.spec.tokens.unwrap_or_default();
        let counts = Counts { requests: 1, input: input.into(), output: output.into() };
        let Self { beside, unused, tag, .. } = *self;
        let (refunded, stream) = (self.refunded(), self.spec.stream);
        let timing = Timing::of(self.spec.surface, stream);
        Need {
            refused: Some(&self.screen.refused).filter(|refused| !refused.is_empty()),
            counts,
            stream,
            timing,
            beside,
            refunded,
            unused,
            tag,
            is_paid: false,
        }
    }

    /// What a send of this call reserves.
    #[must_use]
    pub fn needs(&self) -> Counts {
        self.need().counts
    }

    /// Which deployment the store is asked about, and since when.
    #[must_use]
    pub fn reserving(&self) -> Option<(DeploymentIx, Millis)> {
        self.reserving
    }

    /// Has the store said of a deployment that its limit is reached, in the present minute?
    pub(super) fn is_full(&self, now: Millis, ix: DeploymentIx) -> bool {
        self.full.iter().any(|(full, until)| *full == ix && now < *until)
    }

    /// Why nobody of the present target may be used.
    pub(super) fn nobody(&self, now: Millis, view: View<'_>) -> Fault {
        let named = self.chose_nobody(now, view);
        named.unwrap_or_else(|| nobody(view, now, self.target, self.need(), &self.full))
    }
}
