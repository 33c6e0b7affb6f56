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
    /// Takes the text of a table. Throws `undefined` if it is none of this version.
    #[wasm_bindgen(constructor)]
    pub fn new(text: String) -> Result<Self, JsValue> {
        let table = PriceTable::new(text).ok_or(JsValue::UNDEFINED)?;
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
