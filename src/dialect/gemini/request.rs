//! A request for a chat completion as one for Gemini's `generateContent`.

use super::context::{Context, Outcome, wrong};
use super::messages::Conversation;
use super::models::Model;
use super::schema;
use super::thinking::thinking;
use super::tools::Tools;
use crate::base::decimal::decimal;
use crate::base::json::{Members, Writer, items, text};
use crate::config::Deployment;
use crate::dialect::asked::{Asked, members};
use crate::dialect::{Inbound, Memo, Translated, signature};

pub(super) fn translate(deployment: &Deployment, request: &Inbound<'_>) -> Outcome<Translated> {
    let members = members(request.body)?;
    let asked = Asked::new(&members, deployment)?;
    let signer = signature::signer(&deployment.model);
    let context = Context {
        provider: &deployment.provider,
        model: Model::of(&deployment.model),
        signer: &signer,
        drop_params: request.drop_params,
        files: request.files,
    };
    let mut out = Writer::on(Vec::with_capacity(request.body.len()));
    out.raw("{");
    let mut conversation = Conversation::default();
    conversation.read(&context, asked.get("messages").ok_or_else(|| wrong("messages", "is missing"))?)?;
    if let Some(prefix) = request.prefix {
        conversation.prefix(prefix);
    }
    if conversation.write(&context, &mut out) && !super::has_prefill(deployment) {
        let what = "an answer that goes on from a trailing assistant message";
        return Err(context.unsupported("messages", what));
    }
    let mut tools = Tools::default();
    tools.read(&context, &asked)?;
    tools.write(&context, &mut out, asked.first(&["toolConfig", "tool_config"]).is_some())?;
    config(&context, &asked, &tools, &mut out)?;
    out.push("}");
    let memo = Memo {
        is_function_call: asked.get("tools").is_none() && asked.get("functions").is_some(),
        keeps_text: tools.may_search(),
        renamed: tools.renamed.into(),
        model: deployment.model.as_str().into(),
        ..Memo::default()
    };
    Ok(Translated { body: out.into_bytes(), headers: Vec::new(), memo })
}

/// What a caller may say: members of `generationConfig`, and their names there. Gemini's own may be written as in Python.
const CONFIG: &[(&str, &str)] = &[
    ("enable_enhanced_civic_answers", "enableEnhancedCivicAnswers"),
    ("frequency_penalty", "frequencyPenalty"),
    ("image_config", "imageConfig"),
    ("logprobs", "responseLogprobs"),
    ("max_completion_tokens", "maxOutputTokens"),
    ("max_output_tokens", "maxOutputTokens"),
    ("max_tokens", "maxOutputTokens"),
    ("media_resolution", "mediaResolution"),
    ("modalities", "responseModalities"),
    ("n", "candidateCount"),
    ("presence_penalty", "presencePenalty"),
    ("response_json_schema", "responseJsonSchema"),
    ("response_mime_type", "responseMimeType"),
    ("response_modalities", "responseModalities"),
    ("response_schema", "responseSchema"),
    ("seed", "seed"),
    ("speech_config", "speechConfig"),
    ("stop", "stopSequences"),
    ("stop_sequences", "stopSequences"),
    ("temperature", "temperature"),
    ("thinking_config", "thinkingConfig"),
    ("top_k", "topK"),
    ("top_logprobs", "logprobs"),
    ("top_p", "topP"),
];

/// Members beside it.
const BESIDE: &[(&str, &str)] = &[
    ("cached_content", "cachedContent"),
    ("labels", "labels"),
    ("safety_settings", "safetySettings"),
    ("service_tier", "serviceTier"),
    ("tool_config", "toolConfig"),
];

/// What is written elsewhere, and OpenAI's own that change no answer.
const SILENT: &str = "model messages stream stream_options tools functions tool_choice function_call parallel_tool_calls \
    web_search_options response_format thinking reasoning_effort reasoning include_reasoning user safety_identifier \
    metadata store prediction verbosity prompt_cache_key prompt_cache_retention prompt_cache_options moderation \
    generationConfig generation_config cache_control";

/// Writes everything that is neither said nor called.
fn config(context: &Context<'_>, asked: &Asked<'_>, tools: &Tools, out: &mut Writer) -> Outcome {
    let mut config = Writer::default();
    // What the caller writes in Gemini's own words counts first.
    let own =
        asked.first(&["generationConfig", "generation_config"]).and_then(Members::read).unwrap_or_default();
    own.all().iter().for_each(|(name, raw)| _ = config.member(name, raw));
    let limits = ["max_completion_tokens", "max_tokens", "max_output_tokens"];
    let limit = limits.into_iter().find(|name| asked.get(name).is_some());
    for (name, raw) in asked.iter() {
        let named = |table: &[(&str, &'static str)]| {
            table.iter().find(|(python, own)| *python == name || *own == name).map(|(_, own)| *own)
        };
        if let Some(own_name) = named(CONFIG) {
            // Of several names of the same the first counts.
            let is_second = limits.contains(&name) && limit != Some(name);
            if own.get(own_name).is_none() && !is_second {
                parameter(context, name, own_name, raw, &mut config)?;
            }
        } else if let Some(own_name) = named(BESIDE) {
            match raw {
                r#""auto""# => {}
                r#""default""# => _ = out.member(own_name, r#""standard""#),
                _ => _ = out.member(own_name, raw),
            }
        } else if SILENT.split(' ').any(|known| known == name)
            || (name == "logit_bias" && Members::read(raw).is_some_and(|bias| bias.is_empty()))
        {
            // Nothing is to be done about it here.
        } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            // What Gemini may get yet, in its own way of writing.
            out.text(name).push(":").raw(raw);
        } else {
            // It refuses a whole request for one member that it does not know.
            context.refuse_named(name, "", name)?;
        }
    }
    format(context, asked, tools, &mut config)?;
    if own.get("thinkingConfig").is_none() {
        let most = limit.and_then(|name| asked.get(name)?.parse().ok());
        thinking(asked, context.model, most, &mut config);
    }
    if !config.is_empty() {
        out.key("generationConfig").raw("{").append(&config).push("}");
    }
    Ok(())
}

/// Writes a member of `generationConfig`, as far as the model takes it.
fn parameter(context: &Context<'_>, name: &str, own: &str, raw: &str, out: &mut Writer) -> Outcome {
    let model = context.model;
    match own {
        "temperature" | "topP" | "topK" if !model.has_sampling() => {}
        "presencePenalty" | "frequencyPenalty" if !model.has_penalties() => {
            if decimal(raw).is_none_or(|number| number.abs() > f64::EPSILON) {
                context.refuse_named(name, "", name)?;
            }
        }
        "candidateCount" if raw == "1" => {}
        "candidateCount" if !model.has_candidates() => context.refuse_named(name, "", name)?,
        "stopSequences" => {
            out.key(own).raw("[");
            let all = items(raw).unwrap_or_else(|| vec![raw]);
            all.into_iter().filter(|raw| raw.len() > 2).for_each(|raw| _ = out.raw(raw));
            out.push("]");
        }
        "responseModalities" => {
            out.key(own).raw("[");
            for raw in items(raw).unwrap_or_else(|| vec![raw]) {
                match text(raw) {
                    Some(word) => out.text(&word.to_ascii_uppercase()),
                    None => out.raw(raw),
                };
            }
            out.push("]");
        }
        _ => _ = out.member(own, raw),
    }
    Ok(())
}

/// `response_format`.
fn format(context: &Context<'_>, asked: &Asked<'_>, tools: &Tools, out: &mut Writer) -> Outcome {
    let name = "response_format";
    let Some(raw) = asked.get(name) else { return Ok(()) };
    let object = Members::read(raw).ok_or_else(|| wrong(name, "must be an object"))?;
    let is_schema = object.word("type") == "json_schema";
    match object.word("type") {
        "text" => return Ok(()),
        "json_object" | "json_schema" => {}
        _ => return context.refuse(name, "this `response_format`"),
    }
    if context.model.lacks_system {
        return context.refuse(name, "a format of the answer");
    }
    if !tools.is_empty() && !context.model.is_third() {
        return context.refuse(name, "a format of the answer beside tools");
    }
    out.member("responseMimeType", r#""application/json""#);
    if is_schema {
        let inner = object.object("json_schema");
        let raw = inner.as_ref().unwrap_or(&object).get("schema");
        schema::write(out.key("responseJsonSchema"), raw.ok_or_else(|| wrong(name, "has no `schema`"))?);
    }
    Ok(())
}
