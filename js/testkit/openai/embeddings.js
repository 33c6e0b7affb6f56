/**
 * POST /embeddings: unit vectors that depend on the input alone, so that every fake provider agrees on them.
 */

import { hash, random } from "../random.js";
import { jsonReply } from "../reply.js";
import { countTokens } from "../text.js";
import { invalid, missing } from "./chat.js";
import { errorReply } from "./errors.js";

/** As many as text-embedding-3-small gives. */
const DEFAULT_DIMENSIONS = 1536;
const MAX_DIMENSIONS = 8192;
const MAX_INPUTS = 2048;

/**
 * @param {import("../index.js").Call} call
 * @param {import("../dialect.js").Settings} settings
 * @returns {import("../reply.js").Reply}
 */
export function embeddingsReply(call, { usage }) {
  const request = /** @type {any} */ (call.body);
  const mistake = mistakeIn(request);
  if (mistake) return errorReply(400, mistake);

  const inputs = inputsOf(request.input);
  const encode = request.encoding_format === "base64" ? base64 : (/** @type {Float32Array} */ vector) => Array.from(vector);
  const data = inputs.map((input, index) => ({
    object: "embedding",
    index,
    embedding: encode(vectorOf(input, request.dimensions ?? DEFAULT_DIMENSIONS)),
  }));
  const counted = inputs.reduce((sum, input) => sum + (typeof input === "string" ? countTokens(input) : input.length), 0);
  const tokens = (usage && usage.prompt_tokens) ?? counted;
  return jsonReply(200, {
    object: "list",
    data,
    model: request.model,
    ...(usage !== false && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  });
}

/** One text, several texts, one list of tokens or several. @param {any} input @returns {(string | number[])[]} */
const inputsOf = (input) => (typeof input === "string" || typeof input[0] === "number" ? [input] : input);

/** @param {any} request */
function mistakeIn({ model, input, dimensions, encoding_format: format }) {
  if (typeof model !== "string" || model === "") return { message: "you must provide a model parameter" };
  if (input === undefined) return missing("input");
  const inputs = typeof input === "string" || Array.isArray(input) ? inputsOf(input) : [];
  const isUsable = (/** @type {any} */ one) =>
    (typeof one === "string" || (Array.isArray(one) && one.every(Number.isInteger))) && one.length > 0;
  if (inputs.length === 0 || inputs.length > MAX_INPUTS || !inputs.every(isUsable))
    return invalid("input", `1 to ${MAX_INPUTS} texts or token lists, none empty`);
  if (dimensions != null && !(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= MAX_DIMENSIONS))
    return invalid("dimensions", `an integer from 1 to ${MAX_DIMENSIONS}`);
  if (format != null && format !== "float" && format !== "base64") return invalid("encoding_format", "'float' or 'base64'");
}

/**
 * @param {string | number[]} input
 * @param {number} dimensions
 * @returns {Float32Array} of length one
 */
export function vectorOf(input, dimensions) {
  const draw = random(hash(String(input)));
  const raw = Float64Array.from({ length: dimensions }, () => draw() * 2 - 1);
  const norm = Math.hypot(...raw);
  return Float32Array.from(raw, (value) => value / norm);
}

/** Little-endian 32-bit floats, on machines of either order. @param {Float32Array} vector */
function base64(vector) {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => view.setFloat32(index * 4, value, true));
  let binary = "";
  for (const byte of new Uint8Array(view.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
