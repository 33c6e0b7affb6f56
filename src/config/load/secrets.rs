//! The credential of a deployment: its key, a token, or where one comes from.

use super::defaults::Defaults;
use super::problems::Path;
use super::read::{Members, Reader};
use super::target::Target;
use crate::config::{Auth, Layout, Secret};

/// Where a token of Entra's may stand in the environment.
const TOKEN_VARIABLE: &str = "AZURE_AD_TOKEN";

/// Reads `api_key` and, at Azure, `azure_ad_token`. Where the config gives neither, the host's `getToken` is asked at each
/// send, or one of the provider's variables holds the key. A deployment that is never reached, because a mock answers
/// for it, needs none.
pub(super) fn credential(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    params: &Members,
    target: &Target,
    defaults: &Defaults,
    is_mocked: bool,
) -> (Option<Secret>, Auth) {
    let is_azure = !matches!(target.provider.layout(), Layout::Under(_));
    let auth = if takes_api_key(target) { Auth::ApiKey } else { Auth::Bearer };
    let mut given = |key: &str| {
        let value = params.get(key).filter(|value| !value.is_null())?;
        let at = at.key(key);
        let text = reader.text(&at, value)?.into_owned();
        reader.report.secret(&text);
        Some(checked(reader, &at, text))
    };
    if let Some(key) = given("api_key") {
        return (key, auth);
    }
    if params.get("api_key").is_some_and(|value| !value.is_null()) {
        // What is wrong with it has been said.
        return (None, auth);
    }
    let at_key = at.key("api_key");
    if is_azure {
        if let Some(token) = given("azure_ad_token") {
            return (token, Auth::Bearer);
        }
        if defaults.host_gives_tokens {
            return (None, Auth::Host);
        }
    }
    if !target.may_use_variables {
        return (None, auth);
    }
    let mut variables = target.provider.key_variables();
    let keys = variables.len();
    if is_azure {
        variables.push(TOKEN_VARIABLE.to_owned());
    }
    let set = variables.iter().enumerate().find_map(|(position, name)| {
        Some((position, reader.variable(name).filter(|text| !text.is_empty())?))
    });
    if let Some((position, text)) = set {
        reader.report.secret(&text);
        return (checked(reader, &at_key, text), if position < keys { auth } else { Auth::Bearer });
    }
    if !(is_mocked || target.provider.is_open() || variables.is_empty()) {
        let variables = variables.join(" or ");
        let host = if is_azure { ", and the host no `getToken`" } else { "" };
        reader.problem(&at_key, format!("is missing, and the environment has no {variables}{host}"));
    }
    (None, auth)
}

/// Is the key sent as `api-key`? At Azure it is, but at addresses of models that somebody else runs.
fn takes_api_key(target: &Target) -> bool {
    let origin = target.api_base.origin();
    match target.provider.layout() {
        Layout::Azure => true,
        Layout::Foundry => {
            origin.ends_with(".services.ai.azure.com") || origin.ends_with(".openai.azure.com")
        }
        Layout::Under(_) => false,
    }
}

/// A key, if it can be one.
fn checked(reader: &mut Reader<'_>, at: &Path<'_>, text: String) -> Option<Secret> {
    if text.is_empty() {
        reader.problem(at, "is empty");
        return None;
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        reader.problem(at, "holds a blank, a line break or another character that no key has");
        return None;
    }
    Some(Secret::new(text))
}
