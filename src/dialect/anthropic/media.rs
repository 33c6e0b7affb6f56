//! Images and files. Their bytes may be left out of the text at hand; they are copied, never read, except small texts.

use super::blocks::Blocks;
use super::context::{Context, Outcome, wrong};
use super::request::raw_text;
use crate::base::json::{Members, inside};
use crate::dialect::files::File;
use crate::dialect::uri::{is_address, plain_text, split};

const FILES: &str = "files-api-2025-04-14";

/// An image or a file by its address.
#[derive(Clone, Copy)]
pub(super) struct Media<'a> {
    /// A raw JSON string: a data URI, or the address of a server.
    pub(super) url: &'a str,
    /// A raw JSON string: the name of a file.
    pub(super) title: Option<&'a str>,
    /// The raw `cache_control`.
    pub(super) cache: Option<&'a str>,
    /// What is no data URI is taken for an image, else for a document.
    pub(super) is_image: bool,
}

/// A part of type `file`.
pub(super) fn file(
    context: &mut Context<'_>,
    blocks: &mut Blocks,
    part: &Members<'_>,
    cache: Option<&str>,
) -> Outcome {
    let file =
        part.object("file").ok_or_else(|| wrong("messages", "has a part of type `file` without a `file`"))?;
    let title = file.string("filename");
    if let Some(url) = file.string("file_data") {
        return write(context, blocks, &Media { url, title, cache, is_image: false });
    }
    let id = file
        .string("file_id")
        .ok_or_else(|| wrong("messages", "has a file without `file_data` or `file_id`"))?;
    if is_address(id) {
        return write(context, blocks, &Media { url: id, title, cache, is_image: false });
    }
    context.beta(FILES);
    let media = Media { url: id, title, cache, is_image: file.word("format").starts_with("image/") };
    block(blocks, &media, &[("type", r#""file""#), ("file_id", id)]);
    Ok(())
}

/// Writes the block of an image or a file.
pub(super) fn write(context: &mut Context<'_>, blocks: &mut Blocks, media: &Media<'_>) -> Outcome {
    let (url, files) = (media.url, context.files);
    let (head, data) = match split(url) {
        Some(parts) => parts,
        // Anthropic fetches over https only.
        None if url.starts_with("\"http:") && files.is_some() => {
            match files.and_then(|files| files.at(url)) {
                Some(File { media_type, mark }) => ([media_type, ";base64"].concat(), mark.as_str()),
                None => return Ok(()),
            }
        }
        None if is_address(url) => {
            block(blocks, media, &[("type", r#""url""#), ("url", url)]);
            return Ok(());
        }
        // OpenAI takes the bare base64 of a PDF as well.
        None if !media.is_image && url.starts_with("\"JVBERi0") => {
            ("application/pdf;base64".to_owned(), inside(url).unwrap_or_default())
        }
        None => {
            return Err(wrong("messages", "has an image or file that is neither a data URI nor an address"));
        }
    };
    let is_base64 = head.ends_with(";base64");
    // `text/plain;charset=utf-8`
    let kind = head.split(';').next().unwrap_or_default();
    let kind = if kind == "image/jpg" { "image/jpeg" } else { kind };
    let is_image = kind.starts_with("image/");
    let media = Media { is_image, ..*media };
    if is_base64 && (is_image || kind == "application/pdf") {
        let (kind, data) = (raw_text(kind), format!("\"{data}\""));
        block(blocks, &media, &[("type", r#""base64""#), ("media_type", &kind), ("data", &data)]);
    } else if kind.is_empty() || kind.starts_with("text/") || kind == "application/json" {
        let plain = plain_text(data, is_base64).ok_or_else(|| {
            context.unsupported("messages", "a text file that is large or no UTF-8, as a data URI,")
        })?;
        let data = raw_text(&plain);
        block(blocks, &media, &[("type", r#""text""#), ("media_type", r#""text/plain""#), ("data", &data)]);
    } else {
        context.refuse("messages", "a file of this type")?;
    }
    Ok(())
}

/// Writes a block with the members of its `source`, which are raw.
fn block(blocks: &mut Blocks, media: &Media<'_>, source: &[(&str, &str)]) {
    let out = blocks.next();
    out.raw(if media.is_image { r#"{"type":"image""# } else { r#"{"type":"document""# })
        .key("source")
        .raw("{");
    for (name, raw) in source {
        out.member(name, raw);
    }
    out.push("}");
    if let Some(title) = media.title.filter(|_| !media.is_image) {
        out.member("title", title);
    }
    out.push("}");
    blocks.cache(media.cache);
}
