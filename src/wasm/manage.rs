//! Deployments and settings, while the router is in use. JavaScript keeps the config as it was given and changes that; what
//! the changes mean is decided here.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::json::value;
use crate::base::time::Millis;
use crate::config::{Problem, Timeouts, check_settings, ids_of};
use crate::engine::Listed;
use crate::price::{Capability, Pico};

use super::convert;
use super::router::{Router, loaded};

#[wasm_bindgen]
impl Router {
    /// Uses another config from now on. Throws the list of all its mistakes, as `{path, message}`; then nothing has changed.
    #[wasm_bindgen(js_name = coreAdopt)]
    pub fn adopt(&mut self, config: JsValue, host: JsValue, env: &js_sys::Function) -> Result<(), JsValue> {
        let loaded = loaded(config, host, env)?;
        let adopted = self.engine.borrow_mut().adopt(loaded.config);
        adopted.map_err(|fault| {
            let (path, message) = ("model_list".to_owned(), fault.message.into());
            convert::problems(&[Problem { path, message }])
        })?;
        self.notices = loaded.notices;
        self.callbacks = loaded.callbacks;
        Ok(())
    }

    /// The ids that a deployment would have. Throws the list of its mistakes.
    #[wasm_bindgen(js_name = coreIdsOf)]
    pub fn ids_of(
        &self,
        config: JsValue,
        deployment: JsValue,
        env: &js_sys::Function,
    ) -> Result<Vec<String>, JsValue> {
        let config = convert::plain(&config, "")?;
        let deployment = convert::plain(&deployment, "deployment")?;
        let ids = ids_of(&config, &deployment, &|name| convert::variable(env, name));
        ids.map_err(|problems| convert::problems(&problems))
    }

    /// Where the deployment with an id stands in the model list: the position of its entry, and that in the entry's list
    /// of organisations, or -1. Empty if there is none.
    #[wasm_bindgen(js_name = corePlace)]
    #[must_use]
    pub fn place(&self, id: &str) -> Vec<i32> {
        let engine = self.engine.borrow();
        let config = engine.config();
        let Some(known) = config.names.id(id).and_then(|ix| config.deployment(ix)) else { return Vec::new() };
        let number = |position: usize| i32::try_from(position).unwrap_or(-1);
        vec![number(known.place.entry), known.place.organization.map_or(-1, number)]
    }

    /// The id of each entry of the model list that is one deployment; holes for the others.
    #[wasm_bindgen(js_name = coreEntryIds)]
    #[must_use]
    pub fn entry_ids(&self) -> Array {
        let ids = Array::new();
        let engine = self.engine.borrow();
        let config = engine.config();
        for known in config.deployments.iter().filter(|known| !known.is_retired && known.parent.is_none()) {
            if let (Ok(position), None) = (u32::try_from(known.place.entry), known.place.organization) {
                ids.set(position, (&*known.id).into());
            }
        }
        ids
    }

    /// What is wrong with the names of settings, as `{path, message}`.
    #[wasm_bindgen(js_name = coreCheckSettings)]
    pub fn check_settings(&self, changes: JsValue) -> Result<JsValue, JsValue> {
        Ok(convert::problems(&check_settings(&convert::plain(&changes, "settings")?)))
    }

    /// The settings that are in use. `config` is the config as it was given.
    #[wasm_bindgen(js_name = coreSettings)]
    pub fn settings(&self, config: JsValue) -> Result<JsValue, JsValue> {
        let settings = self.engine.borrow().settings(&convert::plain(&config, "")?);
        Ok(convert::to_js(&settings))
    }

    /// The names that callers may use and see.
    #[wasm_bindgen(js_name = coreModelNames)]
    #[must_use]
    pub fn model_names(&self) -> Vec<String> {
        self.engine.borrow().config().listed().into_iter().map(str::to_owned).collect()
    }

    /// The deployments that a name leads to, or all of them: entries of a model list, without their secrets.
    #[wasm_bindgen(js_name = coreModelList)]
    #[must_use]
    pub fn model_list(&self, name: Option<String>) -> Array {
        self.engine.borrow().listed(name.as_deref()).iter().map(entry).collect()
    }

    /// The deployment with an id, as an entry of a model list without its secrets; `null` if there is none.
    #[wasm_bindgen(js_name = coreEntry)]
    #[must_use]
    pub fn entry(&self, id: &str) -> JsValue {
        let engine = self.engine.borrow();
        let listed = engine.config().names.id(id).and_then(|ix| engine.listed_id(ix));
        listed.as_ref().map_or(JsValue::NULL, entry)
    }

    /// What the deployments of a name have in common; `null` if it leads to none.
    #[wasm_bindgen(js_name = coreGroupInfo)]
    #[must_use]
    pub fn group_info(&self, name: &str) -> JsValue {
        let Some(info) = self.engine.borrow().group_info(name) else { return JsValue::NULL };
        let list =
            |names: &mut dyn Iterator<Item = &String>| names.map(JsValue::from).collect::<Array>().into();
        let mut told: Vec<(&str, JsValue)> = vec![
            ("model_group", name.into()),
            ("providers", list(&mut info.providers.iter())),
            ("models", list(&mut info.models.iter())),
            ("deployments", (info.deployments as f64).into()),
            ("tpm", number(info.tpm)),
            ("rpm", number(info.rpm)),
            ("mode", info.mode.map_or(JsValue::NULL, |mode| mode.name().into())),
            ("max_input_tokens", number(info.max_input_tokens.map(u64::from))),
            ("max_output_tokens", number(info.max_output_tokens.map(u64::from))),
            ("input_cost_per_token", dollars(info.input)),
            ("output_cost_per_token", dollars(info.output)),
        ];
        let abilities = Capability::ALL.iter();
        told.extend(abilities.map(|one| (one.name(), info.capabilities.has(*one).into())));
        convert::object(&told)
    }

    /// What the deployments of a name have used in the last minute, as far as it is counted.
    #[wasm_bindgen(js_name = coreGroupUsage)]
    #[must_use]
    pub fn group_usage(&self, name: &str, now: f64) -> JsValue {
        let used = self.engine.borrow().group_usage(Millis::from_f64(now), name);
        let tokens = used.map(|used| used.input.saturating_add(used.output));
        convert::object(&[("tpm", number(tokens)), ("rpm", number(used.map(|used| used.requests)))])
    }
}

/// In USD, the nearest number that there is.
fn dollars(value: Option<Pico>) -> JsValue {
    value.map_or(JsValue::NULL, |pico| (pico as f64 / 1e12).into())
}

fn number(value: Option<u64>) -> JsValue {
    value.map_or(JsValue::NULL, |value| (value as f64).into())
}

/// An entry of a model list. What could be a secret is only told to be set.
fn entry(listed: &Listed<'_>) -> JsValue {
    let Listed { name, model, deployment, .. } = listed;
    let set = || JsValue::from("set");
    let mut params: Vec<(&str, JsValue)> =
        vec![("model", model.into()), ("api_base", deployment.api_base.url().into())];
    params.extend(deployment.api_key.iter().map(|_| ("api_key", set())));
    params.extend(deployment.organization.iter().map(|name| ("organization", name.into())));
    let headers: Vec<(&str, JsValue)> =
        deployment.extra_headers.iter().map(|(name, _)| (&**name, set())).collect();
    if !headers.is_empty() {
        params.push(("extra_headers", convert::object(&headers)));
    }
    let Timeouts { total_ms, stream_ms, headers_ms, first_token_ms, idle_ms, deadline_ms } =
        deployment.timeouts;
    let seconds = |ms: Option<u64>| ms.map(|ms| ms as f64 / 1_000.0);
    let count = |count: Option<u32>| count.map(f64::from);
    let whole = |count: Option<u64>| count.map(|count| count as f64);
    for (name, value) in [
        ("weight", deployment.weight),
        ("order", count(deployment.order)),
        ("rpm", whole(deployment.rpm)),
        ("tpm", whole(deployment.tpm)),
        ("itpm", whole(deployment.itpm)),
        ("otpm", whole(deployment.otpm)),
        ("max_parallel_requests", count(deployment.max_parallel)),
        ("num_retries", count(deployment.num_retries)),
        ("cooldown_time", seconds(deployment.cooldown_ms)),
        ("timeout", seconds(total_ms)),
        ("stream_timeout", seconds(stream_ms)),
        ("headers_timeout", seconds(headers_ms)),
        ("first_token_timeout", seconds(first_token_ms)),
        ("idle_timeout", seconds(idle_ms)),
        ("deadline", seconds(deadline_ms)),
    ] {
        params.extend(value.map(|value| (name, value.into())));
    }
    for param in &deployment.params {
        // People put keys into anything; numbers and switches are none.
        let is_shown = matches!(
            value(param.raw.as_bytes()),
            Some(serde_json::Value::Number(_) | serde_json::Value::Bool(_))
        );
        let shown = if is_shown { js_sys::JSON::parse(&param.raw).unwrap_or(JsValue::NULL) } else { set() };
        params.push((&param.name, shown));
    }
    convert::object(&[
        ("model_name", name.into()),
        ("litellm_params", convert::object(&params)),
        ("model_info", convert::object(&[("id", (&*deployment.id).into())])),
    ])
}
