//! Choices that are held against what they should be, one by one.

use serde_json::{Value, json};
use switchman::base::rng::Rng;
use switchman::config::Surface;
use switchman::engine::Hit;
use switchman::sim::{Reply, Spec};

use crate::support::{Scene, deployment, seed, with};

#[test]
fn s11_an_answer_from_the_cache_moves_no_counter_of_least_busy() {
    let list = ["a", "b"].map(|id| deployment("chat", id, json!({})));
    let config = with(list.to_vec(), json!({ "routing_strategy": "least-busy", "cache_responses": true }));
    let mut scene = Scene::new(&config).always("a", Reply::silent()).always("b", Reply::silent());
    scene.call(Spec::chat("chat"));
    let before = scene.snapshot();
    for _ in 0..10 {
        let moment = scene.told();
        let given_by = ("chat", "a");
        let (surface, stream, usage) = (Surface::Chat, false, None);
        let hit = Hit { requested: "chat", surface, stream, given_by, started: moment, usage };
        scene.with_router(|router, now| router.note_hit(now, &hit));
    }
    assert_eq!(scene.snapshot(), before);
    let busy = (*scene.sent().last().unwrap()).to_owned();
    for _ in 0..10 {
        let other = scene.explain(&Spec::chat("chat"))["picked"].as_str().unwrap().to_owned();
        assert_ne!(other, busy, "one send is under way, whatever the cache has answered");
    }
}

/// What a deployment costs, in 1e-12 USD: for a token in and out, and in where there are more than 200,000.
struct Price {
    id: &'static str,
    input: u64,
    output: u64,
    long_input: Option<u64>,
}

const PRICES: [Price; 7] = [
    Price { id: "flat", input: 1_000_000, output: 1_000_000, long_input: None },
    Price { id: "reader", input: 150_000, output: 4_000_000, long_input: None },
    Price { id: "writer", input: 2_500_000, output: 300_000, long_input: None },
    Price { id: "long", input: 100_000, output: 5_000_000, long_input: Some(900_000) },
    Price { id: "short", input: 700_000, output: 700_001, long_input: Some(3_000_000) },
    Price { id: "dear", input: 9_000_000, output: 9_000_000, long_input: None },
    Price { id: "bare", input: 0, output: 8_000_000, long_input: None },
];

impl Price {
    fn entry(&self) -> Value {
        let usd = |pico: u64| pico as f64 / 1e12;
        let mut params =
            json!({ "input_cost_per_token": usd(self.input), "output_cost_per_token": usd(self.output) });
        if let Some(long) = self.long_input {
            params["input_cost_per_token_above_200k_tokens"] = json!(usd(long));
        }
        deployment("chat", self.id, params)
    }

    fn of(&self, input: u64, output: u64) -> u64 {
        let rate = self.long_input.filter(|_| input > 200_000).unwrap_or(self.input);
        input * rate + output * self.output
    }
}

#[test]
fn cost_routing_takes_the_cheapest_for_each_of_a_hundred_mixed_requests() {
    let config =
        with(PRICES.iter().map(Price::entry).collect(), json!({ "routing_strategy": "cost-based-routing" }));
    let mut scene = Scene::new(&config);
    let mut rng = Rng::for_call(seed(), 1);
    let mut taken = std::collections::BTreeSet::new();
    for _ in 0..100 {
        // From a word to a book, each size as likely as the next one.
        let mut tokens = |most: u32| 1 + (f64::from(most).powf(rng.unit())) as u32;
        let (input, output) = (tokens(900_000), tokens(60_000));
        scene.ask(Spec::chat("chat").using(input, output));
        let cost = |price: &&Price| price.of(input.into(), output.into());
        let least = PRICES.iter().map(|price| cost(&price)).min();
        let sent = (*scene.sent().last().unwrap()).to_owned();
        let price = PRICES.iter().find(|price| price.id == sent).unwrap();
        assert_eq!(Some(cost(&price)), least, "{input} in, {output} out: {sent}");
        taken.insert(sent);
    }
    assert!(taken.len() >= 4, "the requests are mixed: {taken:?}");
    assert!(!taken.contains("dear"));
}

#[test]
fn s22_ten_of_a_hundred_calls_at_once_reach_a_provider_whatever_the_strategy() {
    let names = [
        "simple-shuffle",
        "round-robin",
        "least-busy",
        "latency-based-routing",
        "cost-based-routing",
        "usage-based-routing",
        "usage-based-routing-v2",
        "peak-ewma",
    ];
    for name in names {
        let list =
            vec![deployment("chat", "a", json!({ "rpm": 4 })), deployment("chat", "b", json!({ "rpm": 6 }))];
        let settings = json!({ "routing_strategy": name, "limit_mode": "hard", "num_retries": 0 });
        let mut scene = Scene::new(&with(list, settings));
        let made = scene.run_at_once(100, &Spec::chat("chat"));
        assert_eq!(["a", "b"].map(|id| scene.sends_since(0, id)), [4, 6], "{name}");
        assert_eq!(made.iter().filter(|call| scene.seen(**call).is_answered()).count(), 10, "{name}");
    }
}
