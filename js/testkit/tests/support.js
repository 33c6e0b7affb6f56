/**
 * What the test kit's own tests share: requests, two ways to reach a provider, readers of bodies.
 */

import assert from "node:assert/strict";
import { fakeProvider } from "../index.js";
import { serveProvider } from "../server.js";

export const BASE = "http://provider.test";
export const MESSAGES = [{ role: "user", content: "Which provider are you?" }];
export const CHAT = { model: "gpt-4o-mini", messages: MESSAGES };
export const STREAM = { ...CHAT, stream: true };
export const WEATHER = { type: "object", properties: { city: { type: "string" }, days: { type: "integer", minimum: 3 } } };
export const TOOLS = [
  { type: "function", function: { name: "weather", parameters: WEATHER } },
  { type: "function", function: { name: "time", parameters: { type: "object", properties: {} } } },
];

/** For a whole suite, on a busy machine. Nothing here waits on a clock: what takes longer hangs. */
export const LIMIT = { timeout: 30_000 };
export const SSE_TYPE = "text/event-stream; charset=utf-8";

/** Two ways to reach a provider. What holds for one must hold for the other. */
export const FACES = {
  fetch: async (provider) => ({ base: BASE, fetch: provider.fetch }),
  socket: async (provider, t) => {
    const server = await serveProvider(provider);
    t.after(() => server.close());
    return { base: server.url, fetch: globalThis.fetch };
  },
};

/** A provider and what posts to it. */
export async function reach(face, t, options) {
  const provider = fakeProvider({ name: "alpha", ...options });
  const { base, fetch } = await FACES[face](provider, t);
  const send = (path, body, init) => fetch(base + path, { method: "POST", body: JSON.stringify(body), ...init });
  return { provider, base, fetch, send, chat: (body, init) => send("/v1/chat/completions", body, init) };
}

/** The data of each event; fails on anything that is not an event of exactly one data line. */
export function eventsOf(text, lineEnd = "\n") {
  const events = text.split(lineEnd + lineEnd);
  assert.equal(events.pop(), "", "the last event ends with a blank line");
  return events.map((event) => {
    assert.match(event, /^data: .*$/);
    return event.slice("data: ".length);
  });
}
export const framed = (events) => events.map((data) => `data: ${data}\n\n`).join("");
export const firstEvents = (count) => (whole) => framed(eventsOf(whole).slice(0, count));
export const chunksOf = (text) =>
  eventsOf(text)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data));
export const contentOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");

/** What of a body arrives before it fails, in how large pieces, and the failure. */
export async function drain(response) {
  const decoder = new TextDecoder();
  const seen = { text: "", sizes: [], error: undefined };
  try {
    for await (const chunk of response.body) {
      seen.text += decoder.decode(chunk, { stream: true });
      seen.sizes.push(chunk.length);
    }
  } catch (error) {
    seen.error = error;
  }
  return seen;
}

/** Reads until so many events have arrived; the reader stays on the body. */
export async function readEvents(response, count) {
  const reader = response.body.getReader();
  let text = "";
  while (text.split("\n\n").length - 1 < count) text += new TextDecoder().decode((await reader.read()).value);
  return { reader, events: eventsOf(text) };
}
