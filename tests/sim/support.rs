//! Short ways to set a scene and to say what must have happened in it.

use std::ops::{Deref, DerefMut};

use serde_json::{Value, json};
use switchman::sim::{CallNo, Outcome, Reply, Spec, Upstream, World};

/// The seed of every world that is not about seeds.
pub(crate) fn seed() -> u64 {
    std::env::var("SEED").ok().map_or(1, |text| text.parse().expect("SEED is a number"))
}

/// A world that tells its seed and its last events when a test fails in it.
pub(crate) struct Scene {
    world: World,
    seed: u64,
}

impl Scene {
    pub(crate) fn new(config: &Value) -> Self {
        Self::seeded(config, seed())
    }

    pub(crate) fn seeded(config: &Value, seed: u64) -> Self {
        let world = World::new(config, seed).unwrap_or_else(|error| panic!("{error}"));
        Self { world, seed }
    }

    pub(crate) fn hosted(config: &Value, host: &Value) -> Self {
        let world = World::with_host(config, host, seed()).unwrap_or_else(|error| panic!("{error}"));
        Self { world, seed: seed() }
    }

    /// One group `chat` of deployments that differ by nothing.
    pub(crate) fn chat(ids: &[&str], settings: Value) -> Self {
        Self::new(&config(&[("chat", ids)], settings))
    }

    /// One group `chat` in which the first that may be used is always taken: `order` 1, 2, 3 …
    pub(crate) fn in_order(ids: &[&str], settings: Value) -> Self {
        let list = ids.iter().zip(1..).map(|(id, order)| deployment("chat", id, json!({ "order": order })));
        Self::new(&with(list.collect(), settings))
    }

    /// A deployment's far side always replies so.
    pub(crate) fn always(self, id: &str, reply: Reply) -> Self {
        self.upstream(id, Upstream::always(reply))
    }

    /// A deployment's far side first replies so, one each, and well after that.
    pub(crate) fn first(self, id: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.upstream(id, Upstream::ok().first(replies))
    }

    pub(crate) fn upstream(mut self, id: &str, upstream: Upstream) -> Self {
        self.world.upstream(id, upstream).unwrap();
        self
    }

    /// Changes a far side in the middle of a test.
    pub(crate) fn now(&mut self, id: &str, reply: Reply) {
        self.world.upstream(id, Upstream::always(reply)).unwrap();
    }

    /// Makes a call, and runs until it is over.
    pub(crate) fn ask(&mut self, spec: Spec) -> Outcome {
        let call = self.world.complete(spec);
        self.seen(call)
    }

    /// Makes a call to `chat`, answered whole.
    pub(crate) fn ask_chat(&mut self) -> Outcome {
        self.ask(Spec::chat("chat"))
    }

    pub(crate) fn seen(&self, call: CallNo) -> Outcome {
        self.world.outcome(call).unwrap().clone()
    }

    #[track_caller]
    pub(crate) fn assert_sent(&self, ids: &[&str]) {
        assert_eq!(self.world.sent(), ids);
    }

    /// How many of the sends since number `from` went to a deployment.
    pub(crate) fn sends_since(&self, from: usize, id: &str) -> usize {
        self.world.sent()[from..].iter().filter(|sent| **sent == id).count()
    }

    #[track_caller]
    pub(crate) fn assert_benched_until(&self, id: &str, ms: u64) {
        assert_eq!(self.benched_ms(id).map(|left| self.now_ms() + left), Some(ms), "bench of {id}");
    }

    #[track_caller]
    pub(crate) fn assert_not_benched(&self, id: &str) {
        assert_eq!(self.benched_ms(id), None, "bench of {id}");
    }
}

impl Deref for Scene {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Scene {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let entries = self.world.log().entries();
            eprintln!("seed {}, of {} events the last:", self.seed, entries.len());
            entries[entries.len().saturating_sub(40)..].iter().for_each(|entry| eprintln!("{entry}"));
        }
    }
}

/// A deployment of a group, with some `litellm_params` more.
pub(crate) fn deployment(group: &str, id: &str, more: Value) -> Value {
    let mut params = json!({ "model": "openai/gpt-4o", "api_key": format!("sk-secret-of-{id}") });
    merge(&mut params, more);
    json!({ "model_name": group, "litellm_params": params, "model_info": { "id": id } })
}

/// A config of groups whose deployments differ by nothing, with some settings more.
pub(crate) fn config(groups: &[(&str, &[&str])], settings: Value) -> Value {
    let list = groups.iter().flat_map(|(group, ids)| ids.iter().map(|id| deployment(group, id, json!({}))));
    with(list.collect(), settings)
}

/// A config of these deployments, with some settings more.
pub(crate) fn with(model_list: Vec<Value>, settings: Value) -> Value {
    let mut config = json!({ "model_list": model_list });
    merge(&mut config, settings);
    config
}

fn merge(object: &mut Value, more: Value) {
    let (Value::Object(object), Value::Object(more)) = (object, more) else {
        panic!("two objects are merged")
    };
    object.extend(more);
}

/// A 429 that asks to wait.
pub(crate) fn slow_down(retry_after: &str) -> Reply {
    Reply::status(429).header("retry-after", retry_after)
}

#[track_caller]
pub(crate) fn assert_answered(outcome: &Outcome) {
    assert!(outcome.is_answered(), "{outcome:#?}");
}
