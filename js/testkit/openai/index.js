/**
 * The OpenAI dialect of the fake provider: routes, authentication, headers.
 */

import { requestId } from "../dialect.js";
import { jsonReply } from "../reply.js";
import { CREATED, chatReply } from "./chat.js";
import { embeddingsReply } from "./embeddings.js";
import { errorBody, errorReply } from "./errors.js";
import { stream } from "./stream.js";

/** @typedef {import("../index.js").Call} Call */
/** @typedef {import("../dialect.js").Settings} Settings */
/** @typedef {import("../reply.js").Reply} Reply */

/** Whatever stands before these paths is the base URL's affair. */
const ROUTES = [
  { path: /\/chat\/completions\/?$/, method: "POST", reply: chatReply },
  { path: /\/embeddings\/?$/, method: "POST", reply: embeddingsReply },
  { path: /\/models\/?$/, method: "GET", reply: modelListReply },
  { path: /\/models\/(?<id>.+)$/, method: "GET", reply: modelReply },
];

/** @type {import("../dialect.js").Dialect} */
export const openai = {
  errorBody,
  stream,
  async reply(call, settings) {
    const reply = await routed(call, settings);
    const about = {
      "x-request-id": requestId(call, settings),
      "openai-version": "2020-10-01",
      "openai-processing-ms": "1",
    };
    return { ...reply, headers: { ...reply.headers, ...about } };
  },
};

/**
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Reply | Promise<Reply>}
 */
function routed(call, settings) {
  const { method, path } = call;
  if (settings.apiKey !== undefined && call.headers.authorization !== `Bearer ${settings.apiKey}`) return unauthorized(call);
  const route = ROUTES.find((one) => one.path.test(path));
  if (!route) return errorReply(404, { message: `Invalid URL (${method} ${path})`, code: null });
  if (method !== route.method) {
    const message = `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to make a ${route.method} request?)`;
    return errorReply(405, { message, code: "method_not_supported" });
  }
  if (method === "POST" && (typeof call.body !== "object" || call.body === null || Array.isArray(call.body))) {
    return errorReply(400, { message: "We could not parse the JSON body of your request. It should be a JSON object." });
  }
  return route.reply(call, settings);
}

/** @param {Call} call */
function unauthorized({ headers }) {
  const given = headers.authorization?.replace(/^Bearer\s*/i, "");
  if (!given) return errorReply(401, { message: "You didn't provide an API key.", code: null });
  // The real one echoes part of the key too: a router that logs error bodies must cope with it.
  const masked = given.length > 12 ? `${given.slice(0, 4)}***${given.slice(-4)}` : "***";
  return errorReply(401, { message: `Incorrect API key provided: ${masked}.` });
}

/** @param {Call} call @param {Settings} settings */
function modelListReply(call, settings) {
  return jsonReply(200, { object: "list", data: [modelObject(settings)] });
}

/** @param {Call} call @param {Settings} settings */
function modelReply({ path }, settings) {
  const id = decoded(/** @type {any} */ (/\/models\/(?<id>.+)$/.exec(path)).groups.id);
  if (id === settings.model) return jsonReply(200, modelObject(settings));
  return errorReply(404, { message: `The model '${id}' does not exist`, param: "model" });
}

/** @param {Settings} settings */
const modelObject = ({ model, name }) => ({ id: model, object: "model", created: CREATED, owned_by: name });

/** A stray percent sign is part of the name. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
