//! The content of a message: OpenAI's parts into Gemini's. The bytes of files may be left out of the text at hand; they
//! are copied, never read.

use super::context::{Context, Outcome, wrong};
use crate::base::json::{Kind, Members, Writer, inside, items, kind, quoted_text};
use crate::base::text::find;
use crate::dialect::files::File;
use crate::dialect::uri::{is_address, plain_text, split};

/// Places of files whose types Google knows: those that were given to its API, its cloud's and its videos.
const OWN: [&str; 4] = ["generativelanguage.googleapis.com/", "gs://", "youtube.com/", "youtu.be/"];

/// Types by the ends of names.
const TYPES: &str = "image/png image/jpg image/jpeg image/webp image/gif image/heic application/pdf audio/mp3 audio/wav \
    audio/flac audio/ogg video/mp4 video/mov video/webm text/csv text/html text/plain";

/// Writes the parts of `content`: a string, or a list of parts.
pub(super) fn content(context: &Context<'_>, raw: &str, out: &mut Writer) -> Outcome {
    match kind(raw) {
        Kind::Null => {}
        Kind::String => write_text(out, raw),
        Kind::Array => {
            for raw in items(raw).unwrap_or_default() {
                part(context, raw, out)?;
            }
        }
        _ => return Err(wrong("messages", "has a `content` that is neither a string nor a list")),
    }
    Ok(())
}

/// A part of text; `raw` is a JSON string. Gemini refuses an empty one.
pub(super) fn write_text(out: &mut Writer, raw: &str) {
    if raw != r#""""# {
        out.raw("{").member("text", raw).push("}");
    }
}

/// Writes one part.
pub(super) fn part(context: &Context<'_>, raw: &str, out: &mut Writer) -> Outcome {
    if kind(raw) == Kind::String {
        write_text(out, raw);
        return Ok(());
    }
    let part = Members::read(raw).ok_or_else(|| wrong("messages", "has a part that is no object"))?;
    let wire_type = part.word("type");
    let object = part.object(wire_type);
    let object = object.as_ref().unwrap_or(&part);
    let of = |names: &[&str]| {
        let found = names.iter().find_map(|name| object.string(name));
        found.ok_or_else(|| wrong("messages", &["has a part of type `", wire_type, "` without one"].concat()))
    };
    match wire_type {
        "text" | "input_text" | "output_text" | "refusal" => write_text(out, of(&["text", "refusal"])?),
        "image_url" | "video_url" | "file" => {
            let url = of(&["url", "file_data", "file_id", wire_type])?;
            media(context, url, object.string("format"), out)?;
        }
        "input_audio" => inline(out, &["audio/", object.word("format")].concat(), of(&["data"])?),
        // Somebody else's thinking.
        "thinking" | "redacted_thinking" => {}
        // What has no type is Gemini's own.
        "" => _ = out.raw(raw),
        _ => context.refuse_named("messages", "a part of type ", wire_type)?,
    }
    Ok(())
}

/// A file by its address or as a data URI, which is a raw string as its type is.
fn media(context: &Context<'_>, url: &str, format: Option<&str>, out: &mut Writer) -> Outcome {
    let address = inside(url).unwrap_or_default();
    let format = format.and_then(inside);
    if let Some((head, data)) = split(url) {
        let wire_type = format.or(head.split(';').next()).unwrap_or_default();
        if head.ends_with(";base64") {
            inline(out, wire_type, &["\"", data, "\""].concat());
            return Ok(());
        }
        let plain =
            plain_text(data, false).filter(|_| wire_type.is_empty() || wire_type.starts_with("text/"));
        if let Some(plain) = plain {
            write_text(out, &quoted_text(&plain));
            return Ok(());
        }
    // OpenAI takes the bare base64 of a PDF as well.
    } else if address.starts_with("JVBERi0") {
        inline(out, "application/pdf", url);
        return Ok(());
    } else if is_address(url) || address.starts_with("gs://") {
        let wire_type = format.or_else(|| type_of(address));
        let is_own = OWN.iter().any(|place| find(address, place).is_some_and(|at| at < 13));
        if is_own || (wire_type.is_some() && context.model.has_fetch()) {
            out.raw("{").key("fileData").raw("{");
            if let Some(wire_type) = wire_type {
                out.key("mimeType").text(known(wire_type));
            }
            out.member("fileUri", url).push("}}");
            return Ok(());
        }
        if let Some(files) = context.files.filter(|_| is_address(url)) {
            let Some(File { media_type, mark }) = files.at(url) else { return Ok(()) };
            if let Some(wire_type) = wire_type.or(Some(media_type.as_str()).filter(|told| !told.is_empty())) {
                inline(out, wire_type, &["\"", mark, "\""].concat());
                return Ok(());
            }
        }
    }
    Err(context.unsupported("messages", "a file of this kind, or without a `format`, at this place"))
}

/// A file whose bytes are in the request, as a raw string.
fn inline(out: &mut Writer, wire_type: &str, data: &str) {
    out.raw("{").key("inlineData").raw("{").key("mimeType").text(known(wire_type));
    out.member("data", data).push("}}");
}

/// A type by the name that Gemini knows.
fn known(wire_type: &str) -> &str {
    if wire_type == "image/jpg" { "image/jpeg" } else { wire_type }
}

/// The type that the end of an address tells.
fn type_of(address: &str) -> Option<&'static str> {
    let (_, end) = address.split(['?', '#']).next()?.rsplit_once('.')?;
    let is_end =
        |known: &&str| known.rsplit_once('/').is_some_and(|(_, known)| end.eq_ignore_ascii_case(known));
    TYPES.split(' ').find(is_end)
}
