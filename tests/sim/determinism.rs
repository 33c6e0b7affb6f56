//! The same seed gives the same events and steps, byte for byte; and what one router learns stays its own.

use serde_json::{Value, json};
use switchman::sim::{Latency, Reply, Spec, Upstream};

use crate::support::{Scene, config, slow_down};

fn settings() -> Value {
    json!({ "fallbacks": [{ "chat": ["backup"] }], "timeout": 3, "idle_timeout": 2, "deadline": 20 })
}

/// Everything that can go wrong, by chance and by the clock.
fn chaos(seed: u64) -> Scene {
    let groups: [(&str, &[&str]); 2] = [("chat", &["a", "b", "c"]), ("backup", &["x", "y"])];
    let mut scene = Scene::seeded(&config(&groups, settings()), seed);
    for id in ["a", "b", "c", "x", "y"] {
        let usual = Reply::ok().latency(Latency::Between(50, 400));
        let slow = Reply::ok().latency(Latency::Mostly { usual_ms: 200, rare_ms: 4_000, share: 0.3 });
        let upstream = Upstream::always(usual)
            .sometimes(0.1, Reply::status(500))
            .sometimes(0.05, slow_down("2"))
            .sometimes(0.05, Reply::no_connection("reset"))
            .sometimes(0.05, Reply::cut_after(3))
            .sometimes(0.05, Reply::stalls_after(1))
            .sometimes(0.05, Reply::garbage())
            .sometimes(0.02, Reply::vanishes())
            .sometimes(0.1, slow)
            .during(10_000..20_000, Reply::status(503));
        scene = scene.upstream(id, upstream);
    }
    for (number, at) in (0..300_u64).zip((0..).step_by(90)) {
        let spec = match number % 4 {
            0 => Spec::stream("chat"),
            1 => Spec::stream("chat").as_objects(),
            2 => Spec::chat("chat").cancelled_after(900),
            _ => Spec::chat("chat"),
        };
        scene.call_in(at, spec);
    }
    scene.run();
    scene
}

#[test]
fn the_same_seed_gives_the_same_log_byte_for_byte() {
    for seed in 0..5 {
        let (one, two) = (chaos(seed), chaos(seed));
        assert_eq!(one.log().to_string(), two.log().to_string());
        assert!(one.outcomes().eq(two.outcomes()));
        assert_eq!(one.summary(), two.summary());
        assert!(!one.is_exhausted() && one.log().entries().len() > 900);
    }
}

#[test]
fn another_seed_gives_another_log() {
    assert_ne!(chaos(1).log().to_string(), chaos(2).log().to_string());
}

#[test]
fn a_call_draws_from_its_own_randomness() {
    // However often the first call draws, it changes nothing for the others.
    let picks = |retries: u32| {
        let ids = ["a", "b", "c", "d"];
        let mut scene = Scene::seeded(&config(&[("chat", &ids)], json!({})), 5);
        for id in ids {
            scene = scene.first(id, [Reply::status(500)]);
        }
        scene.ask(Spec::chat("chat").with(json!({ "num_retries": retries })));
        ids.iter().for_each(|id| scene.now(id, Reply::ok()));
        let from = scene.sent().len();
        scene.run_all(50, &Spec::chat("chat"));
        (from, scene.sent()[from..].iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (few, many) = (picks(0), picks(3));
    assert_eq!((few.0, many.0), (1, 4));
    assert_eq!(few.1, many.1);
}

#[test]
fn s100_two_routers_of_the_same_config_share_nothing() {
    let config = config(&[("chat", &["a", "b"])], json!({}));
    let mut one = Scene::seeded(&config, 1);
    let mut two = Scene::seeded(&config, 2);
    ["a", "b"].iter().for_each(|id| one.now(id, slow_down("60")));
    one.run_all(10, &Spec::chat("chat"));
    assert!(one.benched_ms("a").is_some() && one.benched_ms("b").is_some());
    two.assert_not_benched("a");
    two.run_all(100, &Spec::chat("chat"));
    assert_eq!((two.summary().answered, two.sent().len()), (100, 100));
    assert!(two.sends_since(0, "a") > 30 && two.sends_since(0, "b") > 30);
}
