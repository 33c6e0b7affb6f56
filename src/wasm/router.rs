//! The class that JavaScript sees: numbers in, numbers out, one call per event.

use std::cell::RefCell;
use std::rc::Rc;

use smallvec::SmallVec;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::headers::READ;
use crate::base::json::{Scanner, Skeleton, Table};
use crate::base::remaining;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{
    CallOptions, Callbacks, DialectName, IN_PROCESS_KEYS, Keys, Loaded, Notice, Problem, ROUTER_KEYS, Secret,
    Surface, load,
};
use crate::dialect::{Marks, reply_members};
use crate::engine::{self, CallId, Request, Running, Size};
use crate::error::{Fault, FaultKind};
use crate::plan::{Action, Ask, Attempt, AttemptId, Event, Step};

use super::address;
use super::convert;
use super::window::Window;

/// What the driver has to do next, as a number. Append only; `js/codes.js` has the same table.
pub(super) mod action {
    pub(in crate::wasm) const NONE: u32 = 0;
    pub(in crate::wasm) const SEND: u32 = 1;
    pub(in crate::wasm) const COMMIT: u32 = 2;
    pub(in crate::wasm) const DONE: u32 = 3;
    pub(in crate::wasm) const FAILED: u32 = 4;
    pub(in crate::wasm) const WAIT: u32 = 5;
    pub(in crate::wasm) const OVER: u32 = 6;
    pub(in crate::wasm) const SECOND: u32 = 7;
    pub(in crate::wasm) const ASK: u32 = 8;
    pub(in crate::wasm) const RESERVE: u32 = 9;
    pub(in crate::wasm) const RANK: u32 = 10;
    pub(in crate::wasm) const FILTER: u32 = 11;
    pub(in crate::wasm) const FETCH: u32 = 12;
}

/// What the getters tell of the last step. Read in the same turn: the next step may be another call's.
#[derive(Debug, Default)]
pub(super) struct Last {
    pub(super) call: u32,
    pub(super) wake_at: f64,
    /// In the reverse order of the step.
    pub(super) abort: SmallVec<[AttemptId; 2]>,
    pub(super) fault: Option<Box<Fault>>,
    pub(super) reply: String,
    pub(super) pieces: Vec<u32>,
    pub(super) inserts: Vec<u8>,
    pub(super) headers: Vec<(&'static str, Secret)>,
}

/// The router: config, state and running calls, in linear memory. The package's `Router` extends it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Router {
    pub(super) engine: Rc<RefCell<engine::Router>>,
    pub(super) notices: Vec<Notice>,
    pub(super) callbacks: Callbacks,
    pub(super) window: Window,
    pub(super) scan: Scanner,
    /// How much of the window is all that was scanned of a reply; 0 if that was more than a window.
    pub(super) whole: Option<usize>,
    reply_members: Table,
    pub(super) last: Last,
    /// What is known of those whom the host is to rank.
    pub(super) rows: Vec<f64>,
    /// What was taken last of a stream, for the caller.
    pub(super) taken: Vec<u8>,
    /// The body that is being translated.
    pub(super) skeleton: Skeleton,
    /// What is looked for in bodies for each deployment.
    pub(super) marks: Vec<Marks>,
    /// The files that stand behind the body at hand: their types and lengths.
    pub(super) files: Vec<(String, u32)>,
    /// The size of the request that is begun next, where tokens are counted.
    pub(super) size: Option<Size>,
    /// What the request that is begun next is known by, where something goes by that.
    pub(super) keys: Option<Keys>,
    /// What the host has made of the request that is scanned: another model, and its metadata.
    pub(super) meant: Option<(String, Option<serde_json::Value>)>,
    /// What a translated reply says it used, or why it is none; until the driver has put it together. Or why a body was
    /// planned in vain.
    pub(super) abroad: Option<Result<Option<Usage>, Fault>>,
}

#[wasm_bindgen]
impl Router {
    /// Loads a config. Throws the list of all its mistakes, as `{path, message}`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, host: JsValue, env: &js_sys::Function) -> Result<Self, JsValue> {
        let loaded = loaded(config, host, env)?;
        Ok(Self {
            engine: Rc::new(RefCell::new(engine::Router::new(loaded.config))),
            notices: loaded.notices,
            callbacks: loaded.callbacks,
            window: Window::default(),
            scan: Scanner::default(),
            whole: None,
            reply_members: reply_members(DialectName::OpenAi).into(),
            last: Last::default(),
            rows: Vec::new(),
            taken: Vec::new(),
            skeleton: Skeleton::default(),
            marks: Vec::new(),
            files: Vec::new(),
            size: None,
            keys: None,
            meant: None,
            abroad: None,
        })
    }

    /// Options that were accepted and have no effect, as `{path, message}`.
    #[wasm_bindgen(js_name = coreNotices)]
    #[must_use]
    pub fn notices(&self) -> JsValue {
        convert::messages(self.notices.iter().map(|notice| (&*notice.path, &*notice.message)))
    }

    /// The keys inside a request that steer the router and never reach a provider.
    #[wasm_bindgen(js_name = coreRouterKeys)]
    #[must_use]
    pub fn router_keys() -> Vec<String> {
        ROUTER_KEYS.iter().chain(IN_PROCESS_KEYS).map(|key| (*key).to_owned()).collect()
    }

    /// The headers of a reply that is not 2xx that the core wants to know.
    #[wasm_bindgen(js_name = coreReadHeaders)]
    #[must_use]
    pub fn read_headers() -> Vec<String> {
        let limits = [remaining::OPENAI, remaining::ANTHROPIC].into_iter().flatten();
        let limits = limits.flat_map(|(left, reset)| [left, reset]);
        READ.iter().chain(limits).map(|name| (*name).to_owned()).collect()
    }

    /// The largest body that is read, in bytes.
    #[wasm_bindgen(js_name = coreMaxBodyBytes)]
    #[must_use]
    pub fn max_body_bytes(&self) -> f64 {
        self.engine.borrow().config().host.max_body_bytes as f64
    }

    /// A number that changes whenever what is known of a deployment by its index may not be true any more.
    #[wasm_bindgen(js_name = coreVersion)]
    #[must_use]
    pub fn version(&self) -> f64 {
        self.engine.borrow().version() as f64
    }

    /// Sets the seed of all random choices.
    #[wasm_bindgen(js_name = coreSeed)]
    pub fn set_seed(&mut self, seed: f64) {
        self.engine.borrow_mut().set_seed(seed.to_bits());
    }

    /// A text that begins the ids of this router's calls. Draws the seed if there is none yet: not to be called at
    /// module scope, where Workers have no entropy.
    #[wasm_bindgen(js_name = coreIdPrefix)]
    pub fn id_prefix(&mut self) -> Result<String, JsValue> {
        let known = self.engine.borrow().seed();
        let seed = match known {
            Some(seed) => seed,
            None => {
                let drawn = getrandom::u64().map_err(|error| JsValue::from_str(&error.to_string()))?;
                // As a program would give it, a number that JavaScript holds: so that what happened can be replayed.
                let seed = ((drawn >> 11) as f64).to_bits();
                self.engine.borrow_mut().set_seed(seed);
                seed
            }
        };
        let mut rng = crate::base::rng::Rng::for_call(seed, u64::MAX);
        Ok(format!("sw-{:08x}{:08x}-", rng.bits(), rng.bits()))
    }

    // ── the window ──

    /// Where the window begins in linear memory.
    #[wasm_bindgen(js_name = coreWindow)]
    #[must_use]
    pub fn window_address(&self) -> usize {
        self.window.address()
    }

    /// Begins the scan of a request body.
    #[wasm_bindgen(js_name = coreScanRequest)]
    pub fn scan_request(&mut self) {
        self.scan = self.engine.borrow().request_scanner();
        self.meant = None;
    }

    /// Begins the scan of a reply.
    #[wasm_bindgen(js_name = coreScanReply)]
    pub fn scan_reply(&mut self) {
        self.scan.reset(self.reply_members.clone());
        self.whole = None;
    }

    /// Scans the bytes in the window.
    #[wasm_bindgen(js_name = coreScan)]
    pub fn scan_window(&mut self, len: usize) {
        self.scan.push(self.window.bytes(len));
        self.whole = Some(if self.whole.is_some() { 0 } else { len });
    }

    // ── a call's events ──

    /// Begins a call whose request is an object. `options` holds the router keys found in it, or is `undefined`;
    /// `format` is the type of its `response_format`, and `n` what it says of choices.
    #[wasm_bindgen(js_name = coreBegin)]
    #[allow(clippy::too_many_arguments, reason = "an object would cost more than the call itself")]
    pub fn begin(
        &mut self,
        surface: u8,
        model: &str,
        stream: bool,
        usage_asked: bool,
        format: Option<String>,
        n: Option<f64>,
        options: JsValue,
        now: f64,
    ) -> u32 {
        let surface = Surface::from_code(surface).unwrap_or(Surface::Chat);
        // Taken first: if the options are wrong, it is not the next request's.
        let size = self.size.take();
        let options = match self.options(options) {
            Ok(options) => options,
            Err(fault) => return self.refuse_with(fault, action::FAILED),
        };
        let tokens = size.map(|size| Size { choices: n.map(|n| n as u32), ..size });
        let model = model.into();
        let is_text = format.is_none_or(|format| format == "text") && n.is_none_or(|n| n == 1.0);
        self.start(
            Request {
                surface,
                model,
                stream,
                objects: true,
                usage_asked,
                is_text,
                tokens: self.reserved(surface, tokens),
                demand: tokens.map(Size::demand).unwrap_or_default(),
                options,
                facts: None,
            },
            now,
        )
    }

    /// Begins a call whose request body has been scanned.
    #[wasm_bindgen(js_name = coreBeginScanned)]
    pub fn begin_scanned(&mut self, surface: u8, now: f64) -> u32 {
        let surface = Surface::from_code(surface).unwrap_or(Surface::Chat);
        let size = self.size.take();
        let request = self.scanned().map(|(facts, options)| {
            let (stream, usage_asked) = (facts.stream, facts.usage_asked);
            let size = size.map(|size| facts.size(size));
            Request {
                surface,
                model: facts.model.as_str().into(),
                stream,
                objects: false,
                usage_asked,
                is_text: facts.is_text,
                tokens: self.reserved(surface, size),
                demand: size.map(Size::demand).unwrap_or_default(),
                options,
                facts: Some(facts),
            }
        });
        match request {
            Ok(request) => self.start(request, now),
            Err(fault) => self.refuse_with(fault, action::FAILED),
        }
    }

    /// Makes an error of the router's own, for `coreError`. `kind` is a code of `FaultKind`.
    #[wasm_bindgen(js_name = coreRefuse)]
    pub fn refuse(&mut self, kind: u8, message: &str) {
        let kind = FaultKind::from_code(kind).unwrap_or(FaultKind::Bug);
        self.refuse_with(Fault::new(kind, message), 0);
    }

    /// Forgets a call.
    #[wasm_bindgen(js_name = coreRelease)]
    pub fn release(&mut self, call: u32) {
        self.engine.borrow_mut().release(CallId(call));
    }

    pub(super) fn options(&mut self, options: JsValue) -> Result<CallOptions, Fault> {
        if options.is_undefined() {
            return Ok(self.known(CallOptions::default()));
        }
        let value = convert::from_js(&options);
        let value = value.map_err(|message| Fault::new(FaultKind::BadRequest, message))?;
        let options = self.engine.borrow_mut().options(&value)?;
        Ok(self.known(options))
    }

    fn start(&mut self, request: Request, now: f64) -> u32 {
        let begun = self.engine.borrow_mut().begin(Millis::from_f64(now), request);
        match begun {
            Ok((id, step)) => self.take(id.0, step),
            Err(fault) => self.refuse_with(fault, action::FAILED),
        }
    }

    pub(super) fn event(&mut self, call: u32, event: Event, now: f64) -> u32 {
        let step = self.engine.borrow_mut().step(Millis::from_f64(now), CallId(call), event);
        self.take(call, step)
    }

    pub(super) fn refuse_with(&mut self, fault: Fault, code: u32) -> u32 {
        self.last = Last { fault: Some(Box::new(fault)), ..Last::default() };
        code
    }

    /// Keeps a step for the getters, and gives its action's code.
    pub(super) fn take(&mut self, call: u32, step: Step) -> u32 {
        self.last.call = call;
        self.last.wake_at = step.wake_at.map_or(f64::INFINITY, Millis::as_f64);
        self.last.abort = step.abort;
        self.last.abort.reverse();
        let is_second = |attempt| self.read(call, |running| running.call.is_beside(attempt)).unwrap_or(false);
        match step.action {
            Some(Action::Send { attempt, .. }) if is_second(attempt) => action::SECOND,
            Some(Action::Send { .. } | Action::Resume { .. }) => action::SEND,
            Some(Action::Commit { .. }) => action::COMMIT,
            Some(Action::Done(Ok(_))) => action::DONE,
            Some(Action::Done(Err(_))) => action::FAILED,
            Some(Action::Ask(Ask::MayFallback)) => action::ASK,
            Some(Action::Ask(Ask::Reserve)) => action::RESERVE,
            Some(Action::Ask(Ask::Rank)) => action::RANK,
            Some(Action::Ask(Ask::Filter)) => action::FILTER,
            // Nothing makes these steps yet; see the contract in `plan::event`.
            Some(Action::Load { .. } | Action::Ask(_)) => action::NONE,
            None if self.read(call, |running| running.call.is_waiting()).unwrap_or(false) => action::WAIT,
            None => action::NONE,
        }
    }

    /// Reads something of a running call.
    pub(super) fn read<T>(&self, call: u32, look: impl FnOnce(&Running) -> T) -> Option<T> {
        self.engine.borrow().running_call(CallId(call)).map(look)
    }

    /// Reads something of a send of a running call.
    pub(super) fn read_attempt<T>(
        &self,
        call: u32,
        attempt: u16,
        look: impl FnOnce(&Running, &Attempt) -> T,
    ) -> Option<T> {
        let look = |running: &Running| {
            running.call.attempts().get(usize::from(attempt)).map(|known| look(running, known))
        };
        self.read(call, look).flatten()
    }
}

/// Loads a config, and lets the runtime look at its addresses. Fails with the list of all its mistakes.
pub(super) fn loaded(config: JsValue, host: JsValue, env: &js_sys::Function) -> Result<Loaded, JsValue> {
    let config = convert::plain(&config, "")?;
    let host = convert::plain(&host, "host")?;
    let loaded = load(&config, &host, &|name| convert::variable(env, name));
    let loaded = loaded.map_err(|problems| convert::problems(&problems))?;
    let misread: Vec<Problem> = loaded.config.deployments.iter().filter_map(address::misread).collect();
    if misread.is_empty() { Ok(loaded) } else { Err(convert::problems(&misread)) }
}
