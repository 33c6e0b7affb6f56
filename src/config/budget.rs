//! Budgets: how many US dollars a provider, a deployment or a tag may cost in a period.
//!
//! LiteLLM begins a period with the first cost in it. Here periods are those of the clock, in UTC, so that routers that
//! have never heard of each other agree on them: a day begins at midnight, a month on its first, weeks on Monday.

use super::{DeploymentIx, RouterConfig};
use crate::base::calendar::{DAY_MS, month_at, month_begins};
use crate::base::time::Millis;
use crate::price::Pico;

/// Days from Monday to the first day of 1970, a Thursday.
const MONDAY_DAYS: u64 = 3;

/// The position of a budget in [`Budgets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BudgetIx(pub u16);

/// The budgets that a deployment is under: its provider's and its own.
pub type BudgetList = Box<[BudgetIx]>;

/// How long a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// So many milliseconds.
    Ms(u64),
    /// So many months of the calendar.
    Months(u32),
}

/// One period of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its number; later ones have higher ones.
    pub number: u64,
    /// When it is over.
    pub ends: Millis,
}

impl Period {
    /// The period that a moment is in.
    #[must_use]
    pub fn at(self, now: Millis) -> Window {
        match self {
            Self::Ms(ms) => {
                let ms = ms.max(1);
                let shift = if ms.is_multiple_of(DAY_MS) { MONDAY_DAYS * DAY_MS } else { 0 };
                let number = now.0.saturating_add(shift) / ms;
                let ends = number.saturating_add(1).saturating_mul(ms).saturating_sub(shift);
                Window { number, ends: Millis(ends) }
            }
            Self::Months(count) => {
                let count = u64::from(count.max(1));
                let number = month_at(now) / count;
                Window { number, ends: month_begins(number.saturating_add(1).saturating_mul(count)) }
            }
        }
    }
}

/// How much may be spent in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// `max_budget`: how much.
    pub limit: Pico,
    /// `budget_duration`: in how long.
    pub period: Period,
}

/// What a budget is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// All deployments of a provider.
    Provider,
    /// One deployment, with all models that it is made to serve.
    Deployment,
    /// All calls with a tag.
    Tag,
}

impl Purpose {
    /// The name used at the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Deployment => "deployment",
            Self::Tag => "tag",
        }
    }
}

/// A budget, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Of what kind of thing.
    pub purpose: Purpose,
    /// Its name: a provider, the id of a deployment, or a tag.
    pub name: String,
    /// The budget.
    pub budget: Budget,
}

impl Declared {
    /// What makes a budget the same one: of another duration, it has other periods.
    #[must_use]
    pub fn identity(&self) -> String {
        let period = match self.budget.period {
            Period::Ms(ms) => ms.to_string(),
            Period::Months(count) => format!("{count} months"),
        };
        [self.purpose.name(), &self.name, &period].join("\n")
    }
}

/// Every budget of a config.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    all: Vec<Declared>,
}

impl Budgets {
    /// Every budget with its position.
    pub fn all(&self) -> impl Iterator<Item = (BudgetIx, &Declared)> {
        (0..).map(BudgetIx).zip(&self.all)
    }

    /// The budget at a position; `None` only for one of another config.
    #[must_use]
    pub fn get(&self, ix: BudgetIx) -> Option<&Declared> {
        self.all.get(usize::from(ix.0))
    }

    /// The budget of something.
    #[must_use]
    pub fn find(&self, purpose: Purpose, name: &str) -> Option<BudgetIx> {
        self.all().find(|(_, known)| known.purpose == purpose && known.name == name).map(|(ix, _)| ix)
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Are there budgets of tags?
    #[must_use]
    pub fn has_tags(&self) -> bool {
        self.all.iter().any(|known| known.purpose == Purpose::Tag)
    }

    /// Adds one; the first of the same thing counts. What is too much to be numbered is left out.
    pub(super) fn add(&mut self, purpose: Purpose, name: &str, budget: Budget) -> Option<BudgetIx> {
        if let Some(known) = self.find(purpose, name) {
            return Some(known);
        }
        let ix = u16::try_from(self.all.len()).ok()?;
        self.all.push(Declared { purpose, name: name.to_owned(), budget });
        Some(BudgetIx(ix))
    }
}

impl RouterConfig {
    /// Puts every deployment under its budgets.
    pub(super) fn share_budgets(&mut self) {
        self.budgets.all.retain(|known| known.purpose != Purpose::Deployment);
        let mut places = Vec::new();
        for known in &self.deployments {
            let mut list = Vec::new();
            if !known.is_retired {
                list.extend(self.budgets.find(Purpose::Provider, &known.provider));
                if let Some(budget) = known.max_budget {
                    list.extend(self.budgets.add(Purpose::Deployment, &known.id, budget));
                }
            }
            places.push(list.into_boxed_slice());
        }
        for (known, list) in self.deployments.iter_mut().zip(places) {
            known.budgets = list;
        }
    }

    /// The budgets of a deployment; none for one of another config.
    #[must_use]
    pub fn budgets_of(&self, ix: DeploymentIx) -> &[BudgetIx] {
        self.deployment(ix).map_or(&[], |known| &known.budgets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday, 2026-07-15, 10:30:00 UTC.
    const NOW: Millis = Millis(1_784_111_400_000);

    #[test]
    fn a_period_is_one_of_the_clock() {
        let ends = |period: Period| period.at(NOW).ends.0 - NOW.0;
        let (minute, hour) = (60_000, 3_600_000);
        assert_eq!(ends(Period::Ms(30_000)), 30_000);
        assert_eq!(ends(Period::Ms(hour)), 30 * minute);
        assert_eq!(ends(Period::Ms(DAY_MS)), 13 * hour + 30 * minute);
        assert_eq!(ends(Period::Ms(7 * DAY_MS)), 4 * DAY_MS + 13 * hour + 30 * minute, "until Monday");
        assert_eq!(
            ends(Period::Months(1)),
            16 * DAY_MS + 13 * hour + 30 * minute,
            "until the first of August"
        );
        assert_eq!(
            ends(Period::Months(12)),
            (31 - 15 + 31 + 30 + 31 + 30 + 31) * DAY_MS + 13 * hour + 30 * minute
        );
    }

    #[test]
    fn one_window_follows_the_other() {
        for period in [Period::Ms(45_000), Period::Ms(DAY_MS), Period::Ms(7 * DAY_MS), Period::Months(3)] {
            let mut window = period.at(NOW);
            for _ in 0..20 {
                assert_eq!(period.at(Millis(window.ends.0 - 1)), window);
                let next = period.at(window.ends);
                assert_eq!(next.number, window.number + 1);
                window = next;
            }
        }
    }
}
