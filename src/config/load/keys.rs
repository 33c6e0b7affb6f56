//! Every option that LiteLLM or Switchman knows, by the place where it stands and by what becomes of it.
//!
//! The names are LiteLLM's (1.109) and our own. Lists are words in one string: a config is read once,
//! and a table of slices would weigh more than it saves.

use super::hints::{Reach, hint, nearest};
use super::problems::{Path, quote};
use super::read::{Members, Reader};
use crate::base::text::contains;
use crate::price::Rate;

/// What becomes of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is read.
    Used,
    /// It is accepted, and this version does not act on it.
    Later,
    /// It belongs to a server, to Python, or to a provider that is not there.
    Foreign,
    /// It is a member of requests, and a deployment may give it a default.
    Param,
    /// It is a member of requests, and only the request decides it.
    Request,
}

/// The options of one place.
pub(super) struct Table {
    used: &'static [&'static str],
    later: &'static [&'static str],
    /// Are prices read here?
    has_prices: bool,
    foreign: &'static [&'static str],
    foreign_prefixes: &'static str,
    params: &'static str,
    request: &'static str,
}

/// Has it the form of a price? Some are for what is not billed here.
fn is_of_prices(name: &str) -> bool {
    contains(name, "_cost_per_") || name.starts_with("cache_read_") || name.starts_with("cache_creation_")
}

const NONE: Table = Table {
    used: &[],
    later: &[],
    has_prices: false,
    foreign: &[],
    foreign_prefixes: "",
    params: "",
    request: "",
};

impl Table {
    /// What becomes of an option; `None` if it is not known in this place.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        let has = |words: &str| words.split_ascii_whitespace().any(|word| word == name);
        let begins = |words: &str| words.split_ascii_whitespace().any(|prefix| name.starts_with(prefix));
        if self.used.iter().any(|words| has(words)) || (self.has_prices && Rate::parse(name).is_some()) {
            Some(Kind::Used)
        } else if has(self.params) {
            Some(Kind::Param)
        } else if has(self.request) {
            Some(Kind::Request)
        } else if self.later.iter().any(|words| has(words)) || (self.has_prices && is_of_prices(name)) {
            Some(Kind::Later)
        } else if self.foreign.iter().any(|words| has(words)) || begins(self.foreign_prefixes) {
            Some(Kind::Foreign)
        } else {
            None
        }
    }

    /// The names that an unknown one may have meant: those that do or will do something.
    fn meant(&self) -> impl Iterator<Item = &'static str> {
        self.used.iter().chain(self.later).flat_map(|words| words.split_ascii_whitespace())
    }
}

/// Settings of the router, which may stand at the top, in `router_settings` and in `litellm_settings`.
const SETTINGS: &str = "\
        model_group_alias default_litellm_params ignore_invalid_deployments num_retries retry_after \
        max_fallbacks max_attempts fallbacks default_fallbacks context_window_fallbacks \
        content_policy_fallbacks timeout stream_timeout headers_timeout first_token_timeout \
        idle_timeout deadline cooldown_time disable_cooldowns routing_strategy \
        routing_strategy_args routing_groups mid_stream commit observe stream_usage enable_mid_stream_fallback_continuation drop_params retry_policy \
        model_group_retry_policy allowed_fails allowed_fails_policy when_all_down fallback_on error_rules hedging \
        default_max_parallel_requests limit_mode enable_pre_call_checks enable_pre_call_check \
        optional_pre_call_checks default_priority enable_health_check_routing \
        enable_tag_filtering tag_filtering_match_any tag_routing_prefix untagged_requests conditional_routing \
        health_check_staleness_threshold provider_budget_config tag_budget_config \
        success_callback failure_callback callbacks cache_responses caching_groups \
        model_group_affinity_config experiments user_url_allowed_hosts user_url_max_bytes";

/// The names of the settings that are carried out.
pub(super) fn settings() -> impl Iterator<Item = &'static str> {
    SETTINGS.split_ascii_whitespace()
}

const SETTINGS_LATER: &str = "\
        health_check_ignore_transient_errors \
        fallback_on_unsupported_params alerting_config weights retry_budget";

const SETTINGS_FOREIGN: &str = "\
        assistants_config search_tools guardrail_list redis_url redis_host redis_port redis_password \
        redis_db cache_kwargs client_ttl polling_interval set_verbose debug_level plugins \
        router_general_settings background_health_check_model_groups fallback_access_check \
        fallback_budget_check auto_router_capability_limit enable_weighted_failover \
        deployment_affinity_ttl_seconds session_affinity_repin_on_failover \
        user_url_validation";

/// The top of the config: a router's arguments, or a whole `config.yaml`.
pub(super) const TOP: Table = Table {
    used: &["model_list router_settings litellm_settings general_settings environment_variables", SETTINGS],
    later: &[SETTINGS_LATER],
    foreign: &[
        "callback_settings credential_list guardrails mcp_servers mcp_tools sandbox_tools \
        vector_store_registry prompts policies policy_attachments agent_list agents finetune_settings \
        files_settings assistant_settings worker_registry default_vertex_config pass_through_endpoints \
        classifier_plugin include",
        SETTINGS_FOREIGN,
    ],
    ..NONE
};

/// `router_settings`.
pub(super) const ROUTER: Table =
    Table { used: &[SETTINGS], later: &[SETTINGS_LATER], foreign: &[SETTINGS_FOREIGN], ..NONE };

/// `litellm_settings`: LiteLLM sets whatever stands there, so that an unknown name is no mistake by itself.
pub(super) const LITELLM: Table = Table {
    used: &[SETTINGS, "request_timeout turn_off_message_logging cache cache_params"],
    later: &[SETTINGS_LATER, "modify_params num_retries_per_request service_callback service_callbacks"],
    foreign: &[SETTINGS_FOREIGN],
    ..NONE
};

/// An entry of `model_list`.
pub(super) const ENTRY: Table =
    Table { used: &["model_name litellm_params model_info rpm tpm itpm otpm"], later: &["blocked"], ..NONE };

/// `model_info`: anything else in it is the user's own.
pub(super) const INFO: Table = Table {
    used: &["id weight order rpm tpm itpm otpm max_parallel_requests cooldown_time allowed_fails \
        allowed_fails_policy supports_assistant_prefill base_model tiered_pricing \
        search_context_cost_per_query max_input_tokens max_output_tokens enable_tag_filtering \
        allow_fail_open"],
    later: &["supported_environments blocked access_windows"],
    foreign: &["team_id team_public_model_name access_groups litellm_routing_preferences \
        adaptive_router_preferences health_check_model health_check_timeout health_check_voice \
        health_check_max_tokens disable_background_health_check"],
    has_prices: true,
    ..NONE
};

/// `litellm_params` of an entry, and `default_litellm_params`.
pub(super) const PARAMS: Table = Table {
    used: &[
        "model custom_llm_provider api_key api_base base_url organization weight order rpm tpm itpm otpm timeout \
        stream_timeout request_timeout headers_timeout first_token_timeout idle_timeout deadline \
        num_retries retry_policy cooldown_time region_name extra_headers headers extra_body \
        max_parallel_requests drop_params mock_response mock_delay mock_timeout base_model max_budget budget_duration \
        api_version azure_ad_token additional_drop_params allowed_openai_params tiered_pricing \
        search_context_cost_per_query silent_model silent_share tags",
    ],
    later: &["rpd tpd daily_reset_time tag_regex \
        timeout_by_service_tier \
        stream_timeout_by_service_tier retry_strategy fallbacks \
        context_window_fallback_dict caching cache ttl metadata priority allowed_model_region \
        routing_strategy enable_tag_filtering \
        cache_control_injection_points enable_prompt_caching mid_stream commit hedging observe \
        stream_usage"],
    has_prices: true,
    foreign: &[
        "max_retries use_in_pass_through configurable_clientside_auth_params provider_affinity_header \
        keepalive_seconds allow_client_keepalive_override use_litellm_proxy use_chat_completions_api \
        responses_api_version ssl_verify force_timeout client shared_session \
        merge_reasoning_content_in_choices thought_signature_in_tool_call_id guardrails prompt_id \
        prompt_variables prompt_version prompt_label custom_prompt_dict supports_system_message \
        ensure_alternating_roles tenant_id client_id client_secret provider_specific_header \
        max_file_size_mb kubernetes_pod_discovery use_xai_oauth chatgpt_auth_file \
        fireworks_forward_user_id vector_store_id embedding_model index_name bucket_name verbose \
        logger_fn max_agentic_loops hf_model_name roles deployment_id fastest_response",
    ],
    foreign_prefixes: "aws_ azure_ vertex_ watsonx_ s3_ gcs_ bedrock_ litellm_ langfuse_ langsmith_ arize_ \
        auto_router_ complexity_router_ adaptive_router_ quality_router_ token_exchange_ \
        anthropic_federation_ anthropic_identity_ anthropic_issuer_ anthropic_keycloak_ \
        openai_identity_ openai_service_account_ valkey_ milvus_ vector_bucket_ github_copilot_ \
        default_api_key_",
    params: "temperature top_p top_k top_a min_p n stop seed max_tokens max_completion_tokens \
        max_output_tokens min_tokens presence_penalty frequency_penalty repetition_penalty logit_bias \
        logprobs top_logprobs user response_format tools tool_choice parallel_tool_calls functions \
        function_call reasoning reasoning_effort include_reasoning verbosity modalities audio \
        prediction service_tier store safety_identifier prompt_cache_key prompt_cache_retention \
        prompt_cache_options web_search_options moderation thinking think dimensions encoding_format \
        input_type truncate truncation instructions include text prompt_truncation best_of echo suffix \
        ignore_eos stop_token_ids bad_words skip_special_tokens use_beam_search length_penalty \
        early_stopping chat_template chat_template_kwargs add_generation_prompt guided_json \
        guided_regex guided_choice guided_grammar structured_outputs lora_request models route \
        transforms provider plugins usage options keep_alive format raw voice speed language quality \
        size style background",
    request: "messages input prompt stream stream_options previous_response_id",
};

/// The second argument of the constructor. What the facade carries out itself is foreign to the core.
pub(super) const HOST: Table = Table {
    used: &[
        "trustRequestOptions allowDirectModels allowedModels maxBodyBytes subrequests storeName browser \
        dangerouslyAllowBrowser mayFallback tokenCounter customRoutingStrategy filterDeployments \
        hookFailure getToken",
    ],
    foreign: &["fetch store cache env waitUntil now sleep seed callbacks callbackFetch recordContent \
        beforeRoute prices"],
    ..NONE
};

/// Where an option that is unknown in one place belongs.
const HOMES: [(&Table, &str); 6] = [
    (&TOP, "stands at the top of the config"),
    (&LITELLM, "belongs in `litellm_settings`"),
    (&ENTRY, "belongs beside `litellm_params`"),
    (&PARAMS, "belongs in the `litellm_params` of a deployment"),
    (&INFO, "belongs in the `model_info` of a deployment"),
    (&HOST, "belongs in the host, the router's second argument"),
];

impl Reader<'_> {
    /// Reports a name that is not known in its place, and what it may have meant.
    pub(super) fn unknown(&mut self, at: &Path<'_>, name: &str, here: &Table) {
        let near = hint(name, here.meant(), Reach::Slips);
        let home = HOMES
            .iter()
            .find(|(table, _)| matches!(table.kind(name), Some(Kind::Used | Kind::Later)))
            .map(|(_, home)| format!("; it {home}"));
        let prefix = || hint(name, here.meant(), Reach::Prefixes);
        let more = if near.is_empty() { home.unwrap_or_else(prefix) } else { near };
        self.problem(at, format!("unknown option {}{more}", quote(name)));
    }

    /// Reports a word that is none of the known ones, which are given with blanks between them.
    pub(super) fn no_such(&mut self, at: &Path<'_>, what: &str, word: &str, known: &str) {
        let near = hint(word, known.split_ascii_whitespace(), Reach::Prefixes);
        let all = known.replace(' ', ", ");
        self.problem(at, format!("there is no {what} {}{near}; known are {all}", quote(word)));
    }

    /// Is a name that is not known here a slip of one that is?
    pub(super) fn is_slip(name: &str, here: &Table) -> bool {
        nearest(name, &mut here.meant(), Reach::Slips).is_some()
    }

    /// Tells that an option has no effect.
    pub(super) fn without_effect(&mut self, at: &Path<'_>, name: &str, kind: Kind) {
        let name_shown = quote(name);
        let message = match kind {
            Kind::Later => format!("{name_shown} is accepted, and not carried out in this version"),
            Kind::Request => format!("{name_shown} is decided by each request, and ignored here"),
            Kind::Foreign => match reason(name) {
                Some(reason) => format!("{name_shown} has no effect: {reason}"),
                None => format!("{name_shown} has no meaning in a router inside the program, and is ignored"),
            },
            Kind::Used | Kind::Param => return,
        };
        self.report.notice(at, message);
    }

    /// Goes through the names of one object, reports the unknown ones and tells of those without effect.
    pub(super) fn check_keys(&mut self, at: &Path<'_>, members: &Members, table: &Table) {
        for (name, value) in members {
            let at = at.key(name);
            match table.kind(name) {
                // As in Python, `None` is an option that is not given.
                Some(_) if value.is_null() => {}
                Some(kind) => self.without_effect(&at, name, kind),
                None => self.unknown(&at, name, table),
            }
        }
    }
}

/// Why an option has no effect, where that can be said shortly.
fn reason(name: &str) -> Option<&'static str> {
    match name {
        _ if name.starts_with("redis_") || name == "cache_kwargs" => {
            Some("state is shared through the host's `store`")
        }
        "max_retries" => Some("the router alone retries; see `num_retries`"),
        "enable_weighted_failover" => Some("a failed deployment is never tried again before the others"),
        "deployment_affinity_ttl_seconds" => {
            Some("where a call goes is computed, and nothing is kept that could expire")
        }
        "session_affinity_repin_on_failover" => {
            Some("a session goes to the next deployment while its own is out, and back when that is well")
        }
        "include" => Some("no other files are read"),
        _ if name.starts_with("health_check_") || name == "disable_background_health_check" => {
            Some("the router probes nobody by itself; see `probe`")
        }
        "litellm_credential_name" | "credential_list" => Some("give each deployment its `api_key`"),
        _ if name.starts_with("azure_") || matches!(name, "tenant_id" | "client_id" | "client_secret") => {
            Some("tokens of Entra's are asked of the host's `getToken`")
        }
        _ if name.starts_with("aws_") || name.starts_with("vertex_") => {
            Some("its provider is not supported in this version")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, table: &Table) -> String {
        let mut reader = Reader::without_env();
        reader.unknown(&Path::Root.key(name), name, table);
        reader.report.finish().0.remove(0).message
    }

    #[test]
    fn no_option_is_listed_twice_in_a_place() {
        for (table, home) in HOMES.iter().chain([&(&ROUTER, "router")]) {
            let mut seen = std::collections::BTreeSet::new();
            let slices = table.used.iter().chain(table.later).chain(table.foreign).copied();
            let words = slices.chain([table.params, table.request]);
            for word in words.flat_map(str::split_ascii_whitespace) {
                assert!(seen.insert(word), "{word} ({home})");
            }
        }
    }

    #[test]
    fn an_unknown_option_is_told_what_it_may_have_meant() {
        assert!(message("routing_stratgy", &TOP).ends_with("did you mean `routing_strategy`?"));
        assert!(message("fallback", &TOP).ends_with("did you mean `fallbacks`?"));
        assert!(message("api_key", &TOP).contains("litellm_params"));
        assert!(message("request_timeout", &TOP).contains("litellm_settings"));
        assert!(message("weight", &ENTRY).contains("litellm_params"));
        assert!(message("max_body_bytes", &HOST).ends_with("did you mean `maxBodyBytes`?"));
        assert!(message("model_list", &ROUTER).contains("top of the config"));
        assert!(message("trustRequestOptions", &TOP).contains("second argument"));
        assert_eq!(message("zzz", &TOP), "unknown option `zzz`");
    }

    #[test]
    fn a_parameter_of_a_provider_is_no_slip() {
        for name in
            PARAMS.params.split_ascii_whitespace().chain(["mirostat", "typical_p", "tfs_z", "grammar"])
        {
            assert!(PARAMS.kind(name).is_some() || !Reader::is_slip(name, &PARAMS), "{name}");
        }
    }
}
