//! What came of it, as the tables of `docs/STRATEGIES.md`.

use super::case::{Course, Move};
use super::tail::{Tail, tail};
use super::{litellm, ours};

/// Each row is the mean of so many seeds.
pub(crate) const SEEDS: u64 = 3;

/// A router, by the name that the tables give it.
pub(crate) type Router = (&'static str, fn(u64) -> Course);

/// LiteLLM's, and ours.
pub(crate) const ROUTERS: [Router; 4] = [
    ("LiteLLM's latency-based", litellm::course),
    ("`latency-based-routing`", |seed| ours::course("latency-based-routing", seed)),
    ("`peak-ewma`", |seed| ours::course("peak-ewma", seed)),
    ("`least-busy`", |seed| ours::course("least-busy", seed)),
];

/// Where one send in a hundred stalls, the 99th of a hundred is one of them, or just not; under this seed it is.
const TAIL_SEED: u64 = 2;

/// The strategy, and whether there are second sends.
const TAILS: [(&str, bool); 4] =
    [("simple-shuffle", false), ("peak-ewma", false), ("simple-shuffle", true), ("peak-ewma", true)];

/// How the traffic moved, by router.
pub(crate) fn moves(courses: &[Vec<Course>]) -> String {
    let head = "| strategy | calls to the slow one until 90 % had left | seconds | go on to it | calls past the fast one until 90 % were back | seconds |\n|---|---|---|---|---|---|\n";
    let row = |((name, _), courses): (&Router, &Vec<Course>)| {
        let (away, back) = (mean(courses, Course::away), mean(courses, Course::back));
        let seconds = |way: Move| way.seconds.map_or("never".to_owned(), |seconds| format!("{seconds:.1}"));
        format!(
            "| {name} | {} | {} | {:.0} % | {} | {} |\n",
            away.calls,
            seconds(away),
            away.left,
            back.calls,
            seconds(back)
        )
    };
    head.to_owned() + &ROUTERS.iter().zip(courses).map(row).collect::<String>()
}

/// What each router did, under each seed.
pub(crate) fn courses() -> Vec<Vec<Course>> {
    ROUTERS.iter().map(|(_, course)| (1..=SEEDS).map(course).collect()).collect()
}

/// The mean of the same way under several seeds; it has not moved if it has not under one of them.
fn mean(courses: &[Course], way: fn(&Course) -> Move) -> Move {
    let ways: Vec<Move> = courses.iter().map(way).collect();
    let count = ways.len() as f64;
    let seconds: Option<f64> = ways.iter().map(|way| way.seconds).sum();
    Move {
        calls: (ways.iter().map(|way| way.calls).sum::<usize>() as f64 / count).round() as usize,
        seconds: seconds.map(|all| all / count),
        left: ways.iter().map(|way| way.left).sum::<f64>() / count,
    }
}

/// How long the slowest calls took, by strategy.
pub(crate) fn slowest() -> Vec<Tail> {
    TAILS.iter().map(|(strategy, hedging)| tail(strategy, *hedging, TAIL_SEED)).collect()
}

/// The same as a table.
pub(crate) fn tails(slowest: &[Tail]) -> String {
    let head = "| strategy | half | 95 % | 99 % | 99.9 % | further sends |\n|---|---|---|---|---|---|\n";
    let row = |((strategy, hedging), tail): (&(&str, bool), &Tail)| {
        let Tail { within_ms, extra } = tail;
        let within = within_ms.map(|ms| format!(" {ms} ms |")).concat();
        let hedged = if *hedging { ", `hedging: true`" } else { "" };
        format!("| `{strategy}`{hedged} |{within} {extra:.1} % |\n")
    };
    head.to_owned() + &TAILS.iter().zip(slowest).map(row).collect::<String>()
}
