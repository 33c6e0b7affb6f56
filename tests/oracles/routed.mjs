/** What the router makes of a recorded response, in each of the ways that a program may ask for it. */

import { importPacked } from "../js/pack.mjs";
import { CHAT_URL, all, post } from "../js/support/kit.js";
import { eventsIn } from "./readings.mjs";

const { Router } = await importPacked();

/** Usage is asked for, so that it is told in a stream as it is in an answer. */
const ASK = { model: "group", messages: [{ role: "user", content: "Say something." }] };
export const STREAM = { ...ASK, stream: true, stream_options: { include_usage: true } };

/** A time that stands still: chunks that we write ourselves carry it. */
const NOW = 1_700_000_000_000;

/** The router's own `fetch`, for a client of OpenAI's. */
export const clientOf = (model, fetch, ask) => routed(model, fetch, (router) => ask(router.fetch));

/**
 * Has one call answered by a router whose only deployment speaks through `fetch`.
 * @template T
 * @param {string} model "anthropic/…", "gemini/…" or "openai/…"
 * @param {(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>} fetch
 * @param {(router: any) => Promise<T>} ask
 */
async function routed(model, fetch, ask) {
  const deployment = { model_name: "group", litellm_params: { model, api_key: "sk-ant-test" } };
  const router = new Router({ model_list: [deployment], num_retries: 0 }, { fetch, seed: 1, now: () => NOW });
  try {
    return await ask(router);
  } finally {
    router.free();
  }
}

/** The completion of an answer that came at once. */
export const completionOf = (model, fetch) => routed(model, fetch, (router) => router.completion(ASK));

/** The vectors of an answer that came at once. */
export const embeddingsOf = (model, fetch) =>
  routed(model, fetch, (router) => router.embedding({ model: "group", input: ["Say something."] }));

/** The chunks of a streamed one. */
export const chunksOf = (model, fetch) =>
  routed(model, fetch, async (router) => all(await router.completion(STREAM)));

/** A streamed one, assembled. */
export const finalOf = (model, fetch) =>
  routed(model, fetch, async (router) => (await router.completion(STREAM)).final());

/** The data of the server-sent events of a streamed one over `fetch`; the last of a whole stream is "[DONE]". */
export const eventsOf = (model, fetch) =>
  routed(model, fetch, async (router) => {
    const response = await router.fetch(CHAT_URL, post(STREAM));
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
    return eventsIn(text);
  });
