/** Names that patterns match, and the models of deployments as names. */

import assert from "node:assert/strict";
import { all, CHAT, CHAT_URL, deployment, fetchOf, post, rejection } from "../support/kit.js";

const wildcard = (name, params) => deployment(name, { model: "openai/*", ...params }, "openai/*");

function wild(kit, host) {
  const provider = kit.provider("one");
  const router = kit.router({ model_list: [wildcard("one")] }, { fetch: fetchOf(provider), seed: 1, ...host });
  return { router, provider };
}

const ask = (model) => ({ ...CHAT, model });

export const naming = {
  "a name that a pattern matches is asked for at the provider, and told of": async (kit) => {
    const { router, provider } = wild(kit);
    const answer = await router.completion(ask("gpt-4o"));
    assert.equal(answer.model_used, "openai/gpt-4o");
    const { model_id, model_group, requested_model } = answer._hidden_params;
    assert.deepEqual([model_id, model_group, requested_model], ["one", "openai/gpt-4o", "gpt-4o"]);
    const response = await router.fetch(CHAT_URL, post(ask("openai/gpt-4o-mini")));
    assert.equal(response.headers.get("x-switchman-model-used"), "openai/gpt-4o-mini");
    assert.deepEqual(provider.calls.map(({ body }) => body.model), ["gpt-4o", "gpt-4o-mini"]);
    const listed = await (await router.fetch("/v1/models")).json();
    assert.deepEqual(listed.data.map(({ id }) => id), ["openai/*"]);
    assert.equal((await router.fetch("/v1/models/gpt-4o")).status, 200);
  },
  "what is told of an answer stays true when its name has made room for others": async (kit) => {
    const { router } = wild(kit);
    const stream = await router.completion({ ...ask("openai/first"), stream: true });
    await all(stream);
    const answer = await router.completion(ask("openai/second"));
    for (let n = 0; n < 300; n += 1) {
      const model = `openai/m-${n}`;
      assert.equal((await router.completion(ask(model))).model_used, model);
    }
    assert.equal(stream.model_used, "openai/first");
    assert.equal(stream.meta.model_group, "openai/first");
    assert.equal(answer.toResponse().headers.get("x-switchman-model-used"), "openai/second");
  },
  "the model of a deployment is a name in process, and over fetch where the host allows it": async (kit) => {
    const { router } = kit.single();
    assert.equal((await router.completion(ask("openai/model-one"))).model_used, "openai/model-one");
    for (const model of ["openai/model-one", "one"]) {
      assert.equal((await router.fetch(CHAT_URL, post(ask(model)))).status, 404, model);
    }
    const { router: open } = kit.single({ host: { allowDirectModels: true } });
    for (const model of ["openai/model-one", "one"]) {
      assert.equal((await open.fetch(CHAT_URL, post(ask(model)))).status, 200, model);
    }
  },
  "s35: the first default fallback answers a name that nobody knows": async (kit) => {
    const [one, two] = [kit.provider("one"), kit.provider("two")];
    const model_list = [deployment("one", {}, "a"), deployment("two", {}, "b")];
    const config = { model_list, default_fallbacks: [{ model: "b", temperature: 0 }] };
    const router = kit.router(config, { fetch: fetchOf(one, two), seed: 1 });
    const { _hidden_params } = await router.completion(ask("nobody"));
    const { requested_model, model_group, attempted_fallbacks } = _hidden_params;
    assert.deepEqual([requested_model, model_group, attempted_fallbacks], ["nobody", "b", 0]);
    assert.match(router.explain(ask("nobody")).text, /^`nobody` is no model of this router, and is answered by `b`\n/);
    // The id of a deployment is no name over fetch.
    for (const model of ["nobody", "one"]) {
      const response = await router.fetch(CHAT_URL, post(ask(model)));
      assert.deepEqual([response.status, response.headers.get("x-switchman-model-group")], [200, "b"]);
    }
    assert.deepEqual(two.calls.map(({ body }) => [body.model, body.temperature]), Array.from({ length: 3 }, () => ["model-two", 0]));
    assert.equal((await router.fetch("/v1/models/nobody")).status, 404);
    const closed = kit.router(config, { fetch: fetchOf(one, two), seed: 1, allowedModels: ["a"] });
    const { name, status } = await rejection(closed.completion(ask("nobody")));
    assert.deepEqual([name, status], ["NotFoundError", 404]);
  },
  "what is no name over fetch may be one that a pattern matches": async (kit) => {
    const provider = kit.provider("one");
    const model_list = [deployment("one"), deployment("two", { model: "openai/*", api_base: "https://one.test/v1" }, "*")];
    const router = kit.router({ model_list }, { fetch: fetchOf(provider), seed: 1 });
    assert.equal((await router.completion(ask("one")))._hidden_params.model_id, "one");
    const response = await router.fetch(CHAT_URL, post(ask("one")));
    assert.equal(response.headers.get("x-switchman-model-id"), "two");
  },
  "a request's own fallbacks may be names that a pattern matches": async (kit) => {
    const [one, two] = [kit.provider("one", { faults: { status: 500 } }), kit.provider("two")];
    const model_list = [deployment("one"), wildcard("two")];
    const host = { fetch: fetchOf(one, two), seed: 1, trustRequestOptions: ["fallbacks"] };
    const router = kit.router({ model_list, num_retries: 0 }, host);
    const answer = await router.completion({ ...CHAT, fallbacks: ["gpt-4o"] });
    assert.equal(answer.model_used, "openai/gpt-4o");
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["openai/o1"] }));
    assert.equal(response.headers.get("x-switchman-model-used"), "openai/o1");
    const error = await rejection(router.completion({ ...CHAT, fallbacks: ["nobody"] }));
    assert.ok(error instanceof kit.BadRequestError, error.stack);
  },
  "a store is told of each model by itself, and not by its name": async (kit) => {
    const provider = kit.provider("one", { faults: { status: 404 } });
    const keys = [];
    const store = { load: async (names) => (keys.push(...names), names.map(() => null)), apply: async (_, ops) => keys.push(...ops.map(({ key }) => key)) };
    const config = { model_list: [wildcard("one"), wildcard("two")], num_retries: 0 };
    const router = kit.router(config, { fetch: () => provider.fetch("https://one.test/v1/chat/completions", post(CHAT)), store, seed: 1 });
    await rejection(router.completion(ask("openai/a-model")));
    assert.ok(keys.some((key) => /^sw1\/[^/]*\/(one|two)\/[0-9a-f]{32}\/cool$/.test(key)), keys.join());
    assert.ok(!keys.join().includes("a-model"));
  },
};
