/** Giving up: by signal, by leaving a loop, by cancelling a body, at every moment of a call. Down to the provider. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, post, rejection } from "../support/kit.js";

const STREAM = { ...CHAT, stream: true };

/** Calls that take a signal, in all ways; each resolves once there is an answer or the head of a stream. */
const CALLS = {
  completion: (router, signal) => router.completion(CHAT, { signal }),
  "completion, streamed": (router, signal) => router.completion(STREAM, { signal }),
  fetch: (router, signal) => router.fetch(CHAT_URL, post(CHAT, { signal })).then((response) => response.json()),
  "fetch, streamed": (router, signal) => router.fetch(CHAT_URL, post(STREAM, { signal })),
};
const isFetch = (way) => way.startsWith("fetch");

/** The same, until everything is read. */
const READ = {
  ...CALLS,
  "completion, streamed": async (router, signal) => (await CALLS["completion, streamed"](router, signal)).final(),
  "fetch, streamed": async (router, signal) => (await CALLS["fetch, streamed"](router, signal)).text(),
};

/** In process the error is a typed one; a `fetch` rejects with the signal's own reason. */
function assertAborted(kit, way, error, reason) {
  if (isFetch(way)) return assert.equal(error, reason);
  assert.equal(error.name, "AbortError");
  assert.ok(error instanceof kit.RouterError && error instanceof Error);
  assert.equal(error.cause, reason);
  assert.equal(error.side, "caller");
}

/** Was the provider told? */
const assertGivenUp = ({ calls }) => {
  assert.equal(calls.length, 1);
  assert.ok(calls[0].aborted || calls[0].cancelled, "the provider was not told");
  assert.equal(calls[0].finished, false);
};

/** A host's `fetch`, and a promise for the moment when it has the head of a response. */
function headed(provider) {
  let arrived;
  const head = new Promise((resolve) => (arrived = resolve));
  const fetch = async (input, init) => {
    const response = await provider.fetch(input, init);
    arrived();
    return response;
  };
  return { fetch, head };
}

/** A turn of the event loop. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

export const abort = {};

for (const way of Object.keys(CALLS)) {
  const call = CALLS[way];

  abort[`${way}: a signal that has fired already sends nothing`] = async (kit) => {
    const { router, provider } = kit.single();
    const signal = AbortSignal.abort();
    assertAborted(kit, way, await rejection(call(router, signal)), signal.reason);
    assert.equal(provider.calls.length, 0);
  };

  abort[`${way}: before the head`] = async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { stall: "head" } } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls }) => calls.length === 1);
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  };

  abort[`${way}: in the body, before anything can be shown`] = async (kit) => {
    const provider = kit.provider("one", { faults: { stall: { afterBytes: 30 } } });
    const { fetch, head } = headed(provider);
    const { router } = kit.single({ host: { fetch } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await head;
    await turn();
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assertGivenUp(provider);
  };

  abort[`${way}: in the body of an error`] = async (kit) => {
    const provider = kit.provider("one", { faults: { status: 500, stall: { afterBytes: 5 } } });
    const { fetch, head } = headed(provider);
    const { router } = kit.single({ host: { fetch } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await head;
    await turn();
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assertGivenUp(provider);
  };

  abort[`${way}: in the wait before a retry`] = async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { status: 500 } } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls, open }) => calls.length === 1 && open === 0);
    await turn();
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assert.equal(provider.calls.length, 1);
  };

  abort[`${way}: with a reason of the caller's own`] = async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { stall: "head" } } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls }) => calls.length === 1);
    controller.abort(new DOMException("too slow for me", "TimeoutError"));
    assertAborted(kit, way, await error, controller.signal.reason);
  };

  abort[`${way}: a host's fetch that ignores its signal keeps nobody waiting`] = async (kit) => {
    const provider = kit.provider("one", { faults: { stall: "head" } });
    const host = { fetch: (input, init) => provider.fetch(input, { ...init, signal: undefined }) };
    const { router } = kit.pair({ first: { timeout: 0.05 }, host });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls }) => calls.length === 2);
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assert.equal(router.coreRunning(), 0);
    // Nobody can end these two any more: the kit is told not to wait for them.
    kit.forget(provider);
  };

  abort[`${way}: a host's fetch that never answers ends by the time-out`] = async (kit) => {
    const { router } = kit.single({ params: { timeout: 0.05, num_retries: 0 }, host: { fetch: () => new Promise(() => {}) } });
    const outcome = isFetch(way) ? await call(router) : await rejection(call(router));
    if (way === "fetch") assert.equal(outcome.error.code, "timeout");
    else assert.equal(outcome.status, 408);
    assert.equal(router.coreRunning(), 0);
  };

  abort[`${way}: an answer that comes too late is not kept open`] = async (kit) => {
    const provider = kit.provider("one");
    let release;
    const late = new Promise((resolve) => (release = resolve));
    const fetch = async (input, init) => {
      const response = await provider.fetch(input, { ...init, signal: undefined });
      await late;
      return response;
    };
    const { router } = kit.single({ params: { timeout: 0.05, num_retries: 0 }, host: { fetch } });
    await call(router).catch(() => {});
    assert.equal(provider.open, 1);
    release();
    await provider.when(({ open }) => open === 0);
    assert.ok(provider.calls[0].cancelled);
  };

  abort[`${way}: at any of the small steps, with a retry on the way`] = async (kit) => {
    const ends = { answered: 0, aborted: 0 };
    // Until the call is regularly over before it is given up.
    for (let steps = 0; ends.answered < 5; steps += 1) {
      const { router } = kit.pair({ one: { faults: [{ status: 500 }] } });
      const controller = new AbortController();
      const ended = READ[way](router, controller.signal).then(
        () => "answered",
        (error) => {
          assertAborted(kit, way, error, controller.signal.reason);
          return "aborted";
        },
      );
      for (let step = 0; step < steps; step += 1) await undefined;
      controller.abort();
      ends[await ended] += 1;
      await kit.settled();
    }
    assert.ok(ends.aborted > 10, JSON.stringify(ends));
  };

  abort[`${way}: a signal is left as it was found`] = async (kit) => {
    const { router } = kit.pair({ one: { faults: [{ status: 500 }] } });
    const { signal } = new AbortController();
    const listeners = new Set();
    const { addEventListener, removeEventListener } = signal;
    Object.assign(signal, {
      addEventListener: (type, listener, options) => (listeners.add(listener), addEventListener.call(signal, type, listener, options)),
      removeEventListener: (type, listener, options) => (listeners.delete(listener), removeEventListener.call(signal, type, listener, options)),
    });
    await READ[way](router, signal);
    assert.equal(listeners.size, 0);
  };
}

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

Object.assign(abort, {
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
    const error = await rejection((async () => {
      for await (const _ of stream) throw mistake;
    })());
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
});
