//! What decides of a call's way before and beside the strategy: rules, experiments, affinity, copies, and the host's word.

use serde_json::{Map, Value, json};
use switchman::engine::ProbeWish;
use switchman::sim::{Ranker, Sifter};

use crate::draw::{Draw, Members};

/// Ids that the host leaves: it names them in a row.
const IDS: [&str; 24] = [
    "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15",
    "d16", "d17", "d18", "d19", "d20", "d21", "d22", "d23",
];

/// What calls stay by, in the order in which it counts.
const AFFINITIES: [&str; 3] = ["session_affinity", "prompt_caching", "deployment_affinity"];

/// By which of these the calls to a group stay.
pub(crate) type Stays = [bool; 3];

/// What a call says of itself that rules look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    plan: Option<&'static str>,
    ages: Vec<u64>,
    temperature: Option<f64>,
}

impl Facts {
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        Self {
            plan: draw.chance(60).then(|| draw.one(&["paid", "free"])),
            ages: (0..draw.between(0, 2)).map(|_| draw.between(0, 9)).collect(),
            temperature: draw.chance(60).then(|| draw.one(&[0.0, 0.5, 1.0])),
        }
    }

    /// As the rules see it.
    pub(crate) fn about(&self, model: &str) -> Value {
        let Self { plan, ages, temperature } = self;
        json!({
            "metadata": { "plan": plan, "ages": ages },
            "params": { "model": model, "temperature": temperature },
        })
    }
}

/// A condition. What it means stands in [`Condition::holds`], apart from how it is written.
#[derive(Clone, Debug)]
enum Condition {
    Plan(&'static str),
    OtherPlan(&'static str),
    Cooler(f64),
    SomeAgeFrom(u64),
    Model(String),
    Either(Box<[Self; 2]>),
}

impl Condition {
    fn draw(draw: &mut Draw, names: &[String], depth: u32) -> Self {
        match draw.between(0, if depth == 0 { 5 } else { 4 }) {
            0 => Self::Plan(draw.one(&["paid", "free"])),
            1 => Self::OtherPlan(draw.one(&["paid", "free"])),
            2 => Self::Cooler(draw.one(&[0.5, 0.7])),
            3 => Self::SomeAgeFrom(draw.between(1, 9)),
            4 => Self::Model(draw.one(names)),
            _ => Self::Either(Box::new([
                Self::draw(draw, names, depth + 1),
                Self::draw(draw, names, depth + 1),
            ])),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Plan(plan) => json!({ "metadata.plan": plan }),
            Self::OtherPlan(plan) => json!({ "metadata.plan": { "$ne": plan } }),
            Self::Cooler(than) => json!({ "params.temperature": { "$lt": than } }),
            Self::SomeAgeFrom(age) => json!({ "metadata.ages": { "$gte": age } }),
            Self::Model(name) => json!({ "model": { "$like": format!("{name}*") } }),
            Self::Either(both) => json!({ "$or": [both[0].json(), both[1].json()] }),
        }
    }

    fn holds(&self, model: &str, facts: &Facts) -> bool {
        match self {
            Self::Plan(plan) => facts.plan == Some(*plan),
            Self::OtherPlan(plan) => facts.plan != Some(*plan),
            Self::Cooler(than) => facts.temperature.is_some_and(|own| own < *than),
            Self::SomeAgeFrom(age) => facts.ages.iter().any(|own| own >= age),
            Self::Model(name) => model.starts_with(name.as_str()),
            Self::Either(both) => both.iter().any(|one| one.holds(model, facts)),
        }
    }
}

/// `conditional_routing`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    conditions: Vec<(Condition, String)>,
    default: Option<String>,
    models: Vec<String>,
}

impl Rules {
    pub(crate) fn draw(draw: &mut Draw, names: &[String]) -> Self {
        let condition = |draw: &mut Draw| (Condition::draw(draw, names, 0), draw.one(names));
        Self {
            conditions: (0..draw.between(1, 3)).map(|_| condition(draw)).collect(),
            default: draw.chance(20).then(|| draw.one(names)),
            models: if draw.chance(30) { draw.some(names, 3) } else { Vec::new() },
        }
    }

    pub(crate) fn json(&self) -> Value {
        let rule = |(when, then): &(Condition, String)| json!({ "when": when.json(), "then": then });
        let conditions: Vec<Value> = self.conditions.iter().map(rule).collect();
        let mut found = json!({ "conditions": conditions, "models": self.models });
        if let Some(default) = &self.default {
            found["default"] = json!(default);
        }
        found
    }

    /// The model that a request is for.
    pub(crate) fn model<'a>(&'a self, model: &'a str, facts: &Facts) -> &'a str {
        if !self.models.is_empty() && !self.models.iter().any(|one| one == model) {
            return model;
        }
        let first = self.conditions.iter().find(|(when, _)| when.holds(model, facts));
        first.map(|(_, then)| then).or(self.default.as_ref()).map_or(model, String::as_str)
    }
}

/// An experiment: its name, its group, and the groups that share its calls.
#[derive(Clone, Debug)]
pub(crate) struct Experiment {
    pub(crate) name: String,
    pub(crate) model: String,
    pub(crate) variants: Vec<(String, f64)>,
}

impl Experiment {
    pub(crate) fn draw(draw: &mut Draw, groups: &[String]) -> Self {
        let mut variants: Vec<(String, f64)> =
            draw.some(groups, 3).into_iter().map(|group| (group, draw.one(&[0.0, 1.0, 1.0, 8.0]))).collect();
        if !variants.iter().any(|(_, weight)| *weight > 0.0) {
            variants = vec![(draw.one(groups), 2.0)];
        }
        Self { name: format!("trial {}", draw.between(0, 99)), model: draw.one(groups), variants }
    }

    pub(crate) fn json(&self) -> Value {
        let variant = |(model, weight): &(String, f64)| json!({ "model": model, "weight": weight });
        let variants: Vec<Value> = self.variants.iter().map(variant).collect();
        json!([{ "name": self.name, "model": self.model, "variants": variants }])
    }

    /// The share of a variant.
    pub(crate) fn share(&self, group: &str) -> f64 {
        let total: f64 = self.variants.iter().map(|(_, weight)| weight).sum();
        let own = self.variants.iter().find(|(name, _)| name == group);
        own.map_or(0.0, |(_, weight)| weight / total)
    }
}

/// By what calls stay, of all groups and of some; and the settings that say so.
pub(crate) fn affinity(draw: &mut Draw, groups: &[String]) -> (Vec<Stays>, Map<String, Value>) {
    let flags = |stays: Stays| -> Vec<&str> {
        AFFINITIES.into_iter().zip(stays).filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect()
    };
    let stays = |draw: &mut Draw| [draw.chance(60), draw.chance(50), draw.chance(30)];
    let all = stays(draw);
    let mut found = vec![all; groups.len()];
    let mut settings = Map::new();
    settings.insert("optional_pre_call_checks".to_owned(), json!(flags(all)));
    if draw.chance(30) {
        let place = draw.between(0, groups.len() as u64 - 1) as usize;
        found[place] = stays(draw);
        let own = json!({ groups[place].as_str(): flags(found[place]) });
        settings.insert("model_group_affinity_config".to_owned(), own);
    }
    (found, settings)
}

/// Lets most deployments declare a share of the traffic as `rpm`, and none a weight: who is left decides what counts.
pub(crate) fn shares(draw: &mut Draw, list: &mut [Value]) {
    for params in list.iter_mut().filter_map(|entry| entry["litellm_params"].as_object_mut()) {
        let weight = params.remove("weight");
        // One that takes nothing stays so.
        params.extend(weight.filter(|weight| *weight == 0).map(|none| ("weight".to_owned(), none)));
        params.remove("rpm");
        if draw.chance(82) {
            params.insert("rpm".to_owned(), draw.one(&[1_000_u32, 5_000, 50_000]).into());
        }
    }
}

/// Where copies of a deployment's calls go, and how many of them.
pub(crate) fn silent(draw: &mut Draw, groups: &[String], entry: &mut Value) {
    let models = draw.some(groups, 2);
    if models.is_empty() {
        return;
    }
    entry["litellm_params"]["silent_model"] = json!(models);
    if draw.chance(70) {
        entry["litellm_params"]["silent_share"] = json!(draw.one(&[0.0, 0.2, 0.5, 0.9]));
    }
}

/// What the host says of the candidates of a group.
pub(crate) fn ranker(draw: &mut Draw, ids: &[String]) -> Ranker {
    let named = match draw.between(0, 9) {
        0 => Ranker::Nobody,
        1 => Ranker::Fails,
        2 => return Ranker::Silent,
        3..=5 => Ranker::Picks(draw.one(ids)),
        _ => Ranker::Ranks(draw.some(ids, ids.len())),
    };
    if draw.chance(40) { named.after(draw.one(&[1, 30, 400, 2_000])) } else { named }
}

/// Whom the host leaves.
pub(crate) fn sifter(draw: &mut Draw, count: usize) -> Sifter {
    let from = draw.between(0, count as u64 - 1) as usize;
    let to = draw.between(from as u64, IDS.len() as u64) as usize;
    match draw.between(0, 7) {
        0 => Sifter::Fails,
        1 => Sifter::Silent,
        2 => Sifter::LeavesAfter(draw.one(&[1, 300, 2_000]), &IDS[from..to]),
        _ => Sifter::Leaves(&IDS[from..to]),
    }
}

/// Whom the host asks how they are, and for how long.
pub(crate) fn probe(draw: &mut Draw, groups: &[String], ids: &[String]) -> (ProbeWish, u64) {
    let wish = ProbeWish {
        all: draw.chance(40),
        groups: if draw.chance(30) { draw.some(groups, 2) } else { Vec::new() },
        ids: if draw.chance(30) { draw.some(ids, 3) } else { Vec::new() },
    };
    (wish, draw.one(&[200, 3_000, 10_000]))
}

/// What a call is known by.
pub(crate) fn keys(draw: &mut Draw) -> Map<String, Value> {
    Members::new(draw)
        .maybe("sessionId", 55, |draw| format!("s{}", draw.between(1, 5)))
        .maybe("tenant", 25, |draw| format!("t{}", draw.between(1, 5)))
        .done()
}
