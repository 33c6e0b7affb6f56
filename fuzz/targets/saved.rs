//! What was learnt, read from bytes that anybody may have written: it is taken in whole or not at all, what is taken in is
//! written alike again, and a router goes on with it.

use serde_json::Value;
use switchman::base::hash::checksum;
use switchman::base::time::Millis;
use switchman::config::Surface;
use switchman::engine::{Request, Router};
use switchman::plan::Event;

use super::config::small;

const NOW: Millis = Millis(1_750_000_000_000);

/// The bytes without what they begin and end with, which no fuzzer would find: those are put there.
pub(crate) fn run(bytes: &[u8]) -> bool {
    let mut router = Router::new(small());
    let empty = router.export(NOW);
    let (head, _) = empty.split_at(4);
    let mut saved = [head, bytes].concat();
    saved.extend(checksum(&saved).to_le_bytes());
    if router.import(NOW, &saved).is_err() {
        assert_eq!(router.export(NOW), empty, "nothing is changed");
        return false;
    }
    let written = router.export(NOW);
    let mut other = Router::new(small());
    other.import(NOW, &written).expect("what is written can be read");
    assert_eq!(other.export(NOW), written, "written again");
    goes_on(&mut router, NOW);
    true
}

/// A router still answers: with what it knows, and with a first step for a call.
pub(crate) fn goes_on(router: &mut Router, now: Millis) {
    for hours in [0, 1, 24 * 40] {
        let now = now + hours * 3_600_000;
        serde_json::from_str::<Value>(&router.snapshot(now)).expect("a snapshot is JSON");
        let begun = router.begin(now, request());
        let (id, step) = begun.expect("nothing that was learnt is a mistake of the caller's");
        assert!(step.action.is_some() || step.wake_at.is_some(), "a call that waits for nothing");
        router.step(now, id, Event::Cancel);
        router.release(id);
        assert_eq!(router.running(), 0);
    }
}

fn request() -> Request {
    Request {
        surface: Surface::Chat,
        model: "chat".into(),
        stream: false,
        objects: false,
        usage_asked: false,
        is_text: true,
        tokens: Some((10, 10)),
        demand: Default::default(),
        options: Default::default(),
        facts: None,
    }
}
