//! The router: owns the config, the state and the running calls, and nothing of the host's.

use crate::base::json::{Scanner, Table};
use crate::base::remaining::Pair;
use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{Deployment, DeploymentIx, RouterConfig, Secret, Strategies, Surface, share_credentials};
use crate::dialect::{self, Outbound};
use crate::error::{Fault, FaultKind};
use crate::plan::{Action, AttemptId, Call, CallSpec, Event, Step};
use crate::state::{State, View};

use super::calls::{Asked, CallId, Calls, Running};
use super::count::{Before, count_delta, count_step};
use super::inbound::request_members;
use super::insight::{Journal, Stage};
use super::models::{List, Model, json};
use super::naming::complete;
use super::pricing::Prices;
use super::request::Request;
use super::shadow::Shadows;
use super::sync::Sync;
use super::trials::Answered;
use super::watch::Watch;

/// One router. Routers share nothing.
#[derive(Debug)]
pub struct Router {
    pub(super) config: RouterConfig,
    /// Counts the changes of what is behind an index.
    pub(super) version: u64,
    pub(super) state: State,
    pub(super) calls: Calls,
    seed: Option<u64>,
    begun: u64,
    stripped_keys: u64,
    pub(super) members: Table,
    pub(super) sync: Sync,
    pub(super) journal: Journal,
    pub(super) prices: Prices,
    looks: u64,
    /// The strategies that calls have asked for.
    pub(super) asked: Strategies,
    /// The last calls that were answered, where `feedback` is of use.
    pub(super) answered: Vec<Option<Answered>>,
    pub(super) shadows: Shadows,
    /// What the host's `getToken` gave last, so that no message repeats it.
    pub(super) tokens: Vec<Secret>,
    /// Calls that were answered out of the cache.
    pub(super) hits: u64,
    pub(super) now: Millis,
}

impl Router {
    /// A router that has seen nothing. Draws no randomness and reads no clock.
    #[must_use]
    pub fn new(mut config: RouterConfig) -> Self {
        config.deployments.iter_mut().for_each(complete);
        share_credentials(&mut config.deployments);
        let state = State::new(&config);
        let mut router = Self {
            members: request_members(&config, &[]),
            config,
            version: 0,
            state,
            calls: Calls::default(),
            seed: None,
            begun: 0,
            stripped_keys: 0,
            sync: Sync::default(),
            journal: Journal::default(),
            prices: Prices::default(),
            looks: 0,
            asked: Strategies::default(),
            answered: Vec::new(),
            shadows: Shadows::default(),
            tokens: Vec::new(),
            hits: 0,
            now: Millis(0),
        };
        router.price_deployments();
        router
    }

    /// What was declared.
    #[must_use]
    pub fn config(&self) -> &RouterConfig {
        &self.config
    }

    /// A number that changes whenever something else may be behind an index of a deployment than before.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What was learnt.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The seed of all random choices; `None` before the first call.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Sets the seed: the same seed and the same events give the same actions.
    pub fn set_seed(&mut self, seed: u64) {
        self.seed = Some(seed);
    }

    /// How many calls have begun.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// The number of the next choice without a call.
    pub(super) fn next_look(&mut self) -> u64 {
        self.looks = self.looks.wrapping_add(1);
        self.looks
    }

    /// How many calls are running.
    #[must_use]
    pub fn running(&self) -> usize {
        self.calls.len()
    }

    /// How many router keys were taken out of bodies that may not steer.
    #[must_use]
    pub fn stripped_keys(&self) -> u64 {
        self.stripped_keys
    }

    /// Begins a call. Its first step may already end it.
    pub fn begin(&mut self, now: Millis, mut request: Request) -> Result<(CallId, Step), Fault> {
        let now = self.advance(now);
        let over_fetch = request.facts.is_some();
        let may_be_direct = !over_fetch || self.config.host.allow_direct_models;
        if let Some(facts) = &request.facts {
            let untrusted = u64::try_from(facts.untrusted(&self.config.host.trust)).unwrap_or(0);
            self.stripped_keys = self.stripped_keys.saturating_add(untrusted);
        }
        let meant = self.meant(&request.model, &request.options, may_be_direct);
        let meant = meant.map_err(|fault| self.count_refused(fault))?;
        self.heed(&request.options);
        let (target, trial) = self.assign(meant.to(), &request.options, self.begun);
        let spec = CallSpec { target, trial, ..request.take_spec(&meant) };
        let Request { facts, usage_asked, is_text, .. } = request;
        let asked = Asked { facts, usage_asked, is_text, holds: meant.holds, version: self.version };
        self.run(now, spec, asked)
    }

    /// Begins a call whose target is known.
    pub(super) fn run(&mut self, now: Millis, spec: CallSpec, asked: Asked) -> Result<(CallId, Step), Fault> {
        let number = self.begun;
        self.begun = self.begun.wrapping_add(1);
        let rng = Rng::for_call(self.seed.unwrap_or(0), number);
        let call = Call::new(spec, self.view(), rng, now, number);
        let id = self.calls.insert(now, call, number, asked);
        let id = id.ok_or_else(|| {
            self.count_refused(Fault::new(FaultKind::NoDeployment, "65,536 calls are running already"))
        })?;
        if let (true, Some(running)) = (self.journal.is_on(), self.calls.get(id)) {
            self.journal.note_start(&self.config, now, running);
        }
        let step = self.step(now, id, Event::Start);
        Ok((id, step))
    }

    /// Reports that a committed stream was alive at `at`: its silence is counted from there. Not clamped, for the
    /// moment is told late, when somebody looks.
    pub fn alive(&mut self, at: Millis, id: CallId, attempt: AttemptId) {
        let view = View { config: &self.config, state: &self.state };
        if let Some(running) = self.calls.get_mut(id)
            && running
                .call
                .attempts()
                .get(usize::from(attempt.0))
                .is_some_and(|known| known.content_at.is_some())
        {
            running.call.step(at, view, Event::Content { attempt });
        }
    }

    /// Reports an event of a call. An event of a call that is over changes nothing.
    pub fn step(&mut self, now: Millis, id: CallId, event: Event) -> Step {
        let now = self.advance(now);
        let view = View { config: &self.config, state: &self.state };
        let age_ms = self.calls.age_ms(now);
        let Some(running) = self.calls.get_mut(id) else { return Step::default() };
        let before = self.journal.is_on().then(|| running.call.progress());
        let (stood, shown) = (Before::of(&running.call), running.call.shows());
        if let Some(attempt) = shown
            && let Some(told) = running.watch_of(attempt).and_then(Watch::told)
        {
            let written = told.written();
            running.call.note_written(attempt, written);
        }
        let mut step = running.call.step(now, view, event);
        if shown.is_some() && running.call.shows() != shown {
            // The stream that the caller saw has ended: what of it was told is where another one goes on.
            if let Some(attempt) = shown
                && let Some(watch) = running.watch_mut(attempt)
            {
                let (usage, told) = (watch.usage(), watch.told().cloned());
                let mut rest = Vec::new();
                watch.take(&mut rest);
                running.call.note_usage(attempt, usage);
                (running.told, running.rest) = (told, rest);
            }
        }
        match &mut step.action {
            Some(Action::Done(result)) => running.result = Some(result.clone()),
            Some(Action::Send { .. } | Action::Resume { .. }) => {
                // A deployment may have a deadline of its own.
                running.keep_until_deadline(now, age_ms);
            }
            _ => {}
        }
        let mut turns = Vec::new();
        running.forget_readings();
        for delta in &mut step.deltas {
            let cost = self.prices.settle(&self.config, self.version, running, delta);
            let turn = self.state.apply(&self.config, now, delta);
            self.sync.note(&self.config, &self.state, now, delta);
            let tallies = &mut self.state.tallies;
            count_delta(tallies, &self.config, &running.call, stood, (delta, turn), cost);
            turns.extend(turn.filter(|_| before.is_some()).map(|turn| (delta.clone(), turn)));
        }
        count_step(&mut self.state.tallies, &self.config, now, &running.call, stood, &step);
        if let Some(before) = &before {
            let config = &self.config;
            let (prices, version) = (&self.prices, self.version);
            self.journal.note_step(&Stage { config, now, running, before, turns: &turns, prices, version });
        }
        if let Some(Action::Done(_)) = step.action {
            self.note_end(now, id);
        }
        step
    }

    /// Reports a whole 2xx body that has been scanned: an answer, or a fault. Of a long one only the scan need be there.
    pub fn answered(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        (scan, body): (&mut Scanner, &[u8]),
    ) -> Step {
        let (Some((surface, _)), Some(dialect)) = (self.attempt(id, attempt), self.dialect_of(id, attempt))
        else {
            return Step::default();
        };
        let event = match dialect::reply(dialect, surface, scan, body) {
            Ok(usage) => Event::Body { attempt, usage },
            Err(fault) => Event::Failed { attempt, fault: self.told(id, attempt, fault) },
        };
        self.step(now, id, event)
    }

    /// The request to a deployment on a surface.
    #[must_use]
    pub fn outbound(&self, deployment: DeploymentIx, surface: Surface) -> Option<Outbound> {
        let in_browser = self.config.host.in_browser;
        self.config.deployment(deployment).map(|known| dialect::outbound(known, surface, in_browser))
    }

    /// The headers of a 2xx reply that tell what is left of the provider's limits; none where nobody else could be chosen
    /// for it, and no limit counts tokens.
    #[must_use]
    pub fn limit_headers(&self, deployment: DeploymentIx) -> &'static [Pair] {
        let Some(known) = self.config.deployment(deployment) else { return &[] };
        let has_company = self.config.group(known.group).is_some_and(|group| group.members.len() > 1);
        if has_company || known.has_limits() { dialect::limit_headers(known.dialect) } else { &[] }
    }

    /// A scanner for a request body.
    #[must_use]
    pub fn request_scanner(&self) -> Scanner {
        Scanner::new(self.members.clone())
    }

    /// The list of models, in OpenAI's shape.
    #[must_use]
    pub fn models(&self) -> String {
        let models: Vec<_> = self.config.listed().into_iter().map(Model::named).collect();
        json(&List { object: "list", data: models })
    }

    /// One model of the list.
    pub fn model(&self, name: &str) -> Result<String, Fault> {
        if self.config.listed().contains(&name) || self.config.is_matched(name) {
            return Ok(json(&Model::named(name)));
        }
        Err(Fault::new(FaultKind::UnknownModel, "no such model; GET /v1/models lists what there is"))
    }

    /// A running call.
    #[must_use]
    pub fn running_call(&self, id: CallId) -> Option<&Running> {
        self.calls.get(id)
    }

    /// Forgets a call.
    pub fn release(&mut self, id: CallId) {
        self.calls.release(id);
    }

    pub(super) fn attempt(&self, id: CallId, attempt: AttemptId) -> Option<(Surface, &Deployment)> {
        let call = &self.calls.get(id)?.call;
        let known = call.attempts().get(usize::from(attempt.0))?;
        Some((call.spec().surface, self.config.deployment(known.deployment)?))
    }

    pub(super) fn view(&self) -> View<'_> {
        View { config: &self.config, state: &self.state }
    }

    /// Clamps the host's clock: time never runs backwards.
    pub(super) fn advance(&mut self, now: Millis) -> Millis {
        self.now = self.now.max(now);
        self.now
    }
}
