//! What one call may say to the router: the keys inside a request that steer it, and the options of a call.

use serde_json::Value;

use crate::base::index::Index;

use super::load::affinity::keys;
use super::load::caching::control;
use super::load::fallbacks::{self, Book, Form};
use super::load::filter::wanted;
use super::load::hints::{Reach, hint};
use super::load::members::member_list;
use super::load::mock::mock;
use super::load::policies::{fallback_on, hedging, retry_policy};
use super::load::problems::{Path, Problem, quote};
use super::load::read::{Members, Reader, kind_of};
use super::load::scopes::Scopes;
use super::load::settings::timeouts;
use super::load::strategy::{NOBODY_ANSWERS, strategy};
use super::load::streams::streams;
use super::{
    CacheControl, FallbackLists, FaultSet, Hedging, Keys, MemberList, Mock, PerClass, RouterConfig, Strategy,
    StreamRules, Timeouts, Wanted,
};

/// The keys inside a request that steer the router and never reach a provider: LiteLLM's and our own.
///
/// Over `fetch` they are cut out of the body, and count only as far as the host trusts them. `metadata` is
/// not among them, because it is also OpenAI's: see [`IN_PROCESS_KEYS`].
#[rustfmt::skip]
pub const ROUTER_KEYS: &[&str] = &[
    // How often, and for how long.
    "num_retries", "max_retries", "max_attempts", "retry_policy", "model_group_retry_policy",
    "timeout", "request_timeout", "stream_timeout", "headers_timeout", "first_token_timeout", "idle_timeout",
    "deadline",
    // Where to go next.
    "fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "disable_fallbacks", "max_fallbacks",
    "fallback_on", "include_fallback_errors", "context_window_fallback_dict",
    // Which deployment.
    "specific_deployment", "deployment_id", "model_info", "allowed_model_region", "routing_strategy",
    "routing_strategy_args", "enable_tag_filtering", "tags", "priority", "litellm_session_id",
    // Whose account. Not carried out in this version; over `fetch` the first three never are.
    "api_key", "api_base", "base_url", "api_version", "organization", "custom_llm_provider", "extra_headers",
    // Streams.
    "mid_stream", "commit", "observe", "hedging", "stream_usage",
    // Parameters, caching and bookkeeping.
    "drop_params", "additional_drop_params", "allowed_openai_params", "caching", "cache",
    "litellm_metadata", "litellm_trace_id", "litellm_call_id", "no-log", "guardrails",
    // Tests without a provider.
    "mock_response", "mock_delay", "mock_timeout", "mock_testing_fallbacks", "mock_testing_context_fallbacks",
    "mock_testing_content_policy_fallbacks", "mock_testing_rate_limit_error",
];

/// The keys that LiteLLM takes out of a request in process, and that are a provider's own over `fetch`.
pub const IN_PROCESS_KEYS: &[&str] = &["metadata"];

/// Options that stand beside a request and never in it; JavaScript carries some of them out.
const BESIDE: [&str; 8] =
    ["deadlineMs", "sessionId", "signal", "waitUntil", "explain", "beforeRoute", "mayFallback", "tenant"];

/// Keys that would send a call to another server or account than the one that is configured. As long as
/// they are not carried out, a call that asks for one must fail rather than go to the wrong place.
const REDIRECTING: [&str; 6] =
    ["api_key", "api_base", "base_url", "organization", "custom_llm_provider", "extra_headers"];

/// Every name that may steer, wherever it stands.
pub(super) fn router_keys() -> impl Iterator<Item = &'static str> {
    ROUTER_KEYS.iter().chain(IN_PROCESS_KEYS).copied()
}

pub(super) fn is_router_key(name: &str) -> bool {
    router_keys().any(|key| key == name)
}

/// Could a key in a request body send a credential elsewhere? Such a key never counts over `fetch`.
pub(super) fn may_move_credential(key: &str) -> bool {
    matches!(key, "api_base" | "base_url" | "api_key")
}

/// What one call asks of the router. The default asks nothing: the config decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// `num_retries`: beats the deployment's and the router's.
    pub num_retries: Option<u32>,
    /// The time limits of the call; they beat the deployment's and the router's.
    pub timeouts: Timeouts,
    /// What is done with the call's stream.
    pub streams: StreamRules,
    /// `drop_params`: beats the deployment's and the router's.
    pub drop_params: Option<bool>,
    /// `additional_drop_params` and `allowed_openai_params`; they are added to the deployment's.
    pub members: MemberList,
    /// `fallbacks`: used instead of the config's ordinary lists. Plain names count for every group.
    pub fallbacks: Option<FallbackLists>,
    /// `context_window_fallbacks`: used instead of the config's.
    pub context_window_fallbacks: Option<FallbackLists>,
    /// `content_policy_fallbacks`: used instead of the config's.
    pub content_policy_fallbacks: Option<FallbackLists>,
    /// `disable_fallbacks`: the call stays in its group.
    pub disable_fallbacks: bool,
    /// `max_fallbacks`: how many other groups the call may move to.
    pub max_fallbacks: Option<u32>,
    /// `max_attempts`: how many sends the call may make.
    pub max_attempts: Option<u32>,
    /// `fallback_on`: beats the router's.
    pub fallback_on: Option<FaultSet>,
    /// `retry_policy`: by class of error; beats every other number but the call's own `num_retries`.
    pub retry_policy: PerClass,
    /// `hedging`: beats the router's.
    pub hedging: Option<Hedging>,
    /// `routing_strategy`: beats those of the routing groups and of the router, in every group that the call comes to.
    pub strategy: Option<Strategy>,
    /// `priority`: the call waits for a place where everybody is full; the lowest number goes first.
    pub priority: Option<u32>,
    /// `tags`, and `metadata.tags`: what the call is for. Kept only where a tag has a budget.
    pub tags: Vec<String>,
    /// What the call is known by, where the config has something that goes by it.
    pub keys: Option<Box<Keys>>,
    /// What else decides who may serve the call.
    pub wanted: Option<Box<Wanted>>,
    /// `explain`: keep a record of every choice.
    pub explain: bool,
    /// `caching`: beats the router's `cache_responses`.
    pub caching: Option<bool>,
    /// `cache`: what becomes of the call's answer.
    pub cache: Option<Box<CacheControl>>,
    /// `tenant`: for whom the call is made. Answers that are kept are never shown to another one.
    pub tenant: Option<Box<str>>,
    /// What is answered instead of a provider, if that is asked for.
    pub mock: Option<Box<Mock>>,
    /// `mock_testing_rate_limit_error`: each deployment is taken to have answered 429.
    pub mock_testing_rate_limit_error: bool,
    /// `specific_deployment`: the model is the `litellm_params.model` of deployments, and nothing else.
    pub specific_deployment: bool,
    /// `mock_testing_fallbacks`: the first group is taken to have failed.
    pub mock_testing_fallbacks: bool,
    /// `mock_testing_context_fallbacks`: the first group is taken to have refused the prompt's length.
    pub mock_testing_context_fallbacks: bool,
    /// `mock_testing_content_policy_fallbacks`: the first group is taken to have refused the content.
    pub mock_testing_content_policy_fallbacks: bool,
}

impl CallOptions {
    /// Reads the options of a call: keys of a request, and what stands beside it (`deadlineMs`).
    /// `null` asks nothing. Keys that are known and not carried out in this version are passed over, but
    /// for those that would send the call elsewhere.
    ///
    /// # Errors
    /// Every mistake at once: unknown names, wrong types, fallbacks to nowhere.
    pub fn parse(config: &RouterConfig, value: &Value) -> Result<Self, Vec<Problem>> {
        let members = match value {
            Value::Null => return Ok(Self::default()),
            Value::Object(members) => members,
            other => {
                let message = format!("expected an object, got {}", kind_of(other));
                return Err(vec![Problem { path: "options".to_owned(), message }]);
            }
        };
        let mut reader = Reader::without_env();
        check_keys(&mut reader, members);
        let options = read(&mut reader, members, config);
        let (problems, _) = reader.report.finish();
        if problems.is_empty() { Ok(options) } else { Err(problems) }
    }
}

/// Tells every name in the fallback lists of a call's options, so that the groups of names that patterns match can be
/// made before [`CallOptions::parse`] looks for them.
pub fn each_fallback_name(options: &Value, tell: &mut dyn FnMut(&str)) {
    for key in ["fallbacks", "context_window_fallbacks", "content_policy_fallbacks"] {
        let Some(lists) = options.get(key) else { continue };
        fallbacks::each_name(lists, &mut |name, _| tell(name));
    }
}

fn check_keys(reader: &mut Reader<'_>, members: &Members) {
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let at = Path::Root.key(name);
        if REDIRECTING.contains(&name.as_str()) {
            value.as_str().into_iter().for_each(|text| reader.report.secret(text));
            let message = "in a request is not carried out in this version; add a deployment that has it";
            reader.problem(&at, format!("{} {message}", quote(name)));
        } else if !is_router_key(name) && !BESIDE.contains(&name.as_str()) {
            let near = hint(name, router_keys().chain(BESIDE), Reach::Prefixes);
            reader.problem(&at, format!("unknown option {}{near}", quote(name)));
        }
    }
}

fn read(reader: &mut Reader<'_>, members: &Members, config: &RouterConfig) -> CallOptions {
    let scope = Scopes::new([(Path::Root, members)]);
    let none = Index::default();
    let book = Book { config, doomed: &none };
    let lists = |reader: &mut Reader<'_>, key| {
        let (at, value) = scope.each(key).next()?;
        Some(fallbacks::lists(reader, &at, value, &book, Form::Call))
    };
    let flag = |reader: &mut Reader<'_>, key| scope.pick(reader, key, Reader::flag).unwrap_or(false);
    let mut timeouts = timeouts(reader, &scope);
    let deadline_ms = scope.pick(reader, "deadlineMs", Reader::milliseconds);
    timeouts.deadline_ms = deadline_ms.or(timeouts.deadline_ms);
    let (tags, wanted) = wanted(reader, &scope, config);
    CallOptions {
        num_retries: scope.pick(reader, "num_retries", Reader::count),
        timeouts,
        streams: streams(reader, &scope),
        drop_params: scope.pick(reader, "drop_params", Reader::flag),
        members: member_list(reader, &scope),
        fallbacks: lists(reader, "fallbacks"),
        context_window_fallbacks: lists(reader, "context_window_fallbacks"),
        content_policy_fallbacks: lists(reader, "content_policy_fallbacks"),
        disable_fallbacks: flag(reader, "disable_fallbacks"),
        max_fallbacks: scope.pick(reader, "max_fallbacks", Reader::count),
        max_attempts: scope.pick(reader, "max_attempts", Reader::positive),
        fallback_on: scope.pick(reader, "fallback_on", fallback_on),
        retry_policy: scope.pick(reader, "retry_policy", retry_policy).unwrap_or_default(),
        hedging: scope.pick(reader, "hedging", hedging),
        strategy: own_strategy(reader, &scope, config),
        priority: scope.pick(reader, "priority", Reader::count),
        tags,
        wanted,
        keys: config.is_keyed().then(|| Box::new(keys(&scope))),
        explain: flag(reader, "explain"),
        caching: scope.pick(reader, "caching", Reader::flag),
        cache: scope.pick(reader, "cache", control).map(Box::new),
        tenant: scope.pick(reader, "tenant", Reader::name).map(String::into_boxed_str),
        mock: mock(reader, &scope),
        mock_testing_rate_limit_error: flag(reader, "mock_testing_rate_limit_error"),
        specific_deployment: flag(reader, "specific_deployment"),
        mock_testing_fallbacks: flag(reader, "mock_testing_fallbacks"),
        mock_testing_context_fallbacks: flag(reader, "mock_testing_context_fallbacks"),
        mock_testing_content_policy_fallbacks: flag(reader, "mock_testing_content_policy_fallbacks"),
    }
}

/// The strategy that the call asks for.
fn own_strategy(reader: &mut Reader<'_>, scope: &Scopes<'_>, config: &RouterConfig) -> Option<Strategy> {
    let asked = scope.pick(reader, "routing_strategy", strategy).and_then(Strategy::named)?;
    if asked == Strategy::Custom && !config.host.custom_strategy {
        reader.problem(&Path::Root.key("routing_strategy"), NOBODY_ANSWERS);
    }
    Some(asked)
}
