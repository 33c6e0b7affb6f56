//! Budgets of providers, deployments and tags.

use serde_json::{Value, json};
use switchman::config::{Budget, CallOptions, Period, Purpose, RouterConfig};

use crate::support::{config, entry, groups, merge, notices, one, refused};

const DAY_MS: u64 = 86_400_000;

fn all(config: &RouterConfig) -> Vec<(Purpose, &str, u64, Period)> {
    let all = config.budgets.all().map(|(_, known)| known);
    all.map(|known| (known.purpose, known.name.as_str(), known.budget.limit, known.budget.period)).collect()
}

#[test]
fn amounts_and_durations_are_read_by_all_of_their_names() {
    let given = groups(
        &["a"],
        json!({
            "provider_budget_config": {
                "openai": { "budget_limit": 0.000000000001, "time_period": "1d" },
                "anthropic": { "max_budget": "1.5", "budget_duration": "30s", "tpm_limit": null },
                "nobody": null,
            },
            "litellm_settings": {
                "tag_budget_config": { "product:chat": { "max_budget": 100, "budget_duration": "1mo" } },
            },
        }),
    );
    let mut given = given;
    let own = entry("a", json!({ "max_budget": 2, "budget_duration": "12h" }));
    given["model_list"].as_array_mut().unwrap().push(own);
    given["model_list"][1]["model_info"] = json!({ "id": "own" });
    let config = config(&given);
    let mut found = all(&config);
    found.sort_by_key(|one| one.1);
    assert_eq!(
        found,
        [
            (Purpose::Provider, "anthropic", 1_500_000_000_000, Period::Ms(30_000)),
            (Purpose::Provider, "openai", 1, Period::Ms(DAY_MS)),
            (Purpose::Deployment, "own", 2_000_000_000_000, Period::Ms(DAY_MS / 2)),
            (Purpose::Tag, "product:chat", 100_000_000_000_000, Period::Months(1)),
        ]
    );
    let names = |place: usize| -> Vec<&str> {
        let known = &config.deployments[place];
        known.budgets.iter().map(|ix| config.budgets.get(*ix).unwrap().name.as_str()).collect()
    };
    assert_eq!((names(0), names(1)), (vec!["openai"], vec!["openai", "own"]));
    let told = notices(&given);
    assert_eq!(told, ["provider_budget_config.anthropic: there is no deployment of `anthropic`"]);
}

#[test]
fn every_unit_of_time_is_known() {
    for (text, period) in [
        ("1s", Period::Ms(1_000)),
        ("5m", Period::Ms(300_000)),
        ("1h", Period::Ms(3_600_000)),
        ("7d", Period::Ms(7 * DAY_MS)),
        ("2w", Period::Ms(14 * DAY_MS)),
        ("3mo", Period::Months(3)),
    ] {
        let budget =
            config(&one(json!({ "max_budget": 1, "budget_duration": text }))).deployments[0].max_budget;
        assert_eq!(budget, Some(Budget { limit: 1_000_000_000_000, period }), "{text}");
    }
    for text in ["", "1", "d", "0d", "-1d", "1.5h", "1 d", "1D", "1y", "1min", "99999999999d"] {
        let given = one(json!({ "max_budget": 1, "budget_duration": text }));
        refused(&given, "model_list[0].litellm_params.budget_duration", "expected a duration such as 30s");
    }
}

#[test]
fn half_a_budget_and_half_an_amount_are_mistakes() {
    let provider = |budget: Value| {
        let mut given = one(json!({}));
        given["provider_budget_config"] = json!({ "openai": budget });
        given
    };
    for (given, path, words) in [
        (one(json!({ "max_budget": 1 })), "model_list[0].litellm_params.budget_duration", "is missing"),
        (one(json!({ "budget_duration": "1d" })), "model_list[0].litellm_params.max_budget", "is missing"),
        (provider(json!({ "time_period": "1d" })), "provider_budget_config.openai.max_budget", "is missing"),
        (
            provider(json!({ "budget_limit": null, "time_period": "1d" })),
            "provider_budget_config.openai.max_budget",
            "is missing",
        ),
        (
            provider(json!({ "budget_limit": -1, "time_period": "1d" })),
            "provider_budget_config.openai.budget_limit",
            "must not be negative",
        ),
        (
            provider(json!({ "budget_limit": true, "time_period": "1d" })),
            "provider_budget_config.openai.budget_limit",
            "expected a number",
        ),
        (
            provider(json!({ "budget_limit": 1, "time_period": 86_400 })),
            "provider_budget_config.openai.time_period",
            "expected a string, got a number",
        ),
        (
            provider(json!({ "budget": 1, "max_budget": 1, "time_period": "1d" })),
            "provider_budget_config.openai.budget",
            "there is no option `budget`",
        ),
        (provider(json!(1)), "provider_budget_config.openai", "expected an object, got a number"),
    ] {
        refused(&given, path, words);
    }
    let both = provider(json!({ "budget_limit": 1, "time_period": "1d", "rpm_limit": 10 }));
    assert!(
        notices(&both)[0].starts_with("provider_budget_config.openai.rpm_limit: "),
        "{:?}",
        notices(&both)
    );
}

#[test]
fn arguments_beat_the_settings_of_a_file_as_a_whole() {
    let budget = |limit: u32| json!({ "budget_limit": limit, "time_period": "1d" });
    let mut given = one(json!({}));
    merge(
        &mut given,
        json!({
            "provider_budget_config": { "openai": budget(1) },
            "router_settings": { "provider_budget_config": { "openai": budget(2), "anthropic": budget(3) } },
        }),
    );
    assert_eq!(all(&config(&given)).len(), 1);
}

#[test]
fn a_call_keeps_the_tags_that_have_a_budget() {
    let tagged = |config: &RouterConfig, options: Value| CallOptions::parse(config, &options);
    let plain = config(&one(json!({})));
    assert_eq!(tagged(&plain, json!({ "tags": ["a"] })).unwrap().tags, Vec::<String>::new());
    let mut given = one(json!({}));
    let budget = json!({ "max_budget": 1, "budget_duration": "1h" });
    given["tag_budget_config"] = json!({ "a": budget, "b": budget });
    let known = config(&given);
    let options = json!({ "tags": ["b", "c", "b"], "metadata": { "tags": ["a", "b"], "user": 7 } });
    assert_eq!(tagged(&known, options).unwrap().tags, ["b", "a"]);
    let problems = tagged(&known, json!({ "tags": "a", "metadata": { "tags": [1] } })).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["tags: expected a list, got a string", "metadata.tags[0]: expected a string, got a number"]
    );
    assert!(tagged(&known, json!({ "metadata": null })).unwrap().tags.is_empty());
}
