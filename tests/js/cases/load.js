/** Load: 640 streams at once, of both dialects and both ways to call, a fifth of them given up in the middle. */

import assert from "node:assert/strict";
import { CHAT_URL, GROUP, deployment, eventsIn, fetchOf, post } from "../support/kit.js";
import { memoryBytes } from "../support/memory.js";

const STREAMS = 640;
/** One stream in so many is given up. */
const ABORTED = 5;
/** What all of them together may take in linear memory, which never shrinks. */
const MEMORY_BYTES = 4 * 1024 * 1024;

/** What it may grow after the first round: some pages, since room is never used to the last byte. */
const GROWTH_BYTES = 4 * 64 * 1024;

/** One router for all rounds of a program. @type {ReturnType<typeof setUp> | undefined} */
let shared;

/** The wasm memory after the first round. @type {number | undefined} */
let atFirst;

const questionOf = (round, n) => `number ${round}-${n} asks for as many words as it takes to be told in pieces`;
const request = (text) => ({ model: GROUP, messages: [{ role: "user", content: text }], stream: true });

/** Answers with the question, whichever dialect that came in. */
const echo = ({ body }) => {
  const { content } = body.messages[0];
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
};

/** The text of the pieces of a stream; after the first one `leave` may end it. */
const WAYS = {
  async objects(router, text, signal, leave) {
    let said = "";
    for await (const { choices } of await router.completion(request(text), { signal })) {
      said += choices[0]?.delta.content ?? "";
      if (leave?.() === "break") return undefined;
    }
    return said;
  },
  async fetch(router, text, signal, leave) {
    const response = await router.fetch(CHAT_URL, post(request(text), { signal }));
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let said = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      said += decoder.decode(value, { stream: true });
      if (leave?.() === "break") return reader.cancel();
    }
    const events = eventsIn(said);
    assert.equal(events.pop(), "[DONE]", "the stream has no end");
    return events.map((event) => JSON.parse(event).choices[0]?.delta.content ?? "").join("");
  },
};

async function stream(router, n, text) {
  const way = n % 2 === 0 ? WAYS.objects : WAYS.fetch;
  if (n % ABORTED !== 0) {
    assert.equal((await way(router, text)).trim(), text, "somebody else's answer");
    return "answered";
  }
  const controller = new AbortController();
  // Half leave by themselves, half by a signal.
  const byItself = n % (4 * ABORTED) < 2 * ABORTED;
  const leave = () => (byItself ? "break" : controller.abort());
  if (byItself) assert.equal(await way(router, text, undefined, leave), undefined);
  else await assert.rejects(way(router, text, controller.signal, leave), { name: "AbortError" });
  return "aborted";
}

/** Has a round of streams answered by a router over one deployment of each dialect. */
async function round(kit, number) {
  const { router, providers } = (shared ??= setUp(kit));
  const texts = Array.from({ length: STREAMS }, (_, n) => questionOf(number, n));
  const ends = await Promise.all(texts.map((text, n) => stream(router, n, text)));
  assert.equal(ends.filter((end) => end === "aborted").length, STREAMS / ABORTED);
  for (const provider of providers) await provider.when(({ open }) => open === 0);
  assert.equal(router.coreRunning(), 0, "a call is still running");
  const left = ({ open_sends, health, credential }) => open_sends > 0 || health.probing || credential.probing;
  assert.deepEqual(router.snapshot().deployments.filter(left), [], "a lease is left");
  const calls = new Map(providers.flatMap((provider) => provider.calls.map((call) => [echo(call), call])));
  assert.equal(calls.size, STREAMS, "each question is sent once");
  for (const [n, text] of texts.entries()) {
    const { finished, aborted, cancelled } = calls.get(text);
    if (n % ABORTED === 0) assert.ok(aborted || cancelled, `the upstream of stream ${n} goes on`);
    else assert.ok(finished || cancelled, `the upstream of stream ${n} was broken off`);
  }
  for (const { name, calls } of providers) assert.ok(calls.length > STREAMS / 4, `${name} had ${calls.length} calls`);
  for (const provider of providers) provider.reset();
  const bytes = memoryBytes();
  atFirst ??= bytes;
  assert.ok(bytes <= MEMORY_BYTES, `${bytes} bytes of linear memory`);
  const grown = bytes - atFirst;
  assert.ok(grown <= GROWTH_BYTES, `linear memory goes on growing: ${atFirst} bytes at first, then ${bytes}`);
}

function setUp(kit) {
  const options = { reply: echo };
  const providers = [kit.provider("one", options), kit.provider("two", { ...options, dialect: "anthropic" })];
  const model_list = [deployment("one"), deployment("two", { model: "anthropic/claude-haiku-4-5" })];
  return { providers, router: kit.router({ model_list }, { fetch: fetchOf(...providers), seed: 1 }) };
}

/** So many rounds, a case each, since each case has a time limit. */
const rounds = (count) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, number) => [
      `streams ${number * STREAMS + 1} to ${(number + 1) * STREAMS}`,
      (kit) => round(kit, number),
    ]),
  );

/** The short version. */
export const load = rounds(2);

/** `npm run load`: 10,240 streams. */
export const loadLong = rounds(16);
