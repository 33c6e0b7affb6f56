/**
 * POST :embedContent and :batchEmbedContents: unit vectors that depend on the text alone.
 */

import { vectorOf } from "../openai/embeddings.js";
import { jsonReply } from "../reply.js";
import { Refusal } from "./errors.js";

/** As many as gemini-embedding-001 gives. */
const DEFAULT_DIMENSIONS = 3072;
const MAX_REQUESTS = 100;

/**
 * @param {import("../index.js").Call} call
 * @param {import("../dialect.js").Settings} settings
 * @param {string} model
 */
export function embedReply({ path, body }, settings, model) {
  const isBatch = path.endsWith(":batchEmbedContents");
  const requests = isBatch ? body.requests : [body];
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > MAX_REQUESTS)
    return new Refusal(400, `* BatchEmbedContentsRequest.requests: at most ${MAX_REQUESTS} requests can be in one batch`);
  const vectors = [];
  for (const { model: named, content, outputDimensionality: dimensions = DEFAULT_DIMENSIONS, taskType: _, title: __, ...rest } of requests) {
    const [stray] = Object.keys(rest);
    if (stray !== undefined) return new Refusal(400, `Invalid JSON payload received. Unknown name "${stray}": Cannot find field.`);
    if (isBatch && named !== `models/${model}`) return new Refusal(400, "* BatchEmbedContentsRequest.requests[0].model: model is not specified or another one");
    const texts = content?.parts?.map((/** @type {any} */ { text }) => text);
    if (!texts?.length || texts.some((/** @type {any} */ text) => typeof text !== "string")) return new Refusal(400, "* EmbedContentRequest.content: contents is not specified");
    vectors.push({ values: Array.from(vectorOf(texts.join("\n"), dimensions)) });
  }
  return jsonReply(200, isBatch ? { embeddings: vectors } : { embedding: vectors[0] });
}
