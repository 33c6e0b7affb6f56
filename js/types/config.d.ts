import type { CacheParams } from "./cache.js";
import type { Experiment } from "./experiments.js";
import type { FileSettings } from "./files.js";
import type { Budget, Dollars, Duration } from "./money.js";
import type { ErrorRule, FaultWord, Hedging, Mock, RetryPolicy, StreamRules, TimeLimits } from "./options.js";
import type { FilterInfo, FilterSettings } from "./rules.js";

/** A value that is read from the environment when the router is constructed: `"os.environ/OPENAI_API_KEY"`. */
export type EnvReference = `os.environ/${string}`;

/**
 * A router's arguments as LiteLLM's `Router` takes them, or a whole `config.yaml` as an object. An option that stands in
 * several places is taken from the first that has it: here, then `router_settings`, then `litellm_settings`.
 * What is accepted without effect is listed in `Router.notices`; `docs/PARITY.md` has the list of all options.
 */
export interface RouterConfig extends RouterSettings {
  /** The deployments, at most 65,000. An empty list is one that is filled later. */
  model_list: readonly Deployment[];
  /** Settings of a `config.yaml`. */
  router_settings?: RouterSettings;
  /** Settings of a `config.yaml`; the only place for the router's `request_timeout`, which stands in for `timeout`, for `cache` and for `turn_off_message_logging`. */
  litellm_settings?: RouterSettings & {
    request_timeout?: number | EnvReference;
    /** Record nothing of what is said, whatever the host says. Default false. */
    turn_off_message_logging?: boolean | EnvReference;
    /** As `cache_responses`. */
    cache?: boolean | EnvReference;
    cache_params?: CacheParams;
  };
  /** Settings of LiteLLM's server. None of them has an effect here. */
  general_settings?: Record<string, unknown>;
  /** Variables that `os.environ/…` finds before it looks at the host's `env`. */
  environment_variables?: Record<string, string | number | boolean | null>;
}

/** What counts for all deployments. `null` is an option that is not given. */
export interface RouterSettings extends FileSettings, TimeLimits, StreamRules, FilterSettings {
  /** Other names for groups, followed to their end; `hidden` keeps one out of `/v1/models`. */
  model_group_alias?: Record<string, string | { model: string; hidden?: boolean }>;
  /** Request parameters, headers and time limits of every deployment that has none of its own. */
  default_litellm_params?: CommonParams;
  /** LiteLLM's name for `mid_stream: "continue"`. */
  enable_mid_stream_fallback_continuation?: boolean;
  /** Leave out parameters that a provider cannot carry out, instead of passing it over. Default false. */
  drop_params?: boolean;
  /** Leave a deployment with a mistake out, with a notice, instead of refusing the config. Default false. */
  ignore_invalid_deployments?: boolean | EnvReference;
  /** Attempts after the first, within one group. 0 or more. Default 2. */
  num_retries?: number | string;
  /** The shortest wait before a deployment that failed in the same call is tried again, in seconds. Default 0. */
  retry_after?: number | EnvReference;
  /** How many other groups one call may move to. Default 5. */
  max_fallbacks?: number | EnvReference;
  /** Sends in one call, whatever their cause. 1 or more. Default 20. */
  max_attempts?: number | EnvReference;
  /** Where a call goes when its group has failed. */
  fallbacks?: readonly FallbackEntry[];
  /** The list for every group without one in `fallbacks`; joins its `"*"`. The first that may be used answers a model that nobody knows, as if it had been asked for. */
  default_fallbacks?: readonly FallbackTarget[];
  /** Tried before `fallbacks` when the prompt does not fit the context window. */
  context_window_fallbacks?: readonly FallbackEntry[];
  /** The only list for content that the provider refused. */
  content_policy_fallbacks?: readonly FallbackEntry[];
  /** The faults that lead to `fallbacks`; an empty list is none. Default: all that may be mended elsewhere. */
  fallback_on?: readonly FaultWord[];
  /** Retries by class of error, instead of `num_retries`. Default: none. */
  retry_policy?: RetryPolicy<number | string>;
  /** By group or alias: stands in for the whole `retry_policy`. Default: none. */
  model_group_retry_policy?: Record<string, RetryPolicy<number | string>>;
  /** What errors of providers are, before the built-in tables are asked; the first rule that holds counts. Default: none. */
  error_rules?: readonly ErrorRule[];
  /** A second send beside a slow first one. Default false. */
  hedging?: Hedging | EnvReference;
  /** How long a deployment that failed is left alone, in seconds; 0 is never. Default 5. */
  cooldown_time?: number | EnvReference;
  /** Leave no deployment alone, whatever happens. Default false. */
  disable_cooldowns?: boolean | EnvReference;
  /** Failures of a minute that a deployment may have before it is left alone. Default: the share of its calls that failed decides. */
  allowed_fails?: number | EnvReference;
  /** As `allowed_fails`, by class of error. */
  allowed_fails_policy?: AllowedFailsPolicy;
  /** Who is used when all deployments of a group are left alone: nobody, or the one whose last failure is longest ago. Default "error". */
  when_all_down?: "error" | "least_recently_failed";
  /** How long what `setHealth` tells counts, in seconds. Default 600. */
  health_check_staleness_threshold?: number | EnvReference;
  /** Calls in flight at once of a deployment that has no `max_parallel_requests`; 0 is no cap. Default: none. */
  default_max_parallel_requests?: number | EnvReference;
  /**
   * "hard": a deployment that is at its `rpm`, `tpm`, `itpm` or `otpm` is passed over. "soft": they are shares of the traffic
   * only. Default "hard" with a usage, cost or latency `routing_strategy`, with `enable_pre_call_checks`, and with
   * "enforce_model_rate_limits"; else "soft".
   */
  limit_mode?: "hard" | "soft";
  /**
   * "enforce_model_rate_limits" has the effect of `limit_mode: "hard"`; budgets bind without "router_budget_limiting". By
   * "session_affinity", "prompt_caching" and "deployment_affinity" calls stay with a deployment: by the `sessionId`, the
   * beginning of the conversation (up to the first message of the user's) and the `tenant`, the first that is there. Each key
   * has its deployment by weight, in every isolate the same, and nothing is kept; while that one is out, full, or has half as
   * many sends more than its share, the key goes to its next one. The others are accepted with a notice.
   */
  optional_pre_call_checks?: readonly PreCallCheck[];
  /** By group or alias: which affinities its calls have, instead of those of `optional_pre_call_checks`. */
  model_group_affinity_config?: Record<string, readonly PreCallCheck[] | null>;
  /**
   * A/B groups. The calls to `model` are shared out among the variants by weight. A user stays with a variant: told apart by the
   * `user` of the request, else the `tenant`, the `sessionId`, the beginning of the conversation; who is known by nothing is
   * drawn anew. Default: none.
   */
  experiments?: readonly Experiment[];
  /**
   * What providers may cost, by their names. A provider that has spent its budget is passed over until the period is over; so
   * is one for whom a call is too much, if it may cost more than what is left beside the calls under way. Counted are calls
   * whose price is known.
   */
  provider_budget_config?: Record<string, Budget | null>;
  /** What calls with a tag may cost, by the tags: see `tags` of a call. */
  tag_budget_config?: Record<string, Budget | null>;
  /** Calls without a `priority` wait with this one where every deployment is full; 0 is the most urgent. Default: they do not wait. */
  default_priority?: number | EnvReference;
  /** Who is told of calls that were answered. Default: nobody. */
  success_callback?: CallbackName | readonly CallbackName[];
  /** Who is told of calls that failed or were given up. Default: nobody. */
  failure_callback?: CallbackName | readonly CallbackName[];
  /** Who is told of both. Default: nobody. */
  callbacks?: CallbackName | readonly CallbackName[];
  /**
   * Keep answers, and show them again to who asks exactly the same of the same group: before anything is sent, and without a move
   * of any limit or circuit. Streams are kept when they have ended as they should; errors, and answers of fallbacks, never. A
   * change of the group's deployments or keys begins anew. See also `tenant` of a call. Default false.
   */
  cache_responses?: boolean | EnvReference;
  /** Lists of groups that share their answers. Default: none. */
  caching_groups?: readonly (readonly string[])[];
  /** How one of several deployments is picked. Default "simple-shuffle". One that is not carried out is accepted with a notice, an unknown one is a mistake. */
  routing_strategy?: RoutingStrategy | (string & {});
  /** What "latency-based-routing" goes by. */
  routing_strategy_args?: RoutingStrategyArgs;
  /** Groups that are routed by a strategy of their own, and called together by one name. A group may be in one of them, beside any that go by priority. Default: none. */
  routing_groups?: readonly RoutingGroup[];
  /** Other options of LiteLLM are accepted with a notice; a name that nobody knows is a mistake. */
  [option: string]: unknown;
}

/**
 * A service that is told of calls. Another name is accepted with a notice, and so is one whose variables are not set:
 * "otel" needs `OTEL_EXPORTER_OTLP_ENDPOINT`, "langfuse" `LANGFUSE_PUBLIC_KEY` and `LANGFUSE_SECRET_KEY`, "helicone"
 * `HELICONE_API_KEY`.
 */
export type CallbackName = "otel" | "langfuse" | "langfuse_otel" | "helicone" | (string & {});

/**
 * The strategies that are known. Of equals one is drawn. Carried out are:
 * - "simple-shuffle": at random, in proportion to the weights;
 * - "round-robin": in turn, in proportion to the weights, spread evenly;
 * - "least-busy": who has the fewest requests under way;
 * - "latency-based-routing": who has been the fastest: of streams to their first content, of whole answers by the token, of
 *   embeddings as a whole. Failures count as ten times the usual. A hundredth of the calls goes to who has not been timed of late;
 * - "cost-based-routing": for whom this request is thought to cost the least, by its tokens and the bound of its answer; who has
 *   no price comes last;
 * - "usage-based-routing" and "usage-based-routing-v2": who has used the fewest tokens in the last minute;
 * - "peak-ewma": of two that are drawn, who keeps a request waiting for the shorter time, by a mean that follows slow answers at
 *   once and fast ones slowly, times the requests under way. Weights count for nothing;
 * - "adaptive": whose answers are liked, as far as `feedback` says so. A score is drawn for each from what is believed of it,
 *   and the highest is taken: who is little known is tried often. The last hundred scores of a group count, older ones less;
 * - "custom": whom the host's `customRoutingStrategy` names.
 */
export type RoutingStrategy =
  | "simple-shuffle"
  | "least-busy"
  | "usage-based-routing"
  | "usage-based-routing-v2"
  | "latency-based-routing"
  | "cost-based-routing"
  | "provider-budget-routing"
  | "lar1"
  | "round-robin"
  | "custom"
  | "peak-ewma"
  | "adaptive";

/** What "latency-based-routing" goes by. */
export interface RoutingStrategyArgs {
  /** How long a time counts, in seconds. Default 3600. */
  ttl?: number | EnvReference;
  /** By how much of the shortest time another one may be longer and be taken alike: 0.5 is half. Default 0. */
  lowest_latency_buffer?: number | EnvReference;
  /** How many times count, up to 64; of those, older ones less: half after five seconds. Default 10. */
  max_latency_list_size?: number | EnvReference;
  /** Of streams, this share of the times counts and not their mean: 0.9 is the time within which 9 of 10 began. Default: the mean. */
  ttft_percentile?: number | EnvReference;
}

/** Some groups, how they are routed, and the name by which they are one. */
export interface RoutingGroup {
  /**
   * Callable as a model: all deployments of `models`, chosen among as those of one group. No other group's name; but where it
   * is the only one of `models`, the two are one.
   */
  group_name: string;
  /** Groups, aliases, patterns and names that patterns match. The deployments of a pattern have no model to be called by the name. */
  models: readonly string[];
  /** How a deployment is picked, under the name and under each of `models`; "priority": under the name alone, by `model_priorities`. Default: the router's. */
  routing_strategy?: RoutingStrategy | "priority" | (string & {});
  /** Default: the router's. */
  routing_strategy_args?: RoutingStrategyArgs;
  /** With "priority", the level of each model: those of a higher one get traffic when none of a lower one may be used. A model without one comes last. */
  model_priorities?: Readonly<Record<string, number>>;
}

/** LiteLLM's checks before a call. */
export type PreCallCheck =
  | "enforce_model_rate_limits"
  | "prompt_caching"
  | "router_budget_limiting"
  | "responses_api_deployment_check"
  | "deployment_affinity"
  | "session_affinity"
  | "forward_client_headers_by_model_group"
  | "encrypted_content_affinity";

/** How many failures of a minute a deployment may have, by class of error. */
export interface AllowedFailsPolicy {
  /** 400, 413, 422. */
  BadRequestErrorAllowedFails?: number | string;
  /** 401 and 403. */
  AuthenticationErrorAllowedFails?: number | string;
  /** 408, 504, and the router's own time limits. */
  TimeoutErrorAllowedFails?: number | string;
  /** 429. */
  RateLimitErrorAllowedFails?: number | string;
  /** Content that the provider refused. */
  ContentPolicyViolationErrorAllowedFails?: number | string;
  /** Other 5xx, no connection, and what is no answer. */
  InternalServerErrorAllowedFails?: number | string;
  /** 503 and 529. */
  ServiceUnavailableErrorAllowedFails?: number | string;
  /** 502. */
  BadGatewayErrorAllowedFails?: number | string;
  /** 404. */
  NotFoundErrorAllowedFails?: number | string;
}

/**
 * A group, an alias, a pattern or a name that one matches (or `"*"`: every group without a list of its own) and its
 * targets, in order. Exactly one member. A name counts with and without its provider.
 */
export type FallbackEntry = Record<string, readonly FallbackTarget[]>;

/**
 * A group, an alias, a name that a pattern matches, or the id or model of a deployment. Members beside `model` replace those of the request, for this target alone;
 * options of the router or of a deployment, and `stream`, may not stand there.
 */
export type FallbackTarget = string | { model: string; [override: string]: unknown };

/** One endpoint: a model at a provider, with its key. */
export interface Deployment {
  /**
   * The group: the name that callers ask for. Deployments with the same name share its calls. At most 512 bytes. With a
   * `*` it is a pattern: what the star stands for fills the star of `litellm_params.model`.
   */
  model_name: string;
  litellm_params: LitellmParams;
  model_info?: ModelInfo;
  /** As in `litellm_params`; this place is looked at first. */
  rpm?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at first. */
  tpm?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at first. */
  itpm?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at first. */
  otpm?: number | EnvReference;
  /** Known options are accepted with a notice, others are a mistake. */
  [option: string]: unknown;
}

/** What every deployment may be given at once. */
export interface CommonParams extends TimeLimits {
  /** As `timeout`, which is looked at first. */
  request_timeout?: number | EnvReference;
  /** Headers of every request, as secret as a key. Those of the connection, such as `host`, may not be set. */
  extra_headers?: Record<string, string>;
  /** As `extra_headers`, where there are none. */
  headers?: Record<string, string>;
  /** Request parameters, whatever they are called. */
  extra_body?: Record<string, unknown>;
  /** Request parameters, for requests that do not set them. */
  [parameter: string]: unknown;
}

/** How a deployment is reached, and how much of its group's traffic it gets. */
export interface LitellmParams extends CommonParams, Mock<number | EnvReference> {
  /** "provider/model". The providers are those of docs/PROVIDERS.md; anything else that speaks OpenAI's API is openai/<model> with an `api_base`. */
  model: string;
  /** The provider, where `model` does not begin with it. */
  custom_llm_provider?: string;
  /** Default: at the provider's own address, that of the environment, such as `OPENAI_API_KEY`; elsewhere none. A mock needs none. */
  api_key?: string;
  /**
   * The address, up to but without `/chat/completions`; anthropic's with or without `/v1`; gemini's up to but without
   * `/models`, or the host alone; azure's is that of the resource, or what the portal shows. Default: that of the environment, such as `OPENAI_BASE_URL`, or the provider's own.
   */
  api_base?: string;
  /** Azure's version: a date, or "v1", "preview" or "latest" for the addresses that need none. Default: the environment's `AZURE_API_VERSION`, or 2025-02-01-preview. */
  api_version?: string;
  /** A token of Entra's for Azure, where there is no `api_key`. Default: the host's `getToken` is asked, or the environment's `AZURE_AD_TOKEN` used. */
  azure_ad_token?: string;
  /** As `api_base`, where there is none. */
  base_url?: string;
  /** Sent as `openai-organization`. A list makes one deployment of each. */
  organization?: string | readonly string[];
  /**
   * Groups to which a copy of each call that is first sent here goes. Its answer is thrown away, and the call does not know of
   * it: it is a call of its own, with one send, 60 s and its own cost, and its events say `shadow_of`. At most 16 are under way.
   */
  silent_model?: string | readonly string[];
  /** Our own: the share of the calls that is copied, from 0 to 1. Default 1. */
  silent_share?: number | EnvReference;
  /** Its share of the traffic beside the other weights of the group. Default 1; 0 is no traffic at all. */
  weight?: number | EnvReference;
  /** A level: deployments of a higher one get traffic when none of a lower one may be used. Default: after all levels. */
  order?: number | EnvReference;
  /** Requests a minute: a bound as far as `limit_mode` says. Stands in for the weights where every candidate has one and none a weight. */
  rpm?: number | EnvReference;
  /** Tokens a minute: a bound as far as `limit_mode` says. Stands in for the weights where every candidate has one and none a weight or all an `rpm`. */
  tpm?: number | EnvReference;
  /** Tokens of requests a minute, as far as `limit_mode` says. */
  itpm?: number | EnvReference;
  /** Tokens of answers a minute, as far as `limit_mode` says. */
  otpm?: number | EnvReference;
  /** What it may cost in a `budget_duration`, with all models that it serves. Both are needed. */
  max_budget?: Dollars;
  /** See `max_budget`. */
  budget_duration?: Duration;
  /** Retries of calls in which this deployment is the first to fail. Default: the router's. */
  num_retries?: number | string;
  /** The same by class of error. */
  retry_policy?: RetryPolicy<number | string>;
  /** Leave out parameters that its provider cannot carry out, instead of passing it over. Default: the router's. */
  drop_params?: boolean;
  /** Members of requests that are left out in any case; whole ones, no paths. */
  additional_drop_params?: readonly string[];
  /** Members of requests that pass as they are, whatever is known of the provider. */
  allowed_openai_params?: readonly string[];
  /** How long it is left alone after a failure, in seconds; 0 is never. Default: the router's. */
  cooldown_time?: number | EnvReference;
  /** Where it is, for calls with `allowed_model_region`. It tells deployments apart that are the same otherwise. */
  region_name?: string;
  /** Which requests it is for: see `tags` of a call. "default" is for those that nobody else has the tag of. */
  tags?: string | readonly string[];
  /** Calls in flight at once; one that has so many is passed over. 0 is no cap. Default: the router's. */
  max_parallel_requests?: number | EnvReference;
}

/** What is known about a deployment. Names that mean nothing here are the user's own. */
export interface ModelInfo extends FilterInfo {
  /** Its id, in metadata, errors and the store; no other deployment's. Default: 32 hex digits, the same at every start, made of nothing secret. */
  id?: string | number;
  /** As in `litellm_params`, which is looked at first. */
  weight?: number | EnvReference;
  /** As in `litellm_params`, which is looked at first. */
  order?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at last. */
  rpm?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at last. */
  tpm?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at last. */
  itpm?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at last. */
  otpm?: number | EnvReference;
  /** As in `litellm_params`, which is looked at first. */
  max_parallel_requests?: number | EnvReference;
  /** As in `litellm_params`; this place is looked at first. */
  cooldown_time?: number | EnvReference;
  /** Beats the router's. */
  allowed_fails?: number | EnvReference;
  /** Beats its `allowed_fails` and the router's policy. */
  allowed_fails_policy?: AllowedFailsPolicy;
  /** Its model goes on from a text that is sent as the assistant's last message. Default: what is known of the model. */
  supports_assistant_prefill?: boolean;
  /** The most tokens that its model reads. Beats the price table, as the rest does. */
  max_input_tokens?: number | EnvReference;
  /** The most tokens that its model writes. */
  max_output_tokens?: number | EnvReference;
  /** What its model is for: "chat", "embedding" and so on. */
  mode?: string;
  [name: string]: unknown;
}

/** Something about the config, and where. */
export interface ConfigProblem {
  /** `model_list[2].litellm_params.weight`; options of the host begin with `host.`; empty for the config itself. */
  path: string;
  /** One sentence. Never holds a credential. */
  message: string;
}
