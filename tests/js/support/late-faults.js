/** Everything that can go wrong after the first words, as each dialect shows it. Runs on every runtime. */

/** Where the faults strike: behind three words. `bytes` is within the event that follows. */
const PLACES = {
  openai: { events: 4, bytes: 1_150 },
  anthropic: { events: 6, bytes: 1_100 },
  gemini: { events: 4, bytes: 900 },
};

/** What the provider says when it fails within its stream, and the error that is told of it. */
const FAILURES = {
  openai: [
    ["server_error", { message: "out of breath", code: "server_error" }, "InternalServerError", "server_error"],
    ["rate_limit_exceeded", { message: "too much", code: "rate_limit_exceeded" }, "RateLimitError", "rate_limit_exceeded"],
  ],
  anthropic: [
    ["overloaded_error", { type: "overloaded_error" }, "ServiceUnavailableError", "overloaded"],
    ["api_error", { type: "api_error", message: "out of breath" }, "InternalServerError", "server_error"],
    ["rate_limit_error", { type: "rate_limit_error" }, "RateLimitError", "rate_limit_exceeded"],
    ["timeout_error", { type: "timeout_error" }, "Timeout", "timeout"],
    ["an unknown type", { type: "brand_new_error", message: "out of breath" }, "APIError", "bad_reply"],
  ],
  gemini: [
    ["UNAVAILABLE", {}, "ServiceUnavailableError", "overloaded"],
    ["INTERNAL", { code: 500, status: "INTERNAL" }, "InternalServerError", "server_error"],
    ["RESOURCE_EXHAUSTED", { code: 429, status: "RESOURCE_EXHAUSTED" }, "RateLimitError", "rate_limit_exceeded"],
  ],
};

/**
 * By name: the fault, the class of the error that is told, and its code.
 * @param {"openai" | "anthropic" | "gemini"} dialect
 * @returns {Record<string, [fault: object, Class: string, code: string]>}
 */
export function lateFaults(dialect) {
  const { events, bytes } = PLACES[dialect];
  const failures = FAILURES[dialect].map(([name, error, Class, code]) => [
    `an error event comes: ${name}`,
    [{ errorEvent: { at: events, error } }, Class, code],
  ]);
  return {
    "the connection breaks": [{ cut: { afterEvents: events } }, "APIConnectionError", "connection_error"],
    "the connection breaks within an event": [{ cut: { afterBytes: bytes } }, "APIConnectionError", "connection_error"],
    "the stream just ends": [{ cut: { afterEvents: events, how: "close" } }, "APIError", "bad_reply"],
    "the stream ends within an event": [{ truncate: bytes }, "APIError", "bad_reply"],
    "the stream falls silent": [{ stall: { afterEvents: events } }, "Timeout", "timeout"],
    ...Object.fromEntries(failures),
  };
}
