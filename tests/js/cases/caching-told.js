/** What is told of a hit, what a cache gets to see, and caches that do what they should not. */

import assert from "node:assert/strict";
import { openCache, stopped, turns, unmoved, WAYS } from "../support/cached.js";
import { CHAT, CHAT_URL, GROUP, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { assertSilent } from "../support/leaks.js";
import { KEY, TENANT, params } from "../support/marked.js";
import { ENV, services, spansIn } from "../support/services.js";

export const cachingTold = {};

const ON = { cache_responses: true };
const EMBED = { model: GROUP, input: ["a", "b"] };

/** What a cache may say or do instead of what it should, and whether that is a failure. */
const NONSENSE = {
  nothing: [() => null, false],
  "a number": [() => 7, true],
  "an object": [() => ({ v: 1 }), true],
  "no JSON": [() => "{", true],
  "other JSON": [() => '{"v":2}', true],
  "a list": [() => "[]", true],
  "an answer of nobody": [(entry) => JSON.stringify({ ...entry, id: 7 }), true],
  "an answer that is none": [(entry) => JSON.stringify({ ...entry, body: "{}" }), true],
  "an answer without a body": [(entry) => JSON.stringify({ ...entry, body: undefined }), true],
  "an answer of another kind": [(entry) => JSON.stringify({ ...entry, kind: "sse" }), true],
  "another key's answer": [(entry) => JSON.stringify({ ...entry, key: `${entry.key}0` }), true],
  "tokens that are none": [(entry) => JSON.stringify({ ...entry, usage: { prompt_tokens: "1" } }), true],
  "an answer that is too old": [(entry) => JSON.stringify({ ...entry, until: entry.at }), false],
  "an error": [() => assert.fail("a cache that fails"), true],
};

for (const [name, [spoil, isFailure]] of Object.entries(NONSENSE)) {
  cachingTold[`a cache that gives ${name} has nothing`] = async (kit) => {
    const cache = openCache();
    const { router, provider } = kit.single({ config: ON, host: { cache } });
    const first = await router.completion(CHAT);
    const [[key, text]] = cache.kept;
    cache.onGet = () => spoil(JSON.parse(text));
    if (name === "nothing") cache.kept.delete(key);
    const second = await router.completion(CHAT);
    assert.equal(second._hidden_params.cache_hit, false);
    assert.deepEqual(second.choices, first.choices);
    assert.equal(provider.calls.length, 2);
    assert.equal(router.snapshot().cache.failures, isFailure ? 1 : 0);
  };
}

Object.assign(cachingTold, {
  "a hit tells who gave the answer, and that nobody was asked": async (kit) => {
    const { router } = kit.pair({ config: { ...ON, model_group_alias: { quick: GROUP } } });
    const events = [];
    const first = await router.completion(CHAT);
    router.on("*", (event) => events.push(event));
    const answer = await router.completion({ ...CHAT, model: "quick" });
    const told = answer._hidden_params;
    const { call_id, latency, _response_ms, additional_headers, ...rest } = told;
    assert.deepEqual({ ...rest, usage: undefined }, {
      model_id: "one",
      model_group: GROUP,
      models_used: ["openai/model-one"],
      requested_model: "quick",
      provider: "openai",
      api_base: "https://one.test/v1",
      response_cost: 0,
      response_cost_parts: {},
      estimated_cost: 0,
      unpriced_attempts: 0,
      cache_hit: true,
      attempted_retries: 0,
      attempted_fallbacks: 0,
      attempts: [],
      usage: undefined,
      usage_source: "provider",
      skipped_events: 0,
    });
    assert.deepEqual(told.usage, first._hidden_params.usage);
    assert.deepEqual([additional_headers, answer.model_used], [{}, "openai/model-one"]);
    assert.notEqual(call_id, first._hidden_params.call_id);
    assert.ok(latency.total_ms >= 0 && _response_ms === latency.total_ms);
    assert.equal(first._hidden_params.cache_hit, false);
    const response = answer.toResponse();
    assert.equal(response.headers.get("x-switchman-cache"), "hit");
    assert.equal(first.toResponse().headers.get("x-switchman-cache"), null);
    await turns();
    const brief = ({ type, cache_hit, call_id, model_group, deployment }) => ({ type, cache_hit, call_id, model_group, deployment });
    assert.deepEqual(events.map(brief), [
      { type: "request_start", cache_hit: true, call_id, model_group: GROUP, deployment: null },
      { type: "request_end", cache_hit: true, call_id, model_group: GROUP, deployment: "one" },
    ]);
    const [start, end] = events;
    assert.deepEqual([start.requested_model, start.surface, start.stream], ["quick", "chat", false]);
    assert.deepEqual([end.status, end.error, end.attempts, end.usage.total_tokens], [200, null, 0, told.usage.total_tokens]);
  },
  "who is told of calls is told of hits, with what was said and without a token": async (kit) => {
    const service = services();
    const host = { env: ENV, callbackFetch: service.fetch, recordContent: true };
    const { router } = kit.single({ config: { ...ON, callbacks: ["otel"] }, host });
    for (const way of Object.values(WAYS)) {
      await way(router, { user: way.name });
      await way(router, { user: way.name });
    }
    await router.flush();
    const calls = spansIn(service.at("/v1/traces")).filter(({ parentSpanId }) => parentSpanId === undefined);
    const hits = calls.filter(({ attributes }) => attributes["switchman.cache_hit"] === true);
    assert.deepEqual([calls.length, hits.length], [2 * Object.keys(WAYS).length, Object.keys(WAYS).length]);
    for (const { attributes, name } of hits) {
      const said = JSON.parse(attributes["gen_ai.output.messages"])[0].parts[0].content;
      assert.deepEqual([name, said], [`chat ${GROUP}`, "Hello from one every word here is made"]);
      assert.equal(attributes["gen_ai.usage.input_tokens"], undefined);
      assert.deepEqual([attributes["gen_ai.usage.cost"], attributes["switchman.attempts"]], [0, 0]);
    }
    assert.match(router.metrics(), /\nswitchman_cache_hits_total 4\n/);
  },
  "embeddings are kept, too, and shared by both ways in": async (kit) => {
    const { router, provider } = kit.single({ config: ON });
    const first = await router.embedding(EMBED);
    const again = await router.embedding(EMBED);
    const response = await router.fetch("https://router.test/v1/embeddings", post(EMBED));
    assert.equal(response.headers.get("x-switchman-cache"), "hit");
    assert.deepEqual([again.data, (await response.json()).data], [first.data, first.data]);
    assert.equal(provider.calls.length, 1);
    const chat = { litellm_settings: { cache: true, cache_params: { supported_call_types: ["acompletion"] } } };
    const { router: other } = kit.single({ config: chat });
    await other.embedding(EMBED);
    assert.equal((await other.embedding(EMBED))._hidden_params.cache_hit, false);
  },
  "a cache sees keys of its own, answers, and no credential": async (kit) => {
    const cache = openCache();
    const { router } = kit.single({ params: { ...params, seed: 7 }, config: ON, host: { cache, storeName: "blue" } });
    for (const way of Object.values(WAYS)) await way(router);
    await router.embedding(EMBED);
    assert.equal(cache.kept.size, 4);
    for (const [key, value] of cache.kept) {
      assert.match(key, /^sw1\/blue\/cache\/[0-9a-f]{64}$/);
      assertSilent("a key", key, [KEY, TENANT]);
      assertSilent("what is kept", value, [KEY, TENANT, CHAT.messages[0].content]);
    }
    for (const [, , ttl] of cache.calls.filter(([name]) => name === "set")) assert.equal(ttl, 600);
    // Nor can a program read what the keys are made of.
    assert.equal(router.coreCacheScope, undefined);
  },
  "a cache that is slow is not waited for, and one that fails again and again is left alone": async (kit) => {
    const { clock, now } = stopped();
    const cache = openCache();
    const slept = [];
    const sleep = (ms) => (ms === 200 ? Promise.resolve(slept.push(ms)) : new Promise(() => {}));
    const { router, provider } = kit.single({ config: ON, host: { cache, now, sleep } });
    cache.onGet = () => new Promise(() => {});
    for (let n = 1; n <= 4; n += 1) {
      assert.equal((await WAYS.completion(router)).hit, false);
      assert.equal(provider.calls.length, n);
    }
    assert.equal(slept.length, 3, "the fourth call did not even ask");
    assert.deepEqual(router.snapshot().cache, { hits: 0, misses: 4, stored: 2, failures: 3 });
    clock.ms += 10_000;
    cache.onGet = () => undefined;
    assert.equal((await WAYS.completion(router)).hit, true);
  },
  "what goes wrong with keeping goes wrong beside the call, and outlives it": async (kit) => {
    const cache = openCache();
    const outlived = [];
    const { router } = kit.single({ config: ON, host: { cache, waitUntil: (promise) => outlived.push(promise) } });
    cache.onSet = () => assert.fail("a cache that does not keep");
    assert.equal((await router.completion(CHAT)).choices.length, 1);
    await Promise.all(outlived);
    assert.equal(outlived.length, 1);
    assert.deepEqual(router.snapshot().cache, { hits: 0, misses: 1, stored: 0, failures: 1 });
    // One that never answers holds up nobody.
    cache.onSet = () => new Promise(() => {});
    await router.completion(CHAT);
    const { router: other } = kit.single({ config: ON, host: { cache: { get: () => null, set: () => assert.fail("at once") } } });
    await other.completion(CHAT);
    await turns();
    assert.equal(other.snapshot().cache.failures, 1);
  },
  "what a caller changes while the cache is asked changes neither the key nor the request": async (kit) => {
    const cache = openCache();
    const { router, provider } = kit.single({ config: ON, host: { cache } });
    let answer;
    cache.onGet = () => new Promise((resolve) => (answer = resolve));
    const asked = { ...CHAT, messages: [...CHAT.messages] };
    const bytes = new TextEncoder().encode(JSON.stringify(CHAT).replace("Say", "say"));
    const isAsked = async () => {
      for (let n = 0; n < 100 && !answer; n += 1) await turns();
    };
    for (const [call, change] of [
      [() => router.completion(asked), () => asked.messages.push({ role: "user", content: "and this" })],
      [() => router.fetch(CHAT_URL, post(bytes)), () => bytes.fill(32)],
    ]) {
      answer = undefined;
      const running = call();
      await isAsked();
      change();
      answer(null);
      await (await running).text?.();
    }
    cache.onGet = () => undefined;
    assert.deepEqual(provider.calls.map(({ body }) => body.messages.length), [1, 1]);
    assert.equal((await WAYS.completion(router)).hit, true);
  },
  "a config that changes while a call runs: its answer is not kept": async (kit) => {
    const { router, provider } = kit.single({ one: { faults: { drip: true } }, config: ON });
    const running = router.completion(CHAT);
    await provider.when(({ calls }) => calls.length === 1);
    router.upsertDeployment(deployment("one", { api_key: "sk-rotated" }));
    router.upsertDeployment(deployment("one"));
    provider.release(Infinity);
    await running;
    assert.equal((await WAYS.completion(router)).hit, false);
    assert.equal((await WAYS.completion(router)).hit, true);
  },
  "who has given up is told so, hit or not": async (kit) => {
    const cache = openCache();
    const { router, provider } = kit.single({ config: ON, host: { cache } });
    await router.completion(CHAT);
    const before = unmoved(router).deployments;
    const gone = AbortSignal.abort(new Error("gone"));
    assert.equal((await rejection(router.completion(CHAT, { signal: gone }))).name, "AbortError");
    assert.equal((await rejection(router.fetch(CHAT_URL, post(CHAT, { signal: gone })))).message, "gone");
    // While the cache is asked, too.
    cache.onGet = () => new Promise(() => {});
    const controller = new AbortController();
    const running = rejection(router.completion(CHAT, { signal: controller.signal }));
    for (let n = 0; n < 100 && cache.calls.length < 5; n += 1) await turns();
    controller.abort();
    assert.equal((await running).name, "AbortError");
    assert.equal(router.snapshot().cache.failures, 0);
    assert.deepEqual([provider.calls.length, unmoved(router).deployments[0].totals], [1, before[0].totals]);
  },
  "routers of one memory share what they may share": async (kit) => {
    const provider = kit.provider("one");
    const cache = openCache();
    const routerOf = (api_key) =>
      kit.router({ model_list: [deployment("one", { api_key })], ...ON }, { fetch: fetchOf(provider), cache, seed: 1 });
    const [one, twin, stranger] = ["sk-a", "sk-a", "sk-b"].map(routerOf);
    assert.equal((await WAYS.completion(one)).hit, false);
    assert.equal((await WAYS.completion(twin)).hit, true);
    assert.equal((await WAYS.completion(stranger)).hit, false, "another key is another customer");
  },
});
