//! Where a request goes, and with which headers.

use serde_json::{Value, json};
use switchman::config::{Deployment, Surface};
use switchman::dialect::{has_prefill, is_translated, outbound, translate_request};
use switchman::error::FaultKind;

use crate::support::{MID, deployment, deployment_with, inbound, translated};

fn headers(deployment: &Deployment) -> Vec<(String, String)> {
    let outbound = outbound(deployment, Surface::Chat, false);
    let own = outbound.headers.iter().map(|(name, value)| ((*name).to_owned(), value.expose().to_owned()));
    let extra = outbound.extra_headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
    own.chain(extra).collect()
}

#[test]
fn an_address_may_have_any_part_of_the_path() {
    for base in [
        "https://proxy/a",
        "https://proxy/a/",
        "https://proxy/a/v1",
        "https://proxy/a/v1/",
        "https://proxy/a/v1/messages",
    ] {
        let deployment = deployment_with(MID, json!({ "api_base": base }));
        assert_eq!(outbound(&deployment, Surface::Chat, false).url, "https://proxy/a/v1/messages", "{base}");
    }
    assert_eq!(outbound(&deployment(MID), Surface::Chat, false).url, "https://api.anthropic.com/v1/messages");
    assert!(is_translated(deployment(MID).dialect));
}

#[test]
fn a_key_goes_as_a_key_and_a_login_as_a_bearer() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        headers(&deployment(MID)),
        [pair("anthropic-version", "2023-06-01"), pair("x-api-key", "test-key-1")]
    );
    let login = deployment_with(
        MID,
        json!({ "api_key": "sk-ant-oat01-x", "extra_headers": { "Anthropic-Beta": "one, two", "x-more": "y" } }),
    );
    assert_eq!(
        headers(&login),
        [
            pair("anthropic-version", "2023-06-01"),
            pair("authorization", "Bearer sk-ant-oat01-x"),
            pair("anthropic-beta", "one, two,oauth-2025-04-20"),
            pair("x-more", "y"),
        ]
    );
}

#[test]
fn what_a_request_uses_is_asked_for_beside_what_the_config_names() {
    let betas = |deployment: &Deployment, more: Value| -> Vec<String> {
        let mut request = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = request.to_string();
        let translated = translate_request(deployment, Surface::Chat, &inbound(body.as_bytes())).unwrap();
        translated.headers.iter().map(|(name, value)| format!("{name}: {}", value.expose())).collect()
    };
    let plain = deployment(MID);
    assert_eq!(betas(&plain, json!({})), [""; 0]);
    for (more, beta) in [
        (json!({ "mcp_servers": [] }), "mcp-client-2025-04-04"),
        (json!({ "mcp_servers": [], "tools": [{ "type": "mcp_toolset" }] }), "mcp-client-2025-11-20"),
        (json!({ "context_management": { "edits": [] } }), "context-management-2025-06-27"),
        (json!({ "container": { "skills": [] } }), "skills-2025-10-02"),
        (
            json!({ "tools": [{ "type": "computer_20250124", "name": "computer" }] }),
            "computer-use-2025-01-24",
        ),
    ] {
        assert_eq!(betas(&plain, more), [format!("anthropic-beta: {beta}")]);
    }
    let named =
        deployment_with(MID, json!({ "extra_headers": { "anthropic-beta": "context-1m-2025-08-07" } }));
    assert_eq!(
        betas(&named, json!({ "context_management": {} })),
        ["anthropic-beta: context-1m-2025-08-07,context-management-2025-06-27"]
    );
}

#[test]
fn there_are_no_embeddings() {
    let fault = translate_request(&deployment(MID), Surface::Embeddings, &inbound(b"{}")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unsupported);
    assert_eq!((fault.caller_status(), fault.kind.code()), (400, "unsupported_parameter"));
}

#[test]
fn older_models_go_on_from_a_text() {
    for (model, can) in [
        ("claude-3-5-haiku-20241022", true),
        (MID, true),
        ("claude-opus-4-6", false),
        ("claude-fable-5", false),
    ] {
        assert_eq!(has_prefill(&deployment(model)), can, "{model}");
    }
    let request = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
    assert!(translated(MID, &request).headers.is_empty());
}

#[test]
fn a_page_says_that_it_means_it() {
    let names = |in_browser| {
        let outbound = outbound(&deployment(MID), Surface::Chat, in_browser);
        outbound.headers.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let name = "anthropic-dangerous-direct-browser-access";
    assert!(names(true).contains(&name) && !names(false).contains(&name));
}
