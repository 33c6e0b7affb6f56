//! How the addresses of requests are made from what a deployment gives: Azure's two ways, and what other servers lack.

use super::read::Reader;
use crate::base::text::{contains, find, split};
use crate::config::{ApiBase, Layout};

/// The version that Azure OpenAI is asked for where neither the config nor the environment names one.
const AZURE_VERSION: &str = "2025-02-01-preview";

/// The same of Azure's other models.
const FOUNDRY_VERSION: &str = "2024-05-01-preview";

/// Versions of Azure's that are no dates: they mean the addresses that need none.
const UNDATED: [&str; 3] = ["v1", "preview", "latest"];

/// Where a deployment is reached.
pub(super) struct Address {
    pub(super) api_base: ApiBase,
    pub(super) layout: Layout,
    pub(super) version: Option<Box<str>>,
}

/// Reads an `api_base` in the sense of its provider. Azure's may be an address as its portal shows it, whose path and
/// version are then taken.
///
/// # Errors
/// What is wrong with it.
pub(super) fn laid_out(
    reader: &Reader<'_>,
    layout: Layout,
    text: &str,
    version: Option<String>,
) -> Result<Address, &'static str> {
    let (text, query) = match layout {
        Layout::Under(path) => {
            let api_base = ApiBase::parse(text)?;
            let is_there = path.is_empty() || api_base.url().ends_with(path);
            let layout = Layout::Under(if is_there { "" } else { path });
            return Ok(Address { api_base, layout, version: None });
        }
        Layout::Azure | Layout::Foundry => split(text, "?").unwrap_or((text, "")),
    };
    let of_query = query.split('&').find_map(|part| part.strip_prefix("api-version="));
    let mut version = version.or_else(|| of_query.map(str::to_owned));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if version.as_deref().is_some_and(|version| !version.bytes().all(is_plain)) {
        return Err("has an api-version that is none");
    }
    let mut api_base = ApiBase::parse(text)?;
    let path = api_base.path();
    let is_v1 = contains(path, "/openai/v1");
    let is_azure = layout == Layout::Azure;
    let is_foundry = !is_azure && !is_v1 && api_base.origin().ends_with(".services.ai.azure.com");
    // The portal shows addresses of one deployment, and of the API.
    let shown: &[&str] = match is_azure {
        true => &["/openai/deployments", "/openai/v1"],
        false => &["/chat/completions", "/embeddings", "/models"],
    };
    let kept = shown.iter().filter_map(|mark| find(path, mark)).min();
    let kept = kept.or_else(|| Some(path.strip_suffix("/openai").filter(|_| is_azure)?.len()));
    let kept = kept.unwrap_or(path.len());
    api_base.keep_of_path(kept);
    if is_azure && !is_v1 && version.is_none() {
        version = reader.variable("AZURE_API_VERSION").filter(|text| text.bytes().all(is_plain));
    }
    let default = match (is_azure && !is_v1, is_foundry) {
        (true, _) => Some(AZURE_VERSION),
        (_, true) => Some(FOUNDRY_VERSION),
        _ => None,
    };
    let version = version.or_else(|| default.map(str::to_owned));
    let is_undated = is_v1 || version.as_deref().is_some_and(|version| UNDATED.contains(&version));
    let layout = match (is_azure, is_undated) {
        (true, false) => layout,
        (true, true) => Layout::Under("/openai/v1"),
        (false, _) => Layout::Under(if is_foundry { "/models" } else { "" }),
    };
    // Previews have to be asked for; all else is there without a version.
    let version = version.filter(|version| !(is_azure && is_undated) || version == "preview");
    Ok(Address { api_base, layout, version: version.map(String::into_boxed_str) })
}
