//! The virtual world itself: its clock, its upstreams and its numbers are what they say.

use serde_json::json;
use switchman::sim::{Latency, Reply, SimError, Spec, Upstream, World};

use crate::support::{Scene, config, deployment, with};

#[test]
fn what_is_wrong_with_a_world_is_told() {
    let error = World::new(&json!({ "model_list": [{}] }), 1).unwrap_err();
    assert!(matches!(&error, SimError::Config(problems) if !problems.is_empty()), "{error}");
    let mut world = World::new(&config(&[("chat", &["a"])], json!({})), 1).unwrap();
    let error = world.upstream("b", Upstream::ok()).unwrap_err();
    assert!(matches!(&error, SimError::NoSuchDeployment(id) if id == "b"), "{error}");
}

#[test]
fn time_passes_only_by_what_happens() {
    let mut scene = Scene::chat(&["a"], json!({}));
    scene.run();
    assert_eq!(scene.now_ms(), 0);
    scene.run_all(3, &Spec::chat("chat"));
    // The deadlines of calls that are over are no events.
    scene.run();
    assert_eq!(scene.now_ms(), 300);
    scene.advance(50);
    assert_eq!(scene.now_ms(), 350);

    let calls = scene.run_open_loop(4, 10, &Spec::chat("chat"));
    let began: Vec<_> = calls.iter().map(|call| scene.seen(*call).began_ms.unwrap()).collect();
    assert_eq!(began, [350, 450, 550, 650]);
    let calls = scene.run_at_once(3, &Spec::chat("chat"));
    assert!(calls.iter().all(|call| scene.seen(*call).began_ms == Some(750)));
    assert_eq!(scene.now_ms(), 850);
}

#[test]
fn advancing_stops_in_the_middle_of_a_call() {
    let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::ok().in_ms(500));
    let call = scene.call(Spec::chat("chat"));
    scene.advance(499);
    assert_eq!((scene.seen(call).result, scene.router().running()), (None, 1));
    scene.advance(1);
    assert!(scene.seen(call).is_answered());
}

#[test]
fn the_hosts_clock_can_be_set_and_calls_still_end() {
    for (by_ms, ends_ms) in [(-30_000, 130_000), (3_600_000, 100_000)] {
        let mut scene = Scene::chat(&["a"], json!({ "deadline": 100 })).always("a", Reply::silent());
        scene.set_clock_in(50_000, by_ms);
        let told = scene.told();
        let call = scene.call(Spec::chat("chat"));
        scene.run();
        assert_eq!(
            scene.seen(call).ended_ms,
            Some(ends_ms),
            "the router takes a clock that steps back to stand"
        );
        assert_eq!(scene.told().0, told.0.saturating_add_signed(by_ms) + ends_ms);
    }
}

#[test]
fn latencies_stay_in_their_range_and_use_it() {
    let spread = |latency: Latency| {
        let mut scene = Scene::chat(&["a"], json!({})).always("a", Reply::ok().latency(latency));
        scene.run_all(1_000, &Spec::chat("chat"));
        scene.summary()
    };
    let even = spread(Latency::Between(100, 199));
    assert_eq!((even.took_ms[0], even.took_ms[999]), (100, 199));
    assert!(even.percentile_ms(50).is_some_and(|ms| (140..160).contains(&ms)));
    let rare = spread(Latency::Mostly { usual_ms: 10, rare_ms: 900, share: 0.05 });
    assert_eq!(
        (rare.percentile_ms(50), rare.percentile_ms(90), rare.percentile_ms(100)),
        (Some(10), Some(10), Some(900))
    );
    let slow = rare.took_ms.iter().filter(|ms| **ms == 900).count();
    assert!((30..70).contains(&slow), "{slow}");
    assert_eq!(Scene::chat(&["a"], json!({})).summary().percentile_ms(50), None);
}

#[test]
fn an_upstream_follows_its_script_then_its_periods_then_chance() {
    let upstream = Upstream::ok()
        .first([Reply::status(400), Reply::status(422)])
        .during(1_000..2_000, Reply::status(413))
        .sometimes(0.5, Reply::refusal(400, "content_policy_violation"));
    let mut scene = Scene::chat(&["a"], json!({})).upstream("a", upstream);
    let mut told = |calls: usize| -> Vec<String> {
        let tell = |scene: &mut Scene| {
            scene
                .ask_chat()
                .fault()
                .map_or("ok".to_owned(), |f| f.kind.to_string() + &f.status.unwrap().to_string())
        };
        (0..calls).map(|_| tell(&mut scene)).collect()
    };
    assert_eq!(told(2), ["BadRequestError400", "BadRequestError422"]);
    let by_chance = told(8);
    assert!(by_chance.contains(&"ok".to_owned()) && by_chance.len() == 8);
    assert_eq!(told(10), ["BadRequestError413"; 10]);
    let later = told(400);
    let refused = later.iter().filter(|told| told.starts_with("ContentPolicy")).count();
    assert!((160..240).contains(&refused), "{refused}");
}

#[test]
fn the_summary_adds_up() {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1 })),
        deployment("chat", "b", json!({ "order": 2 })),
        deployment("backup", "c", json!({})),
    ];
    let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "num_retries": 1 });
    let mut scene = Scene::new(&with(list, settings));
    scene.run_all(10, &Spec::chat("chat"));
    scene.now("a", Reply::status(500));
    scene.ask_chat();
    scene.now("b", Reply::status(500));
    scene.ask_chat();
    scene.now("a", Reply::status(400));
    scene.ask_chat();
    scene.now("a", Reply::vanishes());
    scene.ask_chat();
    let summary = scene.summary();
    assert_eq!((summary.calls, summary.answered, summary.failed(), summary.unfinished), (14, 12, 1, 1));
    assert_eq!((summary.retries, summary.fallbacks), (2, 1));
    assert_eq!(summary.faults["BadRequestError"], 1);
    assert_eq!((summary.sends["a"], summary.sends["b"], summary.sends["c"]), (14, 2, 1));
    assert_eq!(summary.took_ms.len(), 12);
    assert_eq!((summary.took_ms[0], summary.took_ms[11]), (100, 300));
}

#[test]
fn a_log_is_a_line_for_each_event() {
    let mut scene = Scene::in_order(&["a", "b"], json!({})).always("a", Reply::status(503));
    scene.ask_chat();
    let log = scene.log().to_string();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), scene.log().entries().len());
    for (line, words) in lines.iter().zip([
        "begin chat -> send 0 to 0",
        "refused 0 503 -> send 1 to 1",
        "head 1 200",
        "done 1",
    ]) {
        assert!(line.contains(words), "{line}");
    }
}
