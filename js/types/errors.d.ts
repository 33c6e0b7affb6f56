import type { ConfigProblem } from "./config.js";
import type { Decisions } from "./insight.js";
import type { Attempt } from "./meta.js";

/** What is known of an error besides its message. */
export interface ErrorFacts {
  status?: number;
  code?: string | null;
  type?: string | null;
  param?: string | null;
  side?: "caller" | "router" | "upstream";
  deployment?: string | null;
  attempts?: Attempt[];
  retryAfterMs?: number | null;
  callId?: string | null;
  decision?: Decisions;
  errors?: RouterError[];
  cause?: unknown;
}

/**
 * An error of a call. The router has done all it may: trying again at once does not help. Classes have the names that
 * LiteLLM and OpenAI's clients use; `name` is the name of the class.
 */
export class RouterError extends Error {
  constructor(message: string, facts?: ErrorFacts);
  /** The HTTP status: the provider's own where it fits the error. */
  readonly status: number;
  /** OpenAI's `error.code`: the provider's own where it gave one, such as "context_length_exceeded". */
  readonly code: string | null;
  /** OpenAI's `error.type`: the provider's own where it gave one. */
  readonly type: string | null;
  /** The parameter of the request that is wrong, if the provider named one. */
  readonly param: string | null;
  /** What Azure says of content that its filters have caught. */
  readonly innererror?: unknown;
  /** Whose fault it is: the request's, the router's (its limits, its state), or the provider's and the way to it. */
  readonly side: "caller" | "router" | "upstream";
  /** The id of the deployment that was tried last; `null` if nothing was sent. */
  readonly deployment: string | null;
  /** Every send of the call, in order. */
  readonly attempts: Attempt[];
  /** After which time another call may succeed, in milliseconds; `null` if nobody said so. */
  readonly retryAfterMs: number | null;
  /** The id of the call; `null` if it did not begin. */
  readonly callId: string | null;
  /** Every choice of the call, where `explain` asked for it. */
  readonly decision?: Decisions;
  /** Of `fastest`: what each of the calls failed of, in the order of the models. */
  readonly errors?: RouterError[];
  /** What the host's `fetch` threw last, or the reason of the caller's signal. */
  readonly cause?: unknown;
}

/** 400, 422, 405, and 413: the request is wrong, and would be everywhere. */
export class BadRequestError extends RouterError {}
/** 400: the prompt does not fit the context window of the model. */
export class ContextWindowExceededError extends BadRequestError {}
/** 400: the provider refused the content. */
export class ContentPolicyViolationError extends BadRequestError {}
/** 401: the provider refused the key. */
export class AuthenticationError extends RouterError {}
/** 403: the key may not do this. */
export class PermissionDeniedError extends RouterError {}
/** 404: no such model, here or at the provider; over `fetch` also no such path. */
export class NotFoundError extends RouterError {}
/** 429: too many requests or tokens, or (`code` "insufficient_quota", 402 too) the account is empty. */
export class RateLimitError extends RouterError {}
/** 408: one of the time limits, or the provider's own. */
export class Timeout extends RouterError {}
/** 502: what came back is no answer. */
export class APIError extends RouterError {}
/** 502: no answer came back; `cause` is what `fetch` threw. */
export class APIConnectionError extends APIError {}
/** 500: the provider failed. */
export class InternalServerError extends APIError {}
/** 503, 529: the provider has no capacity. */
export class ServiceUnavailableError extends APIError {}
/** No deployment of the group can do what a parameter of the request asks for; `drop_params` would leave it out. */
export class UnsupportedParamsError extends BadRequestError {}
/** 429: nobody of the group may be used now. The message tells why, for each deployment; `retryAfterMs` how long the shortest wait is. */
export class NoDeploymentsAvailable extends RouterError {}
/**
 * 500: a function of the host's has failed, or said nothing in time, and `hookFailure` is "closed". `code` is "hook_failed", and
 * `param` the name of the function; what it has thrown is not told.
 */
export class HookFailedError extends RouterError {}
/** 500: a bug of the router itself. */
export class InternalError extends RouterError {}

/** 499: the caller's signal was aborted; `cause` is its reason. Its name is that of any aborted `fetch`. */
export class CancelledError extends RouterError {
  readonly name: "AbortError";
}

/** A config with mistakes: all of them, not the first one only. The message lists them too. */
export class ConfigError extends Error {
  constructor(problems: ConfigProblem[]);
  readonly problems: ConfigProblem[];
}
