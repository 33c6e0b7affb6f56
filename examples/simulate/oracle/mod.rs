//! What must hold after every event, whatever the config, the faults and the traffic.
//!
//! The oracle keeps books of its own about circuits, places, limits and budgets: it reads what was sent, given up and
//! told, and never asks the router who may be used. Only what a stall is, is read from the router's state.

mod bench;
mod beside;
mod books;
mod bounds;
mod budget;
mod calls;
mod changes;
mod choice;
mod circuit;
mod end;
mod eras;
mod purse;
mod send;
mod stays;
mod wants;
mod word;

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use switchman::base::time::Millis;
use switchman::config::{DeploymentIx, RouterConfig};
use switchman::engine::ProbeWish;
use switchman::plan::Action;
use switchman::sim::{Entry, World};
use switchman::state::{Delta, Lease};

use crate::case::Case;
use crate::setup::Setup;
use crate::tally::Tally;

use books::Books;
use calls::Calls;
use end::Wide;
use purse::Purses;
use send::Send;
use stays::Chosen;

/// A rule that was broken, and how.
pub(crate) type Broken = String;

/// Ends with a broken rule unless something holds.
macro_rules! rule {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}
pub(crate) use rule;

/// The books of one case.
pub(crate) struct Oracle {
    config: RouterConfig,
    /// The router's own time: the latest moment that it was told.
    now: Millis,
    /// How far the clock is set back in all.
    back_ms: u64,
    books: Books,
    purses: Purses,
    calls: Calls,
    /// The call that the present step is of.
    at: usize,
    setup: Setup,
    /// May some deployments not serve some requests?
    is_labelled: bool,
    /// When probes are asked for, of whom, and for how long.
    wishes: Vec<(u64, ProbeWish, u64)>,
    /// Where each deployment stands in the model list, by its id.
    entries: BTreeMap<String, usize>,
    /// The configs that are still to be given, and whether they are right.
    configs: VecDeque<(Value, bool)>,
    /// How many remarks were looked at.
    heard: usize,
    version: u64,
    /// Was another config taken?
    has_changed: bool,
    /// Has nobody looked at it since?
    is_new: bool,
    wide: Wide,
    /// How many scores were given for each variant.
    scores: BTreeMap<u64, u64>,
    chosen: Chosen,
    /// The variant of everybody that calls are known by.
    units: BTreeMap<String, String>,
    /// How many copies are expected, and the variance of that.
    copies: (f64, f64),
    /// How far the draws of variants are from what is expected, and the variance of that.
    drawn: (f64, f64),
    /// How far the clock is set forward in all.
    leaps_ms: u64,
    pub(crate) tally: Tally,
}

impl Oracle {
    pub(crate) fn new(case: &Case, world: &World) -> Result<Self, Broken> {
        let config = world.router().config().clone();
        let mut wide = Wide::default();
        wide.adopt(&config);
        Ok(Self {
            now: Millis(0),
            back_ms: case.clock_steps.iter().map(|(_, by_ms)| by_ms.min(&0).unsigned_abs()).sum(),
            books: Books::new(&config),
            purses: Purses::new(&config),
            calls: Calls::new(case, &config)?,
            config,
            at: 0,
            is_labelled: case.setup.has_labels,
            setup: case.setup.clone(),
            wishes: case.probes.clone(),
            entries: changes::entries(&case.setup.config),
            configs: changes::configs(case),
            heard: 0,
            version: world.router().version(),
            has_changed: false,
            is_new: false,
            wide,
            scores: BTreeMap::new(),
            chosen: Chosen::default(),
            units: BTreeMap::new(),
            copies: (0.0, 0.0),
            drawn: (0.0, 0.0),
            leaps_ms: case.clock_steps.iter().map(|(_, by_ms)| by_ms.max(&0).unsigned_abs()).sum(),
            tally: Tally::default(),
        })
    }

    /// Takes in what has followed from one thing that happened, and looks at what must hold now.
    pub(crate) fn see(&mut self, world: &World, entries: &[Entry]) -> Result<(), Broken> {
        self.now = self.now.max(world.probed());
        self.hear_remarks(world)?;
        for entry in entries {
            self.now = self.now.max(world.told());
            self.entry(world, entry).map_err(|broken| format!("{broken}\n    at {entry}"))?;
        }
        // What stands beside a step was made in the same turn: the state is that after all of it.
        for entry in entries {
            self.check_state(world, entry).map_err(|broken| format!("{broken}\n    at {entry}"))?;
        }
        self.check_purses(world)?;
        self.calls.check_deadlines(world, self.back_ms)
    }

    fn entry(&mut self, world: &World, entry: &Entry) -> Result<(), Broken> {
        let step = &entry.step;
        self.tally.events += 1;
        self.at = entry.call;
        let timeouts: Vec<u64> = self.wishes.iter().map(|(.., timeout_ms)| *timeout_ms).collect();
        // What a call asks for is kept from then on.
        self.config.strategies = world.router().config().strategies;
        if self.calls.begin(world, &self.config, entry, self.now, &timeouts)? {
            self.check_trial(world, entry.call)?;
        }
        self.check_silence(entry)?;
        self.calls.note(entry);
        self.check_bounds(entry)?;
        self.check_budget(entry)?;
        // What is over gives its place back before the next one is chosen, and who was benched is not chosen.
        for delta in &step.deltas {
            match delta {
                Delta::Ended { lease, used, .. } => self.ended(entry, *lease, *used)?,
                Delta::Begun { lease, .. } => self.books.begun(*lease),
                Delta::Succeeded { deployment, .. } => {
                    let sends = &self.calls.of(entry.call).sends;
                    let send = sends.iter().rev().find(|send| send.to == *deployment);
                    let era = send.map(|send| send.era).unwrap_or_default();
                    let closed = self.books.succeeded(*deployment, era);
                    self.tally.closed += usize::from(closed);
                }
                Delta::Benched { deployment, scope, bench } => {
                    self.check_bench(*deployment, *scope, bench)?;
                    self.books.benched(*deployment, *scope, bench);
                    self.tally.benches += 1;
                }
                Delta::RetryTokens { group, milli } => self.books.tokens(self.now, *group, *milli)?,
                Delta::Waits { .. } => {
                    self.tally.waits += 1;
                    self.calls.waits(entry.call);
                }
                Delta::Sent { .. }
                | Delta::Failed { .. }
                | Delta::Learned { .. }
                | Delta::Left { .. }
                | Delta::Reserved { .. }
                | Delta::Paid { .. } => {}
            }
        }
        // What a step pays counts for whom it chooses.
        self.payments(entry)?;
        self.hear(world, entry)?;
        self.sent(world, entry)?;
        self.reservations(entry)?;
        if let Some(Action::Done(result)) = &step.action {
            self.remember(entry.call, result.as_ref().ok().copied());
        }
        self.calls.after(entry);
        Ok(())
    }

    /// A send: who was chosen, and what it takes.
    fn sent(&mut self, world: &World, entry: &Entry) -> Result<(), Broken> {
        let found = match &entry.step.action {
            Some(Action::Send { attempt, deployment } | Action::Resume { attempt, deployment }) => {
                Some((*attempt, *deployment))
            }
            _ => None,
        };
        let mut sent = entry.step.deltas.iter().filter_map(|delta| match delta {
            Delta::Sent { deployment, lease, expires, probe_expires, reserved, .. } => {
                Some((*deployment, *lease, *expires, *probe_expires, *reserved))
            }
            _ => None,
        });
        let told = sent.next();
        rule!(sent.next().is_none(), "two sends in one step");
        let Some((attempt, to)) = found else {
            rule!(told.is_none(), "a place is taken and nothing is sent");
            return Ok(());
        };
        let Some((of, lease, expires, probe_expires, reserved)) = told else {
            return Err("a send takes no place".to_owned());
        };
        rule!(of == to, "a send takes the place of another deployment");
        self.check_choice(world, entry, to)?;
        self.check_word(world, entry, to)?;
        self.check_stays(world, entry, to)?;
        self.check_beside(entry, to)?;
        self.note_copies(entry, to);
        let (group, level) = (self.config.deployments[usize::from(to.0)].group, self.order(to));
        self.calls.of_mut(entry.call).word.sent(group, level);
        rule!(expires > self.now, "a place that is over when it is taken");
        rule!(
            probe_expires.since(self.now) <= 60_000,
            "a probe that keeps others away for more than a minute"
        );
        rule!(probe_expires <= expires, "a probe that outlasts its call");
        let is_counted = self.config.counts_usage(&self.config.deployments[usize::from(to.0)]);
        let reserved = is_counted.then_some(reserved);
        let is_probe = self.books.take(self.now, to, (lease, expires, probe_expires), reserved);
        self.tally.sends += 1;
        self.tally.probes += usize::from(is_probe);
        let send = Send::new(&self.config, (lease, attempt), to, self.books.era(to));
        self.calls.sent(&self.config, entry, send);
        let deadline = self.calls.of(entry.call).deadline();
        let lasts = deadline.unwrap_or(self.now + 86_400_000);
        rule!(expires == lasts, "a place until {expires:?}, and not until {lasts:?}");
        Ok(())
    }

    /// A send is over: by what was told of it, or because the router gave it up.
    fn ended(&mut self, entry: &Entry, lease: Lease, used: switchman::state::Counts) -> Result<(), Broken> {
        let call = self.calls.of_mut(entry.call);
        let is_last = matches!(entry.step.action, Some(Action::Done(_)));
        let Some(send) = call.sends.iter_mut().find(|send| send.lease == lease) else {
            return Err("a send ends that never began".to_owned());
        };
        rule!(!send.is_over, "a send ends twice");
        send.is_over = true;
        let mut words = entry.event.split_ascii_whitespace();
        let (what, of) = (words.next().unwrap_or(""), words.next());
        let is_told = of == Some(&send.attempt.0.to_string())
            && matches!(what, "failed" | "refused" | "body" | "end" | "broken" | "chunk" | "head");
        let is_given_up = entry.step.abort.contains(&send.attempt);
        rule!(
            is_told || is_given_up || is_last,
            "send {} gives its place back while it runs",
            send.attempt.0
        );
        let config = &self.config;
        let counts = |ix| config.deployment(ix).is_some_and(|known| config.counts_usage(known));
        self.books.over(lease, used, counts);
        self.purses.over(self.now, lease);
        Ok(())
    }

    /// The router's state says what the books say, of everybody that the step was about.
    fn check_state(&self, world: &World, entry: &Entry) -> Result<(), Broken> {
        for delta in &entry.step.deltas {
            match delta {
                Delta::Sent { deployment, .. }
                | Delta::Ended { deployment, .. }
                | Delta::Succeeded { deployment, .. }
                | Delta::Benched { deployment, .. } => self.compare(world, *deployment)?,
                Delta::RetryTokens { group, .. } => {
                    let found = world.router().state().group(*group).map(|group| group.budget.at(self.now));
                    let own = self.books.budget(*group, self.now);
                    rule!(found == Some(own), "a retry budget of {found:?} and not {own}");
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn compare(&self, world: &World, ix: DeploymentIx) -> Result<(), Broken> {
        let (state, now) = (world.router().state(), self.now);
        let (Some(health), Some(known)) = (state.health(ix), self.config.deployment(ix)) else {
            return Err(format!("deployment {} is not there", ix.0));
        };
        let (open, own) = (health.open.count(now, None), self.books.open(ix, now));
        rule!(open == own, "{}: {open} sends under way, and not {own}", known.id);
        let own = (self.books.until(ix), self.books.is_probed(ix, now));
        let circuit = &health.circuit;
        let found = (circuit.bench().map(|bench| bench.until), circuit.is_probed(now, None));
        rule!(found == own, "{}: circuit {found:?}, and not {own:?}", known.id);
        let Some(circuit) = state.credential(known.credential) else {
            return Err("a credential is not there".to_owned());
        };
        let own = (self.books.credential_until(ix), self.books.is_credential_probed(ix, now));
        let found = (circuit.bench().map(|bench| bench.until), circuit.is_probed(now, None));
        rule!(found == own, "{}: circuit of the credential {found:?}, and not {own:?}", known.id);
        Ok(())
    }
}
