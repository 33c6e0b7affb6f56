//! Which call a request over `fetch` is, by its method and its path.

use percent_encoding::percent_decode_str;

use crate::base::text::split;
use crate::config::Surface;
use crate::error::{Fault, FaultKind};

/// What a request over `fetch` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A call to a model.
    Call(Surface),
    /// The list of models.
    Models,
    /// One model of the list.
    Model(String),
    /// Nothing that is served.
    Refused(Box<Fault>),
}

/// Finds the route. The path may begin with `/v1`; a query is ignored.
#[must_use]
pub fn route(method: &str, url: &str) -> Route {
    let path = path_of(url);
    let local = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let local = local.strip_suffix('/').unwrap_or(local);
    let (wanted, route) = match local {
        "/chat/completions" => ("POST", Route::Call(Surface::Chat)),
        "/embeddings" => ("POST", Route::Call(Surface::Embeddings)),
        "/models" => ("GET", Route::Models),
        _ => match local.strip_prefix("/models/") {
            Some(name) => ("GET", Route::Model(percent_decode_str(name).decode_utf8_lossy().into_owned())),
            None => return refuse(FaultKind::UnknownPath, format!("no such path: {}", shorten(path))),
        },
    };
    if method.eq_ignore_ascii_case(wanted) {
        return route;
    }
    refuse(FaultKind::MethodNotAllowed, format!("{} takes {wanted}, not {}", shorten(path), shorten(method)))
}

fn refuse(kind: FaultKind, message: String) -> Route {
    Route::Refused(Box::new(Fault::new(kind, message)))
}

/// The path of an absolute or relative URL.
fn path_of(url: &str) -> &str {
    let rest = match split(url, "://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => url,
    };
    rest.split(['?', '#']).next().unwrap_or(rest)
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(method: &str, url: &str) -> Option<FaultKind> {
        match route(method, url) {
            Route::Refused(fault) => Some(fault.kind),
            _ => None,
        }
    }

    #[test]
    fn paths_count_with_and_without_v1() {
        for url in
            ["https://x.dev/v1/chat/completions", "http://x/chat/completions?a=1", "/v1/chat/completions/"]
        {
            assert_eq!(route("post", url), Route::Call(Surface::Chat), "{url}");
        }
        assert_eq!(route("POST", "https://x/v1/embeddings#a"), Route::Call(Surface::Embeddings));
        assert_eq!(route("GET", "/models"), Route::Models);
        assert_eq!(route("GET", "/v1/models/openai%2Fgpt-4o"), Route::Model("openai/gpt-4o".to_owned()));
    }

    #[test]
    fn what_is_not_served_is_refused() {
        assert_eq!(kind("GET", "/v1/chat/completions"), Some(FaultKind::MethodNotAllowed));
        for url in
            ["https://x", "https://x/", "/v1", "/v1/", "/v1beta/models", "/v2/models", "", "/v1/v1/models"]
        {
            assert_eq!(kind("GET", url), Some(FaultKind::UnknownPath), "{url}");
        }
    }
}
