//! A million requests in one router: what it keeps is bounded by the number of its deployments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::alloc::System;

use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use switchman::base::headers::Headers;
use switchman::base::time::Millis;
use switchman::base::usage::Usage;
use switchman::config::{CallOptions, Demand, Surface, load};
use switchman::engine::{Carries, Request, Router};
use switchman::error::ErrorHint;
use switchman::plan::{Action, Event};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const DEPLOYMENTS: u64 = 100;
const REQUESTS: u64 = 1_000_000;

/// After so many requests everything that is ever kept is there: every deployment has been used for more than a minute.
const WARM: u64 = 100_000;

/// What may be there beside: a slot more or less, a batch for the store.
const SLACK: usize = 64 * 1024;

fn live() -> usize {
    let stats = COUNTED.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

fn router() -> Router {
    let entry = |place: u64| {
        json!({ "model_name": format!("group-{}", place % 10), "model_info": { "id": format!("d{place}") },
            "litellm_params": { "model": "openai/gpt-4o", "api_key": format!("sk-{place}"), "rpm": 100_000, "tpm": 100_000_000 } })
    };
    let list: Vec<Value> = (0..DEPLOYMENTS).map(entry).collect();
    let config = json!({ "model_list": list, "limit_mode": "hard", "fallbacks": [{ "group-0": ["group-1"] }],
        "allowed_fails_policy": { "TimeoutErrorAllowedFails": 100 } });
    let mut router = Router::new(load(&config, &Value::Null, &|_| None).unwrap().config);
    router.set_seed(7);
    *router.tag() = Some(7);
    router.carry(Carries { cool: true, usage: true, latency: true, reserve: false, fresh_ms: 5_000 });
    router
}

/// One request, from its beginning to its end. Every tenth send fails in one of three ways, and one request in a thousand
/// vanishes in the middle and is never heard of again.
fn request(router: &mut Router, number: u64, now: Millis) {
    let request = Request {
        surface: Surface::Chat,
        model: format!("group-{}", number % 10).into(),
        stream: false,
        objects: true,
        usage_asked: false,
        is_text: true,
        tokens: Some((200, 100)),
        demand: Demand::default(),
        options: CallOptions::default(),
        facts: None,
    };
    let (id, mut step) = router.begin(now, request).unwrap();
    for send in 0.. {
        let attempt = match step.action {
            Some(Action::Send { attempt, .. }) => attempt,
            Some(Action::Done(_)) => break,
            None => {
                step = router.step(step.wake_at.unwrap(), id, Event::Tick);
                continue;
            }
            other => panic!("{other:?}"),
        };
        if number % 1_000 == 999 {
            return;
        }
        let status = match (number + send) % 30 {
            0 => 500,
            1 => 429,
            _ => 200,
        };
        router.step(now + 40, id, Event::Head { attempt, status, headers: Headers::default() });
        step = match status {
            200 => {
                let usage = Usage {
                    prompt_tokens: 180,
                    completion_tokens: 90,
                    total_tokens: 270,
                    ..Usage::default()
                };
                router.step(now + 90, id, Event::Body { attempt, usage: Some(usage) })
            }
            _ => {
                let hint = ErrorHint::default();
                router.step(
                    now + 90,
                    id,
                    Event::Refused { attempt, status, headers: Headers::default(), hint },
                )
            }
        };
    }
    router.release(id);
}

#[test]
fn s101_after_a_million_requests_over_a_hundred_deployments_the_memory_is_what_it_was() {
    let mut router = router();
    let mut warm = 0;
    for number in 0..REQUESTS {
        // A request each 10 ms of pretend time: nearly three hours.
        let now = Millis(1_750_000_000_000 + number * 10);
        request(&mut router, number, now);
        if number % 500 == 0 {
            // The store is told, and has nothing to say.
            while router.next_batch().is_some() {}
            let _ = router.due(now).map(|wanted| router.merge(now, &wanted, std::iter::empty()));
        }
        if number == WARM {
            warm = live();
        }
        if number > WARM && number % 100_000 == 0 {
            let now = live();
            assert!(now <= warm + SLACK, "after {number} requests there are {now} bytes; it was {warm}");
        }
    }
    // Who vanished keeps a slot until its deadline is over, and no longer.
    assert!(router.running() <= 150, "{}", router.running());
    assert!(router.export(Millis(1_750_020_000_000)).len() < 200_000);
}
