//! Which provider a deployment is at, under which model, and at which address.

use super::hints::{Reach, hint};
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use crate::config::provider::provider_of;
use crate::config::{ApiBase, PROVIDERS, Provider, provider};

/// Providers that LiteLLM knows and this version does not. What stands before the slash of a model is one
/// of them, and not a part of the model's name, even where the address is given.
const ELSEWHERE: &str = "abliteration ai21 ai21_chat aiml aiohttp_openai aleph_alpha amazon_nova \
    anthropic_text anyscale assemblyai azure azure_ai azure_text baseten bedrock bedrock_converse bytez cerebras \
    chatgpt clarifai clf_ai_gateway cloudflare codestral cohere cohere_chat cometapi compactifai custom \
    dashscope databricks datarobot deepgram deepinfra deepseek docker_model_runner edenai elevenlabs empower \
    fal_ai featherless_ai fireworks_ai friendliai galadriel gdc gemini gigachat github github_copilot gradient_ai \
    groq helicone heroku huggingface hyperbolic inception infinity jina_ai lambda_ai langfuse lemonade \
    litellm_proxy maritalk meta_llama minimax mistral modelscope moonshot morph nadir nebius nlp_cloud novita \
    nscale nvidia_nim oci ollama ollama_chat oobabooga openrouter ovhcloud palm perplexity petals predibase \
    publicai qwencloud ragflow recraft replicate sagemaker sagemaker_chat sambanova sap scaleway snowflake \
    stability tencent text-completion-codestral text-completion-inception text-completion-openai together_ai \
    topaz triton v0 vercel_ai_gateway vertex_ai vertex_ai_beta vllm volcengine voyage wandb watsonx watsonx_text \
    xai xinference zai";

/// Where the requests of a deployment go.
pub(super) struct Target {
    pub(super) provider: &'static Provider,
    pub(super) model: String,
    /// `model`, as it is written.
    pub(super) written: String,
    pub(super) api_base: ApiBase,
}

impl Target {
    /// The variable whose key may be used where the config gives none: only at the provider's own address,
    /// so that a key of the environment never goes to another server.
    pub(super) fn key_variable(&self) -> Option<&'static str> {
        let own = self.provider.api_base.and_then(|url| ApiBase::parse(url).ok())?;
        self.provider.key_variable.filter(|_| own.origin() == self.api_base.origin())
    }
}

/// Is it the name of a provider, of this version or of LiteLLM?
pub(in crate::config) fn is_provider(name: &str) -> bool {
    provider(name).is_some() || ELSEWHERE.split_ascii_whitespace().any(|known| known == name)
}

/// Reads `model`, `custom_llm_provider` and `api_base` (or `base_url`) of `litellm_params`.
pub(super) fn target(reader: &mut Reader<'_>, at: &Path<'_>, members: &Members) -> Option<Target> {
    let given = |key: &str| members.get(key).filter(|value| !value.is_null());
    let model = match given("model") {
        Some(value) => reader.name(&at.key("model"), value),
        None => {
            reader.problem(&at.key("model"), "is missing");
            None
        }
    };
    let custom = match given("custom_llm_provider") {
        Some(value) => Some(reader.name(&at.key("custom_llm_provider"), value)?),
        None => None,
    };
    let key = if given("api_base").is_some() { "api_base" } else { "base_url" };
    let base = given(key).map(|value| address(reader, &at.key(key), value));
    let written = model?;
    let (provider, model) = split(reader, at, &written, custom.as_deref(), base.is_some())?;
    let api_base = match (base, provider.api_base) {
        (Some(base), _) => base?,
        (None, Some(url)) => ApiBase::parse(url).ok()?,
        (None, None) => {
            let name = quote(provider.name);
            reader.problem(&at.key("api_base"), format!("is missing; {name} has no address of its own"));
            return None;
        }
    };
    Some(Target { provider, model, written, api_base })
}

fn address(reader: &mut Reader<'_>, at: &Path<'_>, value: &serde_json::Value) -> Option<ApiBase> {
    let text = reader.text(at, value)?;
    match ApiBase::parse(&text) {
        Ok(base) => Some(base),
        Err(wrong) => {
            // It may hold a password, so that it is not repeated.
            reader.problem(at, wrong);
            None
        }
    }
}

/// The provider, and the model's name there.
fn split(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    text: &str,
    custom: Option<&str>,
    has_base: bool,
) -> Option<(&'static Provider, String)> {
    let at_model = at.key("model");
    let (prefix, rest) = text.split_once('/').map_or((None, text), |(prefix, rest)| (Some(prefix), rest));
    let (found, model) = if let Some(name) = custom {
        let Some(found) = provider(name) else {
            unsupported(reader, &at.key("custom_llm_provider"), name);
            return None;
        };
        (found, if prefix == Some(name) { rest } else { text })
    } else if let Some(found) = prefix.and_then(provider) {
        (found, rest)
    } else if let Some(name) = prefix.filter(|name| is_provider(name)) {
        unsupported(reader, &at_model, name);
        return None;
    } else if has_base {
        (provider("openai")?, text)
    } else if let Some(found) = provider_of(text) {
        (found, text)
    } else if let Some(name) = prefix {
        unsupported(reader, &at_model, name);
        return None;
    } else {
        let name = quote(text);
        reader.problem(
            &at_model,
            format!("the provider of {name} is not known; write `<provider>/<model>`, or give an `api_base`"),
        );
        return None;
    };
    if model.trim().is_empty() {
        reader.problem(&at_model, "names a provider, and no model");
        return None;
    }
    Some((found, model.to_owned()))
}

fn unsupported(reader: &mut Reader<'_>, at: &Path<'_>, name: &str) {
    let near = match is_provider(name) {
        true => String::new(),
        false => hint(name, PROVIDERS.iter().map(|row| row.name), Reach::Slips),
    };
    let way = "an OpenAI-compatible server is reached as openai/<model> with api_base";
    let message = format!("provider {} is not supported in this version; {way}{near}", quote(name));
    reader.problem(at, message);
}
