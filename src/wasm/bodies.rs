//! Bodies on their way to a provider and back: pieces of what the driver holds, and what the core writes between.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::json::Splice;
use crate::base::time::Millis;
use crate::config::{DeploymentIx, Surface};
use crate::dialect::{File, Marks};
use crate::engine::CallId;
use crate::error::Fault;
use crate::plan::{AttemptId, Event};

use super::convert;
use super::router::{Router, action};
use super::window::pieces;

/// What became of the plan of a body. `js/codes.js` has the same table.
mod planned {
    pub(super) const WHOLE: u32 = 0;
    pub(super) const PLANNED: u32 = 1;
    pub(super) const UNFIT: u32 = 2;
}

#[wasm_bindgen]
impl Router {
    /// The request to a deployment: `{url, streamUrl, headers, put, defaults, prefill, askUsage, translated, abroad,
    /// mayBeMarked, ruled, asksToken, mocked, limits}`. Holds its credential.
    #[wasm_bindgen(js_name = coreOutbound)]
    #[must_use]
    pub fn outbound(&mut self, deployment: u16, surface: u8) -> JsValue {
        let surface = Surface::from_code(surface).unwrap_or(Surface::Chat);
        let engine = self.engine.borrow();
        let outbound = engine.outbound(DeploymentIx(deployment), surface);
        let known = engine.config().deployment(DeploymentIx(deployment));
        let (Some(outbound), Some(known)) = (outbound, known) else { return JsValue::NULL };
        let limits = engine.limit_headers(DeploymentIx(deployment));
        // Only chats have what may have to be put in other words.
        let marks = (surface == Surface::Chat).then(|| engine.marks(DeploymentIx(deployment)));
        let may_be_marked = marks.as_ref().is_some_and(|marks| !marks.is_empty());
        let told = convert::outbound(&outbound, known, (surface, may_be_marked), limits);
        if let Some(marks) = marks {
            let place = usize::from(deployment);
            self.marks.resize_with(self.marks.len().max(place.saturating_add(1)), Marks::default);
            self.marks.splice(place..=place, [marks]);
        }
        told
    }

    /// Plans the body of a call that came over `fetch`, for a deployment that speaks its language: 1. 0 where the whole
    /// body has to be read, for `coreSpliceWhole`, because members of it are replaced or left out; 2 where the deployment
    /// cannot serve it, whose step `coreAnsweredAbroad` makes.
    #[wasm_bindgen(js_name = coreSplice)]
    pub fn splice(&mut self, call: u32, deployment: u16) -> u32 {
        let (call, deployment) = (CallId(call), DeploymentIx(deployment));
        let engine = self.engine.borrow();
        if !engine.overrides(call).is_empty() || engine.has_members(call) {
            return planned::WHOLE;
        }
        let splice = engine.splice(call, deployment);
        drop(engine);
        self.plan(splice)
    }

    /// The same of a body that has been read as one that is translated: the caller's, or one that the driver has written for
    /// the deployment.
    #[wasm_bindgen(js_name = coreSpliceWhole)]
    pub fn splice_whole(&mut self, call: u32, deployment: u16, is_written: bool) -> u32 {
        let bones = std::mem::take(&mut self.skeleton).finish();
        let (call, deployment) = (CallId(call), DeploymentIx(deployment));
        let splice = self.engine.borrow().splice_whole(call, deployment, &bones, is_written);
        self.plan(splice)
    }

    /// Does a call itself say what becomes of members of its request?
    #[wasm_bindgen(js_name = coreHasMembers)]
    #[must_use]
    pub fn has_members(&self, call: u32) -> bool {
        self.engine.borrow().has_members(CallId(call))
    }

    fn plan(&mut self, splice: Option<Result<Splice, Fault>>) -> u32 {
        match splice {
            Some(Err(fault)) => {
                self.abroad = Some(Err(fault));
                return planned::UNFIT;
            }
            Some(Ok(splice)) => self.keep(&splice),
            None => self.keep(&Splice::default()),
        }
        planned::PLANNED
    }

    // ── tokens of the host's ──

    /// The host has given a token for a send, which goes out now.
    #[wasm_bindgen(js_name = coreReady)]
    pub fn ready(&mut self, call: u32, attempt: u16, token: &str, now: f64) -> u32 {
        self.engine.borrow_mut().note_token(token);
        self.event(call, Event::Ready { attempt: AttemptId(attempt) }, now)
    }

    /// Does a fallback of the config replace members of requests?
    #[wasm_bindgen(js_name = coreHasOverrides)]
    #[must_use]
    pub fn has_overrides(&self) -> bool {
        self.engine.borrow().has_overrides()
    }

    /// The members that the present target of a call replaces, as an object; `undefined` if there are none.
    #[wasm_bindgen(js_name = coreOverrides)]
    #[must_use]
    pub fn overrides(&self, call: u32) -> JsValue {
        let engine = self.engine.borrow();
        let overrides = engine.overrides(CallId(call));
        if overrides.is_empty() { JsValue::UNDEFINED } else { convert::params(overrides) }
    }

    /// How many numbers there are of the body that was planned last, three a piece: (0 = of what the driver holds, 1 = of what
    /// is where `coreInsertsAt` says), start, end. They are where `corePiecesAt` says, in the same turn.
    #[wasm_bindgen(js_name = corePieces)]
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.last.pieces.len()
    }

    /// Where the pieces are, in linear memory.
    #[wasm_bindgen(js_name = corePiecesAt)]
    #[must_use]
    pub fn pieces_at(&self) -> usize {
        self.last.pieces.as_ptr() as usize
    }

    /// Where the inserts are, in linear memory.
    #[wasm_bindgen(js_name = coreInsertsAt)]
    #[must_use]
    pub fn inserts_at(&self) -> usize {
        self.last.inserts.as_ptr() as usize
    }

    /// The text of the answer so far, which the next send is to go on from; `undefined` if there is none.
    #[wasm_bindgen(js_name = coreResumedText)]
    #[must_use]
    pub fn resumed_text(&self, call: u32) -> Option<String> {
        self.engine.borrow().resumed_text(CallId(call)).map(str::to_owned)
    }

    // ── providers that speak another language ──

    /// Begins the reading of a body that is translated.
    #[wasm_bindgen(js_name = coreTranslate)]
    pub fn translate(&mut self) {
        self.skeleton = Default::default();
    }

    /// Reads the bytes in the window.
    #[wasm_bindgen(js_name = coreTranslatePart)]
    pub fn translate_part(&mut self, len: usize) {
        self.skeleton.push(self.window.bytes(len));
    }

    /// Does the part of a body in the window hold what a deployment's provider may not take? To be asked of a deployment whose
    /// `coreOutbound` says so.
    #[wasm_bindgen(js_name = coreIsMarked)]
    #[must_use]
    pub fn is_marked(&self, deployment: u16, len: usize) -> bool {
        self.marks.get(usize::from(deployment)).is_some_and(|marks| marks.is_in(self.window.bytes(len)))
    }

    /// The body may hold what its provider does not take: plans it without that.
    #[wasm_bindgen(js_name = corePortable)]
    pub fn portable(&mut self, deployment: u16) {
        let bones = std::mem::take(&mut self.skeleton).finish();
        let body = self.engine.borrow().portable(DeploymentIx(deployment), &bones.json);
        self.keep(&bones.expand(body.unwrap_or_else(|| bones.json.clone())));
    }

    /// The body was the caller's, with the bytes of the files behind it in base64 that `coreFile` has told: plans what is sent.
    /// 0; `FETCH` where files have to be fetched first, whose addresses are then a JSON list, the body; or the code of the step
    /// that follows if nothing can be sent.
    #[wasm_bindgen(js_name = coreRewrite)]
    pub fn rewrite(&mut self, call: u32, attempt: u16, now: f64) -> u32 {
        let mut bones = std::mem::take(&mut self.skeleton).finish();
        let files = std::mem::take(&mut self.files);
        let files = files.into_iter().map(|(media_type, len)| File { media_type, mark: bones.append(len) });
        let files = files.collect();
        let now = Millis::from_f64(now);
        let rewritten =
            self.engine.borrow_mut().rewrite(now, CallId(call), AttemptId(attempt), &bones, files);
        match rewritten {
            Ok(rewritten) => {
                self.keep(&rewritten.body);
                self.last.headers = rewritten.headers;
                if rewritten.wants_files { action::FETCH } else { action::NONE }
            }
            Err(step) => self.take(call, *step),
        }
    }

    /// May a file be fetched from there? The parts of its address are those of `URL`: `scheme` without its colon, `host` without a
    /// port, `port` empty where it is the scheme's own.
    #[wasm_bindgen(js_name = coreMayFetch)]
    #[must_use]
    pub fn may_fetch(&self, scheme: &str, host: &str, port: &str) -> bool {
        self.engine.borrow().config().files.as_ref().is_some_and(|files| files.allows(scheme, host, port))
    }

    /// The largest file that is fetched, in bytes.
    #[wasm_bindgen(js_name = coreMaxFileBytes)]
    #[must_use]
    pub fn max_file_bytes(&self) -> f64 {
        self.engine.borrow().config().files.as_ref().map_or(0.0, |files| files.max_bytes as f64)
    }

    /// A send waits for its files; `is_there`: they have come.
    #[wasm_bindgen(js_name = coreFiles)]
    pub fn files_of(&mut self, call: u32, attempt: u16, is_there: bool, now: f64) -> u32 {
        let attempt = AttemptId(attempt);
        self.event(call, if is_there { Event::Ready { attempt } } else { Event::Fetching { attempt } }, now)
    }

    /// A file of the body that is planned next, in the order in which they were asked for: its type, and how many bytes it has in
    /// base64.
    #[wasm_bindgen(js_name = coreFile)]
    pub fn file(&mut self, media_type: &str, len: u32) {
        let is_type = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-._".contains(&byte);
        let is_told = media_type.len() < 128 && media_type.bytes().all(is_type);
        self.files.push((if is_told { media_type.to_ascii_lowercase() } else { String::new() }, len));
    }

    /// The headers that the body planned last needs beside those of its deployment: names and values in turn.
    #[wasm_bindgen(js_name = coreRewrittenHeaders)]
    #[must_use]
    pub fn rewritten_headers(&mut self) -> Vec<String> {
        let headers = std::mem::take(&mut self.last.headers);
        headers.into_iter().flat_map(|(name, value)| [name.to_owned(), value.expose().to_owned()]).collect()
    }

    /// The body was a 2xx reply: plans the answer for the caller. Its step is made by `coreAnsweredAbroad`.
    #[wasm_bindgen(js_name = coreReadAbroad)]
    pub fn read_abroad(&mut self, call: u32, attempt: u16, now: f64) {
        let bones = std::mem::take(&mut self.skeleton).finish();
        let now = Millis::from_f64(now);
        let read = self.engine.borrow().read_abroad(now, CallId(call), AttemptId(attempt), &bones);
        // Of what is no answer nothing is put together: what was planned before it is the request.
        let (answer, usage) = match read {
            Ok((answer, usage)) => (answer, Ok(usage)),
            Err(fault) => (Splice::default(), Err(fault)),
        };
        self.keep(&answer);
        self.abroad = Some(usage);
    }

    /// The reply read by `coreReadAbroad` is put together: it is the answer, or a fault. The fault of a body that was planned in
    /// vain, too.
    #[wasm_bindgen(js_name = coreAnsweredAbroad)]
    pub fn answered_abroad(&mut self, call: u32, attempt: u16, now: f64) -> u32 {
        let attempt = AttemptId(attempt);
        let event = match self.abroad.take() {
            Some(Ok(usage)) => Event::Body { attempt, usage },
            Some(Err(fault)) => Event::Failed { attempt, fault },
            None => Event::Failed { attempt, fault: Fault::bug("no reply has been read") },
        };
        self.event(call, event, now)
    }

    fn keep(&mut self, splice: &Splice) {
        self.last.pieces = pieces(splice);
        self.last.inserts = splice.inserts().to_vec();
    }
}
