/**
 * Azure OpenAI: OpenAI's API at two kinds of addresses, with filters of what is asked and answered.
 */

import { requestId } from "../dialect.js";
import { openai } from "../openai/index.js";
import { jsonReply } from "../reply.js";
import { errorBody } from "./errors.js";

/** With the deployment in the path and a dated version behind it, or with it in the body. */
const DATED = /\/openai\/deployments\/(?<deployment>[^/]+)(?<path>\/(?:chat\/completions|embeddings))$/;
const UNDATED = /\/openai\/v1(?<path>\/.+)$/;
const DATE = /^\d{4}-\d\d-\d\d(-preview)?$/;

const SAFE = { filtered: false, severity: "safe" };
const FILTERS = { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE };
const PROMPT = [{ prompt_index: 0, content_filter_results: FILTERS }];

/** @type {import("../dialect.js").Dialect} */
export const azure = {
  errorBody,
  stream: openai.stream,
  async reply(call, settings) {
    const reply = await answered(call, settings);
    const headers = {
      ...reply.headers,
      "apim-request-id": requestId(call, settings),
      "x-ms-region": "Sweden Central",
      "x-ratelimit-remaining-requests": "99",
      "x-ratelimit-remaining-tokens": "99000",
    };
    return { ...reply, headers };
  },
};

/** @param {import("../index.js").Call} call @param {import("../dialect.js").Settings} settings */
async function answered(call, settings) {
  const { headers, path, url } = call;
  const key = headers["api-key"] ?? headers.authorization?.replace(/^Bearer\s*/i, "");
  if (settings.apiKey !== undefined && key !== settings.apiKey) return refused(401);
  const version = new URL(url).searchParams.get("api-version");
  const dated = DATED.exec(path)?.groups;
  const found = dated ?? UNDATED.exec(path)?.groups;
  if (!found || (dated && !DATE.test(version ?? ""))) return refused(404);
  const body = dated && isObject(call.body) ? { ...call.body, model: decodeURIComponent(dated.deployment) } : call.body;
  // The key has been looked at; the rest is OpenAI's own business.
  const reply = await openai.reply({ ...call, path: found.path, body }, { ...settings, apiKey: undefined });
  if (reply.status !== 200 || found.path !== "/chat/completions") return reply;
  return reply.events ? { ...reply, events: filteredEvents(reply.events) } : { ...reply, text: filtered(reply.text) };
}

/** @param {number} status */
const refused = (status) => jsonReply(status, errorBody(status));

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {any} choice */
const withFilters = (choice) => ({ ...choice, content_filter_results: FILTERS });

/** @param {any} text */
function filtered(text) {
  const { choices, ...rest } = JSON.parse(text);
  return JSON.stringify({ ...rest, prompt_filter_results: PROMPT, choices: choices.map(withFilters) });
}

/** What was asked has been filtered before anything is answered: the first chunk says so, and nothing else. */
function filteredEvents(/** @type {import("../reply.js").StreamEvent[]} */ events) {
  const first = { id: "", object: "", created: 0, model: "", prompt_filter_results: PROMPT, choices: [] };
  const told = events.map((event) => {
    if (!("data" in event) || !event.data.startsWith("{")) return event;
    const chunk = JSON.parse(event.data);
    const choices = chunk.choices.map((/** @type {any} */ choice) => (choice.delta?.content ? withFilters(choice) : choice));
    return { ...event, data: JSON.stringify({ ...chunk, choices }) };
  });
  return [openai.stream.event(first), ...told];
}
