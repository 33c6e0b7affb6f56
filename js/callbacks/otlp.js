// OTLP/JSON, written as a list of texts that are joined in the end: a tree of small objects, and texts that grow by pieces,
// cost several times as much. Attributes begin with a comma, but for the first of their span.

/** A message that is being written. @typedef {(string | number)[]} Out */

/** @param {string} text */
export const quoted = (text) => JSON.stringify(text);

/**
 * Writes attributes of one name.
 * @param {string} kind of value, as OTLP names it
 * @param {string} key
 * @param {string} before what stands around each value
 * @param {string} after
 */
function attribute(kind, key, before = "", after = "") {
  const head = [`,{"key":"${key}","value":{"${kind}":${before}`].join("");
  const tail = `${after}}}`;
  return (/** @type {Out} */ out, /** @type {string | number} */ value) => void out.push(head, value, tail);
}

/** Attributes whose values are texts. @param {string} key @returns {(out: Out, value: string) => void} */
export function textAttribute(key) {
  const write = attribute("stringValue", key);
  return (out, value) => write(out, quoted(value));
}

/** The same for texts that are known to need no escapes. @param {string} key @returns {(out: Out, value: string) => void} */
export const plainAttribute = (key) => attribute("stringValue", key, '"', '"');

/** Whole numbers, which are texts in OTLP/JSON. @param {string} key @returns {(out: Out, value: number) => void} */
export const intAttribute = (key) => attribute("intValue", key, '"', '"');

/** @param {string} key @returns {(out: Out, value: number) => void} */
export const doubleAttribute = (key) => attribute("doubleValue", key);

/** @param {string} key @returns {(out: Out, values: string[]) => void} */
export function listAttribute(key) {
  const write = attribute("arrayValue", key, '{"values":[', "]}");
  return (out, values) => write(out, values.map((value) => `{"stringValue":${quoted(value)}}`).join(","));
}

/** One attribute by itself, as a text without a comma. @param {string} key @param {string} value */
export const text = (key, value) => `{"key":${quoted(key)},"value":{"stringValue":${quoted(value)}}}`;

/** @param {string} key @param {number} value */
export const int = (key, value) => `{"key":"${key}","value":{"intValue":"${value}"}}`;

/** Several attributes as one text, to be kept. @param {string[]} attributes */
export const kept = (attributes) => attributes.join(",");

/** What makes nanoseconds of milliseconds. */
export const NANOS = "000000";

/** Span kinds and status codes, as OTLP numbers them. */
const CLIENT = 3;
const FAILED = 2;

/**
 * Begins a span. Its attributes follow.
 * @param {Out} out
 * @param {string} traceId
 * @param {{ spanId: string, start: number, end: number }} span times in epoch milliseconds
 * @param {string | undefined} parentId
 * @param {string} name as JSON
 */
export function beginSpan(out, traceId, { spanId, start, end }, parentId, name) {
  out.push('{"traceId":"', traceId, '","spanId":"', spanId);
  if (parentId !== undefined) out.push('","parentSpanId":"', parentId);
  out.push('","name":', name, `,"kind":${CLIENT},"startTimeUnixNano":"`, start, `${NANOS}","endTimeUnixNano":"`, end, `${NANOS}","attributes":[`);
}

/**
 * Ends a span.
 * @param {Out} out
 * @param {string | null} error why it failed, if it did
 * @param {{ name: string, at: number }} [event] of its life, in epoch milliseconds
 */
export function endSpan(out, error, event) {
  out.push("]");
  if (event) out.push(`,"events":[{"name":"${event.name}","timeUnixNano":"`, event.at, `${NANOS}"}]`);
  if (error !== null) out.push(`,"status":{"code":${FAILED},"message":`, quoted(error), "}");
  out.push("}");
}

/**
 * A whole export of one kind.
 * @param {"Spans" | "Metrics"} kind
 * @param {string} resource attributes, with commas between them
 * @param {string} version of this product
 * @param {(out: Out) => void} write the items, with commas between them
 */
export function exportOf(kind, resource, version, write) {
  /** @type {Out} */
  const out = [`{"resource${kind}":[{"resource":{"attributes":[${resource}]},"scope${kind}":[{"scope":`];
  out.push(`{"name":"switchman","version":${quoted(version)}},"${kind.toLowerCase()}":[`);
  write(out);
  out.push("]}]}]}");
  return out.join("");
}

/**
 * Pairs as the environment writes them: `name=value,name=value`, with percent-encoded values.
 * @param {string | undefined} list
 * @returns {Record<string, string>}
 */
export function pairsIn(list) {
  /** @type {Record<string, string>} */
  const pairs = {};
  for (const pair of (list ?? "").split(",")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at > 0 && name !== "") pairs[name] = decoded(pair.slice(at + 1).trim());
  }
  return pairs;
}

function decoded(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
