/** Everything that can go wrong before the first content, as each dialect shows it. Runs on every runtime. */

import { WAYS, isStreamed } from "./perform.js";

const BOTH = WAYS;
const WHOLE = WAYS.filter((way) => !isStreamed(way));
const STREAMED = WAYS.filter(isStreamed);

/** What the dialects do not have in common. */
const SHAPES = {
  openai: {
    rateLimit: { code: "rate_limit_exceeded" },
    /** The last event before the first content. */
    quiet: 1,
    end: "[DONE]",
    inStream: "InternalServerError",
  },
  anthropic: {
    rateLimit: { type: "rate_limit_error" },
    quiet: 3,
    end: { type: "message_stop" },
    inStream: "ServiceUnavailableError",
  },
  gemini: {
    rateLimit: { code: 429, status: "RESOURCE_EXHAUSTED" },
    quiet: 1,
    // It has none but the last words: a count alone is no answer.
    end: { usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 } },
    inStream: "ServiceUnavailableError",
  },
};

/**
 * By name: what the first provider does, what the attempt is then recorded as, and the ways of calling that it is tried
 * with.
 * @param {"openai" | "anthropic" | "gemini"} dialect
 * @returns {Record<string, [fault: object, attempt: { status: number | null, error: string }, ways: string[]]>}
 */
export function earlyFaults(dialect) {
  const { rateLimit, quiet, end, inStream } = SHAPES[dialect];
  const status = (status, error) => [{ status }, { status, error }, BOTH];
  const bad = { status: 200, error: "APIError" };
  const broken = { status: 200, error: "APIConnectionError" };
  const late = { status: 200, error: "Timeout" };
  return {
    "status 500": status(500, "InternalServerError"),
    "status 502 with a web page": [{ status: 502, html: true }, { status: 502, error: "InternalServerError" }, BOTH],
    "status 529": status(529, "ServiceUnavailableError"),
    "status 429": status(429, "RateLimitError"),
    "status 401": status(401, "AuthenticationError"),
    "status 403": status(403, "PermissionDeniedError"),
    "status 404": status(404, "NotFoundError"),
    "an exhausted quota": status(402, "RateLimitError"),
    "status 429 with a body that breaks off": [
      { status: 429, cut: { afterBytes: 10 } },
      { status: 429, error: "RateLimitError" },
      BOTH,
    ],
    "a connection that closes before a byte": [{ refuse: true }, { status: null, error: "APIConnectionError" }, BOTH],
    "a redirect": [{ redirect: "/v1/elsewhere" }, { status: 302, error: "APIError" }, BOTH],
    "a redirect that asks to be sent everything again": [
      { status: 307, redirect: "/v1/elsewhere" },
      { status: 307, error: "APIError" },
      BOTH,
    ],
    "no head before the time-out": [{ stall: "head" }, { ...late, status: null }, BOTH],
    "no body before the time-out": [{ stall: "body" }, late, BOTH],
    "a web page with status 200": [{ html: true }, bad, BOTH],
    "an empty body": [{ empty: true }, bad, BOTH],
    "an error with status 200": [{ errorIn200: true }, { status: 200, error: "InternalServerError" }, BOTH],
    "a rate limit with status 200": [{ errorIn200: rateLimit }, { status: 200, error: "RateLimitError" }, BOTH],
    "JSON that is cut off": [{ truncate: true }, bad, WHOLE],
    "a connection that breaks in the body": [{ cut: true }, broken, WHOLE],
    "JSON that is no answer": [{ body: { answer: "no" } }, bad, WHOLE],
    "JSON that is a list": [{ body: [] }, bad, WHOLE],
    "a stream that ends before its content": [{ truncate: 200 }, bad, STREAMED],
    "a stream that ends with its last quiet event": [{ cut: { afterEvents: quiet, how: "close" } }, bad, STREAMED],
    "a stream that breaks before its content": [{ cut: { afterEvents: quiet } }, broken, STREAMED],
    "a stream that is silent before its content": [{ stall: { afterEvents: quiet } }, late, STREAMED],
    "an error event before the content": [{ errorEvent: { at: quiet } }, { status: 200, error: inStream }, STREAMED],
    "an error event and nothing else": [{ errorEvent: true }, { status: 200, error: inStream }, STREAMED],
    "a stream of nothing but its end": [{ events: [end] }, bad, STREAMED],
  };
}
