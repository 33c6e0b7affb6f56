import type { CacheControl } from "./cache.js";
import type { FallbackEntry, FallbackTarget, RoutingStrategy } from "./config.js";

/**
 * Time limits, in seconds; fractions count, and the longest is about 24 days. A request's value beats the deployment's,
 * which beats `default_litellm_params` and the router's. In a config `"os.environ/NAME"` may stand for each.
 */
export interface TimeLimits<Seconds = number | `os.environ/${string}`> {
  /** One attempt, from send to the last byte; for streams see `stream_timeout`. More than 0. Default: none. */
  timeout?: Seconds;
  /** For streams: one attempt, from send to the first content. More than 0. Default: `timeout`. */
  stream_timeout?: Seconds;
  /** One attempt, from send to the response head; 0 is no limit. Default: none. */
  headers_timeout?: Seconds;
  /** For streams, as `stream_timeout`; the shorter of the two counts, and 0 is no limit. Default: 60 where neither is set. */
  first_token_timeout?: Seconds;
  /** For streams: the longest silence after the first content; 0 is no limit. Default 60. */
  idle_timeout?: Seconds;
  /** The whole call: its waits, retries and fallbacks, and a stream to its end; 0 is no limit. A deployment's own counts from its first send on. Default 600. */
  deadline?: Seconds;
}

/** What is done with streams. A request's word beats the router's. */
export interface StreamRules {
  /**
   * What follows when a stream breaks after the caller has seen a part of it. "error": it ends with the error. "restart":
   * a marker, and then another deployment's answer from its beginning. "continue": a marker, and then the rest of the text
   * by a deployment that can go on from it (`supports_assistant_prefill`); an error within tool calls, reasoning and
   * structured output, and where nobody can. A marker is a chunk without choices whose `switchman` is a `StreamMarker`.
   * Default "error".
   */
  mid_stream?: "error" | "restart" | "continue";
  /**
   * When a stream is the caller's, so that another deployment can no longer take over unseen: with its first content,
   * or with the response head, for callers behind proxies that do not wait. Default "content".
   */
  commit?: "content" | "head";
  /**
   * How far a stream over `fetch` is watched: to its end; until it commits, and no further; or not at all, so that a head
   * of 2xx is an answer and its body is handed on. Objects, translated streams, and those that may be gone on with are
   * read in any case. Default "full".
   */
  observe?: "full" | "head" | "off";
  /** Whether a stream over `fetch` is made to tell its usage even where the caller does not ask. Default "asked". */
  stream_usage?: "asked" | "always";
}

/** In a stream: from here on another deployment answers. */
export interface StreamMarker {
  /** "restart": what came before is void. "continue": what follows belongs behind it. */
  event: "restart" | "continue";
  /** "provider/model" of the deployment that answers now. */
  model_used: string;
  /** Its position in `attempts`. */
  attempt: number;
}

/** How often calls are tried again, by class of error. The most exact class that has a number decides. */
export interface RetryPolicy<Count = number> {
  /** 400, 413, 422, and with them what is too long or refused, unless that has a number of its own. */
  BadRequestErrorRetries?: Count;
  /** 401 and 403. */
  AuthenticationErrorRetries?: Count;
  /** 408, 504, and the router's own time limits. */
  TimeoutErrorRetries?: Count;
  /** 429. */
  RateLimitErrorRetries?: Count;
  /** Content that the provider refused. */
  ContentPolicyViolationErrorRetries?: Count;
  /** Other 5xx, no connection, and what is no answer. */
  InternalServerErrorRetries?: Count;
  /** 503 and 529. */
  ServiceUnavailableErrorRetries?: Count;
  /** 502. */
  BadGatewayErrorRetries?: Count;
  /** 404. */
  NotFoundErrorRetries?: Count;
  /** Every class without a number of its own. */
  DefaultRetries?: Count;
}

/** What an error is for which all conditions hold. It needs a `status`, a `code` or `message_contains`. */
export interface ErrorRule {
  /** The provider that answered. Default: any. */
  provider?: string;
  /** The status of its answer. Errors inside a 200 or a stream have none. */
  status?: number;
  /** The code or the type in the body, without regard to case. */
  code?: string;
  /** A part of the message, without regard to case. */
  message_contains?: string;
  /** What it is. Of a word for several kinds the first counts: "server" is no answer of 503, and "auth" is one of 401. */
  kind: FaultWord;
}

/** Faults, by our words or by the names of error classes. */
export type FaultWord =
  | "rate_limit"
  | "quota"
  | "server"
  | "timeout"
  | "connection"
  | "auth"
  | "not_found"
  | "context_window"
  | "content_policy"
  | "bad_request"
  | "unsupported"
  | "RateLimitError"
  | "InternalServerError"
  | "ServiceUnavailableError"
  | "APIError"
  | "Timeout"
  | "APIConnectionError"
  | "AuthenticationError"
  | "PermissionDeniedError"
  | "NotFoundError"
  | "ContextWindowExceededError"
  | "ContentPolicyViolationError"
  | "BadRequestError"
  | "UnsupportedParamsError";

/** A second send beside a slow first one: after the time that the first content usually takes, or after so many milliseconds. */
export type Hedging = boolean | { after_ms: number | `os.environ/${string}` };

/** An answer without a provider, for tests. */
export interface Mock<Seconds = number> {
  /** The text of the answer; nothing is sent. */
  mock_response?: string;
  /** How long the mock takes, in seconds; only beside one of the other two. Default 0. */
  mock_delay?: Seconds;
  /** Take no answer to come before the time limit; nothing is sent. Default false. */
  mock_timeout?: boolean;
}

/**
 * How one call is routed. In process these keys may also stand inside the request; they never reach the provider.
 * A mistake in them fails the call with a `BadRequestError` before anything is sent.
 */
export interface Steering extends TimeLimits<number>, StreamRules, Mock {
  /** As `timeout`, which is looked at first. */
  request_timeout?: number;
  /**
   * What the call is for: where one of these has a budget, the call counts for it. Where the config goes by tags, it is
   * served by deployments that have one of them: `a`, `a&b` for both, `&a` for one that is needed, `!a` for one that must not
   * be there. `metadata.tags` does as well.
   */
  tags?: readonly string[];
  /** Go by tags in this call, whatever the config does. Default false: as the config says. */
  enable_tag_filtering?: boolean;
  /** The regions that the call may be served in: one of them has to be the `region_name` of the deployment. Also for fallbacks and for one that is named by its id. */
  allowed_model_region?: string | readonly string[];
  /** Attempts after the first, within one group. Default: the deployment's, else the router's. */
  num_retries?: number;
  /** Sends in this call, whatever their cause. 1 or more. Default: the router's. */
  max_attempts?: number;
  /** How many other groups this call may move to. Default: the router's. */
  max_fallbacks?: number;
  /** Instead of the router's lists. Plain names are for whichever group the call is in. */
  fallbacks?: readonly (FallbackTarget | FallbackEntry)[];
  /** Instead of the router's lists. */
  context_window_fallbacks?: readonly (FallbackTarget | FallbackEntry)[];
  /** Instead of the router's lists. */
  content_policy_fallbacks?: readonly (FallbackTarget | FallbackEntry)[];
  /** The faults that lead to `fallbacks`; an empty list is none. Default: the router's. */
  fallback_on?: readonly FaultWord[];
  /** Retries by class of error. This call's `num_retries` beats it. Default: the deployment's, the group's, the router's. */
  retry_policy?: RetryPolicy<number | string>;
  /** A second send beside a slow first one. Default: the router's. */
  hedging?: Hedging;
  /**
   * How one of several deployments is picked, in every group that the call comes to. What limits are stays as it is. What
   * "usage-based-routing" goes by is counted from the first call on that asks for it. Default: the routing group's, else the router's.
   */
  routing_strategy?: RoutingStrategy;
  /** Wait for a place where every deployment is full, the lowest number first; 0 is the most urgent. Default: the router's. */
  priority?: number;
  /** Stay in the group that was asked for. Default false. */
  disable_fallbacks?: boolean;
  /** Leave out parameters that a provider cannot carry out, instead of asking another one. Default: the deployment's, else the router's. */
  drop_params?: boolean;
  /** Members of the request that are left out wherever it goes; whole ones, no paths. */
  additional_drop_params?: readonly string[];
  /** Members of the request that pass as they are, whatever is known of a provider. */
  allowed_openai_params?: readonly string[];
  /** Show an answer that was kept, and keep the answer? Over `fetch` it only turns that off. Default: the router's `cache_responses`. */
  caching?: boolean;
  /** What becomes of the answer. */
  cache?: CacheControl;
  /** The model is the `litellm_params.model` of deployments, and no group, alias or id. Default false. */
  specific_deployment?: boolean;
  /** Take the first group to have failed, to see where a call goes then. Default false. */
  mock_testing_fallbacks?: boolean;
  /** Take the first group to have refused the prompt's length. Default false. */
  mock_testing_context_fallbacks?: boolean;
  /** Take the first group to have refused the content. Default false. */
  mock_testing_content_policy_fallbacks?: boolean;
  /** Take each deployment to have answered 429, to see what retries and cooldowns do then. Default false. */
  mock_testing_rate_limit_error?: boolean;
}

/** What stands beside a request. */
export interface CallOptions extends Steering {
  /** Aborting it ends the call with an error named "AbortError", and cancels the upstream. */
  signal?: AbortSignal | null;
  /**
   * Keeps a request alive, as a Worker's `ctx.waitUntil` does: it is handed a promise that the store and the callbacks have been
   * told of this call, which is done at its end then, and not with others'. Not needed where the host's `waitUntil` serves.
   */
  waitUntil?: (promise: Promise<unknown>) => void;
  /** As `deadline`, in milliseconds, and looked at first. */
  deadlineMs?: number;
  /** Keep a record of every choice. No answer that was kept is shown then. Default false. */
  explain?: boolean;
  /** The session that the call belongs to: see `optional_pre_call_checks`. Callbacks are told of it. */
  sessionId?: string;
  /** For whom the call is made: answers that are kept are never shown to another one. At most 512 bytes. Default: nobody in particular. */
  tenant?: string;
}
