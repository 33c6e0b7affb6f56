//! The arguments of a call, which OpenAI writes as a text and others as an object.

use crate::base::json::{Kind, Writer, is_json, is_object, kind, text};

/// The input of a call from `arguments`: a string that holds an object, copied as it is. What models write is not
/// always one; such a text stands in an object of its own, so that the conversation can go on.
pub(super) fn write(out: &mut Writer, raw: &str) {
    let written = text(raw);
    match written.as_deref() {
        None if kind(raw) == Kind::Object => _ = out.raw(raw),
        Some(text) if text.trim().is_empty() => _ = out.raw("{}"),
        Some(text) if is_object(text) => _ = out.raw(text.trim()),
        Some(text) if is_json(text) => _ = out.raw("{").member("arguments", text.trim()).push("}"),
        _ => _ = out.raw("{").member("arguments", raw).push("}"),
    }
}
