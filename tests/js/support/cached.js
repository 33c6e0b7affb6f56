/** Routers that keep their answers, and every way to ask them. Runs on every runtime. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, post } from "./kit.js";

const STREAM = { ...CHAT, stream: true };

/** Each way to call: what was said, and whether it was a hit. */
export const WAYS = {
  async completion(router, more, options) {
    const answer = await router.completion({ ...CHAT, ...more }, options);
    return { hit: answer._hidden_params.cache_hit, said: JSON.parse(JSON.stringify(answer.choices)), told: answer._hidden_params };
  },
  async "completion, streamed"(router, more, options) {
    const stream = await router.completion({ ...STREAM, ...more }, options);
    const said = await all(stream);
    return { hit: stream.meta.cache_hit, said, told: stream.meta };
  },
  async fetch(router, more, init) {
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, ...more }, init));
    assert.equal(response.status, 200);
    return { hit: response.headers.get("x-switchman-cache") === "hit", said: await response.text(), told: response.headers };
  },
  async "fetch, streamed"(router, more, init) {
    const response = await router.fetch(CHAT_URL, post({ ...STREAM, ...more }, init));
    assert.equal(response.status, 200);
    return { hit: response.headers.get("x-switchman-cache") === "hit", said: await response.text(), told: response.headers };
  },
};

/** A cache of the program's, all of it in sight. `get` and `set` may be told to do something else first. */
export function openCache() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const cache = {
    kept,
    /** What was asked for, and what was set. @type {any[][]} */
    calls: [],
    /** @type {(key: string) => any} */
    onGet: () => undefined,
    /** @type {(key: string, value: string) => any} */
    onSet: () => undefined,
    async get(key) {
      cache.calls.push(["get", key]);
      return (await cache.onGet(key)) ?? kept.get(key) ?? null;
    },
    async set(key, value, ttl) {
      cache.calls.push(["set", key, ttl]);
      await cache.onSet(key, value);
      kept.set(key, value);
    },
  };
  return cache;
}

/** A clock that stands still until it is told to go on. */
export function stopped() {
  const clock = { ms: 1_000_000_000 };
  return { clock, now: () => clock.ms };
}

/** Nothing that calls move: everything but the cache's own counts. */
export function unmoved(router) {
  const { at: _, cache, ...rest } = router.snapshot();
  return rest;
}

/** Resolves when what runs beside the calls is over. */
export const turns = async () => {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setTimeout(resolve, 0));
};
