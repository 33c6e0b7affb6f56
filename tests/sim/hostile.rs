//! A store that does its worst, and routers that must not mind.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::engine::{Batch, Loaded, OpValue, Wanted};
use switchman::sim::{Reply, Spec};

use crate::sharing::pass;
use crate::shelf::{ALL, Shelf, batches, due, isolate};
use crate::support::{Scene, deployment, seed, slow_down, with};

/// What a store does with a question or a batch.
#[derive(Clone, Copy, Debug)]
enum Whim {
    Well,
    Late,
    Refuse,
    Lose,
    Repeat,
    Reorder,
    Garbage,
}

fn whim() -> impl Strategy<Value = Whim> {
    prop::sample::select(vec![
        Whim::Well,
        Whim::Late,
        Whim::Refuse,
        Whim::Lose,
        Whim::Repeat,
        Whim::Reorder,
        Whim::Garbage,
    ])
}

/// What no store should hold.
fn rubbish() -> impl Strategy<Value = Option<Loaded>> {
    prop_oneof![
        Just(None),
        any::<f64>().prop_map(|number| Some(Loaded::Number(number))),
        (0_u64..1 << 53).prop_map(|number| Some(Loaded::Number(number as f64))),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| Some(Loaded::Bytes(bytes))),
        // A circuit that may be: open for the next hours, or all along.
        (0_u64..3, 0_u64..10_000_000).prop_map(|(epoch, more)| {
            Some(Loaded::Number(((epoch << 41) + 1_750_000_000_000 + more) as f64))
        }),
        // A sketch of absurd times.
        prop::collection::vec(any::<u8>(), 162).prop_map(|mut bytes| {
            bytes[0] = 1;
            Some(Loaded::Bytes(bytes))
        }),
    ]
}

/// A store that does its worst, and what it holds back.
struct Hostile {
    shelf: Shelf,
    whims: Vec<Whim>,
    rubbish: Vec<Option<Loaded>>,
    turn: usize,
    late_batches: Vec<Batch>,
    late_loads: Vec<(usize, Vec<Wanted>, Vec<Option<Loaded>>)>,
}

impl Hostile {
    fn next(&mut self) -> Whim {
        self.turn += 1;
        self.whims[self.turn % self.whims.len()]
    }

    fn meets(&mut self, who: usize, scene: &mut Scene) {
        for mut batch in batches(scene) {
            match self.next() {
                Whim::Well => self.shelf.write(&batch),
                Whim::Late => self.late_batches.push(batch),
                Whim::Refuse => scene.with_router(|router, _| router.drop_batch(batch)),
                Whim::Lose => {}
                Whim::Repeat => (0..3).for_each(|_| self.shelf.write_again(&batch)),
                Whim::Reorder => {
                    self.late_batches.drain(..).rev().for_each(|late| self.shelf.write(&late));
                    batch.ops.reverse();
                    self.shelf.write(&batch);
                }
                Whim::Garbage => {
                    for op in &mut batch.ops {
                        op.value = OpValue::Max((1 << 53) - 1);
                    }
                    self.shelf.write(&batch);
                }
            }
        }
        if let Some(wanted) = due(scene) {
            let mut values = self.shelf.read(&wanted);
            match self.next() {
                Whim::Well => {}
                Whim::Late => return self.late_loads.push((who, wanted, values)),
                Whim::Refuse => return scene.with_router(|router, _| router.not_loaded()),
                Whim::Lose => values.truncate(values.len() / 2),
                Whim::Repeat => values = values.iter().flat_map(|one| [one.clone(), one.clone()]).collect(),
                Whim::Reorder => values.reverse(),
                Whim::Garbage => {
                    let turn = self.turn;
                    values = (0..wanted.len() * 8)
                        .map(|place| self.rubbish[(place + turn) % self.rubbish.len()].clone())
                        .collect();
                }
            }
            scene.with_router(|router, now| router.merge(now, &wanted, values));
        }
        if matches!(self.next(), Whim::Well | Whim::Reorder) {
            let mine = self.late_loads.iter().position(|(whose, ..)| *whose == who);
            if let Some((_, wanted, values)) = mine.map(|place| self.late_loads.remove(place)) {
                scene.with_router(|router, now| router.merge(now, &wanted, values));
            }
        }
    }
}

/// Three deployments, of which one may fail; each can serve all there is.
fn hosts(limits: Value) -> Value {
    let list = ["a", "b", "c"].map(|id| deployment("chat", id, limits.clone()));
    let settings = json!({ "limit_mode": "hard", "cooldown_time": 2, "hedging": true });
    with(list.to_vec(), settings)
}

fn ill() -> impl Strategy<Value = Reply> {
    prop_oneof![
        Just(Reply::ok()),
        Just(Reply::status(500)),
        Just(slow_down("20")),
        Just(Reply::status(404)),
        Just(Reply::no_connection("refused")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_a_store_does_no_call_fails(
        whims in prop::collection::vec(whim(), 3..24),
        rubbish in prop::collection::vec(rubbish(), 1..24),
        ill in ill(),
        calls in prop::collection::vec((0_usize..2, 0_u64..1_500, any::<bool>(), any::<bool>()), 20..80),
    ) {
        let config = hosts(json!({ "rpm": 1_000, "tpm": 10_000_000 }));
        let mut scenes = [1, 2].map(|tag| isolate(Scene::seeded(&config, seed()), tag, ALL).always("b", ill.clone()));
        let mut store = Hostile {
            shelf: Shelf::default(), whims, rubbish, turn: 0, late_batches: Vec::new(), late_loads: Vec::new(),
        };
        for (who, gap, stream, waits) in calls {
            let spec = if stream { Spec::stream("chat") } else { Spec::chat("chat") };
            let spec = if waits { spec.with(json!({ "priority": 1 })) } else { spec };
            scenes[who].call(spec);
            let [one, two] = &mut scenes;
            // Short of its end, so that the store also speaks in the middle of a call.
            pass([one, two], 60);
            store.meets(who, &mut scenes[who]);
            let [one, two] = &mut scenes;
            pass([one, two], gap);
            store.meets(1 - who, &mut scenes[1 - who]);
        }
        for scene in &mut scenes {
            scene.run();
            for outcome in scene.outcomes() {
                prop_assert!(outcome.is_answered(), "{outcome:#?}");
            }
            prop_assert_eq!(scene.router().running(), 0);
        }
    }
}
