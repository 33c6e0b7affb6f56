//! What was spent of each budget in its present period, and how much of that the store has been told.
//!
//! The store adds in billionths of a dollar: so a JavaScript number is exact up to nine million dollars. What is less waits
//! until it is one.
//!
//! A store that keeps budgets gives what a send may cost before it is made: that counts as told. What it cost in fact makes
//! up the difference, and what no call has ended by the end of its lease is given back.

use crate::base::hash::deployment_id;
use crate::base::time::Millis;
use crate::config::{BudgetIx, BudgetWindow, Budgets, Declared, RouterConfig};
use crate::price::Pico;
use crate::state::{Delta, Lease, State};

use super::Sync;
use super::ops::{Facet, Op, OpValue, VERSION, key};

/// How many pico dollars are a billionth of a dollar.
const NANO: Pico = 1_000;

/// The same, of what may be less than 0.
const NANO_CHANGE: i64 = 1_000;

/// How long the store keeps the sum of a period that is over, in seconds: for clocks that differ.
const REST_TTL_S: u64 = 3_600;

/// The most that a JavaScript number counts exactly.
const MOST_NANO: u64 = (1 << 53) - 1;

/// One budget.
#[derive(Clone, Debug, Default)]
struct Account {
    /// Whose; a position may mean another budget under another config.
    identity: String,
    window: u64,
    /// In billionths of a dollar: what is spent, and what the store has given to sends under way.
    told: u64,
    /// In pico dollars; less than 0 where more was given than spent.
    untold: i64,
}

/// What the store has given to a send.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) lease: Lease,
    pub(super) ix: BudgetIx,
    pub(super) window: u64,
    pub(super) nano: u64,
    pub(super) expires: Millis,
}

/// An account for each budget.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    all: Vec<Account>,
    /// One for each budget of each send that the store was asked about.
    given: Vec<Grant>,
    /// Is there anything to tell?
    has_untold: bool,
}

/// An amount as the store counts it, rounded up.
pub(super) fn nano_of(amount: Pico) -> u64 {
    amount.div_ceil(NANO)
}

/// The limit of a budget as the store counts it.
pub(super) fn limit_of(declared: &Declared) -> u64 {
    (declared.budget.limit / NANO).min(MOST_NANO)
}

/// How long the store keeps the sum of a period from now on, in seconds.
pub(super) fn ttl(now: Millis, window: BudgetWindow) -> u32 {
    u32::try_from((window.ends.since(now) / 1_000).saturating_add(REST_TTL_S)).unwrap_or(u32::MAX)
}

/// So many billionths of a dollar as an amount that may be less than 0.
fn signed_pico(nano: u64) -> i64 {
    i64::try_from(nano.saturating_mul(NANO)).unwrap_or(i64::MAX)
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

    /// A send has cost something, of which the store may have given a part before.
    fn add(&mut self, config: &RouterConfig, ix: BudgetIx, now: Millis, lease: Lease, amount: Pico) {
        let Some(window) = self.account(config, ix, now).map(|account| account.window) else { return };
        let mut given = 0_u64;
        self.given.retain(|known| {
            let is_its = known.lease == lease && known.ix == ix;
            // Nobody asks for a period that is over.
            given = given.saturating_add(if is_its && known.window == window { known.nano } else { 0 });
            !is_its
        });
        let Some(account) = self.account(config, ix, now) else { return };
        let change = i64::try_from(amount).unwrap_or(i64::MAX).saturating_sub(signed_pico(given));
        account.untold = account.untold.saturating_add(change);
        self.has_untold |= account.untold.unsigned_abs() >= NANO;
    }

    /// What of a budget is still to be given back, taken for another send: up to so much.
    pub(super) fn take_change(&mut self, ix: BudgetIx, window: u64, most: u64) -> u64 {
        let known = self.all.get_mut(usize::from(ix.0)).filter(|account| account.window == window);
        let Some(account) = known.filter(|account| account.untold < 0) else { return 0 };
        let nano = (account.untold.unsigned_abs() / NANO).min(most);
        account.untold = account.untold.saturating_add(signed_pico(nano));
        nano
    }

    /// The store has given so much of a budget: it counts as told.
    pub(super) fn note_given(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        ix: BudgetIx,
        window: u64,
        nano: u64,
    ) {
        if let Some(account) = self.account(config, ix, now).filter(|account| account.window == window) {
            account.told = account.told.saturating_add(nano);
        }
    }

    /// What the store has given is a send's, until that is over.
    pub(super) fn give(&mut self, config: &RouterConfig, now: Millis, grant: Grant) {
        self.expire(config, now);
        self.given.push(grant);
    }

    /// What the store has given is not used.
    pub(super) fn give_back(&mut self, config: &RouterConfig, ix: BudgetIx, window: u64, nano: u64) {
        let known = config.budgets.get(ix).and_then(|_| self.all.get_mut(usize::from(ix.0)));
        if let Some(account) = known.filter(|account| account.window == window && nano > 0) {
            account.untold = account.untold.saturating_sub(signed_pico(nano));
            self.has_untold = true;
        }
    }

    /// Gives back what was given to sends of which nobody will tell any more.
    fn expire(&mut self, config: &RouterConfig, now: Millis) {
        while let Some(place) = self.given.iter().position(|known| known.expires <= now) {
            let Grant { ix, window, nano, .. } = self.given.swap_remove(place);
            self.give_back(config, ix, window, nano);
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
        let mut given = std::mem::take(&mut self.accounts.given);
        for (ix, declared) in budgets.all() {
            let identity = declared.identity();
            let place = was.iter().position(|account| account.identity == identity);
            let known = place.and_then(|place| was.get_mut(place)).map(std::mem::take);
            self.accounts.all.push(known.unwrap_or_default());
            let is_of_it = |grant: &mut Grant| Some(usize::from(grant.ix.0)) == place;
            let moved = given.extract_if(.., is_of_it).map(|grant| Grant { ix, ..grant });
            self.accounts.given.extend(moved);
        }
    }

    /// What was kept over a restart was told by whoever kept it: it is nobody else's.
    pub(in crate::engine) fn recognise_paid(&mut self, config: &RouterConfig, state: &State, now: Millis) {
        for (ix, _) in config.budgets.all() {
            let spent = state.purse(config, now, ix, None).map_or(0, |purse| purse.spent);
            if let Some(account) = self.accounts.account(config, ix, now) {
                let untold = u64::try_from(account.untold).unwrap_or(0);
                account.told = account.told.max(spent.saturating_sub(untold) / NANO);
            }
        }
    }

    /// Notes what was paid.
    pub(super) fn note_paid(&mut self, config: &RouterConfig, now: Millis, delta: &Delta) {
        if let Delta::Paid { lease, amount, budgets, .. } = delta
            && (self.carries.usage || self.carries.reserve)
        {
            self.accounts.expire(config, now);
            for ix in budgets {
                self.accounts.add(config, *ix, now, *lease, *amount);
            }
        }
    }

    /// What was paid and not told, as operations; it counts as told from now on.
    pub(super) fn tell_paid(
        &mut self,
        config: &RouterConfig,
        now: Millis,
        ops: &mut Vec<Op>,
    ) -> Vec<(BudgetIx, u64, i64)> {
        let mut paid = Vec::new();
        if !std::mem::take(&mut self.accounts.has_untold) {
            return paid;
        }
        for (ix, declared) in config.budgets.all() {
            let Some(account) = self.accounts.account(config, ix, now) else { continue };
            let nano = account.untold / NANO_CHANGE;
            let Some(key) =
                key(config, super::NOBODY, Facet::Spent(ix, account.window)).filter(|_| nano != 0)
            else {
                continue;
            };
            account.untold %= NANO_CHANGE;
            account.told = account.told.saturating_add_signed(nano);
            ops.push(Op { key, value: OpValue::Add(nano), ttl: ttl(now, declared.budget.period.at(now)) });
            paid.push((ix, account.window, nano));
        }
        paid
    }

    /// What was told did not arrive, as far as is known: it is told again. Money that was counted twice is found missing
    /// sooner than money that was never counted.
    pub(super) fn untell_paid(&mut self, paid: Vec<(BudgetIx, u64, i64)>) {
        for (ix, window, nano) in paid {
            let account = self.accounts.all.get_mut(usize::from(ix.0));
            if let Some(account) = account.filter(|account| account.window == window) {
                account.told = account.told.saturating_add_signed(nano.saturating_neg());
                account.untold = account.untold.saturating_add(nano.saturating_mul(NANO_CHANGE));
                self.accounts.has_untold = true;
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
