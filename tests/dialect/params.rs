//! Parameters: what is renamed, what is dropped, what is refused, and what goes on because nobody knows it.

use serde_json::{Value, json};
use switchman::config::Surface;
use switchman::dialect::{Inbound, translate_request};

use crate::support::{MID, NEW, OLD, body, deployment, deployment_with, extra, inbound, refused};

#[test]
fn parameters_have_other_names() {
    for (given, sent) in [
        (json!({ "max_tokens": 5 }), json!({ "max_tokens": 5 })),
        (json!({ "max_tokens": 5, "max_completion_tokens": 6 }), json!({ "max_tokens": 6 })),
        (json!({ "stop": "END" }), json!({ "stop_sequences": ["END"] })),
        (json!({ "stop": ["END", " ", "\n\n", ""] }), json!({ "stop_sequences": ["END"] })),
        (json!({ "stop": ["\n"] }), json!({})),
        (json!({ "stop": null }), json!({})),
        (json!({ "stop_sequences": ["x"] }), json!({ "stop_sequences": ["x"] })),
        (json!({ "user": "u-1" }), json!({ "metadata": { "user_id": "u-1" } })),
        (json!({ "user": "u-1", "safety_identifier": "s" }), json!({ "metadata": { "user_id": "s" } })),
        (
            json!({ "metadata": { "user_id": "m", "a": "b" }, "user": "u" }),
            json!({ "metadata": { "user_id": "m" } }),
        ),
        (json!({ "metadata": { "a": "b" } }), json!({})),
        (json!({ "user": "a@b.example" }), json!({})),
        (json!({ "user": "+49 (30) 123-4567" }), json!({})),
        (json!({ "service_tier": "auto" }), json!({ "service_tier": "auto" })),
        (json!({ "service_tier": "default" }), json!({ "service_tier": "standard_only" })),
        (json!({ "service_tier": "flex" }), json!({})),
        (json!({ "top_k": 5 }), json!({ "top_k": 5 })),
        (
            json!({ "cache_control": { "type": "ephemeral" } }),
            json!({ "cache_control": { "type": "ephemeral" } }),
        ),
        (json!({ "mcp_servers": [{ "a": 1 }] }), json!({ "mcp_servers": [{ "a": 1 }] })),
        (json!({ "brand_new": { "b": 1, "a": 2.50 } }), json!({ "brand_new": { "b": 1, "a": 2.50 } })),
    ] {
        assert_eq!(extra(MID, &given), sent, "{given}");
    }
}

#[test]
fn what_says_nothing_here_is_left_out() {
    let hints = json!({
        "n": 1, "logprobs": false, "top_logprobs": 3, "logit_bias": {}, "seed": null, "presence_penalty": 0,
        "frequency_penalty": 0.0, "modalities": ["text"], "audio": null, "store": true, "prediction": {},
        "verbosity": "low", "prompt_cache_key": "k", "prompt_cache_retention": "24h", "parallel_tool_calls": true,
        "stream_options": { "include_usage": true }, "tool_choice": "auto", "response_format": { "type": "text" },
        // The router's own.
        "num_retries": 3, "fallbacks": ["x"], "tags": ["y"], "timeout": 5, "api_key": "k", "cache": {},
    });
    assert_eq!(extra(MID, &hints), json!({}));
}

#[test]
fn what_would_change_the_answer_is_refused_or_dropped_if_so_wanted() {
    for (name, value) in [
        ("n", json!(2)),
        ("logprobs", json!(true)),
        ("logit_bias", json!({ "5": 1 })),
        ("seed", json!(7)),
        ("presence_penalty", json!(0.1)),
        ("frequency_penalty", json!(-2)),
        ("modalities", json!(["text", "audio"])),
    ] {
        let more = json!({ name: value });
        refused(MID, &more, name);
        let request = json!({ "messages": [{ "role": "user", "content": "Hi" }], name: value }).to_string();
        let inbound = Inbound { drop_params: true, ..inbound(request.as_bytes()) };
        let body = translate_request(&deployment(MID), Surface::Chat, &inbound).unwrap().body;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body.get(name), None);
    }
}

#[test]
fn a_limit_of_tokens_is_always_sent() {
    for (model, limit) in [(MID, 64_000), (NEW, 128_000), ("claude-3-haiku-20240307", 4_096)] {
        let request = json!({ "messages": [{ "role": "user", "content": "Hi" }], "max_tokens": null });
        assert_eq!(body(model, &request)["max_tokens"], limit, "{model}");
    }
}

#[test]
fn sampling_is_sent_as_far_as_the_model_takes_it() {
    let given = |temperature: Value, top_p: Value| json!({ "temperature": temperature, "top_p": top_p });
    for (model, more, sent) in [
        (OLD, given(json!(0.5), json!(0.9)), given(json!(0.5), json!(0.9))),
        (OLD, json!({ "temperature": 1.7 }), json!({ "temperature": 1 })),
        (OLD, json!({ "temperature": -1 }), json!({ "temperature": 0 })),
        (MID, given(json!(0.5), json!(0.9)), json!({ "temperature": 0.5 })),
        (MID, given(json!(1), json!(0.9)), json!({ "top_p": 0.9 })),
        (MID, given(json!(null), json!(0.9)), json!({ "top_p": 0.9 })),
        (NEW, json!({ "temperature": 1, "top_p": 1, "top_k": 3 }), json!({})),
        ("claude-brand-new", json!({ "temperature": 0.2 }), json!({})),
        ("glm-4.6", given(json!(0.5), json!(0.9)), given(json!(0.5), json!(0.9))),
    ] {
        assert_eq!(extra(model, &more), sent, "{model} {more}");
    }
}

#[test]
fn what_the_deployment_sets_counts_under_what_the_request_says() {
    let deployment = deployment_with(
        OLD,
        json!({ "max_completion_tokens": 2000, "temperature": 0.1, "thinking": { "type": "enabled", "budget_tokens": 1500 }, "stop": ["A"] }),
    );
    let sent = |more: Value| -> Value {
        let mut request = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = request.to_string();
        let body = translate_request(&deployment, Surface::Chat, &inbound(body.as_bytes())).unwrap().body;
        serde_json::from_slice(&body).unwrap()
    };
    let own = sent(json!({}));
    assert_eq!((&own["max_tokens"], &own["stop_sequences"]), (&json!(2000), &json!(["A"])));
    assert_eq!(own["thinking"], json!({ "type": "enabled", "budget_tokens": 1500 }));
    assert_eq!(own.get("temperature"), None, "a thinking model takes none");

    let asked = sent(json!({ "max_tokens": 50, "reasoning_effort": "none", "stop_sequences": ["B"] }));
    assert_eq!((&asked["max_tokens"], &asked["stop_sequences"]), (&json!(50), &json!(["B"])));
    assert_eq!((asked.get("thinking"), &asked["temperature"]), (None, &json!(0.1)));
}

#[test]
fn names_and_numbers_go_on_as_they_are_written() {
    let request = r#"{"messages":[{"role":"user","content":"Hi"}],"x\"y":12345678901234567890123,"z":{"b":1.50,"a":[ 1 ]},"k":1,"k":2,"model":"m"}"#;
    let body = translate_request(&deployment(OLD), Surface::Chat, &inbound(request.as_bytes())).unwrap().body;
    let body = String::from_utf8(body).unwrap();
    assert!(body.ends_with(r#""x\"y":12345678901234567890123,"z":{"b":1.50,"a":[ 1 ]},"k":2}"#), "{body}");
    assert!(body.starts_with(&format!(r#"{{"model":"{OLD}","max_tokens":64000,"messages":"#)), "{body}");
    let stream = Inbound { stream: true, ..inbound(request.as_bytes()) };
    let body = translate_request(&deployment(OLD), Surface::Chat, &stream).unwrap().body;
    assert!(String::from_utf8(body).unwrap().contains(r#""stream":true"#));
}

#[test]
fn a_flood_of_members_is_refused() {
    let members: Vec<String> = (0..600).map(|at| format!("\"a{at}\":1")).collect();
    let request = format!("{{\"messages\":[],{}}}", members.join(","));
    assert!(translate_request(&deployment(OLD), Surface::Chat, &inbound(request.as_bytes())).is_err());
}
