//! What was spent of each budget in its present period, and how much of that the store has been told.
//!
//! The store adds in billionths of a dollar: so a JavaScript number is exact up to nine million dollars. What is less waits
//! until it is one.

use crate::base::hash::deployment_id;
use crate::base::time::Millis;
use crate::config::{BudgetIx, Budgets, RouterConfig};
use crate::price::Pico;
use crate::state::{Delta, State};

use super::Sync;
use super::ops::{Facet, Op, OpValue, VERSION, key};

/// How many pico dollars are a billionth of a dollar.
const NANO: Pico = 1_000;

/// How long the store keeps the sum of a period that is over, in seconds: for clocks that differ.
const REST_TTL_S: u64 = 3_600;

/// One budget.
#[derive(Clone, Debug, Default)]
struct Account {
    /// Whose; a position may mean another budget under another config.
    identity: String,
    window: u64,
    /// In billionths of a dollar.
    told: u64,
    untold: Pico,
}

/// An account for each budget.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    all: Vec<Account>,
    /// Is there anything to tell?
    has_untold: bool,
}

/// The key of what is spent of a budget in a period.
pub(super) fn budget_key(config: &RouterConfig, ix: BudgetIx, window: u64) -> Option<String> {
    let identity = config.budgets.get(ix)?.identity();
    let (name, id) = (&config.host.store_name, deployment_id(&[&identity]));
    Some(format!("{VERSION}/{name}/budget/{id}/{window}"))
}

impl Accounts {
    pub(super) fn has_untold(&self) -> bool {
        self.has_untold
    }

    fn add(&mut self, config: &RouterConfig, ix: BudgetIx, now: Millis, amount: Pico) {
        if let Some(account) = self.account(config, ix, now).filter(|_| amount > 0) {
            account.untold = account.untold.saturating_add(amount);
            self.has_untold |= account.untold >= NANO;
        }
    }

    /// What others have spent, of all that the store knows of.
    fn others(&mut self, config: &RouterConfig, ix: BudgetIx, now: Millis, window: u64, total: u64) -> Pico {
        let account = self.account(config, ix, now).filter(|account| account.window == window);
        let told = account.map_or(0, |account| account.told);
        total.saturating_sub(told).saturating_mul(NANO)
    }

    /// The account of the present period; `None` for a budget of another config.
    fn account(&mut self, config: &RouterConfig, ix: BudgetIx, now: Millis) -> Option<&mut Account> {
        let declared = config.budgets.get(ix)?;
        let (place, window) = (usize::from(ix.0), declared.budget.period.at(now).number);
        if self.all.len() <= place {
            self.all.resize_with(config.budgets.all().count(), Account::default);
        }
        let account = self.all.get_mut(place)?;
        let identity = declared.identity();
        if account.identity != identity || account.window != window {
            // Nobody asks for a period that is over.
            *account = Account { identity, window, ..Account::default() };
        }
        Some(account)
    }
}

impl Sync {
    /// Follows a change of the budgets: what the store was told of one stays with it.
    pub(in crate::engine) fn adopt_budgets(&mut self, budgets: &Budgets) {
        let mut was = std::mem::take(&mut self.accounts.all);
        for (_, declared) in budgets.all() {
            let identity = declared.identity();
            let known = was.iter_mut().find(|account| account.identity == identity);
            self.accounts.all.push(known.map(std::mem::take).unwrap_or_default());
        }
    }

    /// What was kept over a restart was told by whoever kept it: it is nobody else's.
    pub(in crate::engine) fn recognise_paid(&mut self, config: &RouterConfig, state: &State, now: Millis) {
        for (ix, _) in config.budgets.all() {
            let spent = state.purse(config, now, ix, None).map_or(0, |purse| purse.spent);
            if let Some(account) = self.accounts.account(config, ix, now) {
                account.told = account.told.max(spent.saturating_sub(account.untold) / NANO);
            }
        }
    }

    /// Notes what was paid.
    pub(super) fn note_paid(&mut self, config: &RouterConfig, now: Millis, delta: &Delta) {
        if let Delta::Paid { amount, budgets, .. } = delta
            && self.carries.usage
        {
            for ix in budgets {
                self.accounts.add(config, *ix, now, *amount);
            }
        }
    }

    /// What was paid and not told, as operations; it counts as told from now on.
    pub(super) fn tell_paid(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        ops: &mut Vec<Op>,
    ) -> Vec<(BudgetIx, u64, u64)> {
        let mut paid = Vec::new();
        if !std::mem::take(&mut self.accounts.has_untold) {
            return paid;
        }
        for (ix, declared) in config.budgets.all() {
            let Some(account) = self.accounts.account(config, ix, now) else { continue };
            let nano = account.untold / NANO;
            let Some(key) = key(config, super::NOBODY, Facet::Spent(ix, account.window)).filter(|_| nano > 0)
            else {
                continue;
            };
            account.untold %= NANO;
            account.told = account.told.saturating_add(nano);
            let lasts_s = declared.budget.period.at(now).ends.since(now) / 1_000;
            let ttl = u32::try_from(lasts_s.saturating_add(REST_TTL_S)).unwrap_or(u32::MAX);
            ops.push(Op { key, value: OpValue::Add(i64::try_from(nano).unwrap_or(i64::MAX)), ttl });
            paid.push((ix, account.window, nano));
        }
        paid
    }

    /// What was told did not arrive.
    pub(super) fn untell_paid(&mut self, paid: Vec<(BudgetIx, u64, u64)>) {
        for (ix, window, nano) in paid {
            let account = self.accounts.all.get_mut(usize::from(ix.0));
            if let Some(account) = account.filter(|account| account.window == window) {
                account.told = account.told.saturating_sub(nano);
            }
        }
    }

    /// Takes in the store's sum for a period of a budget.
    pub(super) fn merge_paid(
        &mut self,
        config: &RouterConfig,
        state: &mut State,
        now: Millis,
        (ix, window): (BudgetIx, u64),
        total: u64,
    ) {
        let amount = self.accounts.others(config, ix, now, window, total);
        state.merge_spend(ix, window, amount, now + self.told_ttl_ms());
    }
}
