//! What a chunk may mean, told from a look at its bytes: after the first content most mean nothing to the router.

use memchr::memchr_iter;

/// Could this event mean an end, usage, an error or another choice? The words may also be a text's: then the event is
/// read for nothing.
pub(super) fn may_matter(data: &[u8]) -> bool {
    // A third as many colons as quotes: a look at each is what this costs.
    !data.starts_with(b"{") || memchr_iter(b':', data).any(|at| tells(data, at))
}

/// Is the colon at `at` that of a member that may matter: usage, an error, a `finish_reason` that is not `null`, or an
/// `index` that is not 0?
fn tells(data: &[u8], at: usize) -> bool {
    let Some((before, colon)) = data.split_at_checked(at) else { return false };
    let Some(key) = before.trim_ascii_end().strip_suffix(b"\"") else { return false };
    let value = || colon.get(1..).unwrap_or_default().trim_ascii_start();
    match key.last() {
        Some(b'e') => key.ends_with(b"\"usage") && value().starts_with(b"{"),
        Some(b'n') => key.ends_with(b"\"finish_reason") && !value().starts_with(b"null"),
        Some(b'r') => key.ends_with(b"\"error"),
        Some(b'x') => key.ends_with(b"\"index") && !value().starts_with(b"0"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_matter_are_seen_however_they_are_spaced() {
        let chunk =
            |rest: &str| format!(r#"{{"object":"x","choices":[{{"index":0,"delta":{{"content":"a"}}{rest}"#);
        for quiet in [
            r#","finish_reason":null}],"usage":null}"#,
            r#","finish_reason" : null}],"usage" : null}"#,
            r#"}],"code":"error","kind":"finish_reason"}"#,
        ] {
            assert!(!may_matter(chunk(quiet).as_bytes()), "{quiet}");
        }
        for loud in [
            r#","finish_reason":"stop"}]}"#,
            r#","finish_reason" : "stop"}]}"#,
            r#"}],"usage":{"prompt_tokens":1}}"#,
            "}],\"usage\"\n:\t{}}",
            r#"}],"error":{}}"#,
            r#"},{"index": 1,"delta":{}}]}"#,
        ] {
            assert!(may_matter(chunk(loud).as_bytes()), "{loud}");
        }
        assert!(may_matter(b"[DONE]"));
    }
}
