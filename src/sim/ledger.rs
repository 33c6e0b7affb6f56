//! A store that keeps limits for several worlds.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::engine::{Batch, CallId, OpValue, Reservation};

use super::clock::Due;
use super::world::{CallNo, World};

/// How the store answers when it is asked for a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should, at once.
    #[default]
    Well,
    /// As it should, after so many milliseconds.
    After(u64),
    /// That it has failed.
    Fails,
    /// Never.
    Silent,
}

/// What is kept, and how it is told.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By key.
    pub values: BTreeMap<String, i64>,
    /// How it answers.
    pub mood: Mood,
    /// How often it was asked for something.
    pub asked: usize,
}

impl Ledger {
    /// Gives what fits under the limit.
    fn answer(&mut self, reservation: &Reservation) -> Vec<Option<bool>> {
        let mut give = |key: &str, amount: u64, limit: u64| {
            self.asked = self.asked.saturating_add(1);
            let held = self.values.entry(key.to_owned()).or_default();
            let wanted = held.saturating_add(i64::try_from(amount).unwrap_or(i64::MAX));
            let fits = wanted <= i64::try_from(limit).unwrap_or(i64::MAX);
            *held = if fits { wanted } else { *held };
            fits
        };
        reservation.holds.iter().map(|hold| Some(give(&hold.key, hold.amount, hold.limit))).collect()
    }

    /// Carries out what of a batch is about limits and use.
    pub fn write(&mut self, batch: &Batch) {
        for op in &batch.ops {
            if let OpValue::Add(amount) = op.value {
                let held = self.values.entry(op.key.clone()).or_default();
                *held = held.saturating_add(amount);
            }
        }
    }
}

impl World {
    /// Gives the router a store that keeps limits, which other worlds may share.
    pub fn keep_limits(&mut self, ledger: &Rc<RefCell<Ledger>>) {
        self.router.carry(crate::engine::Carries { reserve: true, ..Default::default() });
        self.ledger = Some(Rc::clone(ledger));
    }

    /// Asks the store for what the call needs.
    pub(super) fn ask_store(&mut self, call: CallNo) {
        let (Some(id), Some(ledger)) = (self.id(call), self.ledger.as_ref()) else { return };
        let Some(reservation) = self.router.reservation(id) else { return };
        let (mut ledger, nothing) = (ledger.borrow_mut(), vec![None; reservation.holds.len()]);
        let (ms, answers) = match ledger.mood {
            Mood::Well => (0, ledger.answer(&reservation)),
            Mood::After(ms) => (ms, ledger.answer(&reservation)),
            Mood::Fails => (0, nothing),
            Mood::Silent => return,
        };
        let due = Due::Reserved(call, id, Box::new((reservation, answers)));
        self.clock.schedule(self.clock.now + ms, due);
    }

    /// The store answers, perhaps to nobody.
    pub(super) fn reserved(&mut self, call: CallNo, id: CallId, told: &(Reservation, Vec<Option<bool>>)) {
        let (reservation, answers) = told;
        let step = self.router.reserved(self.clock.told(), id, reservation, answers);
        if self.id(call) == Some(id) {
            self.take(call, format!("the store says {answers:?}"), step);
        }
    }
}
