/** Giving up a call before anything of it can be shown: at every moment, in every way of calling, down to the provider. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, post, rejection } from "../support/kit.js";
import { assertAborted, assertGivenUp, isFetch, turn } from "../support/giving-up.js";

const STREAM = { ...CHAT, stream: true };

/** Calls that take a signal, in all ways; each resolves once there is an answer or the head of a stream. */
const CALLS = {
  completion: (router, signal) => router.completion(CHAT, { signal }),
  "completion, streamed": (router, signal) => router.completion(STREAM, { signal }),
  fetch: (router, signal) => router.fetch(CHAT_URL, post(CHAT, { signal })).then((response) => response.json()),
  "fetch, streamed": (router, signal) => router.fetch(CHAT_URL, post(STREAM, { signal })),
};
/** The same, until everything is read. */
const READ = {
  ...CALLS,
  "completion, streamed": async (router, signal) => (await CALLS["completion, streamed"](router, signal)).final(),
  // Through a reader: Chromium's `text()` rejects with an error of its own, whatever the stream failed with.
  "fetch, streamed": async (router, signal) => all((await CALLS["fetch, streamed"](router, signal)).body.values()),
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

export const abortCalls = {};

for (const way of Object.keys(CALLS)) {
  const call = CALLS[way];

  abortCalls[`${way}: a signal that has fired already sends nothing`] = async (kit) => {
    const { router, provider } = kit.single();
    const signal = AbortSignal.abort();
    assertAborted(kit, way, await rejection(call(router, signal)), signal.reason);
    assert.equal(provider.calls.length, 0);
  };

  abortCalls[`${way}: before the head`] = async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { stall: "head" } } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls }) => calls.length === 1);
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assertGivenUp(provider);
    assert.equal(router.coreRunning(), 0);
  };

  abortCalls[`${way}: in the body, before anything can be shown`] = async (kit) => {
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

  abortCalls[`${way}: in the body of an error`] = async (kit) => {
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

  abortCalls[`${way}: in the wait before a retry`] = async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { status: 500 } } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls, open }) => calls.length === 1 && open === 0);
    await turn();
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assert.equal(provider.calls.length, 1);
  };

  abortCalls[`${way}: with a reason of the caller's own`] = async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { stall: "head" } } });
    const controller = new AbortController();
    const error = rejection(call(router, controller.signal));
    await provider.when(({ calls }) => calls.length === 1);
    controller.abort(new DOMException("too slow for me", "TimeoutError"));
    assertAborted(kit, way, await error, controller.signal.reason);
  };

  abortCalls[`${way}: a host's fetch that ignores its signal keeps nobody waiting`] = async (kit) => {
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

  abortCalls[`${way}: a host's fetch that never answers ends by the time-out`] = async (kit) => {
    const { router } = kit.single({ params: { timeout: 0.05, num_retries: 0 }, host: { fetch: () => new Promise(() => {}) } });
    const outcome = isFetch(way) ? await call(router) : await rejection(call(router));
    if (way === "fetch") assert.equal(outcome.error.code, "timeout");
    else assert.equal(outcome.status, 408);
    assert.equal(router.coreRunning(), 0);
  };

  abortCalls[`${way}: an answer that comes too late is not kept open`] = async (kit) => {
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

  abortCalls[`${way}: at any of the small steps, with a retry on the way`] = async (kit) => {
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

  abortCalls[`${way}: a signal is left as it was found`] = async (kit) => {
    const { router } = kit.pair({ one: { faults: [{ status: 500 }] } });
    const { signal } = new AbortController();
    const listeners = new Set();
    const { addEventListener, removeEventListener } = signal;
    Object.assign(signal, {
      addEventListener: (type, listener, options) => (
        listeners.add(listener),
        addEventListener.call(signal, type, listener, options)
      ),
      removeEventListener: (type, listener, options) => (
        listeners.delete(listener),
        removeEventListener.call(signal, type, listener, options)
      ),
    });
    await READ[way](router, signal);
    assert.equal(listeners.size, 0);
  };
}
