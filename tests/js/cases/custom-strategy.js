/** A strategy of the program's own: what it is shown, and what becomes of what it says. */

import assert from "node:assert/strict";
import { ANSWERS, STREAM, WAYS } from "../support/hooks.js";
import { CHAT, CHAT_URL, GROUP, deployment, fetchOf, post, rejection } from "../support/kit.js";

export const customStrategy = {};

/** A group of three deployments, "one", "two" and "three", and what the program says of them. */
function three(kit, customRoutingStrategy, { config, params = {}, ...host } = {}) {
  const names = ["one", "two", "three"];
  const providers = names.map((name) => kit.provider(name));
  const model_list = names.map((name) => deployment(name, params[name]));
  const options = { fetch: fetchOf(...providers), seed: 1, customRoutingStrategy, ...host };
  const router = kit.router({ model_list, routing_strategy: "custom", ...config }, options);
  return { router, ...Object.fromEntries(providers.map((provider) => [provider.name, provider])) };
}

for (const [way, call] of Object.entries(WAYS)) {
  for (const [how, answer] of Object.entries(ANSWERS)) {
    customStrategy[`${way}: who is named is called, ${how}`] = async (kit) => {
      const { router } = three(kit, (candidates) => answer(candidates[1].id));
      for (let turn = 0; turn < 3; turn++) assert.equal(await call(router), "two");
      const whole = three(kit, (candidates) => answer(candidates.toReversed()));
      assert.equal(await call(whole.router), "three");
      whole.three.setFaults({ status: 500 });
      assert.equal(await call(whole.router), "two");
    };

    customStrategy[`s24: ${way}: who names nobody gets a typed error, ${how}`] = async (kit) => {
      for (const said of [null, undefined, [], "four", ["four", 7, null], false, {}]) {
        const { router, one, two } = three(kit, () => answer(said));
        const { status, code } = await rejection(call(router));
        assert.deepEqual([status, code], [429, "strategy_chose_nobody"], JSON.stringify(said));
        assert.equal(one.calls.length + two.calls.length, 0);
      }
    };
  }

  customStrategy[`${way}: one that fails is done without, and told of`] = async (kit) => {
    const fails = {
      throws: () => {
        throw new Error("no");
      },
      rejects: async () => {
        throw new Error("no");
      },
    };
    for (const [how, fail] of Object.entries(fails)) {
      const { router } = three(kit, fail);
      const told = [];
      router.on("hook_failed", (event) => told.push([event.hook, event.model_group, event.deployment]));
      assert.ok(["one", "two", "three"].includes(await call(router)), how);
      await new Promise((resolve) => setTimeout(resolve));
      assert.deepEqual(told, [["customRoutingStrategy", GROUP, null]], how);
    }
  };
}

customStrategy["s24: it is shown whom any strategy would choose among, with what is known of them, and no key"] = async (kit) => {
  const shown = [];
  const params = {
    one: { weight: 3, rpm: 100, tpm: 2_000, max_parallel_requests: 7, order: 1 },
    two: { order: 1, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 },
    three: { order: 2 },
  };
  const { router, two } = three(kit, (candidates, request) => (shown.push({ candidates, request }), "two"), { params });
  const asked = { ...CHAT, temperature: 0.5, metadata: { user: "me" }, tags: ["a"] };
  await router.completion(asked);
  const [{ candidates, request }] = shown;
  assert.deepEqual(candidates.map(({ id }) => id), ["one", "two"], "not another level");
  const nothing = { requests: 0, input_tokens: 0, output_tokens: 0 };
  const times = { first_token_ms: null, token_ms: null, answer_ms: null };
  assert.deepEqual(candidates[0], {
    id: "one", model_group: GROUP, provider: "openai", model: "model-one", model_used: "openai/model-one", api_base: "https://one.test/v1", region: null, tags: [],
    order: 1, weight: 3, rpm: 100, tpm: 2_000, max_parallel_requests: 7, open_sends: 0, usage: nothing, ...times,
    window: { ok: 0, failed: 0 }, input_cost_per_token: null, output_cost_per_token: null,
  });
  const { weight, rpm, input_cost_per_token, output_cost_per_token } = candidates[1];
  assert.deepEqual([weight, rpm, input_cost_per_token, output_cost_per_token], [1, null, 1e-6, 2e-6]);
  assert.ok(!JSON.stringify(shown).includes("sk-"), "no key");
  const { requested_model, model_group, stream, attempt, metadata, tags, body } = request;
  assert.deepEqual([requested_model, model_group, stream, attempt, metadata, tags], [GROUP, GROUP, false, 0, { user: "me" }, ["a"]]);
  assert.deepEqual(body, { ...CHAT, temperature: 0.5 });

  await (await router.fetch(CHAT_URL, post({ ...STREAM, seed: 7 }))).text();
  const later = shown[1];
  assert.deepEqual([later.request.stream, later.request.body.seed, later.request.body], [true, 7, later.request.body]);
  const known = later.candidates.find(({ id }) => id === "two");
  assert.deepEqual([known.usage.requests, known.window, known.open_sends], [1, { ok: 1, failed: 0 }, 0]);
  assert.ok(known.token_ms >= 0 && known.answer_ms === null);
  two.setFaults({ status: 429 });
  await router.completion(CHAT).catch(() => {});
  await router.completion(CHAT).catch(() => {});
  assert.deepEqual(shown.at(-1).candidates.map(({ id }) => id), ["one"], "nor who is benched");
};

customStrategy["one that takes too long is done without, after a second"] = async (kit) => {
  let now = 1_750_000_000_000;
  const timers = [];
  const sleep = (ms, signal) => new Promise((resolve, reject) => {
    timers.push({ at: now + ms, resolve });
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
  const { router } = three(kit, () => new Promise(() => {}), { now: () => now, sleep });
  const call = router.completion(CHAT);
  while (timers.length === 0) await Promise.resolve();
  now += 1_000;
  for (const { at, resolve } of timers.splice(0)) if (at <= now) resolve();
  assert.ok((await call).choices.length > 0);
};

customStrategy["a router may be given one while it is used"] = async (kit) => {
  const { router } = three(kit, undefined, { config: { routing_strategy: "simple-shuffle" } });
  assert.throws(() => router.setCustomRoutingStrategy("three"), TypeError);
  assert.throws(() => router.updateSettings({ routing_strategy: "custom" }), kit.ConfigError);
  assert.throws(() => three(kit, undefined), (error) => /needs the host's `customRoutingStrategy`/.test(error.problems[0].message));
  assert.throws(() => three(kit, 7), (error) => error.problems.some(({ path }) => path === "host.customRoutingStrategy"));
  router.setCustomRoutingStrategy(() => "three");
  assert.equal(await WAYS.completion(router), "three");
  router.setCustomRoutingStrategy(() => "one");
  assert.equal(await WAYS.completion(router), "one");
  assert.deepEqual([router.getSettings().routing_strategy, router.snapshot().groups[0].routing_strategy], ["custom", "custom"]);
  router.updateSettings({ routing_strategy: "round-robin" });
  assert.equal(router.explain(CHAT).decisions[0].strategy, "round-robin");
  const { _hidden_params } = await router.completion(CHAT, { routing_strategy: "custom" });
  assert.equal(_hidden_params.model_id, "one");
};

customStrategy["a look asks it, too, if it answers at once"] = async (kit) => {
  const asked = [];
  const { router } = three(kit, (candidates, { body, attempt }) => (asked.push([body.model, attempt]), ["three", "one"]));
  assert.equal(router.getAvailableDeployment(CHAT).id, "three");
  const told = router.explain(CHAT);
  assert.deepEqual([told.picked, told.decisions[0].strategy], ["three", "custom"]);
  assert.deepEqual(told.decisions[0].candidates.map(({ reason, score }) => reason ?? score), [1, "not_named", 0]);
  assert.deepEqual(asked, [[GROUP, 0], [GROUP, 0]]);
  const { decision } = (await router.completion(CHAT, { explain: true }))._hidden_params;
  assert.deepEqual([decision.decisions[0].strategy, decision.decisions[0].picked], ["custom", "three"]);

  const nobody = three(kit, () => null).router;
  assert.throws(() => nobody.getAvailableDeployment(CHAT), { name: "NoDeploymentsAvailable", code: "strategy_chose_nobody" });
  assert.equal(nobody.explain(CHAT).error.code, "strategy_chose_nobody");
  const late = three(kit, async () => "one").router;
  assert.throws(() => late.getAvailableDeployment(CHAT), TypeError);
  const { picked, decisions, text } = late.explain(CHAT);
  assert.match(text, /3 of 3 to choose from by custom, whom the host's own strategy is to name/);
  assert.match(told.text, /one: 0 %, place 2 in what the host has named\n {2}two: passed over: the host's own strategy has not named it/);
  assert.deepEqual([picked, decisions[0].strategy, decisions[0].picked], [null, "custom", null]);
};

customStrategy["what it does to its arguments changes nothing"] = async (kit) => {
  const { router, one } = three(kit, (candidates) => {
    candidates[0].id = "two";
    candidates.length = 0;
    return "one";
  });
  assert.equal(await WAYS.completion(router), "one");
  assert.equal(one.calls.length, 1);
};
