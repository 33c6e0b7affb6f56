/** Routers side by side in one isolate. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, brief, deployment, fetchOf, post, rejection } from "../support/kit.js";

export const scope = {
  "two routers of one config share nothing": async (kit) => {
    const [one, two] = [kit.provider("one"), kit.provider("two")];
    const config = { model_list: [deployment("one", { order: 1 }), deployment("two", { order: 2 })] };
    const host = { fetch: fetchOf(one, two) };
    const [first, second] = [kit.router(config, host), kit.router(config, host)];
    one.script({ status: 429 });
    assert.equal((await first.completion(CHAT)).model_used, "openai/model-two");
    assert.equal((await first.completion(CHAT)).model_used, "openai/model-two");
    assert.equal((await second.completion(CHAT)).model_used, "openai/model-one");
  },
  "a config may be changed after the router was made, to no effect": async (kit) => {
    const provider = kit.provider("one");
    const config = { model_list: [deployment("one")] };
    const router = kit.router(config, { fetch: fetchOf(provider) });
    config.model_list[0].litellm_params.api_key = "sk-other";
    config.model_list.length = 0;
    await router.completion(CHAT);
    assert.equal(provider.calls[0].headers.authorization, "Bearer sk-one");
  },
  "a request is left as it was given": async (kit) => {
    const { router } = kit.pair({ one: { faults: { status: 500 } } });
    const request = Object.freeze({ ...CHAT, num_retries: 2, tags: Object.freeze(["a"]), stream_options: undefined });
    const before = JSON.stringify(request);
    await router.completion(request);
    assert.equal(JSON.stringify(request), before);
  },
  "fetch works unbound, and so does a router in a class": async (kit) => {
    const { router } = kit.single();
    const { fetch } = router;
    assert.equal((await fetch(CHAT_URL, post(CHAT))).status, 200);
    class Mine extends kit.Router {
      ask(text) {
        return this.completion({ ...CHAT, messages: [{ role: "user", content: text }] });
      }
    }
    const mine = new Mine({ model_list: [deployment("one")] }, { fetch: fetchOf(kit.provider("one")) });
    assert.equal((await mine.ask("?")).model_used, "openai/model-one");
  },
  "the runtime's fetch is looked up at each call": async (kit) => {
    const provider = kit.provider("one");
    const router = kit.router({ model_list: [deployment("one")] });
    const { fetch } = globalThis;
    globalThis.fetch = provider.fetch;
    try {
      assert.equal((await router.completion(CHAT)).model_used, "openai/model-one");
    } finally {
      globalThis.fetch = fetch;
    }
  },
  "a router whose fetch throws at once, or gives no response, fails over like any other": async (kit) => {
    const useless = [
      () => {
        throw new TypeError("no such thing");
      },
      () => undefined,
      async () => undefined,
      async () => ({ status: 200 }),
    ];
    for (const broken of useless) {
      const two = kit.provider("two");
      const fetch = (url, init) => (url.includes("//one.") ? broken() : two.fetch(url, init));
      const { router } = kit.pair({ host: { fetch } });
      const { _hidden_params } = await router.completion(CHAT);
      const [first, second] = brief(_hidden_params.attempts);
      assert.equal(first.deployment, "one");
      assert.ok(first.error === "APIConnectionError" || first.error === "APIError", first.error);
      assert.deepEqual(second, { deployment: "two", status: 200, error: null });
    }
  },
  "a freed router says so": async (kit) => {
    const provider = kit.provider("one");
    const router = new kit.Router({ model_list: [deployment("one")] }, { fetch: fetchOf(provider) });
    await router.completion(CHAT);
    router.free();
    assert.ok((await rejection(router.completion(CHAT))) instanceof Error);
    assert.equal(provider.calls.length, 1);
  },
};
