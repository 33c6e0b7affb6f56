/**
 * The Anthropic dialect of the fake provider: routes, authentication, headers.
 */

import { requestId } from "../dialect.js";
import { jsonReply } from "../reply.js";
import { Refusal, errorBody } from "./errors.js";
import { countReply, messagesReply } from "./messages.js";
import { stream } from "./stream.js";

/** @typedef {import("../dialect.js").Settings} Settings */
/** @typedef {import("../index.js").Call} Call */
/** @typedef {import("../reply.js").Reply} Reply */

/** Whatever stands before these paths is the base URL's affair. */
const ROUTES = [
  { path: /\/messages\/?$/, method: "POST", reply: messagesReply },
  { path: /\/messages\/count_tokens\/?$/, method: "POST", reply: countReply },
  { path: /\/models\/?$/, method: "GET", reply: modelListReply },
  { path: /\/models\/(?<id>.+)$/, method: "GET", reply: modelReply },
];

/** Those that the API has had; the second takes no sampling parameters. */
const VERSIONS = ["2023-01-01", "2023-06-01", "2026-10-21"];

/** What a minute allows. */
const LIMITS = { requests: 4000, tokens: 480_000, "input-tokens": 400_000, "output-tokens": 80_000 };
const MINUTE_MS = 60_000;

/** Fixed, so that two runs give the same bytes. */
const CREATED_AT = "2023-11-14T22:13:20Z";

/** @type {import("../dialect.js").Dialect} */
export const anthropic = {
  errorBody,
  stream,
  async reply(call, settings) {
    const answer = await routed(call, settings);
    const id = requestId(call, settings);
    const reply = answer instanceof Refusal ? jsonReply(answer.status, errorBody(answer.status, answer.fields, id)) : answer;
    const about = { "request-id": id, "anthropic-organization-id": "org-fake", ...limitsAt(call) };
    return { ...reply, headers: { ...reply.headers, ...about } };
  },
};

/**
 * Whether a request is meant for Anthropic's API, where a provider speaks OpenAI's too.
 * @param {Call} call
 */
export function isAnthropic({ path, headers }) {
  if (/\/models(\/|$)/.test(path)) return "anthropic-version" in headers;
  return /\/messages(\/count_tokens)?\/?$/.test(path);
}

/**
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Reply | Refusal | Promise<Reply | Refusal>}
 */
function routed(call, settings) {
  const { method, path, headers } = call;
  const route = ROUTES.find((one) => one.path.test(path));
  if (!route) return new Refusal(404, "Not found");
  if (method !== route.method) return new Refusal(405);
  if (settings.apiKey !== undefined) {
    const given = headers["x-api-key"] ?? bearer(headers.authorization);
    if (given === undefined) return new Refusal(401, "x-api-key header is required");
    if (given !== settings.apiKey) return new Refusal(401);
  }
  const version = headers["anthropic-version"];
  if (version === undefined) return new Refusal(400, "anthropic-version: header is required");
  if (!VERSIONS.includes(version)) return new Refusal(400, `anthropic-version: "${version}" is not a valid version`);
  if (method === "POST" && (typeof call.body !== "object" || call.body === null || Array.isArray(call.body)))
    return new Refusal(400, "The request body is not valid JSON: expected an object");
  return route.reply(call, settings);
}

/** @param {string | undefined} authorization */
const bearer = (authorization) => /^Bearer\s+(.+)$/i.exec(authorization ?? "")?.[1];

/**
 * The headers that tell what is left of a minute, as if every call were in the same one.
 * @param {Call} call
 * @returns {Record<string, string>}
 */
function limitsAt({ at, n }) {
  const reset = new Date(at + MINUTE_MS).toISOString().replace(/\.\d+/, "");
  const rows = Object.entries(LIMITS).flatMap(([what, limit]) => {
    const left = what === "requests" ? Math.max(0, limit - n) : limit;
    const name = `anthropic-ratelimit-${what}`;
    return [
      [`${name}-limit`, String(limit)],
      [`${name}-remaining`, String(left)],
      [`${name}-reset`, reset],
    ];
  });
  return Object.fromEntries(rows);
}

/** @param {Call} call @param {Settings} settings */
function modelListReply(call, settings) {
  const model = modelObject(settings);
  return jsonReply(200, { data: [model], first_id: model.id, has_more: false, last_id: model.id });
}

/** @param {Call} call @param {Settings} settings */
function modelReply({ path }, settings) {
  const id = decoded(/** @type {any} */ (/\/models\/(?<id>.+)$/.exec(path)).groups.id);
  return id === settings.model ? jsonReply(200, modelObject(settings)) : new Refusal(404, `model: ${id}`);
}

/** @param {Settings} settings */
const modelObject = ({ model, name }) => ({
  type: "model",
  id: model,
  display_name: `Model of ${name}`,
  created_at: CREATED_AT,
  capabilities: null,
  deprecated_at: null,
  lifecycle: "active",
  line: null,
  max_input_tokens: 200_000,
  max_tokens: 64_000,
  retires_at: null,
});

/** A stray percent sign is part of the name. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
