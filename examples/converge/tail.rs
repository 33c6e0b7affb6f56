//! How long the slowest calls take where answers are spread as those of servers are, and one send in a hundred stalls.

use serde_json::{Value, json};
use switchman::sim::{Latency, Reply, Spec, Upstream, World};

use super::ours::deployment;

const CALLS: usize = 10_000;
const RATE: u32 = 50;
const DEPLOYMENTS: [&str; 4] = ["a", "b", "c", "d"];

/// An answer begins after so long, half of the time; and so many stall for so long.
const MEDIAN_MS: u64 = 400;
const SIGMA: f64 = 0.5;
const STALL: f64 = 0.01;
const STALL_MS: u64 = 10_000;

/// What came of a router's calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// Within so long half of them, 95, 99 and 99.9 of a hundred were over, in ms.
    pub(crate) within_ms: [u64; 4],
    /// The sends beyond one for each call, of a hundred calls.
    pub(crate) extra: f64,
}

pub(crate) fn tail(strategy: &str, hedging: bool, seed: u64) -> Tail {
    let mut config = json!({ "model_list": DEPLOYMENTS.map(deployment), "routing_strategy": strategy });
    if hedging {
        config["hedging"] = Value::Bool(true);
    }
    let mut world = World::new(&config, seed).unwrap();
    for id in DEPLOYMENTS {
        let usual = Reply::ok().latency(Latency::LogNormal { median_ms: MEDIAN_MS, sigma: SIGMA }).gap_ms(0);
        let upstream = Upstream::always(usual).sometimes(STALL, Reply::ok().in_ms(STALL_MS).gap_ms(0));
        world.upstream(id, upstream).unwrap();
    }
    world.run_open_loop(CALLS, RATE, &Spec::stream("chat"));
    let summary = world.summary();
    let sends: usize = summary.sends.values().sum();
    let took = &summary.took_ms;
    let within = |per_mille: usize| took[(took.len() * per_mille).div_ceil(1_000) - 1];
    Tail { within_ms: [500, 950, 990, 999].map(within), extra: 100.0 * (sends - CALLS) as f64 / CALLS as f64 }
}
