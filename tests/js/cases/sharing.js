// Routers and a store: what they share, that the store is never in the way, and what is kept of a router.

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { hostile, plainStore } from "../support/stores.js";

const SLOW_DOWN = { status: 429, headers: { "retry-after": "60" } };

/** Two routers of one config, "one" before "two", each with providers of its own. */
function isolates(kit, store, { config, first, second } = {}) {
  return [0, 1].map(() => kit.pair({ config, first, second, host: { store, seed: undefined } }));
}

/** Makes a call, and waits until the store has been told and asked. */
async function call({ router }) {
  const answer = await router.completion(CHAT);
  await router.flush();
  await shared();
  return answer.model_used;
}

/** A turn of the event loop: whatever a store in memory has been asked is answered. */
const shared = () => new Promise((resolve) => setTimeout(resolve));

export const sharing = {
  "a bench of one router is known to the other one": async (kit) => {
    const store = plainStore();
    const [a, b] = isolates(kit, store);
    a.one.script(SLOW_DOWN);
    assert.equal(await call(a), "openai/model-two");
    // The store is asked beside its first call, and not before.
    assert.equal(await call(b), "openai/model-one");
    assert.equal(await call(b), "openai/model-two");
    const cool = [...store.values.keys()].filter((key) => key.endsWith("/cool"));
    assert.deepEqual(cool, ["sw1/default/one/cool"]);
  },
  "a host that cannot keep a promise alive fails no call": async (kit) => {
    const waitUntil = () => {
      throw new TypeError("Illegal invocation");
    };
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://telemetry.test" };
    const callbackFetch = async () => new Response("{}");
    for (const [config, more] of [[{}, { store: plainStore() }], [{ callbacks: ["otel"] }, { env, callbackFetch }], [{ cache_responses: true }, {}]]) {
      const { router } = kit.single({ config, host: { waitUntil, ...more } });
      assert.ok((await router.completion(CHAT)).model_used);
      assert.match(await (await router.fetch(CHAT_URL, post({ ...CHAT, stream: true }))).text(), /\[DONE\]/);
      assert.equal(router.snapshot().router.running, 0);
      await router.flush();
    }
  },
  "routers of other names share nothing": async (kit) => {
    const store = plainStore();
    const [a] = isolates(kit, store);
    const b = kit.pair({ host: { store, storeName: "other" } });
    a.one.script(SLOW_DOWN);
    await call(a);
    for (let n = 0; n < 3; n += 1) assert.equal(await call(b), "openai/model-one");
  },
  "reservations are told when a request is sent, and settled when it is answered": async (kit) => {
    const store = plainStore();
    const config = { limit_mode: "hard" };
    const { router, one } = kit.pair({ config, first: { rpm: 3, tpm: 100_000 }, host: { store }, one: { faults: [{ drip: true }] } });
    const answer = router.completion(CHAT);
    await one.when(({ calls }) => calls.length === 1);
    await shared();
    const sum = (facet) => [...store.values].filter(([key]) => key.includes(facet)).reduce((total, [, value]) => total + value, 0);
    assert.equal(sum("/req/"), 1);
    const reserved = sum("/tok/out/");
    one.release(Infinity);
    const { usage } = await answer;
    await router.flush();
    assert.equal(sum("/req/"), 1);
    assert.deepEqual([sum("/tok/in/"), sum("/tok/out/")], [usage.prompt_tokens, usage.completion_tokens]);
    assert.ok(reserved >= 0);
    assert.ok([...store.values.keys()].every((key) => !key.includes("/two/")), "two has no limits");
  },
  "what others have used of a limit counts": async (kit) => {
    const store = plainStore();
    const [a, b] = isolates(kit, store, { config: { limit_mode: "hard" }, first: { rpm: 4 } });
    for (let n = 0; n < 4; n += 1) assert.equal(await call(a), "openai/model-one");
    assert.equal(await call(a), "openai/model-two");
    await call(b);
    assert.equal(await call(b), "openai/model-two");
  },
  "a batch that is refused comes once more under its id, and is then given up": async (kit) => {
    const ids = [];
    const store = plainStore();
    store.apply = async (id) => {
      ids.push(id);
      throw new Error("no");
    };
    const { router, one } = kit.pair({ host: { store } });
    one.script(SLOW_DOWN);
    assert.equal((await router.completion(CHAT)).model_used, "openai/model-two");
    await router.flush();
    assert.ok(ids.length >= 2 && ids[0] === ids[1], ids.join());
    assert.equal(new Set(ids).size, ids.length / 2);
    assert.equal(router.snapshot().router.dropped_batches, ids.length / 2);
    assert.equal(router.snapshot().router.store_failures, ids.length);
  },
  "a store is asked and told only what it says it can carry": async (kit) => {
    for (const [capabilities, kinds] of [
      [{ ops: ["max"], freshMs: 0 }, ["max"]],
      [{ ops: ["add"], freshMs: 0 }, ["add"]],
      [undefined, ["max"]],
      [{ ops: "max" }, ["max"]],
    ]) {
      const store = plainStore();
      store.capabilities = capabilities;
      const { router, one } = kit.pair({ config: { limit_mode: "hard" }, first: { rpm: 9 }, second: { rpm: 9 }, host: { store } });
      one.script(SLOW_DOWN);
      await call({ router });
      const told = store.batches.flatMap(({ ops }) => ops.map(({ kind }) => kind));
      assert.deepEqual([...new Set(told)], kinds);
    }
  },
  "s104 whatever a store does, no call fails": async (kit) => {
    const store = hostile(plainStore());
    const pairs = isolates(kit, store, { config: { limit_mode: "hard", num_retries: 2 }, first: { rpm: 5_000, tpm: 1e9 }, second: { rpm: 5_000 } });
    for (let n = 0; n < 150; n += 1) {
      const pair = pairs[n % 2];
      if (n % 7 === 0) pair.one.script({ status: 500 });
      await call(pair);
      if (n % 10 === 0) assert.equal((await pair.router.fetch(CHAT_URL, post(CHAT))).status, 200);
    }
    assert.ok(pairs.every(({ router }) => router.snapshot().router.store_failures > 0));
    store.hang();
    for (let n = 0; n < 20; n += 1) await pairs[n % 2].router.completion(CHAT);
  },
  "s103 what was learnt goes on in a router that begins anew": async (kit) => {
    const old = kit.pair();
    old.one.script(SLOW_DOWN);
    await old.router.completion(CHAT);
    const state = old.router.exportState();
    assert.ok(state instanceof Uint8Array && state.length < 2_000, String(state.length));
    const fresh = kit.pair();
    fresh.router.importState(state);
    assert.equal((await fresh.router.completion(CHAT)).model_used, "openai/model-two");
    assert.equal(fresh.one.calls.length, 0);
    assert.ok(!new TextDecoder("latin1").decode(state).includes("sk-"), "it holds no key");
  },
  "what is no state is refused, and changes nothing": async (kit) => {
    const { router, one } = kit.pair();
    one.script(SLOW_DOWN);
    await router.completion(CHAT);
    const state = router.exportState();
    const cut = state.slice(0, -1);
    for (const given of [undefined, null, "{}", {}, [], new ArrayBuffer(8), new Uint8Array(), new Uint8Array(64), cut]) {
      assert.throws(() => router.importState(given), { name: "TypeError", message: /^importState: / });
    }
    assert.equal((await router.completion(CHAT)).model_used, "openai/model-two");
  },
  "flush resolves without a store, and with one that fails": async (kit) => {
    await kit.single().router.flush();
    const store = { load: () => Promise.reject(new Error("no")), apply: () => Promise.reject(new Error("no")) };
    const { router, one } = kit.pair({ host: { store } });
    one.script(SLOW_DOWN);
    await router.completion(CHAT);
    assert.equal(await router.flush(), undefined);
  },
  "after a trap a router knows what it knew": async (kit) => {
    const store = plainStore({ ops: ["max"], freshMs: 0 });
    const { router, one, two } = kit.pair({ host: { store } });
    one.script(SLOW_DOWN);
    await router.completion(CHAT);
    kit.trapped();
    router.__wbg_ptr = 0x7fff_fff0;
    assert.ok((await rejection(router.completion(CHAT))) instanceof kit.InternalError);
    const before = one.calls.length;
    assert.equal((await router.completion(CHAT)).model_used, "openai/model-two");
    assert.equal(one.calls.length, before, "the bench was kept");
    // And it goes on telling.
    two.script({ ...SLOW_DOWN });
    await rejection(router.completion(CHAT));
    await router.flush();
    assert.ok([...store.values.keys()].includes("sw1/default/two/cool"), [...store.values.keys()].join());
  },
  "a state that traps itself is not taken in twice": async (kit) => {
    const { router } = kit.single();
    await router.completion(CHAT);
    kit.trapped();
    for (let n = 0; n < 3; n += 1) {
      router.__wbg_ptr = 0x7fff_fff0;
      await router.completion(CHAT).catch(() => {});
      assert.equal((await router.completion(CHAT)).model_used, "openai/model-one");
    }
  },
  "a deployment's credential that was changed starts clean": async (kit) => {
    const make = (api_key) => {
      const provider = kit.provider("one", api_key === "sk-old" ? { faults: Array(3).fill({ status: 401 }) } : {});
      const model_list = [deployment("one", { api_key }), deployment("three", { api_key, api_base: "https://one.test/v1" })];
      return kit.router({ model_list }, { fetch: fetchOf(provider), seed: 1 });
    };
    const old = make("sk-old");
    await rejection(old.completion(CHAT));
    const same = make("sk-old");
    same.importState(old.exportState());
    assert.equal((await rejection(same.completion(CHAT))).name, "AuthenticationError");
    const rotated = make("sk-new");
    rotated.importState(old.exportState());
    assert.ok((await rotated.completion(CHAT)).model_used);
  },
};
