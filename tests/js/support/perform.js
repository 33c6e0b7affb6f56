/** One call in one of the ways that a program may make it, told in plain data. Runs on every runtime. */

import { CHAT, CHAT_URL, all, brief, eventsIn, post } from "./kit.js";

/** The ways, each from a router to an outcome. */
const ways = {
  async completion(router, request) {
    const answer = await router.completion(request);
    return { ...told(answer), text: answer.choices[0].message.content, said: shape([answer]) };
  },
  async "completion, streamed"(router, request) {
    const stream = await router.completion({ ...request, stream: true });
    const chunks = await all(stream);
    return { ...told(stream), text: textOf(chunks), said: shape(chunks) };
  },
  async fetch(router, request) {
    const response = await router.fetch(CHAT_URL, post(request));
    const answer = await response.json();
    const said = answer.choices && shape([answer]);
    return { ...toldInHeaders(response), text: answer.choices?.[0].message.content, said, error: answer.error };
  },
  async "fetch, streamed"(router, request) {
    const response = await router.fetch(CHAT_URL, post({ ...request, stream: true }));
    const body = await response.text();
    if (response.status !== 200) return { ...toldInHeaders(response), error: JSON.parse(body).error };
    const events = eventsIn(body);
    const isWhole = events.pop() === "[DONE]";
    const chunks = events.map((event) => JSON.parse(event));
    const text = textOf(chunks);
    return { ...toldInHeaders(response), text: isWhole ? text : `cut off: ${text}`, said: shape(chunks) };
  },
};

/** The text of a stream. */
const textOf = (chunks) => chunks.map(({ choices }) => choices?.[0]?.delta.content ?? "").join("");

/** Who speaks how often, and how often it ends, in an answer or in the chunks of one. */
function shape(parts) {
  const choices = parts.flatMap(({ choices }) => choices ?? []);
  const roles = choices.map(({ message, delta }) => (message ?? delta).role).filter(Boolean);
  return { roles, reasons: choices.map((choice) => choice.finish_reason).filter(Boolean), model: parts[0].model };
}

const told = ({ model_used, _hidden_params }) => ({
  status: 200,
  model_used,
  model_id: _hidden_params.model_id,
  retries: _hidden_params.attempted_retries,
  fallbacks: _hidden_params.attempted_fallbacks,
  attempts: brief(_hidden_params.attempts),
});

const toldInHeaders = ({ status, headers }) => ({
  status,
  model_used: headers.get("x-switchman-model-used"),
  model_id: headers.get("x-switchman-model-id"),
  retries: Number(headers.get("x-switchman-attempted-retries")),
  fallbacks: Number(headers.get("x-switchman-attempted-fallbacks")),
});

export const WAYS = Object.keys(ways);
export const isStreamed = (way) => way.endsWith("streamed");

/**
 * Makes a router and one call. The runtime's own `fetch` is used.
 * @param {any} Router
 * @param {{ config: object, way: string, request?: object }} scenario
 */
export async function perform(Router, { config, way, request = CHAT }) {
  const router = new Router(config, { seed: 1, dangerouslyAllowBrowser: true });
  try {
    return { ...(await ways[way](router, request)), running: router.coreRunning() };
  } catch (error) {
    const { name, status, message, attempts } = error;
    return { failed: { name, status, message, attempts: attempts && brief(attempts) }, running: router.coreRunning() };
  } finally {
    router.free();
  }
}
