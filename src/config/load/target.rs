//! Which provider a deployment is at, under which model, and at which address.

use super::address::{Address, laid_out};
use super::hints::{Reach, hint};
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use crate::base::text::split as split_at;
use crate::config::provider::provider_of;
use crate::config::{ApiBase, Layout, Provider, provider, providers};

/// Providers that LiteLLM knows and this version does not. What stands before the slash of a model is one
/// of them, and not a part of the model's name, even where the address is given.
const ELSEWHERE: &str = "abliteration aiohttp_openai aleph_alpha amazon_nova anthropic_text anyscale assemblyai azure_text \
    bedrock bedrock_converse bytez chatgpt clf_ai_gateway cometapi custom datarobot deepgram edenai \
    elevenlabs empower fal_ai galadriel gdc gigachat github_copilot infinity langfuse maritalk \
    nadir nlp_cloud oci oobabooga palm petals predibase qwencloud ragflow recraft replicate sagemaker \
    sagemaker_chat sap snowflake stability tencent text-completion-codestral text-completion-inception \
    text-completion-openai topaz triton vertex_ai vertex_ai_beta vllm watsonx watsonx_text";

/// Where the requests of a deployment go.
pub(super) struct Target {
    pub(super) provider: Provider,
    pub(super) model: String,
    /// `model`, as it is written.
    pub(super) written: String,
    pub(super) api_base: ApiBase,
    /// How addresses are made of it.
    pub(super) layout: Layout,
    /// `api_version`, where one is sent.
    pub(super) version: Option<Box<str>>,
    /// May a key of the environment be used? It never goes to an address that the config gives, unless the provider has
    /// none of its own.
    pub(super) may_use_variables: bool,
}

/// Is it the name of a provider, of this version or of LiteLLM?
pub(in crate::config) fn is_provider(name: &str) -> bool {
    provider(name).is_some() || ELSEWHERE.split_ascii_whitespace().any(|known| known == name)
}

/// What an address ends with that was copied out of a provider's manual, up to the path of a request.
const ENDS: [&str; 3] = ["/chat/completions", "/embeddings", "/messages"];

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
    let base = given(key).map(|value| reader.text(&at.key(key), value));
    let written = model?;
    let (provider, model) = split(reader, at, &written, custom.as_deref(), base.is_some())?;
    let at_base = at.key(key);
    let version = given("api_version").map(|value| reader.name(&at.key("api_version"), value));
    if version.is_some() && matches!(provider.layout(), Layout::Under(_)) {
        let message = format!("`api_version` has no effect: {} has no versions", quote(provider.name));
        reader.report.notice(&at.key("api_version"), message);
    }
    let (text, variable, is_given) = match base {
        Some(base) => (base?.into_owned(), None, true),
        None => {
            let (text, variable) = own_address(reader, &at.key("api_base"), provider)?;
            (text, variable, false)
        }
    };
    let Address { api_base, layout, version } =
        match laid_out(reader, provider.layout(), &text, version.flatten()) {
            Ok(address) => address,
            Err(wrong) => {
                // It may hold a password, so that it is not repeated.
                match variable {
                    Some(name) => {
                        let message = format!("comes from {name} of the environment, which {wrong}");
                        reader.problem(&at.key("api_base"), message);
                    }
                    None => reader.problem(&at_base, wrong),
                }
                return None;
            }
        };
    if let Some(end) = ENDS.iter().find(|end| api_base.path().ends_with(**end)) {
        let message = format!("ends with {}, which every request puts behind it", quote(end));
        reader.report.notice(&at_base, message);
    }
    let own = provider.address.and_then(|url| ApiBase::parse(url).ok());
    let is_own = own.is_none_or(|own| own.origin() == api_base.origin());
    let may_use_variables = !is_given || is_own;
    Some(Target { provider, model, written, api_base, layout, version, may_use_variables })
}

/// The address that the environment gives, with the name of its variable, or the provider's own.
fn own_address(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    provider: Provider,
) -> Option<(String, Option<String>)> {
    let variables = provider.base_variables();
    for name in &variables {
        if let Some(text) = reader.variable(name).filter(|text| !text.is_empty()) {
            return Some((text, Some(name.clone())));
        }
    }
    let name = quote(provider.name);
    let Some(address) = provider.address else {
        let or = if variables.is_empty() { "" } else { ", and the environment has no " };
        let missing = variables.join(" or ");
        reader.problem(at, format!("is missing; {name} has no address of its own{or}{missing}"));
        return None;
    };
    let parts = split_at(address, "{").and_then(|(before, rest)| Some((before, split_at(rest, "}")?)));
    let Some((before, (variable, after))) = parts else { return Some((address.to_owned(), None)) };
    match reader.variable(variable).filter(|text| !text.is_empty()) {
        Some(value) => Some(([before, &value, after].concat(), Some(variable.to_owned()))),
        None => {
            reader
                .problem(at, format!("is missing, and the environment has no {variable} for that of {name}"));
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
) -> Option<(Provider, String)> {
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
        let way = match text {
            "*" => "write an entry for each provider, with `openai/*` and the like for both names",
            _ => "write `<provider>/<model>`, or give an `api_base`",
        };
        reader.problem(&at_model, format!("the provider of {name} is not known; {way}"));
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
        false => hint(name, providers().map(|row| row.name), Reach::Slips),
    };
    let way = "an OpenAI-compatible server is reached as openai/<model> with api_base";
    let message = format!("provider {} is not supported in this version; {way}{near}", quote(name));
    reader.problem(at, message);
}
