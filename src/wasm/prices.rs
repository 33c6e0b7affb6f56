//! Price tables: one in linear memory for all routers that are given the same.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::price::PriceTable;

use super::router::Router;

/// A table that routers can be given.
#[wasm_bindgen(js_name = CorePrices)]
#[derive(Debug)]
pub struct Prices {
    table: Rc<PriceTable>,
}

#[wasm_bindgen(js_class = CorePrices)]
impl Prices {
    /// Takes a table, as UTF-8: a long text crosses letter by letter. Throws `undefined` if it is none of this version.
    #[wasm_bindgen(constructor)]
    pub fn new(text: Vec<u8>) -> Result<Self, JsValue> {
        let text = String::from_utf8(text).ok();
        let table = text.and_then(PriceTable::new).ok_or(JsValue::UNDEFINED)?;
        Ok(Self { table: Rc::new(table) })
    }
}

#[wasm_bindgen]
impl Router {
    /// Uses a table from now on.
    #[wasm_bindgen(js_name = corePrices)]
    pub fn use_prices(&mut self, prices: &Prices) {
        self.engine.borrow_mut().set_prices(Some(Rc::clone(&prices.table)));
    }
}
