//! From where files are fetched that a request names by their address, and that a provider does not fetch itself.

/// What `user_url_allowed_hosts` and `user_url_max_bytes` allow. Nothing is fetched without the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRules {
    /// As they were declared, in lower case: `host`, `host:port`, `*.domain`, `*`.
    pub hosts: Vec<String>,
    /// The largest file, in bytes. Default 20 MiB, which is what Google takes in a request.
    pub max_bytes: u64,
}

/// See [`FileRules::max_bytes`].
pub(super) const MAX_BYTES: u64 = 20 * 1024 * 1024;

/// Ends of names that are not known outside a network.
const INSIDE: [&str; 4] = [".local", ".internal", ".localhost", ".home.arpa"];

impl FileRules {
    /// May a file be fetched from here? The parts are those of an address that the runtime's own parser has read: `scheme`
    /// without a colon, `host` without a port, `port` empty where it is the scheme's own.
    ///
    /// A host that is named is meant: http or https, an address of a private network too. A star stands for https at its own
    /// port, and never for an address in numbers or a name that is only known inside a network: what such a name leads to is
    /// for the runtime to know, and is not looked at.
    #[must_use]
    pub fn allows(&self, scheme: &str, host: &str, port: &str) -> bool {
        let is_web = scheme == "https" || scheme == "http";
        let is_public = scheme == "https" && port.is_empty() && is_public(host);
        let own = if scheme == "https" { "443" } else { "80" };
        let port = if port.is_empty() { own } else { port };
        let meant = |rule: &String| match (rule.strip_prefix('*'), rule.strip_prefix(host)) {
            (Some(domain), _) => is_public && host.len() > domain.len() && host.ends_with(domain),
            (None, Some(rest)) => {
                rest.strip_prefix(':').unwrap_or(if rest.is_empty() { own } else { "" }) == port
            }
            (None, None) => false,
        };
        is_web && self.hosts.iter().any(meant)
    }
}

/// Is it a name that the whole net knows?
fn is_public(host: &str) -> bool {
    let is_number = host.starts_with('[') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let has_domain = host.bytes().any(|byte| byte == b'.');
    has_domain && !is_number && !host.ends_with('.') && !INSIDE.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(hosts: &[&str]) -> FileRules {
        FileRules { hosts: hosts.iter().map(|host| (*host).to_owned()).collect(), max_bytes: MAX_BYTES }
    }

    #[test]
    fn a_host_that_is_named_is_meant_at_its_port() {
        let rules = rules(&["cdn.example.com", "127.0.0.1:8080", "[::1]:9000"]);
        assert!(rules.allows("https", "cdn.example.com", ""));
        assert!(rules.allows("http", "cdn.example.com", ""));
        assert!(rules.allows("http", "127.0.0.1", "8080"));
        assert!(rules.allows("http", "[::1]", "9000"));
        assert!(!rules.allows("https", "cdn.example.com", "8443"));
        assert!(!rules.allows("https", "cdn.example.co", "") && !rules.allows("https", "", ""));
        assert!(!rules.allows("http", "127.0.0.1", ""));
        assert!(!rules.allows("https", "example.com", ""));
        assert!(!rules.allows("https", "evil-cdn.example.com", ""));
        assert!(!rules.allows("ftp", "cdn.example.com", ""));
        assert!(!rules.allows("data", "cdn.example.com", ""));
    }

    #[test]
    fn the_port_of_a_scheme_may_be_named() {
        let rules = rules(&["a.test:443", "b.test:80"]);
        assert!(rules.allows("https", "a.test", "") && rules.allows("http", "a.test", "443"));
        assert!(rules.allows("http", "b.test", "") && rules.allows("https", "b.test", "80"));
        assert!(!rules.allows("http", "a.test", "") && !rules.allows("https", "b.test", ""));
    }

    #[test]
    fn a_star_stands_for_what_is_public() {
        let domain = rules(&["*.example.com"]);
        assert!(domain.allows("https", "a.example.com", "") && domain.allows("https", "a.b.example.com", ""));
        assert!(!domain.allows("https", "example.com", "") && !domain.allows("https", "evilexample.com", ""));
        assert!(
            !domain.allows("http", "a.example.com", "") && !domain.allows("https", "a.example.com", "81")
        );
        let all = rules(&["*"]);
        assert!(all.allows("https", "example.com", ""));
        for host in [
            "localhost",
            "metadata",
            "169.254.169.254",
            "10.0.0.1",
            "[::1]",
            "[fd00::1]",
            "db.internal",
            "printer.local",
            "a.localhost",
            "box.home.arpa",
            "example.com.",
            "",
        ] {
            assert!(!all.allows("https", host, ""), "{host}");
        }
    }
}
