//! What a deployment adds to requests: default parameters and extra headers.

use std::rc::Rc;

use serde_json::Value;

use super::env::may_be_secret;
use super::keys::{self, Kind};
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use crate::base::text::contains;
use crate::config::options::is_router_key;
use crate::config::{Param, Secret};

/// What is sent besides the request itself.
#[derive(Clone, Default)]
pub(super) struct Extras {
    pub(super) params: Vec<Param>,
    pub(super) headers: Vec<(String, Secret)>,
}

impl Extras {
    /// These, and `wider` where they say nothing.
    pub(super) fn or(mut self, wider: &Self) -> Self {
        for param in &wider.params {
            if !self.params.iter().any(|own| own.name == param.name) {
                self.params.push(param.clone());
            }
        }
        if self.headers.is_empty() {
            self.headers.clone_from(&wider.headers);
        }
        self
    }
}

/// Reads the parameters and headers of `litellm_params`, and reports its unknown names.
pub(super) fn extras(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members) -> Extras {
    let mut params = Vec::new();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let at = at.key(name);
        match keys::PARAMS.kind(name) {
            Some(Kind::Param) => {
                if matches!(name.as_str(), "tools" | "functions") {
                    let message =
                        format!("{} counts where a request has none; the two are not joined", quote(name));
                    reader.report.notice(&at, message);
                }
                params.extend(param(reader, &at, name, value));
            }
            Some(kind) => reader.without_effect(&at, name, kind),
            None if is_misplaced(name) => reader.unknown(&at, name, &keys::PARAMS),
            None if looks_like_a_credential(name) => {
                let fate = "is no known option, and would be sent in the body of every request";
                let way = "use `api_key` or `extra_headers`";
                reader.problem(&at, format!("{} {fate}; {way}", quote(name)));
            }
            None => params.extend(param(reader, &at, name, value)),
        }
    }
    if let Some(value) = members.get("extra_body").filter(|value| !value.is_null()) {
        extra_body(reader, &at.key("extra_body"), value, &mut params);
    }
    Extras { params, headers: headers(reader, at, members) }
}

/// Is an unknown name a slip of an option, or one that belongs beside `litellm_params`?
fn is_misplaced(name: &str) -> bool {
    let elsewhere = [&keys::ENTRY, &keys::INFO].iter().any(|table| table.kind(name) == Some(Kind::Used));
    elsewhere || Reader::is_slip(name, &keys::PARAMS)
}

/// A name that people give to keys, and that no provider gives to a parameter.
fn looks_like_a_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let holds = ["api_key", "apikey", "secret", "password", "credential"];
    let ends = ["access_key", "private_key", "authorization", "access_token", "auth_token", "api_token"];
    name == "token"
        || name == "key"
        || holds.iter().any(|mark| contains(&name, mark))
        || ends.iter().any(|mark| name.ends_with(mark))
}

fn param(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, value: &Value) -> Option<Param> {
    if !reader.is_name(at, name) {
        return None;
    }
    let raw = reader.deep(at, value)?;
    Some(Param { name: name.to_owned(), raw: raw.into() })
}

/// What a fallback replaces in a request: every member beside its `model`.
pub(super) fn overrides(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members) -> Option<Rc<[Param]>> {
    let mut params = Vec::new();
    for (name, value) in members.iter().filter(|(name, _)| *name != "model") {
        let at = at.key(name);
        let wrong = match keys::PARAMS.kind(name) {
            _ if matches!(name.as_str(), "stream" | "stream_options") => {
                "may not be replaced: the caller reads the answer in the form that it asked for"
            }
            _ if is_router_key(name) => "steers the router; a fallback replaces members of the request only",
            Some(Kind::Used | Kind::Later | Kind::Foreign) => {
                "belongs to a deployment; a fallback replaces members of the request only"
            }
            None if Reader::is_slip(name, &keys::PARAMS) => {
                reader.unknown(&at, name, &keys::PARAMS);
                continue;
            }
            None if looks_like_a_credential(name) => {
                "would be sent in the body of the request; give the deployment its `api_key` or `extra_headers`"
            }
            _ => {
                params.extend(param(reader, &at, name, value));
                continue;
            }
        };
        reader.problem(&at, format!("{} {wrong}", quote(name)));
    }
    (!params.is_empty()).then(|| params.into())
}

/// The members of `extra_body`: parameters whatever they are called, as in OpenAI's clients.
fn extra_body(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, params: &mut Vec<Param>) {
    let Some(members) = reader.object(at, value) else { return };
    for (name, value) in members {
        let at = at.key(name);
        if name == "model" || keys::PARAMS.kind(name) == Some(Kind::Request) {
            reader.problem(&at, format!("{} is decided by each request", quote(name)));
        } else if let Some(param) = param(reader, &at, name, value) {
            params.retain(|other| other.name != param.name);
            params.push(param);
        }
    }
}

/// `extra_headers`, or `headers`, which LiteLLM reads where the first is missing.
fn headers(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members) -> Vec<(String, Secret)> {
    let mut read = |key| {
        let value = members.get(key).filter(|value| !value.is_null())?;
        let at = at.key(key);
        let members = reader.object(&at, value)?;
        let mut found: Vec<(String, Secret)> = Vec::new();
        for (name, value) in members {
            let at = at.key(name);
            let value = header(reader, &at, name, value);
            if found.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                reader.problem(&at, "is given twice; the names of headers know no upper and lower case");
            }
            found.extend(value.map(|value| (name.clone(), value)));
        }
        Some(found)
    };
    let extra = read("extra_headers");
    let plain = read("headers");
    extra.or(plain).unwrap_or_default()
}

/// Headers that belong to the connection, or that the host's `fetch` sets by itself.
const REFUSED: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The longest value of a header, in bytes.
const MAX_HEADER: usize = 8_192;

fn header(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, value: &Value) -> Option<Secret> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let text = reader.text(at, value)?;
    reader.report.secret(&text);
    if let Some((_scheme, token)) = text.split_once(' ').filter(|_| may_be_secret(name)) {
        reader.report.secret(token);
    }
    let wrong = if name.is_empty() || name.len() > 128 || !name.bytes().all(is_token) {
        "is no valid name of a header"
    } else if REFUSED.iter().any(|refused| refused.eq_ignore_ascii_case(name)) {
        "may not be set: it belongs to the connection"
    } else if text.len() > MAX_HEADER {
        "is too long for a header"
    } else if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte) || byte == b'\t') {
        "holds a line break or another character that no header may have"
    } else {
        return Some(Secret::new(text.into_owned()));
    };
    reader.problem(at, wrong);
    None
}
