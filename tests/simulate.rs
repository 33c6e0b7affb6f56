//! A small version of `npm run simulate`: some hundred random cases, each looked at after every event.
//!
//! `SEED=n` begins with another case; what breaks a rule tells its seed, and `npm run simulate -- --seed n --verbose` shows it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../examples/simulate/case.rs"]
mod case;
#[path = "../examples/simulate/changes.rs"]
mod changes;
#[path = "../examples/simulate/draw.rs"]
mod draw;
#[path = "../examples/simulate/faults.rs"]
mod faults;
#[path = "../examples/simulate/labels.rs"]
mod labels;
#[path = "../examples/simulate/oracle/mod.rs"]
mod oracle;
#[path = "../examples/simulate/run.rs"]
mod run;
#[path = "../examples/simulate/setup.rs"]
mod setup;
#[path = "../examples/simulate/steering.rs"]
mod steering;
#[path = "../examples/simulate/tally.rs"]
mod tally;
#[path = "../examples/simulate/traffic.rs"]
mod traffic;

use tally::Tally;

/// So many cases, of about so many calls.
const CASES: u64 = 300;
const CALLS: u64 = 40;

/// The cases are shared out to so many threads.
const THREADS: u64 = 2;

#[test]
fn no_rule_is_broken_in_some_hundred_random_cases() {
    let first: u64 = std::env::var("SEED").ok().map_or(1, |text| text.parse().unwrap());
    let mut all = Tally::default();
    std::thread::scope(|scope| {
        let share =
            |turn| scope.spawn(move || tally((first + turn..first + CASES).step_by(THREADS as usize)));
        let shares: Vec<_> = (0..THREADS).map(share).collect();
        for found in shares.into_iter().map(|share| share.join().unwrap()) {
            all.add(&found.unwrap_or_else(|broken| panic!("{broken}")));
        }
    });
    assert!(all.drifts().is_empty(), "shares that are wrong: {:?}", all.drifts());
    let never: Vec<_> = all.rows().into_iter().filter(|(_, count)| *count == 0).collect();
    assert!(never.is_empty(), "what never happens is not shown to be right: {never:?}");
}

fn tally(seeds: impl Iterator<Item = u64>) -> Result<Tally, String> {
    let mut all = Tally::default();
    for seed in seeds {
        let found = run::run(seed, CALLS, seed.is_multiple_of(10));
        all.add(&found.map_err(|broken| format!("seed {}: {}\n{}", broken.seed, broken.what, broken.log))?);
    }
    Ok(all)
}
