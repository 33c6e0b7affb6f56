//! Azure: addresses of both styles, versions, credentials.

use serde_json::{Value, json};
use switchman::config::{Auth, Surface};

use crate::support::{header, outbound, router, router_in, try_router};

const HOST: &str = "https://res.openai.azure.com";

fn params(more: Value) -> Value {
    let mut all = json!({ "model": "azure/my gpt", "api_base": HOST });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn url(more: Value, surface: Surface) -> String {
    outbound(&router(params(more)), surface).url
}

#[test]
fn a_dated_version_has_the_deployment_in_the_path() {
    let version = json!({ "api_version": "2024-10-21" });
    assert_eq!(
        url(version.clone(), Surface::Chat),
        format!("{HOST}/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")
    );
    assert_eq!(
        url(version, Surface::Embeddings),
        format!("{HOST}/openai/deployments/my%20gpt/embeddings?api-version=2024-10-21")
    );
    assert!(url(json!({}), Surface::Chat).ends_with("?api-version=2025-02-01-preview"));
}

#[test]
fn versions_without_a_date_have_it_in_the_body() {
    for (version, query) in [("v1", ""), ("latest", ""), ("preview", "?api-version=preview")] {
        let expected = format!("{HOST}/openai/v1/chat/completions{query}");
        assert_eq!(url(json!({ "api_version": version }), Surface::Chat), expected);
    }
    // An address that says so needs no version.
    let base = json!({ "api_base": format!("{HOST}/openai/v1/") });
    assert_eq!(url(base, Surface::Chat), format!("{HOST}/openai/v1/chat/completions"));
}

#[test]
fn an_address_may_be_pasted_from_the_portal() {
    let shown = format!("{HOST}/openai/deployments/other/chat/completions?api-version=2024-06-01");
    assert_eq!(
        url(json!({ "api_base": shown, "model": "azure/d" }), Surface::Embeddings),
        format!("{HOST}/openai/deployments/d/embeddings?api-version=2024-06-01")
    );
    // The config's own word on the version counts.
    let both =
        json!({ "api_base": format!("{HOST}/openai?api-version=2024-06-01"), "api_version": "2024-10-21" });
    assert!(
        url(both, Surface::Chat)
            .ends_with("/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")
    );
    // A gateway in front may have a path of its own.
    let gateway = json!({ "api_base": "https://gw.test/openai-team" });
    assert!(url(gateway, Surface::Chat).starts_with("https://gw.test/openai-team/openai/deployments/"));
    for bad in ["2024&x=1", "a b", "../v1"] {
        let wrong = params(json!({ "api_version": bad, "api_key": "k" }));
        let problems = try_router(&wrong, &Value::Null, &|_| None).err().unwrap();
        assert!(problems[0].contains("api-version"), "{problems:?}");
    }
}

#[test]
fn the_environment_names_are_litellms() {
    let env = |name: &str| {
        let known = [
            ("AZURE_API_BASE", "https://env.openai.azure.com"),
            ("AZURE_API_KEY", "key-env"),
            ("AZURE_API_VERSION", "2024-08-01-preview"),
        ];
        known.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    };
    let sent = outbound(&router_in(&json!({ "model": "azure/d" }), &Value::Null, &env), Surface::Chat);
    assert_eq!(
        sent.url,
        "https://env.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-08-01-preview"
    );
    assert_eq!(header(&sent, "api-key").as_deref(), Some("key-env"));
    let env = |name: &str| (name == "AZURE_AD_TOKEN").then(|| "entra".to_owned());
    let sent = outbound(&router_in(&params(json!({})), &Value::Null, &env), Surface::Chat);
    assert_eq!(header(&sent, "authorization").as_deref(), Some("Bearer entra"));
    assert_eq!(header(&sent, "api-key"), None);
}

#[test]
fn a_token_is_the_configs_or_the_hosts() {
    let none = |_: &str| None;
    let given = router_in(&params(json!({ "azure_ad_token": "entra" })), &Value::Null, &none);
    assert_eq!(header(&outbound(&given, Surface::Chat), "authorization").as_deref(), Some("Bearer entra"));
    let host = json!({ "getToken": true });
    let asked = router_in(&params(json!({})), &host, &none);
    assert_eq!(asked.config().deployments[0].auth, Auth::Host);
    let sent = outbound(&asked, Surface::Chat);
    assert_eq!((header(&sent, "authorization"), header(&sent, "api-key")), (None, None));
    // A key of the config's is used before the host is asked; one of the environment's is not.
    let keyed = router_in(&params(json!({ "api_key": "k" })), &host, &none);
    assert_eq!(keyed.config().deployments[0].auth, Auth::ApiKey);
    let env = |name: &str| (name == "AZURE_API_KEY").then(|| "key-env".to_owned());
    assert_eq!(router_in(&params(json!({})), &host, &env).config().deployments[0].auth, Auth::Host);
    // Others are never asked for by it.
    let other = json!({ "model": "groq/m" });
    assert!(try_router(&other, &host, &none).is_err());
    let problems = try_router(&params(json!({})), &Value::Null, &none).err().unwrap();
    assert!(problems[0].contains("AZURE_API_KEY") && problems[0].contains("getToken"), "{problems:?}");
}

#[test]
fn foundry_has_its_own_addresses_and_either_header() {
    let sent =
        |base: &str| outbound(&router(json!({ "model": "azure_ai/Llama", "api_base": base })), Surface::Chat);
    let own = sent("https://r.services.ai.azure.com");
    assert_eq!(
        own.url,
        "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview"
    );
    assert_eq!(header(&own, "api-key").as_deref(), Some("sk-own"));
    let pasted = sent("https://r.services.ai.azure.com/models/chat/completions?api-version=2025-04-01");
    assert_eq!(pasted.url, "https://r.services.ai.azure.com/models/chat/completions?api-version=2025-04-01");
    let v1 = sent("https://r.services.ai.azure.com/openai/v1");
    assert_eq!(v1.url, "https://r.services.ai.azure.com/openai/v1/chat/completions");
    let else_where = sent("https://mistral-x.models.ai.azure.com/v1");
    assert_eq!(else_where.url, "https://mistral-x.models.ai.azure.com/v1/chat/completions");
    assert_eq!(header(&else_where, "authorization").as_deref(), Some("Bearer sk-own"));
}

#[test]
fn old_versions_are_not_asked_for_usage() {
    let asks = |version: &str| {
        let sent = outbound(&router(params(json!({ "api_version": version }))), Surface::Chat);
        !sent.ask_usage.is_empty()
    };
    assert_eq!(
        [asks("2024-06-01"), asks("2024-09-01-preview"), asks("2024-10-21"), asks("v1")],
        [false, true, true, true]
    );
}
