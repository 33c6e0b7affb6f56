//! `user_url_allowed_hosts` and `user_url_max_bytes`: from where files are fetched.

use serde_json::{Value, json};
use switchman::config::FileRules;

use crate::support::{config, groups, problems};

fn files(more: Value) -> Option<FileRules> {
    config(&groups(&["chat"], more)).files
}

#[test]
fn nothing_is_fetched_unless_it_is_said_from_where() {
    assert_eq!(files(json!({})), None);
    assert_eq!(files(json!({ "user_url_allowed_hosts": [] })), None);
    assert_eq!(files(json!({ "user_url_max_bytes": 1_000 })), None);
}

#[test]
fn hosts_are_read_in_every_form() {
    let hosts = ["CDN.example.com", "127.0.0.1:8080", "*.example.com", "*", "[::1]:80", "[fd00::1]", "a_b"];
    let rules =
        files(json!({ "litellm_settings": { "user_url_allowed_hosts": hosts, "user_url_max_bytes": 5 } }));
    let rules = rules.unwrap();
    assert_eq!(rules.hosts, hosts.map(str::to_ascii_lowercase));
    assert_eq!(rules.max_bytes, 5);
    let default = files(json!({ "user_url_allowed_hosts": ["a"] })).unwrap();
    assert_eq!(default.max_bytes, 20 * 1024 * 1024);
}

#[test]
fn what_is_no_host_is_refused_with_its_place() {
    for wrong in [
        "",
        "https://a.com",
        "a.com/x",
        "a.com:0",
        "a.com:x",
        "a.com:70000",
        "*a.com",
        "*.",
        "*.a.com:80",
        "*.[::1]",
        "a b",
        "a:1:2",
        "user@a.com",
        "[::1",
        "[x]",
    ] {
        let problems = problems(&groups(&["chat"], json!({ "user_url_allowed_hosts": ["ok.com", wrong] })));
        assert!(
            problems.iter().any(|problem| problem.contains("user_url_allowed_hosts[1]")),
            "{wrong}: {problems:?}"
        );
    }
    let both = json!({ "user_url_max_bytes": 0, "user_url_allowed_hosts": "a.com" });
    let problems = problems(&groups(&["chat"], both));
    assert_eq!(problems.len(), 2, "{problems:?}");
}
