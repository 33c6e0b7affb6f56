//! What a chunk may mean, told from a look at its bytes: after the first content most mean nothing to the router.

use memchr::memchr_iter;

/// Could this event mean an end, usage, an error or another choice? The words may also be a text's: then the event is read for
/// nothing.
pub(super) fn may_matter(data: &[u8]) -> bool {
    let tells = |at: usize| tells(data.get(at..).unwrap_or_default());
    !data.starts_with(b"{") || memchr_iter(b'"', data).any(tells)
}

/// Does a text begin with a member that may matter: usage, an error, a `finish_reason` that is not `null`, or an `index`
/// that is not 0?
fn tells(text: &[u8]) -> bool {
    if let Some(usage) = text.strip_prefix(b"\"usage\":") {
        usage.trim_ascii_start().starts_with(b"{")
    } else if let Some(reason) = text.strip_prefix(b"\"finish_reason\":") {
        !reason.trim_ascii_start().starts_with(b"null")
    } else if let Some(index) = text.strip_prefix(b"\"index\":") {
        !index.trim_ascii_start().starts_with(b"0")
    } else {
        text.starts_with(b"\"error\"")
    }
}
