// The router's errors as those of the AI SDK, which knows its own by symbols of the global registry.

const ANY = Symbol.for("vercel.ai.error");
const mark = (name) => Symbol.for(`vercel.ai.error.${name}`);

/** Marks a class as one of the AI SDK's. */
function asKnown(Class, name) {
  for (const [key, value] of [[ANY, true], [mark(name), true], ["name", name]]) {
    Object.defineProperty(Class.prototype, key, { value, configurable: true, writable: true });
  }
}

/** There is nothing of this name. */
export class NoSuchModelError extends Error {
  /**
   * @param {string} modelId
   * @param {string} modelType
   * @param {Error} [cause]
   */
  constructor(modelId, modelType, cause) {
    super(cause?.message ?? `No such ${modelType}: ${modelId}`, cause && { cause });
    this.modelId = modelId;
    this.modelType = modelType;
  }
}

/** A prompt or a setting that a chat completion has no place for. */
export class UnsupportedFunctionalityError extends Error {
  /** @param {string} functionality */
  constructor(functionality) {
    super(`'${functionality}' is not supported by switchman/ai-sdk.`);
    this.functionality = functionality;
  }
}

/** A call that failed. The router has done all it may, so that the AI SDK is not to call again. */
export class APICallError extends Error {
  isRetryable = false;

  /**
   * @param {any} error the router's
   * @param {any} request as it went to the router
   */
  constructor(error, request) {
    super(error.message, { cause: error });
    const { name, status, code, type, param, side, deployment, attempts, retryAfterMs, callId, decision } = error;
    /** No address: the router may have called several, and `attempts` tells which. */
    this.url = `switchman:${request.model}`;
    this.requestBodyValues = request;
    this.statusCode = status;
    /** @type {Record<string, string> | undefined} */
    this.responseHeaders = retryAfterMs === null ? undefined : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) };
    /** @type {string | undefined} */
    this.responseBody = undefined;
    const told = { name, code, type, param, side, deployment, attempts, retryAfterMs, callId };
    this.data = { switchman: decision === undefined ? told : { ...told, decision } };
  }
}

asKnown(NoSuchModelError, "AI_NoSuchModelError");
asKnown(UnsupportedFunctionalityError, "AI_UnsupportedFunctionalityError");
asKnown(APICallError, "AI_APICallError");

/**
 * @param {any} error
 * @param {any} request
 * @param {AbortSignal | undefined} signal the caller's
 * @param {"languageModel" | "embeddingModel"} type
 */
export function errorFor(error, request, signal, type) {
  // As with `fetch`: what the caller gave as the reason, if the AI SDK can see from it that somebody left.
  if (error?.name === "AbortError") return /^(Abort|Timeout)Error$/.test(signal?.reason?.name) ? signal?.reason : error;
  if (typeof error?.status !== "number" || !Array.isArray(error.attempts)) return error;
  if (error.code === "model_not_found" && error.attempts.length === 0) return new NoSuchModelError(request.model, type, error);
  return new APICallError(error, request);
}
