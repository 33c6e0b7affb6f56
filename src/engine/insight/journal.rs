//! What happens, as it happens: kept only while somebody listens, and only the last of it.

use std::collections::VecDeque;

use crate::base::json::Writer;
use crate::base::time::Millis;
use crate::config::{DeploymentIx, RouterConfig, Surface};
use crate::error::Fault;
use crate::plan::{Attempt, AttemptId, Progress};
use crate::price::amount::usd;
use crate::price::{Cost, Pico};
use crate::state::{Delta, Scope, Turn};

use super::super::caching::{Hit, hit_name};
use super::super::calls::Running;
use super::super::pricing::Prices;
use super::write::{finished, flag, group_name, group_of, id, name, number, text, trial, usage};

/// How many events are kept for a listener who does not take them.
const KEPT: usize = 1_024;

/// The events that nobody has taken yet, as JSON.
#[derive(Debug, Default)]
pub(in crate::engine) struct Journal {
    is_on: bool,
    kept: VecDeque<Vec<u8>>,
    dropped: u64,
}

/// Where an event belongs.
struct Place<'a> {
    at: Millis,
    call: Whose,
    is_probe: bool,
    group: Option<&'a str>,
    deployment: Option<&'a str>,
}

/// Which call did it.
enum Whose {
    Nobody,
    Call(u64),
    /// A shadow, and the call that it copies.
    Shadow(u64, u64),
    /// One that was answered out of the cache.
    Hit(u64),
}

/// One step of a call, from before it to after it.
pub(in crate::engine) struct Stage<'a> {
    pub(in crate::engine) config: &'a RouterConfig,
    pub(in crate::engine) now: Millis,
    pub(in crate::engine) running: &'a Running,
    pub(in crate::engine) before: &'a Progress,
    /// What the changes that follow from the step did to circuits.
    pub(in crate::engine) turns: &'a [(Delta, Turn)],
    /// What things cost, under this version of the config.
    pub(in crate::engine) prices: &'a Prices,
    pub(in crate::engine) version: u64,
}

impl Journal {
    /// Does anybody listen?
    pub(in crate::engine) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Begins to keep events, or keeps none any more.
    pub(in crate::engine) fn listen(&mut self, on: bool) {
        self.is_on = on;
        self.kept.clear();
    }

    /// Takes what has happened since the last look: a JSON list.
    pub(in crate::engine) fn take(&mut self) -> String {
        let mut out = Writer::default();
        out.raw("[");
        for event in self.kept.drain(..) {
            out.raw(std::str::from_utf8(&event).unwrap_or("null"));
        }
        out.push("]");
        finished(out)
    }

    /// How many events were forgotten before anybody took them.
    pub(in crate::engine) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn push(&mut self, kind: &str, place: &Place<'_>, more: &dyn Fn(&mut Writer)) {
        if !self.is_on {
            return;
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
        let mut out = Writer::default();
        out.raw("{").key("type").text(kind);
        out.key("at").number(place.at.0);
        match place.call {
            Whose::Nobody => out.member("call_id", "null"),
            Whose::Call(number) => out.key("call_id").number(number),
            Whose::Shadow(number, of) => out.key("call_id").number(number).key("shadow_of").number(of),
            Whose::Hit(number) => out.key("call_id").text(&hit_name(number)),
        };
        text(&mut out, "model_group", place.group);
        text(&mut out, "deployment", place.deployment);
        if place.is_probe {
            flag(&mut out, "probe", true);
        }
        more(&mut out);
        out.push("}");
        self.kept.push_back(out.into_bytes());
    }

    /// A call begins.
    pub(in crate::engine) fn note_start(&mut self, config: &RouterConfig, now: Millis, running: &Running) {
        let spec = running.call.spec();
        let group = spec.target.and_then(|target| group_name(config, target));
        let (call, is_probe) = (whose(running), spec.is_probe);
        let place = Place { at: now, call, is_probe, group, deployment: None };
        let of = &|out: &mut Writer| trial(out, config, spec.trial);
        self.begun(&place, (&spec.requested, spec.surface, spec.stream), false, of);
    }

    fn begun(
        &mut self,
        place: &Place<'_>,
        asked: (&str, Surface, bool),
        is_hit: bool,
        more: &dyn Fn(&mut Writer),
    ) {
        let (requested, surface, stream) = asked;
        self.push("request_start", place, &|out| {
            out.key("requested_model").text(requested);
            out.key("surface").text(match surface {
                Surface::Chat => "chat",
                Surface::Embeddings => "embeddings",
            });
            flag(out, "stream", stream);
            flag(out, "cache_hit", is_hit);
            more(out);
        });
    }

    /// A call was answered out of the cache: it begins and ends.
    pub(in crate::engine) fn note_hit(&mut self, now: Millis, number: u64, hit: &Hit<'_>) {
        let (group, deployment) = hit.given_by;
        let call = || Whose::Hit(number);
        let place =
            Place { at: hit.started, call: call(), is_probe: false, group: Some(group), deployment: None };
        self.begun(&place, (hit.requested, hit.surface, hit.stream), true, &|_| {});
        let place = Place { at: now, deployment: Some(deployment), ..place };
        self.push("request_end", &place, &|out| {
            status(out, Some(200));
            text(out, "error", None);
            out.key("ms").number(now.since(hit.started));
            out.member("first_token_ms", "null");
            for name in ["attempts", "attempted_retries", "attempted_fallbacks"] {
                out.key(name).number(0);
            }
            usage(out, "usage", hit.usage);
            flag(out, "usage_estimated", false);
            out.member("response_cost", "0");
            out.member("estimated_cost", "0");
            flag(out, "cache_hit", true);
        });
    }

    /// Somebody outside has said that a deployment is well, and its circuit was not closed.
    pub(in crate::engine) fn note_closed(&mut self, config: &RouterConfig, now: Millis, ix: DeploymentIx) {
        let group = group_of(config, ix);
        let deployment = Some(id(config, ix));
        let place = Place { at: now, call: Whose::Nobody, is_probe: false, group, deployment };
        self.push("cooldown_close", &place, &|out| {
            out.key("scope").text("deployment");
        });
    }

    /// A step of a call, in the order in which its parts follow from each other.
    #[cold]
    #[inline(never)]
    pub(in crate::engine) fn note_step(&mut self, stage: &Stage<'_>) {
        let (call, before) = (&stage.running.call, stage.before);
        let after = call.progress();
        for (number, attempt) in call.attempts().iter().enumerate() {
            let (was_content, was_over) = before.attempts.get(number).copied().unwrap_or_default();
            if attempt.content_at.is_some() && !was_content && call.spec().stream {
                self.first_token(stage, number, attempt);
            }
            if attempt.ended.is_some() && !was_over {
                self.attempt_end(stage, number, attempt);
            }
        }
        let probes = |turn: &Turn| matches!(turn, Turn::Probed(_));
        stage.turns.iter().filter(|(_, turn)| !probes(turn)).for_each(|turn| self.turn(stage, turn));
        if after.failed_ranks > before.failed_ranks {
            self.push("hook_failed", &stage.place(None), &|out| {
                out.key("hook").text("customRoutingStrategy");
            });
        }
        let wait = after.waits_until.filter(|_| before.waits_until.is_none());
        if let Some(until) = wait {
            self.retry(stage, call.attempts().len(), None, until.since(stage.now));
        }
        for (number, attempt) in call.attempts().iter().enumerate().skip(before.attempts.len()) {
            self.sent(stage, &after, number, attempt);
        }
        stage.turns.iter().filter(|(_, turn)| probes(turn)).for_each(|turn| self.turn(stage, turn));
        if after.failed_asks > before.failed_asks {
            self.push("hook_failed", &stage.place(None), &|out| {
                out.key("hook").text("filterDeployments");
            });
        }
        if after.is_over && !before.is_over {
            self.request_end(stage);
        }
    }

    fn first_token(&mut self, stage: &Stage<'_>, position: usize, attempt: &Attempt) {
        let ms = attempt.content_at.map(|at| at.since(attempt.started));
        self.push("first_token", &stage.place(Some(attempt.deployment)), &|out| {
            out.key("attempt").number(position as u64);
            number(out, "ms", ms);
        });
    }

    fn attempt_end(&mut self, stage: &Stage<'_>, number: usize, attempt: &Attempt) {
        let id = AttemptId(u16::try_from(number).unwrap_or(u16::MAX));
        let cost = stage.prices.cost_of(stage.config, stage.version, stage.running, id);
        self.push("attempt_end", &stage.place(Some(attempt.deployment)), &|out| {
            out.key("attempt").number(number as u64);
            status(out, attempt.status);
            text(out, "error", attempt.fault.as_ref().map(|fault| fault.kind.class()));
            out.key("ms").number(attempt.ms());
            usage(out, "usage", attempt.usage);
            amount(out, "cost", cost.as_ref().map(|(cost, _)| cost.total()));
            flag(out, "cost_estimated", cost.as_ref().is_some_and(|(_, is_estimate)| *is_estimate));
        });
    }

    fn retry(&mut self, stage: &Stage<'_>, attempt: usize, to: Option<DeploymentIx>, wait_ms: u64) {
        self.push("retry", &stage.place(to), &|out| {
            out.key("attempt").number(attempt as u64);
            text(out, "error", stage.running.call.last_error());
            out.key("wait_ms").number(wait_ms);
        });
    }

    /// A send: why it was made, whom it goes to, and that it is under way.
    fn sent(&mut self, stage: &Stage<'_>, after: &Progress, number: usize, attempt: &Attempt) {
        let (config, before) = (stage.config, stage.before);
        let place = stage.place(Some(attempt.deployment));
        let reason = if place.is_probe {
            "probe"
        } else if after.target != before.sent_to {
            self.push("fallback", &place, &|out| {
                out.key("from").text(name(config, before.sent_to));
                out.key("to").text(name(config, after.target));
                text(out, "error", stage.running.call.last_error());
            });
            "fallback"
        } else if number == 0 {
            "first"
        } else if after.hedged && !before.hedged {
            "hedge"
        } else {
            if before.waits_until.is_none() {
                self.retry(stage, number, Some(attempt.deployment), 0);
            }
            "retry"
        };
        let number = number as u64;
        self.push("deployment_selected", &place, &|out| {
            out.key("attempt").number(number).key("reason").text(reason);
        });
        let model_used = config.deployment(attempt.deployment).map(|known| known.model_used());
        self.push("attempt_start", &place, &|out| {
            out.key("attempt").number(number);
            text(out, "model_used", model_used.as_deref());
        });
    }

    fn turn(&mut self, stage: &Stage<'_>, (delta, turn): &(Delta, Turn)) {
        let (ix, bench) = match delta {
            Delta::Benched { deployment, bench, .. } => (*deployment, Some(bench)),
            Delta::Sent { deployment, .. } | Delta::Succeeded { deployment, .. } => (*deployment, None),
            _ => return,
        };
        let (kind, scope) = match turn {
            Turn::Opened(scope) => ("cooldown_open", scope),
            Turn::Probed(scope) => ("cooldown_half_open", scope),
            Turn::Closed(scope) => ("cooldown_close", scope),
        };
        self.push(kind, &stage.place(Some(ix)), &|out| {
            out.key("scope").text(match scope {
                Scope::Deployment => "deployment",
                Scope::Credential => "credential",
            });
            if let Some(bench) = bench {
                out.key("error").text(bench.cause.kind.class());
                out.key("ms").number(bench.period_ms).key("until").number(bench.until.0);
            }
        });
    }

    fn request_end(&mut self, stage: &Stage<'_>) {
        let (call, result) = (&stage.running.call, &stage.running.result);
        let fault: Option<&Fault> =
            result.as_ref().and_then(|result| result.as_ref().err()).map(|fault| &**fault);
        let last = match result {
            Some(Ok(AttemptId(number))) => call.attempts().get(usize::from(*number)),
            _ => call.attempts().last(),
        };
        let first = call.attempts().iter().find_map(|known| known.content_at);
        let bill = stage.prices.bill(stage.config, stage.version, stage.running);
        let total = bill.total.as_ref().filter(|_| fault.is_none()).map(Cost::total);
        let used = stage.running.usage();
        let first = first.filter(|_| call.spec().stream).map(|at| at.since(call.started()));
        self.push("request_end", &stage.place(last.map(|known| known.deployment)), &|out| {
            status(out, fault.map(Fault::caller_status).or_else(|| last.and_then(|known| known.status)));
            text(out, "error", fault.map(|fault| fault.kind.class()));
            out.key("ms").number(stage.now.since(call.started()));
            number(out, "first_token_ms", first);
            out.key("attempts").number(call.attempts().len() as u64);
            out.key("attempted_retries").number(call.attempted_retries().into());
            out.key("attempted_fallbacks").number(call.attempted_fallbacks().into());
            usage(out, "usage", used.map(|(usage, _)| usage));
            flag(out, "usage_estimated", used.is_some_and(|(_, is_estimate)| is_estimate));
            amount(out, "response_cost", total);
            amount(out, "estimated_cost", total.map(|_| bill.estimated));
            flag(out, "cache_hit", false);
            trial(out, stage.config, call.spec().trial);
        });
    }
}

impl<'a> Stage<'a> {
    /// Of an event about a deployment, or about the target that is tried.
    fn place(&self, deployment: Option<DeploymentIx>) -> Place<'a> {
        let of_target = || group_name(self.config, self.running.call.progress().target);
        Place {
            at: self.now,
            call: whose(self.running),
            is_probe: self.running.call.spec().is_probe,
            group: deployment.map_or_else(of_target, |ix| group_of(self.config, ix)),
            deployment: deployment.map(|ix| id(self.config, ix)),
        }
    }
}

fn whose(running: &Running) -> Whose {
    let call = Whose::Call(running.number);
    running.call.spec().shadow_of.map_or(call, |of| Whose::Shadow(running.number, of))
}

/// An amount in USD; `null` for one that is not known.
fn amount(out: &mut Writer, name: &str, cost: Option<Pico>) {
    out.member(name, cost.map(usd).as_deref().unwrap_or("null"));
}

fn status(out: &mut Writer, status: Option<u16>) {
    number(out, "status", status.map(u64::from));
}
