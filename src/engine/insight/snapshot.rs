//! Everything that a router knows at a moment.

use crate::base::json::Writer;
use crate::base::time::Millis;
use crate::config::{
    BudgetIx, Declared, Deployment, DeploymentIx, Experiment, Group, GroupIx, GroupKind, Resolved,
};
use crate::engine::Router;
use crate::price::amount::usd;
use crate::state::{Circuit, CircuitState, Counts, Health, Left, RETRY_PRICE, Recent};

use super::write::{decimal, finished, flag, fraction, moment, number, text};

impl Router {
    /// The health, the use and the times of every deployment, what is known of every group every budget and every experiment, and the
    /// router's own counts.
    pub fn snapshot(&mut self, now: Millis) -> String {
        let now = self.advance(now);
        let mut out = Writer::default();
        out.raw("{").key("at").number(now.0).key("router").raw("{");
        for (name, count) in [
            ("running", self.running() as u64),
            ("begun", self.begun()),
            ("stripped_keys", self.stripped_keys()),
            ("store_failures", self.store_failures().0),
            ("dropped_batches", self.store_failures().1),
            ("dropped_events", self.journal.dropped()),
        ] {
            out.key(name).number(count);
        }
        let shadows = self.shadows();
        out.key("shadows").raw("{");
        for (name, count) in [
            ("begun", shadows.begun),
            ("skipped", shadows.skipped),
            ("answered", shadows.answered),
            ("failed", shadows.failed),
        ] {
            out.key(name).number(count);
        }
        out.member("cost_usd", &usd(shadows.cost));
        out.push("}}").key("groups").raw("[");
        let is_there = |group: &Group| group.kind != GroupKind::Retired;
        for (at, group) in (0..).zip(&self.config.groups).filter(|(_, group)| is_there(group)) {
            self.group_in(&mut out, now, group, GroupIx(at));
        }
        out.push("]").key("deployments").raw("[");
        for (at, known) in (0..).zip(&self.config.deployments).filter(|(_, known)| !known.is_retired) {
            let ix = DeploymentIx(at);
            if let Some(health) = self.state.health(ix) {
                self.deployment_in(&mut out, now, (ix, known), health);
            }
        }
        out.push("]").key("budgets").raw("[");
        for (ix, declared) in self.config.budgets.all() {
            self.budget_in(&mut out, now, ix, declared);
        }
        out.push("]").key("experiments").raw("[");
        for experiment in &self.config.experiments {
            self.experiment_in(&mut out, experiment);
        }
        out.push("]}");
        finished(out)
    }

    fn experiment_in(&self, out: &mut Writer, experiment: &Experiment) {
        out.raw("{").key("name").text(&experiment.name);
        let group = self.config.group(experiment.group);
        text(out, "model_group", group.map(|group| group.name.as_str()));
        out.key("variants").raw("[");
        for variant in &experiment.variants {
            let trial = self.state.trial(variant.tag);
            out.raw("{").key("model").text(&variant.model);
            fraction(out, "weight", Some(variant.weight));
            out.key("calls").number(trial.calls).key("failures").number(trial.failures);
            for (name, sample) in
                [("feedback", trial.feedback), ("latency_ms", trial.latency_ms), ("cost_usd", trial.cost_usd)]
            {
                out.key(name).raw("{").key("count").number(sample.count);
                for (name, value) in [("mean", sample.mean()), ("standard_error", sample.standard_error())] {
                    // A call may cost less than a millionth.
                    out.member(name, value.map(|value| decimal(value, 9)).as_deref().unwrap_or("null"));
                }
                out.push("}");
            }
            out.push("}");
        }
        out.push("]}");
    }

    fn budget_in(&self, out: &mut Writer, now: Millis, ix: BudgetIx, declared: &Declared) {
        let Some(purse) = self.state().purse(&self.config, now, ix, None) else { return };
        out.raw("{").key("scope").text(declared.purpose.name()).key("name").text(&declared.name);
        for (name, pico) in [
            ("limit_usd", purse.limit),
            ("spent_usd", purse.spent),
            ("reserved_usd", purse.reserved),
            ("spent_elsewhere_usd", purse.elsewhere),
        ] {
            out.member(name, &usd(pico));
        }
        moment(out, "resets_at", Some(purse.resets));
        out.push("}");
    }

    fn group_in(&self, out: &mut Writer, now: Millis, group: &Group, ix: GroupIx) {
        let state = self.state.group(ix);
        out.raw("{").key("model_group").text(&group.name).key("deployments").raw("[");
        for ix in &group.members {
            out.text(self.config.deployment(*ix).map_or("", |known| &known.id));
        }
        out.push("]");
        out.key("routing_strategy").text(self.config.routing_of(Resolved::Group(ix)).strategy.name());
        let tokens = state.map(|state| state.budget.at(now) as f64 / RETRY_PRICE as f64);
        fraction(out, "retry_tokens", tokens);
        number(out, "waiting", state.map(|state| state.waiting(now) as u64));
        out.push("}");
    }

    fn deployment_in(
        &self,
        out: &mut Writer,
        now: Millis,
        (ix, known): (DeploymentIx, &Deployment),
        health: &Health,
    ) {
        let group = self.config.group(known.group).map(|group| group.name.as_str());
        out.raw("{").key("id").text(&known.id);
        text(out, "model_group", group);
        out.key("provider").text(&known.provider).key("model").text(&known.model);
        circuit(out, "health", now, &health.circuit);
        if let Some(shared) = self.state.credential(known.credential) {
            circuit(out, "credential", now, shared);
        }
        flag(out, "marked_down", health.is_marked_down(now));
        let (ok, failed) = health.window.counts(now);
        counted(out, "window", &[("ok", ok.into()), ("failed", failed.into())]);
        counted(out, "totals", &[("ok", health.totals.0), ("failed", health.totals.1)]);
        let (good, bad) = health.rated.parts();
        let is_rated = good + bad > 0.0;
        out.key("feedback").raw("{");
        fraction(out, "expected", is_rated.then(|| health.rated.expected()));
        fraction(out, "weight", Some((good + bad).into()));
        out.push("}");
        // What is bounded is counted where the bounds are declared.
        let cell = self.state.health(known.limit_cell(ix)).unwrap_or(health);
        out.key("open_sends").number(cell.open.count(now, None) as u64);
        match cell.usage.at(now) {
            Counts { requests, input, output } if known.has_limits() => {
                let parts = [("requests", requests), ("input_tokens", input), ("output_tokens", output)];
                counted(out, "usage", &parts);
            }
            _ => {
                out.member("usage", "null");
            }
        }
        self.limits_in(out, known);
        out.key("quota_left").raw("{");
        left(out, "requests", now, health.quota.requests);
        left(out, "tokens", now, health.quota.tokens);
        out.push("}").key("latency_ms").raw("{");
        times(out, "streams", &health.streams);
        times(out, "answers", &health.answers);
        out.push("}}");
    }

    fn limits_in(&self, out: &mut Writer, known: &Deployment) {
        let most = known.max_parallel.or(self.config.policy.default_max_parallel);
        out.key("limits").raw("{");
        number(out, "rpm", known.rpm);
        number(out, "tpm", known.tpm);
        number(out, "itpm", known.itpm);
        number(out, "otpm", known.otpm);
        number(out, "max_parallel_requests", most.map(u64::from));
        out.push("}");
    }
}

fn counted(out: &mut Writer, name: &str, parts: &[(&str, u64)]) {
    out.key(name).raw("{");
    for (name, count) in parts {
        out.key(name).number(*count);
    }
    out.push("}");
}

fn circuit(out: &mut Writer, name: &str, now: Millis, circuit: &Circuit) {
    let (state, until) = match circuit.at(now) {
        CircuitState::Closed => ("closed", None),
        CircuitState::Open { until } => ("open", Some(until)),
        CircuitState::HalfOpen => ("half_open", None),
    };
    out.key(name).raw("{").key("state").text(state);
    moment(out, "until", until);
    text(out, "error", circuit.cause().map(|fault| fault.kind.class()));
    number(out, "period_ms", circuit.bench().map(|bench| bench.period_ms));
    flag(out, "probing", circuit.is_probed(now, None));
    out.push("}");
}

fn left(out: &mut Writer, name: &str, now: Millis, left: Option<Left>) {
    match left.filter(|left| now < left.resets) {
        Some(left) => {
            out.key(name).raw("{").key("left").number(left.amount);
            moment(out, "resets_at", Some(left.resets));
            out.push("}");
        }
        None => {
            out.member(name, "null");
        }
    }
}

fn times(out: &mut Writer, name: &str, recent: &Recent) {
    out.key(name).raw("{");
    number(out, "p50", recent.percentile(50));
    number(out, "p95", recent.percentile(95));
    number(out, "mean", recent.mean());
    out.push("}");
}
