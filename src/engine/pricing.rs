//! What the models of deployments cost, hold and can do: from a price table, and from what the config says, which counts
//! first.

use std::cell::RefCell;
use std::rc::Rc;

use super::router::Router;
use crate::base::text::contains;
use crate::config::{Deployment, DeploymentIx, RouterConfig};
use crate::price::{Entry, Multiplier, PriceTable};

/// Addresses of OpenAI's at which all models cost a multiple.
const RESIDENCIES: [(&str, Multiplier); 2] = [
    ("https://eu.api.openai.com", Multiplier::ResidencyEu),
    ("https://us.api.openai.com", Multiplier::ResidencyUs),
];

/// A table, and what was found in it.
#[derive(Debug, Default)]
pub(super) struct Prices {
    table: Option<Rc<PriceTable>>,
    found: RefCell<Found>,
}

/// By the index of a deployment; `None` where nobody has looked.
#[derive(Debug, Default)]
struct Found {
    /// Of the router, at that time.
    version: u64,
    entries: Vec<Option<Rc<Entry>>>,
}

impl Router {
    /// Uses a table from now on, or none: then only what the config says is known.
    pub fn set_prices(&mut self, table: Option<Rc<PriceTable>>) {
        self.prices = Prices { table, ..Prices::default() };
        self.price_deployments();
    }

    /// All that is known of a deployment's model. Its price is empty where none is known; what a call costs is told by the
    /// price of its time: see [`Price::at`](crate::price::Price::at). `None` for an index that nobody has.
    ///
    /// It is looked up once.
    #[must_use]
    pub fn entry_of(&self, ix: DeploymentIx) -> Option<Rc<Entry>> {
        self.prices.entry(&self.config, self.version, ix)
    }

    /// All that is known of a model that a deployment serves.
    pub(super) fn model_of(&self, deployment: &Deployment, model: &str) -> Entry {
        self.prices.model_of(deployment, model)
    }
}

impl Prices {
    /// See [`Router::entry_of`].
    pub(super) fn entry(&self, config: &RouterConfig, version: u64, ix: DeploymentIx) -> Option<Rc<Entry>> {
        let deployment = config.deployment(ix)?;
        let position = usize::from(ix.0);
        let mut found = self.found.borrow_mut();
        if found.version != version {
            *found = Found { version, ..Found::default() };
        }
        if let Some(known) = found.entries.get(position).cloned().flatten() {
            return Some(known);
        }
        let entry = Rc::new(self.model_of(deployment, &deployment.model));
        if found.entries.len() <= position {
            found.entries.resize(position.saturating_add(1), None);
        }
        if let Some(place) = found.entries.get_mut(position) {
            *place = Some(Rc::clone(&entry));
        }
        Some(entry)
    }

    fn model_of(&self, deployment: &Deployment, model: &str) -> Entry {
        let listed = self.table.as_ref().and_then(|table| look_up(table, deployment, model));
        let mut entry = listed.unwrap_or_default();
        let residency = RESIDENCIES.iter().find(|(origin, _)| *origin == deployment.api_base.origin());
        if let Some(millionths) = residency.and_then(|(_, way)| entry.multiplier(*way)) {
            entry.price = entry.price.times(millionths);
        }
        if let Some(own) = &deployment.price {
            entry.price = own.over(&entry.price);
        }
        // These answer no question without a search, and their usage does not tell it.
        let name = deployment.base_model.as_deref().unwrap_or(model);
        let is_searching = ["-search-preview", "-search-api"].iter().any(|part| contains(name, part));
        let has_rate = entry.price.rates().any(|(rate, _, _)| rate.is_search());
        entry.always_searches = is_searching && has_rate && deployment.provider == "openai";
        deployment.facts.put_over(&mut entry);
        entry
    }
}

/// Looks a model up, or the one that the config says it is priced as, which may be another provider's.
fn look_up(table: &PriceTable, deployment: &Deployment, model: &str) -> Option<Entry> {
    let Some(base) = deployment.base_model.as_deref() else { return table.find(&deployment.provider, model) };
    table.find(&deployment.provider, base).or_else(|| {
        let (provider, model) = base.split_once('/')?;
        table.find(provider, model)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Millis;
    use crate::config::load;
    use crate::price::{Condition, Pico, Rate};
    use serde_json::{Value, json};

    const TABLE: &str = "#1 test\nopenai/day 1k C i2o4@1234567:0-720i1*e1.5\nopenai/day-search-preview  C i2o4y25\nopenai/other 2k\n";

    fn router(params: Value) -> Router {
        let mut all = json!({ "model": "openai/day", "api_key": "sk-a" });
        if let (Some(all), Value::Object(params)) = (all.as_object_mut(), params) {
            all.extend(params);
        }
        let config = json!({ "model_list": [{ "model_name": "chat", "litellm_params": all }] });
        let mut router = Router::new(load(&config, &Value::Null, &|_| None).unwrap().config);
        router.set_prices(PriceTable::new(TABLE).map(Rc::new));
        router
    }

    fn rate(router: &Router, rate: Rate, now: u64) -> Option<Pico> {
        let entry = router.entry_of(DeploymentIx(0)).unwrap();
        entry.price.at(Millis(now)).get(rate, Condition::default())
    }

    #[test]
    fn an_entry_is_looked_up_once() {
        let mut router = router(json!({}));
        let [first, second] = [0, 0].map(|ix| router.entry_of(DeploymentIx(ix)).unwrap());
        assert!(Rc::ptr_eq(&first, &second));
        assert!(router.entry_of(DeploymentIx(7)).is_none());
        // Somebody else may be behind the index now.
        router.version += 1;
        assert!(!Rc::ptr_eq(&first, &router.entry_of(DeploymentIx(0)).unwrap()));
        router.set_prices(None);
        assert_eq!(*router.entry_of(DeploymentIx(0)).unwrap(), Entry::default());
    }

    #[test]
    fn the_hour_counts_unless_the_config_tells_the_price() {
        let noon = 12 * 3_600_000;
        let listed = router(json!({}));
        assert_eq!([0, noon].map(|now| rate(&listed, Rate::Input, now)), [Some(1_000_000), Some(2_000_000)]);
        let own = router(json!({ "input_cost_per_token": 7e-6 }));
        assert_eq!([0, noon].map(|now| rate(&own, Rate::Input, now)), [Some(7_000_000); 2]);
        assert_eq!(rate(&own, Rate::Output, 0), Some(4_000_000));
    }

    #[test]
    fn an_address_may_cost_more() {
        for (api_base, output) in [
            ("https://api.openai.com/v1", 4_000_000),
            ("https://eu.api.openai.com/v1", 6_000_000),
            ("https://us.api.openai.com/v1", 4_000_000),
            ("https://eu.api.openai.com.evil.test/v1", 4_000_000),
        ] {
            assert_eq!(
                rate(&router(json!({ "api_base": api_base })), Rate::Output, 0),
                Some(output),
                "{api_base}"
            );
        }
    }

    #[test]
    fn a_model_that_always_searches_is_known_by_its_name() {
        let is = |params: Value| router(params).entry_of(DeploymentIx(0)).unwrap().always_searches;
        assert!(is(json!({ "model": "openai/day-search-preview" })));
        assert!(is(json!({ "base_model": "day-search-preview" })));
        assert!(!is(json!({})));
        // Without a price of searches the rest is still what it costs.
        assert!(!is(json!({ "model": "openai/other-search-api" })));
    }

    #[test]
    fn a_base_model_takes_the_place_of_the_name() {
        let window = |base: &str| {
            let router = router(json!({ "model": "openai/day", "base_model": base }));
            router.entry_of(DeploymentIx(0)).unwrap().max_input_tokens
        };
        assert_eq!(window("other"), Some(2_000));
        assert_eq!(window("openai/other"), Some(2_000));
        assert_eq!(window("nobody/other"), None);
    }
}
