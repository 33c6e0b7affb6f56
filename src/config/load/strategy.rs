//! The strategy, and what it goes by.

use super::problems::quote;
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::Strategy;

/// Every strategy: LiteLLM's, and our own at the end.
const STRATEGIES: &str = "simple-shuffle least-busy usage-based-routing usage-based-routing-v2 latency-based-routing \
    cost-based-routing provider-budget-routing lar1 round-robin custom peak-ewma adaptive";

/// Reads the name of the strategy. One that is not carried out decides nothing but how far limits bind.
pub(super) fn strategy(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> Option<&'static str> {
    let mut found = None;
    for (at, value) in settings.each("routing_strategy") {
        let Some(name) = reader.text(&at, value) else { continue };
        let known = STRATEGIES.split_ascii_whitespace().find(|known| *known == name);
        found = found.or(known);
        if known.is_none() {
            reader.no_such(&at, "strategy", &name, STRATEGIES);
        } else if Strategy::named(&name).is_none() {
            let (name, instead) = (quote(&name), Strategy::default().name());
            let message = format!("{name} is accepted, and not carried out in this version: `{instead}` is");
            reader.report.notice(&at, message);
        }
    }
    found
}
