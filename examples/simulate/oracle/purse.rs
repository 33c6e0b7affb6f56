//! Money: what is reserved, what is spent, and that nobody is used whose budget it is too much for.

use std::collections::BTreeMap;
use switchman::base::time::Millis;

use switchman::config::{BudgetIx, Declared, DeploymentIx, MidStream, Period, Purpose, RouterConfig};
use switchman::price::{Condition, Pico, Price, Rate};
use switchman::sim::{Entry, World};
use switchman::state::{Counts, Delta, Lease};

use super::calls::Own;
use super::send::Send;
use super::{Broken, Oracle, rule};

/// For how long at most something is reserved.
const LEASE_MS: u64 = 3_600_000;

/// So long after it has run out it is known of a reservation, for certain, who pays.
const GRACE_MS: u64 = 60_000;

/// What one send is thought to cost.
struct Held {
    lease: Lease,
    amount: Pico,
    expires: Millis,
}

/// One budget.
#[derive(Default)]
struct OwnBudget {
    held: Vec<Held>,
    /// Every payment, and when it was made.
    paid: Vec<(Millis, Pico)>,
}

/// All budgets, by their positions.
pub(super) struct Purses {
    all: Vec<OwnBudget>,
    /// Of which budgets the sends had reserved that are over in this step.
    held: BTreeMap<Lease, Vec<BudgetIx>>,
}

impl Purses {
    pub(super) fn new(config: &RouterConfig) -> Self {
        let all = config.budgets.all().map(|_| OwnBudget::default()).collect();
        Self { all, held: BTreeMap::new() }
    }

    /// Follows a change of the config: a budget of the same thing and the same duration goes on.
    pub(super) fn adopt(&mut self, before: &RouterConfig, config: &RouterConfig) {
        let mut was = std::mem::take(&mut self.all);
        for (_, declared) in config.budgets.all() {
            let is_same = |known: &Declared| {
                known.purpose == declared.purpose
                    && known.name == declared.name
                    && known.budget.period == declared.budget.period
            };
            let known = before.budgets.all().find(|(_, known)| is_same(known));
            let own = known.map(|(ix, _)| std::mem::take(&mut was[usize::from(ix.0)]));
            self.all.push(own.unwrap_or_default());
        }
    }

    /// A send is over: what it had reserved is free before the next one is chosen.
    pub(super) fn over(&mut self, now: Millis, lease: Lease) {
        // Where the clock leaps, a reservation may have run out long before.
        let is_known = |held: &Held| held.lease == lease && held.expires + GRACE_MS > now;
        let has = |own: &OwnBudget| own.held.iter().any(is_known);
        let held: Vec<_> =
            (0..).map(BudgetIx).zip(&self.all).filter(|(_, own)| has(own)).map(|(ix, _)| ix).collect();
        if !held.is_empty() {
            self.held.insert(lease, held);
        }
        self.all.iter_mut().for_each(|own| own.held.retain(|held| held.lease != lease));
    }

    /// What is spent in the present period, and what is reserved.
    fn used(&self, declared: &Declared, ix: BudgetIx, now: Millis) -> (Pico, Pico) {
        let Period::Ms(ms) = declared.budget.period else { return (0, 0) };
        let own = &self.all[usize::from(ix.0)];
        let paid = own.paid.iter().filter(|(at, _)| at.0 / ms == now.0 / ms);
        let held = own.held.iter().filter(|held| held.expires > now);
        (paid.map(|(_, amount)| amount).sum(), held.map(|held| held.amount).sum())
    }
}

impl Oracle {
    /// The budgets that a send of a call to a deployment is under.
    fn budgets_of(&self, ix: DeploymentIx, call: &Own) -> Vec<BudgetIx> {
        let known = &self.config.deployments[usize::from(ix.0)];
        let is_of = |declared: &Declared| match declared.purpose {
            Purpose::Provider => declared.name == known.provider && !known.is_retired,
            Purpose::Deployment => declared.name == known.id && !known.is_retired,
            Purpose::Tag => call.options.tags.contains(&declared.name),
        };
        self.config.budgets.all().filter(|(_, declared)| is_of(declared)).map(|(ix, _)| ix).collect()
    }

    /// What so many tokens cost at a deployment.
    fn cost_of(&self, ix: DeploymentIx, counts: Counts) -> Pico {
        cost(self.config.deployments[usize::from(ix.0)].price.as_ref(), counts)
    }

    /// Is a send of a call to a deployment too much for one of its budgets?
    pub(super) fn is_over_budget(&self, ix: DeploymentIx, call: &Own) -> bool {
        let estimate = self.cost_of(ix, call.need);
        self.budgets_of(ix, call).into_iter().any(|budget| {
            let declared = self.config.budgets.get(budget).unwrap();
            let (spent, held) = self.purses.used(declared, budget, self.now);
            let (used, limit) = (spent + held, declared.budget.limit);
            used >= limit || used + estimate.min(limit) > limit
        })
    }

    /// What a step reserves, after it was looked at who is sent to.
    pub(super) fn reservations(&mut self, entry: &Entry) -> Result<(), Broken> {
        for delta in &entry.step.deltas {
            if let Delta::Reserved { deployment, lease, expires, amount, .. } = delta {
                let call = self.calls.of(entry.call);
                let own = self.cost_of(*deployment, call.need);
                rule!(*amount == own, "{amount} are reserved, and not {own}");
                let last = call.deadline().map_or(self.now + LEASE_MS, |at| at.min(self.now + LEASE_MS));
                rule!(*expires == last, "money is reserved until {expires:?}, and not until {last:?}");
                for ix in self.budgets_of(*deployment, self.calls.of(entry.call)) {
                    let held = Held { lease: *lease, amount: *amount, expires: *expires };
                    self.purses.all[usize::from(ix.0)].held.push(held);
                }
            }
        }
        Ok(())
    }

    /// What a step pays.
    pub(super) fn payments(&mut self, entry: &Entry) -> Result<(), Broken> {
        for delta in &entry.step.deltas {
            if let Delta::Paid { deployment, lease, amount, budgets } = delta {
                let used = entry.step.deltas.iter().find_map(|delta| match delta {
                    Delta::Ended { lease: of, used, .. } if of == lease => Some(*used),
                    _ => None,
                });
                let (used, call) = (used.unwrap_or_default(), self.calls.of(entry.call));
                let send = call.sends.iter().find(|send| send.lease == *lease);
                let is_nothing = used.input == 0 && used.output == 0;
                let prompt = Counts { output: 0, ..call.need };
                // It is billed at the price at which it was sent.
                let cost = |counts| cost(send.and_then(|send| send.price.as_ref()), counts);
                let may_be_billed = send.is_some_and(Send::may_be_billed);
                let own = cost(if is_nothing && may_be_billed { prompt } else { used });
                // Where note was taken of what a stream said that broke off, that is what it cost.
                let is_read = used == call.need && call.mid_stream != MidStream::Error;
                let is_right = *amount == own || is_read && *amount >= cost(prompt);
                rule!(is_right, "{amount} are paid for {used:?}, and not {own}");
                // Who has reserved pays; where that is still as it was, all that the deployment is under now.
                let held = self.purses.held.remove(lease).unwrap_or_default();
                let under = self.budgets_of(*deployment, call);
                let is_as_it_was = held.iter().all(|ix| under.contains(ix));
                let mut told = budgets.to_vec();
                told.sort_unstable();
                // Of one that has run out long ago it may still be known.
                let is_late = held.is_empty() && !told.is_empty() && under.is_empty();
                let pay = match (is_late, is_as_it_was) {
                    (true, _) => told.clone(),
                    (false, true) => under,
                    (false, false) => held,
                };
                rule!(told == pay, "{told:?} pay for it, and should be {pay:?}");
                for ix in pay {
                    let Period::Ms(ms) = self.config.budgets.get(ix).unwrap().budget.period else {
                        continue;
                    };
                    let paid = &mut self.purses.all[usize::from(ix.0)].paid;
                    paid.retain(|(at, _)| at.0 / ms == self.now.0 / ms);
                    paid.push((self.now, *amount));
                }
                self.tally.settled += 1;
            }
        }
        Ok(())
    }

    /// The router's state says what the books say.
    pub(super) fn check_purses(&self, world: &World) -> Result<(), Broken> {
        for (ix, declared) in self.config.budgets.all() {
            let found = world.router().state().purse(&self.config, self.now, ix, None);
            let found = found.map(|purse| (purse.spent, purse.reserved));
            let own = self.purses.used(declared, ix, self.now);
            rule!(found == Some(own), "{}: {found:?} are spent and reserved, and not {own:?}", declared.name);
        }
        Ok(())
    }
}

/// What so many tokens cost.
fn cost(price: Option<&Price>, counts: Counts) -> Pico {
    let Some(price) = price else { return 0 };
    let rate = |rate| price.get(rate, Condition::default()).unwrap_or(0);
    rate(Rate::Input) * counts.input + rate(Rate::Output) * counts.output
}
