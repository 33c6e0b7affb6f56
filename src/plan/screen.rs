//! Who of the present target may not serve the call, whatever the state: by what both say of each other, and by the host's
//! word. The host is asked once for each target, and its answer counts for all sends there.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved};
use crate::state::View;
use crate::strategy::{Candidates, Exclusion, Refused, sieve};

use super::call::{Call, Phase};
use super::deadline::Timer;
use super::event::{Action, Answer, Ask, Step};
use super::refusal::hook_failed;
use super::select::members;

/// How long the host may think about whom to leave.
const FILTER_MS: u64 = 1_000;

/// What a call knows of that.
#[derive(Clone, Debug, Default)]
pub(super) struct Screen {
    /// Who may not serve it.
    pub(super) refused: Refused,
    /// The target that the host was asked about last.
    consulted: Option<Resolved>,
    /// Whom the host has left of it, if it has said so.
    kept: Option<Box<[DeploymentIx]>>,
    /// How often it was asked in vain.
    pub(super) failures: u32,
}

impl Call {
    /// Looks anew at who may not serve the call: its target has changed, or the config may have.
    #[inline(always)]
    pub(super) fn screen(&mut self, view: View<'_>) {
        let is_screened = view.config.policy.has_filters
            || view.config.host.filters
            || self.spec.options.wanted.is_some()
            || !self.screen.refused.is_empty();
        if is_screened {
            self.sift(view);
        }
    }

    #[inline(never)]
    fn sift(&mut self, view: View<'_>) {
        let Self { screen, spec, target, .. } = self;
        let kept = screen.kept.as_deref().filter(|_| screen.consulted == Some(*target));
        screen.refused = sieve(view.config, *target, &spec.demand, spec.options.wanted.as_deref(), kept);
    }

    /// Those of the present target that the host may leave or take out: what the state says of them may change.
    #[must_use]
    pub fn candidates(&self, view: View<'_>) -> Candidates {
        // One that was named is used though its weight is 0.
        let is_named = matches!(self.target, Resolved::Deployment(_));
        let is_drained =
            |ix| !is_named && view.config.deployment(ix).is_none_or(|known| known.weight == Some(0.0));
        let is_out = |ix| self.need().refuses(ix).is_some_and(Exclusion::is_lasting) || is_drained(ix);
        let mut all = members(view, self.target);
        all.retain(|ix| !is_out(*ix));
        all
    }

    /// Asks the host about the present target, if it is to be asked and has not been: then the step is made.
    pub(super) fn consults(&mut self, now: Millis, view: View<'_>, step: &mut Step) -> bool {
        if !view.config.host.filters || self.spec.is_probe || self.screen.consulted == Some(self.target) {
            return false;
        }
        (self.screen.consulted, self.screen.kept) = (Some(self.target), None);
        self.sift(view);
        if self.candidates(view).is_empty() {
            return false;
        }
        self.phase = Phase::Asking(Ask::Filter);
        self.timers.set(Timer::Backoff, now, None);
        self.timers.set(Timer::Ask, now, Some(FILTER_MS));
        step.action = Some(Action::Ask(Ask::Filter));
        true
    }

    /// The host has said whom it leaves. One that has failed, or says nothing in time, has said nothing: then all are left, or
    /// the call ends. The state has moved meanwhile: it is looked at anew.
    pub(super) fn filtered(&mut self, now: Millis, view: View<'_>, answer: &Answer, step: &mut Step) {
        self.timers.set(Timer::Ask, now, None);
        match answer {
            Answer::Ranking(kept) => self.screen.kept = Some(kept.as_slice().into()),
            _ => {
                self.screen.failures = self.screen.failures.saturating_add(1);
                if view.config.host.fails_closed {
                    return self.done(Err(hook_failed("filterDeployments")), step);
                }
            }
        }
        self.sift(view);
        self.try_target(now, view, step);
    }
}
