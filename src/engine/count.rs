//! Counts what the steps of calls have done, for `metrics`. What was made for a name that a pattern matched is counted
//! where it was declared.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Resolved, RouterConfig};
use crate::error::Fault;
use crate::plan::{Action, AttemptId, Call, Step, hook_failed};
use crate::state::{Delta, Lease, Tallies, Turn};

use super::billing::Charge;
use super::router::Router;

/// Where a call stood before a step, as far as it is needed to tell what the step has done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    hops: u32,
    rival: Option<AttemptId>,
}

impl Before {
    pub(super) fn of(call: &Call) -> Self {
        Self { hops: call.hops(), rival: call.rival() }
    }
}

/// A change that a step has made, and what it did to a circuit.
pub(super) fn count_delta(
    tallies: &mut Tallies,
    config: &RouterConfig,
    call: &Call,
    before: Before,
    (delta, turn): (&Delta, Option<Turn>),
    cost: Option<Charge>,
) {
    let cell = |ix: DeploymentIx| config.deployment(ix).map_or(ix, |known| known.limit_cell(ix));
    match delta {
        // What becomes of a second send beside a slow first one is not known yet.
        Delta::Sent { lease, is_probe: false, .. } if call.rival() != Some(AttemptId(lease.attempt())) => {
            count_sent(tallies, config, call, before, lease.attempt());
        }
        Delta::Begun { deployment, lease, stream: true, after_ms, .. } if has_begun(call, *lease) => {
            tallies.first_token(cell(*deployment), *after_ms);
        }
        Delta::Ended { deployment, lease, .. } => {
            if let Some(attempt) = call.attempts().get(usize::from(lease.attempt())) {
                let fault = attempt.fault.as_ref().map(|fault| fault.kind);
                let ms = (!call.spec().is_probe).then(|| attempt.ms());
                tallies.attempt(cell(*deployment), fault, ms, attempt.usage);
                // That a refusal costs nothing says nothing of the price.
                let cost = cost.filter(|cost| cost.amount > 0 || fault.is_none());
                if let Some(Charge { amount, is_estimate }) = cost {
                    tallies.book_cost(cell(*deployment), amount, is_estimate);
                }
            }
        }
        Delta::Benched { deployment, .. } => {
            if let Some(Turn::Opened(scope)) = turn {
                tallies.cooldown(cell(*deployment), scope);
            }
        }
        _ => {}
    }
}

/// Has the answer of a send begun, that is no probe? Of one that was given up it is only known that it would have taken
/// longer.
fn has_begun(call: &Call, lease: Lease) -> bool {
    let sent = call.attempts().get(usize::from(lease.attempt()));
    !call.spec().is_probe && sent.is_some_and(|sent| sent.content_at.is_some())
}

/// Why a send was made: as the first of the call, to try again in its group, or because the call moves on.
fn count_sent(tallies: &mut Tallies, config: &RouterConfig, call: &Call, before: Before, number: u16) {
    let (target, first) = (call.target(), call.spec().target);
    let last = number.checked_sub(1).and_then(|last| call.attempts().get(usize::from(last)));
    let Some(from) = last.map(|last| Resolved::Deployment(last.deployment)).or(first) else { return };
    let (from, to) = (config.declared_group(from), config.declared_group(target));
    let is_where_it_began = Some(target) == first;
    if call.hops() > before.hops && !(is_where_it_began && (from == to || last.is_none())) {
        tallies.fallback(from);
    } else if last.is_some() {
        tallies.retry(to);
    }
}

/// The end of a step.
pub(super) fn count_step(
    tallies: &mut Tallies,
    config: &RouterConfig,
    now: Millis,
    call: &Call,
    before: Before,
    step: &Step,
) {
    if let Some(rival) = before.rival.filter(|_| call.rival().is_none()) {
        let second = call.attempts().get(usize::from(rival.0));
        let has_won = second.is_some_and(|second| second.fault.is_none());
        tallies.hedge(config.declared_group(call.target()), has_won);
    }
    // Nobody has asked for a shadow, nor for a probe. Its sends count where they went.
    let is_asked = call.spec().shadow_of.is_none() && !call.spec().is_probe;
    if let (Some(Action::Done(result)), true) = (&step.action, is_asked) {
        let group = call.spec().target.and_then(|target| config.declared_group(target));
        let fault = result.as_ref().err().map(|fault| fault.kind);
        tallies.request(group, fault, now.since(call.started()));
    }
}

impl Router {
    /// The error of a request whose hook has failed before it was a call; `None` where it goes on without.
    pub fn hook_failed(&mut self, hook: &'static str) -> Option<Fault> {
        self.config.host.fails_closed.then(|| self.count_refused(hook_failed(hook)))
    }

    /// Counts a call that could not begin.
    pub(super) fn count_refused(&mut self, fault: Fault) -> Fault {
        self.state.tallies.request(None, Some(fault.kind), 0);
        fault
    }
}
