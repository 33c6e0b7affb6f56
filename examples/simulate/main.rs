//! Runs many random cases, and looks after every event at what must hold: see `oracle`.
//!
//! `npm run simulate` builds and calls it, a process for each processor.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a simulation that goes wrong fails by panicking, as a test does"
)]

mod case;
mod changes;
mod draw;
mod faults;
mod labels;
mod oracle;
mod run;
mod setup;
mod steering;
mod tally;
mod traffic;

use std::process::ExitCode;

use case::Case;
use run::run;
use tally::Tally;

/// How many broken rules are shown.
const SHOWN: usize = 5;

/// Every so many cases one is run twice.
const TWICE: u64 = 16;

/// What the command line asks for: `--name number`, each at most once.
struct Asked(Vec<String>);

impl Asked {
    fn number(&self, name: &str, otherwise: u64) -> Result<u64, String> {
        let Some(place) = self.0.iter().position(|word| word == name) else { return Ok(otherwise) };
        let word = self.0.get(place + 1).ok_or_else(|| format!("{name} takes a number"))?;
        word.parse().map_err(|_| format!("{name} takes a number, and not {word:?}"))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|word| word == name)
    }
}

fn main() -> ExitCode {
    match simulate(&Asked(std::env::args().skip(1).collect())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::from(2)
        }
    }
}

/// Runs what is asked for; tells whether every rule held.
fn simulate(asked: &Asked) -> Result<bool, String> {
    let usual_calls = asked.number("--calls", 100)?;
    let first = asked.number("--from", 1)?;
    let cases = asked.number("--cases", 1_000)?;
    // A worker takes every n-th case.
    let (worker, workers) = (asked.number("--worker", 0)?, asked.number("--workers", 1)?.max(1));
    if asked.has("--seed") {
        let seed = asked.number("--seed", 0)?;
        return Ok(show(seed, usual_calls, asked.has("--verbose")));
    }
    std::panic::set_hook(Box::new(|_| {}));
    let mut all = Tally::default();
    let mut broken = 0;
    for seed in (first..first + cases).filter(|seed| seed % workers == worker) {
        match run(seed, usual_calls, seed % TWICE == 0) {
            Ok(tally) => all.add(&tally),
            Err(violation) => {
                broken += 1;
                if broken <= SHOWN {
                    println!("seed {}: {}\n{}", violation.seed, violation.what, violation.log);
                }
            }
        }
    }
    print(&all, broken);
    let drifts = all.drifts();
    drifts.iter().for_each(|what| println!("the shares of {what} are not as they should be"));
    Ok(broken == 0 && drifts.is_empty())
}

/// One case, with everything that happened in it.
fn show(seed: u64, usual_calls: u64, verbose: bool) -> bool {
    let case = Case::draw(seed, usual_calls);
    if verbose {
        println!("{:#}\n{:#}", case.setup.config, case.setup.host);
        for (number, asked) in case.calls.iter().enumerate() {
            println!("#{number} at {}: {} {}", asked.at_ms, asked.model, asked.options);
        }
        println!("the clock is set: {:?}", case.clock_steps);
        for change in &case.changes {
            println!("at {}: {}", change.at_ms, change.deed);
        }
        if let Ok(mut world) = case.world() {
            world.run();
            print!("{}", world.log());
        }
    }
    match run(seed, usual_calls, true) {
        Ok(tally) => {
            print(&tally, 0);
            true
        }
        Err(violation) => {
            println!("seed {}: {}\n{}", violation.seed, violation.what, violation.log);
            false
        }
    }
}

/// The counts, for people and for the script that adds them up: a line each, the number first.
fn print(all: &Tally, broken: usize) {
    for (name, count) in all.rows() {
        println!("{count}\t{name}");
    }
    for (class, count) in &all.faults {
        println!("{count}\tcalls ended with {class}");
    }
    println!("{broken}\tcases that broke a rule");
}
