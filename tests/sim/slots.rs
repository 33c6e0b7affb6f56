//! What a call holds while it runs, and that it is given back, whatever becomes of the call.

use serde_json::json;
use switchman::engine::CallId;
use switchman::error::FaultKind;
use switchman::plan::{Action, Event};
use switchman::sim::{Reply, Spec, Upstream};

use crate::support::Scene;

#[test]
fn a_call_that_is_over_holds_nothing() {
    let mut scene = Scene::chat(&["a", "b"], json!({}))
        .upstream("a", Upstream::ok().sometimes(0.3, Reply::status(500)).sometimes(0.3, Reply::cut_after(2)));
    for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").cancelled_after(150)] {
        scene.run_at_once(100, &spec);
        assert_eq!(scene.router().running(), 0);
    }
}

#[test]
fn a_request_that_vanishes_gives_its_slot_back_after_its_deadline() {
    let mut scene = Scene::chat(&["a"], json!({ "deadline": 30 })).always("a", Reply::vanishes());
    scene.run_at_once(50, &Spec::chat("chat"));
    assert_eq!((scene.router().running(), scene.summary().unfinished), (50, 50));
    scene.now("a", Reply::ok());

    // Nobody may be taken for gone who could still report: until the deadline, and a while after it.
    scene.run_all(40, &Spec::chat("chat"));
    assert_eq!(scene.router().running(), 50);

    scene.run_open_loop(84, 1, &Spec::chat("chat"));
    assert_eq!(scene.router().running(), 50);
    scene.run_open_loop(36, 1, &Spec::chat("chat"));
    assert_eq!(scene.router().running(), 0, "each call that begins looks at two slots");
    assert_eq!(scene.summary().answered, 160);
}

#[test]
fn a_clock_that_leaps_takes_no_slot_from_a_call_that_runs() {
    let mut scene = Scene::chat(&["a", "b"], json!({ "deadline": 30 })).always("a", Reply::silent());
    let calls: Vec<_> = (0..10).map(|_| scene.call(Spec::chat("chat"))).collect();
    scene.now("a", Reply::ok());
    // As when a machine sleeps for two days: the timers of its calls have not run.
    scene.set_clock_in(1_000, 172_800_000);
    scene.advance(1_001);
    scene.run_all(20, &Spec::chat("chat"));
    scene.run();
    for call in calls {
        assert!(scene.seen(call).ms().is_some_and(|ms| ms <= 30_000), "{:#?}", scene.seen(call));
    }
    assert_eq!(scene.router().running(), 0);
}

#[test]
fn a_request_that_vanishes_in_the_middle_of_a_stream_gives_its_slot_back() {
    let reply = Reply::parts([
        (10, switchman::sim::Part::Head(200)),
        (
            20,
            switchman::sim::Part::Chunk(
                b"data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n".to_vec(),
            ),
        ),
        (30, switchman::sim::Part::Vanish),
    ]);
    let mut scene = Scene::chat(&["a"], json!({})).first("a", [reply]);
    let call = scene.call(Spec::stream("chat"));
    scene.run();
    assert!(scene.seen(call).committed_ms.is_some());
    assert_eq!(scene.router().running(), 1);
    scene.run_open_loop(67, 1, &Spec::chat("chat"));
    assert_eq!(scene.router().running(), 1);
    (0..60).for_each(|_| {
        scene.advance(10_000);
        scene.ask_chat();
    });
    assert_eq!(scene.router().running(), 0);
}

#[test]
fn many_that_vanish_do_not_pile_up() {
    let mut scene = Scene::chat(&["a"], json!({ "deadline": 5 }))
        .upstream("a", Upstream::ok().sometimes(0.5, Reply::vanishes()));
    let mut most = 0;
    for _ in 0..200 {
        scene.run_open_loop(20, 20, &Spec::chat("chat"));
        most = most.max(scene.router().running());
    }
    // Ten of the twenty in a second vanish; each is kept for its deadline and a minute.
    assert!((300..1_200).contains(&most), "{most}");
}

#[test]
fn who_asks_for_the_time_of_a_call_that_was_forgotten_is_not_left_waiting() {
    let mut scene = Scene::chat(&["a"], json!({ "deadline": 5 })).always("a", Reply::vanishes());
    let call = scene.call(Spec::chat("chat"));
    scene.advance(1_000);
    let gone = CallId(u32::MAX);
    let step = scene.with_router(|router, now| router.tick(now, gone));
    assert!(matches!(step.action, Some(Action::Done(Err(fault))) if fault.kind == FaultKind::Timeout));
    // Nothing else that is told of it leads to anything.
    let step = scene.with_router(|router, now| router.step(now, gone, Event::Cancel));
    assert!(step.action.is_none() && step.deltas.is_empty());
    assert!(scene.seen(call).result.is_none());
}
