// The error classes, named as in LiteLLM and in OpenAI's clients, so that `instanceof` and `catch` code moves over.

/** What every error of a call tells, whoever's fault it is. */
export class RouterError extends Error {
  /**
   * @param {string} message
   * @param {Record<string, any>} [facts]
   */
  constructor(message, facts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    /** The HTTP status that says it best. */
    this.status = facts.status ?? 500;
    /** OpenAI's `error.code`, or the provider's own. */
    this.code = facts.code ?? null;
    /** OpenAI's `error.type`, or the provider's own. */
    this.type = facts.type ?? null;
    /** The request parameter that is wrong, if the provider named one. */
    this.param = facts.param ?? null;
    /** Whose fault it is: "caller", "router" or "upstream". */
    this.side = facts.side ?? "router";
    /** The id of the deployment that failed last; `null` if nothing was sent. */
    this.deployment = facts.deployment ?? null;
    /** Every send of the call, in order. */
    this.attempts = facts.attempts ?? [];
    /** How long to wait before another call may succeed; `null` if unknown. */
    this.retryAfterMs = facts.retryAfterMs ?? null;
    /** The id of the call; `null` if it did not begin. */
    this.callId = facts.callId ?? null;
    /** What Azure says of content that it refused: its `innererror`. @type {any} */
    if (facts.inner) this.innererror = JSON.parse(facts.inner);
    /** Every choice of the call, where `explain` asked for it. @type {any} */
    if (facts.decision !== undefined) this.decision = facts.decision;
    /** What each of several calls failed of, where there were several. @type {RouterError[] | undefined} */
    if (facts.errors !== undefined) this.errors = facts.errors;
  }

  get name() {
    return this.constructor.name;
  }
}

export class BadRequestError extends RouterError {}
/** The provider cannot do what a parameter asks for, and nobody of the group could. */
export class UnsupportedParamsError extends BadRequestError {}
export class ContextWindowExceededError extends BadRequestError {}
export class ContentPolicyViolationError extends BadRequestError {}
export class AuthenticationError extends RouterError {}
export class PermissionDeniedError extends RouterError {}
export class NotFoundError extends RouterError {}
export class RateLimitError extends RouterError {}
export class Timeout extends RouterError {}
export class APIError extends RouterError {}
export class APIConnectionError extends APIError {}
export class InternalServerError extends APIError {}
export class ServiceUnavailableError extends APIError {}
/** Nobody of the group may be used now; `retryAfterMs` tells how long. */
export class NoDeploymentsAvailable extends RouterError {}
/** A function of the host's has failed, and `hookFailure` is "closed"; `param` is its name. */
export class HookFailedError extends RouterError {}
/** A bug of the router itself. */
export class InternalError extends RouterError {}

/**
 * What was thrown inside the router, as an error of its own: a freed router, or a trap.
 * @param {unknown} cause
 */
export function internal(cause) {
  if (cause instanceof RouterError) return cause;
  return new InternalError("the router failed, or was freed", { status: 500, code: "internal_error", type: "router_error", cause });
}

/** The caller's signal was aborted. Its `name` is "AbortError", as for `fetch`. */
export class CancelledError extends RouterError {
  get name() {
    return "AbortError";
  }
}

/** A config with mistakes: all of them, as `{path, message}`. Never echoes a credential. */
export class ConfigError extends Error {
  /** @param {{path: string, message: string}[]} problems */
  constructor(problems) {
    const lines = problems.map(({ path, message }) => `  ${path || "config"}: ${message}`);
    const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
    super(`the config has ${count}:\n${lines.join("\n")}`);
    this.problems = problems;
  }

  get name() {
    return "ConfigError";
  }
}

/** @type {Record<string, typeof RouterError>} */
export const classes = {
  BadRequestError,
  UnsupportedParamsError,
  ContextWindowExceededError,
  ContentPolicyViolationError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  RateLimitError,
  Timeout,
  APIError,
  APIConnectionError,
  InternalServerError,
  ServiceUnavailableError,
  NoDeploymentsAvailable,
  HookFailedError,
  InternalError,
  AbortError: CancelledError,
};

/**
 * Makes an error of what the core tells of a fault.
 * @param {Record<string, any>} fault
 * @param {Record<string, any>} [more]
 */
export function errorOf(fault, more) {
  const Class = classes[fault.class] ?? RouterError;
  return new Class(fault.message, { ...fault, ...more });
}
