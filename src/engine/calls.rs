//! The table of running calls: a slot each, taken back when the call is released or has expired.
//!
//! On workerd a request can vanish without a word, and its continuations never run. Its slot must not stay
//! for ever, so every slot has an expiry and two are looked at whenever a call begins.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::GroupIx;
use crate::error::Fault;
use crate::plan::{AttemptId, Call};
use crate::price::Entry;

use super::billing::Settled;
use super::inbound::Facts;
use super::naming::Holds;
use super::reading::Reading;
use super::told::Told;

/// How long a slot outlives its call's deadline.
const GRACE_MS: u64 = 60_000;

/// How long the slot of a call without a deadline lives: a day.
const NO_DEADLINE_MS: u64 = 86_400_000;

/// How far at most a slot ages between two calls that begin. A host that slept, or whose clock was set forward, has not
/// let its calls run that long, and their drivers still wait.
const LEAP_MS: u64 = 10_000;

/// A running call. Never 0. The low 16 bits are the slot, the others its generation, so that the id of a
/// call that is over does not name its slot's next owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId(pub u32);

/// What the table keeps of a request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) facts: Option<Facts>,
    pub(super) usage_asked: bool,
    pub(super) is_text: bool,
    /// The groups that must stay as long as the call runs.
    pub(super) holds: Holds,
    /// The version of the config that it began with.
    pub(super) version: u64,
}

/// Everything that belongs to one running call.
#[derive(Debug)]
pub struct Running {
    /// The step machine.
    pub call: Call,
    /// The number of the call in its router; told in its id.
    pub number: u64,
    /// What the scan of a body found; `None` where the caller gave an object.
    pub facts: Option<Facts>,
    /// What reads the answers of the sends that are under way: one, or two.
    pub(super) readings: SmallVec<[Reading; 1]>,
    /// Did the caller ask for the usage of a stream?
    pub usage_asked: bool,
    /// Is one plain text asked for? Only such an answer can be gone on with.
    pub is_text: bool,
    /// What the caller has of a stream that broke.
    pub told: Option<Told>,
    /// The last of a stream that is over, which the caller has not taken yet.
    pub rest: Vec<u8>,
    /// How the call ended.
    pub result: Option<Result<AttemptId, Box<Fault>>>,
    /// What the last send has cost that was over.
    pub(super) settled: Option<Settled>,
    /// What is known of the models of the first sends, from before the config was changed: see [`Router::adopt`].
    ///
    /// [`Router::adopt`]: super::router::Router::adopt
    pub(super) entries: Vec<Option<Rc<Entry>>>,
    holds: Holds,
    version: u64,
    /// By the table's own time: see [`Calls::age_ms`].
    expires_ms: u64,
}

impl Running {
    /// Sets the expiry of the slot from the call's deadline. `age_ms` is [`Calls::age_ms`] at `now`.
    pub(super) fn keep_until_deadline(&mut self, now: Millis, age_ms: u64) {
        let deadline = self.call.deadline();
        let lasts_ms =
            deadline.map_or(NO_DEADLINE_MS, |deadline| deadline.since(now).saturating_add(GRACE_MS));
        self.expires_ms = age_ms.saturating_add(lasts_ms);
    }
}

#[derive(Debug, Default)]
struct Slot {
    generation: u16,
    running: Option<Box<Running>>,
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    free: Vec<u16>,
    swept: usize,
    /// The table's own time when the last call began, and when that was.
    aged: (u64, Millis),
}

impl Calls {
    /// The table's own time in ms: it passes as the clock does, but does not leap with it.
    pub(super) fn age_ms(&self, now: Millis) -> u64 {
        let (ms, at) = self.aged;
        ms.saturating_add(now.since(at).min(LEAP_MS))
    }

    /// Puts a call into a slot; `None` when 65,536 are running.
    pub(super) fn insert(&mut self, now: Millis, call: Call, number: u64, asked: Asked) -> Option<CallId> {
        self.aged = (self.age_ms(now), now);
        self.sweep();
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                let index = u16::try_from(self.slots.len()).ok()?;
                self.slots.push(Slot::default());
                index
            }
        };
        let slot = self.slots.get_mut(usize::from(index))?;
        // From 1 to 65,535, so that an id is never 0.
        slot.generation = slot.generation.checked_add(1).unwrap_or(1);
        let expires_ms = self.aged.0.saturating_add(NO_DEADLINE_MS);
        let Asked { facts, usage_asked, is_text, holds, version } = asked;
        let (told, rest, readings) = (None, Vec::new(), SmallVec::new());
        let running = Running {
            call,
            number,
            facts,
            readings,
            usage_asked,
            is_text,
            told,
            rest,
            result: None,
            settled: None,
            entries: Vec::new(),
            holds,
            version,
            expires_ms,
        };
        slot.running = Some(Box::new(running));
        Some(CallId(u32::from(slot.generation) << 16 | u32::from(index)))
    }

    /// The call, if it is still running.
    #[inline(always)]
    pub(super) fn get(&self, id: CallId) -> Option<&Running> {
        let slot = self.slots.get(usize::from(id.0 as u16))?;
        slot.running.as_deref().filter(|_| u32::from(slot.generation) == id.0 >> 16)
    }

    /// See [`Calls::get`].
    #[inline(always)]
    pub(super) fn get_mut(&mut self, id: CallId) -> Option<&mut Running> {
        let slot = self.slots.get_mut(usize::from(id.0 as u16))?;
        let is_same = u32::from(slot.generation) == id.0 >> 16;
        slot.running.as_deref_mut().filter(|_| is_same)
    }

    /// Frees a call's slot.
    pub(super) fn release(&mut self, id: CallId) {
        let index = id.0 as u16;
        if self.get(id).is_some()
            && let Some(slot) = self.slots.get_mut(usize::from(index))
        {
            slot.running = None;
            self.free.push(index);
        }
    }

    /// Every call that is running.
    pub(super) fn all(&self) -> impl Iterator<Item = &Running> {
        self.slots.iter().filter_map(|slot| slot.running.as_deref())
    }

    /// See [`Calls::all`].
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Running> {
        self.slots.iter_mut().filter_map(|slot| slot.running.as_deref_mut())
    }

    /// The groups that must stay, because a call refers to them.
    pub(super) fn held(&self) -> Vec<GroupIx> {
        self.all().flat_map(|running| running.holds.iter().copied()).collect()
    }

    /// The oldest version of the config that a running call began with; `None` if nothing runs.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.all().map(|running| running.version).min()
    }

    /// How many shadows are running.
    pub(super) fn shadows(&self) -> usize {
        self.all().filter(|running| running.call.spec().shadow_of.is_some()).count()
    }

    /// How many are running.
    pub(super) fn len(&self) -> usize {
        self.slots.len().saturating_sub(self.free.len())
    }

    /// Looks at two slots, and frees those whose request has vanished.
    fn sweep(&mut self) {
        for _ in 0..self.slots.len().min(2) {
            self.swept = self.swept.checked_add(1).filter(|next| *next < self.slots.len()).unwrap_or(0);
            let Some(slot) = self.slots.get_mut(self.swept) else { continue };
            if slot.running.as_ref().is_some_and(|running| running.expires_ms <= self.aged.0) {
                slot.running = None;
                self.free.extend(u16::try_from(self.swept));
            }
        }
    }
}
