//! Where a request goes, and with which headers.

use serde_json::{Value, json};
use switchman::config::{Deployment, Surface, load};
use switchman::dialect::{has_prefill, is_translated, outbound};

use crate::support::{GEMMA, NEWEST, SECOND, THIRD, deployment, deployment_with};

const HOST: &str = "https://generativelanguage.googleapis.com/v1beta/models";

fn urls(deployment: &Deployment) -> (String, Option<String>, String) {
    let chat = outbound(deployment, Surface::Chat, false);
    let embeddings = outbound(deployment, Surface::Embeddings, false);
    assert_eq!(embeddings.stream_url, None);
    (chat.url, chat.stream_url, embeddings.url)
}

#[test]
fn the_model_and_the_method_are_in_the_address() {
    assert_eq!(
        urls(&deployment(SECOND)),
        (
            format!("{HOST}/{SECOND}:generateContent"),
            Some(format!("{HOST}/{SECOND}:streamGenerateContent?alt=sse")),
            format!("{HOST}/{SECOND}:batchEmbedContents"),
        )
    );
    for (model, path) in [
        ("models/gemini-x", "models/gemini-x"),
        ("tunedModels/mine-1", "tunedModels/mine-1"),
        // Whoever chooses a model may not choose another place.
        ("../files?x=1#", "models/___files_x_1__"),
        ("tunedModels/../../v1/é", "tunedModels/______v1___"),
        ("a:b c", "models/a_b_c_"),
    ] {
        let url = urls(&deployment(model)).0;
        let begin = format!("https://generativelanguage.googleapis.com/v1beta/{path}");
        let rest = url.strip_prefix(&begin).unwrap_or_else(|| panic!("{url}"));
        // What was replaced is told apart by a hash.
        let hash = rest.strip_suffix(":generateContent").unwrap_or_else(|| panic!("{url}"));
        assert!(hash.len() <= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{url}");
    }
}

#[test]
fn an_address_with_a_path_has_the_version_in_it() {
    for (base, path) in [
        ("https://proxy", "https://proxy/v1beta"),
        ("https://proxy/", "https://proxy/v1beta"),
        ("https://proxy/v1alpha", "https://proxy/v1alpha"),
        ("https://gateway.test/acct/google/v1beta/", "https://gateway.test/acct/google/v1beta"),
    ] {
        let deployment = deployment_with(SECOND, json!({ "api_base": base }));
        assert_eq!(urls(&deployment).0, format!("{path}/models/{SECOND}:generateContent"), "{base}");
    }
    assert!(is_translated(deployment(SECOND).dialect));
}

#[test]
fn the_key_goes_into_a_header_and_never_into_the_address() {
    let deployment = deployment_with(SECOND, json!({ "extra_headers": { "x-more": "y" } }));
    let chat = outbound(&deployment, Surface::Chat, false);
    let headers: Vec<_> = chat.headers.iter().map(|(name, value)| (*name, value.expose())).collect();
    assert_eq!(headers, [("x-goog-api-key", "test-key-1")]);
    assert_eq!(chat.extra_headers[0].1.expose(), "y");
    assert!(!format!("{} {:?}", chat.url, chat.stream_url).contains("AIza"));
    assert!(!format!("{chat:?}").contains("AIza"));
}

#[test]
fn the_key_comes_from_either_variable_and_goes_to_google_alone() {
    let key = |params: Value, variables: &[(&str, &str)]| {
        let mut all = json!({ "model": "gemini/gemini-2.5-flash" });
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        let config = json!({ "model_list": [{ "model_name": "chat", "litellm_params": all }] });
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        load(&config, &Value::Null, &variable)
            .map(|loaded| loaded.config.deployments[0].api_key.as_ref().map(|key| key.expose().to_owned()))
            .map_err(|problems| format!("{problems:?}"))
    };
    let some = |key: &str| Ok(Some(key.to_owned()));
    assert_eq!(key(json!({}), &[("GEMINI_API_KEY", "a"), ("GOOGLE_API_KEY", "b")]), some("a"));
    assert_eq!(key(json!({}), &[("GEMINI_API_KEY", ""), ("GOOGLE_API_KEY", "b")]), some("b"));
    assert_eq!(key(json!({ "api_base": "https://proxy" }), &[("GEMINI_API_KEY", "a")]), Ok(None));
    let problems = key(json!({}), &[]).unwrap_err();
    assert!(problems.contains("the environment has no GEMINI_API_KEY or GOOGLE_API_KEY"), "{problems}");
}

#[test]
fn what_goes_on_from_a_text_is_known_by_its_name_or_said_by_the_config() {
    let told = |model: &str, told: Value| {
        let entry = json!({
            "model_name": "chat", "model_info": { "supports_assistant_prefill": told },
            "litellm_params": { "model": format!("gemini/{model}"), "api_key": "k" },
        });
        let loaded = load(&json!({ "model_list": [entry] }), &Value::Null, &|_| None).unwrap();
        has_prefill(&loaded.config.deployments[0])
    };
    for (model, known) in
        [(SECOND, true), (THIRD, true), (NEWEST, false), (GEMMA, false), ("gemini-flash-latest", false)]
    {
        assert_eq!(told(model, Value::Null), known, "{model}");
        assert_eq!(told(model, json!(!known)), !known, "{model}");
    }
}
