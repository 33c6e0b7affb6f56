//! Shadow traffic: `silent_model`. A copy of a call goes to another group, and its answer is thrown away. It is a call of its
//! own, with one send, its own deadline and its own cost; the call that it copies does not know of it.
//!
//! What it does not do: retry, wait, fall back, hedge, ask the store for a place, pay into a retry budget, count against the
//! budget of a tag, or be copied itself. What it sends counts where it is sent, for its provider counts it too.

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{CallOptions, Hedging, Resolved, Strategy, Timeouts};
use crate::plan::{Action, CallSpec, Event, Step};
use crate::price::Pico;

use super::calls::{Asked, CallId};
use super::naming::Holds;
use super::router::Router;

/// So many run at once; more are left out.
const MOST: usize = 16;

/// How long one may take.
const DEADLINE_MS: u64 = 60_000;

/// Where a host bounds the sends that wait for their heads (Workers allow six), so many leave room for the calls.
const OPEN_HEADS: usize = 4;

/// Sets these draws apart from those of the calls.
const DRAWS: u64 = 0x7368_6164_6f77_2121;

/// What has become of the shadows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shadows {
    /// How many began.
    pub begun: u64,
    /// How many were left out, though they were drawn: too many ran, nobody could be sent to, or the host does not allow it.
    pub skipped: u64,
    /// How many were answered.
    pub answered: u64,
    /// How many failed.
    pub failed: u64,
    /// What those cost of which it is known.
    pub cost: Pico,
}

impl Router {
    /// The shadow number `nth` of a call whose first send was just made: `None` if there is none of that number, and
    /// `Some(None)` for one that is left out. To be asked in the same turn.
    pub fn shadow(&mut self, now: Millis, id: CallId, nth: usize) -> Option<Option<(CallId, Step)>> {
        let now = self.advance(now);
        let running = self.calls.get(id)?;
        let (spec, number) = (running.call.spec(), running.number);
        let [first] = running.call.attempts() else { return None };
        let known = self.config.deployment(first.deployment)?;
        let is_real = spec.shadow_of.is_none() && spec.options.mock.is_none() && !spec.is_probe;
        let silent = known.silent.as_ref().filter(|_| is_real)?;
        let model = silent.models.get(nth)?;
        let mut rng = Rng::for_call(self.seed().unwrap_or(0) ^ DRAWS ^ nth as u64, number);
        if rng.unit() >= silent.share {
            return Some(None);
        }
        let target = self.config.resolve(model).filter(|target| matches!(target, Resolved::Group(_)));
        // There is no time to ask the host for one.
        let strategy = target.map(|target| self.config.routing_of(target).strategy);
        let strategy =
            strategy.filter(|own| *own == Strategy::Custom).map(|_| self.config.strategy_instead());
        let options = CallOptions {
            strategy,
            num_retries: Some(0),
            max_attempts: Some(1),
            disable_fallbacks: true,
            hedging: Some(Hedging::Off),
            timeouts: Timeouts { deadline_ms: Some(DEADLINE_MS), ..Timeouts::default() },
            keys: spec.options.keys.clone(),
            // A copy is bound to the regions of its call; its tags are for another group.
            wanted: spec.options.wanted.as_ref().map(|wanted| wanted.regions_only()),
            ..CallOptions::default()
        };
        let spec = CallSpec {
            requested: model.as_str().into(),
            target,
            is_default: false,
            overrides: None,
            surface: spec.surface,
            stream: spec.stream,
            objects: true,
            tokens: spec.tokens,
            demand: spec.demand,
            options: Box::new(options),
            trial: None,
            shadow_of: Some(number),
            is_probe: false,
        };
        let begun = self.begin_shadow(now, spec);
        let count = if begun.is_some() { &mut self.shadows.begun } else { &mut self.shadows.skipped };
        *count = count.saturating_add(1);
        Some(begun)
    }

    fn begin_shadow(&mut self, now: Millis, spec: CallSpec) -> Option<(CallId, Step)> {
        let is_crowded = self.config.host.subrequests.is_some() && self.state.waiting_heads(now) > OPEN_HEADS;
        let is_allowed = spec.target.is_some_and(|target| self.config.allows(target));
        if is_crowded || !is_allowed || self.calls.shadows() >= MOST {
            return None;
        }
        let (facts, holds, version) = (None, Holds::new(), self.version);
        let asked = Asked { facts, usage_asked: true, is_text: false, holds, version };
        let (id, step) = self.run(now, spec, asked).ok()?;
        if matches!(step.action, Some(Action::Send { .. })) {
            return Some((id, step));
        }
        // It would have to wait, or be asked about: there is nothing that it is worth.
        self.step(now, id, Event::Cancel);
        self.release(id);
        None
    }

    /// What has become of the shadows.
    #[must_use]
    pub fn shadows(&self) -> Shadows {
        self.shadows
    }

    /// A shadow is over.
    pub(super) fn note_shadow(&mut self, id: CallId) {
        let cost = self.bill(id).and_then(|bill| bill.total).map_or(0, |cost| cost.total());
        // One that was left out has sent nothing.
        let running = self.calls.get(id).filter(|running| !running.call.attempts().is_empty());
        let Some(running) = running else { return };
        let is_answered = running.result.as_ref().is_some_and(Result::is_ok);
        let known = &mut self.shadows;
        let count = if is_answered { &mut known.answered } else { &mut known.failed };
        *count = count.saturating_add(1);
        known.cost = known.cost.saturating_add(cost);
    }
}
