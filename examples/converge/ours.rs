//! The same case before a router of ours, in the virtual world.

use serde_json::{Value, json};
use switchman::sim::{Outcome, Reply, Spec, Upstream, World};

use super::case::{Course, FAST_MS, OTHER_MS, RATE, SLOW_AT_MS, SLOW_MS, WELL_AT_MS, calls};

/// A deployment of the group `chat`.
pub(crate) fn deployment(id: &str) -> Value {
    json!({
        "model_name": "chat",
        "litellm_params": { "model": "openai/gpt-4o", "api_key": format!("sk-of-{id}") },
        "model_info": { "id": id },
    })
}

pub(crate) fn course(strategy: &str, seed: u64) -> Course {
    let config =
        json!({ "model_list": [deployment("changing"), deployment("other")], "routing_strategy": strategy });
    let mut world = World::new(&config, seed).unwrap();
    // What follows the first content of a stream is no matter here.
    let reply = |ms| Reply::ok().in_ms(ms).gap_ms(0);
    let changing = Upstream::always(reply(FAST_MS)).during(SLOW_AT_MS..WELL_AT_MS, reply(SLOW_MS));
    world.upstream("changing", changing).unwrap();
    world.upstream("other", Upstream::always(reply(OTHER_MS))).unwrap();
    world.run_open_loop(calls(), RATE, &Spec::chat("chat"));
    let sent = |call: &Outcome| {
        (
            call.began_ms.unwrap_or(0),
            call.attempts.first().is_some_and(|first| first.deployment == "changing"),
        )
    };
    Course(world.outcomes().map(sent).collect())
}
