//! Declared and diagnostic data, from and to JavaScript. Not for the hot path.

use js_sys::{Array, Map, Object, Reflect, Symbol};
use serde::Serialize;
use serde_json::{Map as Members, Value};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::base::remaining::Pair;
use crate::config::{Auth, Deployment, Param, Problem, Surface};
use crate::dialect::{Outbound, caller_error, is_translated};
use crate::error::Fault;

/// How deep a config or an options object may be nested. Bounds the recursion over cyclic objects too.
const DEPTH: u32 = 64;

/// The largest number up to which JavaScript holds every whole one.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// How many steps of the way to a mistake are told.
const MOST_STEPS: usize = 8;

// A program's values may run its code when they are looked at: getters, proxies. What that throws is caught at once, for
// thrown through the core it would leave the router borrowed for good. So `js_sys`, which catches nothing here, does not do.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    pub(super) fn is_list(value: &JsValue) -> Result<bool, JsValue>;

    /// The items of a list, or the entries of a map.
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn items(value: &JsValue) -> Result<Array, JsValue>;

    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn entries(value: &JsValue) -> Result<Array, JsValue>;
}

/// What is no JSON, and where it stands.
struct Flaw {
    message: &'static str,
    /// The steps to it, the last one first, each as it is written.
    steps: Vec<String>,
}

impl Flaw {
    fn new(message: &'static str) -> Self {
        Self { message, steps: Vec::new() }
    }

    /// What was thrown is not told: it may hold anything.
    fn thrown(_: JsValue) -> Self {
        Self::new("cannot be read: it throws")
    }

    fn under(mut self, step: impl FnOnce() -> String) -> Self {
        self.steps.push(step());
        self
    }

    /// Its place, written as in [`Problem::path`].
    fn path(&self, root: &str) -> String {
        let mut path = root.to_owned();
        for step in self.steps.iter().rev().take(MOST_STEPS) {
            path.push_str(step);
        }
        if path.starts_with('.') { path.split_off(1) } else { path }
    }
}

/// A member as a step of a path. A name that is no plain one may be anything that was pasted into the wrong place.
fn member_step(name: &str) -> String {
    let is_plain = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { [".", name].concat() } else { "[…]".to_owned() }
}

/// A JavaScript value as JSON. `undefined` is `null`; what JSON does not have is an error.
pub(super) fn from_js(value: &JsValue) -> Result<Value, String> {
    bounded(value, DEPTH).map_err(|flaw| match flaw.path("") {
        path if path.is_empty() => flaw.message.to_owned(),
        path => [&path, ": ", flaw.message].concat(),
    })
}

/// As [`from_js`], of a config or of a part of it. Fails with the list of its mistakes.
pub(super) fn plain(value: &JsValue, path: &str) -> Result<Value, JsValue> {
    bounded(value, DEPTH)
        .map_err(|flaw| problems(&[Problem { path: flaw.path(path), message: flaw.message.to_owned() }]))
}

// Written out, because a deserializer for all types weighs ten times as much as the one type needed here.
fn bounded(value: &JsValue, depth: u32) -> Result<Value, Flaw> {
    if value.is_undefined() || value.is_null() {
        return Ok(Value::Null);
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Flaw::new("nested too deeply, or in a circle"));
    };
    if let Some(flag) = value.as_bool() {
        Ok(Value::Bool(flag))
    } else if let Some(number) = value.as_f64() {
        // JavaScript has one kind of number; whole ones are integers to the loader.
        let is_whole = number.fract() == 0.0 && number.abs() <= MAX_SAFE;
        Ok(if is_whole { Value::from(number as i64) } else { Value::from(number) })
    } else if let Some(text) = value.as_string() {
        Ok(Value::String(text))
    } else if is_list(value).map_err(Flaw::thrown)? {
        let item = |(index, item): (usize, JsValue)| {
            bounded(&item, depth).map_err(|flaw| flaw.under(|| ["[", &index.to_string(), "]"].concat()))
        };
        items(value)
            .map_err(Flaw::thrown)?
            .iter()
            .enumerate()
            .map(item)
            .collect::<Result<_, _>>()
            .map(Value::Array)
    } else if value.is_bigint() {
        let whole = i64::try_from(value.clone()).map(Value::from);
        whole.map_err(|_| Flaw::new("is a whole number that is too large"))
    } else if value.is_object() {
        members(value, depth)
    } else {
        Err(Flaw::new("is a function, a symbol or another value that is no plain data"))
    }
}

fn members(value: &JsValue, depth: u32) -> Result<Value, Flaw> {
    let entries = if value.has_type::<Map>() {
        items(value)
    } else if Reflect::has(value, &Symbol::iterator()).map_err(Flaw::thrown)? {
        return Err(Flaw::new("is bytes, a set or another value that is no plain data"));
    } else {
        entries(value)
    };
    let entries = entries.map_err(Flaw::thrown)?;
    let mut members = Members::new();
    for entry in entries.iter() {
        let entry: Array = entry.unchecked_into();
        let name = entry.get(0).as_string().ok_or(Flaw::new("is a map with names that are no text"))?;
        let member = bounded(&entry.get(1), depth).map_err(|flaw| flaw.under(|| member_step(&name)))?;
        members.insert(name, member);
    }
    Ok(Value::Object(members))
}

/// A variable of the environment, as the facade looks it up.
pub(super) fn variable(env: &js_sys::Function, name: &str) -> Option<String> {
    env.call1(&JsValue::UNDEFINED, &JsValue::from_str(name)).ok()?.as_string()
}

/// A fresh plain object.
#[inline(never)]
pub(super) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, value);
    }
    object.into()
}

#[inline(never)]
fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// Serialises to plain objects, never to `Map`s.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// A list of `{path, message}`: the mistakes of a config for the constructor's error, or its notices.
pub(super) fn messages<'a>(messages: impl Iterator<Item = (&'a str, &'a str)>) -> JsValue {
    #[derive(Serialize)]
    struct Wire<'a> {
        path: &'a str,
        message: &'a str,
    }
    to_js(&messages.map(|(path, message)| Wire { path, message }).collect::<Vec<_>>())
}

/// The mistakes of a config, for the constructor's error.
pub(super) fn problems(problems: &[Problem]) -> JsValue {
    messages(problems.iter().map(|problem| (&*problem.path, &*problem.message)))
}

/// A fault as the facade makes an error of it.
pub(super) fn fault(fault: &Fault) -> JsValue {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        class: &'a str,
        status: u16,
        code: &'a str,
        r#type: &'a str,
        param: Option<&'a str>,
        side: &'a str,
        message: &'a str,
        inner: Option<&'a str>,
        retry_after_ms: Option<f64>,
    }
    let kind = fault.kind;
    to_js(&Wire {
        class: kind.class(),
        status: fault.caller_status(),
        code: fault.code.as_deref().unwrap_or(kind.code()),
        r#type: fault.wire_type.as_deref().unwrap_or(kind.wire_type()),
        param: fault.param.as_deref(),
        side: kind.side().name(),
        message: &fault.message,
        inner: fault.inner.as_deref(),
        retry_after_ms: fault.retry_after_ms.map(|ms| ms as f64),
    })
}

/// A fault as the body of a reply over `fetch`.
pub(super) fn fault_body(fault: &Fault) -> String {
    caller_error(fault)
}

/// Members of a request, as an object.
pub(super) fn params(params: &[Param]) -> JsValue {
    let members = Object::new();
    for param in params {
        let value = js_sys::JSON::parse(&param.raw).unwrap_or(JsValue::NULL);
        set(&members, &param.name, &value);
    }
    members.into()
}

/// The request to a deployment: what the driver needs to send. The only place where credentials leave Rust,
/// as header values for the deployment's own address.
pub(super) fn outbound(
    outbound: &Outbound,
    deployment: &Deployment,
    (surface, may_be_marked): (Surface, bool),
    limits: &[Pair],
) -> JsValue {
    let is_translated = is_translated(deployment.dialect);
    // What is only put in other words is so in chats.
    let is_abroad = is_translated || (deployment.is_translated && surface == Surface::Chat);
    let ruled = deployment.rules.iter().map(|rule| JsValue::from_str(&rule.name)).collect::<Array>();
    let headers = Object::new();
    set(&headers, "content-type", &"application/json".into());
    for (name, value) in &outbound.headers {
        set(&headers, name, &value.expose().into());
    }
    for (name, value) in &outbound.extra_headers {
        // In lower case, as all others, so that one name cannot stand twice.
        set(&headers, &name.to_ascii_lowercase(), &value.expose().into());
    }
    object(&[
        ("url", (&*outbound.url).into()),
        ("streamUrl", outbound.stream_url.as_deref().unwrap_or(&outbound.url).into()),
        ("headers", headers.into()),
        ("translated", is_translated.into()),
        ("abroad", is_abroad.into()),
        ("mayBeMarked", may_be_marked.into()),
        ("ruled", ruled.into()),
        ("asksToken", (deployment.auth == Auth::Host).into()),
        ("mocked", deployment.mock.is_some().into()),
        (
            "limits",
            limits
                .iter()
                .flat_map(|(left, reset)| [*left, *reset])
                .map(JsValue::from_str)
                .collect::<Array>()
                .into(),
        ),
        ("put", params(&outbound.put)),
        ("defaults", params(&outbound.defaults)),
        ("prefill", params(&outbound.prefill)),
        ("askUsage", params(&outbound.ask_usage)),
    ])
}
