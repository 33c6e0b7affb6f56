//! Budgets: `provider_budget_config`, `tag_budget_config`, and `max_budget` with `budget_duration` of a deployment.
//!
//! Differences to LiteLLM: half a budget is a mistake, where it is none there; `null` in place of an amount too, where it
//! shuts the provider out.

use serde_json::Value;

use super::keys::Kind;
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use super::scopes::Scopes;
use crate::base::calendar::DAY_MS;
use crate::config::{Budget, Period, Purpose, RouterConfig};

/// What `budget_duration` may end in, with how many milliseconds that is.
const UNITS: [(&str, u64); 5] =
    [("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", DAY_MS), ("w", 7 * DAY_MS)];

/// The ending of months.
const MONTHS: &str = "mo";

/// The most of any unit: nobody plans further.
const MOST: u32 = 10_000;

/// Every option of a budget: the limit and the duration, each by both of its names; and what is not carried out.
const OPTIONS: &str = "max_budget budget_limit budget_duration time_period tpm_limit rpm_limit";

/// Reads the budgets of providers and of tags.
pub(super) fn budgets(reader: &mut Reader<'_>, settings: &Scopes<'_>, config: &mut RouterConfig) {
    for (key, purpose) in [("provider_budget_config", Purpose::Provider), ("tag_budget_config", Purpose::Tag)]
    {
        let mut is_first = true;
        for (at, value) in settings.each(key) {
            let Some(members) = reader.object(&at, value) else { continue };
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                let at = at.key(name);
                let budget = listed(reader, &at, value);
                let is_there = config.deployments.iter().any(|known| known.provider == *name);
                if purpose == Purpose::Provider && !is_there {
                    reader.report.notice(&at, format!("there is no deployment of {}", quote(name)));
                }
                if let Some(budget) = budget.filter(|_| is_first && reader.is_name(&at, name)) {
                    config.budgets.add(purpose, name, budget);
                }
            }
            is_first = false;
        }
    }
}

/// The budget of a deployment.
pub(super) fn deployment_budget(reader: &mut Reader<'_>, at: &Path<'_>, params: &Members) -> Option<Budget> {
    let is_given = |name| params.get(name).is_some_and(|value: &Value| !value.is_null());
    if !is_given("max_budget") && !is_given("budget_duration") {
        return None;
    }
    budget(reader, at, params, [&["max_budget"], &["budget_duration"]])
}

/// One budget of a list.
fn listed(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Budget> {
    let members = reader.object(at, value)?;
    for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
        let at = at.key(name);
        if !OPTIONS.split_ascii_whitespace().any(|known| known == name) {
            reader.no_such(&at, "option", name, OPTIONS);
        } else if name.ends_with("pm_limit") {
            reader.without_effect(&at, name, Kind::Later);
        }
    }
    budget(reader, at, members, [&["max_budget", "budget_limit"], &["budget_duration", "time_period"]])
}

/// Reads the amount and the duration, each by the first of its names that is there.
fn budget(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    members: &Members,
    [amounts, durations]: [&[&'static str]; 2],
) -> Option<Budget> {
    let mut given = |names: &[&'static str]| {
        let found = names
            .iter()
            .find_map(|name| members.get(*name).filter(|value| !value.is_null()).map(|value| (*name, value)));
        if found.is_none()
            && let Some(name) = names.first()
        {
            reader.problem(&at.key(name), "is missing");
        }
        found
    };
    let (amount, duration) = (given(amounts), given(durations));
    let limit = amount.and_then(|(name, value)| reader.usd(&at.key(name), value));
    let period = duration.and_then(|(name, value)| period(reader, &at.key(name), value));
    Some(Budget { limit: limit?, period: period? })
}

/// "30s", "5m", "1h", "7d", "2w", "1mo".
fn period(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Period> {
    let text = reader.text(at, value)?;
    let digits = text.trim_end_matches(|char: char| char.is_ascii_lowercase());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.parse().ok().filter(|count| is_number && (1..=MOST).contains(count));
    let ms = UNITS.iter().find(|(known, _)| *known == unit).map(|(_, ms)| *ms);
    let found = count.and_then(|count| match ms {
        _ if unit == MONTHS => Some(Period::Months(count)),
        ms => ms.map(|ms| Period::Ms(ms.saturating_mul(count.into()))),
    });
    if found.is_none() {
        reader.problem(at, "expected a duration such as 30s, 5m, 1h, 7d, 2w or 1mo");
    }
    found
}
