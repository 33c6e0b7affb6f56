//! Requests of the router's own, to find out how a deployment is: whom to ask, and what.
//!
//! A probe is a call to one deployment, and goes through everything that a call goes through. It makes no second send, moves
//! nowhere, waits for nothing, and is nobody's turn. LiteLLM's health checks find out the same and tell its routing nothing
//! of times.

use crate::base::text::{contains, has};
use crate::base::time::Millis;
use crate::config::{
    CallOptions, CommitAt, Demand, Deployment, DeploymentIx, DialectName, GroupIx, MidStream, Observe,
    Resolved, StreamRules, Surface, Timeouts,
};
use crate::error::{Fault, FaultKind};
use crate::plan::{Call, CallSpec, Step};
use crate::price::{Capability, Mode};
use crate::state::{CircuitState, Counts};
use crate::strategy::{Exclusion, Need, exclusion};

use super::calls::{Asked, CallId};
use super::naming::Holds;
use super::router::Router;

/// What a probe's request is taken to be, in tokens.
const INPUT: u32 = 8;

/// What a model that reasons needs so that it answers at all.
const REASONING: u32 = 16;

/// Where OpenAI's own models are: those that reason refuse `max_tokens` there.
const OPENAI: &str = "openai.com";

/// Whom to probe.
#[derive(Clone, Debug, Default)]
pub struct ProbeWish {
    /// Those too that were timed lately.
    pub all: bool,
    /// Of these groups, by their names or aliases.
    pub groups: Vec<String>,
    /// And these deployments, by their ids, whatever is known of them.
    pub ids: Vec<String>,
}

/// One deployment that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Which.
    pub deployment: DeploymentIx,
    /// What it is asked.
    pub surface: Surface,
    /// Why it is not to be asked now, as `explain` names it.
    pub passed: Option<&'static str>,
}

impl Router {
    /// The deployments that are due, the oldest first: those of which nothing was timed within the strategy's `ttl`, and those
    /// that have been left alone for long enough.
    ///
    /// # Errors
    /// A group or a deployment is not known.
    pub fn probes(&mut self, now: Millis, wish: &ProbeWish) -> Result<Vec<Probe>, Fault> {
        let now = self.advance(now);
        let names = &self.config.names;
        let mut groups: Vec<GroupIx> = Vec::new();
        for name in &wish.groups {
            groups.push(names.group(name).or_else(|| names.declared(name)).ok_or_else(|| unknown(name))?);
        }
        let mut named: Vec<DeploymentIx> = Vec::new();
        for id in &wish.ids {
            named.push(names.id(id).ok_or_else(|| unknown(id))?);
        }
        let is_any = groups.is_empty() && named.is_empty();
        let mut due: Vec<(Millis, Probe)> = Vec::new();
        for (ix, known) in (0..).map(DeploymentIx).zip(&self.config.deployments) {
            // What is declared for many models is none, and what is made of it for one model has the same id.
            let may =
                !known.is_retired && !has(&known.model, b'*') && self.config.allows(Resolved::Deployment(ix));
            let is_named = named.contains(&known.limit_cell(ix));
            let group = self.config.declared_group(Resolved::Deployment(ix));
            let is_meant = is_any || group.is_some_and(|group| groups.contains(&group));
            let last = self.state.health(ix).map_or(Millis(0), |health| health.pace.last());
            let ttl_ms = self.config.latency_of(known).ttl_ms;
            let is_due =
                || last == Millis(0) || now.since(last) >= ttl_ms || self.is_half_open(now, ix, known);
            if !may || !(is_named || is_meant && (wish.all || is_due())) {
                continue;
            }
            let (surface, passed) = match self.surface_of(ix, known) {
                Some(surface) => (surface, self.passed(now, ix, surface, is_named)),
                None => (Surface::Chat, Some("cannot_serve")),
            };
            let probe = Probe { deployment: ix, surface, passed };
            due.insert(due.partition_point(|(other, _)| *other <= last), (last, probe));
        }
        let mut left = self.config.host.subrequests.unwrap_or(u32::MAX);
        let bounded = due.into_iter().map(|(_, mut probe)| {
            if probe.passed.is_none() {
                probe.passed = (left == 0).then_some("later");
                left = left.saturating_sub(1);
            }
            probe
        });
        Ok(bounded.collect())
    }

    fn is_half_open(&self, now: Millis, ix: DeploymentIx, known: &Deployment) -> bool {
        let own = self.state.health(ix).map(|health| &health.circuit);
        let circuits = [own, self.state.credential(known.credential)];
        circuits.into_iter().flatten().any(|circuit| circuit.at(now) == CircuitState::HalfOpen)
    }

    /// What a deployment's model is for; `None` for what is not served.
    fn surface_of(&self, ix: DeploymentIx, known: &Deployment) -> Option<Surface> {
        match self.entry_of(ix).and_then(|entry| entry.mode) {
            Some(Mode::Embedding) => Some(Surface::Embeddings),
            None if contains(&known.model, "embed") => Some(Surface::Embeddings),
            None | Some(Mode::Chat) => Some(Surface::Chat),
            Some(_) => None,
        }
    }

    /// Why a deployment is not to be asked. One that was named is asked though it is left alone, as by a call.
    fn passed(
        &self,
        now: Millis,
        ix: DeploymentIx,
        surface: Surface,
        is_named: bool,
    ) -> Option<&'static str> {
        // A host may have let one vanish: after its time nobody waits for it.
        let is_same = |call: &Call| {
            call.spec().is_probe
                && call.target() == Resolved::Deployment(ix)
                && call.deadline().is_some_and(|deadline| now < deadline)
        };
        if self.calls.all().any(|running| is_same(&running.call)) {
            return Some(Exclusion::Probing.code());
        }
        let (input, output) = self.probe_tokens(ix, surface);
        let counts = Counts { requests: 1, input: input.into(), output: output.into() };
        let need = Need { counts, stream: surface == Surface::Chat, ..Need::default() };
        let excluded = exclusion(self.view(), now, ix, need)?;
        let is_asked = match excluded {
            Exclusion::MarkedDown | Exclusion::Stalled => true,
            Exclusion::Full | Exclusion::Limit { .. } | Exclusion::Probing => false,
            other => is_named && !other.is_budget(),
        };
        (!is_asked).then(|| excluded.code())
    }

    /// The tokens of a probe, in and out: as few as its provider takes.
    fn probe_tokens(&self, ix: DeploymentIx, surface: Surface) -> (u32, u32) {
        let reasons = self.entry_of(ix).is_some_and(|entry| entry.capabilities.has(Capability::Reasoning));
        let is_openai = self.config.deployment(ix).is_some_and(|one| one.dialect == DialectName::OpenAi);
        match surface {
            Surface::Embeddings => (INPUT, 0),
            Surface::Chat => (INPUT, if reasons && is_openai { REASONING } else { 1 }),
        }
    }

    /// The request of a probe, as JSON without a model.
    #[must_use]
    pub fn probe_body(&self, probe: Probe) -> String {
        if probe.surface == Surface::Embeddings {
            return r#"{"input":"Hi"}"#.to_owned();
        }
        let (_, output) = self.probe_tokens(probe.deployment, probe.surface);
        let known = self.config.deployment(probe.deployment);
        let bound =
            |name: &str| known.is_some_and(|known| known.params.iter().any(|param| param.name == name));
        let is_home = known.is_some_and(|known| known.api_base.origin().ends_with(OPENAI));
        // What the deployment itself sets is replaced, for both at once are refused.
        let is_new = bound("max_completion_tokens") || (is_home && !bound("max_tokens"));
        let name = if is_new { "max_completion_tokens" } else { "max_tokens" };
        let output = output.to_string();
        let parts =
            [r#"{"messages":[{"role":"user","content":"Hi"}],"stream":true,""#, name, "\":", &output, "}"];
        parts.concat()
    }

    /// Begins a probe, which is over after so long at the latest. Since it was due there may be no room any more, or another
    /// one may be trying the same credential: that is looked at anew.
    ///
    /// # Errors
    /// It is not to be asked now, and the code says why; else as for a call: too many are running.
    pub fn begin_probe(
        &mut self,
        now: Millis,
        probe: Probe,
        timeout_ms: u64,
    ) -> Result<(CallId, Step), Fault> {
        let now = self.advance(now);
        let Probe { deployment, surface, .. } = probe;
        if let Some(reason) = self.passed(now, deployment, surface, true) {
            let fault = Fault::new(FaultKind::NoDeployment, "the deployment is not to be probed now");
            return Err(Fault { code: Some(reason.into()), ..fault });
        }
        let tokens = self.probe_tokens(deployment, surface);
        let streams = StreamRules {
            mid_stream: Some(MidStream::Error),
            commit: Some(CommitAt::default()),
            observe: Some(Observe::Full),
            usage: None,
        };
        let options = CallOptions {
            num_retries: Some(0),
            disable_fallbacks: true,
            timeouts: Timeouts { deadline_ms: Some(timeout_ms), ..Timeouts::default() },
            streams,
            ..CallOptions::default()
        };
        let spec = CallSpec {
            demand: Demand::default(),
            requested: self.config.deployment(deployment).map_or("", |known| &known.id).into(),
            target: Some(Resolved::Deployment(deployment)),
            is_default: false,
            overrides: None,
            surface,
            stream: surface == Surface::Chat,
            objects: true,
            tokens: Some(tokens),
            options: Box::new(options),
            trial: None,
            shadow_of: None,
            is_probe: true,
        };
        let (holds, version) = (Holds::new(), self.version);
        self.run(now, spec, Asked { facts: None, usage_asked: false, is_text: true, holds, version })
    }
}

fn unknown(name: &str) -> Fault {
    let name: String = name.chars().take(100).collect();
    Fault::new(FaultKind::UnknownModel, ["there is no group or deployment `", &name, "`"].concat())
}
