/** What a request may say to the router, and who may be asked for. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, post, rejection } from "../support/kit.js";
import { ORIGIN, errorIn, three } from "../support/three.js";

export const inputSteering = {};

/** Keys that steer: none of them may reach a provider, nor have an effect. */
const STEERING = {
  fallbacks: ["other"],
  api_base: "https://evil.test/v1",
  base_url: "https://evil.test/v1",
  api_key: "sk-evil-0123456789",
  mock_response: "mocked",
  num_retries: 7,
  timeout: 0.000001,
  deadline: 0.000001,
  max_attempts: 1,
  tags: ["a"],
  extra_headers: { "x-evil": "1" },
  custom_llm_provider: "evil",
  organization: "org-evil",
  mock_testing_fallbacks: true,
  disable_fallbacks: true,
  cache: { "no-store": true },
};

Object.assign(inputSteering, {
  "router keys in a body are taken out, and have no effect": async (kit) => {
    for (const stream of [false, true]) {
      const { router, one, two, other } = three(kit, { fallbacks: [{ [GROUP]: ["backup"] }] });
      one.script({ status: 500 });
      const response = await router.fetch(CHAT_URL, post({ ...STEERING, ...CHAT, stream, user: "me", ...STEERING }));
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-switchman-model-id"), "two", "the config's fallback, and its retries");
      assert.ok(!(await response.text()).includes("mocked"));
      assert.deepEqual([one.calls.length, two.calls.length, other.calls.length], [1, 1, 0]);
      for (const [provider, name] of [
        [one, "one"],
        [two, "two"],
      ]) {
        const [{ text, headers }] = provider.calls;
        assert.equal(text, JSON.stringify({ ...CHAT, model: `model-${name}`, stream, user: "me" }));
        assert.equal(headers.authorization, `Bearer sk-${name}`);
        assert.equal(headers["x-evil"], undefined);
      }
    }
  },
  "however they are written": async (kit) => {
    const { router, one, other } = three(kit);
    one.script({ status: 500 });
    const body = `{ "f\\u0061llbacks" : ["other"],"model":"${GROUP}" , "messages":[],"fallbacks":["other"],"fallbacks":["other"] }`;
    assert.equal((await router.fetch(CHAT_URL, post(body))).status, 500);
    assert.deepEqual(one.calls[0].body, { model: "model-one", messages: [] });
    assert.ok(!one.calls[0].text.includes("llbacks"));
    assert.equal(other.calls.length, 0);
  },
  "inside other members the same names are the provider's own": async (kit) => {
    const { router, one } = three(kit);
    const request = {
      ...CHAT,
      metadata: { fallbacks: "x", model: "y" },
      messages: [{ role: "user", content: "?", num_retries: 3, model: "z" }],
    };
    await (await router.fetch(CHAT_URL, post(request))).text();
    assert.deepEqual(one.calls[0].body, { ...request, model: "model-one" });
  },
  "a trusted caller may steer": async (kit) => {
    const { router, one, other } = three(kit, { host: { trustRequestOptions: true } });
    one.script({ status: 500 });
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["other"] }));
    assert.equal(response.headers.get("x-switchman-model-id"), "three");
    assert.equal(response.headers.get("x-switchman-attempted-fallbacks"), "1");
    assert.equal(one.calls[0].body.fallbacks, undefined);
    assert.equal(other.calls[0].body.fallbacks, undefined);
  },
  "a trusted caller hears of mistakes in the options": async (kit) => {
    const { router, one } = three(kit, { host: { trustRequestOptions: true } });
    const error = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, num_retries: "many" })), 400);
    assert.match(error.message, /num_retries/);
    await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["nowhere"] })), 400);
    assert.equal(one.calls.length, 0);
  },
  "a caller who is trusted with some keys may steer with these": async (kit) => {
    const { router, one, other } = three(kit, { host: { trustRequestOptions: ["fallbacks"] } });
    one.setFaults({ status: 500 });
    const fallbacks = ["other"];
    assert.equal((await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks, disable_fallbacks: true }))).status, 200);
    assert.equal(other.calls.length, 1);
  },
  "nobody is trusted with an address or a key": async (kit) => {
    for (const trustRequestOptions of [true, ["fallbacks", "num_retries"]]) {
      const { router, one } = three(kit, { host: { trustRequestOptions } });
      for (const own of [
        { api_base: "https://evil.test" },
        { base_url: "https://evil.test" },
        { api_key: "sk-evil-0123456789" },
      ]) {
        assert.equal((await router.fetch(CHAT_URL, post({ ...CHAT, ...own }))).status, 200);
        const { url, headers, body } = one.calls.at(-1);
        assert.equal(new URL(url).origin, "https://one.test");
        assert.equal(headers.authorization, "Bearer sk-one");
        assert.deepEqual(body, { ...CHAT, model: "model-one" });
      }
    }
    for (const key of ["api_base", "base_url", "api_key"]) {
      assert.throws(() => three(kit, { host: { trustRequestOptions: [key] } }), kit.ConfigError);
    }
  },
});

Object.assign(inputSteering, {
  "a deployment's id is a model in process, and over fetch only if the host allows it": async (kit) => {
    const { router, one } = three(kit);
    assert.equal((await router.completion({ ...CHAT, model: "one" }))._hidden_params.model_id, "one");
    await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model: "one" })), 404);
    assert.equal(one.calls.length, 1);
    const open = three(kit, { host: { allowDirectModels: true } });
    const response = await open.router.fetch(CHAT_URL, post({ ...CHAT, model: "two" }));
    assert.equal(response.headers.get("x-switchman-model-id"), "two");
  },
  "allowedModels holds for what is asked for, under every name": async (kit) => {
    const config = {
      model_group_alias: { quick: GROUP, spare: "backup" },
      host: { allowedModels: [GROUP], allowDirectModels: true },
    };
    const { router, one, two } = three(kit, config);
    for (const model of [GROUP, "quick", "one"]) {
      assert.equal((await router.fetch(CHAT_URL, post({ ...CHAT, model }))).status, 200);
      await router.completion({ ...CHAT, model });
    }
    for (const model of ["backup", "spare", "two"]) {
      const { message } = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model })), 404);
      assert.ok(!/known are:.*(backup|spare)/.test(message), message);
      assert.ok((await rejection(router.completion({ ...CHAT, model }))) instanceof kit.NotFoundError);
    }
    assert.deepEqual([one.calls.length, two.calls.length], [6, 0]);
    const { data } = await (await router.fetch(`${ORIGIN}/v1/models`)).json();
    assert.deepEqual(data.map(({ id }) => id).sort(), [GROUP, "quick"].sort());
    await errorIn(await router.fetch(`${ORIGIN}/v1/models/backup`), 404);
  },
  "allowedModels holds for fallbacks, the config's and the caller's": async (kit) => {
    const host = { allowedModels: [GROUP, "other"], trustRequestOptions: true };
    const { router, one, two, other } = three(kit, { fallbacks: [{ [GROUP]: ["backup"] }], host });
    one.setFaults({ status: 500 });
    await errorIn(await router.fetch(CHAT_URL, post(CHAT)), 500);
    await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["backup"] })), 500);
    assert.equal((await rejection(router.completion({ ...CHAT, fallbacks: ["backup"] }))).status, 500);
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["backup", "other"] }));
    assert.equal(response.headers.get("x-switchman-model-id"), "three");
    assert.equal(two.calls.length, 0);
    assert.equal(other.calls.length, 1);
  },
  "mistakes in the options of a call are a BadRequestError that names them all": async (kit) => {
    const { router, one } = three(kit);
    const error = await rejection(router.completion({ ...CHAT, num_retries: "many", timeout: -1 }, { falbacks: ["backup"] }));
    assert.ok(error instanceof kit.BadRequestError);
    assert.deepEqual([error.status, error.side, error.attempts], [400, "caller", []]);
    for (const name of ["num_retries", "timeout", "falbacks"]) assert.match(error.message, new RegExp(name));
    for (const options of [{ fallbacks: ["nowhere"] }, { num_retries: -1 }, { deadlineMs: "soon" }, { nonsense: 1 }]) {
      assert.ok((await rejection(router.completion(CHAT, options))) instanceof kit.BadRequestError, JSON.stringify(options));
    }
    assert.equal(one.calls.length, 0);
    assert.equal(router.coreRunning(), 0);
  },
  "the options of a call steer, beside the request or in it, and never reach the provider": async (kit) => {
    for (const inside of [true, false]) {
      const { router, one, two } = three(kit);
      one.script({ status: 500 });
      const options = { fallbacks: ["backup"], num_retries: 0, tags: ["a"], metadata: { user: "u" }, timeout: 30 };
      const answer = await (inside ? router.completion({ ...CHAT, ...options }) : router.completion(CHAT, options));
      assert.equal(answer._hidden_params.model_id, "two");
      assert.deepEqual(two.calls[0].body, { ...CHAT, model: "model-two" });
    }
  },
});
