//! Declared and diagnostic data, from and to JavaScript. Not for the hot path.

use std::fmt;

use js_sys::{Object, Reflect};
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use wasm_bindgen::JsValue;

use crate::config::Problem;
use crate::dialect::{Outbound, caller_error};
use crate::error::Fault;

/// How deep a config or an options object may be nested. Bounds the recursion over cyclic objects too.
const DEPTH: u32 = 64;

/// A JavaScript value as JSON. `undefined` is `null`; what JSON does not have is an error.
pub(super) fn from_js(value: JsValue) -> Result<Value, String> {
    if value.is_undefined() || value.is_null() {
        return Ok(Value::Null);
    }
    Bounded(DEPTH)
        .deserialize(serde_wasm_bindgen::Deserializer::from(value))
        .map_err(|error| error.to_string())
}

/// Serialises to plain objects, never to `Map`s.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// Deserialises any value down to a depth.
struct Bounded(u32);

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.0 == 0 {
            return Err(D::Error::custom("nested too deeply, or in a circle"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain data")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // JavaScript has one kind of number; whole ones are integers to the loader.
        let whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_991.0;
        Ok(if whole { Value::from(value as i64) } else { Value::from(value) })
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(Bounded(self.0.saturating_sub(1)))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Bounded(self.0.saturating_sub(1)))?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[derive(Serialize)]
struct WireProblem<'a> {
    path: &'a str,
    message: &'a str,
}

/// The mistakes of a config, for the constructor's error.
pub(super) fn problems(problems: &[Problem]) -> JsValue {
    let list: Vec<_> = problems.iter().map(|p| WireProblem { path: &p.path, message: &p.message }).collect();
    to_js(&list)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireFault<'a> {
    class: &'static str,
    status: u16,
    code: &'a str,
    #[serde(rename = "type")]
    wire_type: &'a str,
    param: Option<&'a str>,
    side: &'static str,
    message: &'a str,
    retry_after_ms: Option<f64>,
}

/// A fault as the facade makes an error of it.
pub(super) fn fault(fault: &Fault) -> JsValue {
    to_js(&WireFault {
        class: fault.kind.class(),
        status: fault.caller_status(),
        code: fault.code.as_deref().unwrap_or(fault.kind.code()),
        wire_type: fault.wire_type.as_deref().unwrap_or(fault.kind.wire_type()),
        param: fault.param.as_deref(),
        side: fault.kind.side().name(),
        message: &fault.message,
        retry_after_ms: fault.retry_after_ms.map(|ms| ms as f64),
    })
}

/// A fault as the body of a reply over `fetch`.
pub(super) fn fault_body(fault: &Fault) -> String {
    serde_json::to_string(&caller_error(fault)).unwrap_or_default()
}

/// The request to a deployment: what the driver needs to send. The only place where credentials leave Rust,
/// as header values for the deployment's own address.
pub(super) fn outbound(outbound: &Outbound, is_translated: bool) -> JsValue {
    let headers = Object::new();
    let set = |object: &Object, name: &str, value: &JsValue| {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(object, &JsValue::from_str(name), value);
    };
    set(&headers, "content-type", &JsValue::from_str("application/json"));
    for (name, value) in &outbound.headers {
        set(&headers, name, &JsValue::from_str(value.expose()));
    }
    for (name, value) in &outbound.extra_headers {
        // In lower case, as all others, so that one name cannot stand twice.
        set(&headers, &name.to_ascii_lowercase(), &JsValue::from_str(value.expose()));
    }
    let request = Object::new();
    set(&request, "url", &JsValue::from_str(&outbound.url));
    set(&request, "headers", &headers);
    set(&request, "translated", &JsValue::from_bool(is_translated));
    for (name, params) in [
        ("put", &outbound.put),
        ("defaults", &outbound.defaults),
        ("prefill", &outbound.prefill),
        ("askUsage", &outbound.ask_usage),
    ] {
        let members = Object::new();
        for param in params {
            let value = js_sys::JSON::parse(&param.raw).unwrap_or(JsValue::NULL);
            set(&members, &param.name, &value);
        }
        set(&request, name, &members);
    }
    request.into()
}
