//! What the host is asked in the middle of a call, and its answers; and what stands for a provider's answer.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::time::Millis;
use crate::config::{CallOptions, DeploymentIx, GroupIx, Resolved, Surface};
use crate::engine::{CallId, Facts, Mocked, Size, write};
use crate::error::Fault;
use crate::plan::{Answer, Ask, AttemptId, Event};
use crate::price::Capabilities;

use super::convert;
use super::router::Router;

impl Router {
    /// The tokens that a request reserves, where its size was told.
    pub(super) fn reserved(&self, surface: Surface, size: Option<Size>) -> Option<(u32, u32)> {
        size.map(|size| size.reserved(surface, self.engine.borrow().output_guess()))
    }

    /// What was scanned of a request, and its options; the host may have made another one of it.
    pub(super) fn scanned(&mut self) -> Result<(Facts, CallOptions), Fault> {
        let mut facts = Facts::read(std::mem::take(&mut self.scan))?;
        let (model, metadata) = self.meant.take().unzip();
        facts.model = model.unwrap_or(facts.model);
        let options = self.engine.borrow_mut().options_of(&facts, metadata.flatten().as_ref())?;
        Ok((facts, self.known(options)))
    }
}

/// Whom the host names: the index of its first choice; -1 for all that are in the list, and nobody else; -2 if it has failed;
/// below that it was not asked.
pub(super) fn named(choice: i32, list: &[u16]) -> Option<Answer> {
    match choice {
        -2 => Some(Answer::Failed),
        -1 => Some(Answer::Ranking(list.iter().copied().map(DeploymentIx).collect())),
        choice => u16::try_from(choice).ok().map(|ix| Answer::Choice(DeploymentIx(ix))),
    }
}

#[wasm_bindgen]
impl Router {
    /// The target that a call would move to: `{model_group, deployment, requested_model}`.
    #[wasm_bindgen(js_name = coreAskedTarget)]
    #[must_use]
    pub fn asked_target(&self, call: u32) -> JsValue {
        let target = self.read(call, |running| running.call.asked_target()).flatten();
        let engine = self.engine.borrow();
        let config = engine.config();
        let deployment = match target {
            Some(Resolved::Deployment(ix)) => config.deployment(ix),
            _ => None,
        };
        let group = match target {
            Some(Resolved::Group(ix)) => Some(ix),
            _ => deployment.map(|known| known.group),
        };
        let requested = self.read(call, |running| running.call.spec().requested.to_string());
        let text = |text: Option<&str>| text.map_or(JsValue::NULL, JsValue::from_str);
        convert::object(&[
            ("model_group", text(group.and_then(|ix| config.group(ix)).map(|known| known.name.as_str()))),
            ("deployment", text(deployment.map(|known| known.id.as_str()))),
            ("requested_model", text(requested.as_deref())),
        ])
    }

    /// Whom the host is to rank, as numbers: of which group, and what is known of each. How many numbers there are; they are
    /// where `coreRowsAt` says, in the same turn.
    #[wasm_bindgen(js_name = coreContenders)]
    pub fn contenders(&mut self, call: u32, now: f64) -> usize {
        self.rows.clear();
        if let Some((group, found)) = self.engine.borrow().contenders(Millis::from_f64(now), CallId(call)) {
            write(group, found, &mut self.rows);
        }
        self.rows.len()
    }

    /// Where the numbers are, in linear memory.
    #[wasm_bindgen(js_name = coreRowsAt)]
    #[must_use]
    pub fn rows_at(&self) -> usize {
        self.rows.as_ptr() as usize
    }

    /// The name of a group.
    #[wasm_bindgen(js_name = coreGroupName)]
    #[must_use]
    pub fn group_name(&self, group: u16) -> String {
        let engine = self.engine.borrow();
        engine.config().group(GroupIx(group)).map(|known| known.name.clone()).unwrap_or_default()
    }

    /// The host has named a first choice, by its index; -2: it has failed.
    #[wasm_bindgen(js_name = coreChosen)]
    pub fn chosen(&mut self, call: u32, choice: i32, now: f64) -> u32 {
        self.ranked(call, choice, &[], now)
    }

    /// The host has said whom it would choose, or whom it leaves, whichever it was asked: see `named`.
    #[wasm_bindgen(js_name = coreRanked)]
    pub fn ranked(&mut self, call: u32, choice: i32, list: &[u16], now: f64) -> u32 {
        let value = named(choice, list).unwrap_or(Answer::Failed);
        let ask = self.read(call, |running| running.call.asking()).flatten().unwrap_or(Ask::Rank);
        self.event(call, Event::Answered { ask, value }, now)
    }

    /// `beforeRoute` has failed: does the call end? Then the error is in `coreError(0)`.
    #[wasm_bindgen(js_name = coreHookFailed)]
    pub fn hook_failed(&mut self) -> bool {
        let fault = self.engine.borrow_mut().hook_failed("beforeRoute");
        fault.map(|fault| self.refuse_with(fault, 0)).is_some()
    }

    /// Does a limit of the config count tokens?
    #[wasm_bindgen(js_name = coreCountsTokens)]
    #[must_use]
    pub fn counts_tokens(&self) -> bool {
        self.engine.borrow().counts_tokens()
    }

    /// Tells the size of the request that is begun next: its tokens, whether the host has counted them, the bound that it
    /// sets for its answer, below 0 if there is none, and the letters of what the model has to be able to do.
    #[wasm_bindgen(js_name = coreSize)]
    pub fn size(&mut self, tokens: f64, is_counted: bool, output: f64, abilities: &str) {
        let output = (output >= 0.0).then_some(output as u32);
        let abilities = Capabilities::of_letters(abilities);
        self.size = Some(Size { input: tokens as u32, output, choices: None, is_counted, abilities });
    }

    /// The parameters that the rules of the config look at; `undefined` if there is no rule.
    #[wasm_bindgen(js_name = coreRuleParams)]
    #[must_use]
    pub fn rule_params(&self) -> Option<Vec<String>> {
        let engine = self.engine.borrow();
        let rules = &engine.config().rules;
        (!rules.rules.is_empty() || rules.default.is_some()).then(|| rules.params.clone())
    }

    /// The group that the rules name for a request, in the place of its model. `about` has its `metadata` and `params`.
    #[wasm_bindgen(js_name = coreRuled)]
    #[must_use]
    pub fn ruled(&self, model: &str, about: &JsValue) -> Option<String> {
        let about = convert::from_js(about).ok()?;
        self.engine.borrow().ruled(model, &about).map(str::to_owned)
    }

    /// Is a value plain data, as far as it may be looked at?
    #[wasm_bindgen(js_name = coreIsData)]
    #[must_use]
    pub fn is_data(&self, value: &JsValue) -> bool {
        convert::from_js(value).is_ok()
    }

    /// What the host has made of the request that is being scanned: another model, and its metadata.
    #[wasm_bindgen(js_name = coreMeant)]
    pub fn meant(&mut self, model: String, metadata: &JsValue) {
        let metadata = convert::from_js(metadata).ok().filter(|metadata| !metadata.is_null());
        self.meant = Some((model, metadata));
    }

    /// What a send is answered with instead of being sent: `{body, delayMs}`, `{refusal}`, or `{}` for nothing at all;
    /// `undefined` if it is to be sent.
    #[wasm_bindgen(js_name = coreMock)]
    #[must_use]
    pub fn mocked(&self, call: u32, attempt: u16, now: f64) -> JsValue {
        let mocked = self.engine.borrow().mocked(Millis::from_f64(now), CallId(call), AttemptId(attempt));
        match mocked {
            None => JsValue::UNDEFINED,
            Some(Mocked::Silence) => convert::object(&[]),
            Some(Mocked::Refused(why)) => convert::object(&[("refusal", why.into())]),
            Some(Mocked::Answer { body, delay_ms }) => convert::object(&[
                ("body", String::from_utf8_lossy(&body).as_ref().into()),
                ("delayMs", (delay_ms as f64).into()),
            ]),
        }
    }

    /// The host has answered.
    #[wasm_bindgen(js_name = coreMayFallback)]
    pub fn may_fall_back(&mut self, call: u32, yes: bool, now: f64) -> u32 {
        let value = if yes { Answer::Yes } else { Answer::No };
        self.event(call, Event::Answered { ask: Ask::MayFallback, value }, now)
    }
}
