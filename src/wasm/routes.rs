//! What a request over `fetch` asks for.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Route, route};

use super::router::Router;

/// What a request over `fetch` asks for, where it is not a surface. `js/codes.js` has the same table.
mod routed {
    pub(super) const REFUSED: u32 = 0;
    pub(super) const ANSWERED: u32 = 255;
}

#[wasm_bindgen]
impl Router {
    /// Routes a request over `fetch`: a surface, 255 for an answer that is ready in `coreReply`, 0 for an error.
    #[wasm_bindgen(js_name = coreRoute)]
    pub fn route(&mut self, method: &str, url: &str) -> u32 {
        match route(method, url) {
            Route::Call(surface) => surface as u32,
            Route::Models => {
                self.last.reply = self.engine.borrow().models();
                routed::ANSWERED
            }
            Route::Model(name) => {
                let found = self.engine.borrow().model(&name);
                match found {
                    Ok(reply) => {
                        self.last.reply = reply;
                        routed::ANSWERED
                    }
                    Err(fault) => self.refuse_with(fault, routed::REFUSED),
                }
            }
            Route::Refused(fault) => self.refuse_with(*fault, routed::REFUSED),
        }
    }
}
