//! Who may be sent to: nobody who is benched, full or probed while somebody else is there.

use switchman::config::{Deployment, DeploymentIx, LimitMode, WhenAllDown};
use switchman::error::FaultKind;
use switchman::sim::{Entry, World};

use super::calls::Own;
use super::wants::Suit;
use super::{Broken, Oracle, rule};

/// Why a deployment may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Drained,
    Benched,
    Probed,
    Full,
    Limit,
    OverBudget,
    /// It cannot serve the request.
    Unfit,
}

impl Why {
    pub(super) fn is_bench(self) -> bool {
        matches!(self, Self::Benched | Self::Probed)
    }
}

/// How a deployment stands with a call that has tried nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// It may be used, for certain.
    In,
    /// It may not, or only if nobody else may.
    Out,
    Unknown,
}

/// The router counts a minute in steps of a second: so much may count as long as a second more.
pub(super) const MINUTE_MS: u64 = 60_000;
const STEP_MS: u64 = 1_000;

impl Oracle {
    /// Why a deployment may not be used by a call, if the last so many milliseconds count.
    pub(super) fn why_not(&self, ix: DeploymentIx, call: &Own, window_ms: u64) -> Option<Why> {
        let is_unfit = self.suits(ix, call) == Suit::No || !call.leaves(ix);
        is_unfit.then_some(Why::Unfit).or_else(|| self.state_why_not(ix, call, window_ms))
    }

    /// How a deployment stands with a call.
    pub(super) fn stand(&self, world: &World, ix: DeploymentIx, call: &Own) -> Stand {
        let own_ms = self.config.deployments[usize::from(ix.0)].timeouts.deadline_ms;
        let health = world.router().state().health(ix);
        let may_stall = health.is_none_or(|health| health.is_stalled(self.now, call.stream));
        let may_stall = may_stall || self.books.is_marked_down(ix, self.now);
        if self.why_not(ix, call, MINUTE_MS).is_some() || self.suits(ix, call) == Suit::Guess {
            Stand::Out
        } else if may_stall
            || call.is_late(self.now, own_ms)
            || self.why_not(ix, call, MINUTE_MS + STEP_MS).is_some()
        {
            Stand::Unknown
        } else {
            Stand::In
        }
    }

    /// As [`Oracle::why_not`], whatever the request is.
    pub(super) fn state_why_not(&self, ix: DeploymentIx, call: &Own, window_ms: u64) -> Option<Why> {
        let (known, now) = (&self.config.deployments[usize::from(ix.0)], self.now);
        if known.weight == Some(0.0) {
            return Some(Why::Drained);
        }
        if self.books.is_benched(ix, now) {
            return Some(Why::Benched);
        }
        if self.books.until(ix).is_some() && self.books.is_probed(ix, now) {
            return Some(Why::Probed);
        }
        let credential = self.books.credential_of(ix);
        // Who is alone in its group is asked each time, but for an account that is empty.
        let group = &self.config.groups[usize::from(known.group.0)];
        let is_alone = group.members.len() == 1 && group.pool.is_none();
        let tells = is_alone && credential.bench.is_some_and(|(_, kind)| kind != FaultKind::Quota);
        if credential.is_benched(now) && !tells {
            return Some(Why::Benched);
        }
        if credential.bench.is_some() && credential.is_probed(now) && !tells {
            return Some(Why::Probed);
        }
        let most = known.max_parallel.or(self.config.policy.default_max_parallel);
        if most.is_some_and(|most| self.books.open(ix, now) >= most as usize) {
            return Some(Why::Full);
        }
        if self.is_over_budget(ix, call) {
            return Some(Why::OverBudget);
        }
        self.is_over_limit(ix, known, call, window_ms).then_some(Why::Limit)
    }

    fn is_over_limit(&self, ix: DeploymentIx, known: &Deployment, call: &Own, window_ms: u64) -> bool {
        if self.config.policy.limit_mode == LimitMode::Soft && !known.is_bound {
            return false;
        }
        let all = self.books.used(ix, self.now, window_ms).plus(call.need);
        let is_over = |limit: Option<u64>, used: u64| limit.is_some_and(|limit| used > limit);
        is_over(known.rpm, all.requests)
            || is_over(known.tpm, all.input + all.output)
            || is_over(known.itpm, all.input)
            || is_over(known.otpm, all.output)
    }

    /// A send to `to` has been chosen.
    pub(super) fn check_choice(
        &mut self,
        world: &World,
        entry: &Entry,
        to: DeploymentIx,
    ) -> Result<(), Broken> {
        let call = self.calls.of(entry.call);
        let known = &self.config.deployments[usize::from(to.0)];
        let is_there = self.entries.contains_key(&known.id) && !known.is_retired;
        rule!(is_there, "{} is sent to, and was taken out", known.id);
        if let Some(first) = call.open().next() {
            self.check_second(call, first.to, to)?;
            self.tally.hedges += 1;
        }
        let call = self.calls.of(entry.call);
        // Whatever else names a deployment or lets it be used: money that is spent is spent.
        rule!(!self.is_over_budget(to, call), "{} is over a budget", known.id);
        rule!(self.is_in_region(to, call), "{} is in no region that is asked for", known.id);
        if call.may_be_named(to) || call.is_ping() {
            return Ok(());
        }
        let deadline_ms = |ix: DeploymentIx| self.config.deployments[usize::from(ix.0)].timeouts.deadline_ms;
        let is_late = |ix| call.is_late(self.now, deadline_ms(ix));
        rule!(!is_late(to), "the deadline of {} for the whole call is over", known.id);
        let why = self.why_not(to, call, MINUTE_MS);
        let others = self.config.groups[usize::from(known.group.0)].members.iter().copied();
        // Three sends that wait could be a stall, which is advice: whoever has fewer is surely not stalled.
        let health = |ix| world.router().state().health(ix);
        let is_marked = |ix| self.books.is_marked_down(ix, self.now);
        let is_lively =
            |ix| !is_marked(ix) && health(ix).is_some_and(|health| health.open.at(self.now).count() < 2);
        let is_free = |ix: &DeploymentIx| {
            *ix != to
                && !is_late(*ix)
                && self.suits(*ix, call) == Suit::Yes
                && call.word.allows(known.group, *ix)
                && self.why_not(*ix, call, MINUTE_MS + STEP_MS).is_none()
        };
        let free: Vec<DeploymentIx> = others.filter(is_free).collect();
        match why {
            None => {}
            Some(Why::Benched | Why::Probed) => {
                let may = self.config.policy.when_all_down == WhenAllDown::LeastRecentlyFailed;
                rule!(may, "{} is {why:?}", known.id);
                rule!(free.is_empty(), "{} is {why:?}, and {free:?} are not", known.id);
                self.tally.all_down += 1;
            }
            Some(Why::Drained | Why::Full | Why::Limit | Why::OverBudget | Why::Unfit) => {
                return Err(format!("{} is {why:?}", known.id));
            }
        }
        let is_stalled = health(to).is_some_and(|health| health.is_stalled(self.now, call.stream));
        rule!(!is_stalled || !free.iter().any(|ix| is_lively(*ix)), "{} is stalled", known.id);
        // Whoever has not been tried in this call at all is not lost to it.
        let tried = |ix: DeploymentIx| call.sends.iter().any(|send| send.to == ix);
        let fresh = || free.iter().copied().filter(|ix| !tried(*ix) && is_lively(*ix));
        if call.is_shaken {
            // Who has failed, and of which level it was, was another matter then.
            return Ok(());
        }
        if call.is_committed() {
            // Going on from a text takes a deployment that can.
            return Ok(());
        }
        let order = |ix: DeploymentIx| self.config.deployments[usize::from(ix.0)].order.unwrap_or(u32::MAX);
        // A call that has moved to a higher level does not come back from there.
        let left = fresh().find(|ix| order(*ix) >= order(to));
        let is_guess = self.suits(to, call) == Suit::Guess;
        rule!(!is_guess || left.is_none(), "{} may not be able, and {left:?} is", known.id);
        self.tally.guesses += usize::from(is_guess);
        rule!(!is_marked(to) || left.is_none(), "{} is said not to be well, and {left:?} is left", known.id);
        let again = call.hop().iter().any(|send| send.to == to);
        rule!(!again || left.is_none(), "{} has failed in this call, and {left:?} is left", known.id);
        if call.hop().is_empty() {
            let lower = fresh().find(|ix| order(*ix) < order(to));
            rule!(lower.is_none(), "{} is of a higher level than {lower:?}", known.id);
        }
        Ok(())
    }

    /// A second send beside one that runs.
    fn check_second(&self, call: &Own, first: DeploymentIx, to: DeploymentIx) -> Result<(), Broken> {
        let of = |ix: DeploymentIx| &self.config.deployments[usize::from(ix.0)];
        rule!(call.open().count() == 1, "a third send at once");
        let is_asked = call.hedging != switchman::config::Hedging::Off || call.is_shaken;
        rule!(is_asked, "a second send that nobody asked for");
        rule!(!call.has_hedged, "a second second send");
        rule!(!call.is_committed(), "a second send after the commit");
        rule!(first != to, "a second send to the same deployment");
        rule!(of(first).credential != of(to).credential, "a second send with the same credential");
        let is_closed = self.books.until(to).is_none() && self.books.credential_until(to).is_none();
        rule!(is_closed, "a second send to one that is not well");
        let is_bounded = self.config.host.subrequests.is_some();
        rule!(!is_bounded || self.books.heads(self.now) < 6, "a second send where six wait for their heads");
        Ok(())
    }
}
