//! Whatever the config, the faults and the traffic: what must hold for every call and every send.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::plan::Action;
use switchman::sim::{CallNo, Entry, Reply, Spec, Upstream};

use crate::support::{Scene, deployment, seed, slow_down, with};

/// A config, what its upstreams do, and who calls when.
#[derive(Clone, Debug)]
struct Story {
    deployments: Vec<Value>,
    settings: Value,
    upstreams: Vec<Upstream>,
    calls: Vec<(u64, Spec, Asked)>,
    seed: u64,
}

/// What a call asks for, as far as the checks must know.
#[derive(Clone, Debug)]
struct Asked {
    model: String,
    deadline_ms: Option<u64>,
    num_retries: Option<u64>,
    max_attempts: Option<u64>,
    no_fallbacks: bool,
}

const GROUPS: [&str; 3] = ["g0", "g1", "g2"];

fn reply() -> impl Strategy<Value = Reply> {
    let kind = prop_oneof![
        4 => (0_u32..6).prop_map(|words| Reply::ok().words(words)),
        4 => prop::sample::select(vec![500, 503, 429, 401, 404, 402, 400, 422, 408, 302]).prop_map(Reply::status),
        2 => prop::sample::select(vec!["0", "1", "7", "90", "soon"]).prop_map(slow_down),
        1 => Just(Reply::refusal(400, "context_length_exceeded")),
        1 => Just(Reply::refusal(400, "content_policy_violation")),
        1 => Just(Reply::refusal(429, "insufficient_quota")),
        1 => Just(Reply::no_connection("reset")),
        1 => Just(Reply::silent()),
        1 => (0_u32..3).prop_map(Reply::stalls_after),
        1 => (0_u32..3).prop_map(Reply::cut_after),
        1 => (0_u32..3).prop_map(Reply::ends_after),
        1 => ((0_u32..3), prop::sample::select(vec!["server_error", "rate_limit_exceeded", "invalid_api_key"]))
            .prop_map(|(words, code)| Reply::error_after(words, code)),
        1 => Just(Reply::garbage()),
    ];
    let latency = prop_oneof![Just(0_u64), 1_u64..300, 300_u64..5_000];
    (kind, latency, prop_oneof![Just(0_u64), 1_u64..50, 50_u64..3_000])
        .prop_map(|(reply, latency, gap)| reply.in_ms(latency).gap_ms(gap))
}

fn upstream() -> impl Strategy<Value = Upstream> {
    (reply(), prop::collection::vec(reply(), 0..6), reply(), prop_oneof![Just(0.0), 0.0..1.0]).prop_map(
        |(usual, script, other, share)| Upstream::always(usual).first(script).sometimes(share, other),
    )
}

/// A member of an object that may be missing.
fn maybe<S>(name: &'static str, values: S) -> impl Strategy<Value = Option<(String, Value)>>
where
    S: Strategy,
    S::Value: Into<Value>,
{
    prop::option::of(values.prop_map(move |value| (name.to_owned(), value.into())))
}

fn object(members: impl IntoIterator<Item = Option<(String, Value)>>) -> Value {
    Value::Object(members.into_iter().flatten().collect())
}

fn seconds() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.2), 0.01..2.0, 2.0..30.0]
}

fn limits() -> impl Strategy<Value = Vec<Option<(String, Value)>>> {
    (
        maybe("timeout", seconds()),
        maybe("stream_timeout", seconds()),
        maybe("headers_timeout", seconds()),
        maybe("first_token_timeout", seconds()),
        maybe("idle_timeout", seconds()),
    )
        .prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

fn members() -> impl Strategy<Value = Vec<Value>> {
    let one = (
        0_usize..3,
        maybe("weight", prop::sample::select(vec![0_u32, 1, 3])),
        maybe("order", 1_u32..3),
        maybe("cooldown_time", prop::sample::select(vec![0_u32, 1, 20])),
        maybe("num_retries", 0_u32..4),
        prop::option::weighted(0.3, limits()),
    );
    prop::collection::vec(one, 1..7).prop_map(|list| {
        let entry = |(position, (group, weight, order, cooldown, retries, limits)): (
            usize,
            (usize, _, _, _, _, _),
        )| {
            let more = object(
                [weight, order, cooldown, retries].into_iter().chain(Option::unwrap_or_default(limits)),
            );
            deployment(GROUPS[group], &format!("d{position}"), more)
        };
        list.into_iter().enumerate().map(entry).collect()
    })
}

fn settings() -> impl Strategy<Value = Value> {
    (
        maybe("num_retries", 0_u32..4),
        maybe("max_attempts", 1_u32..8),
        maybe("max_fallbacks", 0_u32..4),
        maybe("cooldown_time", prop::sample::select(vec![0_u32, 1, 5, 60])),
        maybe("retry_after", 0_u32..3),
        maybe("deadline", seconds()),
        maybe("disable_cooldowns", prop::bool::weighted(0.1)),
        limits(),
    )
        .prop_map(|(a, b, c, d, e, f, g, limits)| object([a, b, c, d, e, f, g].into_iter().chain(limits)))
}

/// Who may be fallen back to: groups that exist, and now and then a deployment by its id.
fn fallbacks(groups: Vec<String>, ids: Vec<String>) -> impl Strategy<Value = Value> {
    let targets = prop_oneof![
        8 => prop::collection::vec(prop::sample::select(groups.clone()), 0..4),
        1 => prop::collection::vec(prop::sample::select(ids), 1..3),
    ];
    prop::collection::vec((prop::sample::select(groups), targets), 0..4).prop_map(|lists| {
        let list = |(group, mut targets): (String, Vec<String>)| {
            targets.retain(|target| *target != group);
            json!({ group: targets })
        };
        lists.into_iter().map(list).collect()
    })
}

fn call(groups: Vec<String>, ids: Vec<String>) -> impl Strategy<Value = (u64, Spec, Asked)> {
    let model = prop_oneof![
        12 => prop::sample::select(groups),
        2 => prop::sample::select(ids),
        1 => Just("nobody".to_owned()),
    ];
    let options = (
        prop::option::weighted(0.3, 0_u64..4),
        prop::option::weighted(0.2, 1_u64..6),
        prop::option::weighted(0.3, prop_oneof![Just(1_u64), 1_u64..3_000, 3_000_u64..40_000]),
        prop::bool::weighted(0.2),
    );
    (0_u64..20_000, model, 0_u8..4, options, prop::option::weighted(0.2, 0_u64..4_000)).prop_map(
        |(at, model, kind, (num_retries, max_attempts, deadline_ms, no_fallbacks), cancel)| {
            let spec = match kind {
                0 => Spec::stream(&model),
                1 => Spec::stream(&model).as_objects(),
                2 => Spec::embedding(&model),
                _ => Spec::chat(&model),
            };
            let spec = spec.with(json!({
                "num_retries": num_retries,
                "max_attempts": max_attempts,
                "deadlineMs": deadline_ms,
                "disable_fallbacks": no_fallbacks,
            }));
            let spec = cancel.map_or(spec.clone(), |ms| spec.cancelled_after(ms));
            (at, spec, Asked { model, deadline_ms, num_retries, max_attempts, no_fallbacks })
        },
    )
}

fn story() -> impl Strategy<Value = Story> {
    (members(), settings(), any::<u64>()).prop_flat_map(|(deployments, settings, seed)| {
        let names = |key: &str| -> Vec<String> {
            let name = |entry: &Value| entry.pointer(key).unwrap().as_str().unwrap().to_owned();
            deployments.iter().map(name).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let (groups, ids) = (names("/model_name"), names("/model_info/id"));
        let upstreams = prop::collection::vec(upstream(), deployments.len());
        let calls = prop::collection::vec(call(groups.clone(), ids.clone()), 1..25);
        (fallbacks(groups, ids), upstreams, calls).prop_map(move |(lists, upstreams, calls)| {
            let mut settings = settings.clone();
            settings["fallbacks"] = lists;
            Story { deployments: deployments.clone(), settings, upstreams, calls, seed }
        })
    })
}

impl Story {
    fn scene(&self) -> Scene {
        let mut scene = Scene::seeded(&with(self.deployments.clone(), self.settings.clone()), self.seed);
        for (entry, upstream) in self.deployments.iter().zip(&self.upstreams) {
            scene = scene.upstream(id(entry), upstream.clone());
        }
        self.calls.iter().for_each(|(at, spec, _)| {
            scene.call_in(*at, spec.clone());
        });
        scene
    }

    fn entry(&self, wanted: &str) -> &Value {
        self.deployments.iter().find(|entry| id(entry) == wanted).unwrap()
    }

    /// Is a deployment called by its id somewhere? Such a call may do what others may not.
    fn is_named(&self, wanted: &str) -> bool {
        self.calls.iter().any(|(_, _, asked)| asked.model == wanted)
            || self.settings["fallbacks"].to_string().contains(&format!("{wanted:?}"))
    }

    fn number(&self, key: &str, default: u64) -> u64 {
        self.settings[key].as_u64().unwrap_or(default)
    }

    /// Who of a group may be used now.
    fn eligible<'a>(&'a self, scene: &'a Scene, group: &'a Value) -> impl Iterator<Item = &'a str> {
        let members = self.deployments.iter().filter(move |entry| entry["model_name"] == *group);
        members
            .filter(|entry| entry["litellm_params"]["weight"] != json!(0))
            .map(id)
            .filter(|id| scene.benched_ms(id).is_none() && !scene.is_probed(id))
    }

    /// A send that has just been made, of a call whose failed deployments in this group are known.
    fn check_send(&self, scene: &Scene, to: &str, failed: &BTreeSet<String>) {
        if self.is_named(to) {
            return;
        }
        let entry = self.entry(to);
        let group = &entry["model_name"];
        assert_ne!(entry["litellm_params"]["weight"], json!(0), "{to} is drained");
        if scene.benched_ms(to).is_some() {
            let others: Vec<_> = self.eligible(scene, group).collect();
            assert!(others.is_empty(), "{to} is benched, and {others:?} are not");
        }
        if failed.contains(to) {
            let untried: Vec<_> = self.eligible(scene, group).filter(|id| !failed.contains(*id)).collect();
            assert!(untried.is_empty(), "{to} has failed in this call, and {untried:?} have not been tried");
        }
    }

    /// A call that is over, and its events.
    fn check_call(&self, scene: &Scene, number: usize) {
        let asked = &self.calls[number].2;
        let outcome = scene.seen(CallNo(number));
        let deadline_ms = asked.deadline_ms.unwrap_or_else(|| {
            self.settings["deadline"].as_f64().map_or(600_000, |seconds| (seconds * 1_000.0).round() as u64)
        });
        assert!(outcome.result.is_some(), "every call ends");
        assert!(outcome.ms().unwrap() <= deadline_ms, "{outcome:#?}");

        let attempts = outcome.attempts.len() as u64;
        let of_deployments =
            self.deployments.iter().filter_map(|entry| entry["litellm_params"]["num_retries"].as_u64());
        let configured = of_deployments.fold(self.number("num_retries", 2), u64::max);
        let retries = asked.num_retries.unwrap_or(configured);
        let groups = u64::from(outcome.fallbacks) + 1;
        assert!(attempts <= asked.max_attempts.unwrap_or(self.number("max_attempts", 20)));
        // Each `order` level has its retries.
        let levels: BTreeSet<_> =
            self.deployments.iter().map(|entry| entry["litellm_params"]["order"].as_u64()).collect();
        assert!(attempts <= (retries + 1) * groups * levels.len() as u64, "{outcome:#?}");
        let most_moves = if asked.no_fallbacks { 0 } else { self.number("max_fallbacks", 5) };
        assert!(u64::from(outcome.fallbacks) <= most_moves);

        let steps: Vec<_> = scene.log().of(number).map(|entry| &entry.step).collect();
        let sends = |steps: &[&switchman::plan::Step]| {
            steps.iter().filter(|step| matches!(step.action, Some(Action::Send { .. }))).count()
        };
        assert_eq!(sends(&steps) as u64, attempts);
        let end = steps.iter().position(|step| matches!(step.action, Some(Action::Done(_)))).unwrap();
        assert_eq!(end + 1, steps.len(), "nothing follows the end");
        assert_eq!(steps[end].wake_at, None);
        if let Some(commit) = steps.iter().position(|step| matches!(step.action, Some(Action::Commit { .. })))
        {
            assert_eq!(sends(&steps[commit..]), 0, "no way back after the commit");
        } else if self.calls[number].1.is_stream() {
            assert_eq!(outcome.received, "", "nothing is shown before the commit");
        }
    }
}

fn id(entry: &Value) -> &str {
    entry["model_info"]["id"].as_str().unwrap()
}

/// Runs a story, looking at every step as it is made. Gives the log.
fn run(story: &Story) -> String {
    let mut scene = story.scene();
    // By call: the deployments that have failed in its present group, and that group.
    let mut failed: Vec<(BTreeSet<String>, Option<Value>)> = vec![Default::default(); story.calls.len()];
    let mut looked = 0;
    while scene.jump() {
        let entries: Vec<Entry> = scene.log().entries()[looked..].to_vec();
        looked += entries.len();
        for entry in entries {
            let Some(Action::Send { deployment, .. }) = entry.step.action else { continue };
            let to = scene.router().config().deployment(deployment).unwrap().id.clone();
            let (tried, group) = &mut failed[entry.call];
            let its = &story.entry(&to)["model_name"];
            if group.as_ref() != Some(its) {
                (*tried, *group) = (BTreeSet::new(), Some(its.clone()));
            }
            story.check_send(&scene, &to, tried);
            // Whoever is sent to again must have failed before: there is one send at a time.
            tried.insert(to);
        }
    }
    assert!(!scene.is_exhausted());
    (0..story.calls.len()).for_each(|number| story.check_call(&scene, number));
    assert_eq!(scene.router().running(), 0);
    scene.log().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_call_ends_in_time_within_its_bounds_and_by_the_rules(story in story()) {
        let log = run(&story);
        prop_assert_eq!(log, run(&story), "the same seed gives the same log");
    }
}
