//! Values of members that a provider has not: told otherwise, bounded, or not served.

use serde_json::{Value, json};
use switchman::config::{Worded, worded};
use switchman::error::FaultKind;

use crate::support::{begin, refused, router};

/// What a model gets of some members, over `fetch` and as an object alike; or the member that is not served.
fn sent(model: &str, members: &Value) -> Result<Value, String> {
    let begun = |drops: bool| {
        let mut whole = json!({ "model": "chat", "messages": [] });
        whole.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let params = json!({ "model": model, "api_base": "https://own.test/v1", "drop_params": drops });
        begin(router(params), &whole, Value::Null)
    };
    let rest = |mut body: Value| {
        let members = body.as_object_mut().unwrap();
        members.retain(|name, _| !matches!(name.as_str(), "model" | "messages"));
        body
    };
    let first = begun(false);
    match first.sent() {
        Ok(body) => {
            let body = rest(body);
            assert_eq!(rest(first.fitted(members).unwrap()), body, "{model}: {members}");
            Ok(body)
        }
        Err(fault) => {
            assert_eq!(refused(&fault).0, FaultKind::Unsupported);
            // It can be left out instead.
            let name = fault.param.unwrap().to_string();
            assert_eq!(rest(begun(true).sent().unwrap()).get(&name), None, "{model}: {members}");
            Err(name)
        }
    }
}

const OFF: &str = r#"{"thinking":{"type":"disabled"}}"#;
const ON: &str = r#"{"thinking":{"type":"enabled"}}"#;

/// Models, an effort, and what is sent: an effort again, members as JSON, or nothing where it is not served.
const EFFORTS: &[(&str, &str, &str)] = &[
    ("openai/gpt-5", "minimal", "minimal"),
    ("groq/openai/gpt-oss-120b", "none", "low"),
    ("groq/openai/gpt-oss-120b", "medium", "medium"),
    ("groq/openai/gpt-oss-120b", "xhigh", "high"),
    ("groq/qwen/qwen3-32b", "none", "none"),
    ("groq/qwen/qwen3-32b", "high", "default"),
    ("groq/llama-3.3-70b-versatile", "high", ""),
    ("deepseek/deepseek-chat", "none", OFF),
    ("deepseek/deepseek-v4-pro", "minimal", "low"),
    ("deepseek/deepseek-v4-pro", "medium", "high"),
    ("deepseek/deepseek-v4-pro", "xhigh", "max"),
    ("deepseek/deepseek-v4-pro", "max", "max"),
    ("xai/grok-3-mini", "none", "low"),
    ("xai/grok-3-mini", "xhigh", "high"),
    ("xai/grok-4.5", "none", "none"),
    ("xai/grok-4.5", "max", "xhigh"),
    ("xai/grok-2-1212", "low", ""),
    ("together_ai/openai/gpt-oss-120b", "none", r#"{"reasoning":{"enabled":false}}"#),
    ("together_ai/openai/gpt-oss-120b", "max", "high"),
    ("fireworks_ai/gpt-oss-120b", "minimal", "low"),
    ("openrouter/openai/gpt-5", "max", "xhigh"),
    ("perplexity/sonar-deep-research", "none", "minimal"),
    ("cerebras/gpt-oss-120b", "xhigh", "high"),
    ("sambanova/DeepSeek-V3.1", "none", r#"{"chat_template_kwargs":{"enable_thinking":false}}"#),
    ("moonshot/moonshot-v1-8k", "low", ""),
    ("moonshot/kimi-k2.5", "none", OFF),
    ("moonshot/kimi-k2.6", "high", ON),
    ("moonshot/kimi-k3", "medium", "high"),
    ("zai/glm-4.6", "none", OFF),
    ("zai/glm-4.6", "low", ON),
    ("dashscope/qwen3-max", "none", r#"{"enable_thinking":false}"#),
    ("dashscope/qwen3-max", "high", r#"{"enable_thinking":true}"#),
    ("volcengine/doubao-seed-1-6", "none", OFF),
    ("volcengine/doubao-seed-1-6", "high", "high"),
    ("mistral/mistral-small-latest", "high", "high"),
];

#[test]
fn an_effort_is_told_in_the_providers_words() {
    for &(model, effort, there) in EFFORTS {
        let expected = match there {
            "" => Err("reasoning_effort".to_owned()),
            _ if there.starts_with('{') => Ok(serde_json::from_str(there).unwrap()),
            _ => Ok(json!({ "reasoning_effort": there })),
        };
        assert_eq!(sent(model, &json!({ "reasoning_effort": effort })), expected, "{model} {effort}");
        // Nothing is asked for.
        let none = sent(model, &json!({ "reasoning_effort": null })).unwrap();
        assert!(none.get("reasoning_effort").is_none_or(Value::is_null), "{model}");
    }
}

#[test]
fn other_values_are_told_bounded_or_not_served() {
    let any = json!({ "type": "json_object" });
    let this = json!({ "type": "function", "function": { "name": "f" } });
    for (model, member, value, there) in [
        ("mistral/m", "tool_choice", json!("required"), Some(json!("any"))),
        ("mistral/m", "tool_choice", this.clone(), Some(this.clone())),
        ("codestral/m", "tool_choice", json!("required"), Some(json!("any"))),
        ("fireworks_ai/m", "tool_choice", json!("required"), Some(json!("required"))),
        ("moonshot/kimi-k3", "tool_choice", json!("required"), None),
        ("moonshot/kimi-k3", "tool_choice", this.clone(), Some(this.clone())),
        ("deepinfra/m", "tool_choice", json!("required"), None),
        ("deepinfra/m", "tool_choice", this.clone(), None),
        ("deepinfra/m", "tool_choice", json!("none"), Some(json!("none"))),
        ("zai/m", "tool_choice", json!("auto"), Some(json!("auto"))),
        ("zai/m", "tool_choice", this, None),
        ("zai/m", "stop", json!(["a"]), Some(json!(["a"]))),
        ("zai/m", "stop", json!(["a", "b"]), None),
        ("zai/m", "temperature", json!(1.8), Some(json!(1))),
        ("zai/m", "temperature", json!(-1), Some(json!(0))),
        ("zai/m", "temperature", json!(0.3), Some(json!(0.3))),
        ("zai/m", "temperature", json!("hot"), Some(json!("hot"))),
        ("moonshot/moonshot-v1-8k", "temperature", json!(2), Some(json!(1))),
        ("groq/m", "service_tier", json!("default"), Some(json!("on_demand"))),
        ("groq/m", "service_tier", json!("flex"), Some(json!("flex"))),
        ("groq/m", "n", json!(2), None),
        ("together_ai/m", "logprobs", json!(true), Some(json!(1))),
        ("xai/grok-4", "web_search_options", json!({ "search_context_size": "low" }), None),
        (
            "lm_studio/m",
            "response_format",
            any.clone(),
            Some(
                json!({ "type": "json_schema", "json_schema": { "name": "any", "schema": { "type": "object" } } }),
            ),
        ),
        (
            "perplexity/m",
            "response_format",
            any.clone(),
            Some(json!({ "type": "json_schema", "json_schema": { "schema": { "type": "object" } } })),
        ),
        ("deepseek/m", "response_format", any.clone(), Some(any)),
    ] {
        let expected = there.map(|there| json!({ member: there })).ok_or(member.to_owned());
        assert_eq!(sent(model, &json!({ member: value })), expected, "{model} {value}");
    }
}

#[test]
fn what_models_fix_themselves_is_left_out() {
    let asked = json!({ "temperature": 0.2, "top_p": 0.9, "seed": 1 });
    assert_eq!(sent("moonshot/kimi-k2.5", &asked), Ok(json!({ "seed": 1 })));
    assert_eq!(sent("moonshot/moonshot-v1-8k", &asked), Ok(asked));
    let most = json!({ "logprobs": true, "top_logprobs": 3 });
    assert_eq!(sent("together_ai/m", &most), Ok(json!({ "logprobs": 3 })));
}

#[test]
fn what_the_config_sets_is_told_so_as_well() {
    let params = json!({ "model": "deepseek/deepseek-v4-pro", "reasoning_effort": "none", "temperature": 9 });
    let begun = |body: Value| begin(router(params.clone()), &body, Value::Null).sent().unwrap();
    let plain = json!({ "model": "chat", "messages": [] });
    assert_eq!(
        begun(plain.clone()),
        json!({ "model": "deepseek-v4-pro", "messages": [], "thinking": { "type": "disabled" }, "temperature": 9 })
    );
    // What a request says stands instead, and no member stands twice.
    let params = json!({ "model": "zai/glm-4.6", "reasoning_effort": "none", "temperature": 9 });
    let mut asked = plain;
    asked["reasoning_effort"] = json!("high");
    let begun = begin(router(params), &asked, Value::Null);
    let expected =
        json!({ "model": "glm-4.6", "messages": [], "thinking": { "type": "enabled" }, "temperature": 1 });
    assert_eq!(begun.sent().unwrap(), expected);
    let written = json!({
        "model": "glm-4.6", "messages": [], "reasoning_effort": "high", "thinking": { "type": "disabled" },
    });
    assert_eq!(begun.fitted(&written).unwrap()["thinking"], json!({ "type": "enabled" }));
}

#[test]
fn a_call_may_allow_a_value() {
    let body = json!({ "model": "chat", "messages": [], "tool_choice": "required" });
    let options = json!({ "allowed_openai_params": ["tool_choice"] });
    let begun = begin(router(json!({ "model": "moonshot/kimi-k3" })), &body, options);
    assert_eq!(begun.sent().unwrap()["tool_choice"], "required");
}

#[test]
fn cases_are_looked_at_in_turn() {
    const WORDS: &str = r#"a,b="c";d=;e=!;f=>g:[1];*=2"#;
    for (raw, expected) in [
        (r#""a""#, Worded::Put(r#""c""#)),
        (r#""b""#, Worded::Put(r#""c""#)),
        (r#""d""#, Worded::Cut),
        (r#"{"x":1,"type":"e"}"#, Worded::Refuse),
        (r#""f""#, Worded::Other("g", "[1]")),
        ("7", Worded::Put("2")),
    ] {
        assert_eq!(worded(WORDS, raw), expected, "{raw}");
    }
    assert_eq!(worded("a=1", "[]"), Worded::Same);
    assert_eq!(worded("[]=1", "[1,2]"), Worded::Put("1"));
    assert_eq!(worded("[]=1", "[1]"), Worded::Same);
    for (raw, expected) in
        [("0", None), ("1.0", None), ("-0.1", Some("0")), ("1e3", Some("1")), ("null", None)]
    {
        assert_eq!(worded("0..1", raw), expected.map_or(Worded::Same, Worded::Put), "{raw}");
    }
}
