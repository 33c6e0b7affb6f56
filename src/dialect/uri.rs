//! Where an image or a file is: in a data URI, or on a server.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::base64;
use crate::base::json::{inside, text};
use crate::base::text::contains;

/// The head of a data URI, in lower case and without `data:`, and the raw rest behind the comma.
pub(super) fn split(url: &str) -> Option<(String, &str)> {
    let (head, data) = inside(url)?.split_once(',')?;
    let head = text(&format!("\"{head}\""))?.to_ascii_lowercase();
    Some((head.strip_prefix("data:")?.trim().to_owned(), data))
}

/// Does a raw string begin as the address of a server?
pub(super) fn is_address(raw: &str) -> bool {
    let starts = |scheme: &str| raw.get(1..).and_then(|text| text.get(..scheme.len())) == Some(scheme);
    starts("https:") || starts("http:")
}

/// The text of a data URI; `None` if it is not all there, or no text.
pub(super) fn plain_text(data: &str, is_base64: bool) -> Option<String> {
    // The mark of what was left out.
    if contains(data, "\u{FDD0}") {
        return None;
    }
    let data = text(&format!("\"{data}\"")).map(Cow::into_owned)?;
    let bytes = match is_base64 {
        true => base64::decode(data.trim())?,
        false => percent_decode_str(&data).collect(),
    };
    String::from_utf8(bytes).ok()
}
