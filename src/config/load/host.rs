//! The host's options: the second argument of the constructor, without its functions, for some of which stands `true`.

use serde_json::Value;

use super::hints::{Reach, hint};
use super::keys;
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use super::scopes::Scopes;
use crate::config::options::{is_router_key, may_move_credential, router_keys};
use crate::config::{Found, HostRules, Resolved, RouterConfig, Trust};

/// Reads the host's options, and refuses a config with a key in a browser unless it is wanted. Where the model list is
/// empty, no name is known yet.
pub(super) fn host(
    reader: &mut Reader<'_>,
    value: &Value,
    config: &mut RouterConfig,
    is_empty: bool,
) -> HostRules {
    let at = Path::Root.key("host");
    let default = HostRules::default();
    let empty = Members::new();
    let members = match value {
        Value::Null => &empty,
        value => match reader.object(&at, value) {
            Some(members) => members,
            None => return default,
        },
    };
    for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
        // What is known and not used is carried out by the facade.
        if keys::HOST.kind(name).is_none() {
            reader.unknown(&at.key(name), name, &keys::HOST);
        }
    }
    let options = Scopes::new([(at, members)]);
    let in_browser = options.pick(reader, "browser", Reader::flag).unwrap_or(false);
    let may_show_keys = options.pick(reader, "dangerouslyAllowBrowser", Reader::flag).unwrap_or(false);
    let holds_key =
        config.deployments.iter().any(|one| one.api_key.is_some() || !one.extra_headers.is_empty());
    if in_browser && holds_key && !may_show_keys {
        let message = "a key in a browser is seen by everyone who opens the page; call a server that holds it, \
            or set this option to true";
        reader.problem(&at.key("dangerouslyAllowBrowser"), message);
    }
    HostRules {
        trust: options.pick(reader, "trustRequestOptions", trust).unwrap_or(default.trust),
        allow_direct_models: options
            .pick(reader, "allowDirectModels", Reader::flag)
            .unwrap_or(default.allow_direct_models),
        allowed_models: options
            .each("allowedModels")
            .find_map(|(at, value)| allowed(reader, &at, value, config, is_empty)),
        max_body_bytes: options.pick(reader, "maxBodyBytes", bytes).unwrap_or(default.max_body_bytes),
        subrequests: options.pick(reader, "subrequests", Reader::positive),
        may_fallback: options.pick(reader, "mayFallback", Reader::flag).unwrap_or(false),
        custom_strategy: options.pick(reader, "customRoutingStrategy", Reader::flag).unwrap_or(false),
        filters: options.pick(reader, "filterDeployments", Reader::flag).unwrap_or(false),
        fails_closed: options.word(reader, "hookFailure", "open closed", &[false, true]).unwrap_or(false),
        token_counter: options.pick(reader, "tokenCounter", Reader::flag).unwrap_or(false),
        store_name: options.pick(reader, "storeName", store_name).unwrap_or(default.store_name),
        in_browser,
    }
}

fn bytes(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<u64> {
    let bytes = reader.whole(at, value)?;
    if bytes == 0 {
        reader.problem(at, "must be at least 1");
        return None;
    }
    Some(bytes)
}

/// `storeName`: a part of every key in the store, so plain and short.
fn store_name(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<String> {
    let name = reader.text(at, value)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_plain) {
        reader.problem(at, "must be 1 to 64 letters, digits, hyphens, underscores or dots");
        return None;
    }
    Some(name.into_owned())
}

/// `trustRequestOptions`: a boolean, or the router keys that may steer.
fn trust(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Trust> {
    match value {
        Value::Bool(true) => return Some(Trust::Everything),
        Value::Bool(false) => return Some(Trust::Nothing),
        Value::Array(_) => {}
        other => {
            reader.expected("a boolean or a list of router keys", at, other);
            return None;
        }
    }
    let mut names = Vec::new();
    reader.texts(at, value, &mut |reader, at, name| {
        if may_move_credential(name) {
            reader.problem(at, format!("{} in a request body never counts", quote(name)));
        } else if is_router_key(name) {
            names.push(name.to_owned());
        } else {
            let near = hint(name, router_keys(), Reach::Prefixes);
            reader.problem(at, format!("there is no router key {}{near}", quote(name)));
        }
    })?;
    Some(Trust::Names(names))
}

/// `allowedModels`: groups, patterns, names that patterns match, and aliases; kept as the names of the groups.
fn allowed(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
    config: &mut RouterConfig,
    is_empty: bool,
) -> Option<Vec<String>> {
    let mut allowed = Vec::new();
    reader.texts(at, value, &mut |reader, at, name| {
        config.keep(name);
        let declared = config.names.declared(name);
        let group = declared.or_else(|| match config.find(name) {
            Some(Found { target: Resolved::Group(group), is_direct: false }) => Some(group),
            _ => None,
        });
        match group.and_then(|group| config.group(group)) {
            Some(group) if allowed.contains(&group.name) => {}
            Some(group) => allowed.push(group.name.clone()),
            // The deployments come later.
            None if is_empty => {}
            None => {
                let near = hint(name, config.names.listed(), Reach::Prefixes);
                reader.problem(at, format!("there is no group or alias {}{near}", quote(name)));
            }
        }
    })?;
    Some(allowed)
}
