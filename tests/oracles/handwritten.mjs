/** Streams in the shape of OpenAI's chat completions that no recording has: written by hand. */

import { encode, event } from "../js/support/upstream.js";

const chunk = (...choices) => ({
  ...{ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "made-by-hand" },
  choices: choices.map(([index, delta, finish_reason = null]) => ({ index, delta, finish_reason })),
});

const toolCall = (index, named, id) => ({
  tool_calls: [{ index, ...(id && { id, type: "function" }), function: named }],
});

/** The usage comes after the choices, in a chunk without any. */
const usage = {
  ...chunk(),
  usage: {
    ...{ prompt_tokens: 9, completion_tokens: 30, total_tokens: 39 },
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 6 },
  },
};

const STREAMS = {
  "two choices, of more than ASCII": [
    chunk([0, { role: "assistant", content: "" }], [1, { role: "assistant", content: "" }]),
    chunk([0, { content: "Grüße, " }]),
    chunk([1, { content: "naïve " }]),
    chunk([0, { content: "日本語 " }], [1, { content: "“café” " }]),
    chunk([0, { content: "🙂" }]),
    chunk([0, {}, "stop"]),
    chunk([1, { content: "— \u2028 \"finish_reason\": \"stop\"" }]),
    chunk([1, {}, "length"]),
  ],
  "two tool calls at a time, after a text": [
    chunk([0, { role: "assistant", content: null }]),
    chunk([0, { content: "I look." }]),
    chunk([0, toolCall(0, { name: "weather", arguments: "" }, "call_a")]),
    chunk([0, toolCall(1, { name: "time", arguments: "" }, "call_b")]),
    chunk([0, toolCall(1, { arguments: '{"zone":' })]),
    chunk([0, toolCall(0, { arguments: '{"city":"Zür' })]),
    chunk([0, toolCall(0, { arguments: 'ich"}' })]),
    chunk([0, toolCall(1, { arguments: '"Europe/Zurich"}' })]),
    chunk([0, {}, "tool_calls"]),
  ],
  "a refusal": [
    chunk([0, { role: "assistant", content: null, refusal: "" }]),
    chunk([0, { refusal: "I would " }]),
    chunk([0, { refusal: "rather not." }]),
    chunk([0, {}, "content_filter"]),
  ],
};

/** @returns {import("./exchanges.mjs").Exchange[]} */
export const handwritten = () =>
  Object.entries(STREAMS).map(([name, chunks]) => ({
    ...{ name: `by hand: ${name}`, request: undefined, isBeta: false, isStream: true },
    ...{ status: 200, contentType: "text/event-stream; charset=utf-8" },
    bytes: encode([...chunks, usage, "[DONE]"].map(event).join("")),
  }));
