//! Random configs: groups, weights, levels, fallbacks, policies, cooldowns, limits, time limits, streams, credentials.

use serde_json::{Map, Value, json};
use switchman::sim::{Ranker, Sifter};

use crate::draw::{Draw, Members};
use crate::labels::{self, label};
use crate::steering::{self, Experiment, Rules, Stays};

/// The classes of errors that policies name.
const CLASSES: [&str; 9] = [
    "BadRequestError",
    "AuthenticationError",
    "TimeoutError",
    "RateLimitError",
    "ContentPolicyViolationError",
    "InternalServerError",
    "ServiceUnavailableError",
    "BadGatewayError",
    "NotFoundError",
];

/// The kinds of faults that `fallback_on` names.
const KINDS: [&str; 10] = [
    "rate_limit",
    "quota",
    "server",
    "timeout",
    "connection",
    "auth",
    "not_found",
    "context_window",
    "content_policy",
    "bad_request",
];

/// How one of several deployments is picked; the last one is the host's own, where it has one.
const STRATEGIES: [&str; 9] = [
    "round-robin",
    "least-busy",
    "latency-based-routing",
    "cost-based-routing",
    "usage-based-routing",
    "peak-ewma",
    "simple-shuffle",
    "adaptive",
    "custom",
];

/// Who sells the API.
const PROVIDERS: [&str; 2] = ["openai", "hosted_vllm"];

/// What calls are for where there are budgets; the last of them never has one.
const TAGS: [&str; 3] = ["red", "blue", "plain"];

/// A config, what its host says, and the names in it.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) config: Value,
    pub(crate) host: Value,
    pub(crate) groups: Vec<String>,
    /// The groups, and other names for them.
    pub(crate) names: Vec<String>,
    /// The ids of the deployments, in the order of the model list.
    pub(crate) ids: Vec<String>,
    /// What calls may be for; nothing where neither budgets nor filters go by that.
    pub(crate) tags: Vec<String>,
    pub(crate) strategies: Vec<&'static str>,
    /// Do deployments say whom they serve?
    pub(crate) has_labels: bool,
    /// Are there prices and budgets?
    pub(crate) has_budgets: bool,
    /// How many keys there are.
    pub(crate) keys: u64,
    /// By what the calls to each group stay; empty where none do.
    pub(crate) stays: Vec<Stays>,
    pub(crate) rules: Option<Rules>,
    pub(crate) experiment: Option<Experiment>,
    /// What the host says of the candidates of each group; empty where it has no strategy of its own.
    pub(crate) rankers: Vec<Ranker>,
    /// Whom the host leaves, where it is asked.
    pub(crate) sifter: Option<Sifter>,
}

impl Setup {
    pub(crate) fn draw(draw: &mut Draw) -> Self {
        let groups: Vec<String> = (0..draw.between(1, 4)).map(|number| format!("g{number}")).collect();
        let keys = draw.between(1, 6);
        let (has_budgets, has_labels, has_copies) = (draw.chance(25), draw.chance(40), draw.chance(20));
        let has_ranker = draw.chance(30);
        let mut list = Vec::new();
        for group in &groups {
            // A group of one has rules of its own, so that it is not too rare.
            let size = if draw.chance(20) { 1 } else { draw.between(2, 6) };
            for _ in 0..size {
                let mut made = deployment(draw, group, keys, &format!("d{}", list.len()));
                if has_budgets {
                    price(draw, &mut made);
                }
                if has_labels {
                    label(draw, &mut made);
                }
                if has_copies && draw.chance(40) {
                    steering::silent(draw, &groups, &mut made);
                }
                list.push(made);
            }
        }
        let ids: Vec<String> = (0..list.len()).map(|place| format!("d{place}")).collect();
        let strategies = STRATEGIES[..STRATEGIES.len() - usize::from(!has_ranker)].to_vec();
        let mut config = settings(draw, &groups, &ids, &strategies);
        if has_budgets {
            config.extend(budgets(draw));
        }
        let mut names = groups.clone();
        if draw.chance(15) {
            config.insert("model_group_alias".to_owned(), json!({ "alias": draw.one(&groups) }));
            names.push("alias".to_owned());
        }
        let mut stays = Vec::new();
        if draw.chance(35) {
            let (found, own) = steering::affinity(draw, &groups);
            stays = found;
            config.extend(own);
            if draw.chance(50) {
                steering::shares(draw, &mut list);
            }
        }
        config.insert("model_list".to_owned(), list.into());
        if has_labels {
            config.extend(labels::settings(draw));
        }
        let rules = draw.chance(15).then(|| Rules::draw(draw, &names));
        if let Some(rules) = &rules {
            config.insert("conditional_routing".to_owned(), rules.json());
        }
        let experiment = draw.chance(20).then(|| Experiment::draw(draw, &groups));
        if let Some(experiment) = &experiment {
            config.insert("experiments".to_owned(), experiment.json());
        }
        let rankers = groups.iter().filter(|_| has_ranker).map(|_| steering::ranker(draw, &ids)).collect();
        let sifter = draw.chance(10).then(|| steering::sifter(draw, ids.len()));
        // Nobody answers the question in the world: a host that says nothing in time has said no.
        let host = Members::new(draw)
            .maybe("subrequests", 15, |draw| draw.between(1, 50))
            .maybe("mayFallback", 6, |_| true)
            .maybe("customRoutingStrategy", if has_ranker { 100 } else { 0 }, |_| true)
            .maybe("hookFailure", 30, |draw| draw.one(&["open", "closed", "closed"]))
            .maybe("filterDeployments", if sifter.is_some() { 100 } else { 0 }, |_| true)
            .done();
        let budgeted = if has_budgets { &TAGS[..] } else { &[] };
        let labelled = if has_labels { &labels::ASKED[..] } else { &[] };
        let tags = budgeted.iter().chain(labelled).map(|tag| (*tag).to_owned()).collect();
        let config = config.into();
        Self {
            config,
            host: host.into(),
            groups,
            names,
            ids,
            tags,
            strategies,
            has_labels,
            has_budgets,
            keys,
            stays,
            rules,
            experiment,
            rankers,
            sifter,
        }
    }
}

/// Gives a deployment a price, perhaps another provider, and perhaps a budget. What a call may cost is between nothing and
/// a thousandth of a dollar or so.
pub(crate) fn price(draw: &mut Draw, entry: &mut Value) {
    let params = &mut entry["litellm_params"];
    if draw.chance(85) {
        params["input_cost_per_token"] = json!(draw.one(&["0", "0.0000005", "0.000001"]));
        params["output_cost_per_token"] = json!(draw.one(&["0", "0.000002", "0.000004"]));
    }
    if draw.chance(35) {
        params["model"] = json!("hosted_vllm/llama");
        params["api_base"] = json!("https://elsewhere.test/v1");
    }
    if draw.chance(25) {
        let budget = budget(draw);
        params["max_budget"] = budget["max_budget"].clone();
        params["budget_duration"] = budget["budget_duration"].clone();
    }
}

fn budget(draw: &mut Draw) -> Value {
    let limit = draw.one(&["0.0001", "0.001", "0.003", "0.02"]);
    json!({ "max_budget": limit, "budget_duration": draw.one(&["2s", "10s", "1m", "1h"]) })
}

/// Budgets of providers and of tags.
pub(crate) fn budgets(draw: &mut Draw) -> Map<String, Value> {
    let mut found = Map::new();
    for (name, of) in [("provider_budget_config", &PROVIDERS[..]), ("tag_budget_config", &TAGS[..2])] {
        let of = draw.some(of, 2);
        let all: Map<_, _> = of.into_iter().map(|of| (of.to_owned(), budget(draw))).collect();
        found.insert(name.to_owned(), all.into());
    }
    found
}

/// A deployment with one of so many keys.
pub(crate) fn deployment(draw: &mut Draw, group: &str, keys: u64, id: &str) -> Value {
    let key = format!("sk-simulated-{}", draw.between(1, keys));
    let mut params = Members::new(draw)
        .maybe("weight", 40, |draw| draw.one(&[0_u32, 1, 1, 3, 10]))
        .maybe("order", 30, |draw| draw.between(1, 3))
        .maybe("rpm", 15, |draw| draw.one(&[1_u32, 3, 10, 60]))
        .maybe("tpm", 10, |draw| draw.one(&[100_u32, 1_000, 20_000]))
        .maybe("itpm", 8, |draw| draw.one(&[100_u32, 1_000]))
        .maybe("otpm", 8, |draw| draw.one(&[50_u32, 1_000]))
        .maybe("max_parallel_requests", 20, |draw| draw.one(&[0_u32, 1, 2, 8]))
        .maybe("num_retries", 15, |draw| draw.between(0, 4))
        .maybe("retry_policy", 10, |draw| per_class(draw, "Retries", 4))
        .maybe("cooldown_time", 25, |draw| draw.one(&[0.0, 0.3, 2.0, 30.0, 300.0]))
        .maybe("deadline", 8, Draw::seconds)
        .done();
    if draw.chance(25) {
        params.extend(time_limits(draw));
    }
    params.insert("model".to_owned(), "openai/gpt-4o".into());
    params.insert("api_key".to_owned(), key.into());
    let mut info = Members::new(draw)
        .maybe("allowed_fails", 10, |draw| draw.between(0, 4))
        .maybe("allowed_fails_policy", 10, |draw| per_class(draw, "AllowedFails", 3))
        .maybe("supports_assistant_prefill", 40, |draw| draw.chance(70))
        .done();
    info.insert("id".to_owned(), id.into());
    json!({ "model_name": group, "litellm_params": params, "model_info": info })
}

/// Some groups with a strategy of their own. Nobody calls them by the name that they have together: what the oracle knows of
/// company and levels is of groups.
fn routing_groups(draw: &mut Draw, groups: &[String], strategies: &[&str]) -> Value {
    let models = draw.some(groups, groups.len());
    if models.is_empty() {
        return json!([]);
    }
    let args = json!({ "ttl": draw.one(&[1, 60, 3_600]), "lowest_latency_buffer": draw.one(&[0.0, 0.5]) });
    let strategy = draw.one(strategies);
    json!([{ "group_name": "pool", "models": models, "routing_strategy": strategy, "routing_strategy_args": args }])
}

/// What [`settings`] may set.
pub(crate) const SETTINGS: [&str; 31] = [
    "num_retries",
    "max_attempts",
    "max_fallbacks",
    "retry_after",
    "retry_policy",
    "model_group_retry_policy",
    "cooldown_time",
    "disable_cooldowns",
    "allowed_fails",
    "allowed_fails_policy",
    "when_all_down",
    "fallback_on",
    "routing_strategy",
    "routing_groups",
    "limit_mode",
    "default_max_parallel_requests",
    "default_priority",
    "hedging",
    "deadline",
    "mid_stream",
    "commit",
    "observe",
    "fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
    "default_fallbacks",
    "timeout",
    "stream_timeout",
    "headers_timeout",
    "first_token_timeout",
    "idle_timeout",
];

pub(crate) fn settings(
    draw: &mut Draw,
    groups: &[String],
    ids: &[String],
    strategies: &[&'static str],
) -> Map<String, Value> {
    let mut settings = Members::new(draw)
        .maybe("num_retries", 50, |draw| draw.between(0, 4))
        .maybe("max_attempts", 25, |draw| draw.between(1, 8))
        .maybe("max_fallbacks", 25, |draw| draw.between(0, 4))
        .maybe("retry_after", 20, |draw| draw.between(0, 3))
        .maybe("retry_policy", 15, |draw| per_class(draw, "Retries", 4))
        .maybe(
            "model_group_retry_policy",
            10,
            |draw| json!({ draw.one(groups): per_class(draw, "Retries", 4) }),
        )
        .maybe("cooldown_time", 50, |draw| draw.one(&[0.0, 0.2, 1.0, 5.0, 60.0, 400.0]))
        .maybe("disable_cooldowns", 8, |draw| draw.chance(80))
        .maybe("allowed_fails", 15, |draw| draw.between(0, 5))
        .maybe("allowed_fails_policy", 10, |draw| per_class(draw, "AllowedFails", 4))
        .maybe("when_all_down", 30, |draw| draw.one(&["error", "least_recently_failed"]))
        .maybe("fallback_on", 12, |draw| draw.some(&KINDS, 5))
        .maybe("routing_strategy", 50, |draw| draw.one(strategies))
        .maybe("routing_groups", 30, |draw| routing_groups(draw, groups, strategies))
        .maybe("limit_mode", 50, |draw| draw.one(&["hard", "hard", "soft"]))
        .maybe("default_max_parallel_requests", 10, |draw| draw.between(1, 5))
        .maybe("default_priority", 8, |draw| draw.between(0, 9))
        .maybe("hedging", 25, hedging)
        .maybe("deadline", 50, Draw::seconds)
        .maybe("mid_stream", 40, |draw| draw.one(&["error", "restart", "continue"]))
        .maybe("commit", 20, |draw| draw.one(&["content", "head"]))
        .maybe("observe", 10, |draw| draw.one(&["full", "head", "off"]))
        .done();
    if draw.chance(60) {
        settings.extend(time_limits(draw));
    }
    for name in ["fallbacks", "context_window_fallbacks", "content_policy_fallbacks"] {
        if draw.chance(if name == "fallbacks" { 70 } else { 20 }) {
            settings.insert(name.to_owned(), lists(draw, groups, ids));
        }
    }
    if draw.chance(15) {
        settings.insert("default_fallbacks".to_owned(), draw.some(groups, 2).into());
    }
    settings
}

pub(crate) fn hedging(draw: &mut Draw) -> Value {
    match draw.between(0, 3) {
        0 => true.into(),
        1 => false.into(),
        _ => json!({ "after_ms": draw.one(&[1, 50, 200, 1_000]) }),
    }
}

/// Who may be fallen back to: groups, in a circle or not, now and then a deployment by its id.
fn lists(draw: &mut Draw, groups: &[String], ids: &[String]) -> Value {
    let mut of = draw.some(groups, 4);
    if draw.chance(20) {
        of.push("*".to_owned());
    }
    of.into_iter().map(|group| json!({ group.clone(): targets(draw, groups, ids, &group) })).collect()
}

/// The targets of a group: never the group itself, which would be a mistake.
pub(crate) fn targets(draw: &mut Draw, groups: &[String], ids: &[String], of: &str) -> Vec<Value> {
    let mut targets: Vec<Value> = draw.some(groups, 3).into_iter().map(Value::from).collect();
    if draw.chance(10) {
        targets.push(draw.one(ids).into());
    }
    targets.retain(|target| target != of);
    targets
}

/// A number for some classes of errors.
pub(crate) fn per_class(draw: &mut Draw, ending: &str, most: u64) -> Value {
    let classes = draw.some(&CLASSES, 4);
    classes
        .into_iter()
        .map(|class| (format!("{class}{ending}"), Value::from(draw.between(0, most))))
        .collect::<Map<_, _>>()
        .into()
}

/// The time limits of one send.
pub(crate) fn time_limits(draw: &mut Draw) -> Map<String, Value> {
    Members::new(draw)
        .maybe("timeout", 35, Draw::seconds)
        .maybe("stream_timeout", 35, Draw::seconds)
        .maybe("headers_timeout", 25, Draw::seconds)
        .maybe("first_token_timeout", 35, Draw::seconds)
        .maybe("idle_timeout", 35, Draw::seconds)
        .done()
}
