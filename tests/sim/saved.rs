//! What a router has learnt, kept over a restart: for the same config, another one, and bytes that are none.

use proptest::prelude::*;
use serde_json::{Value, json};
use switchman::config::DeploymentIx;
use switchman::sim::{Reply, Spec};
use switchman::state::{Mark, Timing};

use crate::support::{Scene, assert_answered, config, deployment, slow_down, with};

fn export(scene: &mut Scene) -> Vec<u8> {
    scene.with_router(|router, now| router.export(now))
}

/// A router that begins at the same moment with what another one has learnt.
fn restarted(config: &Value, old: &mut Scene) -> Scene {
    let bytes = export(old);
    let mut scene = Scene::new(config);
    scene.advance(old.now_ms());
    scene.with_router(|router, now| router.import(now, &bytes)).unwrap();
    scene
}

fn limited() -> Value {
    let list = vec![
        deployment("chat", "a", json!({ "order": 1 })),
        deployment("chat", "b", json!({ "order": 2, "rpm": 5 })),
        deployment("chat", "c", json!({ "order": 3 })),
    ];
    with(list, json!({ "limit_mode": "hard" }))
}

#[test]
fn s103_cooldowns_and_usage_go_on_after_a_restart() {
    let mut old = Scene::new(&limited()).always("a", slow_down("40"));
    old.run_all(4, &Spec::chat("chat"));
    let mut new = restarted(&limited(), &mut old);
    assert_eq!(new.benched_ms("a"), old.benched_ms("a"));
    new.run_all(3, &Spec::chat("chat"));
    new.assert_sent(&["b", "c", "c"]);
    new.advance(61_000);
    new.run_all(2, &Spec::chat("chat"));
    assert_eq!(new.sends_since(3, "a"), 2);
}

#[test]
fn the_real_error_and_the_period_survive_and_a_new_key_starts_clean() {
    let group = |key: &str| {
        let list = ["a", "b"].map(|id| deployment("chat", id, json!({ "api_key": key })));
        with(list.to_vec(), json!({}))
    };
    let mut old =
        Scene::new(&group("sk-old")).always("a", Reply::status(401)).always("b", Reply::status(401));
    old.ask_chat();
    let bytes = export(&mut old);
    assert!(!String::from_utf8_lossy(&bytes).contains("sk-"), "it holds no key");
    let mut same = restarted(&group("sk-old"), &mut old);
    let told = same.ask_chat();
    assert_eq!(told.fault().unwrap().kind.class(), "AuthenticationError");
    assert!(same.sent().is_empty());
    let mut rotated = restarted(&group("sk-new"), &mut old);
    assert_answered(&rotated.ask_chat());
}

#[test]
fn times_marks_and_budgets_survive() {
    let two = config(&[("chat", &["a", "b"])], json!({}));
    let mut old = Scene::new(&two);
    old.now("a", Reply::ok().in_ms(300));
    old.run_all(80, &Spec::chat("chat"));
    let until = old.with_router(|_, now| now + 500_000);
    let mut new = restarted(&two, &mut old);
    let health = |scene: &Scene, ix| scene.router().state().health(DeploymentIx(ix)).unwrap().clone();
    for ix in [0, 1] {
        let (old, new) = (health(&old, ix), health(&new, ix));
        assert_eq!(old.answers.percentile(50), new.answers.percentile(50));
        assert_eq!(old.totals, new.totals);
        assert_eq!(new.mark, None);
    }
    // A mark of the future is believed for a day, and one of today as it is.
    let mark = Mark { ok: false, until };
    let bytes = {
        let mut state = new.router().state().clone();
        state.mark(DeploymentIx(1), mark);
        state.save(new.router().config(), until)
    };
    new.with_router(|router, now| router.import(now, &bytes)).unwrap();
    assert_eq!(health(&new, 1).mark, Some(mark));
    let from = new.sent().len();
    new.run_all(10, &Spec::chat("chat"));
    assert_eq!(new.sends_since(from, "b"), 0);
}

#[test]
fn times_for_a_token_are_those_of_before_the_restart() {
    let settings = json!({ "routing_strategy": "latency-based-routing" });
    let two = config(&[("chat", &["a", "b"])], settings);
    let mut old = Scene::new(&two).first("a", [Reply::status(500)]);
    old.now("b", Reply::ok().in_ms(300));
    old.run_all(1, &Spec::chat("a"));
    for spec in [Spec::chat("a"), Spec::chat("b"), Spec::stream("a"), Spec::stream("b")] {
        old.run_all(30, &spec);
    }
    let mut new = restarted(&two, &mut old);
    for ix in [0, 1] {
        let pace = |scene: &Scene| scene.router().state().health(DeploymentIx(ix)).unwrap().pace.clone();
        for timing in [Timing::FirstContent, Timing::PerToken, Timing::Whole] {
            let told = |scene: &Scene| {
                let (pace, rules) = (pace(scene), scene.router().config().policy.routing.latency);
                let track = pace.of(timing);
                let scores = (track.expected_us(scene.told(), rules), track.peak_us(scene.told(), rules));
                (scores, track.newest_us(), track.last(), track.took_ms())
            };
            assert_eq!(told(&old), told(&new), "{ix} {timing:?}");
        }
    }
    new.now("b", Reply::ok().in_ms(300));
    new.run_all(20, &Spec::chat("chat"));
    assert!(new.sends_since(0, "b") <= 1, "nobody has to find out again, but for what explores");
}

#[test]
fn what_the_config_does_not_have_any_more_is_ignored() {
    let mut old = Scene::new(&limited()).always("a", slow_down("40"));
    old.ask_chat();
    let bytes = export(&mut old);
    let mut new = Scene::chat(&["a", "z"], json!({}));
    new.with_router(|router, now| router.import(now, &bytes)).unwrap();
    assert!(new.benched_ms("a").is_some() && new.benched_ms("z").is_none());
    // Another model behind the same id is another deployment.
    let list = vec![deployment("chat", "a", json!({ "model": "openai/gpt-5" }))];
    let mut changed = Scene::new(&with(list, json!({})));
    changed.with_router(|router, now| router.import(now, &bytes)).unwrap();
    changed.assert_not_benched("a");
}

#[test]
fn a_state_of_another_clock_benches_for_an_hour_at_most() {
    let mut old = Scene::new(&limited()).always("a", Reply::status(404));
    old.advance(90 * 86_400_000);
    old.run_all(3, &Spec::chat("chat"));
    let bytes = export(&mut old);
    let mut new = Scene::new(&limited());
    new.with_router(|router, now| router.import(now, &bytes)).unwrap();
    assert_eq!(new.benched_ms("a"), Some(3_600_000));
    new.run_all(3, &Spec::chat("chat"));
    assert_eq!(new.sends_since(0, "b"), 3, "what was used in the future does not count");
}

#[test]
fn bytes_that_are_none_change_nothing() {
    let mut old = Scene::new(&limited()).always("a", slow_down("40"));
    old.run_all(8, &Spec::chat("chat"));
    let bytes = export(&mut old);
    let mut new = Scene::new(&limited());
    let before = export(&mut new);
    let mut refuses = |bytes: &[u8]| {
        let told = new.with_router(|router, now| router.import(now, bytes)).unwrap_err().to_string();
        assert_eq!(export(&mut new), before);
        told
    };
    for len in 0..bytes.len() {
        refuses(&bytes[..len]);
    }
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x40;
        refuses(&changed);
    }
    assert_eq!(refuses(b"{}"), "these are no bytes of `exportState`, or of one of another version");
    assert_eq!(refuses(&bytes[..bytes.len() - 1]), "the bytes are cut or were changed");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes with a right checksum and anything between: no panic, and either all or nothing.
    #[test]
    fn no_bytes_break_a_router(body in prop::collection::vec(any::<u8>(), 0..400), cut in 0_usize..400) {
        let mut old = Scene::new(&limited()).always("a", slow_down("40"));
        old.run_all(3, &Spec::chat("chat"));
        let good = export(&mut old);
        let mut forged = good[..good.len() - 4].to_vec();
        let from = 4 + cut % (forged.len() - 4);
        forged.splice(from.., body);
        let sum = switchman::base::hash::checksum(&forged);
        forged.extend(sum.to_le_bytes());
        let mut new = Scene::new(&limited());
        let before = export(&mut new);
        if new.with_router(|router, now| router.import(now, &forged)).is_err() {
            prop_assert_eq!(export(&mut new), before);
        }
        new.run_all(3, &Spec::chat("chat"));
    }
}

#[test]
fn what_the_names_of_a_pattern_have_used_together_goes_on_after_a_restart() {
    // It is counted at the declared deployment, which is never sent to itself.
    let limited = deployment("openai/*", "a", json!({ "model": "openai/*", "rpm": 2 }));
    let config = with(vec![limited], json!({ "limit_mode": "hard" }));
    let mut old = Scene::new(&config);
    ["openai/one", "openai/two"].iter().for_each(|model| assert_answered(&old.ask(Spec::chat(model))));
    assert!(!old.ask(Spec::chat("openai/three")).is_answered());
    let mut new = restarted(&config, &mut old);
    assert!(!new.ask(Spec::chat("openai/one")).is_answered(), "the minute is not over");
    new.advance(61_000);
    assert_answered(&new.ask(Spec::chat("openai/one")));
}
