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

/** The metadata of an answer, as `_hidden_params`. */
export function hiddenParams(hub, report, headers) {
  const { id, provider, group, api_base } = hub.deployment(report.deployment);
  return {
    _response_ms: report.latency.total_ms,
    call_id: report.call_id,
    model_id: id,
    model_group: group,
    requested_model: report.requested_model,
    provider,
    api_base,
    response_cost: null,
    attempted_retries: report.attempted_retries,
    attempted_fallbacks: report.attempted_fallbacks,
    attempts: report.attempts,
    usage: report.usage,
    usage_source: report.usage === null ? "none" : "provider",
    latency: report.latency,
    additional_headers: forwarded(headers),
  };
}

/** Adds the metadata to an answer: `model_used` and `_response_ms` in sight, the rest out of it. */
export function dress(hub, answer, report, headers) {
  answer.model_used = hub.deployment(report.deployment).model_used;
  answer._response_ms = report.latency.total_ms;
  let hidden;
  const hide = (name, descriptor) => Object.defineProperty(answer, name, { enumerable: false, configurable: true, ...descriptor });
  // Most callers never look, so it is made at the first look.
  hide("_hidden_params", { get: () => (hidden ??= hiddenParams(hub, report, headers)) });
  hide("toResponse", {
    value: () => new Response(JSON.stringify(answer), { headers: replyHeaders(hub, report, "application/json", headers) }),
  });
  return answer;
}

/** The headers of a reply over `fetch`. */
export function replyHeaders(hub, report, type, headers) {
  const { id, group, model_used } = hub.deployment(report.deployment);
  const told = {
    "content-type": type,
    "x-switchman-call-id": report.call_id,
    "x-switchman-model-id": headerValue(id),
    "x-switchman-model-group": headerValue(group),
    "x-switchman-model-used": headerValue(model_used),
    "x-switchman-attempted-retries": String(report.attempted_retries),
    "x-switchman-attempted-fallbacks": String(report.attempted_fallbacks),
  };
  return headers ? Object.assign(told, forwarded(headers)) : told;
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
function headerValue(text) {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
