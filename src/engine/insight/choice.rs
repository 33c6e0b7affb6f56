//! What a program can ask and say of deployments beside its calls.

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{CallOptions, Demand, DeploymentIx, Resolved, Surface};
use crate::engine::Router;
use crate::error::{Fault, FaultKind};
use crate::plan::{Answer, Look, budgets_of, choose};
use crate::state::{CircuitState, Counts, Mark, Timing};
use crate::strategy::{Need, sieve, tightest};

/// Sets these draws apart from those of the calls, so that a look changes no call.
const LOOKS: u64 = 0x6c6f_6f6b_7321_7321;

impl Router {
    /// Whom a call to a model would be sent to now, in the group that it names. Of its options the tags count, the strategy,
    /// what the call is known by, and whether the model is `specific_deployment`. `named` is whom the host has named, where the
    /// strategy is its own. Nothing is sent or reserved.
    ///
    /// # Errors
    /// The model is not known, or nobody of its group may be used: what a call would hear.
    pub fn choose(
        &mut self,
        now: Millis,
        model: &str,
        stream: bool,
        demand: Demand,
        options: &CallOptions,
        named: Option<Answer>,
    ) -> Result<DeploymentIx, Fault> {
        let now = self.advance(now);
        let number = self.next_look();
        let mut rng = Rng::for_call(self.seed().unwrap_or(0) ^ LOOKS, number);
        let target = self.meant(model, options, true)?.to();
        let (target, _) = self.assign(target, options, self.begun());
        self.heed(options);
        let look = self.look(now, target, (stream, demand), options, named);
        choose(self.view(), now, model, target, &look, &mut rng)
    }

    /// What a look at a choice of a call with these options has to go by.
    pub(in crate::engine) fn look(
        &self,
        now: Millis,
        target: Option<Resolved>,
        (stream, demand): (bool, Demand),
        options: &CallOptions,
        named: Option<Answer>,
    ) -> Look {
        let counts = Counts { requests: 1, ..Counts::default() };
        let tag = tightest(self.view(), now, &budgets_of(&self.config, &options.tags), None);
        let refused =
            target.map(|target| sieve(&self.config, target, &demand, options.wanted.as_deref(), None));
        let need = Need { counts, stream, timing: Timing::of(Surface::Chat, stream), tag, ..Need::default() };
        let (refused, keys) = (refused.unwrap_or_default(), options.keys.as_deref().copied());
        Look { need, refused, strategy: options.strategy, named, keys }
    }

    /// Notes that a deployment is well, or not, as somebody outside has found. That it is well closes its circuit; that it is
    /// not keeps it out as long as the policy's `health_ttl_ms`, while others of its group may be used.
    ///
    /// # Errors
    /// There is no deployment with this id.
    pub fn set_health(&mut self, now: Millis, id: &str, ok: bool) -> Result<(), Fault> {
        let now = self.advance(now);
        let ix = self.config.names.id(id).ok_or_else(|| {
            let message = format!("there is no deployment `{}`", id.chars().take(100).collect::<String>());
            Fault::new(FaultKind::UnknownModel, message)
        })?;
        // One that is declared under a pattern is told of with all that were made from it.
        for place in (0..self.config.deployments.len()).filter_map(|at| u16::try_from(at).ok()) {
            let one = DeploymentIx(place);
            let known = self.config.deployment(one).filter(|known| !known.is_retired);
            if known.is_some_and(|known| known.limit_cell(one) == ix) {
                self.mark(now, one, ok);
            }
        }
        Ok(())
    }

    fn mark(&mut self, now: Millis, ix: DeploymentIx, ok: bool) {
        let is_closed = |router: &Self| {
            router.state.health(ix).is_none_or(|health| health.circuit.at(now) == CircuitState::Closed)
        };
        let was_closed = is_closed(self);
        self.state.mark(ix, Mark { ok, until: now + self.config.policy.health_ttl_ms });
        if !was_closed && is_closed(self) {
            self.journal.note_closed(&self.config, now, ix);
        }
    }

    /// Begins to keep what happens, or keeps nothing any more.
    pub fn listen(&mut self, on: bool) {
        self.journal.listen(on);
    }

    /// What has happened since the last look, as a JSON list: only the last of it, if nobody has looked for long.
    pub fn take_events(&mut self) -> String {
        self.journal.take()
    }
}
