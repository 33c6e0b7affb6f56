//! Counters of what has happened, for who watches a router from outside. They only grow, as long as the router lives.
//!
//! Not here: who counts what (`engine`). What was made for a name that a caller chose has no counters of its own: it is
//! counted where it was declared, so that there are no more of them than the config has deployments and groups.

use crate::base::usage::Usage;
use crate::config::{DeploymentIx, GroupIx};
use crate::error::FaultKind;
use crate::price::Pico;

use super::Scope;

/// How many bounds a histogram has.
const BOUNDS: usize = 17;

/// The lowest bound. Each of the others is twice the one before it, as OpenTelemetry advises for the durations of
/// generative AI, and three more: up to 655 s, for a call may take 600.
const FIRST_BOUND_MS: u64 = 10;

/// The name of a kind of tokens, and how many of them an answer used.
type Kind = (&'static str, fn(&Usage) -> u64);

/// The kinds of tokens that are counted. All but the first two are a part of these: cached and written ones, audio and
/// reasoning.
pub const TOKENS: [Kind; 7] = [
    ("input", |usage| usage.prompt_tokens),
    ("output", |usage| usage.completion_tokens),
    ("cached", |usage| usage.cached_tokens),
    ("reasoning", |usage| usage.reasoning_tokens),
    ("cache_write", |usage| usage.cache_write_tokens.into()),
    ("input_audio", |usage| usage.input_audio_tokens.into()),
    ("output_audio", |usage| usage.output_audio_tokens.into()),
];

/// How often something took how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Those within each bound and not within the one before it.
    buckets: [u64; BOUNDS],
    count: u64,
    sum_ms: u64,
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, ms: u64) {
        let above = ms.div_ceil(FIRST_BOUND_MS).saturating_sub(1);
        let place = u64::BITS - above.leading_zeros();
        if let Some(bucket) = self.buckets.get_mut(place as usize) {
            *bucket = bucket.saturating_add(1);
        }
        self.count = self.count.saturating_add(1);
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }

    /// Each bound in ms, with how many took so long at most.
    pub fn within(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let mut sum = 0_u64;
        self.buckets.iter().zip(0_u32..).map(move |(count, place)| {
            sum = sum.saturating_add(*count);
            (FIRST_BOUND_MS << place, sum)
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How long they took together, in ms.
    #[must_use]
    pub fn sum_ms(&self) -> u64 {
        self.sum_ms
    }
}

/// How things ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Those that went well, and behind them those of each fault, by its code.
    counts: [u64; FaultKind::ALL.len() + 1],
}

impl Outcomes {
    fn add(&mut self, fault: Option<FaultKind>) {
        if let Some(count) = self.counts.get_mut(fault.map_or(0, |kind| kind as usize)) {
            *count = count.saturating_add(1);
        }
    }

    /// Those that went well.
    #[must_use]
    pub fn ok(&self) -> u64 {
        self.counts.first().copied().unwrap_or_default()
    }

    /// Each class of errors that there was, and how often.
    #[must_use]
    pub fn errors(&self) -> Vec<(&'static str, u64)> {
        let mut found: Vec<(&'static str, u64)> = Vec::new();
        for (kind, count) in FaultKind::ALL.iter().zip(self.counts.iter().skip(1)).filter(|one| *one.1 > 0) {
            match found.iter_mut().find(|(class, _)| *class == kind.class()) {
                Some(known) => known.1 = known.1.saturating_add(*count),
                None => found.push((kind.class(), *count)),
            }
        }
        found
    }
}

/// What was sent to one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How its attempts ended.
    pub outcomes: Outcomes,
    /// From the send to the end, of those that were answered.
    pub durations: Histogram,
    /// From the send to the first content, of streams.
    pub first_tokens: Histogram,
    /// What its answers say that they used, in the order of [`TOKENS`].
    pub tokens: [u64; TOKENS.len()],
    /// What its attempts cost, as far as that is known; `None` if it never was.
    pub cost: Option<Pico>,
    /// How much of that is an estimate.
    pub estimated: Pico,
    /// How often it was benched: for itself, and for its credential.
    pub cooldowns: [u64; 2],
    /// How the router's own requests ended, by which it finds out how the deployment is. Of what else is told of it, they
    /// count among the tokens and costs alone.
    pub probes: Outcomes,
}

/// The calls to one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupTally {
    /// How those ended that asked for it, wherever they were answered.
    pub outcomes: Outcomes,
    /// From the beginning to the end, of those that were answered.
    pub durations: Histogram,
    /// Further sends in it.
    pub retries: u64,
    /// Moves from it to another target.
    pub fallbacks: u64,
    /// Second sends that went on, and those that were given up or failed.
    pub hedges: [u64; 2],
}

/// The counters of a router. One that counts nothing yet takes no memory.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    deployments: Vec<Option<Box<Tally>>>,
    groups: Vec<Option<Box<GroupTally>>>,
    /// Of calls that named no group.
    nowhere: GroupTally,
}

impl Tallies {
    /// The counters of a declared deployment; `None` where nothing was counted.
    #[must_use]
    pub fn deployment(&self, ix: DeploymentIx) -> Option<&Tally> {
        self.deployments.get(usize::from(ix.0))?.as_deref()
    }

    /// The counters of a declared group; `None` where nothing was counted.
    #[must_use]
    pub fn group(&self, ix: GroupIx) -> Option<&GroupTally> {
        self.groups.get(usize::from(ix.0))?.as_deref()
    }

    /// The counters of calls that named no group.
    #[must_use]
    pub fn nowhere(&self) -> &GroupTally {
        &self.nowhere
    }

    /// An attempt is over, after so long; `None` for a probe.
    pub fn attempt(
        &mut self,
        ix: DeploymentIx,
        fault: Option<FaultKind>,
        ms: Option<u64>,
        usage: Option<Usage>,
    ) {
        let Some(tally) = slot(&mut self.deployments, ix.0) else { return };
        if ms.is_some() { &mut tally.outcomes } else { &mut tally.probes }.add(fault);
        ms.filter(|_| fault.is_none()).into_iter().for_each(|ms| tally.durations.add(ms));
        for ((_, tokens), sum) in TOKENS.iter().zip(&mut tally.tokens) {
            *sum = sum.saturating_add(usage.as_ref().map_or(0, tokens));
        }
    }

    /// The first content of a stream came.
    pub fn first_token(&mut self, ix: DeploymentIx, ms: u64) {
        if let Some(tally) = slot(&mut self.deployments, ix.0) {
            tally.first_tokens.add(ms);
        }
    }

    /// A circuit opened, or stays open for longer.
    pub fn cooldown(&mut self, ix: DeploymentIx, scope: Scope) {
        let Some(Tally { cooldowns: [own, credential], .. }) = slot(&mut self.deployments, ix.0) else {
            return;
        };
        bump(if scope == Scope::Credential { credential } else { own });
    }

    /// An attempt has cost something. Where a price is not known, nothing is booked.
    pub fn book_cost(&mut self, ix: DeploymentIx, cost: Pico, is_estimate: bool) {
        if let Some(tally) = slot(&mut self.deployments, ix.0) {
            tally.cost = Some(tally.cost.unwrap_or_default().saturating_add(cost));
            tally.estimated = tally.estimated.saturating_add(if is_estimate { cost } else { 0 });
        }
    }

    /// A call is over.
    pub fn request(&mut self, group: Option<GroupIx>, fault: Option<FaultKind>, ms: u64) {
        self.count(group, |tally| {
            tally.outcomes.add(fault);
            if fault.is_none() {
                tally.durations.add(ms);
            }
        });
    }

    /// A call sends again in a group.
    pub fn retry(&mut self, group: Option<GroupIx>) {
        self.count(group, |tally| bump(&mut tally.retries));
    }

    /// A call moves from a group to another target.
    pub fn fallback(&mut self, from: Option<GroupIx>) {
        self.count(from, |tally| bump(&mut tally.fallbacks));
    }

    /// Of two sends one is left: is it the second one?
    pub fn hedge(&mut self, group: Option<GroupIx>, has_won: bool) {
        self.count(group, |tally| {
            let [won, lost] = &mut tally.hedges;
            bump(if has_won { won } else { lost });
        });
    }

    /// Another deployment has this slot.
    pub(super) fn forget_deployment(&mut self, ix: DeploymentIx) {
        forget(&mut self.deployments, ix.0);
    }

    /// Another group has this slot.
    pub(super) fn forget_group(&mut self, ix: GroupIx) {
        forget(&mut self.groups, ix.0);
    }

    fn count(&mut self, group: Option<GroupIx>, change: impl FnOnce(&mut GroupTally)) {
        let tally = match group {
            Some(ix) => slot(&mut self.groups, ix.0),
            None => Some(&mut self.nowhere),
        };
        if let Some(tally) = tally {
            change(tally);
        }
    }
}

fn bump(count: &mut u64) {
    *count = count.saturating_add(1);
}

fn slot<T: Default>(slots: &mut Vec<Option<Box<T>>>, at: u16) -> Option<&mut T> {
    let place = usize::from(at);
    if slots.len() <= place {
        slots.resize_with(place.saturating_add(1), || None);
    }
    slots.get_mut(place).map(|slot| &mut **slot.get_or_insert_default())
}

fn forget<T>(slots: &mut [Option<Box<T>>], at: u16) {
    if let Some(slot) = slots.get_mut(usize::from(at)) {
        *slot = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_holds_what_is_as_long_as_it() {
        let mut times = Histogram::default();
        [0, 10, 11, 20, 21, 655_360, 655_361].into_iter().for_each(|ms| times.add(ms));
        let within: Vec<(u64, u64)> = times.within().collect();
        assert_eq!(within[..3], [(10, 2), (20, 4), (40, 5)]);
        assert_eq!((within[15], within[16]), ((327_680, 5), (655_360, 6)));
        assert_eq!((times.count(), times.sum_ms()), (7, 1_310_783));
    }

    #[test]
    fn kinds_of_faults_that_have_one_class_are_counted_together() {
        let mut outcomes = Outcomes::default();
        outcomes.add(None);
        [FaultKind::Quota, FaultKind::Timeout, FaultKind::RateLimit]
            .into_iter()
            .for_each(|kind| outcomes.add(Some(kind)));
        assert_eq!(outcomes.ok(), 1);
        assert_eq!(outcomes.errors(), [("RateLimitError", 2), ("Timeout", 1)]);
    }

    #[test]
    fn a_slot_that_changes_hands_begins_anew() {
        let mut tallies = Tallies::default();
        tallies.book_cost(DeploymentIx(3), 5, false);
        tallies.book_cost(DeploymentIx(3), 7, true);
        let told = tallies.deployment(DeploymentIx(3)).map(|tally| (tally.cost, tally.estimated));
        assert_eq!(told, Some((Some(12), 7)));
        tallies.forget_deployment(DeploymentIx(3));
        assert_eq!(tallies.deployment(DeploymentIx(3)), None);
        assert_eq!(tallies.deployment(DeploymentIx(9)), None);
    }
}
