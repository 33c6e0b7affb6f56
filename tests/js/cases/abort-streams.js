/** Giving up a stream: by signal, by leaving the loop, by cancelling the body. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, post, rejection } from "../support/kit.js";
import { assertAborted, assertGivenUp, turn } from "../support/giving-up.js";

const STREAM = { ...CHAT, stream: true };

/** A router whose provider falls silent after its first words, and a stream of it that has been read so far. */
async function begun(kit, start) {
  const { router, provider } = kit.single({ one: { faults: { stall: { afterEvents: 3 } } } });
  const controller = new AbortController();
  const stream = await start(router, controller.signal);
  return { router, provider, controller, stream };
}

async function begunObjects(kit) {
  const started = await begun(kit, (router, signal) => router.completion(STREAM, { signal }));
  const chunks = started.stream[Symbol.asyncIterator]();
  for (let n = 0; n < 3; n += 1) assert.equal((await chunks.next()).done, false);
  return { ...started, chunks };
}

async function begunBytes(kit) {
  const started = await begun(kit, (router, signal) => router.fetch(CHAT_URL, post(STREAM, { signal })));
  const reader = started.stream.body.getReader();
  for (let n = 0; n < 3; n += 1) assert.equal((await reader.read()).done, false);
  return { ...started, reader };
}

export const abortStreams = {
  "in a stream of objects: by signal, while the next chunk is awaited": async (kit) => {
    const { router, provider, controller, chunks } = await begunObjects(kit);
    const error = rejection(chunks.next());
    await turn();
    controller.abort();
    assertAborted(kit, "completion", await error, controller.signal.reason);
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  },
  "in a stream of objects: by signal, between two chunks": async (kit) => {
    const { provider, controller, chunks } = await begunObjects(kit);
    controller.abort();
    assertGivenUp(provider);
    assertAborted(kit, "completion", await rejection(chunks.next()), controller.signal.reason);
  },
  "in a stream of objects: by leaving the loop": async (kit) => {
    const { router, provider } = kit.single();
    let seen = 0;
    for await (const chunk of await router.completion(STREAM)) {
      assert.equal(chunk.object, "chat.completion.chunk");
      seen += 1;
      if (seen === 3) break;
    }
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  },
  "in a stream of objects: by an error in the loop": async (kit) => {
    const { router, provider } = kit.single();
    const stream = await router.completion(STREAM);
    const mistake = new Error("the reader's own");
    const error = await rejection(
      (async () => {
        for await (const _ of stream) throw mistake;
      })(),
    );
    assert.equal(error, mistake);
    assertGivenUp(provider);
  },
  "in a stream of objects: by cancelling the body of toResponse()": async (kit) => {
    const { router, provider } = kit.single();
    const reader = (await router.completion(STREAM)).toResponse().body.getReader();
    await reader.read();
    await reader.cancel();
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  },
  "in a stream of objects: after its end nothing happens": async (kit) => {
    const { router, provider } = kit.single();
    const controller = new AbortController();
    const stream = await router.completion(STREAM, { signal: controller.signal });
    for await (const _ of stream);
    controller.abort();
    assert.ok(provider.calls[0].finished);
    assert.equal(stream.meta.attempts[0].error, null);
  },
  "in a stream over fetch: by signal, while bytes are awaited": async (kit) => {
    const { router, provider, controller, reader } = await begunBytes(kit);
    const error = rejection(reader.read());
    await turn();
    controller.abort();
    assert.equal(await error, controller.signal.reason);
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  },
  "in a stream over fetch: by signal, between two reads": async (kit) => {
    const { provider, controller, reader } = await begunBytes(kit);
    controller.abort();
    assertGivenUp(provider);
    assert.equal(await rejection(reader.read()), controller.signal.reason);
  },
  "in a stream over fetch: by cancelling the body": async (kit) => {
    const { router, provider, reader } = await begunBytes(kit);
    await reader.cancel();
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  },
  "in a stream over fetch: by cancelling the body before it is read": async (kit) => {
    const { router, provider } = kit.single();
    const response = await router.fetch(CHAT_URL, post(STREAM));
    await response.body.cancel();
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  },
  "a signal on the Request itself counts": async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { stall: "head" } } });
    const controller = new AbortController();
    const request = new Request(CHAT_URL, post(CHAT, { signal: controller.signal }));
    const error = rejection(router.fetch(request));
    await provider.when(({ calls }) => calls.length === 1);
    controller.abort();
    assert.equal((await error).name, "AbortError");
    assertGivenUp(provider);
  },
  "a body is cancelled even if the host's fetch does not honour its signal": async (kit) => {
    for (const way of [(router, signal) => router.completion(STREAM, { signal }), (router, signal) => router.fetch(CHAT_URL, post(STREAM, { signal }))]) {
      let cancelled = false;
      // Nothing ever comes.
      const body = new ReadableStream({ cancel: () => void (cancelled = true) });
      const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
      const { router } = kit.single({ host: { fetch } });
      const controller = new AbortController();
      const error = rejection(way(router, controller.signal));
      await turn();
      controller.abort();
      assert.equal((await error).name, "AbortError");
      await turn();
      assert.ok(cancelled, "the body is still read");
    }
  },
  "a call that was given up is not held against its deployment": async (kit) => {
    const { router, one } = kit.pair({ one: { faults: (n) => n <= 20 && { stall: "head" } } });
    for (let n = 1; n <= 20; n += 1) {
      const controller = new AbortController();
      const error = rejection(router.completion(CHAT, { signal: controller.signal }));
      await one.when(({ calls }) => calls.length === n);
      controller.abort();
      assert.equal((await error).name, "AbortError");
    }
    assert.equal((await router.completion(CHAT))._hidden_params.model_id, "one");
  },
};
