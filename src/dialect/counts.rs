//! Token counts as OpenAI's `usage`.

use crate::base::json::Writer;
use crate::base::usage::Usage;
use crate::price::Tariff;
use crate::price::amount::usd;

/// Writes `usage`. `reasoning` is what was told of it; with a `price`, what it all costs is told too.
pub(super) fn write(out: &mut Writer, usage: Usage, reasoning: Option<u64>, price: Option<&Tariff>) {
    let some = |count: u32| Some(u64::from(count)).filter(|count| *count > 0);
    out.key("usage").raw("{");
    counts(
        out,
        &[
            ("prompt_tokens", Some(usage.prompt_tokens)),
            ("completion_tokens", Some(usage.completion_tokens)),
            ("total_tokens", Some(usage.total_tokens)),
        ],
    );
    out.key("prompt_tokens_details").raw("{");
    counts(
        out,
        &[
            ("cached_tokens", Some(usage.cached_tokens)),
            ("cache_write_tokens", Some(usage.cache_write_tokens.into())),
            ("audio_tokens", some(usage.input_audio_tokens)),
            ("image_tokens", some(usage.input_image_tokens)),
        ],
    );
    nested(
        out,
        "cache_creation_token_details",
        &[("ephemeral_1h_input_tokens", some(usage.cache_write_1h_tokens))],
    );
    out.push("}");
    let completion = [
        ("reasoning_tokens", reasoning),
        ("audio_tokens", some(usage.output_audio_tokens)),
        ("image_tokens", some(usage.output_image_tokens)),
    ];
    nested(out, "completion_tokens_details", &completion);
    nested(out, "server_tool_use", &[("web_search_requests", some(usage.searches))]);
    if let Some(cost) = price.and_then(|price| price.cost(usage)) {
        out.member("cost", &usd(cost.total()));
    }
    out.push("}");
}

/// An object of counts, if there is one.
fn nested(out: &mut Writer, name: &str, all: &[(&str, Option<u64>)]) {
    if all.iter().any(|(_, count)| count.is_some()) {
        counts(out.key(name).raw("{"), all);
        out.push("}");
    }
}

fn counts(out: &mut Writer, all: &[(&str, Option<u64>)]) {
    for (name, count) in all {
        if let Some(count) = count {
            out.key(name).number(*count);
        }
    }
}
