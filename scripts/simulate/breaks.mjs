/**
 * Rules of the router that `npm run simulate -- --break <rule>` breaks in a copy of it: a simulation that does not notice
 * would show nothing. Each is one change of one place; a test looks for the places.
 */

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, textOf } from "../project.mjs";
import { UsageError } from "../run.mjs";

/** @type {Record<string, { what: string, file: string, from: string, to: string }>} */
export const BREAKS = {
  bench: {
    what: "a benched deployment is used",
    file: "src/strategy/filter.rs",
    from: "CircuitState::Open { until } => return Some(Exclusion::Cooldown { until }),",
    to: "CircuitState::Open { .. } => {}",
  },
  probe: {
    what: "a half-open deployment takes several probes at once",
    file: "src/strategy/filter.rs",
    from: "CircuitState::HalfOpen if health.circuit.is_probed(now, need.beside) => {",
    to: "CircuitState::HalfOpen if health.circuit.is_probed(now, need.beside) && now.0 == 0 => {",
  },
  full: {
    what: "a deployment takes one more call at once than it may",
    file: "src/strategy/filter.rs",
    from: "cell.open.count(now, need.beside) >= most as usize",
    to: "cell.open.count(now, need.beside) > most as usize",
  },
  limit: {
    what: "a request more than `rpm` is sent",
    file: "src/state/usage.rs",
    from: "if used.saturating_add(need) <= limit {",
    to: "if used <= limit {",
  },
  money: {
    what: "a deployment is used whose budget the call is too much for",
    file: "src/state/spend.rs",
    from: "used >= self.limit || used.saturating_add(need) > self.limit",
    to: "used >= self.limit || need > self.limit",
  },
  debts: {
    what: "what a send that failed had reserved is never given back",
    file: "src/plan/money.rs",
    from: "let Some(reserved) = sent.budgeted else { return };",
    to: "let Some(reserved) = sent.budgeted.filter(|_| sent.fault.is_none()) else { return };",
  },
  lease: {
    what: "a send that fails keeps its place",
    file: "src/plan/send.rs",
    from: "        if known.ended.is_none() {",
    to: "        if known.ended.is_none() && known.fault.is_none() {",
  },
  budget: {
    what: "retries are free",
    file: "src/plan/recover.rs",
    from: "step.deltas.push(Delta::RetryTokens { group, milli: -RETRY_PRICE });",
    to: "step.deltas.push(Delta::RetryTokens { group, milli: RETRY_PRICE - RETRY_PRICE });",
  },
  debt: {
    what: "a retry is made with an empty budget",
    file: "src/state/budget.rs",
    from: "self.at(now) >= RETRY_PRICE",
    to: "self.at(now) >= 0",
  },
  attempts: {
    what: "`max_attempts` is one send more",
    file: "src/plan/send.rs",
    from: "self.attempts.len() >= bound.min(",
    to: "self.attempts.len() > bound.min(",
  },
  deadline: {
    what: "a call ends a second after its deadline",
    file: "src/plan/call.rs",
    from: "self.timers.set(Timer::Call, now, deadline.filter(|ms| *ms > 0));",
    to: "self.timers.set(Timer::Call, now, deadline.filter(|ms| *ms > 0).map(|ms| ms + 1_000));",
  },
  commit: {
    what: "a stream is begun anew after the caller has seen a part of it",
    file: "src/plan/stream.rs",
    from: "MidStream::Error => false,",
    to: "MidStream::Error => true,",
  },
  last: {
    what: "the last deployment of a group is benched by its rate",
    file: "src/state/judge.rs",
    from: "Blame::Rate if company != Company::Others => return None,",
    to: "Blame::Rate if company == Company::Only => return None,",
  },
  second: {
    what: "a second send goes to the same credential",
    file: "src/plan/hedge.rs",
    from: "|| credential(ix) == credential(slow)",
    to: "",
  },
  again: {
    what: "a deployment that has failed is tried again while others are left",
    file: "src/plan/select.rs",
    from: "candidates.retain(|ix| !wish.failed.contains(ix));",
    to: "candidates.retain(|ix| wish.failed.is_empty() || wish.failed.contains(ix));",
  },
  tags: {
    what: "a tag that must not be there is overlooked",
    file: "src/strategy/sieve.rs",
    from: "one.may &= !has(tags, barred);",
    to: "one.may &= !has(tags, barred) || barred == \"red\";",
  },
  region: {
    what: "a deployment that is named is used outside of the regions that are asked for",
    file: "src/plan/select.rs",
    from: "named.retain(|ix| need.refuses(*ix).or_else(|| over_budget(view, now, *ix, need)).is_none());",
    to: "named.retain(|ix| over_budget(view, now, *ix, need).is_none());",
  },
  switch: {
    what: "a region takes the word on tags from a deployment that is elsewhere",
    file: "src/strategy/sieve.rs",
    from: "goes_by_tags(config, members, wanted)",
    to: "goes_by_tags(config, &left, wanted)",
  },
  guess: {
    what: "who may not be able goes with those who are",
    file: "src/strategy/sieve.rs",
    from: "Some(one) if is_guess => Some(Exclusion::Unproved(one)),",
    to: "Some(one) if is_guess && demand.input == 0 => Some(Exclusion::Unproved(one)),",
  },
  filter: {
    what: "what the host has said of one target counts for the next one as well",
    file: "src/plan/screen.rs",
    from: "|| self.spec.is_probe || self.screen.consulted == Some(self.target) {",
    to: "|| self.spec.is_probe || self.screen.consulted.is_some() {",
  },
  guard: {
    what: "a call goes on though its guard has failed",
    file: "src/plan/rank.rs",
    from: "if view.config.host.fails_closed {",
    to: "if view.config.host.fails_closed && now.0 == 0 {",
  },
  named: {
    what: "somebody is used whom the host's strategy has not named",
    file: "src/plan/rank.rs",
    from: "self.is_whole && !self.order.contains(&ix)",
    to: "self.is_whole && self.order.is_empty()",
  },
  stays: {
    what: "calls that stay are weighed by who is left",
    file: "src/strategy/affinity.rs",
    from: "shuffle::weights_among(field.candidates, company, field.view)",
    to: "shuffle::weights_among(field.candidates, field.candidates, field.view)",
  },
  copies: {
    what: "of ten copies one is too many",
    file: "src/engine/shadow.rs",
    from: "if rng.unit() >= silent.share {",
    to: "if rng.unit() * 0.9 >= silent.share {",
  },
  twice: {
    what: "a deployment is probed though another probe tries its key",
    file: "src/engine/probes.rs",
    from: "if let Some(reason) = self.passed(now, deployment, surface, true) {",
    to: "if let Some(reason) = self.passed(now, deployment, surface, true).filter(|_| now.0 == 0) {",
  },
  variants: {
    what: "the variants of an experiment have equal shares, whatever they weigh",
    file: "src/config/experiment.rs",
    from: "distance(key, variant.tag, variant.weight)",
    to: "distance(key, variant.tag, 1.0)",
  },
  gone: {
    what: "a deployment that was taken out is sent to by calls that have named it",
    file: "src/plan/select.rs",
    from: "view.config.deployment(ix).filter(|known| !known.is_retired).map(|_| ix).into_iter().collect()",
    to: "view.config.deployment(ix).map(|_| ix).into_iter().collect()",
  },
  left: {
    what: "a deployment that was taken out stays in its group",
    file: "src/config/adopt.rs",
    from: "group.members.iter_mut().for_each(|ix| *ix = self.deployment(*ix));",
    to: "group.members = group.members.iter().map(|ix| self.deployment(*ix)).chain((0..2).map(DeploymentIx)).collect();",
  },
  held: {
    what: "a send to a deployment that was taken out keeps its place",
    file: "src/state/apply.rs",
    from: "let was_counted = cell.open.close(*lease)",
    to: "let was_counted = if known.is_retired { None } else { cell.open.close(*lease) }",
  },
  key: {
    what: "a key that is refused late benches the new one",
    file: "src/plan/learn.rs",
    from: "(known.era.credential == era.credential || !is_of_key)",
    to: "(known.era.credential == era.credential || !is_of_key || is_of_key)",
  },
  model: {
    what: "what another model has told late benches the new one",
    file: "src/plan/learn.rs",
    from: "known.era.model == era.model",
    to: "(known.era.model == era.model || !is_of_key)",
  },
  freed: {
    what: "an answer to an old key frees the new one",
    file: "src/state/apply.rs",
    from: "let has_its_key = known.era.credential == era.credential;",
    to: "let has_its_key = known.era.credential == era.credential || now.0 > 0;",
  },
  rotated: {
    what: "a new key has what was learnt of the old one",
    file: "src/config/adopt.rs",
    from: "if !has_same_key(was, is) {",
    to: "if !has_same_key(was, is) && is.is_retired {",
  },
  told: {
    what: "a snapshot tells of a deployment that was taken out",
    file: "src/engine/insight/snapshot.rs",
    from: "zip(&self.config.deployments).filter(|(_, known)| !known.is_retired)",
    to: "zip(&self.config.deployments).filter(|(_, known)| !known.id.is_empty())",
  },
  scores: {
    what: "an answer is given several scores",
    file: "src/engine/trials.rs",
    from: "place.and_then(|place| place.take_if(|known| known.number == number))",
    to: "place.and_then(|place| *place).filter(|known| known.number == number)",
  },
  marked: {
    what: "who is said not to be well is used beside those who are",
    file: "src/state/health.rs",
    from: "self.mark.is_some_and(|mark| !mark.ok && now < mark.until)",
    to: "self.mark.is_some_and(|mark| !mark.ok && now < mark.until && now.0 == 0)",
  },
  bug: {
    what: "a sum overflows in a build that checks sums",
    file: "src/plan/retry.rs",
    from: "FIRST_MS.saturating_mul(1_u64.checked_shl(retry).unwrap_or(u64::MAX))",
    to: "FIRST_MS * (1_u64 << (retry * 30))",
  },
};

/** What the simulation is built of. */
const PARTS = ["src", "examples/simulate", "benches/select.rs", ".cargo", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "README.md"];

/** The file of a broken rule, broken. */
export function brokenText(name) {
  const { file, from, to } = BREAKS[name];
  const parts = textOf(file).split(from);
  if (parts.length !== 2) throw new UsageError(`the rule "${name}" is at ${parts.length - 1} places of ${file}, and has to be at one`);
  return parts.join(to);
}

/** Copies what the simulation is built of, and breaks a rule in the copy. Gives its folder. */
export async function broken(name) {
  const text = brokenText(name);
  const folder = at("target", "broken", "source");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of PARTS) cpSync(at(part), join(folder, part), { recursive: true, preserveTimestamps: true });
  writeFileSync(join(folder, BREAKS[name].file), text);
  return folder;
}
