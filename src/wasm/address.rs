//! Two readers of one address must see the same host, else a key could go where nobody meant it to.

use web_sys::Url;

use crate::config::{Deployment, Problem};

/// The mistake of a deployment whose `api_base` the runtime's own URL parser reads differently from ours.
pub(super) fn misread(deployment: &Deployment) -> Option<Problem> {
    let base = &deployment.api_base;
    let problem = |message: String| {
        let path = format!("model_list (deployment {}).litellm_params.api_base", deployment.id);
        Some(Problem { path, message })
    };
    let Ok(url) = Url::new(base.url()) else { return problem("is no address to this runtime".to_owned()) };
    let ours = base.origin().to_ascii_lowercase();
    let default_port = if url.protocol() == "https:" { ":443" } else { ":80" };
    let ours = ours.strip_suffix(default_port).unwrap_or(&ours);
    let theirs = format!("{}//{}", url.protocol(), url.host());
    if ours == theirs { None } else { problem(format!("is read as {theirs} by this runtime; write that")) }
}
