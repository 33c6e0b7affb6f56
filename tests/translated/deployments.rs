//! Deployments of one model.

use std::cell::RefCell;

use serde_json::{Value, json};
use switchman::config::{Deployment, load};

/// A deployment of a model (`provider/name`), with some `litellm_params` more.
pub(crate) fn deployment_with(model: &str, more: Value) -> Deployment {
    let mut params = json!({ "model": model, "api_key": "test-key-1" });
    let (Value::Object(all), Value::Object(more)) = (&mut params, more) else { panic!("two objects") };
    all.extend(more);
    let config = json!({ "model_list": [{ "model_name": "chat", "litellm_params": params }] });
    let loaded = load(&config, &Value::Null, &|_| None).unwrap_or_else(|problems| panic!("{problems:#?}"));
    loaded.config.deployments[0].clone()
}

/// The same with nothing more.
pub(crate) fn deployment(model: &str) -> Deployment {
    thread_local! {
        // Reading a config takes longer than most translations.
        static KNOWN: RefCell<Vec<(String, Deployment)>> = const { RefCell::new(Vec::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some((_, found)) = known.iter().find(|(name, _)| name == model) {
            return found.clone();
        }
        let made = deployment_with(model, json!({}));
        known.push((model.to_owned(), made.clone()));
        made
    })
}
