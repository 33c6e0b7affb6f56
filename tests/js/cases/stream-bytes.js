/** Streams over fetch and in process: handed on exactly, at once, and at the reader's pace. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, post, rejection } from "../support/kit.js";
import { byHand, chunk, decode, encode, event, virtualTime } from "../support/upstream.js";

const STREAM = { ...CHAT, stream: true };
const WORDS = "Grüße, 日本語, 🙂 and “quotes” — naïve café";

export const streamBytes = {};

const DELIVERIES = {
  "as they come": {},
  "in chunks of one byte": { splitBytes: 1 },
  "in chunks of random sizes": { splitBytes: "random", seed: 5 },
  "with CR LF": { crlf: true },
  "with CR LF, byte by byte": { crlf: true, splitBytes: 1 },
  "with an event that does not parse": { malformedEvent: { at: 3 } },
  "with an event of 200 kB": { hugeBody: 200_000 },
};

for (const [name, fault] of Object.entries(DELIVERIES)) {
  streamBytes[`the upstream's bytes go on untouched: ${name}`] = async (kit) => {
    const { router, provider } = kit.single({ one: { reply: WORDS, faults: fault } });
    const response = await router.fetch(CHAT_URL, post(STREAM));
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^text\/event-stream/);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const [{ text }] = provider.calls;
    const twin = kit.provider("one", { reply: WORDS, faults: fault });
    const expected = new Uint8Array(await (await twin.fetch("https://one.test/v1/chat/completions", post(text))).arrayBuffer());
    assert.equal(decode(bytes), decode(expected));
    assert.deepEqual(bytes, expected);
  };

  streamBytes[`objects read the same: ${name}`] = async (kit) => {
    const { router } = kit.single({ one: { reply: WORDS, faults: fault } });
    const chunks = await all(await router.completion(STREAM));
    assert.equal(
      chunks
        .map(({ choices }) => choices[0].delta.content ?? "")
        .join("")
        .trim(),
      WORDS,
    );
  };
}

streamBytes["each chunk goes on before the next is sent, as bytes"] = async (kit) => {
  const { router, send, close } = byHand(kit);
  const answered = router.fetch(CHAT_URL, post(STREAM));
  send(event(chunk({ role: "assistant", content: "" })));
  send(event(chunk({ content: "0" })));
  const reader = (await answered).body.getReader();
  const next = async () => decode((await reader.read()).value);
  assert.equal(await next(), event(chunk({ role: "assistant", content: "" })));
  assert.equal(await next(), event(chunk({ content: "0" })));
  for (let n = 1; n < 50; n += 1) {
    const text = event(chunk({ content: String(n) }));
    // Half an event is no reason to wait either.
    for (const half of [text.slice(0, 30), text.slice(30)]) {
      send(half);
      assert.equal(await next(), half);
    }
  }
  send(event(chunk({}, "stop")) + event("[DONE]"));
  close();
  assert.match(await next(), /\[DONE\]\n\n$/);
  assert.equal((await reader.read()).done, true);
};

streamBytes["each chunk goes on before the next is sent, as objects"] = async (kit) => {
  const { router, send } = byHand(kit);
  const answered = router.completion(STREAM);
  send(event(chunk({ role: "assistant", content: "" })));
  send(event(chunk({ content: "0" })));
  const chunks = (await answered)[Symbol.asyncIterator]();
  assert.equal((await chunks.next()).value.choices[0].delta.role, "assistant");
  assert.equal((await chunks.next()).value.choices[0].delta.content, "0");
  for (let n = 1; n < 50; n += 1) {
    send(event(chunk({ content: String(n) })));
    assert.equal((await chunks.next()).value.choices[0].delta.content, String(n));
  }
  send(event(chunk({}, "stop")));
  assert.equal((await chunks.next()).value.choices[0].finish_reason, "stop");
  // The terminator ends it, be the connection closed or not.
  send(event("[DONE]"));
  assert.equal((await chunks.next()).done, true);
};

streamBytes["a slow reader slows the provider: nothing is read ahead"] = async (kit) => {
  let pulls = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        pulls += 1;
        controller.enqueue(encode(event(chunk({ content: "word " }))));
      },
    },
    { highWaterMark: 0 },
  );
  const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
  const { router } = kit.single({ host: { fetch } });
  const reader = (await router.fetch(CHAT_URL, post(STREAM))).body.getReader();
  for (let n = 1; n <= 5; n += 1) {
    await reader.read();
    assert.ok(pulls <= n + 2, `${pulls} chunks were read for ${n}`);
  }
  await reader.cancel();
};

/** A stream of two words so far, in a time that only the test moves; each `next` gives the text of what was read. */
const PAUSED = {
  async bytes(kit) {
    const time = virtualTime();
    const hand = byHand(kit, { config: { idle_timeout: 10, deadline: 1_000 }, host: time.host });
    const answered = hand.router.fetch(CHAT_URL, post(STREAM));
    hand.send(event(chunk({ content: "0" })));
    hand.send(event(chunk({ content: "1" })));
    const reader = (await answered).body.getReader();
    const next = async () => {
      const { done, value } = await reader.read();
      return done ? undefined : decode(value);
    };
    return { ...hand, time, next, failed: async () => assert.match(await next(), /"code":"timeout"/) };
  },
  async objects(kit) {
    const time = virtualTime();
    const hand = byHand(kit, { config: { idle_timeout: 10, deadline: 1_000 }, host: time.host });
    const answered = hand.router.completion(STREAM);
    hand.send(event(chunk({ content: "0" })));
    hand.send(event(chunk({ content: "1" })));
    const chunks = (await answered)[Symbol.asyncIterator]();
    const next = async () => {
      const { done, value } = await chunks.next();
      return done ? undefined : event(value);
    };
    return { ...hand, time, next, failed: async () => assert.ok((await rejection(chunks.next())) instanceof kit.Timeout) };
  },
};

for (const [form, begin] of Object.entries(PAUSED)) {
  streamBytes[`a reader that takes its time is no silence of the upstream, as ${form}`] = async (kit) => {
    const { send, close, next, time } = await begin(kit);
    assert.equal(await next(), event(chunk({ content: "0" })));
    for (let n = 0; n < 6; n += 1) await time.pass(9_000);
    assert.equal(await next(), event(chunk({ content: "1" })));
    send(event(chunk({ content: "2" })));
    for (let n = 0; n < 6; n += 1) await time.pass(9_000);
    assert.equal(await next(), event(chunk({ content: "2" })));
    send(event(chunk({}, "stop")));
    send(event("[DONE]"));
    close();
    await time.pass(60_000);
    assert.equal(await next(), event(chunk({}, "stop")));
    while ((await next()) !== undefined);
  };

  streamBytes[`a silence is counted from when the reader waits, as ${form}`] = async (kit) => {
    const { next, failed, time } = await begin(kit);
    await next();
    await next();
    await time.pass(60_000);
    const waiting = failed();
    await time.pass(9_900);
    await time.pass(99);
    let isOver = false;
    waiting.then(() => (isOver = true));
    await time.pass(0);
    assert.equal(isOver, false, "given up too early");
    await time.pass(2);
    await waiting;
  };
}

streamBytes["a silence before the next chunk is no fault while it is shorter than idle_timeout"] = async (kit) => {
  const { router, provider } = kit.single({ one: { chunkDelayMs: 15 }, config: { idle_timeout: 0.5, timeout: 5 } });
  const text = await (await router.fetch(CHAT_URL, post(STREAM))).text();
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.ok(provider.calls[0].finished);
};
