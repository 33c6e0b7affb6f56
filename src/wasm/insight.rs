//! What the facade asks beside calls, and what it is told of them: as JSON, which has the same shape on both sides.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::time::Millis;
use crate::config::{DeploymentIx, Surface};
use crate::engine::{CallId, Request, Size, write};
use crate::error::Fault;

use super::asking::named;
use super::convert;
use super::router::Router;

/// What `coreChoose`, `coreExplain` and `coreSetHealth` answer with where `coreError` tells why there is nothing else.
const REFUSED: i32 = -1;

#[wasm_bindgen]
impl Router {
    /// Whom a call would ask the host to rank, as `coreContenders` tells them; 0 where the strategy is not its own, and where the
    /// next two tell what is wrong. `options` as for `coreBegin`.
    #[wasm_bindgen(js_name = coreLookToRank)]
    pub fn look_to_rank(&mut self, model: &str, stream: bool, options: JsValue, now: f64) -> usize {
        self.rows.clear();
        let (demand, now) = (self.size.map(Size::demand).unwrap_or_default(), Millis::from_f64(now));
        if let Ok(options) = self.options(options)
            && let Ok(Some((group, found))) =
                self.engine.borrow_mut().look_to_rank(now, model, stream, demand, &options)
        {
            write(group, found, &mut self.rows);
        }
        self.rows.len()
    }

    /// What is public of a deployment.
    #[wasm_bindgen(js_name = coreDeployment)]
    #[must_use]
    pub fn deployment_facts(&self, deployment: u16) -> JsValue {
        let engine = self.engine.borrow();
        let config = engine.config();
        let Some(known) = config.deployment(DeploymentIx(deployment)) else { return JsValue::NULL };
        convert::object(&[
            ("id", (&*known.id).into()),
            ("group", config.group(known.group).map_or("", |group| &group.name).into()),
            ("provider", (&*known.provider).into()),
            ("model", (&*known.model).into()),
            ("model_used", known.model_used().into()),
            ("api_base", known.api_base.url().into()),
            (
                "region",
                Some(&*known.labels.region)
                    .filter(|region| !region.is_empty())
                    .map_or(JsValue::NULL, JsValue::from_str),
            ),
            (
                "tags",
                known.labels.tags.iter().map(|tag| JsValue::from_str(tag)).collect::<js_sys::Array>().into(),
            ),
        ])
    }

    /// The index of the deployment that a call would be sent to now; -1 for the error in `coreError(0)`. `options` as for
    /// `coreBegin`; `choice` and `list`: whom the host names.
    #[wasm_bindgen(js_name = coreChoose)]
    pub fn choose(
        &mut self,
        model: &str,
        stream: bool,
        options: JsValue,
        choice: i32,
        list: &[u16],
        now: f64,
    ) -> i32 {
        let demand = self.size.take().map(Size::demand).unwrap_or_default();
        let chosen = self.options(options).and_then(|options| {
            let named = named(choice, list);
            let now = Millis::from_f64(now);
            self.engine.borrow_mut().choose(now, model, stream, demand, &options, named)
        });
        match chosen {
            Ok(ix) => ix.0.into(),
            Err(fault) => self.refuse_look(fault),
        }
    }

    /// What would become of a chat call, as JSON; empty for the error in `coreError(0)`.
    #[wasm_bindgen(js_name = coreExplain)]
    pub fn explain(
        &mut self,
        model: &str,
        stream: bool,
        options: JsValue,
        choice: i32,
        list: &[u16],
        now: f64,
    ) -> String {
        let (surface, size) = (Surface::Chat, self.size.take());
        let explained = self.options(options).and_then(|options| {
            let request = Request {
                surface,
                model: model.into(),
                stream,
                objects: true,
                usage_asked: false,
                is_text: false,
                tokens: self.reserved(surface, size),
                demand: size.map(Size::demand).unwrap_or_default(),
                options,
                facts: None,
            };
            self.engine.borrow_mut().explain(Millis::from_f64(now), request, named(choice, list))
        });
        explained.unwrap_or_else(|fault| {
            self.refuse_look(fault);
            String::new()
        })
    }

    /// Every choice of a running call as JSON, if its options asked for it.
    #[wasm_bindgen(js_name = coreDecision)]
    #[must_use]
    pub fn decision(&self, call: u32) -> Option<String> {
        self.engine.borrow().decision(CallId(call))
    }

    /// Everything that the router knows now, as JSON.
    #[wasm_bindgen(js_name = coreSnapshot)]
    pub fn snapshot(&mut self, now: f64) -> String {
        self.engine.borrow_mut().snapshot(Millis::from_f64(now))
    }

    /// What has happened and how things stand, in Prometheus' text format.
    #[wasm_bindgen(js_name = coreMetrics)]
    pub fn metrics(&mut self, now: f64) -> String {
        self.engine.borrow_mut().metrics(Millis::from_f64(now))
    }

    /// The seed of all random choices, as a host gives it; `undefined` before the first call.
    #[wasm_bindgen(js_name = coreSeedNumber)]
    #[must_use]
    pub fn seed_number(&self) -> Option<f64> {
        self.engine.borrow().seed().map(f64::from_bits)
    }

    /// Notes that a deployment is well, or not; -1 for the error in `coreError(0)`.
    #[wasm_bindgen(js_name = coreSetHealth)]
    pub fn set_health(&mut self, id: &str, ok: bool, now: f64) -> i32 {
        let noted = self.engine.borrow_mut().set_health(Millis::from_f64(now), id, ok);
        noted.map_or_else(|fault| self.refuse_look(fault), |()| 0)
    }

    /// Begins to keep what happens, or keeps nothing any more.
    #[wasm_bindgen(js_name = coreListen)]
    pub fn listen(&mut self, on: bool) {
        self.engine.borrow_mut().listen(on);
    }

    /// What has happened since the last look: a JSON list.
    #[wasm_bindgen(js_name = coreEvents)]
    #[must_use]
    pub fn events(&mut self) -> String {
        self.engine.borrow_mut().take_events()
    }

    fn refuse_look(&mut self, fault: Fault) -> i32 {
        self.refuse_with(fault, 0);
        REFUSED
    }
}
