//! The response cache: what the driver asks before a call, and what it tells of a hit.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{CallOptions, IN_PROCESS_KEYS, Surface};
use crate::engine::{CacheRule, Hit};

use super::convert;
use super::router::Router;

#[wasm_bindgen]
impl Router {
    /// The keys that steer inside a request, and are the provider's own over `fetch`.
    #[wasm_bindgen(js_name = coreInProcessKeys)]
    #[must_use]
    pub fn in_process_keys() -> Vec<String> {
        IN_PROCESS_KEYS.iter().map(|key| (*key).to_owned()).collect()
    }

    /// Are answers kept, where a call does not say otherwise?
    #[wasm_bindgen(js_name = coreIsCaching)]
    #[must_use]
    pub fn is_caching(&self) -> bool {
        self.engine.borrow().is_caching()
    }

    /// What the cache may do for a call whose request is an object: `{target, variant, lookup, store, ttl, maxAge, namespace, tenant,
    /// prefix, model, isStream}`, times in milliseconds; `undefined` if nothing. `options` as for `coreBegin`.
    #[wasm_bindgen(js_name = coreCacheRule)]
    pub fn cache_rule(&mut self, surface: u8, model: &str, stream: bool, options: JsValue) -> JsValue {
        let Ok(options) = self.options(options) else { return JsValue::UNDEFINED };
        self.rule(surface, model, stream, &options, false)
    }

    /// The same for one whose body has been scanned. The scan is used up.
    #[wasm_bindgen(js_name = coreCacheRuleScanned)]
    pub fn cache_rule_scanned(&mut self, surface: u8) -> JsValue {
        let Ok((facts, options)) = self.scanned() else { return JsValue::UNDEFINED };
        self.rule(surface, &facts.model, facts.stream, &options, true)
    }

    /// What decides the answers of a rule's `target`, its credentials too: for a hash, and for nothing else.
    #[wasm_bindgen(js_name = coreCacheScope)]
    #[must_use]
    pub fn cache_scope(&self, target: u32) -> String {
        self.engine.borrow().cache_scope(target).expose().to_owned()
    }

    /// Notes a call that was answered out of the cache; what stands for its number in its id. `usage` is empty, or has the
    /// tokens of the prompt, the completion, both, from the provider's cache, and of reasoning.
    #[wasm_bindgen(js_name = coreCacheHit)]
    #[allow(clippy::too_many_arguments, reason = "an object would cost more than the hit itself")]
    pub fn note_hit(
        &mut self,
        surface: u8,
        requested: &str,
        stream: bool,
        group: &str,
        deployment: &str,
        usage: &[f64],
        started: f64,
        now: f64,
    ) -> String {
        let hit = Hit {
            requested,
            surface: Surface::from_code(surface).unwrap_or(Surface::Chat),
            stream,
            given_by: (group, deployment),
            started: Millis::from_f64(started),
            usage: used(usage),
        };
        self.engine.borrow_mut().note_hit(Millis::from_f64(now), &hit)
    }

    fn rule(
        &mut self,
        surface: u8,
        model: &str,
        stream: bool,
        options: &CallOptions,
        over_fetch: bool,
    ) -> JsValue {
        let surface = Surface::from_code(surface).unwrap_or(Surface::Chat);
        let mut engine = self.engine.borrow_mut();
        let Some(rule) = engine.cache_rule(surface, model, stream, options, over_fetch) else {
            return JsValue::UNDEFINED;
        };
        let CacheRule { target, variant, lookup, store, ttl_ms, max_age_ms, namespace } = rule;
        convert::object(&[
            ("target", target.into()),
            ("variant", variant.into()),
            ("lookup", lookup.into()),
            ("store", store.into()),
            ("ttl", (ttl_ms as f64).into()),
            ("maxAge", max_age_ms.map_or(f64::INFINITY, |ms| ms as f64).into()),
            ("namespace", namespace.map_or(JsValue::NULL, JsValue::from)),
            ("tenant", options.tenant.as_deref().map_or(JsValue::NULL, JsValue::from)),
            ("prefix", format!("sw1/{}/cache/", engine.config().host.store_name).into()),
            ("model", model.into()),
            ("isStream", stream.into()),
        ])
    }
}

/// `None` where nothing was told. The five counts that every answer tells are enough for a call that costs nothing.
fn used(counts: &[f64]) -> Option<Usage> {
    let [prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens] =
        *counts.first_chunk()?;
    Some(Usage {
        prompt_tokens: prompt_tokens as u64,
        completion_tokens: completion_tokens as u64,
        total_tokens: total_tokens as u64,
        cached_tokens: cached_tokens as u64,
        reasoning_tokens: reasoning_tokens as u64,
        ..Usage::default()
    })
}
