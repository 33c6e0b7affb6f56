/**
 * What the Messages API refuses in a request as a whole. Each check yields a message; the first one is the answer, so
 * that a check may rely on those before it.
 */

import { schemaMistakes } from "./schema.js";
import { thinkingMistakes } from "./thinking.js";
import { toolMistakes } from "./tools.js";
import { turnMistakes } from "./turns.js";

/** @typedef {Record<string, string>} Headers */

const COMMON = ["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"];
const ONLY_MESSAGES = ["max_tokens", "stop_sequences", "stream", "metadata", "service_tier", "speed"].concat([
  "container",
  "inference_geo",
  "diagnostics",
]);
const SAMPLING = ["temperature", "top_p", "top_k"];

/** Taken from whoever names a beta in the header. */
const BETA = ["mcp_servers", "context_management", "output_format"];

/** From this version on the API samples as it likes. */
const WITHOUT_SAMPLING = "2026-10-21";

const MAX_BREAKPOINTS = 4;

/**
 * @param {any} request
 * @param {Headers} headers
 * @param {import("../dialect.js").Settings} settings
 * @returns {string | undefined}
 */
export function messagesMistake(request, headers, { continues = true }) {
  return first(messagesMistakes(request, headers, continues));
}

/**
 * @param {any} request
 * @param {Headers} headers
 * @returns {string | undefined}
 */
export function countMistake(request, headers) {
  return first(countMistakes(request, headers));
}

/** @param {Generator<string, void>} mistakes */
const first = (mistakes) => mistakes.next().value ?? undefined;

/** @param {any} request @param {Headers} headers @param {boolean} continues @returns {Generator<string, void>} */
function* messagesMistakes(request, headers, continues) {
  const version = headers["anthropic-version"];
  yield* extras(request, [...COMMON, ...ONLY_MESSAGES, ...(version === WITHOUT_SAMPLING ? [] : SAMPLING), ...betas(headers)]);
  yield* required(request, ["model", "max_tokens", "messages"]);
  const { max_tokens: most, stream, stop_sequences: stops, temperature, top_p: topP, metadata } = request;
  if (!Number.isInteger(most)) yield "max_tokens: Input should be a valid integer";
  if (most < 0) yield "max_tokens: Input should be greater than or equal to 0";
  if (stream != null && typeof stream !== "boolean") yield "stream: Input should be a valid boolean";
  if (stops != null) yield* stopMistakes(stops);
  for (const [name, value] of Object.entries({ temperature, top_p: topP }))
    if (value != null && !(typeof value === "number" && value >= 0 && value <= 1)) yield `${name}: range: 0..1`;
  for (const name of Object.keys(metadata ?? {}))
    if (name !== "user_id") yield `metadata.${name}: Extra inputs are not permitted`;
  yield* sharedMistakes(request, version === WITHOUT_SAMPLING);
  if (!continues && request.messages.at(-1).role === "assistant")
    yield "This model does not support assistant message prefill. The conversation must end with a user message.";
}

/** @param {any} request @param {Headers} headers @returns {Generator<string, void>} */
function* countMistakes(request, headers) {
  yield* extras(request, [...COMMON, ...betas(headers)]);
  yield* required(request, ["model", "messages"]);
  yield* sharedMistakes(request, headers["anthropic-version"] === WITHOUT_SAMPLING);
}

/** @param {any} request @param {boolean} isNew @returns {Generator<string, void>} */
function* sharedMistakes(request, isNew) {
  const { model, output_config: config } = request;
  if (typeof model !== "string" || model === "") yield "model: Input should be a valid string";
  yield* toolMistakes(request);
  yield* turnMistakes(request, isNew);
  yield* thinkingMistakes(request);
  const format = config?.format ?? request.output_format;
  if (format != null) yield* formatMistakes(format, config?.format == null ? "output_format" : "output_config.format");
  const breakpoints = JSON.stringify([request.system, request.tools, request.messages]).split('"cache_control":{').length - 1;
  if (breakpoints > MAX_BREAKPOINTS)
    yield `A maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided. Found ${breakpoints}.`;
}

/** @param {any} format @param {string} at @returns {Generator<string, void>} */
function* formatMistakes({ type, schema }, at) {
  if (type !== "json_schema") yield `${at}.type: Input should be 'json_schema'`;
  if (typeof schema !== "object" || schema === null) yield `${at}.schema: Field required`;
  yield* schemaMistakes(schema, `${at}.schema`);
}

/** @param {unknown} stops @returns {Generator<string, void>} */
function* stopMistakes(stops) {
  if (!Array.isArray(stops) || stops.some((stop) => typeof stop !== "string"))
    return yield "stop_sequences: Input should be a valid list of strings";
  if (stops.some((stop) => stop.trim() === "")) yield "stop_sequences: each stop sequence must contain non-whitespace";
}

/** @param {any} request @param {string[]} known @returns {Generator<string, void>} */
function* extras(request, known) {
  for (const name of Object.keys(request)) if (!known.includes(name)) yield `${name}: Extra inputs are not permitted`;
}

/** @param {any} request @param {string[]} names @returns {Generator<string, void>} */
function* required(request, names) {
  for (const name of names) if (request[name] === undefined) yield `${name}: Field required`;
}

/** @param {Headers} headers */
const betas = (headers) => (headers["anthropic-beta"] ? BETA : []);
