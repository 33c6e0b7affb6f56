//! What callers ask for, and when.

use std::num::NonZeroU64;

use serde_json::Value;

use crate::config::{CallOptions, Demand, Surface};
use crate::engine::{Request, prompt_key};

use super::world::{CallNo, World};

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct Spec {
    pub(super) model: String,
    pub(super) surface: Surface,
    pub(super) stream: bool,
    pub(super) objects: bool,
    pub(super) tokens: Option<(u32, u32)>,
    pub(super) demand: Demand,
    pub(super) options: Value,
    pub(super) cancel_after_ms: Option<u64>,
    pub(super) prompt: Option<NonZeroU64>,
    pub(super) about: Option<Value>,
}

impl Spec {
    fn new(model: &str, surface: Surface, stream: bool) -> Self {
        let (model, options) = (model.to_owned(), Value::Null);
        let (tokens, demand, cancel_after_ms) = (None, Demand::default(), None);
        let (objects, prompt, about) = (false, None, None);
        Self { model, surface, stream, objects, tokens, demand, options, cancel_after_ms, prompt, about }
    }

    /// A chat completion, answered whole.
    #[must_use]
    pub fn chat(model: &str) -> Self {
        Self::new(model, Surface::Chat, false)
    }

    /// A chat completion as a stream of bytes: after the commit the router sees nothing but the end.
    #[must_use]
    pub fn stream(model: &str) -> Self {
        Self::new(model, Surface::Chat, true)
    }

    /// An embedding.
    #[must_use]
    pub fn embedding(model: &str) -> Self {
        Self::new(model, Surface::Embeddings, false)
    }

    /// Asks for the stream as objects: the router reads every byte of it.
    #[must_use]
    pub fn as_objects(self) -> Self {
        Self { objects: true, ..self }
    }

    /// The request that it makes, with options that have been read.
    pub(super) fn request(&self, mut options: CallOptions) -> Request {
        if self.prompt.is_some() {
            options.keys.get_or_insert_default().prompt = self.prompt;
        }
        Request {
            surface: self.surface,
            model: self.model.as_str().into(),
            stream: self.stream,
            objects: self.objects,
            usage_asked: false,
            is_text: true,
            tokens: self.tokens,
            demand: self.demand,
            options,
            facts: None,
        }
    }

    /// Is it answered as a stream?
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.stream
    }

    /// Tells how many tokens the request is thought to use: its own, and those of the answer.
    #[must_use]
    pub fn using(self, input: u32, output: u32) -> Self {
        Self { tokens: Some((input, output)), ..self }
    }

    /// Tells what the request needs of a deployment.
    #[must_use]
    pub fn needing(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    /// Sets the options of the call: a JSON object, as in process.
    #[must_use]
    pub fn with(self, options: Value) -> Self {
        Self { options, ..self }
    }

    /// Tells the `messages` of the request, as JSON.
    #[must_use]
    pub fn saying(self, messages: &str) -> Self {
        Self { prompt: prompt_key(messages.as_bytes()), ..self }
    }

    /// Tells what the rules of the config look at: an object with `metadata` and `params`.
    #[must_use]
    pub fn about(self, about: Value) -> Self {
        Self { about: Some(about), ..self }
    }

    /// The caller gives up so long after the beginning, if the call is still running then.
    #[must_use]
    pub fn cancelled_after(self, ms: u64) -> Self {
        Self { cancel_after_ms: Some(ms), ..self }
    }
}

impl World {
    /// Makes a call and runs until it is over, or nothing more can happen.
    pub fn complete(&mut self, spec: Spec) -> CallNo {
        let call = self.call(spec);
        while !self.is_over(call) && self.jump() {}
        call
    }

    /// Makes so many calls, one after the other.
    pub fn run_all(&mut self, calls: usize, spec: &Spec) -> Vec<CallNo> {
        (0..calls).map(|_| self.complete(spec.clone())).collect()
    }

    /// Makes so many calls at this moment, and runs until nothing more can happen.
    pub fn run_at_once(&mut self, calls: usize, spec: &Spec) -> Vec<CallNo> {
        let made = (0..calls).map(|_| self.call(spec.clone())).collect();
        self.run();
        made
    }

    /// Makes so many calls at a steady rate, whatever becomes of them, and runs until nothing more can happen.
    pub fn run_open_loop(&mut self, calls: usize, per_second: u32, spec: &Spec) -> Vec<CallNo> {
        let at = |number: usize| number as u64 * 1_000 / u64::from(per_second.max(1));
        let made = (0..calls).map(|number| self.call_in(at(number), spec.clone())).collect();
        self.run();
        made
    }
}
