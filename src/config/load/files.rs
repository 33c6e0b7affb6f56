//! `user_url_allowed_hosts` and `user_url_max_bytes`.
//!
//! Deliberate differences to LiteLLM: there any address is fetched that does not lead into a private network, and the list
//! names exceptions to that. A Worker cannot look names up, so here the list is all from which anything is fetched.

use serde_json::Value;

use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::files::{FileRules, MAX_BYTES};

/// Reads the rules; `None` where nothing is fetched.
pub(super) fn files(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> Option<FileRules> {
    let max_bytes = settings.pick(reader, "user_url_max_bytes", Reader::positive).map(u64::from);
    let hosts = settings.pick(reader, "user_url_allowed_hosts", hosts)?;
    (!hosts.is_empty()).then(|| FileRules { hosts, max_bytes: max_bytes.unwrap_or(MAX_BYTES) })
}

fn hosts(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<String>> {
    let mut hosts = Vec::new();
    reader.texts(at, value, &mut |reader, at, text| {
        let text = text.trim().to_ascii_lowercase();
        if is_host(&text) {
            hosts.push(text);
        } else {
            let known = "`host`, `host:port`, `*.domain` or `*`";
            reader.problem(at, format!("expected {known}, got {}", quote(&text)));
        }
    })?;
    Some(hosts)
}

/// Is it a host, maybe with a port, or a star before a domain? No scheme, no path.
fn is_host(text: &str) -> bool {
    let (is_star, name) = match text.strip_prefix('*') {
        Some("") => return true,
        Some(domain) => match domain.strip_prefix('.') {
            Some(domain) => (true, domain),
            None => return false,
        },
        None => (false, text),
    };
    // The colons of an address of version 6 stand in brackets.
    let (name, port) = match name.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (name, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_plain);
    let is_six = |name: &str| {
        let inside = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        inside.is_some_and(|inside| {
            inside.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.')
        })
    };
    (is_name(name) || (!is_star && is_six(name))) && port.is_none_or(|port| !is_star && is_port(port))
}
