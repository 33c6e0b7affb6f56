//! `npm run converge` as a test: ours is faster than LiteLLM's both ways, second sends cut the tail, and the tables of
//! `docs/STRATEGIES.md` are what came of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../examples/converge/case.rs"]
mod case;
#[path = "../examples/converge/litellm.rs"]
mod litellm;
#[path = "../examples/converge/ours.rs"]
mod ours;
#[path = "../examples/converge/table.rs"]
mod table;
#[path = "../examples/converge/tail.rs"]
mod tail;

use case::{Course, Move};
use table::ROUTERS;
use tail::Tail;

/// What each router did, under each seed: worked out once.
fn courses() -> &'static [Vec<Course>] {
    static ALL: std::sync::OnceLock<Vec<Vec<Course>>> = std::sync::OnceLock::new();
    ALL.get_or_init(table::courses)
}

/// The tails, from the plain one to that of `peak-ewma` with second sends.
fn slowest() -> &'static [Tail] {
    static ALL: std::sync::OnceLock<Vec<Tail>> = std::sync::OnceLock::new();
    ALL.get_or_init(table::slowest)
}

#[test]
fn ours_move_faster_than_litellms_both_ways_whatever_the_seed() {
    let [theirs, ours @ ..] = courses() else { panic!("there are none") };
    for (way, most_seconds) in [(Course::away as fn(&Course) -> Move, 1.0), (Course::back, 15.0)] {
        for ((name, _), ours) in ROUTERS[1..].iter().zip(ours) {
            for (we, they) in ours.iter().map(way).zip(theirs.iter().map(way)) {
                let seconds = we.seconds.unwrap_or(f64::INFINITY);
                assert!(we.calls < they.calls && seconds < most_seconds, "{name}: {we:?}, {they:?}");
                assert!(they.seconds.is_none_or(|theirs| seconds < theirs), "{name}: {we:?}, {they:?}");
            }
        }
    }
}

#[test]
fn litellms_leaves_after_its_first_slow_answers_and_never_comes_back() {
    let (away, back) = (courses()[0][0].away(), courses()[0][0].back());
    assert!((100..110).contains(&away.calls) && (2.0..2.5).contains(&away.seconds.unwrap()), "{away:?}");
    assert_eq!((back.calls, back.seconds), (2_000, None));
    let shares = courses()[0][0].shares();
    assert_eq!((shares.len(), shares[9], shares[13], shares[89]), (90, 100.0, 0.0, 0.0));
}

#[test]
fn second_sends_cut_the_tail_to_a_fifth_with_five_more_sends_of_a_hundred() {
    let [plain, .., hedged] = slowest() else { panic!("there are none") };
    assert!(hedged.within_ms[2] * 5 < plain.within_ms[2], "{hedged:?} {plain:?}");
    assert!(hedged.extra <= 5.0 && plain.extra == 0.0, "{hedged:?}");
}

#[test]
fn the_tables_of_the_manual_are_what_came_of_it() {
    let page = std::fs::read_to_string("docs/STRATEGIES.md").unwrap();
    for told in [table::moves(courses()), table::tails(slowest())] {
        assert!(page.contains(&told), "npm run converge -- --write; now it is\n{told}");
    }
}
