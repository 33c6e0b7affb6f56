/** Copies of calls that go to another group: nobody sees their answers. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, deployment, fetchOf, post } from "../support/kit.js";

export const shadow = {};

const STREAM = { ...CHAT, stream: true };

/** "one" is called, "two" gets the copies. */
function silent(kit, { params = {}, two = {}, host = {}, second = {} } = {}) {
  const [a, b] = [kit.provider("one"), kit.provider("two", two)];
  const kept = [];
  const model_list = [deployment("one", { silent_model: "next", ...params }), deployment("two", second, "next")];
  const waitUntil = (promise) => kept.push(promise);
  const router = kit.router({ model_list, num_retries: 0 }, { fetch: fetchOf(a, b), seed: 1, waitUntil, ...host });
  const told = [];
  router.on("*", (event) => told.push(event));
  /** Until everything that was to outlive its call is over. */
  const settled = async () => {
    for (let seen = -1; seen !== kept.length; ) {
      seen = kept.length;
      await Promise.all(kept);
    }
  };
  return { router, one: a, two: b, told, settled, counts: () => router.snapshot().router.shadows };
}

const WAYS = {
  completion: async (router) => (await router.completion(CHAT)).choices[0].message.content,
  "completion, streamed": async (router) => (await (await router.completion(STREAM)).final()).choices[0].message.content,
  fetch: async (router) => (await (await router.fetch(CHAT_URL, post(CHAT))).json()).choices[0].message.content,
  "fetch, streamed": async (router) => (await router.fetch(CHAT_URL, post(STREAM))).text(),
};

for (const [way, ask] of Object.entries(WAYS)) {
  for (const [dialect, second] of [["openai", {}], ["anthropic", { model: "anthropic/claude-3-5-haiku-20241022", api_base: "https://two.test" }]]) {
    shadow[`${way}: the same request goes to the silent model, of ${dialect}`] = async (kit) => {
      const { router, one, two, settled, counts, told } = silent(kit, { second, two: { dialect } });
      assert.deepEqual(router.notices, []);
      assert.ok((await ask(router)).length > 0);
      await settled();
      assert.equal(two.calls.length, 1);
      const [[real], [copy]] = [one.calls, two.calls];
      assert.ok(JSON.stringify(copy.body.messages).includes(JSON.stringify(real.body.messages[0].content)));
      assert.equal(copy.body.stream ?? false, real.body.stream ?? false);
      assert.notEqual(copy.body.model, real.body.model);
      assert.equal(copy.aborted ?? false, false, "it is read to its end");
      const { begun, answered, failed, skipped } = counts();
      assert.deepEqual({ begun, answered, failed, skipped }, { begun: 1, answered: 1, failed: 0, skipped: 0 });
      await router.flush();
      const [own] = told.filter(({ type }) => type === "request_start");
      const copies = told.filter(({ shadow_of }) => shadow_of !== undefined);
      assert.ok(copies.length > 3 && copies.every(({ shadow_of, call_id }) => shadow_of === own.call_id && call_id !== own.call_id));
      assert.ok(copies.some(({ type }) => type === "request_end"));
    };
  }
}

shadow["what becomes of a shadow is nobody's error"] = async (kit) => {
  for (const fault of [{ status: 500 }, { refuse: true }, { html: true }]) {
    const { router, settled, counts } = silent(kit, { two: { faults: [fault] } });
    const answer = await router.completion(CHAT);
    assert.equal(answer._hidden_params.model_id, "one");
    assert.equal(answer._hidden_params.attempts.length, 1);
    await settled();
    assert.equal(counts().failed, 1, JSON.stringify(fault));
  }
};

shadow["a call does not wait for its shadow, and ends without it"] = async (kit) => {
  const { router, two, settled, counts } = silent(kit, { two: { latencyMs: 60 } });
  await router.completion(CHAT);
  assert.equal(counts().answered, 0, "it is under way still");
  await settled();
  assert.deepEqual([counts().answered, two.calls.length], [1, 1]);
};

shadow["an abort of the call leaves the shadow alone"] = async (kit) => {
  const controller = new AbortController();
  const { router, settled, counts } = silent(kit, { two: { latencyMs: 20 }, params: {} });
  const stream = await router.completion(STREAM, { signal: controller.signal });
  controller.abort();
  await assert.rejects(stream.final(), { name: "AbortError" }).catch(() => {});
  await settled();
  assert.equal(counts().answered, 1);
};

shadow["a share, and mistakes"] = async (kit) => {
  const { router, two, settled } = silent(kit, { params: { silent_share: 0 } });
  await router.completion(CHAT);
  await settled();
  assert.equal(two.calls.length, 0);
  for (const [params, path, words] of [
    [{ silent_model: "nxt" }, "silent_model", "there is no group or alias `nxt`; did you mean `next`?"],
    [{ silent_model: 7 }, "silent_model", "expected a string"],
    [{ silent_share: 2 }, "silent_share", "expected a number from 0 to 1"],
  ]) {
    assert.throws(() => silent(kit, { params }), ({ problems: [problem] }) => {
      assert.equal(problem.path, `model_list[0].litellm_params.${path}`);
      assert.ok(problem.message.includes(words), problem.message);
      return true;
    });
  }
};
