//! One of three deployments fails under a thousand calls a second: how many calls fail, what the others bear, and when
//! the traffic comes back.

use serde_json::json;
use switchman::sim::{Latency, Outcome, Reply, Spec, Upstream};

use crate::support::Scene;

/// Calls a second, and for how many seconds.
const RATE: u64 = 1_000;
const SECONDS: u64 = 20;

/// When the deployment fails, and when it is well again.
const FROM_MS: u64 = 3_000;
const WELL_MS: u64 = 12_000;

/// The first period of a circuit (`cooldown_time`), and how long a send may take.
const PERIOD_MS: u64 = 2_000;
const LIMIT_MS: u64 = 2_000;

/// So long a load is looked at: a bucket of tokens bounds it over a while, not in each moment.
const WINDOW_MS: u64 = 2_000;

/// What was seen of an outage.
struct Outage {
    outcomes: Vec<Outcome>,
}

/// An answer takes about as long as a model's first words.
fn well() -> Reply {
    Reply::ok().words(3).gap_ms(10).latency(Latency::Between(100, 300))
}

/// Streams and whole answers in turn.
fn outage(fault: Reply) -> Outage {
    let settings = json!({ "cooldown_time": PERIOD_MS / 1_000, "timeout": LIMIT_MS / 1_000 });
    let mut scene = Scene::chat(&["a", "b", "c"], settings)
        .upstream("a", Upstream::always(well()).during(FROM_MS..WELL_MS, fault))
        .always("b", well())
        .always("c", well());
    let specs = [Spec::chat("chat"), Spec::stream("chat")];
    let calls: Vec<_> = (0..RATE * SECONDS)
        .zip(specs.iter().cycle())
        .map(|(number, spec)| scene.call_in(number * 1_000 / RATE, spec.clone()))
        .collect();
    scene.run();
    assert_eq!(scene.router().running(), 0);
    Outage { outcomes: calls.into_iter().map(|call| scene.seen(call)).collect() }
}

impl Outage {
    /// How many in a million calls failed, of those that began while the deployment did.
    fn failed_ppm(&self) -> usize {
        let during = |outcome: &&Outcome| {
            outcome.began_ms.is_some_and(|began| (FROM_MS - LIMIT_MS..WELL_MS).contains(&began))
        };
        let failed = self.outcomes.iter().filter(during).filter(|outcome| !outcome.is_answered()).count();
        failed * 1_000_000 / self.outcomes.iter().filter(during).count()
    }

    /// When sends to a deployment began, in order.
    fn sends(&self, id: &str) -> Vec<u64> {
        let all = self.outcomes.iter().flat_map(|outcome| &outcome.attempts);
        let mut began: Vec<u64> =
            all.filter(|tried| tried.deployment == id).map(|tried| tried.began_ms).collect();
        began.sort_unstable();
        began
    }

    /// What the others got in the worst window, beyond all calls of that window: sends a second.
    fn surplus(&self) -> u64 {
        let others = [self.sends("b"), self.sends("c")];
        let within = |sends: &Vec<u64>, from: u64| {
            let before = |ms: u64| sends.partition_point(|began| *began < ms);
            (before(from + WINDOW_MS) - before(from)) as u64
        };
        let load =
            |from: u64| others.iter().map(|sends| within(sends, from)).sum::<u64>() * 1_000 / WINDOW_MS;
        let windows = (0..SECONDS * 1_000 - WINDOW_MS).step_by(100);
        windows.map(|from| load(from).saturating_sub(RATE)).max().unwrap_or(0)
    }

    /// How long after it was well the deployment had its share again: nine tenths of a third of the calls.
    fn back_after_ms(&self) -> u64 {
        let sends = self.sends("a");
        let before = |ms: u64| sends.partition_point(|began| *began < ms);
        let is_back = |from: &u64| (before(from + 1_000) - before(*from)) as u64 * 10 >= RATE / 3 * 9;
        let back = (WELL_MS..(SECONDS - 1) * 1_000).step_by(50).find(is_back);
        back.expect("the traffic comes back") - WELL_MS
    }

    #[track_caller]
    fn assert_borne(&self, most_failed_ppm: usize, first_bench_ms: u64) {
        let (failed, surplus, back) = (self.failed_ppm(), self.surplus(), self.back_after_ms());
        println!("failed {failed} ppm, surplus {surplus} a second, back after {back} ms");
        assert!(failed <= most_failed_ppm, "{failed} in a million calls failed");
        // The budget: a fifth of the calls, ten a second, and the twenty that were there.
        let budget = RATE / 5 + 10 + 20 * 1_000 / WINDOW_MS;
        assert!(surplus <= budget, "{surplus} sends a second more than calls, and the budget is {budget}");
        let period = longest_period_ms(first_bench_ms);
        assert!(back <= 2 * period, "back after {back} ms, and the last period was {period} ms");
        let left =
            self.sends("a").into_iter().filter(|ms| (first_bench_ms + 500..WELL_MS).contains(ms)).count();
        assert!(left <= 4, "{left} sends to who is benched: it gets a probe a period");
    }
}

/// The period that runs when the deployment is well again: it doubles with each probe that fails.
fn longest_period_ms(first_bench_ms: u64) -> u64 {
    let (mut period_ms, mut until_ms) = (PERIOD_MS, first_bench_ms + PERIOD_MS);
    while until_ms < WELL_MS {
        period_ms = (period_ms * 2).min(60_000);
        until_ms += period_ms;
    }
    period_ms
}

#[test]
fn a_deployment_that_answers_5xx_costs_next_to_no_call() {
    outage(Reply::status(503).in_ms(50)).assert_borne(1_000, FROM_MS);
}

#[test]
fn a_deployment_that_refuses_connections_costs_next_to_no_call() {
    outage(Reply::no_connection("connect ECONNREFUSED").in_ms(1)).assert_borne(1_000, FROM_MS);
}

#[test]
fn a_deployment_that_stalls_costs_next_to_no_call() {
    outage(Reply::silent()).assert_borne(5_000, FROM_MS + LIMIT_MS);
}
