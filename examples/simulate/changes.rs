//! What a program does to the router while calls run: deployments come, go, and are others under their ids; settings change;
//! it says how deployments are, and what callers think of answers.

use std::fmt;

use serde_json::{Map, Value, json};
use switchman::config::load;

use crate::draw::Draw;
use crate::labels::{self, label};
use crate::setup::{self, Setup};
use crate::traffic::Asked;

/// How many ids there are for deployments that come later.
const NEWCOMERS: usize = 8;

/// What of a deployment may be changed beside its key, its model and its group.
const VALUES: [&str; 16] = [
    "weight",
    "order",
    "rpm",
    "tpm",
    "itpm",
    "otpm",
    "max_parallel_requests",
    "num_retries",
    "retry_policy",
    "cooldown_time",
    "deadline",
    "timeout",
    "stream_timeout",
    "first_token_timeout",
    "idle_timeout",
    "headers_timeout",
];

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// Another config is given; a wrong one changes nothing.
    Config { config: Value, is_right: bool },
    /// A deployment is said to be well, or not.
    Health(String, bool),
    /// The answer of a call is given a score.
    Score(usize, f64),
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { config, is_right: true } => write!(f, "the config is {config}"),
            Self::Config { config, is_right: false } => write!(f, "a wrong config is given: {config}"),
            Self::Health(id, ok) => write!(f, "{id} is said to be {}", if *ok { "well" } else { "down" }),
            Self::Score(call, score) => write!(f, "the answer of #{call} is given {score}"),
        }
    }
}

/// What is done, and when.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) at_ms: u64,
    pub(crate) deed: Deed,
}

/// The ids of deployments that may come.
pub(crate) fn newcomers(setup: &Setup) -> Vec<String> {
    let first = setup.ids.len();
    (first..first + NEWCOMERS).map(|number| format!("d{number}")).collect()
}

/// What is done in a case, in order.
pub(crate) fn changes(draw: &mut Draw, setup: &Setup, calls: &[Asked], span_ms: u64) -> Vec<Change> {
    let mut made = Vec::new();
    let configs = if draw.chance(33) { draw.between(1, 8) } else { 0 };
    // Most of them soon after a call has begun.
    let time = |draw: &mut Draw| match draw.chance(70) {
        true => draw.one(calls).at_ms + draw.between(0, 1_500),
        false => draw.between(0, span_ms + 2_000),
    };
    let mut times: Vec<u64> = (0..configs).map(|_| time(draw)).collect();
    times.sort_unstable();
    let mut draft = Draft::new(setup);
    for at_ms in times {
        made.extend(draft.change(draw, setup).map(|deed| Change { at_ms, deed }));
    }
    if draw.chance(15) {
        let ids: Vec<String> = setup.ids.iter().cloned().chain(newcomers(setup)).collect();
        let health = |draw: &mut Draw| Deed::Health(draw.one(&ids), draw.chance(50));
        let count = draw.between(1, 12);
        made.extend(
            (0..count).map(|_| Change { at_ms: draw.between(0, span_ms + 2_000), deed: health(draw) }),
        );
    }
    let has_use = setup.experiment.is_some() || setup.config.to_string().contains("adaptive");
    if draw.chance(if has_use { 60 } else { 8 }) {
        for _ in 0..draw.between(1, calls.len() as u64 * 2) {
            let call = draw.between(0, calls.len() as u64 - 1) as usize;
            let at_ms = calls[call].at_ms + draw.ms() * 2;
            made.push(Change { at_ms, deed: Deed::Score(call, draw.one(&[0.0, 0.25, 1.0])) });
        }
    }
    made.sort_by_key(|change| change.at_ms);
    made
}

/// The config as it is after the changes so far.
struct Draft {
    list: Vec<Value>,
    settings: Map<String, Value>,
    /// Deployments that were taken out.
    gone: Vec<Value>,
    fresh: Vec<String>,
    rotations: usize,
}

impl Draft {
    fn new(setup: &Setup) -> Self {
        let mut settings = setup.config.as_object().unwrap().clone();
        let list =
            settings.remove("model_list").and_then(|list| list.as_array().cloned()).unwrap_or_default();
        Self { list, settings, gone: Vec::new(), fresh: newcomers(setup), rotations: 0 }
    }

    fn config(&self) -> Value {
        let mut config = self.settings.clone();
        config.insert("model_list".to_owned(), self.list.clone().into());
        config.into()
    }

    /// One change. What is wrong changes nothing, and is mostly left out.
    fn change(&mut self, draw: &mut Draw, setup: &Setup) -> Option<Deed> {
        let before = (self.list.clone(), self.settings.clone());
        self.alter(draw, setup);
        let config = self.config();
        let is_right = load(&config, &setup.host, &|_| None).is_ok();
        if !is_right {
            (self.list, self.settings) = before;
        }
        (is_right || draw.chance(50)).then_some(Deed::Config { config, is_right })
    }

    fn alter(&mut self, draw: &mut Draw, setup: &Setup) {
        match draw.between(0, 19) {
            0..=2 => self.add(draw, setup),
            3..=5 => _ = self.with_one(draw, |draw, entry| values(draw, setup, entry)),
            6..=8 => self.rotate(draw, setup),
            9 => _ = self.with_one(draw, other_model),
            10 => {
                let group = draw.one(&setup.groups);
                _ = self.with_one(draw, |_, entry| entry["model_name"] = group.into());
            }
            11..=13 => self.delete(draw),
            14 | 15 => self.replace(draw, setup),
            _ => self.settings(draw, setup),
        }
    }

    /// Changes one of the deployments.
    fn with_one(&mut self, draw: &mut Draw, change: impl FnOnce(&mut Draw, &mut Value)) -> Option<()> {
        let last = (self.list.len() as u64).checked_sub(1)?;
        let place = draw.between(0, last) as usize;
        change(draw, &mut self.list[place]);
        Some(())
    }

    /// `addDeployment`: a new one, or one that was there before, perhaps as it was.
    fn add(&mut self, draw: &mut Draw, setup: &Setup) {
        if !self.gone.is_empty() && (self.fresh.is_empty() || draw.chance(50)) {
            let place = draw.between(0, self.gone.len() as u64 - 1) as usize;
            let mut entry = self.gone.swap_remove(place);
            if draw.chance(50) {
                values(draw, setup, &mut entry);
            }
            return self.list.push(entry);
        }
        let Some(id) = self.fresh.pop() else { return };
        let group = draw.one(&setup.groups);
        let mut entry = setup::deployment(draw, &group, setup.keys, &id);
        if setup.has_budgets {
            setup::price(draw, &mut entry);
        }
        if setup.has_labels {
            label(draw, &mut entry);
        }
        let place = draw.between(0, self.list.len() as u64) as usize;
        self.list.insert(place, entry);
    }

    /// New keys: of one deployment, or of all.
    fn rotate(&mut self, draw: &mut Draw, setup: &Setup) {
        self.rotations += 1;
        let turn = self.rotations;
        if draw.chance(40) {
            for entry in &mut self.list {
                let key = entry["litellm_params"]["api_key"].as_str().unwrap_or_default().to_owned();
                entry["litellm_params"]["api_key"] = format!("{key}-{turn}").into();
            }
            return;
        }
        let number = draw.between(1, setup.keys);
        let key =
            if draw.chance(60) { format!("sk-rotated-{turn}") } else { format!("sk-simulated-{number}") };
        _ = self.with_one(draw, |_, entry| entry["litellm_params"]["api_key"] = key.into());
    }

    /// `deleteDeployment`.
    fn delete(&mut self, draw: &mut Draw) {
        for _ in 0..draw.between(1, 2) {
            if let Some(last) = (self.list.len() as u64).checked_sub(1) {
                self.gone.push(self.list.remove(draw.between(0, last) as usize));
            }
        }
    }

    /// `setModelList`: another order, some that go, some that come, some that are others.
    fn replace(&mut self, draw: &mut Draw, setup: &Setup) {
        for _ in 0..draw.between(0, 3) {
            self.delete(draw);
        }
        for _ in 0..draw.between(0, 3) {
            self.add(draw, setup);
        }
        for _ in 0..draw.between(0, 2) {
            _ = self.with_one(draw, |draw, entry| values(draw, setup, entry));
        }
        let all = self.list.clone();
        let mut left: Vec<Value> = all;
        self.list.clear();
        while !left.is_empty() {
            self.list.push(left.swap_remove(draw.between(0, left.len() as u64 - 1) as usize));
        }
    }

    /// `updateSettings`: some of them, or none any more.
    fn settings(&mut self, draw: &mut Draw, setup: &Setup) {
        let ids: Vec<String> = self
            .list
            .iter()
            .filter_map(|entry| entry["model_info"]["id"].as_str().map(str::to_owned))
            .collect();
        if ids.is_empty() {
            return;
        }
        let mut fresh = setup::settings(draw, &setup.groups, &ids, &setup.strategies);
        let mut names: Vec<String> = setup::SETTINGS.iter().map(|name| (*name).to_owned()).collect();
        if setup.has_labels && draw.chance(40) {
            let more = labels::settings(draw);
            names.extend(more.keys().cloned());
            fresh.extend(more);
        }
        if setup.has_budgets && draw.chance(50) {
            let more = setup::budgets(draw);
            names.extend(more.keys().cloned());
            fresh.extend(more);
        }
        for name in draw.some(&names, 10) {
            match fresh.remove(&name) {
                Some(value) => _ = self.settings.insert(name, value),
                None => _ = self.settings.remove(&name),
            }
        }
    }
}

/// `upsertDeployment` with other values.
fn values(draw: &mut Draw, setup: &Setup, entry: &mut Value) {
    let id = entry["model_info"]["id"].as_str().unwrap_or_default().to_owned();
    let group = entry["model_name"].as_str().unwrap_or_default().to_owned();
    let mut fresh = setup::deployment(draw, &group, setup.keys, &id);
    let params = entry["litellm_params"].as_object_mut().unwrap();
    for name in VALUES {
        if draw.chance(40) {
            match fresh["litellm_params"].as_object_mut().and_then(|fresh| fresh.remove(name)) {
                Some(value) => _ = params.insert(name.to_owned(), value),
                None => _ = params.remove(name),
            }
        }
    }
    if setup.has_budgets && draw.chance(30) {
        setup::price(draw, entry);
    }
    if setup.has_labels && draw.chance(50) {
        label(draw, entry);
    }
}

/// Another model, perhaps elsewhere, under the same id.
fn other_model(draw: &mut Draw, entry: &mut Value) {
    let params = &mut entry["litellm_params"];
    if draw.chance(50) {
        params["model"] = json!(draw.one(&["openai/gpt-4o", "openai/gpt-4o-mini"]));
        params.as_object_mut().unwrap().remove("api_base");
    } else {
        params["model"] = json!("hosted_vllm/llama");
        params["api_base"] = json!(draw.one(&["https://elsewhere.test/v1", "https://third.test/v1"]));
    }
}
