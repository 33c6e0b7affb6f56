//! The response cache, wherever it is spoken of: `cache_responses`, `caching_groups`, `cache` with `cache_params`, and the
//! `cache` of a call.

use serde_json::Value;

use super::hints::{Reach, hint};
use super::models::Models;
use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{CacheControl, Caching};

/// What is read of `cache_params`.
const PARAMS: &str = "type ttl default_in_memory_ttl namespace mode supported_call_types";

/// What LiteLLM knows there besides: the addresses and the habits of its backends.
const BACKENDS: &str = "host port password url db default_in_redis_ttl default_redis_ttl similarity_threshold \
    max_messages redis_flush_size redis_startup_nodes disk_cache_dir ssl username service_name sentinel_nodes";
const BACKEND_PREFIXES: [&str; 6] = ["redis_", "s3_", "gcs_", "azure_", "qdrant_", "valkey_"];

/// The values of `supported_call_types`.
const CALL_TYPES: &str = "completion acompletion embedding aembedding transcription atranscription text_completion \
    atext_completion rerank arerank responses aresponses anthropic_messages aanthropic_messages";

/// What a call may say in its `cache`.
const CONTROLS: &str = "no-cache no-store use-cache ttl s-maxage s-max-age namespace";

/// Reads the word of the config.
pub(super) fn caching(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> Caching {
    let default = Caching::default();
    // Both are read, so that the mistakes of both are told. In LiteLLM the second one turns on the first.
    let answers = settings.pick(reader, "cache_responses", Reader::flag).unwrap_or(false);
    let cache = settings.pick(reader, "cache", Reader::flag).unwrap_or(false);
    let params = settings.pick(reader, "cache_params", params).unwrap_or(default);
    Caching { is_on: answers || cache, ..params }
}

fn params(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Caching> {
    let members = reader.object(at, value)?;
    let has = |words: &str, name: &str| words.split_ascii_whitespace().any(|word| word == name);
    for name in members.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name) {
        let is_backend = BACKEND_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if has(PARAMS, name) {
            continue;
        }
        let near = hint(name, PARAMS.split_ascii_whitespace(), Reach::Slips);
        if has(BACKENDS, name) || is_backend || near.is_empty() {
            elsewhere(reader, &at.key(name), name);
        } else {
            reader.problem(&at.key(name), format!("unknown option {}{near}", quote(name)));
        }
    }
    let scope = Scopes::new([(*at, members)]);
    if scope.pick(reader, "type", Reader::any_text).is_some_and(|backend| backend != "local") {
        elsewhere(reader, &at.key("type"), "type");
    }
    let default = Caching::default();
    let on_demand = scope.word(reader, "mode", "default_on default_off", &[false, true]);
    let ttl = scope.pick(reader, "ttl", Reader::seconds);
    let in_memory = scope.pick(reader, "default_in_memory_ttl", Reader::seconds);
    let (chat, embeddings) = scope.pick(reader, "supported_call_types", call_types).unwrap_or((true, true));
    Some(Caching {
        on_demand: on_demand.unwrap_or(default.on_demand),
        ttl_ms: ttl.or(in_memory).unwrap_or(default.ttl_ms),
        namespace: scope.pick(reader, "namespace", Reader::name),
        chat,
        embeddings,
        ..default
    })
}

/// Tells that an option is about a place where answers are not kept.
fn elsewhere(reader: &mut Reader<'_>, at: &Path<'_>, name: &str) {
    let message = "has no effect: answers are kept in memory, or in the host's `cache`";
    reader.report.notice(at, format!("{} {message}", quote(name)));
}

/// Are chat completions among the calls, and embeddings?
fn call_types(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<(bool, bool)> {
    let mut found = (false, false);
    reader.texts(at, value, &mut |reader, at, name| match name {
        "completion" | "acompletion" => found.0 = true,
        "embedding" | "aembedding" => found.1 = true,
        _ if CALL_TYPES.split_ascii_whitespace().any(|known| known == name) => {}
        _ => reader.no_such(at, "type of calls", name, CALL_TYPES),
    })?;
    Some(found)
}

/// `caching_groups`: lists of groups that share their answers. The first place that has any decides.
pub(super) fn groups(
    reader: &mut Reader<'_>,
    settings: &Scopes<'_>,
    models: &mut Models,
) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, value) in settings.each("caching_groups") {
        let Some(lists) = reader.list(&at, value) else { continue };
        let is_first = found.is_empty();
        for (index, list) in lists.iter().enumerate() {
            let mut names = Vec::new();
            reader.texts(&at.item(index), list, &mut |reader, at, name| {
                names.extend(group(reader, at, name, models));
            });
            if is_first {
                found.push(names);
            }
        }
    }
    found
}

fn group(reader: &mut Reader<'_>, at: &Path<'_>, name: &str, models: &mut Models) -> Option<String> {
    let found = models.group_named(reader, at, name)?;
    models.config.group(found).map(|group| group.name.clone())
}

/// The `cache` of a call.
pub(in crate::config) fn control(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
) -> Option<CacheControl> {
    let members = reader.object(at, value)?;
    for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
        if !CONTROLS.split_ascii_whitespace().any(|known| known == name) {
            reader.no_such(&at.key(name), "option", name, CONTROLS);
        }
    }
    let scope = Scopes::new([(*at, members)]);
    let flag = |reader: &mut Reader<'_>, key| scope.pick(reader, key, Reader::flag).unwrap_or(false);
    let max_age = scope.pick(reader, "s-maxage", Reader::seconds);
    Some(CacheControl {
        no_cache: flag(reader, "no-cache"),
        no_store: flag(reader, "no-store"),
        use_cache: flag(reader, "use-cache"),
        ttl_ms: scope.pick(reader, "ttl", Reader::seconds),
        max_age_ms: max_age.or(scope.pick(reader, "s-max-age", Reader::seconds)),
        namespace: scope.pick(reader, "namespace", Reader::name),
    })
}
