//! What is loaded from the store and written to it, and when: as values, without I/O.
//!
//! Decisions stay local. What the store tells is only ever advice, so a lost, late, repeated or wrong word makes a choice
//! a little worse and breaks nothing. What is kept here is bounded by the number of deployments, whatever the store does.

mod book;
mod hold;
mod money;
mod ops;

use crate::base::time::Millis;
use crate::config::{DeploymentIx, RouterConfig};
use crate::state::{Cell, Counts, Delta, Sketch, State};

use book::{Amounts, Books, MINUTE_MS};
pub use hold::{Hold, Reservation};
use money::Accounts;
pub use ops::{Batch, Carries, Loaded, Op, OpValue, Wanted};
use ops::{Facet, key};

/// A load or a write that has told nothing for so long has vanished with the request that it belonged to.
const LOST_MS: u64 = 30_000;

/// What others have used counts for three looks at the store, and for so long at least.
const LEAST_USAGE_TTL_MS: u64 = 15_000;

/// How long the store keeps a circuit: the longest bench and as much again; in seconds, as all that follow.
const COOL_TTL_S: u32 = 7_200;

/// How long it keeps what a minute has used: the minute, the next one, and one for clocks that differ.
const USAGE_TTL_S: u32 = 180;

/// How long it keeps a sketch of times.
const SKETCH_TTL_S: u32 = 600;

/// How many operations one batch holds beside circuits.
const BATCH_OPS: usize = 256;

/// What is wanted beside all deployments.
const NOBODY: DeploymentIx = DeploymentIx(u16::MAX);

/// What a router has told the store and heard from it.
#[derive(Debug, Default)]
pub(super) struct Sync {
    carries: Carries,
    /// Names this router among others: in the ids of batches and in sketches. Not its seed, which two may share.
    tag: Option<u64>,
    books: Books,
    accounts: Accounts,
    loaded_at: Option<Millis>,
    loading: Option<Millis>,
    flushing: Option<Millis>,
    batches: u64,
    pub(super) failures: u64,
    pub(super) dropped: u64,
}

impl Sync {
    pub(super) fn carry(&mut self, carries: Carries) {
        self.carries = carries;
    }

    pub(super) fn tag(&mut self) -> &mut Option<u64> {
        &mut self.tag
    }

    /// Notes what a step has learnt, as far as the store is to be told.
    pub(super) fn note(&mut self, config: &RouterConfig, state: &State, now: Millis, delta: &Delta) {
        let Carries { usage, latency, .. } = self.carries;
        self.note_held(config, now, delta);
        self.note_paid(config, now, delta);
        match delta {
            Delta::Sent { deployment, reserved, .. } if usage => {
                self.books.count(config, state, *deployment, now, Amounts::of(*reserved));
            }
            Delta::Ended { deployment, sent, reserved, used, .. } if usage && used != reserved => {
                let change = Amounts::of(*used).minus(Amounts::of(*reserved));
                self.books.count(config, state, *deployment, *sent, change);
            }
            Delta::Learned { deployment, .. } if usage => self.books.learned(config, *deployment),
            Delta::Begun { deployment, .. } if latency => self.books.timed(config, *deployment, now),
            _ => {}
        }
    }

    /// What to load, if the view of the store is old and no load is under way. Said once, until it is old again.
    pub(super) fn due(&mut self, config: &RouterConfig, state: &State, now: Millis) -> Option<Vec<Wanted>> {
        let is_fresh = |at: Millis| now.since(at) < self.carries.fresh_ms;
        let is_under_way = self.loading.is_some_and(|since| now.since(since) < LOST_MS);
        if self.carries.is_nothing() || is_under_way || self.loaded_at.is_some_and(is_fresh) {
            return None;
        }
        (self.loaded_at, self.loading) = (Some(now), Some(now));
        let Carries { cool, usage, latency, .. } = self.carries;
        let minute = now.0 / MINUTE_MS;
        let mut all = Vec::new();
        for place in 0..config.deployments.len() {
            let ix = DeploymentIx(u16::try_from(place).unwrap_or(u16::MAX));
            let mut keys = Vec::new();
            let mut want = |facet| {
                if let Some(key) = key(config, ix, facet) {
                    keys.push((facet, key));
                }
            };
            if cool {
                want(Facet::Cool);
            }
            if latency {
                want(Facet::Latency);
            }
            if usage && book::is_counted(config, state, ix) {
                for minute in [minute, minute.saturating_sub(1)] {
                    want(Facet::Requests(minute));
                    want(Facet::Input(minute));
                    want(Facet::Output(minute));
                }
            }
            if !keys.is_empty() {
                all.push(Wanted { ix, keys });
            }
        }
        for (ix, declared) in config.budgets.all().filter(|_| usage) {
            let facet = Facet::Spent(ix, declared.budget.period.at(now).number);
            let keys = key(config, NOBODY, facet).map(|key| (facet, key)).into_iter().collect();
            all.push(Wanted { ix: NOBODY, keys });
        }
        Some(all)
    }

    /// Takes in what the store said under the keys that were wanted, in their order. Garbage is ignored.
    pub(super) fn merge(
        &mut self,
        config: &RouterConfig,
        state: &mut State,
        now: Millis,
        wanted: &[Wanted],
        values: impl IntoIterator<Item = Option<Loaded>>,
    ) {
        let mut values = values.into_iter();
        for Wanted { ix, keys } in wanted {
            // The slot may have changed hands while the store was asked.
            let is_same = keys.iter().all(|(facet, told)| key(config, *ix, *facet).as_ref() == Some(told));
            let mut totals: Vec<(u64, Counts)> = Vec::new();
            for (facet, _) in keys {
                let value = values.next().flatten().filter(|_| is_same);
                match (*facet, value) {
                    (Facet::Cool, Some(Loaded::Number(number))) => {
                        if let Some(cell) = Cell::unpack(number) {
                            state.merge(now, *ix, cell);
                        }
                    }
                    (Facet::Latency, Some(Loaded::Bytes(bytes))) => {
                        let own = self.sketch_tag();
                        let sketch = Sketch::decode(now, &bytes).filter(|sketch| sketch.tag != own);
                        if let Some(sketch) = sketch {
                            state.merge_sketch(*ix, &sketch);
                        }
                    }
                    (Facet::Spent(budget, window), value) if is_same => {
                        let total = value.map_or(0, Loaded::nano);
                        self.merge_paid(config, state, now, (budget, window), total);
                    }
                    (Facet::Cool | Facet::Latency | Facet::Held(..) | Facet::Spent(..), _) => {}
                    (Facet::Requests(minute) | Facet::Input(minute) | Facet::Output(minute), value) => {
                        if totals.last().is_none_or(|(known, _)| *known != minute) {
                            totals.push((minute, Counts::default()));
                        }
                        if let Some((_, counts)) = totals.last_mut() {
                            *facet.count_of(counts) = value.map_or(0, Loaded::amount);
                        }
                    }
                }
            }
            if is_same && !totals.is_empty() {
                let ttl_ms = self.told_ttl_ms();
                let (foreign, fresh) = self.books.others(config, *ix, now, &totals);
                state.merge_usage(now, *ix, foreign, fresh, ttl_ms);
            }
        }
    }

    /// How long that counts which others have told.
    fn told_ttl_ms(&self) -> u64 {
        self.carries.fresh_ms.saturating_mul(3).max(LEAST_USAGE_TTL_MS)
    }

    /// There are other deployments: what was looked at is not all there is.
    pub(super) fn look_again(&mut self) {
        self.loaded_at = None;
    }

    /// The load is over, well or not.
    pub(super) fn loaded(&mut self) {
        self.loading = None;
    }

    /// Is there anything to tell, and nobody under way who will?
    pub(super) fn is_flush_due(&self, state: &State, now: Millis) -> bool {
        let is_under_way = self.flushing.is_some_and(|since| now.since(since) < LOST_MS);
        !is_under_way
            && (self.carries.cool && state.has_untold()
                || self.books.has_untold()
                || self.accounts.has_untold())
    }

    pub(super) fn flushing(&mut self, since: Option<Millis>) {
        self.flushing = since;
    }

    /// The next batch for the store, circuits first; `None` if there is nothing to tell.
    pub(super) fn batch(&mut self, config: &RouterConfig, state: &mut State, now: Millis) -> Option<Batch> {
        let mut ops = Vec::new();
        if self.carries.cool {
            for (ix, cell) in state.take_untold() {
                if let Some(key) = key(config, ix, Facet::Cool) {
                    ops.push(Op { key, value: OpValue::Max(cell.pack()), ttl: COOL_TTL_S });
                }
            }
        }
        let paid = self.tell_paid(config, now, &mut ops);
        let tag = self.sketch_tag();
        let most = ops.len().saturating_add(BATCH_OPS);
        let mut counted = Vec::new();
        while ops.len() < most
            && let Some((ix, untold)) = self.books.take_untold(now)
        {
            for (minute, amounts, held) in untold.minutes {
                self.tell_held(config, ix, minute, held, &mut ops);
                for (facet, amount) in amounts.facets(minute) {
                    if amount != 0
                        && let Some(key) = key(config, ix, facet)
                    {
                        ops.push(Op { key, value: OpValue::Add(amount), ttl: USAGE_TTL_S });
                    }
                }
                counted.push((ix, minute, amounts));
            }
            if untold.is_timed
                && let (Some(sketch), Some(key)) =
                    (state.sketch(now, ix, tag), key(config, ix, Facet::Latency))
            {
                ops.push(Op { key, value: OpValue::Put(sketch.encode()), ttl: SKETCH_TTL_S });
            }
        }
        if ops.is_empty() {
            return None;
        }
        self.batches = self.batches.wrapping_add(1);
        Some(Batch { id: format!("{:016x}-{}", self.tag.unwrap_or(0), self.batches), ops, counted, paid })
    }

    /// A batch was refused twice: it is given up, and counted.
    pub(super) fn drop_batch(&mut self, config: &RouterConfig, batch: Batch) {
        self.dropped = self.dropped.saturating_add(1);
        for (ix, minute, amounts) in batch.counted {
            self.books.untell(config, ix, minute, amounts);
        }
        self.untell_paid(batch.paid);
    }

    fn sketch_tag(&self) -> u32 {
        self.tag.map_or(0, |tag| (tag ^ tag >> 32) as u32)
    }
}
