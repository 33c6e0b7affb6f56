//! Looking inside the router of a world, as a program does beside its calls.

use serde_json::Value;

use crate::config::{CallOptions, Demand};
use crate::error::Fault;
use crate::plan::Answer;

use super::traffic::Spec;
use super::world::World;

impl World {
    /// What would become of a call that began now; `Null` if its options are wrong.
    pub fn explain(&mut self, spec: &Spec) -> Value {
        let Ok(options) = self.router.options(&spec.options) else { return Value::Null };
        self.router
            .explain(self.clock.now, spec.request(options), None)
            .map_or(Value::Null, |told| parsed(&told))
    }

    /// As [`World::explain`], where the host's own strategy has said whom it would choose: these, and nobody else.
    pub fn explain_ranked(&mut self, spec: &Spec, ids: &[&str]) -> Value {
        let Ok(options) = self.router.options(&spec.options) else { return Value::Null };
        let find = |id: &&str| self.router.config().names.id(id);
        let named = Some(Answer::Ranking(ids.iter().filter_map(find).collect()));
        self.router
            .explain(self.clock.now, spec.request(options), named)
            .map_or(Value::Null, |told| parsed(&told))
    }

    /// The id of the deployment that a call to a model would be sent to now.
    ///
    /// # Errors
    /// What such a call would hear.
    pub fn choose(&mut self, model: &str) -> Result<String, Fault> {
        let (demand, options) = (Demand::default(), CallOptions::default());
        let ix = self.router.choose(self.clock.now, model, false, demand, &options, None)?;
        Ok(self.router.config().deployment(ix).map_or_else(String::new, |known| known.id.clone()))
    }

    /// Everything that the router knows now.
    pub fn snapshot(&mut self) -> Value {
        parsed(&self.router.snapshot(self.clock.told()))
    }

    /// Says that a deployment is well, or not.
    ///
    /// # Errors
    /// There is none with this id.
    pub fn set_health(&mut self, id: &str, ok: bool) -> Result<(), Fault> {
        self.router.set_health(self.clock.told(), id, ok)
    }

    /// Begins to keep events, or keeps none any more.
    pub fn listen(&mut self, on: bool) {
        self.router.listen(on);
    }

    /// The events since the last look.
    pub fn take_events(&mut self) -> Vec<Value> {
        match parsed(&self.router.take_events()) {
            Value::Array(events) => events,
            _ => Vec::new(),
        }
    }
}

/// What the router tells is JSON; a test would fail at `Null`.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
