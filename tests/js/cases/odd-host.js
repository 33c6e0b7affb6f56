/** What the host and the caller may hand over that makes no sense: it ends a send or a call, never the router. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, baseOf, post, rejection } from "../support/kit.js";

/** Each way to call: the id of the deployment that has answered. */
const WAYS = {
  async completion(router) {
    return (await router.completion(CHAT))._hidden_params.model_id;
  },
  async "completion, streamed"(router) {
    const stream = await router.completion({ ...CHAT, stream: true });
    await all(stream);
    return stream.meta.model_id;
  },
  async fetch(router, stream = false) {
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, stream }));
    await response.text();
    return response.headers.get("x-switchman-model-id");
  },
  "fetch, streamed": (router) => WAYS.fetch(router, true),
};

/** Results of a `fetch` that are none. */
const NO_RESPONSE = {
  undefined: () => undefined,
  "an empty object": () => ({}),
  "an object without a prototype, thrown": () => {
    throw Object.create(null);
  },
  "an object that cannot be looked at, thrown": () => {
    throw {
      get message() {
        throw new Error("no");
      },
    };
  },
  "a symbol, thrown": () => {
    throw Symbol("no");
  },
  "nothing, thrown": () => {
    throw undefined;
  },
};

export const oddHost = {};

for (const [name, odd] of Object.entries(NO_RESPONSE)) {
  oddHost[`a fetch that gives no Response is a connection that failed: ${name}`] = async (kit) => {
    for (const [way, ask] of Object.entries(WAYS)) {
      for (const isAsync of [true, false]) {
        const two = kit.provider("two");
        const fetch = (url, init) => {
          if (!String(url).startsWith(baseOf("one"))) return two.fetch(url, init);
          return isAsync ? Promise.resolve().then(odd) : odd();
        };
        const { router } = kit.pair({ host: { fetch } });
        assert.equal(await ask(router), "two", way);
      }
    }
  };
}

Object.assign(oddHost, {
  "a host that is null is none": async (kit) => {
    const { notices } = kit.router({ model_list: [] }, null);
    assert.deepEqual(notices, []);
  },
  "a caller's header that no request may hold is the caller's mistake, and nobody is asked": async (kit) => {
    for (const callbacks of [[], ["otel"]]) {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.test" };
      const { router, provider } = kit.single({ config: { callbacks }, host: { env, callbackFetch: async () => new Response("{}") } });
      for (const value of ["日本", "a\nb: c", "\0"]) {
        for (const headers of [{ "x-client-request-id": value }, [["Idempotency-Key", value]]]) {
          const response = await router.fetch(CHAT_URL, post(CHAT, { headers }));
          assert.equal(response.status, 400);
          assert.match((await response.json()).error.message, /header `(x-client-request-id|idempotency-key)`/);
        }
      }
      const fine = await router.fetch(CHAT_URL, post(CHAT, { headers: { "x-client-request-id": "a\tb é" } }));
      assert.equal(fine.status, 200);
      assert.equal(provider.calls.length, 1);
      assert.equal(router.snapshot().deployments[0].health.state, "closed");
      await router.flush();
    }
  },
  "a request that is no JSON is the caller's mistake, also where what is said is recorded": async (kit) => {
    const circle = { model: CHAT.model, messages: [] };
    circle.messages.push(circle);
    for (const request of [circle, { ...CHAT, seed: 1n }]) {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.test" };
      const host = { env, recordContent: true, callbackFetch: async () => new Response("{}") };
      const { router, provider } = kit.single({ config: { callbacks: ["otel"] }, host });
      const error = await rejection(router.completion(request));
      assert.ok(error instanceof kit.BadRequestError, error.stack);
      assert.equal(provider.calls.length, 0);
      await router.flush();
    }
  },
  "what throws when it is looked at is the caller's mistake, and the router goes on": async (kit) => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const { router } = kit.single();
    const odd = {
      getter: { get it() { throw new Error("no"); } },
      "list of a getter": Object.defineProperty([1], 0, { get() { throw new Error("no"); } }),
      "proxy that is none any more": { proxy },
      "look into the router": { get it() { return router.snapshot(); } },
    };
    for (const [name, metadata] of Object.entries(odd)) {
      const error = await rejection(router.completion({ ...CHAT, metadata }));
      assert.ok(error instanceof kit.BadRequestError, `${name}: ${error.stack}`);
      assert.match(error.message, /metadata/, name);
      assert.throws(() => router.addDeployment({ model_name: "new", litellm_params: { metadata } }), kit.ConfigError, name);
      await router.completion(CHAT);
    }
  },
  "a signal that is none is the caller's mistake, and no call is left behind": async (kit) => {
    const { router, provider } = kit.single();
    for (const signal of ["now", 1, {}]) {
      const error = await rejection(router.completion(CHAT, { signal }));
      assert.deepEqual([error.name, error.message], ["TypeError", "signal: expected an AbortSignal"]);
      const response = await router.fetch(CHAT_URL, { ...post(CHAT), signal });
      assert.equal(response.status, 400);
    }
    assert.equal(router.coreRunning(), 0);
    await router.completion(CHAT, { signal: null });
    assert.equal(provider.calls.length, 1);
  },
  "a model that is no text is the caller's mistake, also where the host is asked about it": async (kit) => {
    const { router } = kit.single({ host: { beforeRoute: () => ({ model: CHAT.model }) } });
    for (const model of [{ toString: 1 }, null, 5, ["m"]]) {
      const response = await router.fetch(CHAT_URL, post({ ...CHAT, model }));
      assert.equal(response.status, 400, JSON.stringify(model));
      assert.match((await response.json()).error.message, /`model` must be a string/);
    }
  },
  "a tenant is the same name in process and over fetch, or none in both": async (kit) => {
    const { router } = kit.single();
    const names = { "": false, " ": false, "a\nb": false, "a\u0085": false, [`é${"x".repeat(511)}`]: false, [`é${"x".repeat(510)}`]: true, "日本 1": true };
    for (const [tenant, isOne] of Object.entries(names)) {
      const answer = await router.completion(CHAT, { tenant }).catch((error) => error);
      assert.equal(answer instanceof kit.BadRequestError, !isOne, tenant);
      const response = await router.fetch(CHAT_URL, { ...post(CHAT), tenant });
      assert.equal(response.status, isOne ? 200 : 400, tenant);
      await response.text();
    }
  },
  "an answer of a hook that throws when it is looked at is a hook that failed": async (kit) => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const odd = { get id() { throw new Error("no"); } };
    const hooks = {
      customRoutingStrategy: [() => odd, async () => odd, async () => [odd]],
      filterDeployments: [() => [odd], async () => [odd], async () => proxy],
      beforeRoute: [() => ({ metadata: proxy }), async () => ({ get model() { throw new Error("no"); } }), () => ({ metadata: odd })],
    };
    for (const [hook, answers] of Object.entries(hooks)) {
      for (const answer of answers) {
        const failed = [];
        const callbacks = [(event) => event.type === "hook_failed" && failed.push(event.hook)];
        const config = hook === "customRoutingStrategy" ? { routing_strategy: "custom" } : {};
        const { router } = kit.single({ config, host: { [hook]: answer, callbacks } });
        await router.completion(CHAT);
        await new Promise((resolve) => setTimeout(resolve, 0));
        assert.deepEqual(failed, [hook], String(answer));
      }
    }
  },
  "metadata of beforeRoute that is no data is a hook that failed, over fetch as in process": async (kit) => {
    const beforeRoute = () => ({ metadata: { tags: ["eu"], log() {} } });
    const { router, provider } = kit.single({ host: { beforeRoute, hookFailure: "closed" } });
    const error = await rejection(router.completion(CHAT));
    assert.deepEqual([error.name, error.param], ["HookFailedError", "beforeRoute"]);
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal(response.status, 500);
    assert.equal((await response.json()).error.code, "hook_failed");
    assert.equal(provider.calls.length, 0);
  },
  "what a store loads may be anything, and ends no process": async (kit) => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    for (const odd of [new Proxy(new Uint8Array(20), {}), proxy, Symbol("no"), { length: 3 }]) {
      for (const load of [async () => odd, async (keys) => keys.map(() => odd)]) {
        const store = { capabilities: { ops: ["max", "put"], freshMs: 0 }, load, apply: async () => {} };
        const { router } = kit.single({ host: { store } });
        await router.completion(CHAT);
        await router.completion(CHAT);
        await router.flush();
      }
    }
  },
  "a body that is no bytes is told as such": async (kit) => {
    for (const piece of ["data: {}\n\n", null, 5, {}]) {
      const body = () => new ReadableStream({ pull: (controller) => controller.enqueue(piece) }, { highWaterMark: 0 });
      const fetch = async (_, { body: sent }) => new Response(body(), { headers: { "content-type": sent.includes('"stream":true') ? "text/event-stream" : "application/json" } });
      for (const stream of [true, false]) {
        // A runtime may look itself, as workerd does.
        const { router } = kit.single({ config: { num_retries: 0 }, host: { fetch } });
        const error = await rejection(router.completion({ ...CHAT, stream }));
        assert.equal(error.name, "APIConnectionError", `${String(piece)}: ${error.stack}`);
        if (kit.runtime === "node") assert.match(error.message, /a body that is no bytes/);
      }
    }
  },
});
