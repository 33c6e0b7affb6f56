/** The response cache: who is shown an answer that was kept, and what that moves. */

import assert from "node:assert/strict";
import { openCache, stopped, unmoved, WAYS } from "../support/cached.js";
import { CHAT, CHAT_URL, GROUP, deployment, fetchOf, post, rejection } from "../support/kit.js";

export const caching = {};

const ON = { cache_responses: true };
const hits = async (way, ...asked) => (await WAYS[way](...asked)).hit;

for (const way of Object.keys(WAYS)) {
  caching[`s95, ${way}: the same request is one provider call, and a hit moves no counter`] = async (kit) => {
    const limits = { rpm: 100, tpm: 100_000 };
    const config = { ...ON, limit_mode: "hard", model_group_alias: { quick: GROUP } };
    const { router, one, two } = kit.pair({ params: { ...limits, order: undefined }, config });
    const first = await WAYS[way](router);
    assert.equal(first.hit, false);
    const before = unmoved(router);
    for (const model of [GROUP, GROUP, "quick"]) {
      const { hit, said } = await WAYS[way](router, { model });
      assert.equal(hit, true);
      assert.deepEqual(said, first.said);
    }
    assert.equal(one.calls.length + two.calls.length, 1);
    assert.deepEqual(unmoved(router), before);
    assert.deepEqual(router.snapshot().cache, { hits: 3, misses: 1, stored: 1, failures: 0 });
  };

  caching[`${way}: two at once are two calls, for nobody waits for another's`] = async (kit) => {
    const provider = kit.provider("one");
    let arrive = () => {};
    const others = new Promise((resolve) => (arrive = resolve));
    let arrived = 0;
    /** None is answered before both have been sent. */
    const fetch = async (...sent) => {
      if ((arrived += 1) === 2) arrive(undefined);
      await others;
      return provider.fetch(...sent);
    };
    const router = kit.router({ model_list: [deployment("one")], ...ON }, { fetch, seed: 1 });
    const both = await Promise.all([hits(way, router), hits(way, router)]);
    assert.deepEqual(both, [false, false]);
    assert.equal(provider.calls.length, 2);
    assert.equal(await hits(way, router), true);
  };

  caching[`${way}: off, unless the config says otherwise`] = async (kit) => {
    const cache = openCache();
    const { router, provider } = kit.single({ host: { cache } });
    for (let n = 0; n < 2; n += 1) assert.equal(await hits(way, router), false);
    assert.deepEqual([provider.calls.length, cache.calls.length], [2, 0]);
    // What is changed counts for the very next call.
    router.updateSettings(ON);
    assert.deepEqual([await hits(way, router), await hits(way, router)], [false, true]);
    router.updateSettings({ cache_responses: false });
    assert.equal(await hits(way, router), false);
  };

  caching[`${way}: an answer grows old`] = async (kit) => {
    const { clock, now } = stopped();
    const { router } = kit.single({ config: ON, host: { now } });
    await WAYS[way](router);
    clock.ms += 599_999;
    assert.equal(await hits(way, router), true);
    clock.ms += 1;
    assert.equal(await hits(way, router), false, "the first one is ten minutes old");
    const short = kit.single({ config: { litellm_settings: { cache: true, cache_params: { ttl: 2 } } }, host: { now } });
    await WAYS[way](short.router);
    clock.ms += 1_999;
    assert.equal(await hits(way, short.router), true);
    clock.ms += 1;
    assert.equal(await hits(way, short.router), false);
  };

  caching[`${way}: tenants are told apart, and nobody in particular is one`] = async (kit) => {
    const { router } = kit.single({ config: ON });
    const tenants = [undefined, "acme", "other", "acme "];
    for (const tenant of tenants) assert.equal(await hits(way, router, {}, { tenant }), false, tenant);
    for (const tenant of tenants) assert.equal(await hits(way, router, {}, { tenant }), true, tenant);
  };
}

Object.assign(caching, {
  "whole answers are shared by `completion` and `fetch`, however their members are ordered": async (kit) => {
    const { router, provider } = kit.single({ config: ON });
    const answer = await router.completion({ ...CHAT, temperature: 0.5, user: undefined, metadata: { trace: 1 } });
    const { messages } = CHAT;
    const other = { temperature: 0.5, stream: false, messages: messages.map(({ role, content }) => ({ content, role })), model: GROUP };
    const response = await router.fetch(CHAT_URL, post(other));
    assert.equal(response.headers.get("x-switchman-cache"), "hit");
    assert.deepEqual((await response.json()).choices, answer.choices);
    assert.equal(provider.calls.length, 1);
  },
  "whatever a provider could read differently is asked for": async (kit) => {
    const { router, provider } = kit.single({ config: ON });
    const content = (text) => [{ role: "user", content: text }];
    const requests = [
      {}, { temperature: 1 }, { seed: 1 }, { seed: "1" }, { stop: ["a", "b"] }, { stop: ["b", "a"] }, { stop: ["a,b"] }, { stop: null },
      { messages: content("") }, { messages: content([{ type: "text", text: "" }]) }, { messages: content("É") }, { messages: content("E\u0301") },
      { messages: [...CHAT.messages, ...CHAT.messages] }, { n: 2 }, { tools: [] }, { "": 0 }, { a: { b: 1 } }, { a: { "b\":1,\"c": 1 } },
      { drop_params: true }, { drop_params: false }, { cache: { namespace: "a" } }, { cache: { namespace: "b" } },
    ];
    for (const request of requests) assert.equal(await hits("completion", router, request), false, JSON.stringify(request));
    assert.equal(provider.calls.length, requests.length);
    for (const request of requests) assert.equal(await hits("completion", router, request), true, JSON.stringify(request));
  },
  "over fetch so is what JSON may say and a JavaScript object does not hold": async (kit) => {
    const { router, provider } = kit.single({ config: ON });
    const body = (more) => `{"model":"${GROUP}","messages":${JSON.stringify(CHAT.messages)},${more}}`;
    const encoder = new TextEncoder();
    const cut = (text) => encoder.encode(text).map((byte) => (byte === 0x7e ? 0xff : byte));
    const bodies = [
      body('"seed":12345678901234567'), body('"seed":12345678901234568'), body('"seed":1e400'), body('"seed":1e401'), body('"seed":null'),
      body('"user":"a","user":"b"'), body('"user":"c","user":"b"'), body('"user":"b"'), body('"a":{"b":1,"b":2}'), body('"a":{"b":2}'),
      body('"top_p":0.1234567890123456789'), body('"top_p":0.1234567890123456788'), cut(body('"user":"~"')), body('"user":"\ufffd"'),
      body('"user":"\\\\\\":1"'), body('"user":"1234567890123456:"'), body('"user":"\\ud800"'),
    ];
    const isHit = async (text) => {
      const response = await router.fetch(CHAT_URL, post(text));
      await response.text();
      return response.headers.get("x-switchman-cache") === "hit";
    };
    for (const text of bodies) assert.equal(await isHit(text), false, String(text));
    // On Workers a body is read as text, in which what is no UTF-8 has become U+FFFD: and so it is sent.
    for (const text of bodies) assert.equal(await isHit(text), true, String(text));
    assert.equal(provider.calls.length, bodies.length);
  },
  "a header that goes on counts, and any other does not": async (kit) => {
    const { router } = kit.single({ config: ON });
    const headers = (more) => ({ headers: { "content-type": "application/json", ...more } });
    assert.equal(await hits("fetch", router, {}, headers({ "openai-beta": "a" })), false);
    assert.equal(await hits("fetch", router, {}, headers({ "openai-beta": "b" })), false);
    assert.equal(await hits("fetch", router, {}, headers({ "openai-beta": "a", "x-client-request-id": "1", authorization: "Bearer x" })), true);
  },
  "`no-cache` asks and keeps, `no-store` shows and does not keep": async (kit) => {
    const { clock, now } = stopped();
    const cache = openCache();
    const { router } = kit.single({ config: ON, host: { now, cache } });
    const ask = (control) => hits("completion", router, { cache: control });
    assert.equal(await ask({ "no-store": true }), false);
    assert.equal(cache.kept.size, 0);
    assert.equal(await ask({}), false);
    assert.equal(await ask({ "no-store": true }), true);
    clock.ms += 5_000;
    assert.equal(await ask({ "s-maxage": 5 }), true);
    assert.equal(await ask({ "s-maxage": 4.999 }), false, "and the new one is kept");
    assert.equal(await ask({ "s-maxage": 0 }), false);
    assert.equal(await ask({ "no-cache": true, ttl: 1.5 }), false);
    assert.deepEqual(cache.calls.at(-1).slice(2), [2], "whole seconds, and not too few");
    clock.ms += 1_500;
    assert.equal(await ask({}), false);
    const count = cache.calls.length;
    assert.equal(await ask({ "no-cache": true, "no-store": true }), false);
    assert.equal(await hits("completion", router, { caching: false }), false);
    assert.equal(cache.calls.length, count);
  },
  "`caching: true` is enough in process, and with \"default_off\" only `use-cache` is": async (kit) => {
    const { router } = kit.single();
    assert.deepEqual([await hits("completion", router, { caching: true }), await hits("completion", router, {}, { caching: true })], [false, true]);
    const cache_params = { mode: "default_off", namespace: "n" };
    const { router: other } = kit.single({ config: { litellm_settings: { cache: true, cache_params } } });
    const use = { cache: { "use-cache": true } };
    for (const asked of [{}, {}, { caching: true }, use]) assert.equal(await hits("completion", other, asked), false);
    assert.equal(await hits("completion", other, use), true);
    assert.equal(await hits("completion", other, { cache: { "use-cache": true, namespace: "n" } }), true, "the config's own");
  },
  "over fetch a body steers as far as it is trusted": async (kit) => {
    const no = { cache: { "no-cache": true }, caching: false };
    const { router } = kit.single({ config: ON });
    assert.deepEqual([await hits("fetch", router), await hits("fetch", router, no)], [false, true]);
    const { router: trusting } = kit.single({ config: ON, host: { trustRequestOptions: ["cache"] } });
    assert.deepEqual([await hits("fetch", trusting), await hits("fetch", trusting, no), await hits("fetch", trusting)], [false, false, true]);
    assert.equal((await trusting.fetch(CHAT_URL, post({ ...CHAT, cache: { ttl: "long" } }))).status, 400);
  },
  "another key, another address or another default begins anew; a weight does not": async (kit) => {
    const [one, two] = [kit.provider("one"), kit.provider("two")];
    const router = kit.router({ model_list: [deployment("one")], ...ON }, { fetch: fetchOf(one, two), seed: 1 });
    await router.completion(CHAT);
    router.upsertDeployment(deployment("one", { weight: 7 }));
    assert.equal(await hits("completion", router), true);
    for (const params of [{ api_key: "sk-rotated" }, { api_base: "https://two.test/v1" }, { temperature: 0 }, { extra_headers: { "x-a": "b" } }]) {
      router.upsertDeployment(deployment("one", params));
      assert.equal(await hits("completion", router), false, JSON.stringify(params));
    }
    router.addDeployment(deployment("two"));
    assert.equal(await hits("completion", router), false);
    router.deleteDeployment("two");
    assert.equal(await hits("completion", router), true, "as before");
  },
  "groups, ids, names of patterns and routers are told apart, unless they share": async (kit) => {
    const cache = openCache();
    const provider = kit.provider("one");
    const list = () => [
      deployment("one"), deployment("two", { api_base: "https://one.test/v1" }, "other"),
      deployment("three", { model: "openai/*", api_base: "https://one.test/v1" }, "w/*"),
    ];
    const routerOf = (config, host) => kit.router({ model_list: list(), ...ON, ...config }, { fetch: provider.fetch, cache, seed: 1, ...host });
    const names = [GROUP, "other", "one", "w/x", "w/y"];
    for (const model of names) assert.equal(await hits("completion", routerOf(), { model }), false, model);
    for (const model of names) assert.equal(await hits("completion", routerOf(), { model }), true, model);
    const elsewhere = routerOf({}, { storeName: "elsewhere" });
    assert.equal(await hits("completion", elsewhere), false);
    const shared = routerOf({ caching_groups: [[GROUP, "other"]] });
    assert.deepEqual([await hits("completion", shared), await hits("completion", shared, { model: "other" })], [false, true]);
    assert.equal(await hits("completion", shared, { model: "w/x" }), true);
  },
  "errors, answers of fallbacks and what no provider said are not kept": async (kit) => {
    const [one, two] = [kit.provider("one"), kit.provider("two")];
    const config = { model_list: [deployment("one"), deployment("two", {}, "spare")], fallbacks: [{ [GROUP]: ["spare"] }], num_retries: 0, ...ON };
    const cache = openCache();
    const router = kit.router(config, { fetch: fetchOf(one, two), seed: 1, cache });
    one.script({ status: 500 });
    assert.equal((await router.completion(CHAT))._hidden_params.model_id, "two");
    one.script({ status: 400 });
    await rejection(router.completion(CHAT));
    await router.completion({ ...CHAT, mock_response: "x" });
    await router.completion(CHAT, { explain: true });
    await router.completion({ ...CHAT, mock_testing_fallbacks: true });
    assert.equal(cache.kept.size, 0);
    // One that came at the second attempt is the group's own.
    const { router: pair } = kit.pair({ one: { faults: { status: 503 } }, config: ON });
    assert.deepEqual([await hits("completion", pair), await hits("completion", pair)], [false, true]);
  },
  "what is wrong is said, and not looked for": async (kit) => {
    const { router } = kit.single({ config: ON });
    for (const options of [{ tenant: 7 }, { tenant: "" }, { cache: { nocache: true } }, { caching: "yes" }]) {
      assert.ok((await rejection(router.completion(CHAT, options))) instanceof kit.BadRequestError, JSON.stringify(options));
    }
    for (const tenant of [7, "", " ", {}]) assert.equal((await router.fetch(CHAT_URL, post(CHAT, { tenant }))).status, 400);
    const circle = { ...CHAT };
    circle.circle = circle;
    assert.ok((await rejection(router.completion(circle))) instanceof kit.BadRequestError);
    assert.equal((await router.fetch(CHAT_URL, post("{"))).status, 400);
    assert.ok((await rejection(router.completion({ ...CHAT, model: "nobody" }))) instanceof kit.NotFoundError);
    assert.deepEqual(router.snapshot().cache, { hits: 0, misses: 0, stored: 0, failures: 0 });
    for (const cache of [{}, { get() {} }, { get: 1, set: 1 }]) {
      assert.throws(() => new kit.Router({ model_list: [deployment("one")] }, { cache }), (error) => {
        assert.deepEqual(error.problems.map(({ path }) => path), ["host.cache"]);
        return true;
      });
    }
  },
});
