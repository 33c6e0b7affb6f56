/**
 * The Gemini dialect of the fake provider: routes, authentication.
 */

import { jsonReply } from "../reply.js";
import { embedReply } from "./embeddings.js";
import { Refusal, badKey, errorBody } from "./errors.js";
import { generateReply } from "./generate.js";
import { stream } from "./stream.js";

/** @typedef {import("../index.js").Call} Call */
/** @typedef {import("../dialect.js").Settings} Settings */
/** @typedef {import("../reply.js").Reply} Reply */

const METHODS = /\/(?:models|tunedModels)\/(?<model>[^/:]+):(?<method>\w+)$/;
const LIST = /\/models\/?$/;
const ONE = /\/models\/(?<model>[^/:]+)$/;

/** Fixed, so that two runs give the same bytes. */
const LIMITS = { inputTokenLimit: 1_048_576, outputTokenLimit: 65_536 };

/** @type {Record<string, (call: Call, settings: Settings, model: string) => Reply | Refusal | Promise<Reply | Refusal>>} */
const REPLIES = {
  generateContent: generateReply,
  streamGenerateContent: generateReply,
  embedContent: embedReply,
  batchEmbedContents: embedReply,
};

/** @type {import("../dialect.js").Dialect} */
export const gemini = {
  errorBody,
  stream,
  async reply(call, settings) {
    const answer = await routed(call, settings);
    return answer instanceof Refusal ? jsonReply(answer.status, errorBody(answer.status, answer.fields)) : answer;
  },
};

/**
 * Whether a request is meant for Google's API, where a provider speaks others too.
 * @param {Call} call
 */
export const isGemini = ({ path, headers }) => METHODS.test(path) || (/\/models(\/|$)/.test(path) && "x-goog-api-key" in headers);

/**
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Reply | Refusal | Promise<Reply | Refusal>}
 */
function routed(call, settings) {
  const { method, path, headers, url, body } = call;
  if (settings.apiKey !== undefined) {
    const given = headers["x-goog-api-key"] ?? new URL(url).searchParams.get("key");
    if (given !== settings.apiKey) return badKey();
  }
  const asked = METHODS.exec(path)?.groups;
  const reply = asked && Object.hasOwn(REPLIES, asked.method) ? REPLIES[asked.method] : undefined;
  if (asked && reply) {
    if (method !== "POST") return new Refusal(404, "");
    if (typeof body !== "object" || body === null || Array.isArray(body)) return new Refusal(400, "Invalid JSON payload received.");
    return reply(call, settings, asked.model);
  }
  const model = { name: `models/${settings.model}`, displayName: `Model of ${settings.name}`, ...LIMITS };
  if (method === "GET" && LIST.test(path)) return jsonReply(200, { models: [model] });
  const one = ONE.exec(path)?.groups?.model;
  if (method === "GET" && one === settings.model) return jsonReply(200, model);
  return new Refusal(404, one === undefined ? "" : `models/${one} is not found for API version v1beta.`);
}
