//! How much a model thinks.

use serde_json::{Value, json};

use crate::support::{MID, NEW, OLD, body, extra};

fn adaptive() -> Value {
    json!({ "type": "adaptive", "display": "summarized" })
}

fn budget(tokens: u64) -> Value {
    json!({ "type": "enabled", "budget_tokens": tokens })
}

#[test]
fn an_effort_is_a_budget_on_older_models() {
    for (effort, tokens) in
        [("minimal", 1024), ("low", 1024), ("medium", 2048), ("high", 4096), ("xhigh", 8192), ("max", 16384)]
    {
        assert_eq!(extra(MID, &json!({ "reasoning_effort": effort })), json!({ "thinking": budget(tokens) }));
    }
    assert_eq!(
        extra(MID, &json!({ "reasoning": { "effort": "high" } })),
        json!({ "thinking": budget(4096) })
    );
    assert_eq!(extra(MID, &json!({ "reasoning_effort": "none" })), json!({}));
    assert_eq!(extra("claude-3-5-haiku-20241022", &json!({ "reasoning_effort": "high" })), json!({}));
    // The limit includes it, and an answer needs room.
    for (limit, thinking) in [(1024, None), (1500, Some(1024)), (6000, Some(3000)), (9000, Some(4096))] {
        let sent = extra(OLD, &json!({ "reasoning_effort": "high", "max_tokens": limit }));
        assert_eq!(sent.get("thinking"), thinking.map(budget).as_ref(), "{limit}");
    }
}

#[test]
fn an_effort_is_an_effort_on_newer_models() {
    let sent = |effort: &str| json!({ "thinking": adaptive(), "output_config": { "effort": effort } });
    for (model, effort, expected) in [
        (NEW, "minimal", "low"),
        (NEW, "medium", "medium"),
        (NEW, "xhigh", "xhigh"),
        (NEW, "max", "max"),
        ("claude-opus-4-6", "xhigh", "high"),
        ("claude-brand-new", "low", "low"),
    ] {
        assert_eq!(extra(model, &json!({ "reasoning_effort": effort })), sent(expected), "{model} {effort}");
    }
    assert_eq!(
        extra(NEW, &json!({ "reasoning_effort": "none" })),
        json!({ "thinking": { "type": "disabled" } })
    );
    assert_eq!(extra("claude-opus-5-5", &json!({ "reasoning_effort": "none" })), json!({}));
    let own = json!({ "reasoning_effort": "low", "output_config": { "effort": "max", "new": 1 } });
    assert_eq!(extra(NEW, &own)["output_config"], json!({ "effort": "max", "new": 1 }));
}

#[test]
fn anthropics_own_form_is_sent_as_the_model_takes_it() {
    for (model, given, sent) in [
        (OLD, budget(3000), Some(budget(3000))),
        (MID, json!({ "type": "adaptive" }), Some(budget(4096))),
        ("claude-opus-4-6", budget(3000), Some(budget(3000))),
        (NEW, budget(3000), Some(adaptive())),
        (NEW, json!({ "type": "adaptive" }), Some(json!({ "type": "adaptive" }))),
        (NEW, json!({ "type": "disabled" }), Some(json!({ "type": "disabled" }))),
        ("claude-opus-5-5", json!({ "type": "disabled" }), None),
        ("claude-3-haiku-20240307", budget(3000), None),
        (NEW, json!({ "type": "between_tools" }), Some(json!({ "type": "between_tools" }))),
    ] {
        assert_eq!(
            extra(model, &json!({ "thinking": given })).get("thinking"),
            sent.as_ref(),
            "{model} {given}"
        );
    }
}

#[test]
fn a_thinking_model_takes_no_temperature_and_only_a_high_top_p() {
    let more = json!({ "reasoning_effort": "low", "temperature": 0.2, "top_k": 3, "top_p": 0.5 });
    assert_eq!(extra(MID, &more), json!({ "thinking": budget(1024) }));
    let more = json!({ "reasoning_effort": "low", "temperature": 0.2, "top_p": 0.97 });
    assert_eq!(extra(MID, &more), json!({ "thinking": budget(1024), "top_p": 0.97 }));
}

#[test]
fn thinking_gives_way_to_what_forbids_it() {
    let tool = json!({ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } });
    for (model, choice, thinks) in
        [(MID, "auto", true), (MID, "required", false), (NEW, "auto", true), (NEW, "required", false)]
    {
        let sent =
            extra(model, &json!({ "reasoning_effort": "low", "tools": [tool], "tool_choice": choice }));
        assert_eq!(sent.get("thinking").is_some(), thinks, "{model} {choice}");
    }
    // A turn that somebody else began, without thinking.
    let call = json!({ "id": "a", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let signed = json!([{ "type": "thinking", "thinking": "hm", "signature": "s" }]);
    for (model, blocks, thinks) in [(MID, json!([]), false), (MID, signed, true), (NEW, json!([]), true)] {
        let sent = body(
            model,
            &json!({
                "messages": [
                    { "role": "user", "content": "x" },
                    { "role": "assistant", "tool_calls": [call], "thinking_blocks": blocks },
                    { "role": "tool", "tool_call_id": "a", "content": "y" },
                ],
                "tools": [tool],
                "reasoning_effort": "low",
            }),
        );
        assert_eq!(sent.get("thinking").is_some(), thinks, "{model} {blocks}");
    }
    let sent = body(
        MID,
        &json!({
            "messages": [{ "role": "user", "content": "x" }, { "role": "assistant", "content": "One" }],
            "reasoning_effort": "low", "temperature": 0.5,
        }),
    );
    assert_eq!((sent.get("thinking"), &sent["temperature"]), (None, &json!(0.5)));
}
