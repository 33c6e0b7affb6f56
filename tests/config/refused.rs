//! Configs that are refused as a whole, and many mistakes at once.

use serde_json::{Value, json};
use switchman::config::load;

use crate::support::{entry, one, problems, problems_with_host, refused};

#[test]
fn seven_mistakes_are_seven_problems() {
    let config = json!({
        "model_list": [
            { "model_name": "fast", "litellm_params": { "model": "openai/gpt-4o", "api_key": "os.environ/NOWHERE" } },
            { "model_name": "fast", "litellm_params": { "model": "gpt-4o", "api_kye": "sk-marked-0123456789" } },
            { "model_name": "slow", "litellm_params": { "model": "openai/o3", "weight": "heavy" } },
            { "model_name": "slow", "litellm_params": { "model": "bedrock/large" } },
        ],
        "routing_strategy": "round-robbin",
        "num_retires": 2,
        "fallbacks": [{ "fast": ["slwo"] }],
    });
    let found = problems(&config);
    for (path, words) in [
        ("num_retires", "did you mean `num_retries`?"),
        ("routing_strategy", "did you mean `round-robin`?"),
        ("model_list[0].litellm_params.api_key", "`NOWHERE` is not set"),
        ("model_list[1].litellm_params.api_kye", "did you mean `api_key`?"),
        ("model_list[2].litellm_params.weight", "expected a number, got a string"),
        ("model_list[3].litellm_params.model", "provider `bedrock` is not supported in this version"),
        ("fallbacks[0].fast[0]", "did you mean `slow`?"),
    ] {
        let one = found.iter().filter(|one| one.starts_with(&format!("{path}: ")) && one.contains(words));
        assert_eq!(one.count(), 1, "{path} {words} in {found:#?}");
    }
    assert_eq!(found.len(), 7, "{found:#?}");
}

#[test]
fn a_model_of_a_star_alone_is_told_what_to_write() {
    let config = json!({ "model_list": [{ "model_name": "*", "litellm_params": { "model": "*" } }] });
    refused(&config, "model_list[0].litellm_params.model", "an entry for each provider, with `openai/*`");
}

#[test]
fn a_config_is_an_object_with_a_model_list() {
    for (value, kind) in
        [(json!(null), "null"), (json!([]), "a list"), (json!("x"), "a string"), (json!(1), "a number")]
    {
        refused(&value, "config", &format!("expected an object, got {kind}"));
    }
    refused(&json!({}), "model_list", "is missing");
    refused(&json!({ "model_list": null }), "model_list", "is missing");
    refused(&json!({ "model_list": {} }), "model_list", "expected a list, got an object");
    // Names that cannot be found yet are no mistakes of their own.
    refused(
        &json!({ "fallbacks": [{ "a": ["b"] }], "model_group_alias": { "c": "a" } }),
        "model_list",
        "is missing",
    );
}

#[test]
fn an_entry_has_a_name_and_parameters() {
    let long = "x".repeat(513);
    for (entry, path, words) in [
        (json!(7), "", "expected an object, got a number"),
        (json!({ "litellm_params": { "model": "gpt-4o" } }), ".model_name", "is missing"),
        (json!({ "model_name": "", "litellm_params": { "model": "gpt-4o" } }), ".model_name", "is empty"),
        (
            json!({ "model_name": long, "litellm_params": { "model": "gpt-4o" } }),
            ".model_name",
            "longer than 512 bytes",
        ),
        (
            json!({ "model_name": "a\nb", "litellm_params": { "model": "gpt-4o" } }),
            ".model_name",
            "control character",
        ),
        (
            json!({ "model_name": 3, "litellm_params": { "model": "gpt-4o" } }),
            ".model_name",
            "expected a string, got a number",
        ),
        (json!({ "model_name": "a" }), ".litellm_params", "is missing"),
        (
            json!({ "model_name": "a", "litellm_params": [] }),
            ".litellm_params",
            "expected an object, got a list",
        ),
        (
            json!({ "model_name": "a", "litellm_params": { "model": "gpt-4o" }, "model_info": 3 }),
            ".model_info",
            "expected an object",
        ),
    ] {
        refused(&json!({ "model_list": [entry] }), &format!("model_list[0]{path}"), words);
    }
}

#[test]
fn addresses_are_checked_and_never_repeated() {
    for (name, base) in [
        ("api_base", "api.example.com"),
        ("api_base", "https://user:marked@example.com"),
        ("base_url", "https://example.com/v1?key=marked"),
        ("api_base", "https://example.com:port"),
    ] {
        let problem = crate::support::only_problem(&one(json!({ name: base })));
        assert!(problem.starts_with(&format!("model_list[0].litellm_params.{name}: ")), "{problem}");
        assert!(!problem.contains("marked") && !problem.contains("example"), "{problem}");
    }
}

#[test]
fn keys_of_a_deployment_are_checked() {
    for (key, words) in [
        (json!(""), "is empty"),
        (json!("sk-a\n"), "line break"),
        (json!("sk-a\r\nx-evil: 1"), "line break"),
        (json!("sk a"), "blank"),
        (json!("schlüssel"), "no key has"),
        (json!(5), "expected a string, got a number"),
    ] {
        refused(&one(json!({ "api_key": key })), "model_list[0].litellm_params.api_key", words);
    }
}

#[test]
fn there_are_at_most_65_000_deployments() {
    let entry = entry("chat", json!({ "organization": ["a", "b"] }));
    let many: Vec<Value> = std::iter::repeat_n(json!(0), 65_001).collect();
    refused(&json!({ "model_list": many }), "model_list", "more than 65000");
    let doubled: Vec<Value> = std::iter::repeat_n(entry, 32_501).collect();
    let found = problems(&json!({ "model_list": doubled }));
    assert!(found.len() == 1 && found[0].contains("65000"), "{found:?}");
}

#[test]
fn problems_of_the_config_and_of_the_host_come_together() {
    let found = problems_with_host(&one(json!({ "weight": "x" })), &json!({ "subrequests": -1 }));
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn messages_are_short_and_on_one_line() {
    let name = format!("bad\u{7}\n{}", "x".repeat(10_000));
    let config = json!({ "model_list": [entry("a", json!({}))], "routing_strategy": name, "fallbacks": [{ name.clone(): ["a"] }] });
    for problem in load(&config, &Value::Null, &|_| None).unwrap_err() {
        assert!(problem.path.len() + problem.message.len() < 600, "{problem}");
        assert!(!problem.to_string().contains(char::is_control), "{problem}");
    }
}
