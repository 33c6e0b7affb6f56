//! Embeddings: OpenAI's request as one for `batchEmbedContents`, and the answer back.

use super::address;
use super::context::{Outcome, unknown, unsupported, wrong};
use super::reply::{bad, object};
use crate::base::decimal::decimal;
use crate::base::json::{Kind, Members, Writer, items, kind};
use crate::config::Deployment;
use crate::dialect::asked::{Asked, members};
use crate::dialect::error_body::in_place;
use crate::dialect::{Inbound, Memo, Translated, TranslatedReply, base64};
use crate::error::Fault;

/// The most texts of a request.
const MOST: usize = 100;

pub(super) fn translate_request(deployment: &Deployment, request: &Inbound<'_>) -> Outcome<Translated> {
    let members = members(request.body)?;
    let asked = Asked::new(&members, deployment)?;
    let input = asked.get("input").ok_or_else(|| wrong("input", "is missing"))?;
    let texts = items(input).unwrap_or_else(|| vec![input]);
    if texts.len() > MOST || texts.iter().any(|raw| kind(raw) != Kind::String) {
        let what = "an `input` of tokens, or of more than 100 texts,";
        return Err(unsupported(&deployment.provider, "input", what));
    }
    let mut more = Writer::default();
    for (name, raw) in asked.iter() {
        match name {
            "dimensions" | "outputDimensionality" => _ = more.member("outputDimensionality", raw),
            "task_type" | "taskType" => _ = more.member("taskType", raw),
            "title" => _ = more.member(name, raw),
            "model" | "input" | "encoding_format" | "user" => {}
            _ if request.drop_params => {}
            _ => return Err(unknown(&deployment.provider, name, "", name)),
        }
    }
    let mut out = Writer::on(Vec::with_capacity(request.body.len()));
    out.raw("{").key("requests").raw("[");
    for raw in texts {
        out.raw("{").key("model").text(&address::model(&deployment.model));
        out.key("content")
            .raw("{")
            .key("parts")
            .raw("[{")
            .member("text", raw)
            .push("}]}")
            .append(&more)
            .push("}");
    }
    out.push("]}");
    let memo = Memo {
        is_base64: asked.get("encoding_format") == Some(r#""base64""#),
        model: deployment.model.as_str().into(),
        ..Memo::default()
    };
    Ok(Translated { body: out.into_bytes(), headers: Vec::new(), memo })
}

pub(super) fn translate_reply(memo: &Memo, body: &[u8]) -> Result<TranslatedReply, Fault> {
    let reply = object(body)?;
    let Some(all) = reply.get("embeddings").and_then(items) else {
        return Err(in_place(body, "the provider's answer has no `embeddings`"));
    };
    let mut out = Writer::on(Vec::with_capacity(body.len()));
    out.raw("{").key("object").text("list").key("data").raw("[");
    for (at, raw) in all.iter().enumerate() {
        let values =
            Members::read(raw).and_then(|one| one.get("values")).filter(|raw| kind(raw) == Kind::Array);
        let values = values.ok_or_else(|| bad("the provider's answer has an embedding without `values`"))?;
        out.raw("{").key("object").text("embedding").key("index").number(at as u64).key("embedding");
        if memo.is_base64 {
            let mut bytes = Vec::new();
            for raw in items(values).unwrap_or_default() {
                bytes.extend_from_slice(&(decimal(raw).unwrap_or(0.0) as f32).to_le_bytes());
            }
            out.text(&base64::encode(&bytes));
        } else {
            out.raw(values);
        }
        out.push("}");
    }
    out.push("]").key("model").text(&memo.model);
    let usage = reply.get("usageMetadata").and_then(super::usage::usage);
    if let Some(usage) = usage {
        out.key("usage").raw("{").key("prompt_tokens").number(usage.prompt_tokens);
        out.key("total_tokens").number(usage.total_tokens).push("}");
    }
    out.push("}");
    Ok(TranslatedReply { body: out.into_bytes(), usage })
}
