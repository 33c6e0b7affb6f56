//! What it costs to choose a deployment among 10 and among 100, natively.
//!
//! `cargo bench --bench select` prints nanoseconds, the median of many rounds. `-- --once <case> <times>` chooses so often
//! and prints nothing: `scripts/callgrind.mjs` counts the instructions of that.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that goes wrong fails by panicking"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads a clock")]

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};
use switchman::base::rng::Rng;
use switchman::base::time::Millis;
use switchman::config::{DeploymentIx, RouterConfig, Strategy, load};
use switchman::engine::Router;
use switchman::plan::{Answer, Look, choose};
use switchman::state::{Bench, Counts, Delta, Lease, Scope, State, View};
use switchman::strategy::Need;

/// The moment of every choice.
const NOW: Millis = Millis(1_750_000_000_000);

/// What is chosen among, and how long a choice may take, in nanoseconds.
const CASES: [(&str, usize, bool, u64); 4] = [
    ("10 deployments", 10, false, 1_000),
    ("10 deployments, busy", 10, true, 1_000),
    ("100 deployments", 100, false, 8_000),
    ("100 deployments, busy", 100, true, 8_000),
];

/// The strategy of those, and the others.
const SHUFFLE: &str = "simple-shuffle";
const OTHERS: [&str; 8] = [
    "round-robin",
    "least-busy",
    "latency-based-routing",
    "cost-based-routing",
    "usage-based-routing",
    "peak-ewma",
    "adaptive",
    "custom",
];

/// So many choices are made in a round, in so many rounds.
const CHOICES: u32 = 2_000;
const ROUNDS: usize = 61;

/// A group, and what is known of it.
struct Bed {
    config: RouterConfig,
    state: State,
}

impl Bed {
    /// So many deployments. Busy ones have weights, levels, limits and caps, sends under way, answers behind them, and one
    /// in ten is benched.
    fn new(count: usize, busy: bool, strategy: &str) -> Self {
        let entry = |place: usize| {
            let mut params = json!({ "model": "openai/gpt-4o", "api_key": format!("sk-{}", place % 7) });
            if busy {
                let more = json!({ "weight": 1 + place % 3, "order": 1 + place % 2, "rpm": 6_000, "tpm": 9_000_000,
                    "max_parallel_requests": 64, "input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6 });
                params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            }
            json!({ "model_name": "chat", "litellm_params": params, "model_info": { "id": format!("d{place}") } })
        };
        let list: Vec<Value> = (0..count).map(entry).collect();
        let config = json!({ "model_list": list, "limit_mode": "hard", "routing_strategy": strategy });
        let host = json!({ "customRoutingStrategy": true });
        let router = Router::new(load(&config, &host, &|_| None).unwrap().config);
        let config = router.config().clone();
        let mut bed = Self { state: State::new(&config), config };
        if busy {
            (0..count).for_each(|place| bed.occupy(place));
        }
        bed
    }

    fn occupy(&mut self, place: usize) {
        let deployment = DeploymentIx(u16::try_from(place).unwrap());
        let reserved = Counts { requests: 1, input: 300, output: 200 };
        for send in 0..60_u64 {
            let (lease, at) =
                (Lease::new(place as u64 * 100 + send, 0), Millis(NOW.0 - 60_000 + send * 1_000));
            let expires = NOW + 60_000;
            let mut apply = |at, delta| self.state.apply(&self.config, at, &delta);
            apply(
                at,
                Delta::Sent {
                    deployment,
                    lease,
                    stream: true,
                    expires,
                    probe_expires: expires,
                    reserved,
                    held: false,
                    is_probe: false,
                    turns: None,
                },
            );
            if send < 56 {
                let era = switchman::config::Era::default();
                apply(
                    at,
                    Delta::Begun { deployment, lease, stream: true, after_ms: 200 + send, tokens: 0, era },
                );
                apply(at, Delta::Ended { deployment, lease, sent: at, reserved, used: reserved });
            }
        }
        if place % 10 == 9 {
            let cause = switchman::error::Fault::new(switchman::error::FaultKind::RateLimit, "busy");
            let bench = Box::new(Bench { until: NOW + 5_000, period_ms: 5_000, cause });
            self.state.apply(
                &self.config,
                NOW,
                &Delta::Benched { deployment, scope: Scope::Deployment, bench },
            );
        }
    }

    /// Chooses so often; gives the sum of the places, so that nothing is left out.
    fn choose(&self, times: u32) -> usize {
        let view = View { config: &self.config, state: &self.state };
        let target = self.config.resolve("chat");
        let counts = Counts { requests: 1, input: 300, output: 200 };
        let need = Need { counts, stream: true, ..Need::default() };
        // Whom the host has named, where the strategy is its own: all of them, the last first.
        let all = (0..self.config.deployments.len()).rev().map(|place| DeploymentIx(place as u16));
        let is_custom = self.config.policy.routing.strategy == Strategy::Custom;
        let named = is_custom.then(|| Answer::Ranking(all.collect()));
        let look = Look { need, named, ..Look::default() };
        let mut rng = Rng::for_call(1, 1);
        let mut one = || {
            let chosen = choose(black_box(view), black_box(NOW), "chat", target, &look, &mut rng);
            usize::from(chosen.unwrap().0)
        };
        (0..times).map(|_| one()).sum()
    }
}

/// A case: its name, how many deployments, whether they are busy, the strategy, and the aim in nanoseconds.
type Case = (String, usize, bool, &'static str, u64);

/// Every case; those of the default strategy first.
fn cases() -> Vec<Case> {
    let shuffled = CASES.map(|(name, count, busy, most_ns)| (name.to_owned(), count, busy, SHUFFLE, most_ns));
    let others = OTHERS.into_iter().flat_map(|strategy| {
        [(10, 1_000), (100, 8_000)].map(|(count, most_ns)| {
            (format!("{count} deployments, busy, by {strategy}"), count, true, strategy, most_ns)
        })
    });
    shuffled.into_iter().chain(others).collect()
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == "--once") {
        let (_, count, busy, strategy, _) = cases().swap_remove(words[at + 1].parse().unwrap());
        black_box(Bed::new(count, busy, strategy).choose(words[at + 2].parse().unwrap()));
        return;
    }
    let mut is_missed = false;
    for (name, count, busy, strategy, most_ns) in cases() {
        let bed = Bed::new(count, busy, strategy);
        let round = || {
            let started = Instant::now();
            black_box(bed.choose(CHOICES));
            started.elapsed().as_nanos() as u64 / u64::from(CHOICES)
        };
        let mut rounds: Vec<u64> = (0..ROUNDS).map(|_| round()).collect();
        rounds.sort_unstable();
        let median = rounds[ROUNDS / 2];
        is_missed |= median > most_ns;
        println!("{median:>6} ns to choose among {name}; the aim is {most_ns}");
    }
    if is_missed {
        println!("an aim is missed");
    }
}
