//! Runs one case, looking at every step as it is made.

use std::panic::{AssertUnwindSafe, catch_unwind};

use switchman::sim::World;

use crate::case::Case;
use crate::oracle::Oracle;
use crate::tally::Tally;

/// How many events are shown of a case that broke a rule.
const SHOWN: usize = 40;

/// More events than this are a circle, but for calls that wait for a place and look for one often.
const MOST_EVENTS: usize = 200_000;

/// A case in which a rule was broken.
#[derive(Debug)]
pub(crate) struct Violation {
    pub(crate) seed: u64,
    pub(crate) what: String,
    /// The last events.
    pub(crate) log: String,
}

/// Runs the case of a seed, and a second time if its log is to be compared.
pub(crate) fn run(seed: u64, usual_calls: u64, twice: bool) -> Result<Tally, Violation> {
    let tried = catch_unwind(AssertUnwindSafe(|| {
        let case = Case::draw(seed, usual_calls);
        let (log, mut tally) = once(&case)?;
        if twice {
            let (second, _) = once(&Case::draw(seed, usual_calls))?;
            tally.replayed = 1;
            if log != second {
                return Err(Violation {
                    seed,
                    what: "the same seed gives another log".to_owned(),
                    log: second,
                });
            }
        }
        Ok(tally)
    }));
    tried.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        Err(Violation { seed, what: format!("a panic: {}", words.unwrap_or_default()), log: String::new() })
    })
}

/// The log of a case, and what happened in it.
fn once(case: &Case) -> Result<(String, Tally), Violation> {
    let broken = |what: String, world: Option<&World>| {
        let entries = world.map(|world| world.log().entries()).unwrap_or_default();
        let last = &entries[entries.len().saturating_sub(SHOWN)..];
        let log = last.iter().map(|entry| format!("{entry}\n")).collect();
        Violation { seed: case.seed, what, log }
    };
    let mut world = case.world().map_err(|what| broken(what, None))?;
    let mut oracle = Oracle::new(case, &world).map_err(|what| broken(what, None))?;
    let mut looked = 0;
    while world.jump() {
        let entries = &world.log().entries()[looked..];
        looked += entries.len();
        let mut seen = oracle.see(&world, entries);
        if oracle.take_changed() {
            let snapshot = world.snapshot();
            seen = seen.and_then(|()| oracle.check_snapshot(&world, &snapshot));
        }
        let is_endless = looked.saturating_sub(oracle.tally.waits) > MOST_EVENTS;
        let seen =
            seen.and_then(|()| if is_endless { Err("it runs in a circle".to_owned()) } else { Ok(()) });
        if let Err(what) = seen {
            return Err(broken(what, Some(&world)));
        }
    }
    let log = world.log().to_string();
    if let Err(what) = oracle.finish(case, &mut world) {
        return Err(broken(what, Some(&world)));
    }
    oracle.tally.cases = 1;
    oracle.tally.clock_steps = case.clock_steps.len();
    Ok((log, oracle.tally))
}
