//! What the facade needs to tell others of calls: whom, and what is not in the metadata.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert;
use super::router::Router;

#[wasm_bindgen]
impl Router {
    /// Whom the config's callbacks name, with what the environment says about each. It holds credentials: the facade takes
    /// the method off the class before a program can see it.
    #[wasm_bindgen(js_name = coreCallbacks)]
    #[must_use]
    pub fn callbacks(&self) -> JsValue {
        let exporters: js_sys::Array = self
            .callbacks
            .exporters
            .iter()
            .map(|exporter| {
                let variables: Vec<(&str, JsValue)> =
                    exporter.variables.iter().map(|(name, value)| (*name, value.expose().into())).collect();
                convert::object(&[
                    ("name", exporter.name.into()),
                    ("onSuccess", exporter.on_success.into()),
                    ("onFailure", exporter.on_failure.into()),
                    ("env", convert::object(&variables)),
                ])
            })
            .collect();
        convert::object(&[
            ("version", env!("CARGO_PKG_VERSION").into()),
            ("contentOff", self.callbacks.content_off.into()),
            ("exporters", exporters.into()),
        ])
    }
}
