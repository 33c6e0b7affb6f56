//! The world: a router, its upstreams, and a clock that jumps to the next moment at which something happens.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use thiserror::Error;

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{Deployment, DeploymentIx, Problem, load};
use crate::engine::Router;
use crate::error::Fault;
use crate::state::{Circuit, CircuitState};

use super::clock::{Clock, Due};
use super::flight::{Flight, Outcome};
use super::guard::{Guard, Sifter};
use super::ledger::Ledger;
use super::log::Log;
use super::outside::Remark;
use super::ranker::Ranker;
use super::traffic::Spec;
use super::upstream::Upstream;

/// Sets the world's own draws apart from those of the router, which has the same seed.
const OWN_STREAM: u64 = u64::MAX;

/// Why a world cannot be.
#[derive(Debug, Error)]
pub enum SimError {
    /// The config is wrong.
    #[error("the config is wrong: {0:?}")]
    Config(Vec<Problem>),
    /// The config has no such deployment.
    #[error("there is no deployment {0:?}")]
    NoSuchDeployment(String),
    /// The router does not take the config now.
    #[error("the config is not taken: {0:?}")]
    Refused(Fault),
}

/// The number of a call in its world: 0, 1, 2 …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallNo(pub usize);

/// A router in virtual time. See [`crate::sim`].
#[derive(Debug)]
pub struct World {
    pub(super) router: Router,
    pub(super) clock: Clock,
    pub(super) rng: Rng,
    /// By the ids of the deployments; one that is not here answers well.
    pub(super) upstreams: BTreeMap<String, Upstream>,
    host: Value,
    pub(super) flights: Vec<Flight>,
    pub(super) sends: Vec<(CallNo, String)>,
    pub(super) log: Log,
    pub(super) guards: BTreeMap<String, Guard>,
    pub(super) rankers: BTreeMap<String, Ranker>,
    pub(super) sifter: Sifter,
    pub(super) probed: Millis,
    pub(super) ledger: Option<Rc<RefCell<Ledger>>>,
    pub(super) remarks: Vec<Remark>,
}

impl World {
    /// A world in which every upstream answers well. The environment is empty.
    ///
    /// # Errors
    /// Everything that is wrong with the config.
    pub fn new(config: &Value, seed: u64) -> Result<Self, SimError> {
        Self::with_host(config, &Value::Null, seed)
    }

    /// A world whose router also has rules of its host.
    ///
    /// # Errors
    /// See [`World::new`].
    pub fn with_host(config: &Value, host: &Value, seed: u64) -> Result<Self, SimError> {
        let config = load(config, host, &|_| None).map_err(SimError::Config)?.config;
        let mut router = Router::new(config);
        router.set_seed(seed);
        Ok(Self {
            router,
            clock: Clock::new(),
            rng: Rng::for_call(seed, OWN_STREAM),
            upstreams: BTreeMap::new(),
            host: host.clone(),
            flights: Vec::new(),
            sends: Vec::new(),
            log: Log::default(),
            guards: BTreeMap::new(),
            rankers: BTreeMap::new(),
            sifter: Sifter::default(),
            probed: Millis(0),
            ledger: None,
            remarks: Vec::new(),
        })
    }

    /// Sets what the far side of a deployment does from now on.
    ///
    /// # Errors
    /// The config has no deployment with this id.
    pub fn upstream(&mut self, id: &str, upstream: Upstream) -> Result<(), SimError> {
        if !self.router.config().deployments.iter().any(|known| known.id == id) {
            return Err(SimError::NoSuchDeployment(id.to_owned()));
        }
        self.upstreams.insert(id.to_owned(), upstream);
        Ok(())
    }

    /// Uses another config from now on, while calls run. What the far sides do stays, by the ids of the deployments.
    ///
    /// # Errors
    /// Everything that is wrong with the config; then nothing has changed.
    pub fn adopt(&mut self, config: &Value) -> Result<(), SimError> {
        let config = load(config, &self.host, &|_| None).map_err(SimError::Config)?.config;
        self.router.adopt(config).map_err(SimError::Refused)
    }

    /// Begins a call now. Nothing more happens until the world runs.
    pub fn call(&mut self, spec: Spec) -> CallNo {
        let call = self.add(spec);
        self.begin(call);
        call
    }

    /// Begins a call later.
    pub fn call_in(&mut self, ms: u64, spec: Spec) -> CallNo {
        let call = self.add(spec);
        self.clock.schedule(self.clock.now + ms, Due::Begin(call));
        call
    }

    pub(super) fn add(&mut self, spec: Spec) -> CallNo {
        self.clock.allow_call();
        self.flights.push(Flight::new(spec));
        CallNo(self.flights.len().saturating_sub(1))
    }

    /// Runs until nothing more can happen.
    pub fn run(&mut self) {
        while self.jump() {}
    }

    /// Lets so many milliseconds pass, with all that happens in them.
    pub fn advance(&mut self, ms: u64) {
        let until = self.clock.now + ms;
        while self.jump_within(until) {}
        self.clock.move_to(until);
    }

    /// Jumps to the next moment at which something happens, and lets one thing happen. False when there is nothing.
    pub fn jump(&mut self) -> bool {
        self.jump_within(Millis(u64::MAX))
    }

    /// What has lost its meaning since it was planned does not move the clock.
    fn jump_within(&mut self, until: Millis) -> bool {
        while self.clock.next_at().is_some_and(|at| at <= until) {
            let Some((at, due)) = self.clock.take() else { return false };
            if !self.is_live(&due) {
                continue;
            }
            self.clock.move_to(at);
            match due {
                Due::Begin(call) => self.begin(call),
                Due::Cancel(call) => self.cancel(call),
                Due::Wake(call, _) => self.wake(call),
                Due::Part(call, attempt, part) => self.part(call, attempt, part),
                Due::Set(by_ms) => self.clock.set(by_ms),
                Due::Probe(wish, timeout_ms) => _ = self.probe(&wish, timeout_ms),
                Due::Adopt(config) => self.remark_config(&config),
                Due::Health(id, ok) => self.remark_health(id, ok),
                Due::Score(call, score) => self.remark_score(call, score),
                Due::Answer(call, _, ask, value) => self.answer(call, ask, value),
                Due::Ranked(call, _, answer) => self.ranked(call, answer),
                Due::Reserved(call, id, told) => self.reserved(call, id, &told),
            }
            return true;
        }
        false
    }

    /// Does it still matter? Not for a call that is over or has vanished, a send that was given up, or a wake-up in
    /// place of which the router has asked for another.
    fn is_live(&self, due: &Due) -> bool {
        let running = |call: &CallNo| self.flights.get(call.0).filter(|flight| flight.id.is_some());
        match due {
            Due::Begin(_) | Due::Set(_) | Due::Probe(..) | Due::Reserved(..) => true,
            Due::Adopt(_) | Due::Health(..) | Due::Score(..) => true,
            // Another question does not get the answer to this one.
            Due::Answer(call, number, ..) => {
                running(call).is_some_and(|flight| flight.outcome.asked.len() == *number)
            }
            Due::Ranked(call, number, _) => {
                running(call).is_some_and(|flight| flight.outcome.ranked.len() == *number)
            }
            Due::Cancel(call) => running(call).is_some(),
            Due::Wake(call, asked) => running(call).is_some_and(|flight| flight.wake_at == Some(*asked)),
            Due::Part(call, attempt, _) => {
                running(call).is_some_and(|flight| flight.open.iter().any(|open| open.attempt == *attempt))
            }
        }
    }

    /// Has the world stopped because more happened than calls can cause? That is a bug, of the router or of a script.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.clock.is_exhausted()
    }

    /// The world's clock: milliseconds since its beginning.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        Clock::ms(self.clock.now)
    }

    /// What the host's clock tells: what the router is told, and need not be when things really happen.
    #[must_use]
    pub fn told(&self) -> Millis {
        self.clock.told()
    }

    /// Sets the host's clock so long from now: forward or, below 0, back.
    pub fn set_clock_in(&mut self, ms: u64, by_ms: i64) {
        self.clock.schedule(self.clock.now + ms, Due::Set(by_ms));
    }

    /// The router itself.
    #[must_use]
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// The router at this moment, to be told what does not come of a call: by a store, or by who looks after it.
    pub fn with_router<T>(&mut self, act: impl FnOnce(&mut Router, Millis) -> T) -> T {
        act(&mut self.router, self.clock.now)
    }

    /// The ids of the deployments that were sent to, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<&str> {
        self.sends.iter().map(|(_, id)| id.as_str()).collect()
    }

    /// How long a deployment or its credential is still benched, in milliseconds; `None` if it is not, or there is none with this id.
    #[must_use]
    pub fn benched_ms(&self, id: &str) -> Option<u64> {
        self.benched(&|known| known.id == id)
    }

    /// As [`World::benched_ms`], of the deployment with this id that serves a model.
    #[must_use]
    pub fn benched_model_ms(&self, id: &str, model: &str) -> Option<u64> {
        self.benched(&|known| known.id == id && known.model == model)
    }

    fn benched(&self, is_it: &dyn Fn(&Deployment) -> bool) -> Option<u64> {
        let left = |circuit: &Circuit| match circuit.at(self.told()) {
            CircuitState::Open { until } => Some(until.since(self.told())),
            CircuitState::Closed | CircuitState::HalfOpen => None,
        };
        self.circuits(is_it)?.into_iter().filter_map(left).max()
    }

    /// Is somebody trying a deployment, or its credential, whose bench is over?
    #[must_use]
    pub fn is_probed(&self, id: &str) -> bool {
        self.circuits(&|known| known.id == id)
            .is_some_and(|both| both.iter().any(|one| one.is_probed(self.told(), None)))
    }

    /// The circuits of a deployment and of its credential.
    fn circuits(&self, is_it: &dyn Fn(&Deployment) -> bool) -> Option<[&Circuit; 2]> {
        let deployments = &self.router.config().deployments;
        let (position, known) =
            deployments.iter().enumerate().find(|(_, known)| !known.is_retired && is_it(known))?;
        let state = self.router.state();
        let health = state.health(DeploymentIx(u16::try_from(position).ok()?))?;
        Some([&health.circuit, state.credential(known.credential)?])
    }

    /// What has become of a call so far; `None` for a call of another world.
    #[must_use]
    pub fn outcome(&self, call: CallNo) -> Option<&Outcome> {
        self.flights.get(call.0).map(|flight| &flight.outcome)
    }

    /// What has become of every call, in the order in which they were made.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.flights.iter().map(|flight| &flight.outcome)
    }

    pub(super) fn is_over(&self, call: CallNo) -> bool {
        self.outcome(call).is_none_or(|outcome| outcome.result.is_some())
    }

    /// Every event and every step, in order.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }
}
