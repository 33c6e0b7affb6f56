/** What goes wrong in a stream after its first content: nobody may take a part for the whole. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, eventsIn, post, rejection } from "../support/kit.js";
import { chunk } from "../support/upstream.js";

const STREAM = { ...CHAT, stream: true };

export const streamFaults = {};

/** What goes wrong after three events, and the error that is told. */
const LATE = {
  "the connection breaks": [{ cut: { afterEvents: 3 } }, "APIConnectionError", "connection_error"],
  "the connection breaks within an event": [{ cut: { afterBytes: 700 } }, "APIConnectionError", "connection_error"],
  "the stream just ends": [{ cut: { afterEvents: 3, how: "close" } }, "APIError", "bad_reply"],
  "the stream ends within an event": [{ truncate: 700 }, "APIError", "bad_reply"],
  "the stream falls silent": [{ stall: { afterEvents: 3 } }, "Timeout", "timeout"],
  "an error event comes": [
    { errorEvent: { at: 3, error: { message: "out of breath", code: "server_error" } } },
    "InternalServerError",
    "server_error",
  ],
};

/** A client asks with an address; a worker hands over the request that it was sent, and relays the answer. */
const FETCHES = {
  "fetch(url, init)": (router) => router.fetch(CHAT_URL, post(STREAM)),
  "fetch(request)": (router) => router.fetch(new Request(CHAT_URL, post(STREAM))),
};

for (const [way, ask] of Object.entries(FETCHES)) {
  for (const [name, [fault, , code]] of Object.entries(LATE)) overFetch(way, ask, name, fault, code);
}

function overFetch(way, ask, name, fault, code) {
  streamFaults[`after the first content, ${name}: over ${way} an error event, and no clean end`] = async (kit) => {
    const { router, one, two } = kit.pair({ one: { faults: fault }, config: { idle_timeout: 0.05 } });
    const response = await ask(router);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-switchman-model-id"), "one");
    const text = await response.text();
    assert.ok(!text.includes("[DONE]"), text);
    assert.match(text, /\n\n$/);
    const { error } = JSON.parse(eventsIn(text).at(-1));
    assert.equal(error.code, code, text);
    assert.equal(typeof error.message, "string");
    assert.equal(typeof error.type, "string");
    assert.equal(one.calls.length, 1);
    assert.equal(two.calls.length, 0);
    assert.equal(router.coreRunning(), 0);
  };
}

for (const [name, [fault, Class, code]] of Object.entries(LATE)) {
  streamFaults[`after the first content, ${name}: a typed error in a stream of objects`] = async (kit) => {
    const { router, two } = kit.pair({ one: { faults: fault }, config: { idle_timeout: 0.05 } });
    const answer = await router.completion(STREAM);
    const seen = [];
    const error = await rejection(
      (async () => {
        for await (const chunk of answer) seen.push(chunk);
      })(),
    );
    assert.ok(seen.length >= 2 && seen.length <= 3, `${seen.length} chunks`);
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

  streamFaults[`after the first content, ${name}: an error event in toResponse()`] = async (kit) => {
    const { router } = kit.pair({ one: { faults: fault }, config: { idle_timeout: 0.05 } });
    const text = await (await router.completion(STREAM)).toResponse().text();
    assert.ok(!text.includes("[DONE]"), text);
    assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, code);
  };
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

  for (const [fetched, ask] of Object.entries(FETCHES)) {
    streamFaults[`after the terminator nothing is a fault: ${way}, over ${fetched}`] = async (kit) => {
      const { router } = kit.single({ one: { faults: { events, ...end } }, config: { idle_timeout: 0.05 } });
      const text = await (await ask(router)).text();
      assert.deepEqual(eventsIn(text).slice(-1), ["[DONE]"], text);
      assert.equal(router.coreRunning(), 0);
    };
  }
}

streamFaults["a worker's caller who leaves: the upstream is cancelled with the next chunk at the latest"] = async (kit) => {
  const { router, provider } = kit.single({ one: { chunkDelayMs: 5, words: 2_000 } });
  const response = await FETCHES["fetch(request)"](router);
  const reader = response.body.getReader();
  await reader.read();
  await reader.cancel();
  await provider.when(({ open }) => open === 0);
  assert.equal(router.coreRunning(), 0);
  assert.equal(provider.calls[0].finished, false);
};

streamFaults["a worker's caller gets each chunk when it comes"] = async (kit) => {
  const { router, provider } = kit.single({ one: { faults: { drip: true }, words: 6 } });
  const asked = FETCHES["fetch(request)"](router);
  // The first event goes at once; the others are let go one by one, each when the one before has been read.
  await provider.when(({ calls }) => calls.length === 1);
  const letGo = setInterval(() => provider.release(), 1);
  const response = await asked;
  clearInterval(letGo);
  let text = "";
  for (const reader = response.body.getReader(), decoder = new TextDecoder(); ; ) {
    provider.release();
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  assert.deepEqual(eventsIn(text).slice(-1), ["[DONE]"], text);
  assert.equal(router.coreRunning(), 0);
};
