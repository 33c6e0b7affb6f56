//! What has happened and how things stand, for Prometheus.
//!
//! As many series as the config declares deployments and groups, whatever callers ask for. Labels are names of the config
//! and classes of errors: no key, and no word of a caller.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Group, GroupIx, GroupKind};
use crate::engine::Router;
use crate::state::{Circuit, CircuitState, GroupTally, Left, Measure, Outcomes, TOKENS, Tally};

use super::exposition::{Exposition, Labels};

/// The digits of a [`Pico`](crate::price::Pico).
const PICO_DIGITS: usize = 12;

/// One declared group.
struct GroupRow<'a> {
    labels: Labels,
    ix: Option<GroupIx>,
    tally: &'a GroupTally,
}

/// One declared deployment.
struct Row<'a> {
    labels: Labels,
    ix: DeploymentIx,
    tally: &'a Tally,
    /// Itself, and what was made from it for one model each.
    serving: Vec<DeploymentIx>,
}

/// How a deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Healthy,
    /// Its last attempt failed, or its circuit is half-open.
    Partial,
    /// It is left alone.
    Outage,
}

impl Router {
    /// The counters of this router, which only ever grow, and gauges of how things stand, in Prometheus' text format
    /// (version 0.0.4). A counter begins at 0 with the router, whatever is imported.
    pub fn metrics(&mut self, now: Millis) -> String {
        let now = self.advance(now);
        let none = (GroupTally::default(), Tally::default());
        let (groups, rows) = (self.group_rows(&none.0), self.rows(&none.1));
        let mut out = Exposition::default();
        self.calls_in(&mut out, now, &groups);
        attempts_in(&mut out, &rows);
        self.standings_in(&mut out, now, &rows);
        self.left_in(&mut out, now, &rows);
        self.budgets_in(&mut out, now);
        let only = Labels::default();
        for (name, help, count) in [
            (
                "store_failures_total",
                "Times that the store failed to load or to take something.",
                self.store_failures().0,
            ),
            (
                "store_dropped_batches_total",
                "Batches that the store did not take, even at the second time.",
                self.store_failures().1,
            ),
            (
                "dropped_events_total",
                "Events that came too fast to be told to listeners.",
                self.journal.dropped(),
            ),
            (
                "stripped_keys_total",
                "Router keys that were cut out of bodies over fetch.",
                self.stripped_keys(),
            ),
            (
                "cache_hits_total",
                "Calls that were answered with an answer that was kept, and are no others' calls.",
                self.hits,
            ),
        ] {
            out.family(name, "counter", help);
            out.count(&only, count);
        }
        out.finish()
    }

    /// The groups that were declared, and what was asked for that is no group.
    fn group_rows<'a>(&'a self, none: &'a GroupTally) -> Vec<GroupRow<'a>> {
        let tallies = &self.state().tallies;
        let row = |(at, name): (u16, &str)| {
            let (labels, ix) = (Labels::default().with("model_group", name), GroupIx(at));
            GroupRow { labels, ix: Some(ix), tally: tallies.group(ix).unwrap_or(none) }
        };
        let all = (0..).zip(&self.config.groups);
        let is_declared =
            |one: &Group| matches!(one.kind, GroupKind::Declared | GroupKind::Pattern | GroupKind::Pool);
        let declared = all.filter(|(_, one)| is_declared(one));
        let mut rows: Vec<GroupRow<'_>> = declared.map(|(at, one)| row((at, &one.name))).collect();
        if tallies.nowhere() != none {
            let labels = Labels::default().with("model_group", "");
            rows.push(GroupRow { labels, ix: None, tally: tallies.nowhere() });
        }
        rows
    }

    fn rows<'a>(&'a self, none: &'a Tally) -> Vec<Row<'a>> {
        let config = &self.config;
        let known = || (0..).map(DeploymentIx).zip(&config.deployments).filter(|(_, one)| !one.is_retired);
        let mut serving = vec![Vec::new(); config.deployments.len()];
        for (ix, one) in known() {
            if let Some(all) = serving.get_mut(usize::from(one.limit_cell(ix).0)) {
                all.push(ix);
            }
        }
        let declared = known().filter(|(_, one)| one.parent.is_none());
        declared
            .map(|(ix, one)| Row {
                labels: Labels::default()
                    .with("model_group", config.group(one.group).map_or("", |group| &group.name))
                    .with("deployment", &one.id)
                    .with("provider", &one.provider)
                    .with("model", &one.model),
                ix,
                tally: self.state().tallies.deployment(ix).unwrap_or(none),
                serving: serving.get_mut(usize::from(ix.0)).map(std::mem::take).unwrap_or_default(),
            })
            .collect()
    }

    fn calls_in(&self, out: &mut Exposition, now: Millis, groups: &[GroupRow<'_>]) {
        out.family("requests_total", "counter", "Calls that are over, by the group that was asked for.");
        groups.iter().for_each(|row| outcomes(out, &row.labels, &row.tally.outcomes));
        out.family("request_duration_seconds", "histogram", "Calls that were answered, to their end.");
        groups.iter().for_each(|row| out.times(&row.labels, &row.tally.durations));
        out.family("retries_total", "counter", "Further sends of a call in a group.");
        groups.iter().for_each(|row| out.count(&row.labels, row.tally.retries));
        out.family("fallbacks_total", "counter", "Moves of calls from a group to another target.");
        groups.iter().for_each(|row| out.count(&row.labels, row.tally.fallbacks));
        out.family(
            "hedges_total",
            "counter",
            "Second sends beside a slow first one: won if they went on, lost if they failed or were slower.",
        );
        for row in groups {
            for (outcome, count) in ["won", "lost"].into_iter().zip(row.tally.hedges) {
                out.count(&row.labels.with("outcome", outcome), count);
            }
        }
        out.family("running_requests", "gauge", "Calls that run.");
        out.count(&Labels::default(), self.running() as u64);
        out.family("waiting_requests", "gauge", "Calls that wait for a place in a group.");
        for row in groups {
            if let Some(state) = row.ix.and_then(|ix| self.state().group(ix)) {
                out.count(&row.labels, state.waiting(now) as u64);
            }
        }
    }

    fn standings_in(&self, out: &mut Exposition, now: Millis, rows: &[Row<'_>]) {
        out.family(
            "deployment_state",
            "gauge",
            "0: healthy; 1: its last attempt failed, or it is tried again; 2: it is left alone.",
        );
        for row in rows {
            // A model that fails leaves the others of its pattern alone.
            let made = row.serving.iter().filter(|ix| **ix != row.ix);
            let all: Vec<Standing> = made.map(|ix| self.standing(now, *ix)).collect();
            let standing = match all.first() {
                None => self.standing(now, row.ix),
                Some(first) if all.iter().all(|one| one == first) => *first,
                Some(_) => Standing::Partial,
            };
            out.count(&row.labels, standing as u64);
        }
        out.family("in_flight_attempts", "gauge", "Attempts that are under way.");
        for row in rows {
            let health = self.state().health(row.ix);
            out.count(&row.labels, health.map_or(0, |health| health.open.count(now, None) as u64));
        }
    }

    fn budgets_in(&self, out: &mut Exposition, now: Millis) {
        out.family("budget_remaining_usd", "gauge", "What is left of a budget in its period.");
        for (ix, declared) in self.config.budgets.all() {
            if let Some(purse) = self.state().purse(&self.config, now, ix, None) {
                let scope = Labels::default().with("scope", declared.purpose.name());
                out.fraction(&scope.with("name", &declared.name), purse.left(), PICO_DIGITS);
            }
        }
    }

    fn standing(&self, now: Millis, ix: DeploymentIx) -> Standing {
        let Some(health) = self.state().health(ix) else { return Standing::Healthy };
        let credential =
            self.config.deployment(ix).and_then(|known| self.state().credential(known.credential));
        let states = [Some(&health.circuit), credential].map(|one| one.map(|one: &Circuit| one.at(now)));
        if health.is_marked_down(now)
            || states.iter().any(|state| matches!(state, Some(CircuitState::Open { .. })))
        {
            Standing::Outage
        } else if health.window.run() > 0 || states.contains(&Some(CircuitState::HalfOpen)) {
            Standing::Partial
        } else {
            Standing::Healthy
        }
    }

    fn left_in(&self, out: &mut Exposition, now: Millis, rows: &[Row<'_>]) {
        out.family("limit_remaining", "gauge", "What is left of a declared limit, of a minute.");
        for row in rows {
            let (Some(known), Some(health)) = (self.config.deployment(row.ix), self.state().health(row.ix))
            else {
                continue;
            };
            for (limit, declared, measure) in [
                ("rpm", known.rpm, Measure::Requests),
                ("tpm", known.tpm, Measure::Tokens),
                ("itpm", known.itpm, Measure::Input),
                ("otpm", known.otpm, Measure::Output),
            ] {
                if let Some(most) = declared {
                    let left = most.saturating_sub(health.usage.at(now).get(measure));
                    out.count(&row.labels.with("limit", limit), left);
                }
            }
        }
        out.family(
            "provider_remaining",
            "gauge",
            "What a provider says is left of its limits until it counts anew.",
        );
        for row in rows {
            let healths = || row.serving.iter().filter_map(|ix| self.state().health(*ix));
            let valid = |left: Option<Left>| left.filter(|left| now < left.resets).map(|left| left.amount);
            let lowest = [
                ("requests", healths().filter_map(|health| valid(health.quota.requests)).min()),
                ("tokens", healths().filter_map(|health| valid(health.quota.tokens)).min()),
            ];
            for (limit, left) in lowest {
                left.into_iter().for_each(|left| out.count(&row.labels.with("limit", limit), left));
            }
        }
    }
}

fn attempts_in(out: &mut Exposition, rows: &[Row<'_>]) {
    out.family("attempts_total", "counter", "Sends to a deployment that are over.");
    rows.iter().for_each(|row| outcomes(out, &row.labels, &row.tally.outcomes));
    let probed = || rows.iter().filter(|row| row.tally.probes != Outcomes::default());
    if probed().next().is_some() {
        out.family(
            "probes_total",
            "counter",
            "Requests of the router's own, to find out how a deployment is.",
        );
        probed().for_each(|row| outcomes(out, &row.labels, &row.tally.probes));
    }
    out.family("attempt_duration_seconds", "histogram", "Attempts that were answered, to their end.");
    rows.iter().for_each(|row| out.times(&row.labels, &row.tally.durations));
    out.family("time_to_first_token_seconds", "histogram", "Attempts at streams, to their first content.");
    rows.iter().for_each(|row| out.times(&row.labels, &row.tally.first_tokens));
    out.family(
        "tokens_total",
        "counter",
        "Tokens that answers say they used. All kinds but input and output are a part of these.",
    );
    for row in rows {
        for (place, ((kind, _), count)) in TOKENS.iter().zip(row.tally.tokens).enumerate() {
            if count == 0 && place > 1 {
                continue;
            }
            out.count(&row.labels.with("kind", kind), count);
        }
    }
    let what = "What of cost_usd_total is an estimate: of sends that were given up or cut off.";
    out.family("cost_estimated_usd_total", "counter", what);
    for row in rows.iter().filter(|row| row.tally.estimated > 0) {
        out.fraction(&row.labels, row.tally.estimated, PICO_DIGITS);
    }
    out.family("cost_usd_total", "counter", "What attempts cost, where their price is known.");
    for row in rows {
        row.tally.cost.into_iter().for_each(|pico| out.fraction(&row.labels, pico, PICO_DIGITS));
    }
    out.family("cooldowns_total", "counter", "Cooldowns that began or were made longer.");
    for row in rows {
        for (scope, count) in ["deployment", "credential"].into_iter().zip(row.tally.cooldowns) {
            out.count(&row.labels.with("scope", scope), count);
        }
    }
}

fn outcomes(out: &mut Exposition, labels: &Labels, outcomes: &Outcomes) {
    out.count(&labels.with("outcome", "ok"), outcomes.ok());
    for (class, count) in outcomes.errors() {
        out.count(&labels.with("outcome", class), count);
    }
}
