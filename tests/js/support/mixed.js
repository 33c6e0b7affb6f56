/** One group whose deployments speak different dialects, and looks at what comes of it. Runs on every runtime. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, deployment, eventsIn, fetchOf, post } from "./kit.js";
import { modelOf } from "./dialects.js";

export const STREAM = { ...CHAT, stream: true };

const NAMES = ["one", "two", "three"];

/**
 * A group of deployments, each before the next: "one", "two", "three".
 * @param {ReturnType<typeof import("./kit.js").makeKit>} kit
 * @param {("openai" | "anthropic" | "gemini")[]} dialects theirs, in order
 * @param {object} [options] by a deployment's name: options of its provider; `params`: by name, its own parameters;
 *   `prefill`: names of those that are said to go on from a text, and do; `config` and `host`: the rest
 */
export function mixed(kit, dialects, { params = {}, prefill = [], config, host, ...options } = {}) {
  const providers = dialects.map((dialect, at) => {
    const continues = prefill.includes(NAMES[at]) || undefined;
    return kit.provider(NAMES[at], { dialect, continues, ...options[NAMES[at]] });
  });
  const model_list = dialects.map((dialect, at) => {
    const name = NAMES[at];
    const entry = deployment(name, { model: modelOf(dialect, name), order: at + 1, ...params[name] });
    if (prefill.includes(name)) entry.model_info.supports_assistant_prefill = true;
    return entry;
  });
  const router = kit.router({ model_list, ...config }, { fetch: fetchOf(...providers), seed: 1, ...host });
  return { router, ...Object.fromEntries(providers.map((provider) => [provider.name, provider])) };
}

/** What a provider of that name says, unless told otherwise. */
export const sentenceOf = (name) => `Hello from ${name} every word here is made`;

/** The text of chunks. */
export const textOf = (chunks) => chunks.map(({ choices }) => choices?.[0]?.delta.content ?? "").join("");

/** The chunks of a stream over fetch that ended well: with one terminator, which comes last. */
export function chunksIn(text) {
  const events = eventsIn(text);
  assert.equal(events.pop(), "[DONE]", text);
  assert.ok(!events.includes("[DONE]"), text);
  return events.map((event) => JSON.parse(event));
}

/** A streamed answer over fetch, read to its end. */
export async function fetched(router, request = STREAM, init = {}) {
  const response = await router.fetch(CHAT_URL, post(request, init));
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { response, text };
}

/** The markers in a stream, without what every chunk has. */
export function markersIn(chunks) {
  const markers = chunks.filter((chunk) => chunk.switchman);
  for (const { object, choices } of markers) assert.deepEqual([object, choices], ["chat.completion.chunk", []]);
  return markers.map(({ switchman }) => switchman);
}

/** A request for structured output. */
export const SHAPED = {
  ...CHAT,
  response_format: {
    type: "json_schema",
    json_schema: {
      name: "reply",
      strict: true,
      schema: {
        type: "object",
        properties: { reply: { type: "string" } },
        required: ["reply"],
        additionalProperties: false,
      },
    },
  },
};

/** A request with a tool that the model calls at once. */
export const WITH_TOOL = {
  model: GROUP,
  messages: [{ role: "user", content: "How is the weather?" }],
  tools: [
    {
      type: "function",
      function: {
        name: "look_up",
        parameters: { type: "object", properties: { town: { type: "string" } }, required: ["town"] },
      },
    },
  ],
};
