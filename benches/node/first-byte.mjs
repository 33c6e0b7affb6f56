/**
 * How late a caller reads the first byte of content, alone in its process:
 *
 *     node benches/node/first-byte.mjs <way> [--count 2000] [--warm-up 1000]
 *
 * Prints `{ micros }` as JSON: the median of the wall time from the moment the provider hands over its first chunk with
 * content to the moment the caller's reader has it. What the provider says before is there before, and the time from the
 * request to the provider's head is not in it: this is what is held back, not what a call takes.
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Router } from "switchman";
import { chatRequest, CONFIG, messageChunks, MESSAGES_CONFIG, PATH, replyHeaders, streamChunks, UPSTREAM } from "../payload.js";
import { median } from "../ratio.mjs";

const OPENAI = { chunks: streamChunks(12), opening: 0 };
/** The message, the block and a ping come before the first word. */
const MESSAGES = { chunks: messageChunks(12), opening: 3 };

const URL = `http://127.0.0.1${PATH}`;
const ASKED = chatRequest({ kilobytes: 1, isStream: true });
const incoming = () => new Request(URL, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(ASKED) });

/** A body's first piece, and all others after it. */
async function first(iterator, seen) {
  const { value } = await iterator.next();
  seen(value);
  while (!(await iterator.next()).done);
}

const overFetch = (config) => (fetch) => {
  const router = new Router(config, { fetch });
  return async (seen) => first((await router.fetch(incoming())).body.values(), seen);
};
const asObjects = (config) => (fetch) => {
  const router = new Router(config, { fetch });
  return async (seen) => first((await router.completion(ASKED))[Symbol.asyncIterator](), seen);
};

/** Each a provider, and a caller of it that tells when it has the first piece. */
const WAYS = {
  /** The least that a relay can do: the body is handed on as it is. */
  "hand-on": { ...OPENAI, caller: (fetch) => async (seen) => first(new Response((await fetch(UPSTREAM, {})).body).body.values(), seen) },
  fetch: { ...OPENAI, caller: overFetch(CONFIG) },
  objects: { ...OPENAI, caller: asObjects(CONFIG) },
  "fetch-translated": { ...MESSAGES, caller: overFetch(MESSAGES_CONFIG) },
  "objects-translated": { ...MESSAGES, caller: asObjects(MESSAGES_CONFIG) },
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** One call, from the provider's first word to the caller's: in ms. */
async function measured({ chunks, opening }, callerOf) {
  let controller;
  const body = new ReadableStream({ start: (given) => void (controller = given) }, { highWaterMark: 0 });
  state.body = body;
  let seenAt;
  let piece;
  const caller = callerOf((value) => ((seenAt = performance.now()), (piece = value)));
  await turn();
  for (const chunk of chunks.slice(0, opening)) controller.enqueue(chunk);
  // Whoever reads waits for the first word now.
  await turn();
  assert.equal(seenAt, undefined, "something was shown before there was content");
  const saidAt = performance.now();
  controller.enqueue(chunks[opening]);
  await turn();
  assert.ok(piece, "the first word did not come by itself");
  for (const chunk of chunks.slice(opening + 1)) controller.enqueue(chunk);
  controller.close();
  await caller;
  return seenAt - saidAt;
}

const { positionals: [name], values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "2000" }, "warm-up": { type: "string", default: "1000" } },
});
const way = WAYS[name];
if (!way) throw new RangeError(`no way "${name}": ${Object.keys(WAYS).join(", ")}`);
/** What the provider answers with next. */
const state = { body: undefined };
const headers = replyHeaders("text/event-stream; charset=utf-8");
const callerOf = way.caller(() => Promise.resolve(new Response(state.body, { headers })));

const times = [];
for (let count = Number(values["warm-up"]); count > 0; count -= 1) await measured(way, callerOf);
for (let count = Number(values.count); count > 0; count -= 1) times.push(await measured(way, callerOf));
console.log(JSON.stringify({ micros: median(times) * 1000 }));
