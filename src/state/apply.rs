//! How a change becomes part of the state. Changes about deployments or groups of another config are ignored.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, RouterConfig};

use super::{Delta, Fails, Health, OpenSend, Scope, State, Turn, Window};

impl State {
    /// Applies one change, and tells what it did to a circuit, if it did anything.
    pub fn apply(&mut self, config: &RouterConfig, now: Millis, delta: &Delta) -> Option<Turn> {
        match delta {
            Delta::Sent {
                deployment,
                lease,
                stream,
                expires,
                probe_expires,
                reserved,
                is_probe,
                turns,
                ..
            } => {
                let known = config.deployment(*deployment)?;
                let beside = turns.and_then(|group| self.groups.get_mut(usize::from(group.0)));
                if let Some(group) = beside {
                    group.take_turn(*deployment, known.weight.unwrap_or(1.0));
                }
                let is_counted = config.counts_usage(known);
                let open =
                    OpenSend { lease: *lease, since: now, stream: *stream, is_counted, expires: *expires };
                let cell = self.health_mut(known.limit_cell(*deployment))?;
                cell.open.add(now, open);
                if is_counted {
                    cell.usage.add(now, *reserved);
                }
                let health = self.deployments.get_mut(usize::from(deployment.0))?;
                let turns = self.groups.get_mut(usize::from(config.turns_of(known).0));
                if let (Some(group), false) = (turns, *is_probe) {
                    health.next_turn = group.turns.take(health.next_turn, known.weight.unwrap_or(1.0));
                }
                health.quota.spend(*reserved);
                let was_probed = health.circuit.is_probed(now, None);
                health.circuit.probe(now, *lease, *probe_expires);
                let mut turn = (health.circuit.is_probed(now, None) && !was_probed)
                    .then_some(Turn::Probed(Scope::Deployment));
                if let Some(circuit) = self.credentials.get_mut(usize::from(known.credential.0)) {
                    let was_probed = circuit.is_probed(now, None);
                    circuit.probe(now, *lease, *probe_expires);
                    if circuit.is_probed(now, None) && !was_probed {
                        turn = Some(Turn::Probed(Scope::Credential));
                    }
                }
                turn
            }
            Delta::Begun { deployment, lease, stream, after_ms, tokens, era } => {
                let known = config.deployment(*deployment)?;
                self.health_mut(known.limit_cell(*deployment))?.open.begun(*lease);
                // A long answer keeps nobody else from trying; only its end tells whether it was one.
                self.health_mut(*deployment)?.circuit.probed(*lease);
                if let Some(circuit) = self.credentials.get_mut(usize::from(known.credential.0)) {
                    circuit.probed(*lease);
                }
                if known.era.model != era.model {
                    return None;
                }
                let health = self.health_mut(*deployment)?;
                health.pace.timed(now, config.latency_of(known), *stream, *after_ms, *tokens);
                if *stream {
                    health.streams.add(*after_ms)
                } else {
                    health.answers.add(*after_ms)
                }
                None
            }
            Delta::Ended { deployment, lease, sent, reserved, used } => {
                let known = config.deployment(*deployment)?;
                let cell = self.health_mut(known.limit_cell(*deployment))?;
                // What was sent while nobody had to know is not in there.
                let was_counted = cell.open.close(*lease).is_none_or(|open| open.is_counted);
                if reserved != used && was_counted && config.counts_usage(known) {
                    cell.usage.settle(*sent, *reserved, *used);
                }
                self.health_mut(*deployment)?.circuit.probed(*lease);
                if let Some(circuit) = self.credentials.get_mut(usize::from(known.credential.0)) {
                    circuit.probed(*lease);
                }
                None
            }
            Delta::Reserved { deployment, lease, expires, amount, tags } => {
                for ix in config.budgets_of(*deployment).iter().chain(tags) {
                    self.spends.get_mut(usize::from(ix.0))?.reserve(now, *lease, *amount, *expires);
                }
                None
            }
            Delta::Paid { lease, amount, budgets, .. } => {
                for ix in budgets {
                    let window = config.budgets.get(*ix)?.budget.period.at(now).number;
                    self.spends.get_mut(usize::from(ix.0))?.settle(window, *lease, *amount);
                }
                None
            }
            Delta::Succeeded { deployment, era } => {
                let known = config.deployment(*deployment)?;
                if known.era.model != era.model {
                    return None;
                }
                let health = self.health_mut(*deployment)?;
                health.window.succeeded(now);
                health.fails.clear();
                health.totals.0 = health.totals.0.saturating_add(1);
                let closed = health.circuit.close();
                self.tell(*deployment, closed);
                let has_its_key = known.era.credential == era.credential;
                let freed = has_its_key && self.credentials.get_mut(usize::from(known.credential.0))?.close();
                match (closed, freed) {
                    (_, true) => Some(Turn::Closed(Scope::Credential)),
                    (true, false) => Some(Turn::Closed(Scope::Deployment)),
                    (false, false) => None,
                }
            }
            Delta::Failed { deployment, class } => {
                let rules = config.latency_of(config.deployment(*deployment)?);
                let health = self.health_mut(*deployment)?;
                health.window.failed(now);
                health.fails.add(now, *class);
                health.pace.failed(now, rules);
                health.totals.1 = health.totals.1.saturating_add(1);
                health.failed_at = health.failed_at.max(now);
                None
            }
            Delta::Benched { deployment, scope, bench } => {
                let health = self.health_mut(*deployment)?;
                (health.window, health.fails) = (Window::default(), Fails::default());
                let changed = match scope {
                    Scope::Deployment => {
                        let changed = health.circuit.open(bench);
                        self.tell(*deployment, changed);
                        changed
                    }
                    Scope::Credential => {
                        let credential = config.deployment(*deployment)?.credential;
                        self.credentials.get_mut(usize::from(credential.0))?.open(bench)
                    }
                };
                changed.then_some(Turn::Opened(*scope))
            }
            // Of another account, or of another model of it.
            Delta::Learned { deployment, era, .. } if config.deployment(*deployment)?.era != *era => None,
            Delta::Learned { deployment, quota, .. } => {
                self.health_mut(*deployment)?.quota.learn(*quota);
                None
            }
            Delta::RetryTokens { group, milli } => {
                self.groups.get_mut(usize::from(group.0))?.budget.add(now, *milli);
                None
            }
            Delta::Waits { group, ticket } => {
                self.groups.get_mut(usize::from(group.0))?.wait(now, *ticket);
                None
            }
            Delta::Left { group, lease } => {
                self.groups.get_mut(usize::from(group.0))?.leave(*lease);
                None
            }
        }
    }

    pub(super) fn health_mut(&mut self, deployment: DeploymentIx) -> Option<&mut Health> {
        self.deployments.get_mut(usize::from(deployment.0))
    }
}
