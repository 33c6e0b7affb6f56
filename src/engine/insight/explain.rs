//! The whole decision of a call: of one that was made, or of one that is only asked about. `js/words.js` puts it into words.

use crate::base::json::Writer;
use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{Bond, GroupKind, Resolved, RouterConfig};
use crate::engine::{CallId, Request, Router};
use crate::error::Fault;
use crate::plan::{Action, Answer, Ask, Call, CallSpec, Candidate, Decision, Event, Onward, onward};

use super::write::{finished, flag, fraction, group_name, id, name, number, text, trial};

impl Router {
    /// What would become of a call that began now: whom it would be sent to and why, and where each fault would lead from
    /// there. The next call that is made draws the same number. `named` is whom the host has named, where the strategy is its
    /// own; `None` where it is asked only when there is a call. Nothing is sent, reserved or learnt.
    ///
    /// # Errors
    /// Too many names of models are in use: what a call would hear.
    pub fn explain(
        &mut self,
        now: Millis,
        mut request: Request,
        named: Option<Answer>,
    ) -> Result<String, Fault> {
        let now = self.advance(now);
        let meant = self.meant(&request.model, &request.options, true)?;
        request.options.explain = true;
        self.heed(&request.options);
        let (target, trial) = self.assign(meant.to(), &request.options, self.begun());
        let spec = CallSpec { target, trial, ..request.take_spec(&meant) };
        let rng = Rng::for_call(self.seed().unwrap_or(0), self.begun());
        let mut call = Call::new(spec, self.view(), rng, now, self.begun());
        let mut step = call.step(now, self.view(), Event::Start);
        if matches!(step.action, Some(Action::Ask(Ask::Filter))) {
            // The host is not asked whom it leaves of those to whom nothing is sent.
            step = call.step(now, self.view(), Event::Answered { ask: Ask::Filter, value: Answer::Failed });
        }
        if matches!(step.action, Some(Action::Ask(Ask::Rank))) {
            match named {
                Some(value) => {
                    step = call.step(now, self.view(), Event::Answered { ask: Ask::Rank, value });
                }
                None => call.note_unranked(now, self.view()),
            }
        }
        let config = &self.config;
        let led = target.map(|target| onward(config, &call.spec().options, target)).unwrap_or_default();

        let mut out = Writer::default();
        out.raw("{");
        record(&mut out, config, &call);
        let (picked, fault) = match &step.action {
            Some(Action::Send { deployment, .. }) => (Some(id(config, *deployment)), None),
            Some(Action::Done(Err(fault))) => (None, Some(&**fault)),
            _ => (None, None),
        };
        text(&mut out, "picked", picked);
        let waits = call.is_waiting().then_some(step.wake_at).flatten();
        number(&mut out, "waits_ms", waits.map(|until| until.since(now)));
        error(&mut out, fault);
        out.key("fallbacks").raw("[");
        led.iter().for_each(|led| leads(&mut out, config, led));
        out.push("]}");
        Ok(finished(out))
    }

    /// Every choice of a running call, if it was asked to keep them.
    #[must_use]
    pub fn decision(&self, call: CallId) -> Option<String> {
        let running = self.running_call(call).filter(|running| running.call.spec().options.explain)?;
        let mut out = Writer::default();
        out.raw("{");
        record(&mut out, &self.config, &running.call);
        out.push("}");
        Some(finished(out))
    }
}

/// What is told of every call: what its model means, and its choices.
fn record(out: &mut Writer, config: &RouterConfig, call: &Call) {
    let spec = call.spec();
    out.key("requested_model").text(&spec.requested);
    out.key("resolved");
    match spec.target {
        None => out.raw("null"),
        Some(target) => {
            out.raw("{").key("kind").text(kind_of(config, spec, target));
            text(out, "model_group", group_name(config, target));
            let only = matches!(target, Resolved::Deployment(_)).then(|| name(config, target));
            text(out, "deployment", only);
            out.push("}")
        }
    };
    trial(out, config, spec.trial);
    out.key("decisions").raw("[");
    call.decisions().iter().for_each(|one| choice(out, config, one));
    out.push("]");
}

/// How a name leads to its target.
fn kind_of(config: &RouterConfig, spec: &CallSpec, target: Resolved) -> &'static str {
    if spec.is_default {
        return "default";
    }
    let requested = &*spec.requested;
    let is_alias = || name(config, target) != requested && config.names.group(requested).is_some();
    let Resolved::Group(group) = target else { return "deployment" };
    match config.group(group).map(|group| group.kind) {
        _ if is_alias() => "alias",
        Some(GroupKind::Derived { .. }) => "wildcard",
        Some(GroupKind::Direct) => "model",
        Some(GroupKind::Pool) => "routing_group",
        _ => "group",
    }
}

fn choice(out: &mut Writer, config: &RouterConfig, decision: &Decision) {
    out.raw("{").key("at").number(decision.at.0).key("attempt").number(decision.attempt as u64);
    out.key("target").text(name(config, decision.target));
    out.key("strategy").text(decision.strategy.name());
    text(out, "affinity", decision.bond.map(Bond::name));
    out.key("candidates").raw("[");
    let shares = decision.shares();
    for (one, share) in decision.candidates.iter().zip(shares) {
        candidate(out, config, decision, one, share);
    }
    out.push("]");
    fraction(out, "draw", decision.draw);
    text(out, "picked", decision.picked.map(|ix| id(config, ix)));
    out.push("}");
}

fn candidate(out: &mut Writer, config: &RouterConfig, decision: &Decision, one: &Candidate, share: f64) {
    out.raw("{").key("deployment").text(id(config, one.deployment));
    let known = config.deployment(one.deployment);
    text(out, "model_used", known.map(|known| known.model_used()).as_deref());
    flag(out, "eligible", one.passed.is_none());
    text(out, "reason", one.passed.map(|passed| passed.code()));
    text(out, "despite", one.despite.map(|exclusion| exclusion.code()));
    number(out, "wait_ms", one.wait_ms(decision.at));
    number(out, "order", config.order_in(decision.target, one.deployment).map(u64::from));
    fraction(out, "weight", one.passed.is_none().then_some(one.weight));
    fraction(out, "score", one.score);
    fraction(out, "share", Some(share));
    out.push("}");
}

fn error(out: &mut Writer, fault: Option<&Fault>) {
    out.key("error");
    let Some(fault) = fault else {
        out.raw("null");
        return;
    };
    out.raw("{").key("name").text(fault.kind.class()).key("status").number(fault.caller_status().into());
    out.key("code").text(fault.code.as_deref().unwrap_or(fault.kind.code()));
    out.key("message").text(&fault.message);
    number(out, "retry_after_ms", fault.retry_after_ms);
    out.push("}");
}

fn leads(out: &mut Writer, config: &RouterConfig, led: &Onward) {
    out.raw("{").key("faults").raw("[");
    for kind in &led.kinds {
        out.text(kind.code());
    }
    out.push("]").key("targets").raw("[");
    for target in led.targets.iter().flatten() {
        out.text(name(config, target.to));
    }
    out.push("]");
    text(out, "reason", led.targets.as_ref().err().map(|nowhere| nowhere.code()));
    out.push("}");
}
