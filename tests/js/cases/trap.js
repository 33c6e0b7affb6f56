// A trap inside the wasm: it takes the calls that run with it, and nothing else.

import assert from "node:assert/strict";
import { all, CHAT, CHAT_URL, eventsIn, post, rejection } from "../support/kit.js";

const STREAM = { ...CHAT, stream: true };

/** No address of the linear memory: the next look at it is a trap. */
function poison(kit, router) {
  kit.trapped();
  router.__wbg_ptr = 0x7fff_fff0;
}

/** A call that traps, in a router of its own: the instance is the same for all. */
async function trapElsewhere(kit) {
  const { router } = kit.single();
  poison(kit, router);
  const error = await rejection(router.completion(CHAT));
  assert.ok(error instanceof kit.InternalError, error.stack);
  assert.ok(error.cause instanceof WebAssembly.RuntimeError, String(error.cause));
  return router;
}

export const trap = {
  "a call that traps ends with an InternalError, and the next one is answered": async (kit) => {
    const { router, provider } = kit.single({ config: { num_retries: 1 } });
    await router.completion(CHAT);
    poison(kit, router);
    const error = await rejection(router.completion(CHAT));
    assert.ok(error instanceof kit.InternalError, error.stack);
    assert.deepEqual([error.name, error.status, error.code, error.side], ["InternalError", 500, "internal_error", "router"]);
    const answer = await router.completion(CHAT);
    assert.equal(answer.model_used, "openai/model-one");
    assert.equal(provider.calls.length, 2);
    // It was built from its config: with the key, and with the retries.
    provider.script({ status: 500 });
    assert.equal((await router.completion(CHAT))._hidden_params.attempted_retries, 1);
    assert.equal(provider.calls.at(-1).headers.authorization, "Bearer sk-one");
  },
  "a config that the program has changed meanwhile does not matter": async (kit) => {
    const provider = kit.provider("one");
    const config = { model_list: [{ model_name: "m", litellm_params: { model: "openai/x", api_key: "sk-one", api_base: "https://one.test/v1" } }] };
    const router = kit.router(config, { fetch: provider.fetch, seed: 1 });
    config.model_list.length = 0;
    poison(kit, router);
    await rejection(router.completion({ ...CHAT, model: "m" }));
    assert.equal((await router.completion({ ...CHAT, model: "m" })).model_used, "openai/x");
  },
  "over fetch a trap is an error body with status 500": async (kit) => {
    const { router } = kit.single();
    poison(kit, router);
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal(response.status, 500);
    assert.equal((await response.json()).error.code, "internal_error");
    assert.equal((await router.fetch(CHAT_URL, post(CHAT))).status, 200);
  },
  "other routers go on; a call of theirs that is under way ends with an InternalError": async (kit) => {
    const { router, provider } = kit.single({ one: { faults: [{ drip: true }] } });
    const answer = router.completion({ ...CHAT, stream: true });
    await provider.when(({ calls }) => calls.length === 1);
    await trapElsewhere(kit);
    const fresh = await router.completion(CHAT);
    assert.equal(fresh.model_used, "openai/model-one");
    provider.release(Infinity);
    const error = await rejection(answer.then(all));
    assert.ok(error instanceof kit.InternalError, error.stack);
    assert.equal((await router.completion(CHAT)).model_used, "openai/model-one");
  },
  "a stream over fetch that meets a trap ends with an error event": async (kit) => {
    const { router } = kit.single({ one: { chunkDelayMs: 20 } });
    const response = await router.fetch(CHAT_URL, post(STREAM));
    await trapElsewhere(kit);
    const text = await response.text();
    assert.ok(!text.endsWith("[DONE]\n\n") || JSON.parse(eventsIn(text).at(-1)).error, text);
    assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, "internal_error");
  },
  "a stream of objects that meets a trap throws": async (kit) => {
    const { router } = kit.single({ one: { chunkDelayMs: 20 } });
    const objects = await router.completion(STREAM);
    await trapElsewhere(kit);
    const error = await rejection(all(objects));
    assert.ok(error instanceof kit.InternalError, error.stack);
    assert.equal(objects.meta.attempts.length, 0);
  },
  "a router that was built anew can be freed": async (kit) => {
    const router = await trapElsewhere(kit);
    router.free();
    assert.ok((await rejection(router.completion(CHAT))) instanceof kit.InternalError);
  },
};
