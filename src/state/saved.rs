//! What was learnt, as bytes: to be kept over a restart, and read again by a router of perhaps another config, version or
//! clock.
//!
//! Kept are circuits with the kind of what opened them, usage, what providers have told of their limits, recent times, for a
//! token too, marks, retry budgets, what was spent of budgets, scores of answers and the counts of experiments. Not kept: sends
//! under way, which nobody will end, and anything that a provider or a caller has said. A credential is known by 16 bits that are
//! no help in guessing it, so that a new key starts clean.

use thiserror::Error;

use crate::base::bytes::{Reader, Writer};
use crate::base::hash::checksum;
use crate::base::index::Index;
use crate::base::time::Millis;
use crate::config::{Deployment, Group, GroupKind, LatencyRules, RouterConfig, credential_tag};
use crate::error::{Fault, FaultKind};

use super::{
    Bench, Circuit, Counts, Health, Left, Mark, Pace, Quota, Rated, Recent, RetryBudget, Sample, State, Trial,
};

/// What the bytes begin with: "sw" and the version. What another version writes is not read.
const HEAD: u32 = u32::from_le_bytes(*b"sw\x02\x00");

/// The longest bench that is believed: clocks may differ.
const BENCH_CAP_MS: u64 = 3_600_000;

/// The longest that anything else is believed.
const CAP_MS: u64 = 86_400_000;

/// Why bytes are no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// They begin with something else.
    #[error("these are no bytes of `exportState`, or of one of another version")]
    Foreign,
    /// They are cut, or were changed.
    #[error("the bytes are cut or were changed")]
    Broken,
}

/// What is known of one deployment.
#[derive(Debug, Default)]
struct Saved {
    circuit: Circuit,
    credential: Option<(u16, Circuit)>,
    seconds: Vec<(u64, Counts)>,
    quota: Quota,
    streams: Recent,
    answers: Recent,
    pace: Pace,
    mark: Option<Mark>,
    failed_at: Millis,
    totals: (u64, u64),
}

impl State {
    /// Everything that is worth keeping, at most 3 KB a deployment, and nothing of those that nothing is known of.
    #[must_use]
    pub fn save(&self, config: &RouterConfig, now: Millis) -> Vec<u8> {
        let mut out = Writer::default();
        out.u32(HEAD);
        let all = config.deployments.iter().zip(&self.deployments).enumerate();
        for (place, (known, health)) in all.filter(|(_, (known, _))| !known.is_retired) {
            let credential = self.credentials.get(place).filter(|circuit| **circuit != Circuit::default());
            let credential = credential.map(|circuit| (credential_tag(known), circuit));
            if credential.is_some() || health.is_worth_keeping() {
                out.u8(1);
                deployment(&mut out, known, health, credential, now);
            }
        }
        let all = config.deployments.iter().zip(&self.deployments).filter(|(known, _)| !known.is_retired);
        for (known, health) in all.filter(|(_, health)| health.rated != Rated::default()) {
            out.u8(4);
            out.text(&known.id);
            out.text(&known.model);
            let (good, bad) = health.rated.parts();
            out.u32(good.to_bits());
            out.u32(bad.to_bits());
        }
        let groups = config.groups.iter().zip(&self.groups);
        for (group, state) in groups.filter(|(group, _)| group.kind != GroupKind::Retired) {
            let (milli, counted_at) = state.budget.saved();
            if counted_at > Millis(0) {
                out.u8(2);
                out.text(&group.name);
                out.u32(milli);
                out.u64(counted_at.0);
            }
        }
        for ((_, declared), spend) in config.budgets.all().zip(&self.spends) {
            let (window, spent) = spend.saved();
            if spent > 0 {
                out.u8(3);
                out.text(&declared.identity());
                out.u64(window);
                out.u64(spent);
            }
        }
        for (tag, mut trial) in self.trials.iter().copied() {
            out.u8(5);
            [tag, trial.calls, trial.failures].into_iter().for_each(|number| out.u64(number));
            trial.samples().into_iter().flat_map(|sample| sample.parts()).for_each(|part| out.u64(part));
        }
        out.u8(0);
        out.u32(checksum(out.bytes()));
        out.finish()
    }

    /// Takes in what [`State::save`] wrote. What is known of a deployment with the same id and model takes the place of what
    /// was learnt since, but for its sends under way; others are ignored.
    ///
    /// # Errors
    /// The bytes are no state; nothing is changed.
    pub fn restore(&mut self, config: &RouterConfig, now: Millis, bytes: &[u8]) -> Result<(), Unreadable> {
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Unreadable::Foreign)?;
        let mut reader = Reader::new(body);
        if reader.u32() != Some(HEAD) {
            return Err(Unreadable::Foreign);
        }
        if checksum(body) != u32::from_le_bytes(*sum) {
            return Err(Unreadable::Broken);
        }
        // Once to see whether all of it can be read, and once to take it in.
        for taker in [None, Some(self)] {
            read(taker, config, now, reader).ok_or(Unreadable::Broken)?;
        }
        Ok(())
    }

    fn take(&mut self, config: &RouterConfig, place: usize, saved: Saved) {
        if let (Some((tag, circuit)), Some(known), Some(slot)) =
            (saved.credential, config.deployments.get(place), self.credentials.get_mut(place))
            && usize::from(known.credential.0) == place
            && credential_tag(known) == tag
        {
            *slot = circuit;
        }
        let Some(health) = self.deployments.get_mut(place) else { return };
        let mut usage = super::Usage::default();
        for (second, counts) in saved.seconds {
            usage.add(Millis(second.saturating_mul(1_000)), counts);
        }
        *health = Health {
            circuit: saved.circuit,
            open: std::mem::take(&mut health.open),
            answers: saved.answers,
            streams: saved.streams,
            pace: saved.pace,
            usage,
            quota: saved.quota,
            mark: saved.mark,
            failed_at: saved.failed_at,
            totals: saved.totals,
            ..Health::default()
        };
    }
}

/// Reads everything, for a state to take in if there is one; `None` if it cannot be read.
fn read(
    mut taker: Option<&mut State>,
    config: &RouterConfig,
    now: Millis,
    mut reader: Reader<'_>,
) -> Option<()> {
    let mut places = Index::default();
    for (place, known) in config.deployments.iter().enumerate().filter(|(_, known)| !known.is_retired) {
        places.insert(&name_of(&known.id, &known.model), place);
    }
    loop {
        match reader.u8()? {
            0 => return reader.is_empty().then_some(()),
            1 => {
                let place = places.get(&name_of(reader.text()?, reader.text()?));
                let known = place.and_then(|place| config.deployments.get(place));
                let rules = known.map(|known| config.latency_of(known)).unwrap_or_default();
                let saved = Saved::read(&mut reader, now, rules)?;
                if let (Some(state), Some(place)) = (&mut taker, place) {
                    state.take(config, place, saved);
                }
            }
            2 => {
                let name = reader.text()?;
                let budget = RetryBudget::restored(reader.u32()?, Millis(reader.u64()?).min(now));
                let is_it = |group: &Group| group.name == name && group.kind != GroupKind::Retired;
                let place = config.groups.iter().position(is_it);
                if let (Some(state), Some(place)) = (&mut taker, place)
                    && let Some(group) = state.groups.get_mut(place)
                {
                    group.budget = budget;
                }
            }
            3 => {
                let name = reader.text()?;
                let (window, spent) = (reader.u64()?, reader.u64()?);
                let found = config.budgets.all().find(|(_, declared)| declared.identity() == name);
                // What was spent in the future was spent by another clock.
                let found = found.filter(|(_, declared)| window <= declared.budget.period.at(now).number);
                if let (Some(state), Some((ix, _))) = (&mut taker, found)
                    && let Some(spend) = state.spends.get_mut(usize::from(ix.0))
                {
                    spend.restore(window, spent);
                }
            }
            4 => {
                let place = places.get(&name_of(reader.text()?, reader.text()?));
                let mut part = || reader.u32().map(f32::from_bits);
                let rated = Rated::restored(part()?, part()?)?;
                if let (Some(state), Some(place)) = (&mut taker, place) {
                    state.deployments.get_mut(place).into_iter().for_each(|health| health.rated = rated);
                }
            }
            5 => {
                let (tag, calls, failures) = (reader.u64()?, reader.u64()?, reader.u64()?);
                let mut trial = Trial { calls, failures, ..Trial::default() };
                for sample in trial.samples() {
                    *sample = Sample::restored([reader.u64()?, reader.u64()?, reader.u64()?])?;
                }
                let slot = taker.as_mut().and_then(|state| state.trial_mut(config, tag));
                slot.into_iter().for_each(|slot| *slot = trial);
            }
            _ => return None,
        }
    }
}

/// A deployment that serves several models has a state for each.
fn name_of(id: &str, model: &str) -> String {
    [id, model].join("\n")
}

fn deployment(
    out: &mut Writer,
    known: &Deployment,
    health: &Health,
    credential: Option<(u16, &Circuit)>,
    now: Millis,
) {
    out.text(&known.id);
    out.text(&known.model);
    circuit(out, &health.circuit);
    out.u8(u8::from(credential.is_some()));
    if let Some((tag, of_credential)) = credential {
        out.u16(tag);
        circuit(out, of_credential);
    }
    let seconds = health.usage.seconds(now);
    out.u8(u8::try_from(seconds.len()).unwrap_or(0));
    for (second, counts) in seconds {
        out.u64(second);
        for count in [counts.requests, counts.input, counts.output] {
            out.u32(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }
    for left in [health.quota.requests, health.quota.tokens] {
        out.u8(u8::from(left.is_some()));
        if let Some(left) = left {
            out.u64(left.amount);
            out.u64(left.resets.0);
        }
    }
    for recent in [&health.streams, &health.answers] {
        let times = recent.iter();
        out.u8(u8::try_from(times.len()).unwrap_or(0));
        times.for_each(|ms| out.u32(ms));
    }
    health.pace.save(out);
    out.u8(health.mark.map_or(0, |mark| 1 + u8::from(mark.ok)));
    out.u64(health.mark.map_or(0, |mark| mark.until.0));
    out.u64(health.failed_at.0);
    out.u64(health.totals.0);
    out.u64(health.totals.1);
}

fn circuit(out: &mut Writer, circuit: &Circuit) {
    out.u16(circuit.cell().epoch);
    out.u8(circuit.cause().map_or(0, |fault| fault.kind as u8));
    if let Some(bench) = circuit.bench() {
        out.u64(bench.until.0);
        out.u64(bench.period_ms);
    }
}

impl Saved {
    fn read(reader: &mut Reader<'_>, now: Millis, rules: LatencyRules) -> Option<Self> {
        let mut saved = Self { circuit: read_circuit(reader, now)?, ..Self::default() };
        if reader.u8()? == 1 {
            saved.credential = Some((reader.u16()?, read_circuit(reader, now)?));
        }
        for _ in 0..reader.u8()? {
            let second = reader.u64()?;
            let mut count = || reader.u32().map(u64::from);
            let counts = Counts { requests: count()?, input: count()?, output: count()? };
            // What was used in the future was used by another clock.
            if second <= now.0 / 1_000 {
                saved.seconds.push((second, counts));
            }
        }
        saved.quota = Quota { requests: read_left(reader, now)?, tokens: read_left(reader, now)? };
        for recent in [&mut saved.streams, &mut saved.answers] {
            for _ in 0..reader.u8()? {
                recent.add(reader.u32()?.into());
            }
        }
        saved.pace = Pace::restored(reader, now, rules)?;
        let (mark, until) = (reader.u8()?, Millis(reader.u64()?).min(now + CAP_MS));
        saved.mark = (mark > 0).then_some(Mark { ok: mark == 2, until });
        saved.failed_at = Millis(reader.u64()?).min(now);
        saved.totals = (reader.u64()?, reader.u64()?);
        Some(saved)
    }
}

fn read_circuit(reader: &mut Reader<'_>, now: Millis) -> Option<Circuit> {
    let (epoch, kind) = (reader.u16()?, reader.u8()?);
    if kind == 0 {
        return Some(Circuit::restored(epoch, None));
    }
    let until = Millis(reader.u64()?).min(now + BENCH_CAP_MS);
    let period_ms = reader.u64()?.min(BENCH_CAP_MS);
    let kind = FaultKind::from_code(kind).unwrap_or(FaultKind::Unavailable);
    let cause = Fault::new(kind, "it failed before the router's state was imported");
    Some(Circuit::restored(epoch, Some(Bench { until, period_ms, cause })))
}

fn read_left(reader: &mut Reader<'_>, now: Millis) -> Option<Option<Left>> {
    if reader.u8()? == 0 {
        return Some(None);
    }
    let (amount, resets) = (reader.u64()?, Millis(reader.u64()?).min(now + CAP_MS));
    Some(Some(Left { amount, resets }))
}
