//! What a request is known by, told before it is begun: the beginning of its conversation, and its user. And what goes by
//! that or beside it: experiments, feedback, shadows.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::time::Millis;
use crate::config::{CallOptions, KeyOf, Keys};
use crate::engine::{CallId, Facts, prompt_key};

use super::router::{Router, action};

#[wasm_bindgen]
impl Router {
    /// What of the config goes on beside calls: 1 where something goes by what a request is known by, 2 where copies of
    /// calls are made, 4 where it matters what models can do; the sum of all.
    #[wasm_bindgen(js_name = coreHabits)]
    #[must_use]
    pub fn habits(&self) -> u32 {
        let engine = self.engine.borrow();
        let config = engine.config();
        let has_shadows = config.deployments.iter().any(|known| known.silent.is_some());
        let is_checked = config.policy.is_checked;
        u32::from(config.is_keyed()) + 2 * u32::from(has_shadows) + 4 * u32::from(is_checked)
    }

    /// Where the value of `messages` begins in the body that was scanned; -1 if it has none.
    #[wasm_bindgen(js_name = coreMessagesAt)]
    #[must_use]
    pub fn messages_at(&self) -> f64 {
        Facts::messages_at(&self.scan).map_or(-1.0, |at| at as f64)
    }

    /// The window holds the beginning of the `messages` of the request that is begun next, or asked about. Its `user`, and
    /// for whom it is made, where its options do not say so.
    #[wasm_bindgen(js_name = coreKeys)]
    pub fn keys(&mut self, length: usize, user: Option<String>, caller: Option<String>) {
        let key = |of: KeyOf, name: Option<String>| name.and_then(|name| of.key(&name));
        let (user, caller) = (key(KeyOf::User, user), key(KeyOf::Caller, caller));
        let prompt = prompt_key(self.window.bytes(length));
        self.keys = Some(Keys { prompt, user, caller, session: None });
    }
}

#[wasm_bindgen]
impl Router {
    /// Begins the shadow number `nth` of a call whose first send was just made: SEND where it has begun and is the call of
    /// `coreCall`, NONE where it is left out, OVER where there is none of that number.
    #[wasm_bindgen(js_name = coreShadow)]
    pub fn shadow(&mut self, call: u32, nth: usize, now: f64) -> u32 {
        let shadow = self.engine.borrow_mut().shadow(Millis::from_f64(now), CallId(call), nth);
        match shadow {
            None => action::OVER,
            Some(None) => action::NONE,
            Some(Some((id, step))) => self.take(id.0, step),
        }
    }

    /// Gives the answer of a call a score. False for a call that is not remembered.
    #[wasm_bindgen(js_name = coreFeedback)]
    pub fn feedback(&mut self, number: f64, score: f64) -> bool {
        number >= 0.0 && self.engine.borrow_mut().feedback(number as u64, score)
    }

    /// The experiment and the variant that a running call belongs to, a line each.
    #[wasm_bindgen(js_name = coreTrial)]
    #[must_use]
    pub fn trial(&self, call: u32) -> Option<String> {
        let engine = self.engine.borrow();
        engine.trial(CallId(call)).map(|(experiment, variant)| [experiment, variant].join("\n"))
    }
}

impl Router {
    /// The options of a call, with what else it is known by.
    pub(super) fn known(&mut self, mut options: CallOptions) -> CallOptions {
        if let Some(Keys { prompt, user, caller, .. }) = self.keys.take() {
            let keys = options.keys.get_or_insert_default();
            (keys.prompt, keys.user, keys.caller) = (prompt, user, keys.caller.or(caller));
        }
        options
    }
}
