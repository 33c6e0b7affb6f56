// What an answer tells about how it came about.

/** Headers of the upstream's reply that are handed on. Everything else stays behind, cookies above all. */
const FORWARDED = [
  "x-request-id",
  "openai-processing-ms",
  "openai-version",
  "x-ratelimit-limit-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-remaining-tokens",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
];

/** @param {Headers | undefined} headers */
function forwarded(headers) {
  /** @type {Record<string, string>} */
  const kept = {};
  if (!headers) return kept;
  for (const name of FORWARDED) {
    const value = headers.get(name);
    if (value !== null) kept[name] = value;
  }
  return kept;
}

/** The metadata of an answer, as `_hidden_params`. Plain data, but for what is worked out at the first look. */
class HiddenParams {
  #report;
  #headers;

  constructor(report, headers) {
    const { id, provider, group, api_base } = report.deployment;
    this.#report = report;
    this.#headers = headers;
    this._response_ms = report.latency.total_ms;
    this.call_id = report.call_id;
    this.model_id = id;
    this.model_group = group;
    this.models_used = report.models_used;
    this.requested_model = report.requested_model;
    this.provider = provider;
    this.api_base = api_base;
    this.response_cost = report.response_cost;
    this.response_cost_parts = report.response_cost_parts;
    this.estimated_cost = report.estimated_cost;
    this.unpriced_attempts = report.unpriced_attempts;
    this.cache_hit = report.cache_hit === true;
    this.attempted_retries = report.attempted_retries;
    this.attempted_fallbacks = report.attempted_fallbacks;
    this.attempts = report.attempts;
    this.usage = report.usage;
    this.usage_source = sourceOf(report);
    this.latency = report.latency;
    this.skipped_events = report.skipped_events;
    if (report.decision !== undefined) this.decision = report.decision;
    if (report.trial) {
      const [experiment, variant] = report.trial.split("\n");
      Object.assign(this, { experiment, variant });
    }
  }

  /** The upstream's headers that are handed on. */
  get additional_headers() {
    return forwarded(this.#headers);
  }

  toJSON() {
    return { ...this, additional_headers: this.additional_headers };
  }

  /** @param {unknown} answer */
  response(answer) {
    const headers = replyHeaders(this.#report, "application/json", this.#headers);
    return new Response(JSON.stringify(answer), { headers });
  }
}

/** Whether the usage is told, and told to its end. */
function sourceOf({ usage, isUsageEstimated, attempts, answering }) {
  if (usage === null) return "none";
  if (isUsageEstimated) return "estimated";
  // An answer that was kept has no attempt, and was whole.
  return (attempts[answering]?.error ?? null) === null ? "provider" : "partial";
}

export const hiddenParams = (report, headers) => new HiddenParams(report, headers);

/** What an answer keeps to make its metadata of. Most callers never look at that. */
class Kept {
  #report;
  #headers;
  /** @type {HiddenParams | undefined} */
  #params;

  constructor(report, headers) {
    this.#report = report;
    this.#headers = headers;
  }

  get params() {
    return (this.#params ??= hiddenParams(this.#report, this.#headers));
  }
}

/** Where an answer keeps it. No private member: programs look at answers through proxies, too. */
const KEPT = Symbol("metadata");

// Made once: descriptors are read, not kept.
/** @type {PropertyDescriptor} */
const KEEPS = { value: undefined, enumerable: false, configurable: true, writable: true };

/** @type {PropertyDescriptor & ThisType<any>} */
const HIDDEN = {
  enumerable: false,
  configurable: true,
  get() {
    return this[KEPT]?.params;
  },
  set(value) {
    Object.defineProperty(this, "_hidden_params", { value, enumerable: false, configurable: true, writable: true });
  },
};

/** @type {PropertyDescriptor & ThisType<any>} */
const TO_RESPONSE = {
  enumerable: false,
  configurable: true,
  writable: true,
  value() {
    return this._hidden_params.response(this);
  },
};

/** Adds the metadata to an answer: `model_used` and `_response_ms` in sight, the rest out of it. */
export function dress(answer, report, headers = undefined) {
  answer.model_used = report.deployment.model_used;
  answer._response_ms = report.latency.total_ms;
  KEEPS.value = new Kept(report, headers);
  Object.defineProperty(answer, KEPT, KEEPS);
  KEEPS.value = undefined;
  Object.defineProperty(answer, "_hidden_params", HIDDEN);
  return Object.defineProperty(answer, "toResponse", TO_RESPONSE);
}

/**
 * The headers of a reply over `fetch`.
 * @param {{ call_id: string, attempted_retries: number, attempted_fallbacks: number, deployment: any, response_cost?: number | null,
 *   estimated_cost?: number | null, cache_hit?: boolean }} told
 */
export function replyHeaders(told, type, headers = undefined) {
  const { header } = told.deployment;
  /** @type {Record<string, string>} */
  const all = {
    "content-type": type,
    "x-switchman-call-id": told.call_id,
    "x-switchman-model-id": header.id,
    "x-switchman-model-group": header.group,
    "x-switchman-model-used": header.model_used,
    "x-switchman-attempted-retries": String(told.attempted_retries),
    "x-switchman-attempted-fallbacks": String(told.attempted_fallbacks),
  };
  if (typeof told.response_cost === "number") all["x-switchman-response-cost"] = String(told.response_cost);
  if (told.estimated_cost) all["x-switchman-estimated-cost"] = String(told.estimated_cost);
  if (told.cache_hit) all["x-switchman-cache"] = "hit";
  return headers ? Object.assign(all, forwarded(headers)) : all;
}

/** The headers of an error over `fetch`: the router has done all it may, so clients need not try again. */
export function errorHeaders(error) {
  /** @type {Record<string, string>} */
  const headers = { "content-type": "application/json", "x-should-retry": "false" };
  if (error.callId) headers["x-switchman-call-id"] = error.callId;
  if (error.deployment) headers["x-switchman-model-id"] = headerValue(error.deployment);
  if (error.retryAfterMs !== null) headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  return headers;
}

/** Names are the user's: what no header may hold is percent-encoded. */
export function headerValue(text) {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
