/** What goes wrong in a stream after its first content: nobody may take a part for the whole. */

import assert from "node:assert/strict";
import { CHAT_URL, eventsIn, post, rejection } from "../support/kit.js";
import { MIXED, inWords } from "../support/dialects.js";
import { lateFaults } from "../support/late-faults.js";
import { STREAM, fetched, mixed, textOf } from "../support/mixed.js";
import { chunk } from "../support/upstream.js";

export const streamFaults = {};

/** Looks at a stream of events that broke: one error at its end, of this code, and nothing that looks like a good end. */
function assertBroken(text, code) {
  assert.ok(!text.includes("[DONE]"), text);
  assert.match(text, /\n\n$/);
  const events = eventsIn(text);
  const { error } = JSON.parse(events.pop());
  assert.equal(error.code, code, text);
  assert.equal(typeof error.message, "string");
  assert.equal(typeof error.type, "string");
  const whole = events.filter((event) => event.endsWith("}")).map((event) => JSON.parse(event));
  // What was cut off may stand before the error, where the upstream's own bytes go on.
  assert.ok(events.length - whole.length <= 1, text);
  for (const chunk of whole) assert.equal(chunk.object, "chat.completion.chunk");
  assert.equal(textOf(whole), "Hello from one");
  assert.ok(whole.every(({ choices }) => choices[0].finish_reason === null), text);
}

for (const dialects of MIXED) {
  for (const [name, [fault, Class, code]] of Object.entries(lateFaults(dialects[0]))) {
    const title = `${inWords(dialects)}: after the first content, ${name}`;
    const broken = (kit) => mixed(kit, dialects, { one: { faults: fault }, config: { idle_timeout: 0.05 } });

    streamFaults[`${title}: over fetch an error event, and no clean end`] = async (kit) => {
      const { router, one, two } = broken(kit);
      const { response, text } = await fetched(router);
      assert.equal(response.headers.get("x-switchman-model-id"), "one");
      assertBroken(text, code);
      assert.equal(one.calls.length, 1);
      assert.equal(two.calls.length, 0);
      assert.equal(router.coreRunning(), 0);
    };

    streamFaults[`${title}: a typed error in a stream of objects`] = async (kit) => {
      const { router, two } = broken(kit);
      const answer = await router.completion(STREAM);
      const seen = [];
      const error = await rejection(
        (async () => {
          for await (const chunk of answer) seen.push(chunk);
        })(),
      );
      assert.equal(textOf(seen), "Hello from one");
      assert.equal(seen.length, 4);
      assert.ok(error instanceof kit[Class], error.stack);
      assert.equal(error.name, Class);
      assert.equal(error.code, code);
      assert.equal(error.side, "upstream");
      assert.equal(error.deployment, "one");
      assert.deepEqual(
        error.attempts.map(({ error }) => error),
        [Class],
      );
      assert.equal(answer.meta.attempts[0].error, Class);
      assert.equal(two.calls.length, 0);
    };

    streamFaults[`${title}: an error event in toResponse()`] = async (kit) => {
      const { router } = broken(kit);
      assertBroken(await (await router.completion(STREAM)).toResponse().text(), code);
    };
  }
}

for (const way of ["the connection stays open", "the connection breaks"]) {
  const end = way.endsWith("open") ? { stall: { afterEvents: 4 } } : { cut: { afterEvents: 4 } };
  const events = [chunk({ role: "assistant", content: "" }), chunk({ content: "Yes." }), chunk({}, "stop"), "[DONE]"];

  streamFaults[`after the terminator nothing is a fault: ${way}, as objects`] = async (kit) => {
    const { router } = kit.single({ one: { faults: { events, ...end } }, config: { idle_timeout: 0.05 } });
    const answer = await router.completion(STREAM);
    assert.equal((await answer.final()).choices[0].message.content, "Yes.");
    assert.equal(answer.meta.attempts[0].error, null);
  };

  streamFaults[`after the terminator nothing is a fault: ${way}, as bytes`] = async (kit) => {
    const { router } = kit.single({ one: { faults: { events, ...end } }, config: { idle_timeout: 0.05 } });
    const text = await (await router.fetch(CHAT_URL, post(STREAM))).text();
    assert.deepEqual(eventsIn(text).slice(-1), ["[DONE]"], text);
    assert.equal(router.coreRunning(), 0);
  };
}

/** As a worker does it: the request that it was sent is handed over. */
const handOver = (router) => router.fetch(new Request(CHAT_URL, post(STREAM)));

streamFaults["a worker's caller who leaves: the upstream is cancelled"] = async (kit) => {
  const { router, provider } = kit.single({ one: { chunkDelayMs: 5, words: 2_000 } });
  const reader = (await handOver(router)).body.getReader();
  await reader.read();
  await reader.cancel();
  await provider.when(({ open }) => open === 0);
  assert.equal(router.coreRunning(), 0);
  assert.equal(provider.calls[0].finished, false);
};
