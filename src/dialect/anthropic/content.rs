//! The content of a message: OpenAI's parts into Anthropic's blocks.

use super::blocks::Blocks;
use super::context::{Context, Outcome, wrong};
use super::media::{self, Media};
use crate::base::json::{Kind, Members, items, kind};

/// Reads `content`: a string, or a list of parts. Native results of tools go to `results`, as they have to come first.
pub(super) fn content(
    context: &mut Context<'_>,
    raw: &str,
    results: &mut Blocks,
    blocks: &mut Blocks,
) -> Outcome {
    match kind(raw) {
        Kind::Null => {}
        Kind::String => blocks.text(raw, None),
        Kind::Array => {
            for raw in items(raw).unwrap_or_default() {
                part(context, raw, results, blocks)?;
            }
        }
        _ => return Err(wrong("messages", "has a `content` that is neither a string nor a list")),
    }
    Ok(())
}

fn part(context: &mut Context<'_>, raw: &str, results: &mut Blocks, blocks: &mut Blocks) -> Outcome {
    let members = match kind(raw) {
        // Servers that are easy to please take bare strings.
        Kind::String => {
            blocks.text(raw, None);
            return Ok(());
        }
        _ => Members::read(raw).ok_or_else(|| wrong("messages", "has a part that is no object"))?,
    };
    let cache = members.get("cache_control");
    match members.word("type") {
        wire_type @ ("text" | "input_text" | "output_text" | "refusal" | "") => {
            let name = if wire_type == "refusal" { "refusal" } else { "text" };
            match members.string(name) {
                Some(raw) => blocks.text(raw, cache),
                None => return Err(wrong("messages", "has a part without a text")),
            }
        }
        "image_url" => {
            let object = members.object("image_url");
            let url =
                object.as_ref().map_or_else(|| members.string("image_url"), |object| object.string("url"));
            let url = url.ok_or_else(|| wrong("messages", "has an image without a `url`"))?;
            media::write(context, blocks, &Media { url, title: None, cache, is_image: true })?;
        }
        "file" => media::file(context, blocks, &members, cache)?,
        name @ ("input_audio" | "input_video" | "video_url") => context.refuse("messages", name)?,
        // Somebody else's thinking has no signature, and Anthropic takes none without.
        "thinking" | "redacted_thinking" => {
            if is_replayable(&members) {
                blocks.thinking(raw);
            }
        }
        "tool_use" => _ = blocks.call().raw(raw),
        "tool_result" => results.native(raw, cache.is_some()),
        // What is not OpenAI's is Anthropic's own.
        _ => blocks.native(raw, cache.is_some()),
    }
    Ok(())
}

/// Can this block of an earlier answer be sent again?
pub(super) fn is_replayable(block: &Members<'_>) -> bool {
    let filled = |name| block.string(name).is_some_and(|raw| raw != "\"\"");
    match block.word("type") {
        "thinking" => filled("signature") && block.string("thinking").is_some(),
        "redacted_thinking" => filled("data"),
        _ => false,
    }
}
