/** Another strategy than the default one: named in the config, told by `explain`. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, deployment, post, rejection } from "../support/kit.js";
import { mixed } from "../support/mixed.js";

export const strategies = {};

/** Two providers behind a router that goes by a strategy; who was asked, in turn. */
function by(kit, routing_strategy, { one, two, config, host } = {}) {
  const params = { one: { order: 1, ...one }, two: { order: 1, ...two } };
  const { router, ...providers } = mixed(kit, ["openai", "anthropic"], { config: { routing_strategy, ...config }, params, host });
  const ask = async () => (await router.completion(CHAT))._hidden_params.model_id;
  return { router, ask, providers };
}

const told = (router) => {
  const { decisions: [decision] } = router.explain(CHAT);
  return [decision.strategy, ...decision.candidates.map(({ deployment: id, score }) => [id, score])];
};

strategies["round-robin takes turns"] = async (kit) => {
  const { router, ask } = by(kit, "round-robin");
  assert.deepEqual(router.notices, []);
  const asked = [];
  for (let turn = 0; turn < 6; turn++) asked.push(await ask());
  assert.equal(new Set(asked.slice(0, 2)).size, 2);
  assert.deepEqual(asked, [0, 1, 2].flatMap(() => asked.slice(0, 2)));
};

strategies["least-busy takes the one that has nothing under way"] = async (kit) => {
  const { router } = by(kit, "least-busy");
  const ids = await Promise.all([1, 2, 3, 4].map(async () => (await router.completion(CHAT))._hidden_params.model_id));
  assert.equal(ids.filter((id) => id === ids[0]).length, 2, `${ids}`);
  assert.deepEqual(told(router).slice(1).map(([, sends]) => sends), [0, 0]);
};

strategies["cost-based-routing takes the cheapest, by its own prices"] = async (kit) => {
  const prices = {
    one: { input_cost_per_token: 2e-6, output_cost_per_token: 2e-6 },
    two: { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 },
  };
  const { router, ask } = by(kit, "cost-based-routing", prices);
  for (let turn = 0; turn < 4; turn++) assert.equal(await ask(), "two");
  const [strategy, [, one], [, two]] = told(router);
  assert.deepEqual([strategy, one > two && two > 0], ["cost-based-routing", true]);
};

strategies["the price table serves the first call"] = async (kit) => {
  const fetch = () => Promise.reject(new TypeError("nobody is there"));
  const priced = (name, model) => deployment(name, { model });
  const config = { model_list: [priced("one", "openai/gpt-4o"), priced("two", "openai/gpt-4o-mini")], routing_strategy: "cost-based-routing" };
  const router = new kit.Router(config, { fetch });
  assert.equal(router.getAvailableDeployment(CHAT).id, "two");
};

strategies["the other strategies are carried out too, and a name with a slip is a mistake"] = async (kit) => {
  for (const name of ["latency-based-routing", "usage-based-routing", "usage-based-routing-v2", "peak-ewma"]) {
    const { router, ask } = by(kit, name);
    assert.equal(new Set([await ask(), await ask()]).size, 2, `${name} tries both`);
    const [strategy, ...scores] = told(router);
    assert.equal(`${strategy}${name.endsWith("-v2") ? "-v2" : ""}`, name);
    assert.ok(scores.every(([, score]) => score >= 0), JSON.stringify(scores));
    assert.deepEqual(router.notices, []);
  }
  assert.throws(() => by(kit, "least-buzy"), kit.ConfigError);
};

strategies["a strategy is changed while the router is used"] = async (kit) => {
  const { router } = by(kit, "simple-shuffle");
  router.updateSettings({ routing_strategy: "least-busy" });
  assert.equal(told(router)[0], "least-busy");
};

strategies["a routing group has a strategy of its own, and a name for all of its deployments"] = async (kit) => {
  const { router } = by(kit, "simple-shuffle");
  const [group] = router.getModelNames();
  router.updateSettings({ routing_groups: [{ group_name: "all", models: [group], routing_strategy: "round-robin" }] });
  assert.deepEqual(router.getModelNames(), ["all", group].sort());
  assert.equal(told(router)[0], "round-robin");
  const answer = await router.completion({ ...CHAT, model: "all" });
  assert.equal(answer._hidden_params.requested_model, "all");
  assert.deepEqual(router.snapshot().groups.map((one) => one.routing_strategy), ["round-robin", "round-robin"]);
  assert.deepEqual([router.getSettings().routing_strategy, router.getSettings().routing_groups.length], ["simple-shuffle", 1]);
};

strategies["a call may ask for a strategy, which no provider hears of"] = async (kit) => {
  const prices = { one: { input_cost_per_token: 2e-6, output_cost_per_token: 2e-6 }, two: { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 } };
  const { router, providers } = by(kit, "simple-shuffle", prices);
  const asked = { ...CHAT, routing_strategy: "cost-based-routing" };
  for (let turn = 0; turn < 6; turn++) {
    const { _hidden_params } = await (turn % 2 ? router.completion(asked) : router.completion(CHAT, { routing_strategy: "cost-based-routing" }));
    assert.equal(_hidden_params.model_id, "two");
  }
  assert.equal(router.explain(asked).decisions[0].strategy, "cost-based-routing");
  assert.equal(router.getAvailableDeployment(asked).id, "two");
  assert.ok(Object.values(providers).flatMap(({ calls }) => calls).every(({ body }) => !("routing_strategy" in body)));
  const { message } = await rejection(router.completion({ ...CHAT, routing_strategy: "cheapest" }));
  assert.match(message, /no strategy `cheapest`/);
};

strategies["over fetch a strategy is asked for only by who is trusted"] = async (kit) => {
  for (const trustRequestOptions of [false, true]) {
    const { router } = by(kit, "simple-shuffle", { host: { trustRequestOptions } });
    const ids = [];
    for (let turn = 0; turn < 12; turn++) {
      const response = await router.fetch(CHAT_URL, post({ ...CHAT, routing_strategy: "round-robin" }));
      ids.push(response.headers.get("x-switchman-model-id"));
      await response.text();
    }
    const isInTurn = ids.every((id, turn) => turn === 0 || id !== ids[turn - 1]);
    assert.deepEqual([isInTurn, router.snapshot().router.stripped_keys], trustRequestOptions ? [true, 0] : [false, 12], `${ids}`);
  }
};

strategies["s11: least-busy and an answer from the cache: no counter moves"] = async (kit) => {
  const { router } = by(kit, "least-busy", { config: { cache_responses: true } });
  const asked = { ...CHAT, messages: [{ role: "user", content: "Once more." }] };
  await router.completion(asked);
  const opened = await router.completion({ ...CHAT, stream: true });
  const counted = () => router.snapshot().deployments.map(({ id, open_sends, totals }) => [id, open_sends, totals.ok]);
  const before = counted();
  assert.equal(before.reduce((sum, [, open]) => sum + open, 0), 1, "a stream is under way");
  for (let turn = 0; turn < 10; turn++) assert.equal((await router.completion(asked))._hidden_params.cache_hit, true);
  assert.deepEqual(counted(), before);
  assert.deepEqual(told(router).slice(1), before.map(([id, open]) => [id, open]));
  await opened.final();
  assert.deepEqual(told(router).slice(1).map(([, sends]) => sends), [0, 0]);
};
