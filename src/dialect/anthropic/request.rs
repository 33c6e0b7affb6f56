//! A request for a chat completion as one for Anthropic's Messages.

use super::context::{Context, Outcome, wrong};
use super::messages::Conversation;
use super::models::Model;
use super::thinking::{Setting, Thinking, thinking};
use super::tools::Tools;
use super::{headers, sampling, schema};
pub(super) use crate::base::json::quoted_text as raw_text;
use crate::base::json::{Members, Writer, is_blank, items, text};
use crate::base::text::{contains, has};
use crate::config::Deployment;
use crate::dialect::asked::{Asked, members};
use crate::dialect::{Inbound, Memo, Translated};

/// What `response_format` asks for.
#[derive(Debug, Default)]
struct Format {
    /// A schema that the model holds to by itself.
    native: Option<Writer>,
    /// The answer is the input of a tool.
    is_tool: bool,
}

pub(super) fn translate(deployment: &Deployment, request: &Inbound<'_>) -> Outcome<Translated> {
    let members = members(request.body)?;
    let asked = Asked::new(&members, deployment)?;
    let model = Model::of(&deployment.model);
    let mut context = Context {
        provider: &deployment.provider,
        model,
        drop_params: request.drop_params,
        files: request.files,
        betas: Vec::new(),
    };

    let mut conversation = Conversation::default();
    if let Some(raw) = asked.get("system") {
        conversation.native_system(&mut context, raw)?;
    }
    conversation.read(&mut context, asked.get("messages").ok_or_else(|| wrong("messages", "is missing"))?)?;
    if let Some(prefix) = request.prefix {
        conversation.prefix(prefix);
    }
    let mut tools = read_tools(&mut context, &asked)?;
    let format = read_format(&context, &asked, &mut conversation, &mut tools)?;

    let mut out = Writer::on(Vec::with_capacity(request.body.len()));
    out.raw("{").key("model").text(&deployment.model);
    let limit = asked.first(&["max_completion_tokens", "max_tokens", "max_output_tokens"]);
    let max_tokens = limit.and_then(|raw| raw.parse().ok()).unwrap_or_else(|| model.max_tokens());
    match limit {
        Some(raw) => _ = out.member("max_tokens", raw),
        None => _ = out.key("max_tokens").number(max_tokens),
    }
    if request.stream {
        out.member("stream", "true");
    }
    if !conversation.system.is_empty() {
        out.list("system", conversation.system.out());
    }
    out.key("messages");
    let has_calls = conversation.has_tools;
    let ending = conversation.write(&mut out);
    if ending.is_prefilled && !super::has_prefill(deployment) {
        let what = "an answer that goes on from a trailing assistant message";
        return Err(context.unsupported("messages", what));
    }
    let setting = Setting { model, max_tokens, is_forced: tools.is_forced(), ending };
    let thinking = thinking(&asked, &setting);
    let renamed = std::mem::take(&mut tools.renamed);
    tools.write(&mut out, has_calls);
    if let Some(raw) = &thinking.raw {
        out.member("thinking", raw);
    }
    output_config(&asked, &thinking, format.native.as_ref(), &mut out);
    sampling::write(&asked, model, thinking.is_on, &mut out);
    if let Some(raw) = asked.first(&["stop", "stop_sequences"]) {
        stop(raw, &mut out);
    }
    if let Some(user) = user(&asked) {
        out.key("metadata").raw("{").key("user_id").text(&user).push("}");
    }
    rest(&mut context, &asked, &mut out)?;
    out.push("}");
    let memo = Memo {
        answer_is_tool: format.is_tool,
        is_function_call: asked.get("tools").is_none() && asked.get("functions").is_some(),
        renamed: renamed.into(),
        ..Memo::default()
    };
    Ok(Translated { body: out.into_bytes(), headers: headers::of_request(deployment, &context.betas), memo })
}

fn read_tools<'a>(context: &mut Context<'_>, asked: &Asked<'a>) -> Outcome<Tools<'a>> {
    let mut tools = Tools::default();
    tools.is_single = asked.get("parallel_tool_calls") == Some("false");
    let allowed = match asked.first(&["tool_choice", "function_call"]) {
        Some(raw) => tools.choose(context, raw)?,
        None => None,
    };
    if let Some(raw) = asked.first(&["tools", "functions"]) {
        tools.read(context, raw, allowed.as_ref())?;
    }
    if let Some(raw) = asked.get("web_search_options") {
        tools.web_search(raw);
    }
    Ok(tools)
}

fn read_format(
    context: &Context<'_>,
    asked: &Asked<'_>,
    conversation: &mut Conversation,
    tools: &mut Tools<'_>,
) -> Outcome<Format> {
    let mut format = Format::default();
    let Some(raw) = asked.get("response_format") else { return Ok(format) };
    let object = Members::read(raw).ok_or_else(|| wrong("response_format", "must be an object"))?;
    match object.word("type") {
        "text" => {}
        "json_object" => {
            conversation.system.text(r#""Answer with one JSON object, and nothing else.""#, None);
        }
        "json_schema" => {
            let inner = object.object("json_schema");
            let schema = inner.as_ref().unwrap_or(&object).get("schema");
            let schema = schema.ok_or_else(|| wrong("response_format", "has no `schema`"))?;
            let native = schema::of_answer(schema)?;
            if context.model.has_output_format() {
                format.native = Some(native);
            } else if Members::read(schema).is_some_and(|schema| schema.word("type") == "object") {
                tools.answer(schema);
                format.is_tool = true;
            } else if contains(schema, "\u{FDD0}") {
                return Err(context.unsupported("response_format", "a large schema that is no object's"));
            } else {
                conversation.system.text(&schema::in_words(schema), None);
            }
        }
        _ => context.refuse("response_format", "this `response_format`")?,
    }
    Ok(format)
}

fn output_config(asked: &Asked<'_>, thinking: &Thinking, format: Option<&Writer>, out: &mut Writer) {
    let own = asked.get("output_config").and_then(Members::read).unwrap_or_default();
    let effort = thinking.effort.filter(|_| own.get("effort").is_none());
    let format = format.filter(|_| own.get("format").is_none());
    if own.is_empty() && effort.is_none() && format.is_none() {
        return;
    }
    out.key("output_config").raw("{");
    for (name, raw) in own.all() {
        out.member(name, raw);
    }
    if let Some(effort) = effort {
        out.key("effort").text(effort);
    }
    if let Some(schema) = format {
        out.key("format").raw(r#"{"type":"json_schema""#).key("schema").append(schema).push("}");
    }
    out.push("}");
}

/// Anthropic refuses what is blank.
fn stop(raw: &str, out: &mut Writer) {
    let all = items(raw).unwrap_or_else(|| vec![raw]);
    let mut kept = all.into_iter().filter(|raw| raw.starts_with('"') && !is_blank(raw)).peekable();
    if kept.peek().is_some() {
        out.key("stop_sequences").raw("[");
        kept.for_each(|raw| _ = out.raw(raw));
        out.push("]");
    }
}

/// Who asks. Anthropic wants no address of a person, and refuses what looks like one.
fn user(asked: &Asked<'_>) -> Option<String> {
    let own = asked.get("metadata").and_then(Members::read).and_then(|metadata| metadata.text("user_id"));
    let user = own.or_else(|| text(asked.first(&["safety_identifier", "user"])?))?;
    let is_phone = user.len() >= 7
        && user.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'(' | b')' | b'-' | b'+'));
    (!user.is_empty() && !has(&user, b'@') && !is_phone).then(|| user.into_owned())
}

/// What is written above.
const WRITTEN: &str = "model messages system stream max_tokens max_completion_tokens max_output_tokens tools functions \
    tool_choice function_call parallel_tool_calls web_search_options response_format thinking reasoning_effort \
    reasoning output_config temperature top_p top_k stop stop_sequences user safety_identifier metadata";

/// OpenAI's own, which change no answer.
const HINTS: &str = "stream_options store prediction verbosity prompt_cache_key top_logprobs prompt_cache_retention \
    prompt_cache_options include_reasoning moderation audio";

/// Everything that was not written yet: what Anthropic has not, and what nobody here knows.
fn rest(context: &mut Context<'_>, asked: &Asked<'_>, out: &mut Writer) -> Outcome {
    let is_one = |words: &str, name: &str| words.split(' ').any(|word| word == name);
    for (name, raw) in asked.iter() {
        let is_missed = match name {
            "seed" => true,
            "n" => raw != "1",
            "logprobs" => raw == "true",
            "logit_bias" => Members::read(raw).is_some_and(|bias| !bias.is_empty()),
            "presence_penalty" | "frequency_penalty" => !sampling::is_zero(raw),
            "modalities" => items(raw).unwrap_or_default().iter().any(|item| *item != "\"text\""),
            "service_tier" => {
                match raw {
                    "\"auto\"" | "\"standard_only\"" => _ = out.member(name, raw),
                    "\"default\"" => _ = out.member(name, "\"standard_only\""),
                    _ => {}
                }
                false
            }
            _ if is_one(WRITTEN, name) || is_one(HINTS, name) => false,
            _ => {
                headers::betas(context, name, raw);
                out.text(name).push(":").raw(raw);
                false
            }
        };
        if is_missed {
            context.refuse(name, &format!("`{name}`"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;
    use crate::error::FaultKind;
    use serde_json::{Value, json};

    /// What a request that ends in the assistant's words is answered with by this model.
    fn prefilled(model: &str, told: Value) -> Result<(), FaultKind> {
        let entry = json!({
            "model_name": "chat",
            "litellm_params": { "model": format!("anthropic/{model}"), "api_base": "http://127.0.0.1", "api_key": "k" },
            "model_info": { "supports_assistant_prefill": told },
        });
        let loaded = load(&json!({ "model_list": [entry] }), &Value::Null, &|_| None).unwrap();
        let body = br#"{"messages":[{"role":"user","content":"Hi"}]}"#;
        let request = Inbound { body, stream: true, prefix: Some("Well"), drop_params: false, files: None };
        translate(&loaded.config.deployments[0], &request).map(|_| ()).map_err(|fault| fault.kind)
    }

    #[test]
    fn what_the_config_says_of_prefill_beats_the_name() {
        for (model, told, expected) in [
            ("claude-sonnet-4-5", Value::Null, Ok(())),
            ("claude-sonnet-4-6", Value::Null, Err(FaultKind::Unsupported)),
            ("gemma-3-270m", Value::Null, Err(FaultKind::Unsupported)),
            ("gemma-3-270m", json!(true), Ok(())),
            ("claude-sonnet-4-5", json!(false), Err(FaultKind::Unsupported)),
        ] {
            assert_eq!(prefilled(model, told), expected, "{model}");
        }
    }
}
